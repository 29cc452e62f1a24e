"""What stands for a package that is not here: nothing comes of it, but that it was never needed.

Loggers, checkers of types, decorators and annotations work on as if they were there. Where a value
that such a package was to compute is computed with, there is an error that names the package.
"""

from __future__ import annotations

import importlib.util
import sys
from typing import TYPE_CHECKING, Any, NoReturn, Self, get_args, get_type_hints

from grader.worker.messages import Translatable, TranslatableError, notice
from grader.worker.program import NOTEBOOK, cell_of

if TYPE_CHECKING:
    import types
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

_FOR_STUDENTS = (
    *("IPython", "PIL", "einops", "ipywidgets", "matplotlib", "numpy", "pandas", "scipy"),
    *("seaborn", "sklearn", "torch", "torchinfo", "torchmetrics", "torchvision", "tqdm"),
)
_PASSES_ON = ("tqdm", "track", "progress", "bar")  # what shows how far a loop is gives its items


class MissingPackage(TranslatableError, ImportError):
    """What a package that is not here was to compute is computed with."""


class Missing:
    """A package that is not here, or anything that is had of it."""

    _path: str
    _cell: int | None
    _given: Any

    def __init__(self, path: str, cell: int | None, given: Any = None) -> None:
        vars(self).update(_path=path, _cell=cell, _given=given)

    def __getattr__(self, name: str) -> Missing:
        if name.startswith("__"):
            raise AttributeError(name)
        return Missing(f"{self._path}.{name}", self._cell)

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        """Decorate: what is called with a function or class alone gives it back."""
        first = arguments[0] if arguments else None
        if attach := _ATTACH.get(self._path.rpartition(".")[2]):
            return attach(*arguments)
        if len(arguments) == 1 and not options and callable(first):
            return first
        return Missing(f"{self._path}()", self._cell, first)

    def __setattr__(self, _: str, __: Any) -> None:
        """Take whatever is noted down."""

    def __setitem__(self, _: Any, __: Any) -> None:
        """Take whatever is noted down."""

    def __getitem__(self, _: Any) -> Missing:
        return Missing(f"{self._path}[]", self._cell)

    def __or__(self, _: Any) -> Missing:  # of two types
        return self

    __ror__ = __or__

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Let what was raised go on."""

    def __repr__(self) -> str:
        return f"<{self._path}>"

    def __iter__(self) -> Iterator[Any]:
        maker = self._path.lower().rpartition(".")[2]
        if self._given is None or not any(word in maker for word in _PASSES_ON):
            raise self.error()
        return iter(self._given)

    def __mro_entries__(self, _: Any) -> NoReturn:
        raise self.error()

    def error(self) -> MissingPackage:
        """Return the error of who needs the package after all."""
        package = self._path.partition(".")[0].rstrip("()[]")
        return MissingPackage(why_missing(package, self._cell))

    @classmethod
    def __torch_function__(cls, _: Any, __: Any, args: Any = (), kwargs: Any = None) -> NoReturn:
        raise _among([*args, *(kwargs or {}).values()])


def _computed(self: Missing, *_: Any, **__: Any) -> NoReturn:
    raise self.error()


def _to_class(classes: Any, *_: Any) -> Callable[[Any], Any]:
    """Return what gives a function to one or several classes, as `d2l.add_to_class` does."""

    def attach(function: Any) -> Any:
        for one in classes if isinstance(classes, (list, tuple)) else [classes]:
            setattr(one, function.__name__, function)
        return function

    return attach


def _to_annotated(function: Any) -> Any:
    """Give a function to the classes that its first argument is annotated with, as fastcore's."""
    first = next(iter(get_type_hints(function).values()))
    return _to_class(list(get_args(first)) or first)(function)


_ATTACH: dict[str, Callable[..., Any]] = {
    "add_to_class": _to_class,
    "patch_to": _to_class,
    "patch": _to_annotated,
}
"""What well-known packages call what gives classes their methods: it is done without them."""
_COMPUTES = (
    *("add", "radd", "sub", "rsub", "mul", "rmul", "matmul", "rmatmul", "truediv", "rtruediv"),
    *("floordiv", "rfloordiv", "mod", "rmod", "pow", "rpow", "neg", "pos", "abs", "invert"),
    *("and", "rand", "xor", "rxor", "lshift", "rshift", "lt", "le", "gt", "ge", "bool", "len"),
    *("int", "float", "index", "complex", "round", "contains", "array", "array_ufunc", "next"),
)
for _operator in _COMPUTES:
    setattr(Missing, f"__{_operator}__", _computed)


def _among(values: Sequence[Any]) -> MissingPackage:
    """Return the error of the first that stands for what is not here."""
    for value in values:
        if isinstance(value, Missing):
            return value.error()
        if isinstance(value, (list, tuple)) and any(isinstance(one, Missing) for one in value):
            return _among(value)
    return MissingPackage(notice("a package that is not here is computed with"))


def why_missing(package: str, cell: int | None) -> Translatable:
    """Say that a package is not here, who asks for it, what there is and what to do."""
    there = ", ".join(name for name in _FOR_STUDENTS if importlib.util.find_spec(name))
    where = "?" if cell is None else f"[{cell}]"
    return notice(
        "“{package}”, which cell {cell} imports, is not here. There are: {there}. If it is a file "
        "of yours, hand it in beside the notebook; if it is a package, write it without, or ask "
        "the course to add it.",
        package=package,
        cell=where,
        there=there,
    )


def importer(
    imports: Callable[..., Any],
    own: Collection[str],
    optional: Collection[tuple[int, int]],
    told: Callable[[str, int, int], Any],
    stand_in: Callable[[str, int | None], Any] = Missing,
) -> Callable[..., Any]:
    """Return what imports for a notebook.

    `own` are the modules whose code was made part of the notebook; `optional` the places (cell,
    line) that see to it themselves if a package is missing. `told` is called with each package
    that is missing and the place that wants it; `stand_in` makes what takes its place.
    """

    def imported(
        name: str,
        globals: Mapping[str, Any] | None = None,  # noqa: A002
        locals: Mapping[str, Any] | None = None,  # noqa: A002
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> Any:
        if name in own or (level and name.lstrip(".") in own):
            return sys.modules[NOTEBOOK]
        try:
            return imports(name, globals, locals, fromlist, level)
        except ModuleNotFoundError:
            cell, line = _asker(sys._getframe(1))  # noqa: SLF001
            known = not fromlist and importlib.util.find_spec(name.partition(".")[0])
            if cell is None or level or known or (cell, line) in optional:
                raise
            if fromlist and "*" in fromlist:
                raise MissingPackage(why_missing(name.partition(".")[0], cell)) from None
            told(name.partition(".")[0] if not fromlist else name, cell, line)
            return stand_in(name if fromlist else name.partition(".")[0], cell)

    return imported


def _asker(frame: types.FrameType) -> tuple[int | None, int]:
    return cell_of(frame.f_code.co_filename), frame.f_lineno
