"""Small edits of a student's own code, each tried where that code runs.

A probe (`grader.student.probes`): all of it travels to the sandbox. It edits the syntax tree of a
class or function in its place, compiles it beside the notebook's names, calls it, and undoes the
edit. It says what came back and compares nothing: what is right is not known there.
"""

from __future__ import annotations

import ast
import copy
import inspect
import linecache
from typing import TYPE_CHECKING, Any

import torch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from grader.student.probes import Notebook

LARGEST_TREE = 2500  # nodes: more than an assignment's longest definition has
LARGEST_ANSWER = 4096  # elements of a tensor
LONGEST = 200  # characters of a text that is sent
BENT = ("sigmoid", "tanh", "relu")
ALIKE = (BENT, ("sum", "mean", "amax", "prod"), ("zeros", "ones", "randn"), ("train", "eval"))
AXES = (-1, 0, 1, 2)


def tried(
    notebook: Notebook,
    name: str,
    call: Callable[[Notebook, Any], Any],
    casos: Any,
    first: int,
    most: int,
) -> list[Any]:
    """Return [line, its text, was, becomes, answer] of some edits, from number `first` on.

    An edit that raises has None for an answer. Fewer than `most` come back where there are no more;
    none for code whose source is not at hand, that is too long, or that may loop without end.
    """
    tree, filename = source_of(notebook[name])
    found: list[Any] = []
    for number, (line, was, becomes) in enumerate(edits(tree)):
        if number >= first + most:
            break
        if number >= first:
            answer = answer_of(tree, filename, notebook, call, casos)
            text = linecache.getline(filename, line).partition(" #")[0].strip()
            found.append([line, *(one[:LONGEST] for one in (text, was, becomes)), answer])
    return found


def source_of(own: Any) -> tuple[ast.Module, str]:
    """Return a definition alone as a module, and its file's name; nothing where it cannot be."""
    nothing = ast.Module([], []), ""
    own = inspect.unwrap(own)
    inner = [one for one in vars(own).values() if inspect.isfunction(one)]
    code = next((one.__code__ for one in (inner if inspect.isclass(own) else [own])), None)
    if code is None:
        return nothing
    text = "".join(linecache.getlines(code.co_filename))
    try:
        everything = ast.parse(text)
    except (SyntaxError, ValueError):
        return nothing
    for node in everything.body:
        if isinstance(node, (ast.ClassDef, ast.FunctionDef)) and node.name == own.__name__:
            nodes = list(ast.walk(node))
            if len(nodes) <= LARGEST_TREE and not any(isinstance(one, ast.While) for one in nodes):
                return ast.Module([node], []), code.co_filename
    return nothing


def edits(tree: ast.Module) -> Iterator[tuple[int, str, str]]:
    """Make each edit in its turn: yield its line, what stood there and what stands there now.

    The first is none, for whoever wants to see that the source is that of the code that runs.
    """
    if tree.body:
        yield 0, "", ""
    nodes = list(ast.walk(tree))
    attributes = {one.attr: None for one in nodes if isinstance(one, ast.Attribute) and is_own(one)}
    functions = [one for one in nodes if isinstance(one, ast.FunctionDef)]
    for instead in (less, another, other_number, other_word, more):
        for function in functions:
            names = {one.arg: None for one in function.args.args if one.arg != "self"}
            names |= {
                one.id: None
                for one in ast.walk(function)
                if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)
            }
            for parent, field, place, node in places(function):
                for other in instead(node, list(names), list(attributes)):
                    new = located(other, node)
                    was, becomes = ast.unparse(node), ast.unparse(new)
                    if was != becomes:
                        put(parent, field, place, new)
                        yield node.lineno, was, becomes
                        put(parent, field, place, node)


def answer_of(
    tree: ast.Module,
    filename: str,
    notebook: Notebook,
    call: Callable[[Notebook, Any], Any],
    casos: Any,
) -> Any:
    """Return what the definition gives now, None if it gives nothing that can be sent."""
    beside = dict(notebook)
    try:
        exec(compile(tree, filename, "exec", dont_inherit=True), beside)  # noqa: S102 - the student's
        return plain(call(beside, copy.deepcopy(casos)))
    except Exception:  # noqa: BLE001 - most edits are wrong
        return None


def plain(value: Any) -> Any:
    """Return a value whose tensors are small and stand alone. Raises TypeError for another."""
    if isinstance(value, (list, tuple)):
        return type(value)([plain(one) for one in value]) if len(value) <= LARGEST_ANSWER else None
    if isinstance(value, torch.Tensor):
        if value.numel() > LARGEST_ANSWER or value.layout is not torch.strided:
            raise TypeError
        return value.detach().clone()
    if value is None or type(value) in (bool, int, float, str):
        return value
    raise TypeError


def is_own(node: ast.Attribute) -> bool:
    """Whether it is `self.X`, read."""
    of_self = isinstance(node.value, ast.Name) and node.value.id == "self"
    return of_self and isinstance(node.ctx, ast.Load)


def places(function: ast.FunctionDef) -> list[tuple[Any, str, int | None, Any]]:
    """Return where statements and expressions stand in a function's body: parent, field, index."""
    found: list[tuple[Any, str, int | None, Any]] = []
    for parent in ast.walk(function):
        for field, value in ast.iter_fields(parent):
            if parent is function and field != "body":
                continue
            for index, node in enumerate(value) if isinstance(value, list) else [(None, value)]:
                if isinstance(node, (ast.expr, ast.stmt)) and not isinstance(node, ast.FunctionDef):
                    found.append((parent, field, index, node))
    return found


def put(parent: Any, field: str, index: int | None, node: Any) -> None:
    """Put a node in its place."""
    if index is None:
        setattr(parent, field, node)
    else:
        getattr(parent, field)[index] = node


def located(new: Any, node: Any) -> Any:
    """Return a node with the lines of the one whose place it takes."""
    return ast.fix_missing_locations(ast.copy_location(new, node))


def another(node: Any, names: list[str], attributes: list[str]) -> Iterator[Any]:
    """Take another variable, layer or operator; exchange two things."""
    match node:
        case ast.Name(ctx=ast.Load()) if node.id in names:
            yield from (ast.Name(one, ast.Load()) for one in names if one != node.id)
        case ast.Attribute(value=ast.Name("self"), ctx=ast.Load()):
            yield from (
                ast.Attribute(node.value, one, ast.Load()) for one in attributes if one != node.attr
            )
        case ast.BinOp(left, op, right):
            yield from (ast.BinOp(left, one(), right) for one in other_operators(op))
            if not isinstance(op, (ast.Add, ast.Mult)):
                yield ast.BinOp(right, op, left)
        case ast.Compare(left, [_], right):
            others = (ast.Gt, ast.GtE, ast.Lt, ast.LtE, ast.Eq, ast.NotEq)
            yield from (ast.Compare(left, [one()], right) for one in others)
        case ast.Tuple(items, ctx) | ast.List(items, ctx) if 2 <= len(items) <= 4:  # noqa: PLR2004
            yield from (type(node)(swapped(items, one), ctx) for one in range(len(items) - 1))
        case ast.Call(function, given) if len(given) > 1:
            yield from (
                ast.Call(function, swapped(given, one), node.keywords)
                for one in range(len(given) - 1)
            )


def other_number(node: Any, _names: list[str], _attributes: list[str]) -> Iterator[Any]:
    """Take another number or axis."""
    match node:
        case ast.Constant(value=bool(value)):
            yield ast.Constant(not value)
        case ast.Constant(value=int(value) | float(value)):
            changed = (value + 1, value - 1, -value, 2 * value, value / 2, value**2, value**0.5, 0)
            yield from map(ast.Constant, dict.fromkeys(one for one in changed if one.imag == 0))
        case ast.UnaryOp(ast.USub(), ast.Constant(value=int())):
            yield from map(ast.Constant, (*AXES, -2))


def less(node: Any, _names: list[str], _attributes: list[str]) -> Iterator[Any]:
    """Leave out a statement, a term, a factor, a sign, a call, an index, an option."""
    match node:
        case ast.BinOp(left, _, right):
            yield from (left, right)
        case ast.UnaryOp(operand=inner) | ast.Subscript(value=inner, ctx=ast.Load()):
            yield inner
        case ast.Call(ast.Attribute(value), given) as call:
            yield from given[:1]
            yield value
            for word in call.keywords:
                rest = [one for one in call.keywords if one is not word]
                yield ast.Call(call.func, given, rest)
        case ast.Call(_, [given, *_]):
            yield given
        case ast.IfExp(_, one, two):
            yield from (one, two)
        case ast.Assign() | ast.AugAssign() | ast.Expr() | ast.If():
            yield ast.Pass()
            if isinstance(node, ast.AugAssign):
                yield ast.Assign([node.target], node.value)
            if isinstance(node, ast.If):
                yield ast.If(ast.Constant(value=True), node.body, [])


def other_word(node: Any, _names: list[str], _attributes: list[str]) -> Iterator[Any]:
    """Take a function of the same family, or another axis."""
    match node:
        case ast.Call(ast.Attribute(value, word), given) as call:
            for family in ALIKE:
                for one in family if word in family else ():
                    other = ast.Attribute(value, one, ast.Load())
                    yield ast.Call(other, given, call.keywords)
            for keyword in call.keywords:
                if keyword.arg in ("dim", "axis"):
                    rest = [one for one in call.keywords if one is not keyword]
                    for axis in AXES:
                        said = ast.keyword(keyword.arg, ast.Constant(axis))
                        yield ast.Call(call.func, given, [*rest, said])


def more(node: Any, names: list[str], _attributes: list[str]) -> Iterator[Any]:
    """Add an activation, a complement, a sign, a term or a factor."""
    is_name = isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in names
    if is_name or isinstance(node, (ast.BinOp, ast.Call)):
        for word in BENT:
            yield ast.Call(
                ast.Attribute(ast.Name("torch", ast.Load()), word, ast.Load()), [node], []
            )
        yield ast.BinOp(ast.Constant(1), ast.Sub(), node)
        yield ast.UnaryOp(ast.USub(), node)
        if not is_name:
            for one in names:
                yield ast.BinOp(node, ast.Mult(), ast.Name(one, ast.Load()))
                yield ast.BinOp(node, ast.Add(), ast.Name(one, ast.Load()))


def other_operators(op: ast.operator) -> tuple[type[ast.operator], ...]:
    """Return the operators that may have been meant."""
    usual = (ast.Add, ast.Sub, ast.Mult, ast.Div)
    return tuple(one for one in usual if not isinstance(op, one)) if isinstance(op, usual) else ()


def swapped(items: list[ast.expr], first: int) -> list[ast.expr]:
    """Return a list with two neighbours exchanged."""
    return [*items[:first], items[first + 1], items[first], *items[first + 2 :]]
