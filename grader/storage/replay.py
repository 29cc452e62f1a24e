"""Repeat a student's grading from what the results folder holds, and say whether it is the same.

The grade is in `results/<id>.json`; the journal knows the seed and where the notebook came from,
and there is a copy of it, unless nobody wanted one.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.text import Text

from grader.core import console
from grader.core.errors import GraderError, UsageError
from grader.core.i18n import Words, joined, tr
from grader.core.results import Grade, both, text
from grader.feedback import student_terminal, terminal
from grader.storage import origins
from grader.storage.names import suggestion
from grader.storage.stored import StoredResults
from grader.submissions.archives import Source
from grader.submissions.discovery import find, find_one
from grader.submissions.model import SAFE, Submission

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import RenderableType

    from grader.core.i18n import Bilingual
    from grader.core.results import CheckResult
    from grader.storage.origins import Origin

_VERSIONS = ("grader", "python", "torch", "device")
_ASIDE = {"seconds", "cpu_seconds", "fingerprint", "environment", "submission", "student"}
"""What may be otherwise the second time: timings, and what `changes` speaks of."""


@dataclass(frozen=True)
class Stored:
    """A grade as a results folder has it in `file`, its secret seed and where its notebook was:
    in one of the `paths`, exactly in `origin` where that was stored; and the `copy` of it.
    """  # noqa: D205 - one sentence

    file: Path
    grade: Grade
    seed: str
    paths: tuple[Path, ...]
    origin: Origin | None = None
    copy: Submission | None = None


def stored(folder: Path, student: str) -> Stored:
    """Return what a results folder holds on a student, by id or as the student is called.

    Raises UsageError for no such folder or student, GraderError where there is nothing to repeat.
    """
    results = StoredResults(folder)
    results.require_journal()
    grade = results.grade(student)
    if grade.status == "not_graded":
        raise GraderError(
            tr(
                "{student} was not graded ({reason}): run grader grade again",
                student=student,
                reason=both(grade, "reason"),
            )
        )
    seed, paths = results.seed_of([grade]), results.sources([grade.submission])
    if seed is None:
        raise GraderError(
            tr(
                "{folder} does not have the seed that {student} was graded with: run grader grade "
                "again",
                folder=folder,
                student=student,
            )
        )
    file, origin = results.file(grade.submission), results.origins.get(grade.submission)
    return Stored(file, grade, seed, tuple(paths), origin, results.copy(grade))


def find_again(stored: Stored, where: Path | None) -> Submission:
    """Return the notebook that was graded: the copy of it, or where it was; or `where` it is now.

    Raises UsageError where it is gone, GraderError where it is not the same any more.
    """
    grade = stored.grade
    if where:
        found = _given(stored, where)
    else:
        found = stored.copy or _unreadable(stored) or _at_its_place(stored) or _former(stored)
    if found.digest != grade.fingerprint.notebook:
        raise GraderError(
            tr(
                "the notebook of {student} ({file}) is not the one that was graded: grade it again "
                "with grader grade, or give the graded one with --submissions",
                student=grade.student,
                file=found.filename,
            )
        )
    notes = stored.origin.said if stored.origin else found.notes
    return replace(found, id=grade.submission, student=grade.student, notes=notes)


def _given(stored: Stored, where: Path) -> Submission:
    """Return the student's submission among those that are `where` they are now, or the only one.

    It bears the student's id, or the one that it came with.
    """
    grade = stored.grade
    found = find([where], grade.assignment)
    mine = [one for one in found if one.student in _ids(stored)]
    if not mine and len(found) > 1:
        raise UsageError(
            tr(
                "there is no {student} in {where}; {known}",
                student=grade.student,
                where=where,
                known=suggestion(grade.student, [one.student for one in found]),
            )
        )
    (one, *_) = mine or found
    if one.aside:
        raise UsageError(one.aside)
    return one


def _ids(stored: Stored) -> set[str]:
    return {stored.grade.student, *([stored.origin.student] if stored.origin else [])}


def _unreadable(stored: Stored) -> Submission | None:
    """Return the folder's copy of a file in which no notebook could be read, looked at again."""
    grade, origin = stored.grade, stored.origin
    if origin is None or grade.fingerprint.notebook != origins.NOTHING:
        return None
    content = origins.kept(stored.file.parents[1], origin.digest)
    if content is None:
        return None
    with TemporaryDirectory() as place:
        name, ending = origin.filename, PurePosixPath(origin.filename).suffix
        Path(place, name if SAFE.fullmatch(name) else f"file{ending}").write_bytes(content)
        found = find_one(Path(place), grade.student, grade.assignment)
        return found if found.problem else replace(found, source=found.read())


def _at_its_place(stored: Stored) -> Submission | None:
    """Return the very file, or entry of a zip, that was graded, whoever's it is by its name."""
    grade, origin = stored.grade, stored.origin
    if origin is None or origin.digest not in {grade.fingerprint.notebook} - {origins.NOTHING}:
        return None
    found = Submission("", grade.student, origin.filename, Source(Path(origin.path), origin.entry))
    try:
        same = found.digest == grade.fingerprint.notebook
    except GraderError:
        return None
    return found if same else None  # it may have files beside it


def _former(stored: Stored) -> Submission:
    """Return the student's submission as it is now in the paths of then. Raises UsageError."""
    try:
        found = find(stored.paths, stored.grade.assignment) if stored.paths else []
    except UsageError:  # they are gone
        found = []
    mine = [one for one in found if one.student in _ids(stored)]
    if not mine:
        places = ", ".join(map(str, stored.paths))
        raise UsageError(
            tr(
                "the notebook of {student} was in {places} and is no longer there: give its place "
                "with --submissions PATH",
                student=stored.grade.student,
                places=places or tr("a place that the journal does not know"),
            )
        )
    return mine[0]


def changes(before: Grade, now: Grade) -> Iterator[Bilingual]:
    """Yield what is not as it was when a student was graded, and what to do about it."""
    name = before.student
    if before.fingerprint.assignment != now.fingerprint.assignment:
        yield tr(
            "the checks of {assignment} were edited after {student} was graded: run grader grade "
            "again, or put the old checks back to see the old result",
            assignment=before.assignment,
            student=name,
        )
    elif before.fingerprint.points != now.fingerprint.points:
        yield tr(
            "the points of {assignment} have changed since {student} was graded: grader rescore "
            "computes the marks again under the new ones",
            assignment=before.assignment,
            student=name,
        )
    was, is_ = before.environment, now.environment
    if was.get("sandbox") != is_["sandbox"]:
        yield tr(
            "{student} was graded in {then} and this is {now}: leave --sandbox out to use the same "
            "one",
            student=name,
            then=was.get("sandbox"),
            now=is_["sandbox"],
        )
    elif before.fingerprint.image != now.fingerprint.image:
        yield tr(
            "the {sandbox} sandbox has changed since {student} was graded: run grader grade again, "
            "or install the old version of grader and of its image",
            sandbox=is_["sandbox"],
            student=name,
        )
    versions = [what for what in _VERSIONS if was.get(what) != is_.get(what)]
    for what in versions:
        yield tr(
            "{what} was {then} when {student} was graded and is {now} now: go back to the old one "
            "if the result is not the same",
            what=what,
            then=was.get(what),
            student=name,
            now=is_.get(what),
        )
    if not versions and before.fingerprint.grader != now.fingerprint.grader:
        yield tr(
            "grader's own files, or a library that it uses, have changed since {student} was "
            "graded: go back to the old ones if the result is not the same",
            student=name,
        )


def differences(before: Grade, now: Grade, only: str | None = None) -> list[Bilingual | str]:
    """Return the fields in which two grades differ, timings and what people decided aside.

    `only` looks at one check.
    """
    before, now = (Grade.from_json(grade.automatic.to_json()) for grade in (before, now))
    was, is_ = ({check.id: _repeatable(check) for check in grade.checks} for grade in (before, now))
    found: list[Bilingual | str] = []
    if not only:
        found += _differing(asdict(before), asdict(now), {*_ASIDE, "checks"})
    for name in [only] if only else dict.fromkeys([*was, *is_]):
        if name not in was:
            found.append(tr("{check} (only now)", check=name))
        elif name not in is_:
            found.append(tr("{check} (only then)", check=name))
        elif fields := list(_differing(was[name], is_[name], _ASIDE)):
            found.append(f"{name} ({', '.join(fields)})")
    return found


def _repeatable(check: CheckResult) -> dict[str, Any]:
    """Return a check's fields; of one that measures time only what does not speak of that time."""
    fields = asdict(check)
    if fields["data"].pop("timing", None):
        fields |= {"message": "", "message_en": "", "counterexample": None}
    return fields


def _differing(was: dict[str, Any], is_: dict[str, Any], aside: set[str]) -> Iterator[str]:
    yield from (key for key in was if key not in aside and was[key] != is_[key])


def shown(grade: Grade, only: str | None, lang: str) -> RenderableType:
    """Return the failed checks in full, or one check; of a rejected submission the reason."""
    if grade.status != "graded":
        return student_terminal.render(grade, lang)
    chosen = [check for check in grade.checks if (only or check.id) == check.id]
    failed = [check for check in chosen if check.outcome not in ("passed", "skipped") or only]
    lines: list[RenderableType] = []
    words = Words(lang)
    for check in failed:
        title = text(check, "title", lang)
        passed = Text(f"✓ {console.plain(title)}", style="green")
        lines.append(passed if check.outcome == "passed" else terminal.explanation(check, lang))
        if repair := check.data.get("repair"):  # for the instructor: the student sees the place
            said = words("It is right with line {line} of its cell: {was} → {becomes}", **repair)
            lines.append(Text(console.plain(said)))
        lines.append("")
    if not failed and not only:
        lines.append(Text(words("No check fails.")))
    return Group(*lines)


def verdict(file: Path, found: Sequence[Bilingual | str], lang: str) -> str:
    """Return the line that says whether what came out is what a file holds."""
    words = Words(lang)
    if not found:
        return words("Identical to what is stored in {file}.", file=file)
    return words(
        "Different from what is stored in {file}: {fields}.", file=file, fields=joined("; ", found)
    )
