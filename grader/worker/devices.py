"""Devices that are not here: whoever asks for one gets the CPU.

Methods such as `x.cuda()` and the functions of `torch.cuda` do nothing then, at no cost to others.
A device that is named in a value can turn up in any call, so where a notebook names one that is not
here, all of torch's calls pass by a function mode.
"""

from __future__ import annotations

import functools
import types
from typing import TYPE_CHECKING, Any

import torch
from torch.overrides import TorchFunctionMode

from grader.worker.analysis.devices import KINDS, NAMED
from grader.worker.missing import Missing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from grader.worker.analysis.devices import Asked

_CPU = torch.device("cpu")
_METHODS = frozenset({*KINDS, "pin_memory"})


def absent() -> frozenset[str]:
    """Return the kinds of device that are not here."""
    return frozenset(kind for kind in KINDS if not _is_available(kind))


def _is_available(kind: str) -> bool:
    module = getattr(torch, kind, None)
    return bool(getattr(module, "is_available", bool)())


def install(asked: Iterable[Asked]) -> None:
    """Change torch in this process, for good, if a GPU is not here.

    `asked` are the places where the notebook asks for a device.
    """
    missing = absent()
    _do_nothing(missing)
    if any(one.in_value for one in asked) and missing:
        _take_the_cpu(missing)
        _Elsewhere(missing).__enter__()  # type: ignore[no-untyped-call]


def _do_nothing(missing: frozenset[str]) -> None:
    """Make methods that move a tensor leave it, and functions that need a device return nothing."""
    for name in _METHODS & {*missing, "pin_memory"}:
        if hasattr(torch.Tensor, name) and (name != "pin_memory" or "cuda" in missing):
            setattr(torch.Tensor, name, _stays)
    for kind in missing:
        for module in (getattr(torch, kind, None), getattr(torch, f"{kind}.nvtx", None)):
            if isinstance(module, types.ModuleType):
                _excuse(module)
    accelerator = getattr(torch, "accelerator", None)
    if accelerator is not None and not accelerator.is_available():
        _excuse(accelerator)
        accelerator.current_accelerator = lambda *_, **__: _CPU


def _stays(tensor: torch.Tensor, *_: Any, **__: Any) -> torch.Tensor:
    return tensor


def _excuse(module: types.ModuleType) -> None:
    """Have what a module exports return nothing of use where it would fail."""
    for name in getattr(module, "__all__", ()):
        given, path = getattr(module, name, None), f"{module.__name__}.{name}"
        plain = getattr(torch, name, None)
        if isinstance(given, type) and name.endswith("Tensor") and plain is not None:
            setattr(module, name, plain)
        elif isinstance(given, type) and not issubclass(given, BaseException):
            setattr(module, name, _excused_class(given, path))
        elif isinstance(given, types.FunctionType) and not name.startswith("is_"):
            setattr(module, name, _excused(given, path))


def _excused_class(given: type, path: str) -> type:
    own: dict[str, Any] = {"__new__": _excused(given.__new__, path), "__module__": given.__module__}
    if hasattr(given, "__enter__"):
        own |= {"__enter__": lambda self: self, "__exit__": lambda *_: None}
    try:
        return type(given.__name__, (given,), own)
    except TypeError:  # of those in C, some may have no others derived from them
        return given


def _excused(function: Callable[..., Any], path: str) -> Callable[..., Any]:
    def excused(*arguments: Any, **options: Any) -> Any:
        try:
            return function(*arguments, **options)
        except (AssertionError, AttributeError, RuntimeError, TypeError):
            return Missing(path, None)

    excused.__name__ = excused.__qualname__ = path.rpartition(".")[2]
    return excused


def _take_the_cpu(missing: frozenset[str]) -> None:
    """See to what no function mode sees: generators, loading, autocast and the default type."""

    class Generator(torch.Generator):
        def __new__(cls, device: Any = "cpu") -> Any:
            return super().__new__(cls, _here(device, missing))  # type: ignore[call-arg]

    load, autocast = torch.load, torch.autocast.__init__
    default_type = torch.set_default_tensor_type

    @functools.wraps(load)
    def loads(file: Any, map_location: Any = None, *rest: Any, **options: Any) -> Any:
        return load(file, _here(map_location, missing), *rest, **options)

    def __init__(self: Any, device_type: str, *rest: Any, **options: Any) -> None:  # noqa: N807
        autocast(self, _here(device_type, missing), *rest, **options)
        self._enabled = False  # what it is for would be on another device

    torch.Generator = Generator  # type: ignore[misc]
    torch.load = loads  # type: ignore[assignment]
    torch.autocast.__init__ = __init__  # type: ignore[method-assign]
    torch.set_default_tensor_type = lambda given: default_type(_here(given, missing))


def _here(value: Any, missing: frozenset[str]) -> Any:
    """Return a value, or the CPU's where it names a device that is not here."""
    if type(value) is torch.device:
        return _CPU if value.type in missing else value
    if type(value) is str and NAMED.fullmatch(value):
        first, *rest = value.split(".")
        if rest and rest[0] in missing:
            return f"{first}.{rest[-1]}"
        return "cpu" if value.partition(":")[0] in missing else value
    return value


class _Xla(Missing):
    """Stands for `torch_xla`, whose device is the CPU here and whose optimizer step is a step."""

    def __getattr__(self, name: str) -> Any:
        if name in {"xla_device", "device"}:
            return lambda *_, **__: _CPU
        if name == "optimizer_step":
            return lambda optimizer, *_, **__: optimizer.step()
        if name.startswith("__"):
            raise AttributeError(name)
        return _Xla(f"{self._path}.{name}", self._cell)


def stand_in(path: str, cell: int | None) -> Missing:
    """Return what takes the place of a package that is not here."""
    return (_Xla if path.partition(".")[0] == "torch_xla" else Missing)(path, cell)


class _Elsewhere(TorchFunctionMode):
    """Has each call of torch that names a device which is not here use the CPU."""

    def __init__(self, missing: frozenset[str]) -> None:
        super().__init__()
        self.missing = missing

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        """Call the function, with the CPU for any device that is not here."""
        del types
        for one in args:
            if type(one) in _NAMES or func in _BY_NUMBER:
                args = self._moved(func, args)
                break
        if not kwargs:
            return func(*args)
        if kwargs.keys() & _KEYS:
            kwargs = {name: self._meant(value, name) for name, value in kwargs.items()}
        return func(*args, **kwargs)

    def _moved(self, func: Any, args: tuple[Any, ...]) -> tuple[Any, ...]:
        if func is torch.device:
            named = [self._meant(args[0], "device"), *args[1:]]
            return tuple(named if named[0] == args[0] else named[:1])
        name = "device" if func in _BY_NUMBER else ""
        return tuple(self._meant(one, name) for one in args)

    def _meant(self, value: Any, name: str) -> Any:
        if name == "device" and type(value) is int:
            return "cpu" if "cuda" in self.missing else value
        return _here(value, self.missing)


_NAMES = frozenset({str, torch.device})
_BY_NUMBER = frozenset({torch.device, torch.Tensor.to, torch._C._nn._parse_to})  # noqa: SLF001
_KEYS = frozenset({"device", "dtype", "type"})
