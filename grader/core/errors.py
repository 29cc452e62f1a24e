"""Whose fault it is: the student's, the assignment's or the machine's.

The three are never mixed. A `StudentFault` costs points; an `AssignmentFault` is a bug in a
check, is loud and costs nobody anything; a `SandboxFault` means that nothing was measured, so
there is no score at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from grader.core.i18n import Bilingual, same, tr

FaultOutcome = Literal["error", "timeout", "out_of_memory", "crashed"]


class GraderError(Exception):
    """Something that a person can fix; the message says what and how."""


class UsageError(GraderError):
    """The command was given something that it cannot work with."""


class AssignmentFault(GraderError):
    """The assignment (its configuration or one of its checks) is broken."""


class BrokenCheck(AssignmentFault):
    """A check raised what no check should, on one submission; on another it may not."""


class SandboxFault(GraderError):
    """The machine failed: no engine, no image, a worker that is gone."""


@dataclass(frozen=True)
class Place:
    """Where in the student's notebook: code cell and line, both from 1."""

    cell: int
    line: int

    def __str__(self) -> str:
        return self.said.es

    @property
    def said(self) -> Bilingual:
        """The place in words."""
        return tr("cell [{cell}], line {line}", cell=self.cell, line=self.line)


class StudentFault(Exception):
    """The student's code raised an exception; the student's process lives on.

    What the exception itself says is the same in every language.
    """

    outcome: FaultOutcome = "error"

    def __init__(self, message: Bilingual | str, place: Place | None = None) -> None:
        super().__init__(message)
        self.message = same(message)
        self.place = place

    def __str__(self) -> str:
        return self.said.es

    @property
    def said(self) -> Bilingual:
        """What happened and where."""
        return self.message.at(self.place.said) if self.place else self.message


class Delegated(BaseException):
    """The student's code ran what the assignment shuts; `part` is whose code it was, if known.

    Not an `Exception`, so that Hypothesis lets it pass: the process has ended.
    """

    def __init__(self, operator: str, part: str = "", place: Place | None = None) -> None:
        super().__init__(operator)
        self.operator = operator
        self.part = part
        self.place = place


class StudentProcessLost(BaseException):
    """The student's process is gone: it ran out of time or memory, or it crashed.

    Not an `Exception`, so that Hypothesis lets it pass: there is nobody left to try smaller
    examples on.
    """

    def __init__(self, outcome: FaultOutcome, message: Bilingual | str) -> None:
        super().__init__(message)
        self.outcome = outcome
        self.message = same(message)
