"""The student's page: a grade as one HTML file that needs nothing else."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from grader.core.i18n import Words
from grader.core.results import text as text_of
from grader.feedback import counterexamples, equations, figures, pages, pictures, verdicts
from grader.feedback.texts import said

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from markupsafe import Markup

    from grader.core.results import CheckResult, Grade, Notice
    from grader.feedback.counterexamples import Counterexample
    from grader.feedback.equations import Title
    from grader.feedback.texts import Text
    from grader.feedback.verdicts import Failed


@dataclass(frozen=True)
class Failure:
    """What was not right: one check, or several of a part that are one thing to look at."""

    anchor: str
    checks: Failed
    heading: str
    titles: tuple[Title, ...]
    outcome: str
    where: str
    message: Text
    misconception: Text | None
    advice: str
    marked: bool
    counterexample: Counterexample | None
    lost: float
    decided: bool

    @property
    def check(self) -> CheckResult:
        """The first of its checks."""
        return self.checks[0]

    @property
    def titled(self) -> bool:
        """Whether the first one's title, with its equation, says what it is about."""
        return self.checks.titled


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
        reason=reason_of(grade, lang),
        failures=failures_of(grade, words),
        parts=parts_of(grade, lang),
        decided=[
            (equations.title(_title(check, lang)), check)
            for check in grade.checks
            if grade.history(check)
        ],
        skipped=skipped_of(grade, lang),
        galleries=pictures.galleries(grade, words),
        timings=[
            (equations.title(_title(check, lang)), check.part, ratio, limit)
            for check, ratio, limit in pictures.timings(grade)
        ],
        notices=list(_remarks(grade.notices, words)),
        flags=flags_of(grade, words),
    )


def failures_of(grade: Grade, words: Words) -> list[Failure]:
    """Return what was not right, in order."""
    return [
        _failure(number, checks, grade, words)
        for number, checks in enumerate(verdicts.failures(grade), 1)
    ]


def _failure(number: int, checks: Failed, grade: Grade, words: Words) -> Failure:
    check, lang = checks[0], words.lang
    explanation = check.explanation
    titles = [
        equations.title(_title(c, lang), c.misconception.term if c.misconception else "")
        for c in checks
    ]
    return Failure(
        f"f{number}",
        checks,
        titles[0].words if checks.titled else verdicts.heading(checks, words),
        tuple(titles),
        verdicts.outcome(check, words),
        verdicts.where(check, words),
        said(check, "message", lang),
        said(explanation, "text", lang) if explanation else None,
        verdicts.advice(checks, words),
        any("<mark>" in title.words + title.equation for title in titles),
        counterexamples.read(check.counterexample, lang) if check.counterexample else None,
        math.fsum(c.max_points - grade.points(c) for c in checks),
        any(grade.decided(c) for c in checks),
    )


def _title(check: CheckResult, lang: str) -> str:
    return text_of(check, "title", lang)


def parts_of(grade: Grade, lang: str) -> list[Part]:
    """Return the parts, as far as they were checked."""
    return [_part(name, checks, grade, lang) for name, checks in verdicts.by_part(grade.checks)]


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


def skipped_of(grade: Grade, lang: str) -> list[Skipped]:
    """Return what was not checked, and why."""
    return [
        Skipped(
            checks[0].part,
            said(checks[0], "message", lang),
            tuple(equations.title(_title(check, lang)) for check in checks),
            math.fsum(check.max_points - grade.points(check) for check in checks),
        )
        for checks in verdicts.skipped(grade)
    ]


def _remarks(notices: Iterable[Notice], words: Words) -> Iterator[Remark]:
    """Yield each thing that was noticed once, with all its places."""
    for alike in verdicts.alike(notices):
        places = tuple(verdicts.place(one, words) for one in alike if one.cell)
        yield Remark(said(alike[0], "text", words.lang), places)


def flags_of(grade: Grade, words: Words) -> list[tuple[str, Text, str]]:
    """Return what a person will look at: the part, what about it, and where."""
    return [
        (flag.part, said(flag, "text", words.lang), verdicts.place(flag, words))
        for flag in grade.flags
    ]


def reason_of(grade: Grade, lang: str) -> Text:
    """Return why there are no checks."""
    return said(grade, "reason", lang)
