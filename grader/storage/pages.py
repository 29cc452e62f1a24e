"""The pages of a results folder, in `report/`: `index.html` and one for each student.

What a page was made from is remembered beside it, so that only pages are made anew of which the
grade, the language or the program changed, and a page that is as it should be is left alone.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from grader.core import console, files
from grader.core.errors import GraderError
from grader.core.i18n import LANGUAGES, tr
from grader.feedback import class_page, student_page

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from grader.core.results import Grade, Person

FOLDER = "report"
INDEX = "index.html"
_MEMORY = ".made.json"
_OURS = b'<meta name="generator" content="rnn-grader">'  # as base.html.jinja has it
_HEAD = 2000  # bytes of a page, in which that stands
_PACKAGE = Path(__file__).parents[1]
_OWN = ("core/**/*.py", "feedback/**/*.*", "locale/**/*.mo")


@dataclass(frozen=True)
class Source:
    """A grade, and the digest of all that it is."""

    grade: Grade
    digest: str


@dataclass(frozen=True)
class Memory:
    """What the pages were made from, and what came of it: digests, by file name."""

    lang: str = ""
    made: dict[str, list[str]] = field(default_factory=dict)


def make(
    results: Path,
    sources: Iterable[Source],
    seed: str | None,
    lang: str | None,
    people: Sequence[Person],
) -> Path:
    """Make the pages of a results folder; return the class's. Raises GraderError.

    The language is that of the pages that are there, unless one is given.
    """
    folder = results / FOLDER
    lang = lang or recall(folder).lang or "es"
    try:
        broken = write(folder, [*sources], seed, lang, people)
    except OSError as error:
        raise GraderError(
            tr(
                "the pages in {folder} cannot be written ({why}): make room or give access, and "
                "run grader report {results}; the grades are safe",
                folder=folder,
                why=error.strerror,
                results=results,
            )
        ) from error
    except Exception as error:  # whatever it is, the run ends as it would without pages
        raise GraderError(
            tr(
                "the class's page in {folder} cannot be made ({why}) because of a bug in grader; "
                "the grades are safe",
                folder=folder,
                why=f"{type(error).__name__}: {error}",
            )
        ) from error
    for one in broken:
        said = tr(
            "the page of {submission} cannot be made because of a bug in grader; the grade itself "
            "is safe in results/",
            submission=one,
        )
        console.tell(said, lang)
    return folder / INDEX


def write(
    folder: Path,
    sources: Sequence[Source],
    seed: str | None,
    lang: str,
    people: Sequence[Person] = (),
) -> list[str]:
    """Write the pages that are not yet as they should be, and remove those of no grade.

    Return the submissions of which no page could be made, each with what happened. A page is there
    whole or not at all. The seed stands in the class's page alone. Raises OSError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    before, made, broken = recall(folder), {}, {}
    for source in sources:
        name = f"{source.grade.submission}.html"
        inputs = _digest(f"{source.digest} {lang} {_program()}".encode())
        if before.made.get(name) == [inputs, _digest(_read(folder / name))]:
            made[name] = before.made[name]
            continue
        try:
            page = student_page.render(source.grade, lang).encode()
        except Exception as error:  # noqa: BLE001 - one grade must not cost the class its pages
            broken[source.grade.submission] = f"{type(error).__name__}: {error}"
            continue
        files.write(folder / name, page, lasting=False)
        made[name] = [inputs, _digest(page)]
    grades = [source.grade for source in sources]
    index = class_page.render(grades, seed, lang, broken.keys(), people)
    files.write(folder / INDEX, index.encode(), lasting=False)
    _clean(folder, {INDEX, *made})
    memory = json.dumps({"lang": lang, "made": made}, indent=1)
    files.write(folder / _MEMORY, memory.encode(), lasting=False)
    return [f"{name} ({what})" for name, what in broken.items()]


def recall(folder: Path) -> Memory:
    """Return what is remembered of the pages in a folder; nothing where that is damaged."""
    with suppress(ValueError, TypeError, KeyError, OSError):
        fields = json.loads((folder / _MEMORY).read_bytes())
        if fields["lang"] in LANGUAGES and isinstance(fields["made"], dict):
            return Memory(fields["lang"], fields["made"])
    return Memory()


def _clean(folder: Path, wanted: set[str]) -> None:
    """Remove pages of no grade, and drafts that a run left when it was killed.

    The folder may hold other things, of other people: what is no page of ours stays.
    """
    for path in [*folder.glob("*.html"), *folder.glob(".*.html.new"), folder / f".{_MEMORY}.new"]:
        if path.name not in wanted and (path.suffix == ".new" or _ours(path)):
            path.unlink(missing_ok=True)


def _ours(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return _OURS in file.read(_HEAD)


def _read(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def _digest(data: bytes | None) -> str:
    return hashlib.sha256(data).hexdigest() if data is not None else ""


@cache
def _program() -> str:
    """Return the digest of the program's files that pages are made with."""
    return _digest(b"".join(_contents()))


def _contents() -> Iterator[bytes]:
    for pattern in _OWN:
        for path in sorted(_PACKAGE.glob(pattern)):
            if path.is_file() and path.suffix != ".pyc":
                yield f"{path.name}\n".encode() + path.read_bytes()
