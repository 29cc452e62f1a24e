"""What an expression of a notebook may stand for, as far as can be told without running it.

A small abstract interpreter: it follows imports, aliases, `getattr`, `__dict__` and texts that are
put together, and takes all branches. What it does not understand has no value. It takes so many
steps and no more: who reads a notebook that needs more is told so.
"""

from __future__ import annotations

import ast
import builtins
from itertools import islice, product
from typing import TYPE_CHECKING

from grader.worker.analysis import folding
from grader.worker.analysis.values import Function, Getter, Path, Table, constant, elements, some

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from grader.worker.analysis.scopes import Binding, Scope, Scopes
    from grader.worker.analysis.values import Value

_MOST_VALUES = 16
_MOST_COMBINATIONS = 64
_DEEPEST = 100  # expressions within expressions and names for names
_MOST_STEPS = 300_000  # a hundred times what long notebooks take; a second or two
_STEPS_OF_A_NODE = 4
_CHARACTERS_OF_A_STEP = 100
_NOTEBOOK = Path("")  # the notebook's own names, as in `globals()`
_LOOK_UP = frozenset({"get", "pop", "setdefault", "__getitem__", "__getattribute__", "__getattr__"})


class TooMuch(Exception):
    """Telling what a part's names stand for takes more steps than it may."""


class Names:
    """Answers for the statements `orders`; assignments to attributes count only in these."""

    def __init__(self, scopes: Scopes, orders: Iterable[int]) -> None:
        self.scopes = scopes
        self.orders = sorted(set(orders))
        self._left = _MOST_STEPS
        self._known: dict[ast.AST, tuple[Value, ...]] = {}
        self._depth = 0
        self._calls: dict[str, Callable[[ast.Call], Iterator[Value]]] = {
            "builtins.getattr": self._getattr,
            "builtins.object.__getattribute__": self._getattr,
            "inspect.getattr_static": self._getattr,
            "builtins.vars": self._namespace,
            "builtins.globals": self._namespace,
            "builtins.locals": self._namespace,
            "builtins.dict": self._namespace,
            "builtins.map": self._map,
            "builtins.__import__": self._dunder_import,
            "importlib.__import__": self._dunder_import,
            "importlib.import_module": self._import,
            "pkgutil.resolve_name": self._import,
            "pydoc.locate": self._import,
            "operator.attrgetter": self._getter,
            "operator.itemgetter": self._getter,
        }

    def values(self, node: ast.expr) -> tuple[Value, ...]:
        """Return what an expression may stand for, none if nothing is known of it.

        Raises TooMuch.
        """
        if node not in self._known:
            self.spend(_STEPS_OF_A_NODE)
            self._known[node] = ()  # for a name that stands for itself
            self._depth += 1
            try:
                if self._depth < _DEEPEST:
                    found = filter(folding.small, self._values(node))
                    self._known[node] = tuple(dict.fromkeys(islice(found, _MOST_VALUES)))
            except BaseException:
                del self._known[node]  # it is not known: whoever asks again must not be told so
                raise
            finally:
                self._depth -= 1
        return self._known[node]

    def spend(self, steps: int) -> None:
        """Take steps from those that are left. Raises TooMuch."""
        self._left -= steps
        if self._left < 0:
            raise TooMuch

    def paths(self, node: ast.expr) -> list[str]:
        """Return the dotted names of what an expression may stand for."""
        return [value.dotted for value in self.values(node) if isinstance(value, Path)]

    def texts(self, node: ast.expr) -> list[str]:
        """Return the texts (bytes as well) that an expression may stand for."""
        found = [
            value.decode(errors="replace") if isinstance(value, bytes) else value
            for value in self.values(node)
        ]
        return [value for value in found if isinstance(value, str)]

    def _values(  # noqa: C901, PLR0912 - a case for each kind of expression
        self, node: ast.expr
    ) -> Iterator[Value]:
        match node:
            case ast.Constant(value=str() | bytes() | int() as value):
                yield value
            case ast.Name(id=name) if node in self.scopes.of:
                yield from self._named(name, self.scopes.of[node])
            case ast.Attribute(value=base, attr=attribute):
                yield from self._attribute(self.values(base), attribute)
            case ast.Subscript(value=base, slice=ast.Slice() as indices):
                yield from self._sliced(base, indices)
            case ast.Subscript(value=base, slice=index):
                yield from self._items(self.values(base), self.values(index))
            case ast.Call():
                yield from self._call(node)
            case ast.BinOp(left=left, op=operator, right=right):
                for one, other in self._combinations([left, right]):
                    yield from some(folding.operate(operator, constant(one), constant(other)))
            case ast.UnaryOp(op=ast.USub(), operand=value):
                yield from (-one for one in self.values(value) if isinstance(one, int))
            case ast.JoinedStr(values=parts):
                yield from map(folding.joined, self._combinations(parts))
            case ast.FormattedValue(value=value, conversion=-1, format_spec=None):
                yield from (one for one in self.values(value) if isinstance(one, (str, int)))
            case ast.IfExp(body=one, orelse=other):
                yield from (*self.values(one), *self.values(other))
            case ast.BoolOp(values=parts):
                for part in parts:
                    yield from self.values(part)
            case ast.NamedExpr(value=value) | ast.Await(value=value):
                yield from self.values(value)
            case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Set(elts=parts):
                yield from product(*(self.values(part) or (None,) for part in parts))
            case ast.Dict(keys=keys, values=parts):
                yield from self._table(keys, parts)
            case ast.Lambda(body=body):
                yield Function((body,))

    def _combinations(self, parts: list[ast.expr]) -> Iterator[tuple[Value, ...]]:
        for values in islice(product(*map(self.values, parts)), _MOST_COMBINATIONS):
            self._spend_on(values)
            yield values

    def _spend_on(self, values: Iterable[Value]) -> None:
        """Take the steps that working with values costs: the more, the longer they are."""
        lengths = [len(value) for value in values if isinstance(value, (str, bytes, tuple))]
        self.spend(1 + sum(lengths) // _CHARACTERS_OF_A_STEP)

    def _named(self, name: str, scope: Scope) -> Iterator[Value]:
        bindings, later = scope.lookup(name)
        if bindings is None:
            yield from self._global(name, None if later else scope.order)
        else:
            yield from self._bound(bindings)

    def _global(self, name: str, before: int | None) -> Iterator[Value]:
        """Yield what a name of the notebook stands for, or a built-in one."""
        given = self.scopes.notebook(name, before)
        for bindings in given:
            yield from self._bound(bindings)
        if not given:
            if name == "__builtins__":
                yield Path("builtins")
            if hasattr(builtins, name):
                yield Path(f"builtins.{name}")
            for module in self.scopes.stars:
                yield Path(f"{module}.{name}")

    def _bound(self, bindings: Iterable[Binding]) -> Iterator[Value]:
        for binding in bindings:
            self.spend(1)
            if isinstance(binding.value, ast.expr):
                found: Sequence[Value] = self.values(binding.value)
                for _ in range(binding.depth):
                    found = [element for value in found for element in elements(value)]
                    self.spend(len(found))
                yield from found
            elif binding.value is not None:
                yield binding.value

    def _attribute(self, bases: Iterable[Value], name: str) -> Iterator[Value]:
        """Yield an attribute of a module or the like; of other objects, what was assigned to it."""
        paths = [base for base in bases if isinstance(base, Path)]
        for base in paths:
            yield from self._member(base, name)
        if not paths:
            self.spend(len(self.orders))
            for order in self.orders:
                yield from self._bound(self.scopes.attributes[order].get(name, []))

    def _member(self, base: Path, name: str) -> Iterator[Value]:
        if base == _NOTEBOOK:
            yield from self._global(name, None)
        elif base == Path("sys.modules"):
            yield Path(name)
        elif name == "__builtins__":
            yield Path("builtins")
        else:
            yield base if name == "__dict__" else Path(f"{base.dotted}.{name}")

    def _items(self, bases: Iterable[Value], indices: tuple[Value, ...]) -> Iterator[Value]:
        """Yield elements: those at the indices, or any where these are not known."""
        for base in bases:
            for index in indices or (None,):
                if not isinstance(base, Path):
                    yield from elements(base, index)
                elif isinstance(index, str):
                    yield from self._member(base, index)

    def _sliced(self, base: ast.expr, indices: ast.Slice) -> Iterator[Value]:
        parts = (indices.lower, indices.upper, indices.step)
        for bounds in product(*(self._bounds(part) for part in parts)):
            for value in self.values(base):
                self._spend_on([value])
                yield from some(folding.cut(constant(value), slice(*bounds)))

    def _bounds(self, part: ast.expr | None) -> list[int | None]:
        values = self.values(part) if part else []
        return [value for value in values if isinstance(value, int)] if part else [None]

    def _table(self, keys: list[ast.expr | None], parts: list[ast.expr]) -> Iterator[Value]:
        pairs = [
            (key, value)
            for key_node, part in zip(keys, parts, strict=True)
            if key_node is not None
            for key in self.values(key_node)
            for value in self.values(part)
        ]
        yield Table(tuple(pairs))

    def _call(self, node: ast.Call) -> Iterator[Value]:
        if isinstance(node.func, ast.Attribute):
            yield from self._method(node.func, node.args)
        for function in self.values(node.func):
            if isinstance(function, Function):
                for result in function.results:
                    yield from self.values(result)
            elif isinstance(function, Getter) and node.args:
                found = self.values(node.args[0])
                for name in function.name.split("."):
                    found = tuple(self._items(found, (name,)))
                yield from found
            elif isinstance(function, Path) and function.dotted in self._calls:
                yield from self._calls[function.dotted](node)
            elif isinstance(function, Path):
                for arguments in self._combinations(node.args):
                    given = [constant(value) for value in arguments]
                    yield from some(folding.call(function.dotted, given))

    def _method(self, function: ast.Attribute, given: list[ast.expr]) -> Iterator[Value]:
        bases = self.values(function.value)
        if function.attr in _LOOK_UP and given:
            yield from self._items(bases, self.values(given[0]))
            yield from (value for part in given[1:] for value in self.values(part))
        for base in bases:
            for arguments in self._combinations(given):
                self._spend_on([base])
                plain = [constant(value) for value in arguments]
                yield from some(folding.method(constant(base), function.attr, plain))

    def _getattr(self, node: ast.Call) -> Iterator[Value]:
        base, name, *default = [self.values(part) for part in node.args] + [(), ()]
        for text in name:
            if isinstance(text, str):
                yield from self._attribute(base, text)
        yield from (value for part in default for value in part)

    def _namespace(self, node: ast.Call) -> Iterator[Value]:
        """`vars(x)` is as good as x here, and without an argument the notebook's own names."""
        yield from self.values(node.args[0]) if node.args else [_NOTEBOOK]

    def _map(self, node: ast.Call) -> Iterator[Value]:
        function, given, *_ = [self.values(part) for part in node.args] + [(), ()]
        for path, parts in product(function, given):
            if isinstance(path, Path) and isinstance(parts, (str, bytes, tuple)):
                self.spend(len(parts))
                yield tuple(folding.call(path.dotted, [constant(one)]) for one in parts)

    def _import(self, node: ast.Call) -> Iterator[Value]:
        """Yield the module that is named."""
        packages = [value for part in node.args[1:2] for value in self.values(part)]
        for text in self.texts(node.args[0]) if node.args else ():
            if text.startswith("."):
                yield from (Path(f"{one}{text}") for one in packages if isinstance(one, str))
            else:
                yield Path(text.replace(":", "."))

    def _dunder_import(self, node: ast.Call) -> Iterator[Value]:
        """Yield the outermost package, or with a `fromlist` the module itself."""
        whole = len(node.args) > 3 or any(one.arg == "fromlist" for one in node.keywords)  # noqa: PLR2004
        for text in self.texts(node.args[0]) if node.args else ():
            yield Path(text if whole else text.partition(".")[0])

    def _getter(self, node: ast.Call) -> Iterator[Value]:
        for value in self.values(node.args[0]) if node.args else ():
            if isinstance(value, str):
                yield Getter(value)
