"""What a person means who types a student's name, or a check's."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from grader.core.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from grader.core.results import CheckResult, Grade

_MENTIONED = 10


def choose_check(grade: Grade, name: str) -> CheckResult:
    """Return the check of this id, or of this name within its part. Raises UsageError."""
    found = [check for check in grade.checks if name in (check.id, _short(check.id))]
    if len(found) == 1:
        return found[0]
    if found:
        which = " or ".join(check.id for check in found)
        raise UsageError(f"there are several checks {name!r}: say {which}")
    if not grade.checks:
        raise UsageError(
            f"{grade.student} was rejected before any check was run: run this without {name!r}"
        )
    ids = [check.id for check in grade.checks]
    raise UsageError(f"there is no check {name!r}; {suggestion(_short(name), ids, _short)}")


def suggestion(word: str, known: Sequence[str], short: Callable[[str], str] = str) -> str:
    """Return the known words nearest to this one, or else all, as the end of a sentence."""
    near = difflib.get_close_matches(word, [short(name) for name in known])
    if near:
        return f"did you mean {' or '.join(name for name in known if short(name) in near)}?"
    more = f" and {len(known) - _MENTIONED} more" if len(known) > _MENTIONED else ""
    return f"choose one of: {', '.join(known[:_MENTIONED])}{more}" if known else "there is none"


def _short(identity: str) -> str:
    return identity.rpartition("/")[2]
