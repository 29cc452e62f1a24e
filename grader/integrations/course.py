"""A course's grades for Moodle, Canvas and nbgrader: every assignment at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.core.errors import UsageError
from grader.core.i18n import tr
from grader.exports.moodle import Names
from grader.integrations.lms import CanvasColumn, MoodleOptions, export_columns, export_moodle
from grader.storage.stored import StoredResults

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from grader.assignments.course import Course
    from grader.core.gradebook import Gradebook
    from grader.core.results import Person


def export(
    course: Course,
    book: Gradebook,
    out: Path,
    lang: str,
    assignments: Path | None,
    written: Callable[[Path], object],
) -> int:
    """Give the grades to each place that the course's file names; return the exit status.

    `written` is told of each file. Raises UsageError where the file names no place, and what the
    exports of one assignment raise.
    """
    if not (course.moodle or course.canvas or course.nbgrader):
        raise UsageError(
            tr(
                "{file} names no place to export to: write canvas = (Canvas's gradebook), "
                "nbgrader = (the course folder) or a table [moodle] with the worksheets",
                file=course.path,
            )
        )
    known = {name: dict(_known(book, name)) for name in course.results}
    statuses = [0]
    for name, worksheet in course.moodle.items():
        place = out / "moodle" / name
        options = MoodleOptions(course.results[name], worksheet, place, lang, Names(), False)  # noqa: FBT003
        files, status = export_moodle(options, known[name])
        statuses.append(status)
        for path in files:
            written(path)
    if course.canvas:
        columns = [
            CanvasColumn(StoredResults.read(folder), course.columns.get(name, ""), known[name])
            for name, folder in course.results.items()
        ]
        path, status = export_columns(course.canvas, out / "canvas.csv", columns, assignments)
        statuses.append(status)
        written(path)
    if course.nbgrader:
        statuses += _to_nbgrader(course, course.nbgrader, lang)
    return max(statuses)


def _to_nbgrader(course: Course, root: Path, lang: str) -> list[int]:
    from grader.integrations.nbgrader import course as courses

    courses.require()  # before what imports it
    from grader.integrations.nbgrader.export import export_nbgrader

    return [export_nbgrader(folder, root, lang) for folder in course.results.values()]


def _known(book: Gradebook, name: str) -> Iterator[tuple[str, Person]]:
    """Yield what the whole course knows of who handed in an assignment, by submission."""
    for row in book.rows:
        if submission := row.entries[name].submission:
            yield submission, row.person
