"""One check of one submission, while it runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from grader.checks import Mismatch
from grader.grading.shrinking import require_budget, smaller
from grader.sandbox.api import Usage

if TYPE_CHECKING:
    from collections.abc import Callable

    from grader.grading.shrinking import Smallest
    from grader.student.student import Student


@dataclass
class Attempt:
    """What is known of a check that is under way.

    `student` is there while the student's process is. `seconds` is wall time on the host, `usage`
    the kernel's account, `data` what the check wants kept for pictures.
    """

    student: Student | None = None
    smallest: Smallest | None = None
    seconds: float = 0.0
    usage: Usage = field(default_factory=Usage)
    data: dict[str, Any] = field(default_factory=dict)

    def example(self, ask: Callable[[], None]) -> None:
        """Try one example; keep its failure if it is the smallest so far.

        Raises ShrinkBudgetExceeded once a failure is known and enough was asked.
        """
        if self.student:
            self.student.start_over()
        try:
            ask()
        except Mismatch as found:
            self.smallest = smaller(self.smallest, found, self.cell)
            require_budget(self.student.calls if self.student else 0, found)
            raise

    def cell(self, found: Mismatch | None = None) -> str | None:
        """Return the notebook cell that repeats what was just asked, and what should hold."""
        if self.student is None:
            return None
        return self.student.transcript.cell(found.holds if found else lambda _: ())

    def asked_for(self) -> set[str]:
        """Return the names of the student's definitions that the check has asked for."""
        return self.student.asked if self.student else set()

    @property
    def method(self) -> str:
        """The method of the student's objects that the check asked last, or else its forward."""
        return (self.student and self.student.transcript.method) or "forward"

    def ended(self, usage: Usage) -> None:
        """Note that the student's process has ended, and what it took."""
        if self.student:
            self.data = self.student.data
        self.student = None
        self.usage = usage
