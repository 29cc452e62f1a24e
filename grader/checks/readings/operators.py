"""The small changes: one operator for each slip that people make in an equation.

An operator looks at one node of an expression, and yields what might stand in its place.
"""

from __future__ import annotations

import ast
import copy
import itertools
from typing import TYPE_CHECKING, Any, Literal

from grader.checks.readings.notation import MODULES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

Role = Literal["tensor", "layer", "piece", "mask"]
"""What a name in an equation is: a name can only be taken for another of its role.

A layer is a Linear; a piece is whatever else can be called."""

_ACTIVATIONS = ("sigmoid", "tanh", "relu", "softmax", "log_softmax", "exp")
_BENT = ("sigmoid", "tanh", "relu")
"""Activations that somebody may add where there is none."""
_REDUCTIONS = ("sum", "mean", "amax", "max", "std", "var", "prod")
_AXES = (-1, 0, 1, 2)
_PLACES = (0, 1, 2, 3)
_FILLS = (0.0, 1.0, -1.0, -10.0, -100.0, -1e3, -1e9)
"""What people fill masked scores with, where minus infinity is meant."""
_INSTEAD: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub, ast.Mult),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Add, ast.Sub, ast.Div),
    ast.Div: (ast.Mult,),
}


def variable(node: ast.expr, scope: Mapping[str, Role]) -> Iterator[ast.expr]:
    """Take another variable of its role, or a complement, its opposite, its activation."""
    match node:
        case ast.Name(id=used) if used in scope:
            alike = [other for other, role in scope.items() if role == scope[used]]
            yield from map(_name, alike)
            if scope[used] == "tensor":
                for other in dict.fromkeys((used, *alike)):
                    yield ast.BinOp(ast.Constant(1), ast.Sub(), _name(other))
                yield ast.UnaryOp(ast.USub(), node)
                yield from (_call(name, node) for name in _BENT)
            if scope[used] == "mask":
                yield ast.UnaryOp(ast.Invert(), node)


def exchanged(node: ast.expr, scope: Mapping[str, Role]) -> Iterator[ast.expr]:
    """Exchange two variables of one role, wherever this expression has them."""
    used = dict.fromkeys(n.id for n in ast.walk(node) if isinstance(n, ast.Name) and n.id in scope)
    for one, other in itertools.combinations(used, 2):
        if scope[one] == scope[other] and not isinstance(node, ast.Name):
            yield _Renamed({one: other, other: one}).visit(copy.deepcopy(node))


def everywhere(node: ast.expr, scope: Mapping[str, Role]) -> Iterator[ast.expr]:
    """Take another variable for one, wherever this expression has it."""
    used = dict.fromkeys(n.id for n in ast.walk(node) if isinstance(n, ast.Name) and n.id in scope)
    for one in used:
        for other, role in scope.items():
            if role == scope[one] and not isinstance(node, ast.Name):
                yield _Renamed({one: other}).visit(copy.deepcopy(node))


def element(node: ast.expr, scope: Mapping[str, Role]) -> Iterator[ast.expr]:
    """Take a variable for an element of another, or another element."""
    match node:
        case ast.Subscript(ast.Name(id=used), place) if used in scope:
            yield from (_name(other) for other, role in scope.items() if role == scope[used])
            if _integer(place) is not None:
                yield from (_but(node, slice=_number(other)) for other in _PLACES)


def activation(node: ast.expr, scope: Mapping[str, Role]) -> Iterator[ast.expr]:
    """Take another activation, or none, or one more."""
    match node:
        case ast.Call(ast.Attribute(value, name) as function, [*given]) if name in _ACTIVATIONS:
            for other in _ACTIVATIONS:
                if (other in _BENT) == (name in _BENT):
                    yield _but(node, func=_but(function, attr=other))
            bare = given[0] if _is_module(value) and given else value
            if name in _BENT:
                yield _call("softmax", bare, _number(-1))
            yield from (bare, ast.BinOp(ast.Constant(1), ast.Sub(), node))
        case ast.BinOp() | ast.Call():
            yield from (_call(name, node) for name in _BENT if _gives_tensor(node, scope))


def activation_moved(node: ast.expr, _scope: Mapping[str, Role]) -> Iterator[ast.expr]:
    """Take an activation of the whole for one of each part, of one part for the whole, …."""
    match node:
        case ast.Call(ast.Attribute(_, name), [ast.BinOp(left, _, right) as inner]) if (
            name in _BENT
        ):
            one, two = _call(name, left), _call(name, right)
            yield from (
                _but(inner, left=one),
                _but(inner, right=two),
                _but(inner, left=one, right=two),
            )
        case ast.BinOp(left, _, right):
            for side, part in (("left", left), ("right", right)):
                if isinstance(part, ast.Call) and _function(part) in _BENT and part.args:
                    yield _call(_function(part), _but(node, **{side: part.args[0]}))


def arithmetic(node: ast.expr, scope: Mapping[str, Role]) -> Iterator[ast.expr]:
    """Leave out a term, a factor, a sign, all but one variable; take another operator; exchange the
    operands.
    """  # noqa: D205 - one sentence
    match node:
        case ast.BinOp(left, op, right):
            yield from (left, right)
            yield from (_but(node, op=other()) for other in _INSTEAD.get(type(op), ()))
            if not isinstance(op, (ast.Add, ast.Mult)):
                yield _but(node, left=right, right=left)
            yield from (
                _but(node, left=one, right=two) for one in _factors(left) for two in _factors(right)
            )
            yield from (_name(name) for name in _names(node) if scope.get(name) == "tensor")
        case ast.UnaryOp(operand=operand):
            yield operand


def distribution(node: ast.expr, _scope: Mapping[str, Role]) -> Iterator[ast.expr]:
    """Put brackets elsewhere: a·b + c is a·(b + c), a factor moves out of what it multiplies."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        for one, other in ((node.left, node.right), (node.right, node.left)):
            for factor, rest in itertools.permutations(_factors(one), 2):
                yield ast.BinOp(factor, ast.Mult(), ast.BinOp(rest, node.op, other))
    match node:
        case ast.BinOp(ast.BinOp(first, (ast.Add() | ast.Sub()) as op, second), ast.Mult(), third):
            yield ast.BinOp(first, op, ast.BinOp(second, ast.Mult(), third))
        case ast.BinOp(first, ast.Mult() as times, ast.BinOp(second, op, third)):
            yield ast.BinOp(ast.BinOp(first, times, second), op, third)
            yield ast.BinOp(second, op, ast.BinOp(first, times, third))


def layer(node: ast.expr, scope: Mapping[str, Role]) -> Iterator[ast.expr]:
    """Leave out a layer or its bias, have it twice, move a factor into it or out of it."""
    match node:
        case ast.Call(ast.Name(id=name) as function, [given]) if scope.get(name) == "layer":
            yield given
            weight = ast.Attribute(ast.Attribute(function, "weight"), "T")
            yield ast.BinOp(given, ast.MatMult(), weight)
            yield ast.Attribute(function, "bias")
            match given:
                case ast.BinOp(left, ast.Mult() as times, right):
                    yield ast.BinOp(left, times, _but(node, args=[right]))
                    yield ast.BinOp(_but(node, args=[left]), times, right)
                case ast.BinOp(left, op, right):
                    yield _but(given, left=_but(node, args=[left]))
                    yield _but(given, right=_but(node, args=[right]))
                    yield ast.BinOp(_but(node, args=[left]), op, _but(node, args=[right]))
        case ast.BinOp(left, ast.Mult(), ast.Call(ast.Name(id=name), [given]) as outer) if (
            scope.get(name) == "layer"
        ):
            yield _but(outer, args=[_but(node, right=given)])


def axis(node: ast.expr, _scope: Mapping[str, Role]) -> Iterator[ast.expr]:
    """Take another axis."""
    if isinstance(node, ast.Call):
        for word in node.keywords:
            if word.arg in ("dim", "axis") and (used := _integer(word.value)) is not None:
                rest = [other for other in node.keywords if other is not word]
                for other in _AXES:
                    if other != used:
                        yield _but(node, keywords=[*rest, ast.keyword(word.arg, _number(other))])
        if _function(node) in (*_REDUCTIONS, *_ACTIVATIONS, "flip", "cumsum"):
            for place, given in enumerate(node.args):
                if _integer(given) is not None:
                    for other in _AXES:
                        args = [*node.args[:place], _number(other), *node.args[place + 1 :]]
                        yield _but(node, args=args)


def reduction(node: ast.expr, _scope: Mapping[str, Role]) -> Iterator[ast.expr]:
    """Take a mean for a sum, and the like; leave out a root, a power, an option, a call."""
    match node:
        case ast.Call(ast.Attribute(value, name) as function, given, keywords):
            if name in _REDUCTIONS:
                for other in _REDUCTIONS:
                    yield _but(node, func=_but(function, attr=other))
            for word in keywords:
                yield _but(node, keywords=[other for other in keywords if other is not word])
                if isinstance(word.value, ast.Constant) and isinstance(word.value.value, bool):
                    flipped = ast.keyword(word.arg, ast.Constant(not word.value.value))
                    yield _but(node, keywords=[flipped if o is word else o for o in keywords])
            if name not in _ACTIVATIONS:
                yield given[0] if _is_module(value) and given else value


def masked(node: ast.expr, _scope: Mapping[str, Role]) -> Iterator[ast.expr]:
    """Fill what is masked after the softmax and not before, or with another number."""
    match node:
        case ast.Call(ast.Attribute(_, "masked_fill"), [mask, _]):
            yield from (_but(node, args=[mask, _number(value)]) for value in _FILLS)
        case ast.Call(
            ast.Attribute(ast.Call(ast.Attribute(bare, "masked_fill"), [mask, _]), "softmax"),
            given,
            options,
        ) | ast.Call(
            ast.Attribute(_, "softmax"),
            [ast.Call(ast.Attribute(bare, "masked_fill"), [mask, _]), *given],
            options,
        ):
            soft = _but(_call("softmax", bare, *given), keywords=options)
            fill = ast.Attribute(soft, "masked_fill", ast.Load())
            yield ast.Call(fill, [mask, ast.Constant(0.0)], [])


def number(node: ast.expr, _scope: Mapping[str, Role]) -> Iterator[ast.expr]:
    """Add one to a number or take one away; take its half, its double, its opposite."""
    match node:
        case ast.Constant(value=bool()):
            return
        case ast.Constant(value=int(value) | float(value)):
            changed = (value + 1, value - 1, 2 * value, value / 2, -value)
            yield from (_number(other) for other in changed)


def bound(node: ast.expr, _scope: Mapping[str, Role]) -> Iterator[ast.expr]:
    """Begin or end a slice one off; take the first for the last."""
    match node:
        case ast.Subscript(_, ast.Slice(lower, upper) as part):
            if lower is None:
                yield _but(node, slice=_but(part, lower=ast.Constant(1)))
            if upper is None:
                yield _but(node, slice=_but(part, upper=ast.Constant(-1)))
        case ast.UnaryOp(ast.USub(), ast.Constant(value=1)):
            yield ast.Constant(0)


OPERATORS: tuple[Callable[[ast.expr, Mapping[str, Role]], Iterator[ast.expr]], ...] = (
    variable,
    activation,
    arithmetic,
    exchanged,
    everywhere,
    element,
    activation_moved,
    distribution,
    layer,
    axis,
    reduction,
    masked,
    number,
    bound,
)
"""In the order in which people slip: the first change that explains some numbers is shown."""


def _factors(node: ast.expr) -> tuple[ast.expr, ...]:
    match node:
        case ast.BinOp(left, ast.Mult(), right):
            return left, right
    return ()


def _names(node: ast.expr) -> list[str]:
    return list(dict.fromkeys(one.id for one in ast.walk(node) if isinstance(one, ast.Name)))


class _Renamed(ast.NodeTransformer):
    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name(self._names.get(node.id, node.id), node.ctx)


def _but(node: Any, **changes: Any) -> Any:
    """Return a node with some fields changed."""
    changed = copy.copy(node)
    for name, value in changes.items():
        setattr(changed, name, value)
    return changed


def _name(name: str) -> ast.expr:
    return ast.Name(name, ast.Load())


def _number(value: float) -> ast.expr:
    return ast.Constant(value) if value >= 0 else ast.UnaryOp(ast.USub(), ast.Constant(-value))


def _integer(node: ast.expr) -> int | None:
    match node:
        case ast.Constant(value=int(value)):
            return value
        case ast.UnaryOp(ast.USub(), ast.Constant(value=int(value))):
            return -value
    return None


def _call(name: str, *given: ast.expr) -> ast.expr:
    return ast.Call(ast.Attribute(_name("torch"), name, ast.Load()), list(given), [])


def _is_module(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in MODULES


def _function(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else ""


def _gives_tensor(node: ast.expr, scope: Mapping[str, Role]) -> bool:
    """Whether an expression is made of tensors, and not of sizes alone."""
    names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
    return any(scope.get(name) in ("tensor", "layer") for name in names)
