"""The files beside a notebook that it imports or runs: its student's, of one folder or zip.

They go with the notebook, so that what is graded, kept and compared is one file.
"""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from grader.core.errors import GraderError
from grader.protocol.notebooks import with_files
from grader.submissions.archives import MODULE, NOTEBOOK, Entry, Source, list_archive
from grader.submissions.members import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterable

_LARGEST = 1 << 20  # bytes of a file
_MOST = 20  # files
_MOST_LISTED = 200
_KINDS = (MODULE, NOTEBOOK)
_WORD = re.compile(r"\w+")
_ASKING = re.compile(r"(?:\b(?:from|import)|%run)\b([^\n\\]{0,500})")
"""What asks for a file; a line of a notebook's code ends with a backslash and n, in its JSON."""


def candidates(file: Entry, files: Iterable[Entry]) -> tuple[Entry, ...]:
    """Return what may be asked for of a student's `files`, and of those in the zip of the notebook.

    Nothing is opened but that zip, for the names in it.
    """
    if file.kind != NOTEBOOK:
        return ()
    known = list(files)
    if all(one.source != file.source for one in known):
        known = of_zip(file.source)
    usable = [one for one in known if one.kind in _KINDS and not one.problem]
    return tuple(usable[:_MOST_LISTED]) if len(usable) > 1 else ()


def of_folder(notebook: Path) -> tuple[Entry, ...]:
    """Return what stands beside a notebook in its folder, which is a student's own."""
    file = notebook.resolve()
    near = [one for one in sorted(file.parent.iterdir()) if one.is_file()]
    entries = [Entry((one.name,), Source(one), one.stat().st_size) for one in near]
    return candidates(Entry((file.name,), Source(file)), entries)


def of_zip(file: Source) -> list[Entry]:
    """Return what stands beside a file in its zip; nothing beside one that is in none."""
    try:
        return list_archive(Source(file.path, file.members[:-1])) if file.members else []
    except UnreadableError:
        return []


def whole(content: bytes, place: Source, files: Iterable[Entry]) -> bytes:
    """Return a notebook with those of the `files` that it asks for, as it is where there are none.

    `place` is where it is itself, among them.
    """
    known = list(files)
    folder = next((one.parts[:-1] for one in known if one.source == place), ())
    named = {
        _name(one.parts, folder): one.source
        for one in known
        if one.kind in _KINDS and not one.problem and one.source != place and one.size <= _LARGEST
    }
    found = _asked_for(content, named) if named else {}
    return with_files(content, found)


def _name(parts: tuple[str, ...], folder: tuple[str, ...]) -> str:
    inside = parts[: len(folder)] == folder
    return "/".join(parts[len(folder) :] if inside else parts)


def _asked_for(content: bytes, named: dict[str, Source]) -> dict[str, str]:
    """Return the texts of the files that a text imports or runs, and of those that these do."""
    found: dict[str, str] = {}
    texts = [content.replace(b"\0", b"").decode("utf-8", "replace")]
    while texts:
        words = _words_asked_for(texts.pop())
        for name in sorted(named.keys() - found):
            asked = words.issuperset(_WORD.findall(PurePosixPath(name).stem))
            if asked and len(found) < _MOST:
                try:
                    found[name] = named[name].read(_LARGEST).decode("utf-8", "replace")
                except (UnreadableError, GraderError):
                    continue
                texts.append(found[name])
    return found


def _words_asked_for(text: str) -> set[str]:
    """Return the words that stand after an import or a %run, in one pass: the text is anybody's."""
    return {word for line in _ASKING.finditer(text) for word in _WORD.findall(line[1])}
