"""Alarms on what an assignment shuts: whatever the spelling, it all ends here when it runs.

Every way to torch's recurrent layers (`torch.nn`, `_VF`, TorchScript, `torch.ops`, a pickled
module…) passes through torch's dispatcher, where each operator's kernels give way to one that calls
the handler. What torch writes in Python, of other operators, is not in a sandbox that protects: see
`grader/sandbox/backends/borrowed.py`.

A tripwire knows the operators of the families in `analysis/torch_cells.toml`, and, where all parts
are shut out, the functions of torch's that compute such a thing in Python: what is shut and in none
of them is for the reader to find.
For what is shut in some parts only it asks whose code is running. Where that cannot be told (code
that stands outside every definition that is asked for, or another thread), it lets it pass.
"""

from __future__ import annotations

import ctypes
import importlib
import inspect
import threading
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

import torch

from grader.worker.analysis.shut import for_part
from grader.worker.program import NOTEBOOK, cell_of
from grader.worker.seal import unlist

if TYPE_CHECKING:
    import types
    from collections.abc import Callable, Collection

    from grader.worker.analysis.shut import Lists

    Handler = Callable[[str], Any]
    """Is told an operator; it ends the process, or raises."""

# Where an operator may have a kernel that computes; the others (autocast, tracing, batching) lead
# to one of these.
_KEYS = (
    *("CompositeImplicitAutograd", "CompositeExplicitAutograd", "Autograd"),
    *("CPU", "CUDA", "MkldnnCPU", "QuantizedCPU"),
)
# A class of the student's may answer for itself; these ask Python.
_NAME_OF_CLASS = type.__dict__["__name__"].__get__
_DICTIONARY_OF_CLASS = type.__dict__["__dict__"].__get__

_armed = threading.Event()


def arm(handler: Handler, shut: Lists, wanted: Collection[str] = ()) -> None:
    """Have `handler` called with the operator's name whenever what is shut runs.

    `shut` has patterns by the part whose code may not use them, those for everybody's under "";
    `wanted` are the names of all parts. It holds for this process and those that it forks, for
    good; where nothing is shut nothing is touched. Raises RuntimeError the second time.
    """
    if _armed.is_set():
        raise RuntimeError("the tripwires are armed already")
    _armed.set()
    lists = {part: for_part(shut, part) for part in ("", *shut)}
    operators = {part: one.operators() for part, one in lists.items()}
    with warnings.catch_warnings(action="ignore"):  # torch's, that a kernel is overridden
        _override(operators[""], handler)
        for name in sorted(lists[""].functions()):
            _seal(name, _alarm(name, handler))
        for operator in sorted(set().union(*operators.values()) - operators[""]):
            parts = {part for part, names in operators.items() if operator in names}
            _override_in(operator, _Guard(_alarm(_readable(operator), handler), parts, wanted))


def _seal(name: str, alarm: Callable[..., NoReturn]) -> None:
    """Have a function of torch's, whoever holds it already, do nothing but call the alarm."""
    module, _, attribute = name.rpartition(".")
    function = getattr(importlib.import_module(module), attribute)

    def sealed(*_arguments: Any, _alarm: Any, **_options: Any) -> Any:
        return _alarm()

    function.__defaults__, function.__kwdefaults__ = None, {"_alarm": alarm}
    function.__code__ = sealed.__code__


@dataclass(frozen=True)
class _Guard:
    """Ends what runs an operator, if it is shut for the part whose code is running."""

    alarm: Callable[[], NoReturn]
    parts: Collection[str]
    wanted: Collection[str]

    def require_free(self) -> None:
        if "" in self.parts or place_and_part(self.wanted)[0] in self.parts:
            self.alarm()


def _alarm(name: str, handler: Handler) -> Callable[..., NoReturn]:
    """Return a kernel that ends what runs it, and looks nothing up that could be exchanged."""
    refused = RuntimeError(f"{name} is not to be used")  # should the handler return

    def alarm(*_arguments: Any, **_options: Any) -> NoReturn:
        handler(name)
        raise refused

    unlist(alarm)
    return alarm


def place_and_part(wanted: Collection[str]) -> tuple[str | None, int | None, int | None]:
    """Return (part, cell, line) of the student's code that is running, the innermost of each.

    A frame belongs to a part by where its code is written (`celdaLSTM.forward`), or else by the
    object that it works on, for methods that a class inherits or was given later. Runs no code of
    the student's.
    """
    part: str | None = None
    cell: int | None = None
    line: int | None = None
    frame = inspect.currentframe()
    while frame is not None and (part is None or cell is None):
        number = cell_of(frame.f_code.co_filename)
        if number and cell is None:
            cell, line = number, frame.f_lineno
        part = part or (_written_in(frame, wanted) if number else None) or _method_of(frame, wanted)
        frame = frame.f_back
    return part, cell, line


def _written_in(frame: types.FrameType, wanted: Collection[str]) -> str | None:
    first = str.split(frame.f_code.co_qualname, ".")[0]
    return first if first in wanted else None


def _method_of(frame: types.FrameType, wanted: Collection[str]) -> str | None:
    """Return the wanted class of the object that a method works on."""
    code = frame.f_code
    # Only a function's locals are sure to be a dictionary: a class body's may be the student's.
    if not code.co_flags & inspect.CO_OPTIMIZED or not code.co_argcount:
        return None
    for ancestor in type.mro(type(frame.f_locals.get(code.co_varnames[0]))):
        name = _NAME_OF_CLASS(ancestor)
        module = dict.get(dict(_DICTIONARY_OF_CLASS(ancestor)), "__module__")
        if type(name) is type(module) is str and module == NOTEBOOK and name in wanted:
            return name
    return None


def _override(operators: Collection[str], handler: Handler) -> None:
    """Put a kernel of ours in the place of each that the operators have, for good.

    `torch.library.Library` does the same, but leaves the object whose end would undo it where
    the student's code could find it.
    """
    for namespace in sorted({operator.partition("::")[0] for operator in operators}):
        library = _library(namespace)
        for operator in sorted(operators):
            if operator.startswith(f"{namespace}::") and _exists(operator):
                name = _readable(operator)
                _register(library, operator, _alarm(name, handler))
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(library))  # they last as long as it does


def _override_in(operator: str, guard: _Guard) -> None:
    """Put a kernel in an operator's place that lets those through whose code may use it.

    Torch knows no way past a kernel: it is taken away for as long as the operator runs.
    """
    if not _exists(operator):
        return
    namespace, _, name = operator.partition("::")
    library = _library(namespace)
    base, _, overload = name.partition(".")
    inner = getattr(getattr(getattr(torch.ops, namespace), base), overload or "default")

    def kernel(*arguments: Any, **options: Any) -> Any:
        guard.require_free()
        library.reset()
        try:
            return inner(*arguments, **options)
        finally:
            _register(library, operator, kernel)

    _register(library, operator, kernel)


def _library(namespace: str) -> Any:
    dispatch: Any = torch._C  # noqa: SLF001
    return dispatch._dispatch_library("IMPL", namespace, "", __file__, 0)  # noqa: SLF001


def _exists(operator: str) -> bool:
    """Whether this version of torch has the operator."""
    return bool(torch._C._dispatch_has_kernel(operator))  # noqa: SLF001


def _register(library: Any, operator: str, kernel: Callable[..., Any]) -> None:
    dispatch: Any = torch._C  # noqa: SLF001
    name = operator.partition("::")[2]
    for key in _KEYS:
        if dispatch._dispatch_has_kernel_for_dispatch_key(operator, key):  # noqa: SLF001
            library.impl(name, key, kernel, False)  # noqa: FBT003 - no set of keys, thanks


def _readable(operator: str) -> str:
    namespace, _, name = operator.partition(".")[0].partition("::")
    return f"torch.{name}" if namespace == "aten" else f"torch.ops.{namespace}.{name}"
