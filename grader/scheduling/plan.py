"""Which submissions of a class have to be graded: each notebook once, and none that is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from grader.grading.grade import not_graded
from grader.scheduling import duplicates

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from grader.core.results import Grade
    from grader.grading.grade import Terms
    from grader.scheduling.duplicates import Groups
    from grader.submissions.model import Submission


@dataclass(frozen=True)
class Plan:
    """`waiting` are to be graded; `shared` get the grade of another that handed in the same.

    `unknown` are all that have no grade yet; `same` are those of one notebook by the first of
    them, which is known where one is. Nobody chose a file of those set `aside`.
    """

    waiting: Sequence[Submission]
    unknown: Collection[str]
    shared: Collection[str]
    same: Groups
    aside: Sequence[Submission] = ()

    def grades(
        self,
        graded: Iterable[Grade],
        stored: Callable[[str], Grade | None],
        terms: Terms,
    ) -> Iterator[Grade]:
        """Yield the grades of all that were unknown: those of `waiting` as they are `graded`."""
        for one in self.aside:
            yield not_graded(one, terms, one.aside or "")
        known = filter(None, map(stored, self.same.keys() - self.unknown))
        for grade in known:
            yield from duplicates.shared(grade, self.same[grade.submission], terms)
        yield from duplicates.spread(graded, self.same, terms)


def plan(submissions: Sequence[Submission], knows: Callable[[Submission], bool]) -> Plan:
    """Plan the grading of these submissions. Raises GraderError where a file is gone."""
    unknown = {one.id for one in submissions if not knows(one)}
    known_first = sorted(submissions, key=lambda one: one.id in unknown)
    same = {
        first: [one, *(other for other in others if other.id in unknown)]
        for first, (one, *others) in duplicates.groups(known_first).items()
    }
    shared = {other.id for _, *others in same.values() for other in others}
    aside = [one for one in submissions if one.aside]
    left = unknown - shared - {one.id for one in aside}
    waiting = [one for one in submissions if one.id in left]
    return Plan(waiting, unknown, shared, same, aside)
