"""The pages of a results folder, in `report/`: made where grades change, or from its files."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from grader.core import console
from grader.core.errors import GraderError, UsageError
from grader.core.results import Grade
from grader.feedback import site
from grader.feedback.site import Source
from grader.storage.journal import FILE, Journal
from grader.submissions import roster

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

FOLDER = "report"
_MENTIONED = 3


def again(out: Path, lang: str | None) -> Path:
    """Make the pages from the files of a results folder; return the class's.

    The language is that of the pages that are there, unless one is given. Raises UsageError for a
    folder without results, GraderError for one that is damaged or in use.
    """
    if not any(_files(out)):
        raise UsageError(
            f"{out} holds no results: give the folder that grader grade wrote (its --out)"
        )
    if not (out / FILE).is_file():
        console.tell(f"{out / FILE} is not there: the pages do not show the seed")
        return _write(out, stored(out), None, lang)
    with Journal(out) as journal:
        return write(out, stored(out), journal, lang)


def write(out: Path, grades: Sequence[Grade], journal: Journal, lang: str | None = None) -> Path:
    """Make the pages of these grades, whose files are there; return the class's.

    Raises GraderError.
    """
    given = (grade for grade in grades if grade.status != "not_graded")
    seeds = (journal.seed_of(grade.fingerprint) for grade in given)
    return _write(out, grades, next(filter(None, seeds), None), lang)


def write_or_tell(
    out: Path, grades: Sequence[Grade], journal: Journal, lang: str | None = None
) -> Path | None:
    """Make the pages; where they cannot be made say so, for what was stored is stored."""
    try:
        return write(out, grades, journal, lang)
    except GraderError as error:
        console.tell(str(error))
        return None


def there(out: Path) -> bool:
    """Whether a results folder has pages."""
    return bool(site.recall(out / FOLDER).lang)


def _write(out: Path, grades: Sequence[Grade], seed: str | None, lang: str | None) -> Path:
    folder = out / FOLDER
    lang = lang or site.recall(folder).lang or "es"
    try:
        sources = [Source(grade, _digest(out, grade.submission)) for grade in grades]
        broken = site.write(folder, sources, seed, lang, roster.read(out))
    except OSError as error:
        raise GraderError(
            f"the pages in {folder} cannot be written ({error.strerror}): make room or give "
            f"access, and run grader report {out}; the grades are whole"
        ) from error
    except Exception as error:  # whatever it is, the run ends as it would without pages
        raise GraderError(
            f"the class's page in {folder} cannot be made ({type(error).__name__}: {error}), which "
            "is a mistake of grader's; the grades are whole"
        ) from error
    for one in broken:
        console.tell(
            f"the page of {one} cannot be made, which is a mistake of grader's; the grade is "
            "whole, in results/"
        )
    return folder / site.INDEX


def stored(out: Path) -> list[Grade]:
    """Return the grades of a results folder, by submission. Raises GraderError."""
    grades, damaged = [], []
    for path in sorted(_files(out), key=lambda path: path.stem):
        try:
            grades.append(_grade(path))
        except (OSError, ValueError) as error:
            damaged.append(f"{path} ({error})")
    if damaged:
        more = f" and {len(damaged) - _MENTIONED} more" if len(damaged) > _MENTIONED else ""
        raise GraderError(
            f"{', '.join(damaged[:_MENTIONED])}{more} cannot be read: run grader grade again, "
            "which writes each file anew"
        )
    return grades


def _grade(path: Path) -> Grade:
    grade = Grade.from_json(path.read_text(encoding="utf-8"))
    if grade.submission != path.stem:
        raise ValueError(f"it is the grade of {grade.submission!r}")
    return grade


def _files(out: Path) -> list[Path]:
    return list((out / "results").glob("[!.]*.json"))


def _digest(out: Path, submission: str) -> str:
    data = (out / "results" / f"{submission}.json").read_bytes()
    return hashlib.sha256(data).hexdigest()
