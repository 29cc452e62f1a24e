"""The student's page: a grade as one HTML file that needs nothing else."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from grader.feedback import counterexamples, equations, figures, pages, pictures
from grader.feedback.texts import place, said
from grader.results import text as text_of
from grader.words import Words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from markupsafe import Markup

    from grader.feedback.counterexamples import Counterexample
    from grader.feedback.equations import Title
    from grader.feedback.texts import Text
    from grader.results import CheckResult, Flag, Grade, Notice


@dataclass(frozen=True)
class Failure:
    """What was not right: one check, or several of a part that failed for the same reason."""

    anchor: str
    checks: tuple[CheckResult, ...]
    titles: tuple[Title, ...]
    outcome: str
    message: Text
    belief: Text | None
    marked: bool
    counterexample: Counterexample | None
    lost: float
    decided: bool

    @property
    def check(self) -> CheckResult:
        """The first of its checks."""
        return self.checks[0]

    @property
    def alone(self) -> bool:
        """Whether it is one check."""
        return len(self.checks) == 1


@dataclass(frozen=True)
class Part:
    """A part of the assignment: its points, what it lost, and its checks by what came of them."""

    name: str
    points: float
    max_points: float
    bar: Markup
    passed: tuple[Title, ...]
    failed: int
    skipped: int


@dataclass(frozen=True)
class Skipped:
    """Checks of a part that were not made, for one reason."""

    part: str
    reason: Text
    titles: tuple[Title, ...]
    points: float


@dataclass(frozen=True)
class Remark:
    """A notice that stands at several places of the notebook."""

    text: Text
    places: tuple[str, ...]


def render(grade: Grade, lang: str) -> str:
    """Return a student's page in one language; the same grade gives the same page."""
    words = Words(lang)
    return pages.page(
        "student.html.jinja",
        lang,
        grade=grade,
        reason=said(grade, "reason", lang),
        failures=list(_failures(grade, words)),
        parts=[_part(name, checks, grade, lang) for name, checks in _by_part(grade.checks)],
        decided=[
            (equations.title(_title(check, lang)), check)
            for check in grade.checks
            if grade.history(check)
        ],
        skipped=list(_skipped(grade, lang)),
        galleries=pictures.galleries(grade, words),
        timings=[
            (equations.title(_title(check, lang)), check.part, ratio, limit)
            for check, ratio, limit in pictures.timings(grade)
        ],
        notices=list(_remarks(grade.notices, words)),
        flags=[(flag.part, *_flag(flag, words)) for flag in grade.flags],
    )


def _failures(grade: Grade, words: Words) -> Iterator[Failure]:
    failed = [check for check in grade.checks if check.outcome not in ("passed", "skipped")]
    for number, (_, checks) in enumerate(groupby(failed, _reason), 1):
        yield _failure(number, tuple(checks), grade, words)


def _reason(check: CheckResult) -> tuple[str, ...]:
    """Return what checks of a part have in common that failed for the same reason."""
    own = check.counterexample or check.reproduce
    return (check.part, check.outcome, check.message, check.id if own else "")


def _failure(number: int, checks: tuple[CheckResult, ...], grade: Grade, words: Words) -> Failure:
    check, lang = checks[0], words.lang
    belief = check.misconception
    titles = [
        equations.title(_title(c, lang), c.misconception.term if c.misconception else "")
        for c in checks
    ]
    return Failure(
        f"f{number}",
        checks,
        tuple(titles),
        _outcome(check, words),
        said(check, "message", lang),
        said(belief, "text", lang) if belief else None,
        any("<mark>" in title.words + title.equation for title in titles),
        counterexamples.read(check.counterexample, lang) if check.counterexample else None,
        math.fsum(c.max_points - grade.points(c) for c in checks),
        any(grade.decided(c) for c in checks),
    )


def _outcome(check: CheckResult, words: Words) -> str:
    """Return the verdict in words; what the skeleton raises means that nothing is there yet."""
    if check.outcome == "error" and check.message.startswith("NotImplementedError"):
        return words("still to be written")
    return {
        "failed": words("not right"),
        "error": words("raises an exception"),
        "timeout": words("takes too long"),
        "out_of_memory": words("runs out of memory"),
        "crashed": words("its process dies"),
    }[check.outcome]


def _title(check: CheckResult, lang: str) -> str:
    return text_of(check, "title", lang)


def _by_part(checks: Iterable[CheckResult]) -> list[tuple[str, list[CheckResult]]]:
    return [(part, list(found)) for part, found in groupby(checks, lambda check: check.part)]


def _part(name: str, checks: list[CheckResult], grade: Grade, lang: str) -> Part:
    points = math.fsum(map(grade.points, checks))
    most = math.fsum(check.max_points for check in checks)
    passed = [check for check in checks if check.outcome == "passed"]
    skipped = sum(check.outcome == "skipped" for check in checks)
    return Part(
        name,
        points,
        most,
        figures.bar(points / most if most else 0.0),
        tuple(equations.title(_title(check, lang)) for check in passed),
        len(checks) - len(passed) - skipped,
        skipped,
    )


def _skipped(grade: Grade, lang: str) -> Iterator[Skipped]:
    skipped = [check for check in grade.checks if check.outcome == "skipped"]
    for (part, _), found in groupby(skipped, lambda check: (check.part, check.message)):
        checks = list(found)
        yield Skipped(
            part,
            said(checks[0], "message", lang),
            tuple(equations.title(_title(check, lang)) for check in checks),
            math.fsum(check.max_points - grade.points(check) for check in checks),
        )


def _remarks(notices: Iterable[Notice], words: Words) -> Iterator[Remark]:
    """Yield each thing that was noticed once, with all its places."""
    by_text: dict[str, list[Notice]] = {}
    for notice in notices:
        by_text.setdefault(notice.text, []).append(notice)
    for alike in by_text.values():
        places = tuple(place(one.cell, one.line, words) for one in alike if one.cell)
        yield Remark(said(alike[0], "text", words.lang), places)


def _flag(flag: Flag, words: Words) -> tuple[Text, str]:
    return said(flag, "text", words.lang), place(flag.cell, flag.line, words)
