"""The course's page, for the instructor: everybody's marks over all assignments."""

from __future__ import annotations

import os
import statistics
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from grader.core.i18n import Words
from grader.feedback import pages
from grader.feedback.recurring import recurring
from grader.feedback.texts import said

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from grader.core.gradebook import Entry, EntryStatus, Gradebook, Row
    from grader.feedback.recurring import Recurring
    from grader.feedback.texts import Text

_STATUSES: tuple[tuple[str, EntryStatus], ...] = (
    ("s0", "not_graded"),
    ("s1", "not_handed_in"),
    ("s2", "rejected"),
)
"""What a row is found by that has such an entry."""


@dataclass(frozen=True)
class Cell:
    """A student's cell: what there is, and the student's own page."""

    name: str
    entry: Entry
    address: str


@dataclass(frozen=True)
class Line:
    """A student's line; `tags` are what it can be found by."""

    name: str
    student: str
    row: Row
    cells: tuple[Cell, ...]
    tags: str


@dataclass(frozen=True)
class Head:
    """An assignment: how many handed it in, and the mean of the marks of those who were graded."""

    name: str
    title: str
    address: str
    weight: float
    handed_in: int
    mean: float | None
    not_graded: int


@dataclass(frozen=True)
class Ungraded:
    """Who could not be graded in an assignment, and why."""

    name: str
    reason: str
    students: tuple[str, ...]


@dataclass(frozen=True)
class Mistake:
    """A misconception or a kind that comes back, in words."""

    text: Text
    found: Recurring
    counts: tuple[tuple[str, int], ...]
    again: tuple[tuple[str, str], ...]
    cases: tuple[tuple[tuple[str, ...], Text, int], ...]
    tag: str


def render(book: Gradebook, lang: str, folder: Path) -> str:
    """Return the course's page, whose links are from the folder that it will stand in."""
    words = Words(lang)
    mistakes = [_mistake(n, one, book, lang) for n, one in enumerate(recurring(book))]
    marks = [row.mark for row in book.rows if row.mark is not None]
    lines = tuple(_lines(book, mistakes, folder))
    return pages.page(
        "course.html.jinja",
        lang,
        like="index",
        course=book.title,
        rules=book.rules,
        heads=list(_heads(book, lang, folder)),
        lines=lines,
        median=statistics.median(marks) if marks else None,
        without=sum(bool(row.not_graded) for row in book.rows),
        ungraded=list(_ungraded(book, lang)),
        by_name=[person.name or person.student for person in book.by_name],
        alike=book.alike,
        mistakes=mistakes,
        groups=list(_groups(lines, mistakes, words)),
    )


def _heads(book: Gradebook, lang: str, folder: Path) -> Iterator[Head]:
    for column in book.columns:
        entries = [row.entries[column.name] for row in book.rows]
        statuses = Counter(entry.status for entry in entries)
        marks = [one.mark for one in entries if one.status == "graded" and one.mark is not None]
        yield Head(
            column.name,
            column.title.to(lang),
            _address(column.page, folder),
            book.rules.weights[column.name],
            len(entries) - statuses["not_handed_in"],
            statistics.fmean(marks) if marks else None,
            statuses["not_graded"],
        )


def _lines(book: Gradebook, mistakes: list[Mistake], folder: Path) -> Iterator[Line]:
    for number, row in enumerate(book.rows):
        tags = [one.tag for one in mistakes if number in one.found.again]
        tags += [tag for tag, status in _STATUSES if row.having(status)]
        yield Line(
            _called(row),
            row.person.student,
            row,
            tuple(
                Cell(name, entry, _address(entry.page, folder))
                for name, entry in row.entries.items()
            ),
            " ".join(tags),
        )


def _groups(
    lines: tuple[Line, ...], mistakes: list[Mistake], words: Words
) -> Iterator[tuple[str, list[tuple[str, str, int]]]]:
    """Yield what the table can be reduced to, group by group: tag, text, how many."""
    called = {
        "s0": words("not graded"),
        "s1": words("something not handed in"),
        "s2": words("rejected"),
    }
    uses = Counter(tag for line in lines for tag in line.tags.split())
    yield words("Status"), [(tag, text, uses[tag]) for tag, text in called.items() if uses[tag]]
    yield (
        words("Mistake that comes back"),
        [(one.tag, one.text.html.striptags(), uses[one.tag]) for one in mistakes if uses[one.tag]],
    )


def _ungraded(book: Gradebook, lang: str) -> Iterator[Ungraded]:
    for name in book.rules.weights:
        found: dict[str, list[str]] = {}
        for row in book.rows:
            if (entry := row.entries[name]).status == "not_graded":
                found.setdefault(entry.reason.to(lang), []).append(_called(row))
        for reason, students in found.items():
            yield Ungraded(name, reason, tuple(students))


def _mistake(number: int, found: Recurring, book: Gradebook, lang: str) -> Mistake:
    return Mistake(
        said(found.what, "text", lang),
        found,
        tuple((name, count) for name in book.rules.weights if (count := found.by_assignment[name])),
        tuple((_called(book.rows[row]), ", ".join(found.rows[row])) for row in found.again),
        tuple(
            (one.assignments, said(one.misconception, "text", lang), len(one.rows))
            for one in found.cases
        ),
        f"m{number}",
    )


def _called(row: Row) -> str:
    return row.person.name or row.person.student


def _address(page: Path | None, folder: Path) -> str:
    """Return where a page is from the folder; `./` keeps any name from being taken for a scheme."""
    if page is None:
        return ""
    return "./" + quote(os.path.relpath(page.resolve(), folder.resolve()))
