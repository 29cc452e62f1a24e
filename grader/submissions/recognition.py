"""What a file is by its content, where its name does not say that it can be graded."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from grader.core.errors import GraderError
from grader.core.i18n import tr
from grader.core.text import plain
from grader.submissions import tars
from grader.submissions.archives import HEAD, MODULE, NOTEBOOK, TARS, ZIP
from grader.submissions.members import MEGABYTE, UnreadableError

if TYPE_CHECKING:
    from grader.core.i18n import Bilingual
    from grader.submissions.archives import Entry

MAX_LOOKED_AT = 20 * MEGABYTE

_CELLS = re.compile(r'"(?:cells|worksheets)"\s*:\s*\[')
_FORMAT = re.compile(r'"nbformat"\s*:\s*[0-9]')
_MARKS = (b"\xff\xfe", b"\xfe\xff")  # of UTF-16
_OTHERS = (
    (b"Rar!\x1a\x07", "RAR"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"%PDF", "PDF"),
)
_PAGE = re.compile(rb"<!doctype html|<html", re.IGNORECASE)
_EXPORTED = re.compile(rb"jupyter|ipython|nbconvert|ipynb", re.IGNORECASE)
_UNREAD = {".rar": "RAR", ".7z": "7z", ".bz2": "bzip2", ".xz": "xz", ".tbz": "bzip2", ".txz": "xz"}
_GUESS = (".ipynb", ".rar", ".7z", *TARS)
_COPY = re.compile(r"(?P<name>.*?)\.ipynb(?![^.\s_~(-])", re.IGNORECASE | re.DOTALL)


def recognized(entry: Entry) -> Entry:
    """Return a file as what its content shows it to be, with a note or with what is wrong with it.

    What is no student's work for sure comes back as it was, and so does what its name tells, but
    for an archive that is none.
    """
    if entry.folder or entry.problem or entry.kind in (NOTEBOOK, MODULE):
        return entry
    try:
        head = entry.source.head()
        if _is_notebook(entry, head):
            return replace(entry, taken_for=NOTEBOOK, note=_taken_for_notebook(entry))
    except UnreadableError as error:
        return replace(entry, problem=error.said) if is_meant(entry) else entry
    except GraderError:  # nobody may read it; if it is a student's, who reads it says so
        return entry
    return entry if entry.kind == ZIP else _recognized_by(head, entry)


def _recognized_by(head: bytes, entry: Entry) -> Entry:
    if tars.is_tar(head) or (head.startswith(b"PK\x03\x04") and not _is_document(entry)):
        return replace(entry, taken_for=ZIP)
    problem = _problem(entry, head)
    return replace(entry, problem=problem) if problem else entry


def student_of(name: str) -> str:
    """Return whose a file at the top is: its name without the endings, `ana` of `ana.ipynb (1)`."""
    lower = name.lower()
    if ending := next((one for one in (*TARS, ".tar.bz2", ".tar.xz") if lower.endswith(one)), ""):
        return name[: -len(ending)]
    if not lower.endswith(NOTEBOOK) and (match := _COPY.match(name)) and match["name"]:
        return match["name"]
    return PurePosixPath(name).stem


def _is_notebook(entry: Entry, head: bytes) -> bool:
    """Whether this looks like a notebook's JSON. Nothing is parsed."""
    if not _text(head).lstrip().startswith("{") or entry.size > MAX_LOOKED_AT:
        return False
    text = _text(entry.source.read(MAX_LOOKED_AT))
    return bool(_CELLS.search(text) and _FORMAT.search(text))


def _text(content: bytes) -> str:
    wide = content.startswith(_MARKS)
    return content.decode("utf-16" if wide else "utf-8-sig", "replace")


def _is_document(entry: Entry) -> bool:
    """Whether this is a zip for an office program."""
    return PurePosixPath(entry.parts[-1].lower()).suffix[:4] in (
        *(".doc", ".xls", ".ppt", ".odt", ".ods", ".odp", ".jar", ".epu", ".npz", ".pth", ".pt"),
    )


def is_meant(entry: Entry) -> bool:
    """Whether the name alone says that somebody meant to hand in a notebook or an archive."""
    lower = entry.parts[-1].lower()
    return not entry.folder and (bool(_COPY.match(lower)) or lower.endswith(_GUESS))


def _problem(entry: Entry, head: bytes) -> Bilingual | None:
    name, lower = plain(entry.parts[-1]), entry.parts[-1].lower()
    known = next((form for mark, form in _OTHERS if head.startswith(mark)), "")
    form = known or _UNREAD.get(PurePosixPath(lower).suffix, "")
    if form and form != "PDF":
        return tr(
            "Your file {name} is compressed in a form that is not read here ({form}). Upload the "
            "notebook itself (.ipynb), or a zip.",
            name=name,
            form=form,
        )
    if form and is_meant(entry):
        return tr(
            "Your file {name} is a PDF and not a notebook. Upload the notebook itself (.ipynb).",
            name=name,
        )
    page = _PAGE.search(head[:HEAD])
    if page and (is_meant(entry) or _EXPORTED.search(head)):
        return tr(
            "Your file {name} is a web page and not a notebook. Download the notebook as .ipynb "
            "and upload that.",
            name=name,
        )
    if is_meant(entry):
        return tr(
            "Your file {name} is not a notebook, whatever its name says. Upload the notebook "
            "itself (.ipynb).",
            name=name,
        )
    return None


def _taken_for_notebook(entry: Entry) -> Bilingual:
    return tr(
        "the file is called {name} and holds a notebook: it was read as one. Hand it in with the "
        "ending .ipynb",
        name=plain(entry.parts[-1]),
    )
