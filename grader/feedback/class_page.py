"""The class's page, for the instructor: everybody's grades, and what they say together."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING
from urllib.parse import quote

from grader.core.i18n import Words
from grader.core.results import text as text_of
from grader.feedback import class_numbers, equations, figures, pages
from grader.feedback.class_numbers import BINS
from grader.feedback.texts import said, without_rejected
from grader.feedback.verdicts import place

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from markupsafe import Markup

    from grader.core.results import Grade, Person
    from grader.feedback.class_numbers import Marks, Numbers, Rate, Remark, SharedMisconception
    from grader.feedback.equations import Title
    from grader.feedback.texts import Text

_MOST_LOSSES = 4  # that a row names; the student's page has them all
_LONGEST_OPTION = 70
_STATUSES = ("graded", "rejected", "not_graded")


@dataclass(frozen=True)
class Student:
    """Who a submission is of: a name, or else the id, and whatever else tells who it is.

    `address` is the student's page; empty where there is none.
    """

    name: str
    address: str
    ids: tuple[str, ...] = ()
    late: bool = False


@dataclass(frozen=True)
class Row:
    """A student's row: what was lost, the parts' names with points, and what it can be found by."""

    grade: Grade
    lost: tuple[tuple[str, float], ...]
    more: int
    reason: Text | None
    flags: tuple[str, ...]
    decided: bool
    seconds: float | None
    tags: str


@dataclass(frozen=True)
class Choice:
    """What the table can be reduced to: those whose rows bear the tag."""

    tag: str
    text: str
    count: int


@dataclass(frozen=True)
class Check:
    """A check's row: its title, its pass rate, and the tag of those who failed it."""

    rate: Rate
    title: Title
    bar: Markup
    tag: str


@dataclass(frozen=True)
class Seen:
    """A flag or a notice in this language, and who has it where."""

    part: str
    text: Text
    students: tuple[tuple[str, str], ...]


def render(
    grades: Sequence[Grade],
    seed: str | None,
    lang: str,
    without: Collection[str],
    people: Sequence[Person] = (),
) -> str:
    """Return the class's page; the submissions `without` a page of their own are not linked.

    `people` are those behind the submissions, and those who handed in nothing. The page holds the
    run's secret seed. The same grades and people give the same page.
    """
    words = Words(lang)
    found = class_numbers.numbers(grades)
    groups = list(_groups(grades, found, words))
    tags = _tags(choice for _, choices in groups for choice in choices)
    checks = list(_checks(found, lang))
    behind = {person.submission: person for person in people}
    return pages.page(
        "index.html.jinja",
        lang,
        assignment=grades[0].assignment if grades else "",
        numbers=found,
        students={
            grade.submission: _student(grade, behind.get(grade.submission), without)
            for grade in grades
        },
        missing=[one for one in people if not one.submission],
        pending=_pending(people, grades),
        without_rejected=_without_rejected(found.marks, words),
        unlisted=[g.submission for g in grades if _unlisted(behind.get(g.submission))],
        counts={status: sum(g.status == status for g in grades) for status in _STATUSES},
        histogram=_histogram(found.marks, words) if found.marks else "",
        parts=[
            (part, figures.bar(part.points / part.max_points if part.max_points else 0))
            for part in found.parts
        ],
        rows=[_row(grade, tags.get(grade.submission, []), lang) for grade in grades],
        groups=[(label, [choice for choice, _ in choices]) for label, choices in groups],
        checks=sorted((one for one in checks if one.rate.failed), key=lambda one: one.rate.share),
        passed=[one for one in checks if one.rate.made and not one.rate.failed],
        unmade=[one for one in checks if not one.rate.made],
        suspicious=[one for one in checks if one.rate.suspicious],
        misconceptions=[
            (one, said(one.misconception, "text", lang), [(name, "") for name in one.students])
            for one in found.misconceptions
        ],
        flags=[_seen(remark, words) for remark in found.flags],
        notices=[_seen(remark, words) for remark in found.notices],
        reasons=list(_reasons(grades, lang)),
        uncounted=[(grade, one) for grade in grades for one in grade.uncounted],
        seed=seed,
    )


def _student(grade: Grade, person: Person | None, without: Collection[str]) -> Student:
    """Return whose a submission is; `./` keeps any name from being taken for an address."""
    address = "" if grade.submission in without else f"./{quote(grade.submission)}.html"
    name = person.name if person and person.name else grade.student
    ids = dict.fromkeys((grade.student, grade.submission))
    others = tuple(one for one in ids if one != name)
    return Student(name, address, others, late=bool(person and person.late))


def _pending(people: Sequence[Person], grades: Sequence[Grade]) -> list[Person]:
    """Return who handed in something that a run was interrupted before."""
    done = {grade.submission for grade in grades}
    return [one for one in people if one.submission and one.submission not in done]


def _without_rejected(marks: Marks | None, words: Words) -> str:
    return without_rejected(marks, words) if marks and marks.rejected else ""


def _unlisted(person: Person | None) -> bool:
    return person is not None and person.listed is False


def _row(grade: Grade, tags: Iterable[str], lang: str) -> Row:
    lost = list(_lost(grade))
    return Row(
        grade,
        tuple(lost[:_MOST_LOSSES]),
        len(lost[_MOST_LOSSES:]),
        said(grade, "reason", lang) if grade.reason else None,
        tuple(dict.fromkeys(_kind(flag.kind, Words(lang)) for flag in grade.flags)),
        any(map(grade.decided, grade.checks)),
        class_numbers.cpu_seconds(grade),
        " ".join(tags),
    )


def _lost(grade: Grade) -> list[tuple[str, float]]:
    """Return the parts that points were lost in, and how many, the most first."""
    by_part = groupby(grade.checks, lambda check: check.part)
    lost = [
        (part, math.fsum(check.max_points - grade.points(check) for check in checks))
        for part, checks in by_part
    ]
    return sorted((one for one in lost if one[1] > 0), key=lambda one: -one[1])


def _kind(kind: str, words: Words) -> str:
    """Return a flag's kind in this language; one that nobody knows here as it is."""
    known = {"delegation": words("not allowed here"), "conduct": words("conduct")}
    return known.get(kind, kind)


def _groups(
    grades: Sequence[Grade], found: Numbers, words: Words
) -> Iterator[tuple[str, list[tuple[Choice, Collection[str]]]]]:
    """Yield what the table can be reduced to, group by group, each choice with its students."""
    status = [
        ("s0", words("graded"), [g.submission for g in grades if g.status == "graded"]),
        ("s1", words("rejected"), [g.submission for g in grades if g.status == "rejected"]),
        ("s2", words("not graded"), [g.submission for g in grades if g.status == "not_graded"]),
        ("s3", words("with flags"), [g.submission for g in grades if g.flags]),
        ("s4", words("with points decided by a person"), list(_decided(grades))),
    ]
    yield words("Status"), _choices(status)
    parts = {
        part.name: [g.submission for g in grades if _loses(g, part.name)] for part in found.parts
    }
    yield (
        words("Points lost in"),
        _choices((f"p{n}", name, who) for n, (name, who) in enumerate(parts.items())),
    )
    misconceptions = (
        (f"m{n}", _option(one, words.lang), one.students)
        for n, one in enumerate(found.misconceptions)
    )
    yield words("Misconception"), _choices(misconceptions)
    failed = (
        (f"c{n}", f"{rate.check.part}: {text_of(rate.check, 'title', words.lang)}", rate.failed)
        for n, rate in enumerate(found.rates)
    )
    yield words("Check not passed"), _choices(failed)


def _choices(
    found: Iterable[tuple[str, str, Collection[str]]],
) -> list[tuple[Choice, Collection[str]]]:
    return [(Choice(tag, _short(text), len(who)), who) for tag, text, who in found if who]


def _option(misconception: SharedMisconception, lang: str) -> str:
    return text_of(misconception.misconception, "text", lang)


def _short(text: str) -> str:
    """Return a text that fits into a list of choices."""
    return text if len(text) <= _LONGEST_OPTION else text[: _LONGEST_OPTION - 1].rstrip() + "…"


def _decided(grades: Sequence[Grade]) -> Iterator[str]:
    for grade in grades:
        if any(map(grade.decided, grade.checks)):
            yield grade.submission


def _loses(grade: Grade, part: str) -> bool:
    return any(name == part for name, _ in _lost(grade))


def _tags(choices: Iterable[tuple[Choice, Collection[str]]]) -> dict[str, list[str]]:
    """Return the tags that each submission's row bears."""
    tags: dict[str, list[str]] = {}
    for choice, who in choices:
        for name in who:
            tags.setdefault(name, []).append(choice.tag)
    return tags


def _checks(found: Numbers, lang: str) -> Iterator[Check]:
    for number, rate in enumerate(found.rates):
        title = equations.title(text_of(rate.check, "title", lang))
        yield Check(rate, title, figures.bar(rate.share), f"c{number}")


def _histogram(marks: Marks, words: Words) -> Markup:
    edges = [words.number(marks.scale * number / BINS) for number in range(BINS + 1)]
    told = [
        words("{low} to {high}: {count}", low=low, high=high, count=count)
        for low, high, count in zip(edges, edges[1:], marks.bins, strict=False)
        if count
    ]
    return figures.columns(
        words("How the marks are distributed"), "; ".join(told), edges, marks.bins
    )


def _seen(remark: Remark, words: Words) -> Seen:
    students = (
        (name, "; ".join(place(one, words) for one in places if one.cell))
        for name, places in remark.seen
    )
    return Seen(
        getattr(remark.what, "part", ""), said(remark.what, "text", words.lang), tuple(students)
    )


def _reasons(grades: Sequence[Grade], lang: str) -> Iterator[tuple[str, Text, list[str]]]:
    """Yield why submissions have no marks of their own: status, reason, whose."""
    ungraded = [(g.status, g.reason, g) for g in grades if g.status != "graded"]
    key = itemgetter(0, 1)
    for (status, _), found in groupby(sorted(ungraded, key=key), key):
        alike = [grade for _, _, grade in found]
        yield status, said(alike[0], "reason", lang), [grade.submission for grade in alike]
