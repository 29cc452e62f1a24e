"""The bytes that were handed in → the sources of their code cells, or what they are instead.

Nothing is guessed in silence: what is read although it is not as Jupyter saves it has a notice.
"""

from __future__ import annotations

import ast
import codecs
import json
import re
import warnings
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, NoReturn

import nbformat

from grader.protocol.notebooks import without_files
from grader.worker.messages import Translatable, TranslatableError, notice

_MARKS = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_PROGRAMS_FILES = {
    b"%PDF": "PDF",
    b"PK\x03\x04": "ZIP, DOCX",
    b"Rar!": "RAR",
    b"7z\xbc\xaf": "7z",
    b"\x1f\x8b": "GZIP",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
}
_PAGE = re.compile(r"<(!doctype|html|head|body|\?xml|!--)", re.IGNORECASE)
_POINTER = "version https://git-lfs.github.com/"
_CONFLICT = re.compile(r"^(?:<{7}|>{7}) ", re.MULTILINE)
_MARIMO = re.compile(r"^\w+ = marimo\.App\(", re.MULTILINE)
_MARKER = re.compile(r"^# ?(?:%%|In ?\[[\d ]*\]:)[^\n]*$", re.MULTILINE)
_JUPYTERS = notice(
    "the file is not a Jupyter notebook. Hand in the .ipynb file that Jupyter saves."
)
_LONGEST_NAME = 40
_OLDEST_WITH_CELLS = 4
_MOST_EXECUTIONS = 1_000_000


class Unreadable(TranslatableError):
    """These bytes are no notebook; `told` says what is wrong."""


@dataclass(frozen=True)
class Document:
    """The code cells' sources, in order; the language and the Python that the notebook names.

    `remarks` say what is not as it should be and was read all the same.
    """

    sources: list[str]
    remarks: list[Translatable]
    language: str = ""
    python: str = ""
    is_script: bool = False
    executions: tuple[int | None, ...] = ()
    """What Jupyter shows beside each code cell, as far as the file holds it."""
    beside: dict[str, str] = field(default_factory=dict)
    """The texts of files that were handed in with it, by name."""

    @property
    def is_foreign(self) -> bool:
        """Whether it says that it is written in another language than Python."""
        return bool(self.language) and "python" not in self.language.lower()


def document(content: bytes, filename: str) -> Document:
    """Read a notebook (nbformat 2 to 4) or a `.py` module. Raises Unreadable."""
    alone, files = without_files(content)
    return replace(_alone(alone, filename), beside=files)


def _alone(content: bytes, filename: str) -> Document:
    text, remarks = _text(content)
    if not text.strip():
        raise Unreadable(notice("the file is empty"))
    _refuse_others(text)
    named_script = filename.lower().endswith(".py")
    looks_like_json = text.lstrip().startswith("{")
    if named_script and not (looks_like_json and '"cells"' in text):
        return _script(text, remarks)
    if not looks_like_json and _is_python(text):
        remarks.append(notice("the file is a Python script, not a notebook, and is read as one"))
        return _script(text, remarks)
    return _notebook(_json(text), remarks)


def cells_of_script(source: str) -> list[str]:
    """Return the cells of a script that marks them (`# %%`), each on the lines where it stands."""
    starts = [0, *(match.start() for match in _MARKER.finditer(source)), len(source)]
    return [
        "\n" * source.count("\n", 0, start) + source[start:end] for start, end in pairwise(starts)
    ]


def _text(content: bytes) -> tuple[str, list[Translatable]]:
    """Return the text, and a remark where it is in no UTF-8. Raises Unreadable."""
    for magic, kind in _PROGRAMS_FILES.items():
        if content.startswith(magic):
            raise Unreadable(
                notice(
                    "the file is of another kind ({kind}) and not a Jupyter notebook, whatever its "
                    "name says. Hand in the .ipynb file that Jupyter saves.",
                    kind=kind,
                )
            )
    encoding = _encoding(content)
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise Unreadable(
            notice(
                "the file is damaged: from byte {byte} on it is no text in {encoding}. Open your "
                "notebook in Jupyter, save it again and hand in that file.",
                byte=error.start,
                encoding=_SHOWN[encoding],
            )
        ) from error
    if encoding == "utf-8-sig":
        return text, []
    told = notice(
        "the file is in {encoding} instead of UTF-8; it is read all the same",
        encoding=_SHOWN[encoding],
    )
    return text.removeprefix("\ufeff"), [told]


_SHOWN = {
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "cp1252": "Windows-1252",
    "latin-1": "Latin-1",
}


def _encoding(content: bytes) -> str:
    if mark := _MARKS.get(content[:2]):
        return mark
    if content[1:2] == b"\0" or content[:1] == b"\0":
        return "utf-16-le" if content[1:2] == b"\0" else "utf-16-be"
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    return "latin-1"


def _refuse_others(text: str) -> None:
    """Say what a file is that is no notebook and no script. Raises Unreadable."""
    start = text[:1000].lstrip()
    if _PAGE.match(start):
        raise Unreadable(
            notice(
                "the file is a web page, not a Jupyter notebook: the page that shows the notebook, "
                "or one that asks to log in, was saved in its place. Download the .ipynb file "
                "itself and hand it in."
            )
        )
    if start.startswith(_POINTER):
        raise Unreadable(
            notice(
                "the file is a pointer of Git LFS, not the notebook itself. Run “git lfs pull”, "
                "and hand in the .ipynb file that is there then."
            )
        )
    if _MARIMO.search(text) and "import marimo" in text:
        raise Unreadable(
            notice(
                "the file is a marimo notebook, which is not read here. Turn it into a Jupyter "
                "notebook (“marimo export ipynb”) and hand in that file."
            )
        )


def _is_python(text: str) -> bool:
    """Whether a text is a program that defines something."""
    try:
        with warnings.catch_warnings(action="ignore"):
            body = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return any(isinstance(node, (ast.ClassDef, ast.FunctionDef)) for node in body)


def _script(text: str, remarks: list[Translatable]) -> Document:
    return Document([text], remarks, is_script=True)


def _json(text: str) -> dict[str, Any]:
    """Return a notebook's content. Raises Unreadable."""
    try:
        content = json.loads(text)
    except RecursionError as error:
        raise Unreadable(notice("the notebook is nested too deeply")) from error
    except json.JSONDecodeError as error:
        if text.lstrip().startswith("{"):
            _explain(text, error)
        raise Unreadable(_JUPYTERS) from error
    except ValueError as error:  # a number of thousands of digits
        raise Unreadable(_JUPYTERS) from error
    if not isinstance(content, dict) or not {"cells", "worksheets"} & set(content):
        raise Unreadable(_JUPYTERS)
    return content


def _explain(text: str, error: json.JSONDecodeError) -> NoReturn:
    """Say what is wrong in a damaged notebook and where. Raises Unreadable."""
    if conflict := _CONFLICT.search(text):
        raise Unreadable(
            notice(
                "the file holds a conflict of Git that nobody resolved, at line {line}, column 1: "
                "two versions stand one below the other. Choose one, remove the lines that begin "
                "with <<<<<<<, ======= and >>>>>>>, see that Jupyter opens the notebook, and hand "
                "it in again.",
                line=text.count("\n", 0, conflict.start()) + 1,
            )
        ) from error
    before = text[: error.pos].rstrip()
    if text[error.pos :].lstrip()[:1] in {"]", "}"} and before.endswith(","):
        error = json.JSONDecodeError(error.msg, text, len(before) - 1)
        raise Unreadable(_damaged_by_comma(error)) from error
    if text[error.pos :][:1] == "," and text[error.pos + 1 :].lstrip()[:1] in {"]", "}"}:
        raise Unreadable(_damaged_by_comma(error)) from error  # as Python 3.13 places it
    if not text[error.pos :].strip() or error.msg.startswith("Unterminated string"):
        raise Unreadable(
            notice(
                "the file is not a whole Jupyter notebook: it was cut off, and ends at line {line} "
                "in the middle of something. Open your notebook in Jupyter, save it again and hand "
                "in that file.",
                line=text.count("\n") + 1,
            )
        ) from error
    raise Unreadable(
        notice(
            "the file is not a Jupyter notebook: it is damaged at line {line}, column {column}. "
            "Open your notebook in Jupyter, save it again and hand in that file.",
            line=error.lineno,
            column=error.colno,
        )
    ) from error


def _damaged_by_comma(error: json.JSONDecodeError) -> Translatable:
    return notice(
        "the file is not a Jupyter notebook: there is a comma too many at line {line}, column "
        "{column}. Remove it, see that Jupyter opens the notebook, and hand it in again.",
        line=error.lineno,
        column=error.colno,
    )


def _notebook(content: dict[str, Any], remarks: list[Translatable]) -> Document:
    """Return the code cells of a notebook. Raises Unreadable."""
    metadata = content.get("metadata")
    if not isinstance(metadata, dict) or "nbformat" not in content:
        remarks.append(
            notice(
                "the notebook lacks what Jupyter notes about it (metadata, format); it is read all "
                "the same"
            )
        )
    major = content.get("nbformat", _OLDEST_WITH_CELLS if "cells" in content else 3)
    if isinstance(major, int) and major > nbformat.current_nbformat:
        raise Unreadable(
            notice("the notebook is of a format that is too new: save it in Jupyter as version 4")
        )
    cells = content["cells"] if "cells" in content else _upgraded(content, major)
    if not isinstance(cells, list) or not all(isinstance(one, dict) for one in cells):
        raise Unreadable(_JUPYTERS)
    code = [one for one in cells if one.get("cell_type") == "code"]
    info = _within(metadata, "language_info")
    language = _within(metadata, "kernelspec").get("language") or info.get("name") or ""
    python = info.get("version", "") if "python" in str(info.get("name", "python")).lower() else ""
    return Document(
        [_source(one) for one in code],
        remarks,
        str(language)[:_LONGEST_NAME],
        str(python)[:_LONGEST_NAME],
        executions=tuple(map(_execution, code)),
    )


def _upgraded(content: dict[str, Any], major: object) -> Any:
    """Return the cells of a notebook of format 2 or 3. Raises Unreadable."""
    known = {"metadata": {}, **content, "nbformat": major, "nbformat_minor": 0}
    try:
        with warnings.catch_warnings(action="ignore"):
            read = nbformat.reads(json.dumps(known), as_version=4)  # type: ignore[no-untyped-call]
    except RecursionError as error:
        raise Unreadable(notice("the notebook is nested too deeply")) from error
    except Exception as error:
        raise Unreadable(_JUPYTERS) from error
    return read.get("cells", [])


def _source(cell: dict[str, Any]) -> str:
    source = cell.get("source", "")
    return "".join(map(str, source)) if isinstance(source, list) else str(source)


def _execution(cell: dict[str, Any]) -> int | None:
    count = cell.get("execution_count")
    return count if type(count) is int and 0 < count < _MOST_EXECUTIONS else None


def _within(content: object, key: str) -> dict[str, Any]:
    inner = content.get(key) if isinstance(content, dict) else None
    return inner if isinstance(inner, dict) else {}
