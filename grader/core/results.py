"""What grading says: check by check, and for a submission as a whole.

Everything here is frozen and turns into JSON and back without loss; `SCHEMA` grows when a field
changes its meaning.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, field, is_dataclass, replace
from datetime import datetime
from typing import Any, Literal, TypeVar

import msgspec

from grader.core.i18n import LANGUAGES, Bilingual

SCHEMA = 1

Outcome = Literal["passed", "failed", "error", "timeout", "out_of_memory", "crashed", "skipped"]
Status = Literal["graded", "rejected", "not_graded"]
Json = dict[str, Any]
Part = TypeVar("Part")


@dataclass(frozen=True)
class Misconception:
    """A wrong idea with a name, and the words that explain it: Spanish in `text`, English too.

    `term` is the piece of the check's title that it is about, where the title is an equation.
    """

    id: str
    text: str
    text_en: str = ""
    term: str = ""


@dataclass(frozen=True)
class Reading:
    """The equation that gives a student's numbers, where the mistake has no name.

    `line` is the line of the student's that it was read off, where there is one; `text` and
    `text_en` say it as a misconception's do.
    """

    equation: str
    line: str = ""
    text: str = ""
    text_en: str = ""


@dataclass(frozen=True)
class CheckResult:
    """One check: what it asked, what came of it and what that is worth.

    `title` and `message` are Spanish, `title_en` and `message_en` English. `seconds` is wall time
    on the host, `cpu_seconds` the kernel's account of the student's process. `counterexample` and
    `reproduce` are there for a check that failed on a case. `cell` and `line` are where it failed:
    the line that raised, or the first of the method that does not follow a rule; `definition` names
    what stands there (`celdaGRU.forward`), `execution` is the number that Jupyter shows beside the
    cell. `data` is what the check keeps: `figures` for the student's page and `timing` have one
    form for all checks (`grader/checks/figures.py`). `kind` is form, rule or whole, of a check that
    has one.
    """

    id: str
    part: str
    title: str
    points: float
    max_points: float
    outcome: Outcome
    message: str = ""
    title_en: str = ""
    message_en: str = ""
    counterexample: Json | None = None
    reproduce: str | None = None
    misconception: Misconception | None = None
    reading: Reading | None = None
    cell: int | None = None
    line: int | None = None
    definition: str = ""
    execution: int | None = None
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    data: Json = field(default_factory=dict)
    kind: str = ""

    @property
    def explanation(self) -> Misconception | Reading | None:
        """What explains a failure: a wrong idea by its name, or the equation that somebody has."""
        return self.misconception or self.reading

    @property
    def timing(self) -> Json | None:
        """The `ratio` to the reference's time and its `limit`, of a check that measures time.

        What such a check says is never twice the same.
        """
        return self.data.get("timing")


@dataclass(frozen=True)
class Notice:
    """Something about the notebook that its author should know; it costs nothing."""

    text: str
    cell: int | None = None
    line: int | None = None
    text_en: str = ""
    definition: str = ""
    execution: int | None = None


@dataclass(frozen=True)
class Flag:
    """Something that a person should look at."""

    kind: str
    part: str
    text: str
    cell: int | None = None
    line: int | None = None
    text_en: str = ""
    definition: str = ""
    execution: int | None = None


@dataclass(frozen=True)
class Decision:
    """What a person decided about one check of a submission.

    `points` take the place of the automatic ones; None withdraws what was decided before. `at` is
    the moment, ISO 8601 in UTC; `notebook` the digest of the work that the person saw.
    """

    submission: str
    check: str
    points: float | None
    reason: str
    by: str
    at: str
    notebook: str = ""

    @property
    def moment(self) -> datetime:
        """When it was decided."""
        return datetime.fromisoformat(self.at)

    def to_json(self) -> str:
        """Return the decision on one line."""
        return json.dumps(asdict(self), ensure_ascii=False, allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> Decision:
        """Read what `to_json` wrote. Raises ValueError for anything else."""
        return _sound(_read(cls, _loaded(text)))


@dataclass(frozen=True)
class Person:
    """Who stands behind a submission, as the roster and the place it came from tell.

    `submission` is empty for somebody on the roster who handed in nothing; `ids` are the person's
    names elsewhere, by place (`moodle`, `canvas`, …); `at` is the moment of handing in (ISO 8601 in
    UTC) where it is known; `listed` is whether the roster has them, None where there is no roster.
    """

    student: str
    submission: str = ""
    name: str = ""
    email: str = ""
    ids: dict[str, str] = field(default_factory=dict)
    at: str = ""
    late: bool = False
    listed: bool | None = None


@dataclass(frozen=True)
class Fingerprint:
    """What the grade depends on, as SHA-256 in hexadecimal (`sha256:…` without the prefix).

    `assignment` is what decides outcomes; `points` is what they are worth (points, title and
    scale), and empty in grades of versions that had both in one. `grader` is the program's own
    code, and the libraries that draw cases and compute answers; `device` is where the checks for a
    GPU ran ("cpu", "cuda").
    """

    notebook: str
    assignment: str
    image: str
    seed: str
    grader: str = ""
    device: str = "cpu"
    points: str = ""


@dataclass(frozen=True)
class Grade:
    """What one submission gets. Points are out of `max_score`; `mark` is on the `scale`.

    The points of `checks` are always the automatic ones; `score` and `mark` are what the student
    gets, with what people decided. `decisions` are all of them, withdrawn and replaced ones too,
    the oldest first.
    """

    submission: str
    student: str
    assignment: str
    status: Status
    score: float
    max_score: float
    mark: float
    scale: float
    fingerprint: Fingerprint
    reason: str = ""
    checks: tuple[CheckResult, ...] = ()
    flags: tuple[Flag, ...] = ()
    notices: tuple[Notice, ...] = ()
    environment: Json = field(default_factory=dict)
    decisions: tuple[Decision, ...] = ()
    schema: int = SCHEMA
    reason_en: str = ""

    @property
    def automatic_score(self) -> float:
        """The sum of the points that the checks gave."""
        return math.fsum(check.points for check in self.checks)

    @property
    def automatic(self) -> Grade:
        """The grade as the checks alone gave it."""
        return self.with_decisions(()) if self.decisions else self

    @property
    def uncounted(self) -> tuple[Decision, ...]:
        """What is decided and does not count: its check is gone, or is worth less than that."""
        last = {decision.check: decision for decision in self.decisions}
        counted = [self.decided(check) for check in self.checks]
        return tuple(one for one in last.values() if one.points is not None and one not in counted)

    def history(self, check: CheckResult) -> tuple[Decision, ...]:
        """Return all that was decided about a check, the oldest first."""
        return tuple(decision for decision in self.decisions if decision.check == check.id)

    def decided(self, check: CheckResult) -> Decision | None:
        """Return the decision about a check that is in force, if there is one: the last."""
        last = next(reversed(self.history(check)), None)
        if last is None or last.points is None or last.points > check.max_points:
            return None
        return last

    def points(self, check: CheckResult) -> float:
        """Return what the student gets for a check: as decided, or else the automatic points."""
        decision = self.decided(check)
        return check.points if decision is None or decision.points is None else decision.points

    def with_decisions(self, decisions: tuple[Decision, ...]) -> Grade:
        """Return the grade with these decisions in the place of those it had."""
        grade = replace(self, decisions=decisions)
        if not self.checks:
            return grade
        score = math.fsum(grade.points(check) for check in grade.checks)
        return replace(grade, score=score, mark=mark(score, grade.max_score, grade.scale))

    def to_json(self) -> str:
        """Return the grade as it is stored: UTF-8 JSON, two spaces, keys in a fixed order."""
        fields = asdict(self)
        ordered = {"schema": fields.pop("schema"), **fields}
        return json.dumps(ordered, ensure_ascii=False, indent=2, allow_nan=False) + "\n"

    def to_line(self) -> str:
        """Return the grade as JSON on one line."""
        return json.dumps(json.loads(self.to_json()), ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Grade:
        """Read what `to_json` wrote. Raises ValueError for another schema or anything else."""
        fields = _loaded(text)
        schema = fields.get("schema") if isinstance(fields, dict) else None
        if schema != SCHEMA:
            raise ValueError(f"results of schema {schema}, not {SCHEMA}")
        if lost := [name for name in ("checks", "flags", "notices") if name not in fields]:
            raise ValueError(f"there are no {lost[0]}")
        grade = _read(cls, fields)
        for decision in grade.decisions:
            _sound(decision)
        return grade


def text(item: object, name: str, lang: str) -> str:
    """Return a field in a language: in Spanish where there is no English."""
    english = getattr(item, f"{name}_en", "") if lang == "en" else ""
    return str(english or getattr(item, name))


def both(item: object, name: str) -> Bilingual:
    """Return a field in both languages: in Spanish where there is no English."""
    return Bilingual(*(text(item, name, lang) for lang in LANGUAGES))


def in_language(told: Json, name: str, lang: str) -> str:
    """Return a text of a counterexample in a language: in Spanish where there is no English."""
    english = told.get(f"{name}_en") if lang == "en" else ""
    return str(english or told.get(name, ""))


def mark(score: float, max_score: float, scale: float) -> float:
    """Return a score in points on a scale, to two decimals."""
    return round(score / max_score * scale, 2)


def _loaded(text: str) -> Any:
    """Return what JSON says. Raises ValueError for what it, or we, could not store again."""
    try:
        return msgspec.json.decode(text)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def _read(kind: type[Part], fields: Any) -> Part:
    """Return an object of its fields. Raises ValueError where one is missing, wrong or unknown."""
    made = msgspec.convert(fields, kind)
    _refuse_unknown(made, fields)
    return made


def _refuse_unknown(made: Any, fields: Any, place: str = "$") -> None:
    """Raise ValueError for a field of which an object knows nothing: msgspec passes it over."""
    if isinstance(made, tuple):
        for number, (one, its) in enumerate(zip(made, fields, strict=True)):
            _refuse_unknown(one, its, f"{place}[{number}]")
    elif is_dataclass(made):
        known = vars(made)
        if unknown := fields.keys() - known:
            raise ValueError(f"unknown field {min(unknown)!r} - at `{place}`")
        for name in fields:
            _refuse_unknown(known[name], fields[name], f"{place}.{name}")


def _sound(decision: Decision) -> Decision:
    """Return a decision that can be counted. Raises ValueError."""
    if decision.moment.tzinfo is None or (decision.points or 0) < 0:
        raise ValueError("a date without a time zone, or points below 0")
    return decision
