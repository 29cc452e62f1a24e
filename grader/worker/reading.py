"""What a notebook says, found out without running a line of it.

The reader is a process of its own, which ends before the student's begins: its findings are with
the supervisor by then, and nothing that runs later can take one away. It knows what is defined
where, what is to be run for that, and what is written that an assignment shuts.
"""

from __future__ import annotations

import ast
import os
import re
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NoReturn

from grader.protocol import wire
from grader.worker.analysis import notebook
from grader.worker.analysis.beside import NOT_THERE, join
from grader.worker.analysis.conduct import Finding, findings
from grader.worker.analysis.devices import asked
from grader.worker.analysis.documents import Unreadable
from grader.worker.analysis.imports import optional
from grader.worker.analysis.notebook import Notice
from grader.worker.analysis.outline import outline
from grader.worker.analysis.slicing import choose, future, places
from grader.worker.analysis.statements import Statement, statements
from grader.worker.analysis.wanted import misspelt, rename, with_definitions
from grader.worker.channel import ChannelClosed, DeadlineExceeded, forever, message
from grader.worker.messages import Text, Translatable, error, notice, sendable
from grader.worker.program import File, Program, Step
from grader.worker.users import close_others, limit_cpu

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.worker.analysis.notebook import Cell
    from grader.worker.analysis.shut import Lists
    from grader.worker.channel import Channel
    from grader.worker.users import User

MOST_NOTICES = 200
# A docstring, or a comment in quotes, as `ast.dump` shows it.
_TEXT_ALONE = re.compile(
    r"""Expr\(value=Constant\(value=(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")\)\)(?:, )?"""
)


@dataclass
class Reading:
    """What is said of a notebook, and what is to run of it.

    `absent` says of each wanted name why it is not there, should nothing bind it.
    """

    program: Program = field(default_factory=Program)
    notices: list[Notice] = field(default_factory=list)
    absent: dict[str, Translatable] = field(default_factory=dict)
    places: dict[str, list[int]] = field(default_factory=dict)
    outline: dict[str, Any] = field(default_factory=dict)
    flags: list[Finding] = field(default_factory=list)
    code: str = ""
    """A digest of what its code is, whatever its comments, its spaces and its texts for people."""
    renamed: dict[str, str] = field(default_factory=dict)
    """By wanted name, the name off by a letter that the notebook has for it."""
    unreadable: Translatable | None = None

    def report(self) -> dict[str, Any]:
        """Return what the host is told: names, places and texts."""
        return {
            "code": self.code,
            "renamed": self.renamed,
            "unreadable": self.unreadable and self.unreadable.to_wire(),
            "absent": {name: why.to_wire() for name, why in self.absent.items()},
            "places": self.places,
            "outline": self.outline,
            "flags": [to_wire(finding) for finding in self.flags],
            "notices": [to_wire(one) for one in self.notices[:MOST_NOTICES]],
        }


def to_wire(item: Notice | Finding) -> dict[str, Any]:
    """Return a notice or a finding as it crosses the wire."""
    return {**vars(item), "text": item.text.to_wire()}


def serve(channel: Channel, user: User, opened: wire.Message) -> NoReturn:
    """Become a user of its own, read the notebook, tell what is in it, and end."""
    try:
        user.become(opened["limits"])
        close_others(channel.socket.fileno())
        limit_cpu(opened["limits"]["load_seconds"])
        source, shut = opened["source"].data, opened["shut"]
        found = read(source, opened["filename"], opened["names"], shut, opened["cell"])
        data = found.program.to_bytes()
        program = wire.Array("uint8", (len(data),), data)
        channel.send(message(b"", report=found.report(), program=program), forever())
    except (ChannelClosed, DeadlineExceeded):
        os._exit(0)
    finally:
        os._exit(1)


def parse(told: wire.Message) -> tuple[dict[str, Any], bytes]:
    """Return the report and the program in what a reader told. Raises WireError."""
    match told:
        case {"report": dict(report), "program": wire.Array("uint8", _, data)}:
            if set(report) == set(Reading().report()):
                return report, bytes(data)
    raise wire.WireError("not what a reader tells")


def read(
    content: bytes,
    filename: str,
    wanted: Sequence[str],
    shut: Lists | None = None,
    called: str = "[{cell}]",
) -> Reading:
    """Read a notebook. Never raises for what it may hold.

    `shut` is what definitions may not use, see `findings`; `called` what a cell is called.
    """
    try:
        cells, notices = notebook.read(content, filename)
    except Unreadable as unreadable:
        return Reading(unreadable=unreadable.told)
    joined = join(cells)
    cells = joined.cells
    notices += joined.notices
    everything = statements(cells)
    if renamed := misspelt(everything, wanted):
        notices += rename(cells, renamed)
        everything = statements(cells)
    everything, again = with_definitions(everything, wanted)
    chosen = choose(everything, wanted)
    files = [File(one.number, called.format(cell=one.number), one.source) for one in cells]
    defined = places(everything, wanted)
    steps, failed, errors = _compiled(chosen.statements, called)
    program = Program(
        files, steps, asked(chosen.statements), optional(chosen.statements), sorted(joined.own)
    )
    return Reading(
        program,
        [*notices, *again, *chosen.notices, *_skipped(everything, chosen.statements), *errors],
        {name: failed.get(name) or _why_absent(notices) for name in wanted},
        defined,
        outline(cells, everything, defined),
        findings(everything, wanted, shut or {}),
        _digest(cells),
        renamed,
    )


def _digest(cells: list[Cell]) -> str:
    told = sha256()
    for cell in cells:
        try:
            text = ast.dump(ast.Module(list(cell.statements), []))
        except (RecursionError, ValueError):  # deep, or a number of thousands of digits
            text = cell.source
        told.update(_TEXT_ALONE.sub("", text).encode("utf-8", "backslashreplace"))
    return told.hexdigest()[:16] if cells else ""


def _compiled(
    chosen: list[Statement], called: str
) -> tuple[list[Step], dict[str, Translatable], list[Notice]]:
    """Compile statements; for those that Python refuses now (`return` outside a function) return
    why, by the names that they would have bound, and a notice.
    """  # noqa: D205 - one sentence
    steps: list[Step] = []
    failed: dict[str, Translatable] = {}
    notices: list[Notice] = []
    flags = 0
    for item in chosen:
        flags |= future(item.node)
        place = item.cell, item.node.lineno
        try:
            module = ast.Module([item.node], [])
            file = called.format(cell=item.cell)
            code = compile(module, file, "exec", flags=flags, dont_inherit=True)
        except Exception as refused:  # noqa: BLE001 - MemoryError and RecursionError too
            text = error(type(refused).__name__, sendable(str(refused)))
            notices.append(while_defining(text, *place))
            failed |= dict.fromkeys(item.binds, located(text, *place))
        else:
            steps.append(Step(*place, sorted(item.binds), code))
    return steps, failed, notices


def while_defining(text: Text, cell: int, line: int | None) -> Notice:
    """Return the notice that a statement failed."""
    return Notice(notice("while defining: {error}", error=text), cell, line)


def located(text: Text, cell: int, line: int | None) -> Translatable:
    """Return an error with its place, for whoever misses what it kept from being defined."""
    return notice("{error} (cell [{cell}], line {line})", error=text, cell=cell, line=line)


def _why_absent(notices: list[Notice]) -> Translatable:
    for one in notices:
        if one.text.message == notebook.TOO_NEW:
            cell = f"[{one.cell}]"
            return notice("it is not defined (cell {cell} is for a newer Python)", cell=cell)
    for one in notices:
        if one.text.message == NOT_THERE:
            cell = f"[{one.cell}]"
            return notice("it is not defined ({cell}: {why})", cell=cell, why=one.text)
    syntax = {notebook.SYNTAX, notebook.SYNTAX_NEWER}
    broken = [f"[{one.cell}]" for one in notices if one.text.message in syntax]
    if len(broken) == 1:
        return notice("it is not defined (cell {cell} has a syntax error)", cell=broken[0])
    if broken:
        cells = ", ".join(broken)
        return notice("it is not defined (cells {cells} have syntax errors)", cells=cells)
    return notice("it is not defined in the notebook")


def _skipped(everything: list[Statement], chosen: list[Statement]) -> list[Notice]:
    """Say once for each cell that something in it was not run, from which line on."""
    kept = {item.order for item in chosen}
    first: dict[int, Statement] = {}
    for item in everything:
        if item.order not in kept and not _harmless(item):
            first.setdefault(item.cell, item)
    text = notice("the definitions do not need it, and it is not run")
    return [Notice(text, cell, item.node.lineno) for cell, item in first.items()]


def _harmless(item: Statement) -> bool:
    """Whether nobody needs to be told that this was left out: definitions, comments, checks."""
    node = item.node
    plain = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef, ast.Pass)
    return isinstance(node, plain) or (
        isinstance(node, ast.Expr) and (isinstance(node.value, ast.Constant) or _is_check(node))
    )


def _is_check(node: ast.Expr) -> bool:
    """Whether this is `%load_ext grader` or `%check …`, as IPython's transformer writes them."""
    call = node.value
    if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)):
        return False
    told = [one.value for one in call.args if isinstance(one, ast.Constant)]
    return call.func.attr == "run_line_magic" and (
        told[:1] == ["check"] or told == ["load_ext", "grader"]
    )
