"""What each check of an assignment gives a student, and says, as a gradebook has it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from grader.core.i18n import Words
from grader.core.results import text
from grader.exports import nbgrader
from grader.feedback import decided, verdicts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from grader.core.results import CheckResult, Grade


class Line(NamedTuple):
    """A student's line for a check: the cell's name, the points, the most, title and words."""

    cell: str
    points: float
    most: float
    title: str
    said: str


@dataclass(frozen=True)
class Checks:
    """The checks of an assignment in their order, and the names of their cells, by id."""

    results: Mapping[str, CheckResult]
    names: Mapping[str, str]

    @classmethod
    def of(cls, grades: Sequence[Grade]) -> Checks:
        """Return the checks that any of these grades has."""
        results = {check.id: check for grade in grades for check in grade.checks}
        return cls(results, nbgrader.names(results))

    @property
    def worth(self) -> dict[str, float]:
        """The most points of each cell."""
        return {self.names[check.id]: check.max_points for check in self.results.values()}

    def lines(self, grade: Grade, lang: str) -> Iterator[Line]:
        """Yield a student's lines. Who was rejected has 0 for each check, and the reason."""
        mine = {check.id: check for check in grade.checks}
        for check in self.results.values():
            name, most, title = self.names[check.id], check.max_points, text(check, "title", lang)
            if grade.status == "rejected":
                yield Line(name, 0.0, most, title, f"✗ {text(grade, 'reason', lang)}")
            elif own := mine.get(check.id):
                said = "\n".join(_said(own, grade, Words(lang)))
                yield Line(name, grade.points(own), most, title, said)


def _said(check: CheckResult, grade: Grade, words: Words) -> Iterator[str]:
    """Yield what a check says, line by line."""
    if check.outcome == "passed":
        yield "✓"
    elif check.outcome == "skipped":
        yield "–"
    else:
        yield f"✗ {verdicts.outcome(check, words)}"
    if message := text(check, "message", words.lang):
        yield message
    if check.misconception:
        yield text(check.misconception, "text", words.lang)
    if decision := grade.decided(check):
        yield decided.sentence(decision, grade, words)
