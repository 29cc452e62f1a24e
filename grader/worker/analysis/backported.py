"""Cells for a newer Python than this one, as this one's syntax trees; names of newer `typing`."""

from __future__ import annotations

import ast
import collections.abc
import typing
from typing import TYPE_CHECKING

import typing_extensions

from grader.worker.analysis.newer import older

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from grader.worker.analysis.older_syntax import Written

_MODULES = {"typing": typing, "collections.abc": collections.abc}
_EXTENSIONS = "typing_extensions"
_MAKERS = {"": "TypeVar", "*": "TypeVarTuple", "**": "ParamSpec"}
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


class TooNew(Exception):
    """What a newer Python reads, and cannot be said in this one's syntax."""

    def __init__(self, written: Written) -> None:
        super().__init__()
        self.since, self.what = written.newer[-1]


def parse(source: str) -> tuple[ast.Module, list[tuple[str, str]]]:
    """Return the tree of a cell that `ast.parse` refuses, and what in it is newer.

    Raises SyntaxError where no Python reads it, and TooNew.
    """
    written = older(source)
    if written is None:
        raise SyntaxError
    if written.unknown:
        raise TooNew(written)
    tree = ast.parse(written.code)
    _fill_in(tree, written)
    _name_aliases(tree, written.marks)
    definitions = [node for node in ast.walk(tree) if isinstance(node, _DEFINITIONS)]
    definitions.sort(key=lambda node: (node.lineno, node.col_offset))
    made: dict[ast.AST, list[ast.stmt]] = {}
    for number in sorted(written.parameters, reverse=True):  # what stands within comes first
        node = definitions[number]
        made.setdefault(node, []).extend(_make_parameters(node, written.parameters[number]))
    _put_before(tree, made)
    if PARTS_OF_TYPES.intersection(what for _, what in written.newer):
        _import_extensions(tree)
    return ast.fix_missing_locations(tree), written.newer


PARTS_OF_TYPES = frozenset({"type", "[T]", "[T = …]"})


def with_newer_names(tree: ast.Module) -> list[tuple[str, int]]:
    """Have a tree import from typing_extensions what this Python's `typing` lacks.

    Return the names, each with its line.
    """
    found: list[tuple[str, int]] = []
    for block in _blocks(tree):
        for place, node in reversed(list(enumerate(block))):
            if isinstance(node, ast.ImportFrom) and node.module in _MODULES and not node.level:
                newer = [one for one in node.names if _is_newer(node.module, one.name)]
                if newer:
                    found += [(one.name, node.lineno) for one in newer]
                    rest = [one for one in node.names if one not in newer]
                    moved = ast.copy_location(ast.ImportFrom(_EXTENSIONS, newer, 0), node)
                    kept = [ast.copy_location(ast.ImportFrom(node.module, rest, 0), node)]
                    block[place : place + 1] = [*(kept if rest else []), moved]
    found += _newer_attributes(tree)
    return sorted(found, key=lambda one: one[1])


def _is_newer(module: str, name: str) -> bool:
    return not hasattr(_MODULES[module], name) and hasattr(typing_extensions, name)


def _newer_attributes(tree: ast.Module) -> list[tuple[str, int]]:
    """Turn `typing.override` into `typing_extensions.override` where it has to be."""
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import)]
    names = {
        one.asname or one.name for node in imports for one in node.names if one.name in _MODULES
    }
    found: list[tuple[str, int]] = []
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=ast.Name(id=name) as base, attr=attr) if (
                name in names and _is_newer("typing", attr)
            ):
                base.id = _EXTENSIONS
                found.append((attr, node.lineno))
    if found:
        _import_extensions(tree)
    return found


def _import_extensions(tree: ast.Module) -> None:
    """Import typing_extensions first of all, but for what Python wants first."""
    first = 0
    for place, node in enumerate(tree.body):
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            first = place + 1
    imported = ast.copy_location(ast.Import([ast.alias(_EXTENSIONS)]), tree.body[max(0, first - 1)])
    tree.body.insert(first, ast.fix_missing_locations(imported))


def _blocks(root: ast.AST) -> Iterator[list[ast.stmt]]:
    for node in list(ast.walk(root)):
        for field in ("body", "orelse", "finalbody"):
            block = getattr(node, field, None)
            if isinstance(block, list):
                yield block


def _fill_in(tree: ast.Module, written: Written) -> None:
    """Put the expressions of f-strings where names stand for them."""
    known: dict[str, ast.expr] = {}
    for name, code in written.expressions.items():  # those within others come first
        inner = ast.parse(f"({code}\n)", mode="eval")
        _replace(inner, known)
        known[name] = inner.body
    _replace(tree, known)


def _replace(tree: ast.AST, known: dict[str, ast.expr]) -> None:
    """Replace names by what they stand for, which is then where the name was."""
    for node in list(ast.walk(tree)):
        for field, value in ast.iter_fields(node):
            if isinstance(value, ast.Name) and value.id in known:
                setattr(node, field, _placed(known[value.id], value))


def _placed(root: ast.expr, where: ast.expr) -> ast.expr:
    for node in ast.walk(root):
        if isinstance(node, (ast.expr, ast.arg, ast.keyword)):
            ast.copy_location(node, where)
    return root


def _name_aliases(tree: ast.Module, marks: str) -> None:
    """Make `X = <marks>alias("X", …, "T")` a call of what Python's own `type X[T] = …` calls."""
    for block in list(_blocks(tree)):
        for place, node in reversed(list(enumerate(block))):
            match node:
                case ast.Assign(value=ast.Call(func=ast.Name(id=name)) as call) if (
                    name == f"{marks}alias"
                ):
                    call.func = _of_extensions("TypeAliasType", node)
                    texts = [str(getattr(one, "value", "")) for one in call.args[2:]]
                    del call.args[2:]
                    if texts:
                        title = str(getattr(call.args[0], "value", ""))
                        made, names = _variables(title, texts, node)
                        _rename(call.args[1], names)
                        held = [ast.Name(one, ast.Load()) for one in names.values()]
                        given = ast.Tuple(list[ast.expr](held), ast.Load())
                        call.keywords = [ast.keyword("type_params", given)]
                        block[place:place] = made


def _make_parameters(
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, texts: list[str]
) -> list[ast.stmt]:
    """Give a class or function its type parameters as they once were; return what makes them."""
    made, names = _variables(node.name, texts, node)
    for child in _in_scope(node, set(names)):
        _rename(child, names)
    if isinstance(node, ast.ClassDef) and not any(map(_is_generic, node.bases)):
        parts: list[ast.expr] = [
            ast.Starred(ast.Name(name, ast.Load()), ast.Load())
            if text.startswith("*") and not text.startswith("**")
            else ast.Name(name, ast.Load())
            for text, name in zip(texts, names.values(), strict=True)
        ]
        base = _of_extensions("Generic", node)
        node.bases.append(ast.Subscript(base, ast.Tuple(parts, ast.Load()), ast.Load()))
    return made


def _is_generic(base: ast.expr) -> bool:
    return any(
        getattr(node, "id", getattr(node, "attr", "")) in {"Generic", "Protocol"}
        for node in ast.walk(base)
    )


def _variables(
    title: str, texts: list[str], where: ast.stmt
) -> tuple[list[ast.stmt], dict[str, str]]:
    """Return statements that make type variables, and the names that they have by the old ones."""
    made: list[ast.stmt] = []
    names: dict[str, str] = {}
    for text in texts:
        name = text.lstrip("*")
        names[name] = f"_{name}_of_{title}"
        maker = _of_extensions(_MAKERS[text.removesuffix(name)], where)
        call = ast.Call(maker, [ast.Constant(name)], [])
        statement = ast.Assign([ast.Name(names[name], ast.Store())], call)
        made.append(ast.copy_location(statement, where))
    return made, names


def _of_extensions(name: str, where: ast.AST) -> ast.expr:
    made = ast.Attribute(ast.Name(_EXTENSIONS, ast.Load()), name, ast.Load())
    return ast.copy_location(made, where)


def _in_scope(node: ast.AST, names: set[str]) -> Iterator[ast.AST]:
    """Yield the parts of a definition where these names are its type parameters."""
    if isinstance(node, ast.ClassDef):
        yield from (*node.bases, *node.keywords)
        for child in node.body:
            yield from _in_scope(child, names)
    elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        given = node.args
        arguments = [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg]
        yield from (one.annotation for one in arguments if one and one.annotation)
        yield from [node.returns] if node.returns else []
        bound = {one.arg for one in arguments if one} | set(_stored(node.body))
        if not bound & names:
            yield from node.body
    else:
        yield node


def _stored(nodes: Iterable[ast.AST]) -> Iterator[str]:
    for root in nodes:
        for node in ast.walk(root):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                yield node.id
            elif isinstance(node, ast.arg):
                yield node.arg


def _rename(root: ast.AST, names: dict[str, str]) -> None:
    for node in ast.walk(root):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            node.id = names.get(node.id, node.id)


def _put_before(tree: ast.Module, made: dict[ast.AST, list[ast.stmt]]) -> None:
    """Put what makes type variables before the top-level statement that they are for."""
    body: list[ast.stmt] = []
    for node in tree.body:
        inner = [one for one in ast.walk(node) if one in made] if made else []
        body += [statement for one in inner for statement in made[one]]
        body.append(node)
    tree.body = body
