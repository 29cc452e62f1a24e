"""Marks before and after new points, on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from grader.core.console import plain
from grader.core.i18n import Words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from grader.core.results import Grade, Person

Pair = tuple["Grade", "Grade"]
"""A grade as it was, and as it is."""


def changed(pairs: Iterable[Pair]) -> list[Pair]:
    """Return those whose mark, or what it is out of, has changed."""
    measured = (pair for pair in pairs if pair[1].status != "not_graded")
    return [(old, new) for old, new in measured if (old.mark, old.scale) != (new.mark, new.scale)]


def table(pairs: Iterable[Pair], lang: str, people: Iterable[Person] = ()) -> Table:
    """Return each submission, whose it is, and its mark before and now."""
    words = Words(lang)
    names = {one.submission: one.name for one in people if one.submission and one.name}
    made = Table(box=None, pad_edge=False, header_style="bold")
    made.add_column(words("submission"), no_wrap=True)
    if names:
        made.add_column(words("name"), overflow="fold")
    made.add_column(words("before"), justify="right", no_wrap=True)
    made.add_column(words("now"), justify="right", no_wrap=True)
    for old, new in pairs:
        name = [Text(plain(names.get(new.submission, "")))] if names else []
        made.add_row(Text(plain(new.submission)), *name, _mark(old, words), _mark(new, words))
    return made


def summary(pairs: Sequence[Pair], lang: str, *, written: bool) -> str:
    """Return how many marks change, of how many."""
    words, count = Words(lang), len(changed(pairs))
    told = words.plural(
        "{count} mark of {all} changes.", "{count} marks of {all} change.", count, all=len(pairs)
    )
    unwritten = words("Nothing was written: leave out --dry-run to write it.")
    return told if written else f"{told} {unwritten}"


def _mark(grade: Grade, words: Words) -> str:
    return f"{words.number(grade.mark)}/{words.number(grade.scale)}"
