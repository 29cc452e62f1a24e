"""Whose fault it is: the student's, the assignment's or the machine's.

The three are never mixed. A `StudentFault` costs points; an `AssignmentFault` is a bug in a
check, is loud and costs nobody anything; a `SandboxFault` means that nothing was measured, so
there is no score at all.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from grader.core.i18n import Bilingual, same, tr

if TYPE_CHECKING:
    from collections.abc import Iterator

FaultOutcome = Literal["error", "timeout", "out_of_memory", "crashed"]


class GraderError(Exception):
    """Something that a person can fix; `said` says what and how.

    A message that is a `str` is the same in every language; `str(error)` is the English.
    """

    def __init__(self, message: Bilingual | str) -> None:
        super().__init__(message)
        self.said = same(message)

    def __str__(self) -> str:
        return self.said.en


class UsageError(GraderError):
    """The command was given something that it cannot work with."""


class AssignmentFault(GraderError):
    """The assignment (its configuration or one of its checks) is broken."""


class BrokenCheck(AssignmentFault):
    """A check raised what no check should, on one submission; on another it may not."""


class SandboxFault(GraderError):
    """The machine failed: no engine, no image, a worker that is gone."""


@contextmanager
def told_to_students() -> Iterator[None]:
    """Say of an AssignmentFault within that it is none of the student's, who reads of it."""
    try:
        yield
    except AssignmentFault as fault:
        raise AssignmentFault(
            tr(
                "the assignment is broken, which is not your fault: tell your instructor. {why}",
                why=fault.said,
            )
        ) from fault


@dataclass(frozen=True)
class Place:
    """Where in the student's notebook: code cell and line, both from 1.

    `definition` is the name of what stands there (`celdaGRU.forward`), `execution` the number that
    Jupyter shows beside the cell, where they are known.
    """

    cell: int
    line: int
    definition: str = field(default="", compare=False)
    execution: int | None = field(default=None, compare=False)

    def __str__(self) -> str:
        return self.said.es

    @property
    def said(self) -> Bilingual:
        """The place in words."""
        values = {"cell": self.cell, "line": self.line, "execution": self.execution}
        if self.definition and self.execution:
            return tr(
                "{definition}, line {line} of its cell, In [{execution}]",
                definition=self.definition,
                **values,
            )
        if self.definition:
            return tr(
                "{definition}, line {line} of its cell, cell [{cell}]",
                definition=self.definition,
                **values,
            )
        if self.execution:
            return tr("In [{execution}], line {line}", **values)
        return tr("cell [{cell}], line {line}", **values)


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
