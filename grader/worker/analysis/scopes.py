"""Where the names of a notebook get their values: its functions, classes and statements, unrun."""

from __future__ import annotations

import ast
import textwrap
import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from grader.worker.analysis.slicing import Index
from grader.worker.analysis.values import Function, Path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.worker.analysis.statements import Statement

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@dataclass(frozen=True, eq=False)
class Binding:
    """What a name may stand for; None where that cannot be told.

    With a `depth`, one of the value's elements, or of its elements' elements…
    """

    value: ast.expr | Path | Function | None
    depth: int = 0


@dataclass(eq=False)
class Scope:
    """A module's, class's, function's or comprehension's names. `order` is its statement's."""

    kind: str
    order: int
    parent: Scope | None = None
    bound: dict[str, list[Binding]] = field(default_factory=dict)

    def lookup(self, name: str) -> tuple[list[Binding] | None, bool]:
        """Return what a name is bound to here or around (None: it is the notebook's), and whether
        it is looked up only when a function is called.
        """  # noqa: D205 - one sentence
        scope: Scope = self
        later = False
        while scope.parent is not None:
            if name in scope.bound and not (scope.kind == "class" and later):
                return scope.bound[name], later
            later = later or scope.kind == "function"
            scope = scope.parent
        return None, later


class Scopes:
    """The scopes of all the statements of a notebook, and which one each node stands in."""

    def __init__(self, everything: list[Statement]) -> None:
        self.index = Index(everything)
        self.of: dict[ast.AST, Scope] = {}
        self.modules: dict[int, Scope] = {}
        self.stars: list[str] = []
        self._known: dict[tuple[str, int | None], list[list[Binding]]] = {}
        # By statement: what is assigned to attributes (`self.capa = …`), and to those of classes.
        self.attributes: dict[int, dict[str, list[Binding]]] = {}
        for item in everything:
            self.modules[item.order] = Scope("module", item.order)
            self.attributes[item.order] = {}
            self.read(item.node, self.modules[item.order])

    def notebook(self, name: str, before: int | None) -> list[list[Binding]]:
        """Return, for each statement that gives a name of the notebook its value, its bindings.

        As in `slicing.Index`, those `before` the one that uses it at once, if there are any.
        """
        if (name, before) not in self._known:
            self._known[name, before] = [
                self.modules[item.order].bound.get(name, [])
                for item in self.index.providers(name, before)
            ]
        return self._known[name, before]

    def code(self, text: str, where: ast.AST) -> ast.Module | None:
        """Return the code in a text that a call `where` runs, None if it is none."""
        try:
            with warnings.catch_warnings(action="ignore"):
                tree = ast.parse(textwrap.dedent(text).strip())
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None
        self.read(tree, self.of[where])
        return tree

    def read(self, tree: ast.AST, scope: Scope) -> None:
        """Take in a statement, or code in a string as if it stood in `scope`."""
        stack = [(tree, scope)]
        while stack:
            node, scope = stack.pop()
            self.of[node] = scope
            stack += self._bind(node, scope)

    def _bind(  # noqa: C901, PLR0912 - a case for each kind of node
        self, node: ast.AST, scope: Scope
    ) -> list[tuple[ast.AST, Scope]]:
        """Note the names that a node binds; return its children, each with its scope."""
        match node:
            case ast.Import() | ast.ImportFrom():
                self._bind_imports(node, scope)
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    self._bind_target(target, Binding(value), scope)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                self._bind_target(target, Binding(value), scope)
            case ast.NamedExpr(target=ast.Name(id=name), value=value):
                holder = scope
                while holder.kind == "comprehension" and holder.parent:
                    holder = holder.parent
                self._add(name, Binding(value), holder)
            case ast.For() | ast.AsyncFor() | ast.comprehension():
                self._bind_target(node.target, Binding(node.iter, 1), scope)
            case ast.withitem(optional_vars=ast.expr() as target):
                self._bind_target(target, Binding(None), scope)
            case ast.AugAssign(target=target):
                self._bind_target(target, Binding(None), scope)
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)):
                self._add(name, Binding(None), scope)
            case ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name)):
                self._add(name, Binding(None), scope)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                self._add(node.name, Binding(Function(tuple(_returned(node)))), scope)
                return self._function(node, scope)
            case ast.Lambda():
                return self._function(node, scope)
            case ast.ClassDef(name=name, body=body):
                self._add(name, Binding(None), scope)
                inner, inside = Scope("class", scope.order, scope), set[ast.AST](body)
                return [
                    (child, inner if child in inside else scope)
                    for child in ast.iter_child_nodes(node)
                ]
        if isinstance(node, _COMPREHENSIONS):
            scope = Scope("comprehension", scope.order, scope)
        return [(child, scope) for child in ast.iter_child_nodes(node)]

    def _bind_imports(self, node: ast.Import | ast.ImportFrom, scope: Scope) -> None:
        for alias in node.names:
            if isinstance(node, ast.Import):
                first = alias.name.partition(".")[0]
                path = alias.name if alias.asname else first
                self._add(alias.asname or first, Binding(Path(path)), scope)
            elif alias.name == "*":
                self.stars.append(node.module or "")
            else:
                own = node.level > 0  # from a package of the student's
                found = None if own else Path(f"{node.module}.{alias.name}")
                self._add(alias.asname or alias.name, Binding(found), scope)

    def _bind_target(self, target: ast.expr, binding: Binding, scope: Scope) -> None:
        match target, binding.value:
            case ast.Name(id=name), _:
                self._add(name, binding, scope)
            case ast.Attribute(attr=name), _:
                self.attributes[scope.order].setdefault(name, []).append(binding)
            case (
                (ast.Tuple(elts=targets) | ast.List(elts=targets)),
                (ast.Tuple(elts=values) | ast.List(elts=values)),
            ) if len(targets) == len(values) and not binding.depth:
                for one, value in zip(targets, values, strict=True):
                    self._bind_target(one, Binding(value), scope)
            case ((ast.Tuple(elts=targets) | ast.List(elts=targets)), value):
                for one in targets:
                    self._bind_target(one, Binding(value, binding.depth + 1), scope)
            case ast.Starred(value=inner), value:
                self._bind_target(inner, Binding(value, max(0, binding.depth - 1)), scope)

    def _add(self, name: str, binding: Binding, scope: Scope) -> None:
        scope.bound.setdefault(name, []).append(binding)
        if scope.kind == "class":
            self.attributes[scope.order].setdefault(name, []).append(binding)

    def _function(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, scope: Scope
    ) -> list[tuple[ast.AST, Scope]]:
        """Bind a function's arguments, to their defaults where they have one."""
        inner = Scope("function", scope.order, scope)
        given = node.args
        plain = [*given.posonlyargs, *given.args]
        padding = [None] * (len(plain) - len(given.defaults))
        pairs = [*zip(plain, [*padding, *given.defaults], strict=True)]
        pairs += zip(given.kwonlyargs, given.kw_defaults, strict=True)
        pairs += [(one, None) for one in (given.vararg, given.kwarg) if one]
        for argument, default in pairs:
            self._add(argument.arg, Binding(default), inner)
        outside: list[ast.AST] = [default for _, default in pairs if default]
        outside += [argument.annotation for argument, _ in pairs if argument.annotation]
        body = [node.body] if isinstance(node, ast.Lambda) else node.body
        if not isinstance(node, ast.Lambda):
            outside += [*node.decorator_list, *([node.returns] if node.returns else [])]
        return [(child, scope) for child in outside] + [(child, inner) for child in body]


def _returned(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[ast.expr]:
    """Yield the expressions that a function itself returns."""
    stack: list[ast.AST] = list(function.body)
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Return) and node.value:
            yield node.value
        if not isinstance(node, (*_FUNCTIONS, ast.ClassDef)):
            stack += ast.iter_child_nodes(node)
