"""What a class's grades say together: marks, checks, misconceptions, and what needs a person.

Checks are counted as they came out, whatever people decided about their points: a decision
corrects a grade, and says nothing about what was understood. Students stand for themselves by
submission id.
"""

from __future__ import annotations

import math
import statistics
from collections import Counter, defaultdict
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from grader.core.results import Reading

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from grader.core.results import CheckResult, Flag, Grade, Misconception, Notice

BINS = 10
_NEARLY_EVERYBODY = 0.8
_FEWEST = 5  # who were asked; of fewer nothing can be said
_SLOWEST = 5
_VERSIONS = ("grader", "python", "torch", "sandbox", "device")
_PLACE = ("cell", "line", "definition", "execution")


@dataclass(frozen=True)
class Marks:
    """The marks of those who were graded; `bins` counts them in tenths of the scale.

    The `rejected` are so many, and have a mark of 0; `mean_of_all` counts them as well.
    """

    scale: float
    mean: float
    median: float
    lowest: float
    highest: float
    bins: tuple[int, ...]
    rejected: int
    mean_of_all: float


@dataclass(frozen=True)
class Part:
    """A part of the assignment: what those who were graded have of it, in the mean."""

    name: str
    points: float
    max_points: float


@dataclass(frozen=True)
class Rate:
    """What came of one check; `skipped` are those for whom it could not be made."""

    check: CheckResult
    passed: int
    skipped: int
    failed: tuple[str, ...]

    @property
    def made(self) -> int:
        """For how many it was made."""
        return self.passed + len(self.failed)

    @property
    def share(self) -> float:
        """The share of these who passed."""
        return self.passed / self.made if self.made else 0.0

    @property
    def suspicious(self) -> bool:
        """Whether nearly everybody failed it: the teaching went wrong there, or the check did."""
        return self.made >= _FEWEST and len(self.failed) >= _NEARLY_EVERYBODY * self.made


@dataclass(frozen=True)
class SharedMisconception:
    """A misconception, or an equation without a name; the checks it showed in, and who has it."""

    misconception: Misconception | Reading
    checks: tuple[str, ...]
    students: tuple[str, ...]


@dataclass(frozen=True)
class Remark:
    """A flag or a notice, and where it was seen: each student with all its places."""

    what: Flag | Notice
    seen: tuple[tuple[str, tuple[Flag | Notice, ...]], ...]


@dataclass(frozen=True)
class Times:
    """The students' processor seconds: all together, the median, and the slowest first."""

    total: float
    median: float
    slowest: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Fact:
    """Something that the grades depend on, and its values, the most frequent first."""

    name: str
    values: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Numbers:
    """The class; `alike` are those whose code is the same, comments and outputs aside."""

    marks: Marks | None
    parts: tuple[Part, ...]
    rates: tuple[Rate, ...]
    misconceptions: tuple[SharedMisconception, ...]
    flags: tuple[Remark, ...]
    notices: tuple[Remark, ...]
    times: Times | None
    facts: tuple[Fact, ...]
    alike: tuple[tuple[str, ...], ...]


def numbers(grades: Sequence[Grade]) -> Numbers:
    """Return what these grades say together."""
    graded = [grade for grade in grades if grade.status == "graded"]
    return Numbers(
        marks(grades),
        tuple(_parts(graded)),
        tuple(_rates(graded)),
        tuple(_misconceptions(graded)),
        tuple(_remarks((grade.submission, flag) for grade in grades for flag in grade.flags)),
        tuple(_remarks((grade.submission, one) for grade in grades for one in grade.notices)),
        _times(grades),
        tuple(_facts(grades)),
        tuple(_alike(grades)),
    )


def cpu_seconds(grade: Grade) -> float | None:
    """Return the processor seconds that a submission took, where they were measured."""
    usage = grade.environment.get("usage")
    seconds = usage.get("cpu_seconds") if isinstance(usage, dict) else None
    return float(seconds) if isinstance(seconds, int | float) else None


def marks(grades: Sequence[Grade]) -> Marks | None:
    """Return what the marks of those who were graded say together; None where nobody was."""
    graded = [grade for grade in grades if grade.status == "graded"]
    if not graded:
        return None
    got, scale = [grade.mark for grade in graded], graded[0].scale
    rejected = [grade.mark for grade in grades if grade.status == "rejected"]
    tenths = Counter(min(int(mark / scale * BINS), BINS - 1) for mark in got)
    return Marks(
        scale,
        statistics.fmean(got),
        statistics.median(got),
        min(got),
        max(got),
        tuple(tenths[number] for number in range(BINS)),
        len(rejected),
        statistics.fmean([*got, *rejected]),
    )


def _parts(graded: Sequence[Grade]) -> Iterator[Part]:
    got: dict[str, list[float]] = {}
    most: dict[str, list[float]] = {}
    for grade in graded:
        for check in grade.checks:
            got.setdefault(check.part, []).append(grade.points(check))
            most.setdefault(check.part, []).append(check.max_points)
    for name, points in got.items():
        yield Part(name, math.fsum(points) / len(graded), math.fsum(most[name]) / len(graded))


def _rates(graded: Sequence[Grade]) -> Iterator[Rate]:
    """Yield each check, in the assignment's order."""
    found: dict[str, list[tuple[str, CheckResult]]] = {}
    for grade in graded:
        for check in grade.checks:
            found.setdefault(check.id, []).append((grade.submission, check))
    for results in found.values():
        outcomes = Counter(check.outcome for _, check in results)
        failed = [name for name, check in results if check.outcome not in ("passed", "skipped")]
        yield Rate(results[0][1], outcomes["passed"], outcomes["skipped"], tuple(failed))


def _misconceptions(graded: Sequence[Grade]) -> list[SharedMisconception]:
    """Return the misconceptions and readings, the most frequent first."""
    found: dict[str, list[tuple[str, CheckResult, Misconception | Reading]]] = {}
    for grade in graded:
        for check in grade.checks:
            if one := check.explanation:
                found.setdefault(_name(one), []).append((grade.submission, check, one))
    misconceptions = [
        SharedMisconception(
            cases[0][2],
            tuple(dict.fromkeys(check.id for _, check, _ in cases)),
            tuple(dict.fromkeys(name for name, _, _ in cases)),
        )
        for cases in found.values()
    ]
    return sorted(
        misconceptions,
        key=lambda one: (-len(one.students), _name(one.misconception)),
    )


def _name(one: Misconception | Reading) -> str:
    return one.equation if isinstance(one, Reading) else one.id


def _remarks(said: Iterable[tuple[str, Flag | Notice]]) -> list[Remark]:
    """Return what was remarked, each thing once, the most frequent first."""
    found: dict[tuple[object, ...], dict[str, list[Flag | Notice]]] = {}
    for name, one in said:
        key = tuple(value for field, value in asdict(one).items() if field not in _PLACE)
        found.setdefault(key, {}).setdefault(name, []).append(one)
    remarks = [
        Remark(
            next(iter(seen.values()))[0],
            tuple((name, tuple(places)) for name, places in seen.items()),
        )
        for seen in found.values()
    ]
    return sorted(remarks, key=lambda remark: (-len(remark.seen), remark.what.text))


def _times(grades: Sequence[Grade]) -> Times | None:
    taken = [(grade.submission, took) for grade in grades if (took := cpu_seconds(grade))]
    if not taken:
        return None
    seconds = [each for _, each in taken]
    slowest = sorted(taken, key=lambda one: -one[1])[:_SLOWEST]
    return Times(math.fsum(seconds), statistics.median(seconds), tuple(slowest))


def _facts(grades: Sequence[Grade]) -> Iterator[Fact]:
    """Yield versions, and digests of what the grades depend on; a class has one of each, mostly."""
    for name in _VERSIONS:
        yield _fact(name, [str(grade.environment.get(name, "")) for grade in grades])
    for name in ("image", "assignment"):
        yield _fact(f"{name} sha256", [getattr(grade.fingerprint, name) for grade in grades])


def _fact(name: str, values: Iterable[str]) -> Fact:
    return Fact(name, tuple(Counter(value for value in values if value).most_common()))


def _alike(grades: Sequence[Grade]) -> Iterator[tuple[str, ...]]:
    """Yield whose code is the same, but for groups that handed in one file together."""
    found: dict[str, list[Grade]] = defaultdict(list)
    for grade in grades:
        found[str(grade.environment.get("code") or grade.fingerprint.notebook)].append(grade)
    for same in found.values():
        notebooks = {grade.fingerprint.notebook for grade in same}
        marked = any(grade.environment.get("same_as") for grade in same)
        if len(notebooks) > 1 or (marked and len(same) > 1):
            yield tuple(grade.submission for grade in same)
