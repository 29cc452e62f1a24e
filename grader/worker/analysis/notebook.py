"""A notebook's bytes → Python statements, each with the code cell that it stands in.

Cells are counted from 1 among the code cells. IPython's own transformer turns magics and shell
escapes into calls, on the lines where they stood. What cannot be used (a cell
with a syntax error, a cell in another language) becomes a notice, never an error.
"""

from __future__ import annotations

import ast
import json
import re
import warnings
from dataclasses import dataclass
from typing import Any

import nbformat
from IPython.core.inputtransformer2 import TransformerManager

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


class Unreadable(TranslatableError):
    """These bytes are no notebook; `told` says what is wrong."""


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

    Raises Unreadable.
    """
    module = filename.lower().endswith(".py")
    sources = [_text(content)] if module else _code_cells(content)
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


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(
            notice("the file is not in UTF-8 (byte {byte})", byte=error.start)
        ) from error


def _code_cells(content: bytes) -> list[str]:
    text = _text(content)
    if not text.strip():
        raise Unreadable(notice("the file is empty"))
    try:
        with warnings.catch_warnings(action="ignore"):
            notebook = nbformat.reads(text, as_version=4)  # type: ignore[no-untyped-call]
    except RecursionError as error:
        raise Unreadable(notice("the notebook is nested too deeply")) from error
    except Exception as error:
        raise Unreadable(_unfit(text, error)) from error
    return [_source(cell) for cell in notebook.get("cells", []) if cell.get("cell_type") == "code"]


def _source(cell: Any) -> str:
    source = cell.get("source", "")
    return "".join(map(str, source)) if isinstance(source, list) else str(source)


def _unfit(text: str, error: Exception) -> Translatable:
    """Return what a student can do about a file that nbformat does not read."""
    broken = error.__cause__
    if isinstance(broken, json.JSONDecodeError) and text.lstrip().startswith("{"):
        return notice(
            "the file is not a Jupyter notebook: it is damaged at line {line}. Open your "
            "notebook in Jupyter, save it again and hand in that file.",
            line=broken.lineno,
        )
    if isinstance(error, nbformat.NBFormatError) and _is_newer(text):
        return notice(
            "the notebook is of a format that is too new: save it in Jupyter as version 4"
        )
    return notice("the file is not a Jupyter notebook. Hand in the .ipynb file that Jupyter saves.")


def _is_newer(text: str) -> bool:
    """Whether a notebook says that its format is a later one than we know."""
    major = json.loads(text).get("nbformat")
    return isinstance(major, int) and major > nbformat.current_nbformat


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
