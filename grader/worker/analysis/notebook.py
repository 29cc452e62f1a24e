"""A notebook's bytes → Python statements, each with the code cell that it stands in.

Cells are counted from 1 among the code cells. IPython's own transformer turns magics and shell
escapes into calls, on the lines where they stood. What cannot be used (a cell
with a syntax error, a cell in another language) becomes a notice, never an error.
"""

from __future__ import annotations

import ast
import platform
import re
import warnings
from dataclasses import dataclass, replace

from IPython.core.inputtransformer2 import TransformerManager

from grader.worker.analysis import backported
from grader.worker.analysis.documents import Unreadable, cells_of_script, document
from grader.worker.messages import Translatable, TranslatableError, notice

# Cell magics whose body is Python that runs in the notebook itself.
_PYTHON_MAGICS = frozenset({"time", "timeit", "capture", "prun", "memit", "mprun", "python3"})
SYNTAX = notice("the cell has a syntax error and is not used. Python says: “{why}”").message
SYNTAX_NEWER = notice(
    "the cell is not used: Python {ours}, which reads it here, finds a syntax error (“{why}”). The "
    "notebook was written with Python {theirs}"
).message
TOO_NEW = notice(
    "the cell is written for Python {theirs} ({what}, new in {since}) and is not used: here it is "
    "read with Python {ours}. Write it without"
).message
_OURS = ".".join(platform.python_version_tuple()[:2])
_MOST_NEWER = 40  # cells that no parser of this Python reads: each takes a process
_CELL_MAGIC = re.compile(r"\s*%%(\w+)[^\n]*")
_WRITES = re.compile(r"\s*%%(?:writefile|file)[^\S\n]+([^\n]+)")
_MOST_WORK = 1_000_000  # characters that IPython's transformer may go through
_LONGEST_MAGIC = 100
_LONGEST_REASON = 200
_COMMAND = re.compile(r"^[^\S\n]*[%!?,;/]|=[^\S\n]*[%!]|\?[^\S\n]*$", re.MULTILINE)
_LEADING = re.compile(r"(?:[^\S\n]*\n)*")  # empty lines, which IPython drops


@dataclass(frozen=True)
class Notice:
    """Something that was skipped or changed. `cell` and `line` count from 1."""

    text: Translatable
    cell: int | None = None
    line: int | None = None


@dataclass(frozen=True)
class Cell:
    """A code cell's number, its Python source, and the number that Jupyter shows beside it.

    `file` is the name of a file whose code this is: one that the cell writes or, numbered after the
    notebook's own cells, one that was `handed_in` beside the notebook.
    """

    number: int
    source: str
    statements: tuple[ast.stmt, ...]
    execution: int | None = None
    file: str = ""
    handed_in: bool = False


def read(content: bytes, filename: str) -> tuple[list[Cell], list[Notice]]:
    """Return the code cells of a notebook (nbformat 2 to 4) or of a `.py` module, parsed.

    A script that does not parse as a whole is read by the cells that it marks. Raises Unreadable.
    """
    found = document(content, filename)
    cells, notices = _parsed(found.sources, found.python)
    marked = cells_of_script(found.sources[0]) if found.is_script and not cells else []
    if len(marked) > 1:
        cells, notices = _parsed(marked, found.python)
    if found.is_foreign and not _defines_something(cells):
        raise Unreadable(
            notice(
                "the notebook is written in {language}, not in Python: hand in the one in Python",
                language=found.language,
            )
        )
    executions = dict(enumerate(found.executions, 1))
    cells = [replace(one, execution=executions.get(one.number)) for one in cells]
    for name, text in found.beside.items():
        last = max((cell.number for cell in cells), default=0)
        inside, told = _of_file(name, text, max(last, len(found.sources)) + 1)
        cells += inside
        notices += told
    return cells, [*map(Notice, found.remarks), *notices]


def _of_file(name: str, content: str, first: int) -> tuple[list[Cell], list[Notice]]:
    """Return the cells of a file beside the notebook, numbered from `first` on."""
    text = notice(
        "“{file}”, beside the notebook, is read as its cell [{cell}]", file=name, cell=first
    )
    try:
        found = document(content.encode("utf-8", "replace"), name)
    except Unreadable as unreadable:
        return [], [Notice(notice("“{file}”: {why}", file=name, why=unreadable.told))]
    cells, notices = _parsed(found.sources, found.python, first)
    inside = [replace(cell, file=name, handed_in=True) for cell in cells]
    return inside, [Notice(text, first, 1), *notices]


def _defines_something(cells: list[Cell]) -> bool:
    nodes = (node for cell in cells for node in cell.statements)
    return any(isinstance(node, (ast.ClassDef, ast.FunctionDef)) for node in nodes)


def _parsed(sources: list[str], theirs: str, first: int = 1) -> tuple[list[Cell], list[Notice]]:
    """Parse cells, written with their Python; what cannot be used of them becomes a notice."""
    cells: list[Cell] = []
    notices: list[Notice] = []
    newer = _Newer(theirs, notices)
    for number, source in enumerate(sources, start=first):
        try:
            with warnings.catch_warnings(action="ignore"):  # Python's and IPython's, about style
                cells.append(_parse(number, source, notices, newer))
        except SyntaxError as error:
            notices.append(Notice(newer.refusal(error), number, error.lineno))
        except backported.TooNew as new:
            notices.append(Notice(newer.too_new(new), number))
        except TranslatableError as error:
            text = notice("the cell cannot be read and is not used: {why}", why=error.told)
            notices.append(Notice(text, number))
        except Exception as error:  # noqa: BLE001 - IPython's transformer raises what it likes
            why = str(error).strip().split("\n")[0][:_LONGEST_REASON] or type(error).__name__
            text = notice("the cell cannot be read and is not used. IPython says: “{why}”", why=why)
            notices.append(Notice(text, number))
    return cells, notices


class _Newer:
    """Reads cells of a newer Python than this one, and says so."""

    def __init__(self, theirs: str, notices: list[Notice]) -> None:
        self.theirs = theirs
        self.notices = notices
        self.left = _MOST_NEWER

    def parse(self, number: int, source: str) -> ast.Module:
        """Return the tree of a cell. Raises SyntaxError, backported.TooNew."""
        try:
            return ast.parse(source)
        except SyntaxError as refused:
            self.left -= 1
            if self.left < 0:
                raise
            try:
                tree, newer = backported.parse(source)
            except SyntaxError:
                raise refused from None
        what = ", ".join(dict.fromkeys(one for _, one in newer))
        text = notice(
            "the cell is written for Python {theirs} ({what}); it is read with Python {ours}, "
            "rewritten to the same effect",
            theirs=self.theirs or newer[-1][0],
            what=what,
            ours=_OURS,
        )
        self.notices.append(Notice(text, number))
        return tree

    def refusal(self, error: SyntaxError) -> Translatable:
        """Say that a cell has a syntax error, and which Pythons are there."""
        if _version(self.theirs) > _version(_OURS):
            return notice(SYNTAX_NEWER, why=error.msg, ours=_OURS, theirs=self.theirs)
        return notice(SYNTAX, why=error.msg)

    def too_new(self, new: backported.TooNew) -> Translatable:
        """Say that a cell cannot be used, and which Pythons are there."""
        theirs = self.theirs or new.since
        return notice(TOO_NEW, theirs=theirs, what=new.what, since=new.since, ours=_OURS)


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d{1,4}", text)[:2])


def _parse(number: int, source: str, notices: list[Notice], newer: _Newer) -> Cell:
    """Parse one cell. Raises SyntaxError, TranslatableError and what `ast.parse` does."""
    source = source.replace("\r\n", "\n").replace("\r", "\n")
    body = 0
    file = ""
    while match := _CELL_MAGIC.match(source, body):
        if written := _written_file(match[0]):
            file = written
        elif match[1] not in _PYTHON_MAGICS:
            name = match[1][:_LONGEST_MAGIC]
            text = notice("the cell is %%{name}, not Python, and is not used", name=name)
            notices.append(Notice(text, number, 1))
            return Cell(number, source, ())
        else:
            notices.append(Notice(notice("%%{name} is ignored", name=match[1]), number, 1))
        body = match.end()
    source = "\n" * source.count("\n", 0, body) + source[body:]
    python = source
    try:
        tree = ast.parse(python)
    except SyntaxError:
        _refuse_many(source)
        manager = TransformerManager()  # type: ignore[no-untyped-call]
        python = _LEADING.match(source)[0] + manager.transform_cell(source)  # type: ignore[index]
        tree = newer.parse(number, python)
    for name, line in backported.with_newer_names(tree):
        text = notice("“{name}” is of a newer Python; that of typing_extensions is used", name=name)
        notices.append(Notice(text, number, line))
    return Cell(number, python, tuple(tree.body), file=file)


def _written_file(magic: str) -> str:
    """Return the Python file that a cell with this magic writes, empty where it writes none."""
    if match := _WRITES.fullmatch(magic):
        words = [word for word in match[1].split() if not word.startswith("-")]
        name = (words or [""])[0].strip("\"'")
        return name if name.endswith(".py") else ""
    return ""


def _refuse_many(source: str) -> None:
    """Raise TranslatableError where IPython, which starts over at each command, would take long."""
    commands = len(_COMMAND.findall(source))
    if commands * len(source) > _MOST_WORK:
        raise TranslatableError(notice("it has too many IPython commands"))
