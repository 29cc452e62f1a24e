"""Grades on a terminal: the class as a table, one student in full."""

from __future__ import annotations

import textwrap
from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from rich.console import Group
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from grader.core.console import plain
from grader.core.i18n import Words
from grader.core.results import in_language
from grader.core.results import text as text_of
from grader.feedback import class_numbers, decided, texts, verdicts

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import RenderableType

    from grader.core.i18n import Bilingual
    from grader.core.results import CheckResult, Flag, Grade, Person


class Verdict(Protocol):
    """What came of validating one solution, right or wrong."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def wrong(self) -> tuple[str, ...]:
        """What was not as it should be."""

    @property
    def part(self) -> str:
        """The part that a machine changed, if one did."""

    @property
    def fate(self) -> str:
        """What became of that: killed, equivalent or survived."""


_FATES = ("killed", "equivalent", "survived")
_MOST_NAMED = 3
_WIDEST_FINDING = 50
_LONGEST_REASON = 2000  # in the class table; the whole of it is in the student's grade


def class_table(grades: Iterable[Grade], lang: str, people: Iterable[Person] = ()) -> Table:
    """Return the class as a table: each submission, whose it is, its mark and what it lost."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    words = Words(lang)
    names = {one.submission: one.name for one in people if one.submission and one.name}
    table.add_column(words("submission"), no_wrap=True)
    if names:
        table.add_column(words("name"), overflow="fold")
    table.add_column(words("points"), justify="right", no_wrap=True)
    table.add_column(words("status"), no_wrap=True)
    table.add_column(words("what fails"), overflow="fold")
    for grade in grades:
        score = "" if grade.status == "not_graded" else _of(grade.score, grade.max_score, words)
        word = Text(_status(grade, words), style="" if grade.status == "graded" else "yellow")
        name = [Text(plain(names.get(grade.submission, "")))] if names else []
        table.add_row(Text(plain(grade.submission)), *name, score, word, Text(_losses(grade, lang)))
    return table


def summary(grades: Sequence[Grade], lang: str) -> str:
    """Return how many were graded, rejected or neither, and what the marks are together."""
    words, marks = Words(lang), class_numbers.marks(grades)
    submissions = words.plural("{count} submission", "{count} submissions", len(grades))
    told = [f"{submissions}: {_counts(grades, words)}."]
    if marks:
        told.append(
            words(
                "Average mark {mean} of {scale}, median {median}.",
                mean=words.number(marks.mean),
                scale=words.number(marks.scale),
                median=words.number(marks.median),
            )
        )
    if marks and marks.rejected:
        told.append(texts.without_rejected(marks, words))
    return " ".join(told)


def _counts(grades: Sequence[Grade], words: Words) -> str:
    graded, rejected, lost = (
        sum(grade.status == status for grade in grades)
        for status in ("graded", "rejected", "not_graded")
    )
    told = [words.plural("{count} graded", "{count} graded", graded)]
    if rejected:
        told.append(words.plural("{count} rejected", "{count} rejected", rejected))
    if lost:
        told.append(words.plural("{count} not graded", "{count} not graded", lost))
    return ", ".join(told)


def found(rows: Iterable[tuple[Person, str, Sequence[Bilingual]]], lang: str) -> Table:
    """Return who handed in what: each person, the file, and what there is to say of it."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    words = Words(lang)
    for heading in (words("student"), words("name"), words("handed in"), words("file")):
        table.add_column(heading, overflow="fold")
    for person, file, said in rows:
        at = words.date(datetime.fromisoformat(person.at)) if person.at else ""
        late = words("late") if person.late else ""
        unlisted = words("not on the roster") if person.listed is False else ""
        remarks = [one.to(lang) for one in said]
        told = "; ".join(filter(None, (plain(file) or words("nothing"), *remarks, unlisted)))
        when = " ".join(filter(None, (at, late)))
        table.add_row(Text(plain(person.student)), Text(plain(person.name)), when, Text(told))
    return table


def found_in_all(
    people: Sequence[Person], problems: int, lang: str, aside: int = 0, strays: int = 0
) -> str:
    """Return how many handed in, nothing, late, or something that cannot be graded.

    Those set `aside` have several files to choose from; `strays` are files of nobody's.
    """
    words = Words(lang)
    handed_in = sum(bool(one.submission) for one in people)
    late, strangers = (sum(one.late for one in people), sum(one.listed is False for one in people))
    told = [words.plural("{count} submission", "{count} submissions", handed_in)]
    if problems:
        told.append(words.plural("{count} cannot be graded", "{count} cannot be graded", problems))
    if aside:
        told.append(
            words.plural(
                "{count} with several files to choose from",
                "{count} with several files to choose from",
                aside,
            )
        )
    if late:
        told.append(words.plural("{count} late", "{count} late", late))
    if strangers:
        told.append(
            words.plural("{count} is not on the roster", "{count} are not on the roster", strangers)
        )
    if missing := len(people) - handed_in:
        told.append(
            words.plural(
                "{count} on the roster handed in nothing",
                "{count} on the roster handed in nothing",
                missing,
            )
        )
    if strays:
        told.append(words.plural("{count} file of nobody's", "{count} files of nobody's", strays))
    return "; ".join(told) + "."


def line(grade: Grade, lang: str, name: str = "") -> str:
    """Return a submission's line, for a terminal that cannot show more; `name` is whose it is."""
    words = Words(lang)
    score = "-" if grade.status == "not_graded" else _of(grade.score, grade.max_score, words)
    who = plain(grade.submission) + (f" ({' '.join(plain(name).split())})" if name else "")
    return f"{who}: {score} {_status(grade, words)} {_losses(grade, lang)}".strip()


def _of(points: float, most: float, words: Words) -> str:
    return f"{words.number(points)}/{words.number(most)}"


def _status(grade: Grade, words: Words) -> str:
    return {
        "graded": words("graded"),
        "rejected": words("rejected"),
        "not_graded": words("not graded"),
    }[grade.status]


def history(grade: Grade, lang: str) -> RenderableType:
    """Return all that people decided about a submission, and its score."""
    words = Words(lang)
    uncounted = words("does not count")
    lines = [
        plain(f"{decision.check}: {decided.sentence(decision, grade, words)}")
        + (f" ({uncounted})" if decision in grade.uncounted else "")
        for decision in grade.decisions
    ]
    lines = lines or [words("No points have been set by hand.")]
    return Group(*map(Text, lines), Text(line(grade, lang), style="bold"))


def flags(grade: Grade, lang: str) -> list[Text]:
    """Return what a person will look at."""
    return [Text(_flag(flag, Words(lang)), style="yellow") for flag in grade.flags]


def _flag(flag: Flag, words: Words) -> str:
    place = verdicts.place(flag, words)
    text = words("“{name}” {what}", name=flag.part, what=text_of(flag, "text", words.lang))
    return plain(f"⚑ {place}: {text}" if place else f"⚑ {text}")


def explanation(check: CheckResult, lang: str) -> RenderableType:
    """Return a failed check in full: what it asked, why it failed, the counterexample."""
    title = text_of(check, "title", lang)
    lines: list[RenderableType] = [Text(f"✗ {plain(title)}", style="bold red")]
    lines.append(Text(plain(text_of(check, "message", lang))))
    if check.explanation:
        text = text_of(check.explanation, "text", lang)
        lines.append(Text(plain(text), style="yellow"))
    if example := check.counterexample:
        lines.append(_example(example, lang))
    if check.reproduce:
        words = Words(lang)
        lines += [
            "",
            Text(words("In your notebook:"), style="dim"),
            Text(check.reproduce, style="cyan"),
        ]
    return Group(*lines)


def validation(name: str, verdicts: Sequence[Verdict], figures: str = "") -> RenderableType:
    """Return what came of validating an assignment: what did not behave as it should, of the
    mutants made by machine how many of each part were killed, and figures of the whole.
    """  # noqa: D205 - one sentence
    wrong = [item for item in verdicts if item.wrong]
    shown: list[RenderableType] = [
        Text(f"✗ {item.name}: {'; '.join(item.wrong)}", style="red") for item in wrong
    ]
    if fates := Counter((item.part, item.fate) for item in verdicts if item.fate):
        shown += [_mutation_scores(fates), ""]
    if figures:
        shown += [Text(figures), ""]
    total = f"{name}: {len(verdicts) - len(wrong)} of {len(verdicts)} as expected"
    return Group(*shown, Text(total, style="bold red" if wrong else "bold green"))


class Finding(Protocol):
    """What was found of a machine."""

    @property
    def what(self) -> str:
        """What was looked at."""

    @property
    def found(self) -> str:
        """What it is like."""

    @property
    def state(self) -> str:
        """How good that is: good, doubtful or bad."""

    @property
    def advice(self) -> str:
        """What to do about it."""


_STATES = {"good": "[green]✓[/]", "doubtful": "[yellow]![/]", "bad": "[red]✗[/]"}


def finding(one: Finding) -> RenderableType:
    """Return a line of the table of what was found, with what to do below."""
    row = Table.grid(padding=(0, 1))
    row.add_column(width=1)
    row.add_column(width=_WIDEST_FINDING)
    row.add_column(overflow="fold")
    row.add_row(_STATES[one.state], escape(plain(one.what)), escape(plain(one.found)))
    if one.advice:
        row.add_row("", "", f"→ {escape(plain(one.advice))}")
    return row


def _mutation_scores(fates: Counter[tuple[str, str]]) -> Table:
    """Return the score of each part: of the mutants that are no equivalents, how many died."""
    table = Table("generated mutants", box=None, pad_edge=False, header_style="bold")
    for header in (*_FATES, "score"):
        table.add_column(header, justify="right")
    for part in (*dict.fromkeys(part for part, _ in fates), ""):
        killed, equivalent, survived = (
            sum(count for key, count in fates.items() if part in (key[0], "") and key[1] == fate)
            for fate in _FATES
        )
        score = f"{killed / (killed + survived):.1%}" if killed + survived else "-"
        table.add_row(part or "all", str(killed), str(equivalent), str(survived), score)
    return table


def _example(example: dict[str, Any], lang: str) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False)
    inputs = example["inputs"]
    assert isinstance(inputs, dict)  # noqa: S101 - as compare.agree writes it
    rows = [
        (in_language({"name": name, **value}, "name", lang), value)
        for name, value in inputs.items()
    ]
    words = Words(lang)
    quantity = in_language(example, "quantity", lang)
    rows += [
        (f"{quantity} " + words("expected"), example["expected"]),
        (f"{quantity} " + words("got"), example["got"]),
    ]
    for name, tensor in rows:
        shape = "×".join(map(str, tensor.get("shape", ())))
        value = in_language(tensor, "text", lang) or str(tensor.get("values", "…"))
        table.add_row(Text(plain(f"  {name}")), shape, Text(plain(value)))
    return table


def _losses(grade: Grade, lang: str) -> str:
    if grade.status != "graded":
        reason = text_of(grade, "reason", lang)
        return textwrap.shorten(plain(reason), _LONGEST_REASON, placeholder=" …")
    count = sum(grade.decided(check) is not None for check in grade.checks)
    by_hand = Words(lang).plural("one decided by hand", "{count} decided by hand", count)
    return "; ".join(filter(None, (_failed(grade), by_hand if count else "")))


def _failed(grade: Grade) -> str:
    lost = list(
        dict.fromkeys(
            check.misconception.id if check.misconception else check.id
            for check in grade.checks
            if check.outcome not in ("passed", "skipped")
        )
    )
    more = f" +{len(lost) - _MOST_NAMED}" if len(lost) > _MOST_NAMED else ""
    return ", ".join(lost[:_MOST_NAMED]) + more
