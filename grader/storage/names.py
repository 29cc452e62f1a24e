"""What a person means who types a student's name, or a check's."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from grader.core.errors import UsageError
from grader.core.i18n import one_of, some_of, tr

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from grader.core.i18n import Bilingual
    from grader.core.results import CheckResult, Grade

_MENTIONED = 10


def choose_check(grade: Grade, name: str) -> CheckResult:
    """Return the check of this id, or of this name within its part. Raises UsageError."""
    found = [check for check in grade.checks if name in (check.id, _short(check.id))]
    if len(found) == 1:
        return found[0]
    if found:
        which = one_of(check.id for check in found)
        raise UsageError(
            tr("there are several checks {name}: say {which}", name=repr(name), which=which)
        )
    if not grade.checks:
        raise UsageError(
            tr(
                "{student} was rejected before any check was run: run this without {name}",
                student=grade.student,
                name=repr(name),
            )
        )
    known = suggestion(_short(name), [check.id for check in grade.checks], _short)
    raise UsageError(tr("there is no check {name}; {known}", name=repr(name), known=known))


def suggestion(word: str, known: Sequence[str], short: Callable[[str], str] = str) -> Bilingual:
    """Return the known words nearest to this one, or else all, as the end of a sentence."""
    near = difflib.get_close_matches(word, [short(name) for name in known])
    if near:
        return tr("did you mean {names}?", names=one_of(one for one in known if short(one) in near))
    if not known:
        return tr("there is none")
    return tr("choose one of: {names}", names=some_of(known, _MENTIONED))


def _short(identity: str) -> str:
    return identity.rpartition("/")[2]
