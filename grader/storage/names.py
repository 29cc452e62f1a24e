"""What a person means who types a student's name, or a check's."""

from __future__ import annotations

import difflib
import re
import unicodedata
from typing import TYPE_CHECKING

from grader.core.errors import UsageError
from grader.core.i18n import one_of, some_of, tr
from grader.core.text import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from grader.core.i18n import Bilingual
    from grader.core.results import CheckResult, Grade, Person

_MENTIONED = 10


def choose_person(people: Iterable[Person], word: str) -> Person | None:
    """Return who is meant by an id elsewhere, an email, a name or words of it; None for nobody.

    Raises UsageError where it could be several: it names their ids.
    """
    everybody, wanted = list(people), word.casefold()
    known = [
        one for one in everybody if wanted in {*map(str.casefold, (*one.ids.values(), one.email))}
    ]
    spelled = _words(word)
    exact = [one for one in everybody if spelled and _words(one.name) == spelled]
    found = known or exact or [one for one in everybody if spelled and spelled <= _words(one.name)]
    if len(found) > 1:
        raise UsageError(
            tr(
                "{name} could be several people: say {which}",
                name=repr(word),
                which=one_of(f"{plain(one.student)} ({plain(one.name)})" for one in found),
            )
        )
    return found[0] if found else None


def _words(name: str) -> frozenset[str]:
    """Return the words of a name, in any order, with or without capitals and accents."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    plain_ = "".join(sign for sign in letters if not unicodedata.combining(sign))
    return frozenset(re.findall(r"\w+", plain_))


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
