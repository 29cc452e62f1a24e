"""A course's gradebook, from its results folders."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.assignments import assignment as assignments_
from grader.assignments import kinds
from grader.core.errors import AssignmentFault, GraderError, UsageError
from grader.core.gradebook import Column, Entry, Gradebook, row
from grader.core.i18n import Bilingual, same, tr
from grader.core.results import both
from grader.core.results import mark as mark_of
from grader.core.spreadsheet import alike
from grader.storage.stored import StoredResults
from grader.submissions.roster import read_roster
from grader.submissions.same_people import Seen, everybody

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from grader.assignments.course import Course
    from grader.core.results import Grade, Misconception
    from grader.submissions.same_people import One

_LOST = tr("the run that should have graded it did not finish")


def gradebook(course: Course, root: Path | None = None) -> Gradebook:
    """Read a course's folders; `root` is the assignments folder, for their titles and kinds.

    Raises UsageError for a folder that is another assignment's or an id that is two people's,
    GraderError for results that cannot be read.
    """
    columns: list[Column] = []
    entries: list[Mapping[str, Entry]] = []
    seen: list[Seen] = []
    for place, name in enumerate(course.results):
        results = _results(course, name)
        columns.append(Column(name, _title(name, root), results.index))
        entries.append(_entries(results, course.rules.scale))
        seen += [Seen(place, person) for person in results.people]
    seen += _listed(course)
    found = everybody([*course.results.values(), *_places(course)], seen)
    rows = [
        row(one.person, _of(one, list(course.results), entries), course.rules)
        for one in _in_order(found.people)
    ]
    ids = {one.id for each in rows for entry in each.entries.values() for one in entry.mistakes}
    return Gradebook(
        course.title or course.path.stem,
        course.rules,
        tuple(columns),
        tuple(rows),
        tuple(one.person for one in found.by_name),
        found.alike,
        kinds.of(sorted(ids), _kinds(root)),
    )


def _results(course: Course, name: str) -> StoredResults:
    """Return an assignment's results. Raises UsageError, with the line that names the folder."""
    try:
        results = StoredResults.read(course.results[name])
        others = {grade.assignment for grade in results.grades.values()} - {name}
    except GraderError as error:
        fault = course.fault(name, error.said)
        raise (fault if isinstance(error, UsageError) else GraderError(fault.said)) from error
    if others:
        said = tr(
            "{folder} has grades of {others}, not of {name}: write the assignment's own name, or "
            "its own folder",
            folder=results.path,
            others=", ".join(sorted(others)),
            name=name,
        )
        raise course.fault(name, said)
    return results


def _entries(results: StoredResults, scale: float) -> dict[str, Entry]:
    """Return what each submission of a folder comes to, on the course's scale."""
    return {
        submission: Entry(
            grade.status,
            None if grade.status == "not_graded" else mark_of(grade.score, grade.max_score, scale),
            submission,
            both(grade, "reason"),
            results.page(submission),
            _mistakes(grade),
        )
        for submission, grade in results.grades.items()
    }


def _mistakes(grade: Grade) -> tuple[Misconception, ...]:
    """Return the misconceptions that a submission showed, each once."""
    found = (check.misconception for check in grade.checks if check.misconception)
    return tuple({one.id: one for one in found}.values())


def _of(one: One, names: Sequence[str], entries: Sequence[Mapping[str, Entry]]) -> dict[str, Entry]:
    """Return what somebody handed in, by assignment; what no run came to has no mark."""
    found: dict[str, Entry] = {}
    for place, name in enumerate(names):
        person = one.at(place)
        if person and person.submission:
            lost = Entry("not_graded", None, person.submission, _LOST)
            found[name] = entries[place].get(person.submission, lost)
    return found


def _places(course: Course) -> list[Path]:
    return [course.roster] if course.roster else []


def _listed(course: Course) -> list[Seen]:
    """Return the people of the course's roster, whose place is the one after all folders."""
    return [
        Seen(len(course.results), person, sure=True)
        for path in _places(course)
        for _, person in read_roster(path).people
    ]


def _in_order(people: Sequence[One]) -> list[One]:
    """Return people as an instructor looks for them: by the name, or else the id."""
    return sorted(
        people,
        key=lambda one: (alike(one.person.name or one.person.student), one.person.student),
    )


def _title(name: str, root: Path | None) -> Bilingual:
    """Return what an assignment is called, where its folder is there to tell."""
    try:
        found = assignments_.choose(assignments_.folder_of_assignments(root), name)
    except (UsageError, AssignmentFault):
        return same(name)
    return Bilingual(found.title["es"], found.title["en"])


def _kinds(root: Path | None) -> Mapping[str, kinds.Described]:
    try:
        return kinds.read(assignments_.folder_of_assignments(root))
    except UsageError:
        return {}
