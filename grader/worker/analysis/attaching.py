"""What gives a class its methods from outside: decorators, helpers, loops that attach.

`@add_to_class(celdaLSTM)`, `@patch` before `def forward(self: celdaLSTM, …)`,
`register(celdaLSTM, forward=f)`, `for C, f in pairs: setattr(C, "forward", f)`: such a statement
changes the classes that it names, if what it calls attaches something to something.
"""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from grader.worker.analysis.statements import Statement

_SETTERS = frozenset({"setattr", "delattr", "__setattr__"})
_GATHER = frozenset({"dict", "list", "set", "tuple", "zip"})
OF_PACKAGES = frozenset({"add_to_class", "patch", "patch_to"})
"""What packages that teach or extend classes call their decorators."""
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def with_attached(found: list[Statement]) -> list[Statement]:
    """Have each statement that attaches something to a class of the notebook extend it."""
    classes = {item.node.name for item in found if isinstance(item.node, ast.ClassDef)}
    if not classes:
        return found
    meant = _meant(found, classes)
    helpers = _helpers(found, meant)
    return [replace(item, extends=item.extends | _attached(item, helpers, meant)) for item in found]


def _meant(found: list[Statement], classes: set[str]) -> dict[str, frozenset[str]]:
    """Return the classes that each name stands for or holds: themselves, `C = celdaLSTM`."""
    meant = {name: frozenset({name}) for name in classes}
    for item in found:
        if isinstance(item.node, ast.Assign) and not _computed(item.node.value):
            named = _named(ast.walk(item.node.value), meant)
            for target in item.node.targets if named else ():
                if isinstance(target, ast.Name) and target.id not in classes:
                    meant[target.id] = meant.get(target.id, frozenset()) | named
    return meant


def _computed(value: ast.expr) -> bool:
    """Whether a value comes of a call that does more than put things side by side."""
    calls = [node.func for node in ast.walk(value) if isinstance(node, ast.Call)]
    return any(not isinstance(one, ast.Name) or one.id not in _GATHER for one in calls)


def _helpers(found: list[Statement], meant: dict[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    """Return the names of what attaches when it is called, each with the classes named in it."""
    facts = [
        (item, sets, names)
        for item in found
        for sets, names in [_facts(item.node)]
        if sets or names
    ]
    helpers: dict[str, frozenset[str]] = {}
    count = -1
    while count != len(helpers):
        count = len(helpers)
        for item, sets, names in facts:
            if (sets or not names.isdisjoint(helpers)) and not item.binds <= helpers.keys():
                named = _named(ast.walk(item.node), meant) - item.binds
                helpers |= {name: helpers.get(name, named) for name in item.binds}
    return helpers


_KINDS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)


def _facts(node: ast.stmt) -> tuple[bool, frozenset[str]]:
    """Return whether what a statement defines attaches something to what it is given, or to a
    class, and the names of which it is enough that one does.
    """  # noqa: D205 - one sentence
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            return _sets(node), frozenset(_names(node))
        case ast.ClassDef(bases=bases):
            return _sets(node), frozenset(name for base in bases for name in _names(base))
        case ast.ImportFrom(names=names):
            return any(one.name in OF_PACKAGES for one in names), frozenset()
        case ast.Assign(value=ast.Lambda() | ast.Call() | ast.Name() as value):
            return _sets(value), frozenset(_names(value))
    return False, frozenset()


def _sets(root: ast.AST) -> bool:
    """Whether code gives attributes to anything but `self` and the objects that it makes."""
    made = {"self"}
    called: set[ast.AST] = set()
    for node in ast.walk(root):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            made |= {one.id for one in node.targets if isinstance(one, ast.Name)}
        if isinstance(node, ast.Call) and _is_setter(node.func):
            called |= {node.func, *_names_within(node.func)}
    return any(
        _gives(node, made) or (_is_setter(node) and node not in called) for node in ast.walk(root)
    )


def _gives(node: ast.AST, made: set[str]) -> bool:
    """Whether a node gives something that was at hand (`C.forward = f`, `setattr(C, n, f)`)."""
    match node:
        case ast.Assign(targets=[ast.Attribute(value=ast.Name(id=base))], value=value):
            at_hand = (ast.Name, ast.Attribute, ast.Subscript, ast.Lambda)
            return base not in made and isinstance(value, at_hand)
        case ast.Call(func=ast.Attribute(value=ast.Call() | ast.Name(id="self"))):
            return False
        case ast.Call(func=function, args=[first, *_]) if _is_setter(function):
            return not (isinstance(first, ast.Name) and first.id in made)
    return False


def _names_within(function: ast.expr) -> list[ast.AST]:
    return [node for node in ast.walk(function) if _is_setter(node)]


def _is_setter(node: ast.AST) -> bool:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name in _SETTERS
    return False


def _attached(
    item: Statement, helpers: dict[str, frozenset[str]], meant: dict[str, frozenset[str]]
) -> frozenset[str]:
    """Return the classes that a statement attaches something to."""
    node = item.node
    if isinstance(node, _KINDS):
        decorators = getattr(node, "decorator_list", [])
        if not any(_calls_on(one, helpers) for one in decorators):
            return frozenset()
        types = [one.annotation for one in _arguments(node) if one.annotation]
        parts = (node for root in (*decorators, *types) for node in ast.walk(root))
        return _named(parts, meant) - item.binds
    bases = (one for target in _targets(node) for one in ast.walk(target.value))
    found = _named(bases, meant)
    outside = list(_outside_functions(node))
    calls = [one for one in outside if isinstance(one, ast.Call) and _calls_on(one.func, helpers)]
    if calls or _gives_to_each(outside):
        called = [name for one in calls for name in _names(one.func)]
        found |= _named(outside, meant).union(*(helpers.get(name, ()) for name in called))
    return found - item.binds


def _gives_to_each(nodes: list[ast.AST]) -> bool:
    """Whether a loop gives an attribute to what it goes through: `for C in …: C.forward = f`."""
    through = {name for one in nodes if isinstance(one, ast.For) for name in _names(one.target)}
    return any(
        isinstance(target.value, ast.Name) and target.value.id in through
        for one in nodes
        if isinstance(one, ast.For)
        for target in _targets(one)
    )


def _calls_on(function: ast.expr, helpers: Iterable[str]) -> bool:
    """Whether calling this may attach: by a setter of Python's, a helper, a package's own way."""
    return any(
        _is_setter(node)
        or (isinstance(node, ast.Name) and node.id in helpers)
        or (isinstance(node, ast.Attribute) and node.attr in OF_PACKAGES)
        for node in ast.walk(function)
    )


def _named(nodes: Iterable[ast.AST], meant: dict[str, frozenset[str]]) -> frozenset[str]:
    """Return the classes that nodes name, by a name or in a text, without making objects of them:
    `celdaLSTM(3, 5)` is an object.
    """  # noqa: D205 - one sentence
    known = list(nodes)
    made = {node.func for node in known if isinstance(node, ast.Call)}
    words = {_word(node) for node in known if node not in made}
    return frozenset().union(*(meant[word] for word in words if word in meant))


def _word(node: ast.AST) -> str:
    match node:
        case ast.Name(id=word) | ast.Constant(value=str(word)):
            return word
    return ""


def _names(root: ast.AST) -> Iterator[str]:
    return (node.id for node in ast.walk(root) if isinstance(node, ast.Name))


def _arguments(node: ast.stmt) -> list[ast.arg]:
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return []
    return [*node.args.posonlyargs, *node.args.args]


def _targets(root: ast.AST) -> list[ast.Attribute]:
    """Return the attributes that a statement, or one within its blocks, assigns to."""
    return [
        node
        for node in _outside_functions(root)
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
    ]


def _outside_functions(root: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes of what runs at once."""
    stack: list[ast.AST] = [root]
    while stack:
        node = stack.pop()
        yield node
        if not isinstance(node, _FUNCTIONS):
            stack += ast.iter_child_nodes(node)
