"""A notebook's bytes → Python statements, each with the code cell that it stands in.

Cells are counted from 1 among the code cells. IPython's own transformer turns magics and shell
escapes into calls, on the lines where they stood. What cannot be used (a cell
with a syntax error, a cell in another language) becomes a notice, never an error.
"""

from __future__ import annotations

import ast
import re
import warnings
from dataclasses import dataclass

from IPython.core.inputtransformer2 import TransformerManager

from grader.worker.analysis.documents import Unreadable, cells_of_script, document
from grader.worker.messages import Translatable, TranslatableError, notice

# Cell magics whose body is Python that runs in the notebook itself.
_PYTHON_MAGICS = frozenset({"time", "timeit", "capture", "prun", "memit", "mprun", "python3"})
SYNTAX = notice("the cell has a syntax error and is not used. Python says: “{why}”").message
_CELL_MAGIC = re.compile(r"\s*%%(\w+)[^\n]*")
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
    """A code cell's number and Python source."""

    number: int
    source: str
    statements: tuple[ast.stmt, ...]


def read(content: bytes, filename: str) -> tuple[list[Cell], list[Notice]]:
    """Return the code cells of a notebook (nbformat 2 to 4) or of a `.py` module, parsed.

    A script that does not parse as a whole is read by the cells that it marks. Raises Unreadable.
    """
    found = document(content, filename)
    cells, notices = _parsed(found.sources)
    marked = cells_of_script(found.sources[0]) if found.is_script and not cells else []
    if len(marked) > 1:
        cells, notices = _parsed(marked)
    if found.is_foreign and not _defines_something(cells):
        raise Unreadable(
            notice(
                "the notebook is written in {language}, not in Python: hand in the one in Python",
                language=found.language,
            )
        )
    return cells, [*map(Notice, found.remarks), *notices]


def _defines_something(cells: list[Cell]) -> bool:
    nodes = (node for cell in cells for node in cell.statements)
    return any(isinstance(node, (ast.ClassDef, ast.FunctionDef)) for node in nodes)


def _parsed(sources: list[str]) -> tuple[list[Cell], list[Notice]]:
    """Parse cells; what cannot be used of them becomes a notice."""
    cells: list[Cell] = []
    notices: list[Notice] = []
    for number, source in enumerate(sources, start=1):
        try:
            with warnings.catch_warnings(action="ignore"):  # Python's and IPython's, about style
                cells.append(_parse(number, source, notices))
        except SyntaxError as error:
            text = notice(SYNTAX, why=error.msg)
            notices.append(Notice(text, number, error.lineno))
        except TranslatableError as error:
            text = notice("the cell cannot be read and is not used: {why}", why=error.told)
            notices.append(Notice(text, number))
        except Exception as error:  # noqa: BLE001 - IPython's transformer raises what it likes
            why = str(error).strip().split("\n")[0][:_LONGEST_REASON] or type(error).__name__
            text = notice("the cell cannot be read and is not used. IPython says: “{why}”", why=why)
            notices.append(Notice(text, number))
    return cells, notices


def _parse(number: int, source: str, notices: list[Notice]) -> Cell:
    """Parse one cell. Raises SyntaxError, TranslatableError and what `ast.parse` does."""
    source = source.replace("\r\n", "\n").replace("\r", "\n")
    body = 0
    while match := _CELL_MAGIC.match(source, body):
        if match[1] not in _PYTHON_MAGICS:
            name = match[1][:_LONGEST_MAGIC]
            text = notice("the cell is %%{name}, not Python, and is not used", name=name)
            notices.append(Notice(text, number, 1))
            return Cell(number, source, ())
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
        tree = ast.parse(python)
    return Cell(number, python, tuple(tree.body))


def _refuse_many(source: str) -> None:
    """Raise TranslatableError where IPython, which starts over at each command, would take long."""
    commands = len(_COMMAND.findall(source))
    if commands * len(source) > _MOST_WORK:
        raise TranslatableError(notice("it has too many IPython commands"))
