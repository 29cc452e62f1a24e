"""What a mutant has in place of a piece of code: one operator for each kind of slip.

An operator looks at one node of a syntax tree, in its scope, and yields what might stand there.
"""

from __future__ import annotations

import ast
import copy
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

Replacement = ast.AST | list[ast.stmt]
"""What takes a node's place; of statements there may be any number."""

_ACTIVATIONS = ("sigmoid", "tanh", "relu")
_OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.Div: ast.Mult,
    ast.MatMult: ast.Mult,
}
_OPPOSITES: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.GtE,
    ast.GtE: ast.Lt,
    ast.Gt: ast.LtE,
    ast.LtE: ast.Gt,
}


@dataclass(frozen=True)
class Scope:
    """What a function knows: its variables, by the line that binds them first, and what `self` has.

    `attributes` says of each attribute whether the class sets it to an object made for it, such as
    a layer, or to a value that it was given.
    """

    names: dict[str, int] = field(default_factory=dict)
    attributes: dict[str, bool] = field(default_factory=dict)

    def owns(self, node: ast.AST) -> bool:
        """Whether an expression starts from a variable of the function, and not from a module."""
        while isinstance(node, (ast.Attribute, ast.Call, ast.Subscript)):
            node = node.func if isinstance(node, ast.Call) else node.value
        return not isinstance(node, ast.Name) or node.id in self.names


def _but(node: Any, **changes: Any) -> Any:
    """Return a node with some fields changed."""
    changed = copy.copy(node)
    for name, value in changes.items():
        setattr(changed, name, value)
    return changed


def _neighbours_swapped(items: Sequence[Any]) -> Iterator[list[Any]]:
    for index, (left, right) in enumerate(pairwise(items)):
        yield [*items[:index], right, left, *items[index + 2 :]]


def activation(node: ast.AST, _scope: Scope) -> Iterator[Replacement]:
    """Exchange σ, tanh and relu."""
    if isinstance(node, ast.Attribute) and node.attr in _ACTIVATIONS:
        for name in _ACTIVATIONS:
            yield _but(node, attr=name)


def arithmetic(node: ast.AST, _scope: Scope) -> Iterator[Replacement]:
    """Drop a term, a factor or a sign, take another operator, exchange the operands."""
    match node:
        case ast.BinOp(left=left, op=op, right=right):
            yield from (left, right)
            if type(op) in _OPERATORS:
                yield _but(node, op=_OPERATORS[type(op)]())
            if not isinstance(op, (ast.Add, ast.Mult)):
                yield _but(node, left=right, right=left)
        case ast.UnaryOp(operand=operand):
            yield operand
        case ast.AugAssign(target=target, value=value):
            yield ast.Assign([target], value, lineno=node.lineno)
            if type(node.op) in _OPERATORS:
                yield _but(node, op=_OPERATORS[type(node.op)]())


def number(node: ast.AST, _scope: Scope) -> Iterator[Replacement]:
    """Add one to a number or take one away; exchange True and False."""
    match node:
        case ast.Constant(value=bool(value)):
            yield ast.Constant(not value)
        case ast.Constant(value=int(value) | float(value)):
            yield from (ast.Constant(value + 1), ast.Constant(value - 1))


def bound(node: ast.AST, _scope: Scope) -> Iterator[Replacement]:
    """Begin or end a slice or a range one off, or run a range backwards."""
    match node:
        case ast.Slice(lower=lower, upper=upper):
            if lower is None:
                yield _but(node, lower=ast.Constant(1))
            if upper is None:
                yield _but(node, upper=ast.Constant(-1))
        case ast.Call(func=ast.Name(id="range"), args=[*before, last]):
            yield _but(node, args=[*before, ast.BinOp(last, ast.Sub(), ast.Constant(1))])
            if not before:
                yield _but(node, args=[ast.Constant(1), last])
            yield ast.Call(ast.Name("reversed"), [node], [])


def neighbour(node: ast.AST, _scope: Scope) -> Iterator[Replacement]:
    """Exchange two neighbours: arguments of a call or a function, elements of a tuple."""
    match node:
        case ast.Call(args=arguments):
            for swapped in _neighbours_swapped(arguments):
                yield _but(node, args=swapped)
        case ast.Tuple(elts=elements) | ast.List(elts=elements):
            for swapped in _neighbours_swapped(elements):
                yield _but(node, elts=swapped)
        case ast.FunctionDef(args=ast.arguments(args=arguments)):
            first = [item for item in arguments[:1] if item.arg == "self"]
            for swapped in _neighbours_swapped(arguments[len(first) :]):
                yield _but(node, args=_but(node.args, args=[*first, *swapped]))


def name(node: ast.AST, scope: Scope) -> Iterator[Replacement]:
    """Take the variable bound before or after this one, or a like attribute of self."""
    match node:
        case ast.Name(id=used, ctx=ast.Load()) if used in scope.names:
            known = [other for other, line in scope.names.items() if line < node.lineno]
            known = known if used in known else [*known, used]
            place = known.index(used)
            for other in (*known[:place][-1:], *known[place + 1 :][:1]):
                yield _but(node, id=other)
        case ast.Attribute(value=ast.Name(id="self"), attr=used, ctx=ast.Load()):
            for other, made in scope.attributes.items():
                if made is scope.attributes.get(used):
                    yield _but(node, attr=other)


def comparison(node: ast.AST, _scope: Scope) -> Iterator[Replacement]:
    """Negate a comparison."""
    if isinstance(node, ast.Compare) and type(node.ops[0]) in _OPPOSITES:
        yield _but(node, ops=[_OPPOSITES[type(node.ops[0])](), *node.ops[1:]])


def call(node: ast.AST, scope: Scope) -> Iterator[Replacement]:
    """Drop a keyword; drop a call, for its receiver or its only argument."""
    match node:
        case ast.Call(keywords=keywords):
            for keyword in keywords:
                yield _but(node, keywords=[other for other in keywords if other is not keyword])
            match node.func:
                case ast.Attribute(value=ast.Name(id="self")):
                    yield from node.args[:1]
                case ast.Attribute(value=receiver) if scope.owns(receiver):
                    yield receiver
                case _ if len(node.args) == 1:
                    yield node.args[0]


def statement(node: ast.AST, _scope: Scope) -> Iterator[Replacement]:
    """Drop a statement, or a `with`; end a loop after one pass; move a statement out of it."""
    if isinstance(node, ast.stmt) and not isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        yield []
    match node:
        case ast.With(body=body):
            yield body
        case ast.For(body=body):
            yield _but(node, body=[*body, ast.Break()])
            for index, moved in enumerate(body):
                rest = [*body[:index], *body[index + 1 :]] or [ast.Pass()]
                yield [_but(node, body=rest), moved]


OPERATORS: tuple[Callable[[ast.AST, Scope], Iterator[Replacement]], ...] = (
    activation,
    arithmetic,
    number,
    bound,
    neighbour,
    name,
    comparison,
    call,
    statement,
)
