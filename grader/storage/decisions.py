"""What people decided about checks: `decisions.jsonl` in the results folder, one line a decision.

The file only grows, and is apart from the journal, which holds what the checks gave: a regrade
changes nothing in it, and it outlives a journal that is lost. Of the decisions about a check the
last one counts. Whoever reads or writes it holds the folder's journal, and so is alone.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from grader.core import files
from grader.core.errors import GraderError
from grader.core.i18n import tr
from grader.core.results import Decision

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from grader.core.i18n import Bilingual
    from grader.core.results import Grade

FILE = "decisions.jsonl"
TORN = "decisions.torn"


@dataclass(frozen=True)
class Decisions:
    """The decisions of a results folder, by submission, the oldest first.

    `torn` says that one was being written when the machine stopped, and does not count.
    """

    made: Mapping[str, tuple[Decision, ...]]
    torn: Bilingual | None = None

    def applied(self, grade: Grade) -> Grade:
        """Return a grade with what was decided about it."""
        made = self.made.get(grade.submission)
        return grade.with_decisions(made) if made else grade


def read(folder: Path) -> Decisions:
    """Return what was decided. Raises GraderError for a file that cannot be read, or a bad line."""
    path = folder / FILE
    try:
        lines, torn = _lines(path.read_bytes() if path.exists() else b"")
    except OSError as error:
        raise GraderError(
            tr("{path} cannot be read ({why}): give access to it", path=path, why=error.strerror)
        ) from error
    made: dict[str, list[Decision]] = {}
    for number, line in enumerate(lines, 1):
        try:
            decision = Decision.from_json(line.decode())
        except ValueError as error:
            raise GraderError(
                tr(
                    "{place} is not a decision ({why}): correct the line, or delete it",
                    place=f"{path}:{number}",
                    why=error,
                )
            ) from error
        made.setdefault(decision.submission, []).append(decision)
    said = tr("the last line of {path} is incomplete: that decision does not count", path=path)
    return Decisions({name: tuple(found) for name, found in made.items()}, said if torn else None)


def append(folder: Path, decision: Decision) -> None:
    """Store a decision; what is torn at the end goes to a file of its own. Raises GraderError."""
    path = folder / FILE
    try:
        data = path.read_bytes() if path.exists() else b""
        if torn := _lines(data)[1]:
            files.append(folder / TORN, torn + b"\n")
            data = data.removesuffix(torn)
            os.truncate(path, len(data))
        start = b"\n" if data and not data.endswith(b"\n") else b""
        files.append(path, start + decision.to_json().encode() + b"\n")
    except OSError as error:
        raise GraderError(
            tr(
                "{path} cannot be written ({why}): make room or give access, and decide again; "
                "what was decided before is kept",
                path=path,
                why=error.strerror,
            )
        ) from error


def remarks(grade: Grade) -> Iterator[Bilingual]:
    """Yield what an instructor should know of the decisions about a submission."""
    for decision in grade.uncounted:
        yield tr(
            "{submission}: the {points} points that {by} decided for {check} do not count: {why}. "
            "Decide again, or take the decision back with grader override --withdraw",
            **_named(grade, decision),
            why=_why(grade, decision),
        )
    for decision in filter(None, map(grade.decided, grade.checks)):
        if decision.notebook not in ("", grade.fingerprint.notebook):
            yield tr(
                "{submission}: the {points} points that {by} decided for {check} were decided on "
                "an earlier notebook than the one graded now. They still count: decide again, or "
                "take the decision back with grader override --withdraw",
                **_named(grade, decision),
            )


def reweighed(before: Grade, now: Grade) -> Iterator[Bilingual]:
    """Yield the decisions that count about checks that were worth something else before."""
    worth = {check.id: check.max_points for check in before.checks}
    for check in now.checks:
        decision = now.decided(check)
        if decision and worth[check.id] != check.max_points:
            yield tr(
                "{submission}: the {points} points that {by} decided for {check} were out of "
                "{then}, and the check is now worth {now}. They still count: decide again, or take "
                "the decision back with grader override --withdraw",
                then=f"{worth[check.id]:g}",
                now=f"{check.max_points:g}",
                **_named(now, decision),
            )


def _named(grade: Grade, decision: Decision) -> dict[str, str]:
    return {
        "submission": grade.submission,
        "points": f"{decision.points:g}",
        "by": repr(decision.by),
        "check": repr(decision.check),
    }


def _why(grade: Grade, decision: Decision) -> Bilingual:
    if grade.status == "not_graded":
        return tr("the submission was not graded, so it has no checks")
    if not grade.checks:
        return tr("the submission was rejected, so it has no checks")
    worth = {check.id: check.max_points for check in grade.checks}
    if decision.check in worth:
        return tr("the check is now worth {points}", points=f"{worth[decision.check]:g}")
    return tr("that check no longer exists")


def _lines(data: bytes) -> tuple[list[bytes], bytes]:
    """Return the lines, and what is torn at the end: no newline, and no decision."""
    *lines, last = data.split(b"\n")
    try:
        Decision.from_json(last.decode())
    except ValueError:
        return lines, last
    return [*lines, last], b""
