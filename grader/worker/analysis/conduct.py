"""Code that does not do the work, found by reading it: what an assignment shuts, in any spelling.

What is written is for a person to see; what runs costs points, and the tripwires tell that. Where
no tripwire can ring (another framework, what is shut by its name alone), writing it is enough.
Only what a part's own definition needs is read (a comparison with `torch.nn.LSTM` that never runs
is no fault), and only what code says, never comments or texts, unless they are run as code. What
is hidden from a reader is left to the tripwires.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from grader.worker.analysis import watched
from grader.worker.analysis.names import Names
from grader.worker.analysis.scopes import Scopes
from grader.worker.analysis.shut import for_part
from grader.worker.analysis.slicing import slice_of
from grader.worker.messages import Translatable, notice

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from grader.worker.analysis.shut import Lists, Shut
    from grader.worker.analysis.statements import Statement

_CALLED_BY_CHECKS = frozenset({"reset_parameters", "backward"})
"""Methods that no module of torch's has, or that nothing of the student's need call."""
_WRITTEN = notice(
    "uses {name}, which has to be written by hand here: if a check runs it, the part has no points"
).message
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_MOST_FINDINGS = 20  # of a part
_MOST_TEXTS = 100  # that a part runs as code
_LOOK_UP_TYPES = frozenset(
    {
        *("__annotations__", "__annotate__", "get_type_hints", "get_annotations"),
        *("signature", "getfullargspec"),
    }
)
_CHECKS_OF_TYPE = frozenset({"builtins.isinstance", "builtins.issubclass"})


@dataclass(frozen=True)
class Finding:
    """A place in a part's code: kind "delegation" costs it its points, "conduct" a look."""

    kind: str
    part: str
    text: Translatable
    cell: int
    line: int


def findings(everything: list[Statement], wanted: Sequence[str], shut: Lists) -> list[Finding]:
    """Return what is to be said of each wanted name's own definition, in the notebook's order.

    `shut` has what code may not use: under a wanted name for that definition, under "" for all.

    A definition reaches down to the other wanted names and no further: who builds on somebody
    else's cell is not to blame for it. Runs nothing of the notebook.
    """
    scopes = Scopes(everything)
    found: list[Finding] = []
    for name in wanted:
        own = slice_of(name, everything, stop_at=wanted)
        reader = _Reader(name, own, scopes, for_part(shut, name), for_part(shut, ""))
        certain_first = sorted(
            set(reader.findings()), key=lambda one: (not _is_of_shut(one), *_place(one))
        )
        found += sorted(certain_first[:_MOST_FINDINGS], key=_place)
    return found


def _place(finding: Finding) -> tuple[int, int, str]:
    return finding.cell, finding.line, str(finding.text)


def _is_of_shut(finding: Finding) -> bool:
    return finding.kind == "delegation" or finding.text.message == _WRITTEN


class _Reader:
    """Reads one part's statements."""

    def __init__(
        self,
        part: str,
        statements: list[Statement],
        scopes: Scopes,
        shut: Shut,
        for_all: Shut,
    ) -> None:
        self.part = part
        self.shut = shut
        self.watched = for_all
        """What tripwires tell of, whoever's code runs it; the others may be let pass."""
        self.statements = statements
        self.scopes = scopes
        self.names = Names(scopes, (item.order for item in statements))
        self.mentioned = {
            word for item in statements for node in ast.walk(item.node) for word in _words(node)
        }
        self.own_attributes = {
            name for item in statements for name in scopes.attributes[item.order]
        }
        self.called: set[ast.AST] = set()
        self.uncalled: set[ast.AST] = set()
        self.texts_read: set[str] = set()

    def findings(self) -> Iterator[Finding]:
        for item in self.statements:
            try:
                for line, kind, text in self._read(item.node):
                    yield Finding(kind, self.part, text, item.cell, line)
            except Exception:  # noqa: BLE001 - a strange notebook must not pass for a broken one
                text = notice("has code that could not be analysed: a person should look at it")
                yield Finding("conduct", self.part, text, item.cell, item.node.lineno)

    def _read(
        self, tree: ast.AST, line: int = 0, *, idle: bool = False
    ) -> Iterator[tuple[int, str, Translatable]]:
        """Yield (line, kind, text). All of a text that is run stands on the `line` that runs it."""
        stack = [(tree, idle)]
        while stack:
            node, idle = stack.pop()
            here = line or getattr(node, "lineno", 0)
            for name in self._shut(node):
                rings = self.watched.rings(name)
                yield (here, *_say_shut(watched.shown(name), idle=idle, rings=rings))
            for name, why in self._watched(node):
                yield here, "conduct", _say_watched(watched.shown(name), why)
            for code in self._code(node):
                yield from self._read(code, here, idle=idle)
            stack += [(child, idle or self._is_idle(child, node)) for child in self._parts(node)]

    def _shut(self, node: ast.AST) -> Iterator[str]:
        """Yield what is shut that an expression stands for or asks for."""
        for dotted in self._formed(node):
            if name := self.shut.name(dotted):
                yield name
        if isinstance(node, ast.Call) and any(
            dotted.startswith("torch.") for dotted in self.names.paths(node.func)
        ):
            for text in (text for part in node.args for text in self.names.texts(part)):
                if operator := self.shut.operator(text):
                    yield operator

    def _watched(self, node: ast.AST) -> Iterator[tuple[str, Translatable]]:
        """Yield what a person should see of a node, and why."""
        match node:
            case ast.Import(names=names):
                yield from _watched_modules([alias.name for alias in names])
            case ast.ImportFrom(module=module):
                yield from _watched_modules([module or ""])
            case ast.Compare(left=left, comparators=others):  # "grader.worker" in sys.modules
                for one in (left, *others):
                    yield from _watched_modules(self.names.texts(one))
            case ast.Attribute(attr=name):
                yield from self._watched_attributes([name])
            case ast.Subscript(value=base, slice=index):
                yield from self._watched_lookup(base, index)
            case ast.Call():
                self.called.add(node.func)
                yield from self._watched_call(node)
        for dotted in self._formed(node) if node not in self.called else ():
            if said := watched.reason(dotted):
                yield said

    def _watched_call(self, node: ast.Call) -> Iterator[tuple[str, Translatable]]:
        for dotted in self.names.paths(node.func):
            runs_text = dotted in watched.CODE_FROM_TEXT or dotted in watched.IMPORTERS
            told = watched.reason(dotted) or (dotted, notice("runs code that is in a string"))
            if runs_text and self._is_calculated(_text_argument(node, dotted)):
                yield told[0], notice("{does}, and the string is computed", does=told[1])
            elif not runs_text and watched.reason(dotted):
                yield told
            elif dotted == "builtins.getattr" and len(node.args) > 1:
                yield from self._watched_attributes(self.names.texts(node.args[1]))
                yield from self._watched_lookup(*node.args[:2])

    def _watched_attributes(self, names: list[str]) -> Iterator[tuple[str, Translatable]]:
        for name in watched.HIDDEN_ATTRIBUTES.intersection(names) - self.own_attributes:
            yield f".{name}", notice("looks inside Python's own objects")

    def _watched_lookup(self, base: ast.expr, name: ast.expr) -> Iterator[tuple[str, Translatable]]:
        for dotted in self.names.paths(base) if not self.names.texts(name) else ():
            if watched.DARK_CORNERS.fullmatch(dotted):
                yield (
                    dotted,
                    notice(
                        "is not needed here, and looks something up under a name that is computed"
                    ),
                )

    def _formed(self, node: ast.AST) -> list[str]:
        """Return the dotted names that an expression itself stands for, not by an attribute of an
        object of the student's, which was seen where it was assigned.
        """  # noqa: D205 - one sentence
        match node:
            case ast.Attribute(ctx=ast.Load(), value=base) if not self.names.paths(base):
                return []
            case ast.Name(ctx=ast.Load()) | ast.Attribute(ctx=ast.Load()):
                return self.names.paths(node)
            case ast.Subscript(ctx=ast.Load()) | ast.Call():
                return self.names.paths(node)
            case ast.ImportFrom(module=str(module), level=0) if self._is_in_class(node):
                return [f"{module}.{alias.name}" for alias in node.names]
        return []

    def _code(self, node: ast.AST) -> Iterator[ast.AST]:
        """Yield the code in the texts that a call runs."""
        if not isinstance(node, ast.Call):
            return
        runs = [one for one in self.names.paths(node.func) if one in watched.CODE_FROM_TEXT]
        arguments = [_text_argument(node, dotted) for dotted in runs]
        texts = {text for one in arguments if one for text in self.names.texts(one)}
        if isinstance(node.func, ast.Attribute) and node.func.attr == "define" and node.args:
            script = self.names.texts(node.args[0])  # of a TorchScript module
            texts |= {text for text in script if text.lstrip().startswith("def ")}
        for text in sorted(texts - self.texts_read):
            self.texts_read.add(text)
            self.names.spend(len(text))
            if len(self.texts_read) > _MOST_TEXTS:
                raise RecursionError
            if tree := self.scopes.code(text, node):
                yield tree

    def _is_calculated(self, argument: ast.expr | None) -> bool:
        """Whether a text that is to be run cannot be told; what `compile` gives is seen there."""
        if argument is None or self.names.texts(argument):
            return False
        inner = self.names.paths(argument.func) if isinstance(argument, ast.Call) else []
        return "builtins.compile" not in inner

    def _parts(self, node: ast.AST) -> list[ast.AST]:
        """Return a node's children, but not what merely speaks of types or never runs."""
        left_out: list[ast.AST | None] = []
        match node:
            case ast.FunctionDef(returns=type_) | ast.AsyncFunctionDef(returns=type_):
                left_out = [type_] if self._is_type(type_) else []
            case ast.arg(annotation=type_) | ast.AnnAssign(annotation=type_):
                left_out = [type_] if self._is_type(type_) else []
            case ast.Compare(left=left, comparators=others):
                left_out = [one for one in (left, *others) if _only_names(one)]
            case ast.Call(func=function, args=[_, types]) if _only_names(types):
                checks = _CHECKS_OF_TYPE.intersection(self.names.paths(function))
                left_out = [types] if checks else []
            case ast.Subscript(value=base, slice=types) if _only_names(types):
                aliases = [one for one in self.names.paths(base) if one.startswith("typing.")]
                left_out = [types] if aliases else []
            case ast.MatchClass(cls=type_):
                left_out = [type_]
        omitted = set(left_out)
        return [child for child in ast.iter_child_nodes(node) if child not in omitted]

    def _is_type(self, annotation: ast.expr | None) -> bool:
        """Whether an annotation runs nothing, and nothing in the part looks annotations up."""
        return _only_types(annotation) and not self.mentioned & _LOOK_UP_TYPES

    def _is_in_class(self, node: ast.AST) -> bool:
        """Whether what is bound here becomes an attribute."""
        return node in self.scopes.of and self.scopes.of[node].kind == "class"

    def _is_idle(self, node: ast.AST, parent: ast.AST) -> bool:
        """Whether this is in a method that nothing calls, or in a branch that never runs."""
        match parent:
            case ast.ClassDef():
                if self._is_uncalled(node):
                    self.uncalled.add(node)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                return isinstance(node, ast.stmt) and parent in self.uncalled
            case ast.If(test=test, body=body, orelse=other):
                return (_never(test) and node in body) or (_always(test) and node in other)
            case ast.While(test=test, body=body):
                return _never(test) and node in body
        return False

    def _is_uncalled(self, node: ast.AST) -> bool:
        return (
            isinstance(node, _FUNCTIONS)
            and not node.decorator_list
            and not hasattr(torch.nn.Module, node.name)
            and node.name not in self.mentioned | _CALLED_BY_CHECKS
        )


def _never(test: ast.expr) -> bool:
    return isinstance(test, ast.Constant) and not test.value


def _always(test: ast.expr) -> bool:
    return isinstance(test, ast.Constant) and bool(test.value)


def _say_shut(name: str, *, idle: bool, rings: bool) -> tuple[str, Translatable]:
    if idle:
        return "conduct", notice("mentions {name} where nothing runs it", name=name)
    if rings:
        return "conduct", notice(_WRITTEN, name=name)
    return "delegation", notice("uses {name}, which has to be written by hand here", name=name)


def _say_watched(name: str, why: Translatable) -> Translatable:
    return notice("uses {name}, which {does}: a person should look at it", name=name, does=why)


def _watched_modules(names: Iterable[str]) -> Iterator[tuple[str, Translatable]]:
    if any(name.split(".")[0] == "grader" for name in names):
        yield "grader", notice("is the grader itself")


def _text_argument(node: ast.Call, function: str) -> ast.expr | None:
    """Return the argument of a call that is run as code or imported."""
    name = watched.CODE_FROM_TEXT.get(function, "name")
    named = [keyword.value for keyword in node.keywords if keyword.arg == name]
    return next(iter(node.args + named), None)


def _words(node: ast.AST) -> list[str]:
    """Return the names that a node may call a method by."""
    match node:
        case ast.Attribute(attr=word) | ast.Name(id=word) | ast.Constant(value=str(word)):
            return [word]
    return []


def _only_types(node: ast.expr | None) -> bool:
    """Whether an annotation is made of names, texts and `[…]`, which call nothing of torch's."""
    match node:
        case None | ast.Constant():
            return True
        case ast.Subscript(value=base, slice=inner):
            return _only_types(base) and _only_types(inner)
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            return all(map(_only_types, parts))
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return _only_types(left) and _only_types(right)
        case ast.Attribute(value=base):
            return _only_types(base)
    return isinstance(node, ast.Name)


def _only_names(node: ast.expr) -> bool:
    """Whether an expression is names alone: `nn.LSTM`, `(nn.LSTM, nn.GRU)`, `nn.LSTM | nn.GRU`."""
    match node:
        case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Set(elts=parts):
            return all(map(_only_names, parts))
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return _only_names(left) and _only_names(right)
        case ast.Attribute(value=base):
            return _only_names(base)
    return isinstance(node, ast.Name)
