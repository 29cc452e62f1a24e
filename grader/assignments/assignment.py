"""assignment.toml → Assignment."""

from __future__ import annotations

import math
import re
import tomllib
from dataclasses import dataclass, field
from datetime import datetime  # noqa: TC003 - msgspec reads the annotation
from pathlib import Path
from typing import Any

import msgspec
from packaging.requirements import InvalidRequirement, Requirement

from grader.assignments import digests
from grader.assignments.digests import FILE
from grader.core.errors import AssignmentFault, UsageError
from grader.core.i18n import tr
from grader.core.limits import LimitError, Limits
from grader.core.results import mark
from grader.core.text import nearest

_KINDS = {"str": "string", "float": "number", "array": "list", "object": "table"}
"""What an author calls what msgspec expects."""
_NO_MOMENT = (
    "'deadline' has to be a date and time with a UTC offset, such as 2026-12-01T23:59:00-05:00"
)


class _Title(msgspec.Struct):
    es: str
    en: str


class _File(msgspec.Struct, forbid_unknown_fields=True):
    """What assignment.toml holds, by key."""

    name: str
    title: _Title
    points: dict[str, float | dict[str, float]]
    names: dict[str, tuple[str, ...]]
    scale: float = 100.0
    limits: dict[str, Any] = {}
    packages: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    device: str = "cpu"
    deadline: datetime | None = None
    conduct: dict[str, tuple[str, ...] | dict[str, tuple[str, ...]]] = {}


@dataclass(frozen=True)
class Assignment:
    """An assignment's configuration.

    `points` by part, in the order in which they are checked, sum to `max_score`; `checks` has those
    of single checks by name, of a part that gives them so. Marks are out of `scale`; `names` maps
    what students define to what each builds on. `shut` is what their code may not use, as dotted
    names of torch's with `*` for any part of one: by the name of what they define, and for all of
    it under "".
    """

    folder: Path
    name: str
    title: dict[str, str]
    points: dict[str, float]
    names: dict[str, tuple[str, ...]]
    scale: float = 100.0
    limits: Limits = field(default_factory=Limits)
    packages: tuple[str, ...] = ()
    device: str = "cpu"
    deadline: datetime | None = None
    shut: dict[str, tuple[str, ...]] = field(default_factory=dict)
    checks: dict[str, dict[str, float]] = field(default_factory=dict)

    @property
    def max_score(self) -> float:
        """The sum of all parts' points."""
        return math.fsum(self.points.values())

    @property
    def digest(self) -> str:
        """SHA-256 over what decides outcomes in the folder's files now. Raises AssignmentFault."""
        return digests.of_checks(self.files())

    @property
    def points_digest(self) -> str:
        """SHA-256 over what outcomes are worth: points, title and scale as they were read."""
        return digests.of_points(self.title, self.points, self.checks, self.scale)

    def files(self) -> dict[str, bytes]:
        """Return the folder's files as they are now, by name. Raises AssignmentFault."""
        return digests.files(self.folder)

    def mark(self, score: float) -> float:
        """Return a score in points on the assignment's scale, to two decimals."""
        return mark(score, self.max_score, self.scale)


def load(folder: Path) -> Assignment:
    """Read an assignment's folder. Raises AssignmentFault with file and line."""
    path = folder / FILE
    try:
        text = path.read_text(encoding="utf-8")
        fields = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise AssignmentFault(f"{path}: {error}") from error
    except OSError as error:
        raise AssignmentFault(f"{path} cannot be read: {error.strerror}") from error
    return _Reader(path, text).read(fields)


def folder_of_assignments(chosen: Path | None) -> Path:
    """Return the folder that holds the assignments: the chosen one, `assignments/` here, or the
    ones that came with the program. Raises UsageError.
    """  # noqa: D205 - one sentence
    here, came = Path("assignments"), installed()
    if not chosen and not names(here) and names(came):
        return came  # a student's own folder may be called so
    if (chosen or here).is_dir():
        return chosen or here
    raise UsageError(
        tr(
            "there is no assignments folder at {path}: run this beside it, or give it with "
            "--assignments",
            path=chosen or "assignments/",
        )
    )


def installed() -> Path:
    """Return the assignments that came with the program: a wheel's, or those of the checkout that
    an editable install runs from.
    """  # noqa: D205 - one sentence
    package = Path(__file__).parents[1]
    wheels = package / "_assignments"
    return wheels if wheels.is_dir() else package.parent / "assignments"


def require_part(assignment: Assignment, part: str) -> None:
    """Raise UsageError for a part that the assignment does not have; say which is meant."""
    if part in assignment.points:
        return
    if meant := nearest(part, assignment.points):
        raise UsageError(
            tr(
                "{part} is not a part of {assignment}: did you mean {meant}? All parts: {known}",
                part=repr(part),
                assignment=assignment.name,
                meant=meant,
                known=", ".join(assignment.points),
            )
        )
    raise UsageError(
        tr(
            "{part} is not a part of {assignment}; its parts are {known}",
            part=repr(part),
            assignment=assignment.name,
            known=", ".join(assignment.points),
        )
    )


def names(root: Path) -> list[str]:
    """Return the names of the assignments in a folder."""
    return [path.parent.name for path in sorted(root.glob(f"*/{FILE}"))]


def choose(root: Path, name: str | None) -> Assignment:
    """Return the named assignment, or the only one there is. Raises UsageError, AssignmentFault."""
    found = {path.parent.name: path.parent for path in sorted(root.glob(f"*/{FILE}"))}
    known = ", ".join(found)
    if not found:
        raise UsageError(
            tr(
                "there is no assignment in {root}: give another folder with --assignments",
                root=root,
            )
        )
    if name is None and len(found) == 1:
        return load(next(iter(found.values())))
    if name is None:
        raise UsageError(tr("say which assignment with --assignment: {known}", known=known))
    if name not in found:
        raise UsageError(
            tr(
                "there is no assignment {name} in {root}; choose one of: {known}",
                name=repr(name),
                root=root,
                known=known,
            )
        )
    return load(found[name])


@dataclass(frozen=True)
class _Reader:
    """Reads a file's fields; tells a mistake with the line on which it stands."""

    path: Path
    text: str

    def read(self, fields: dict[str, Any]) -> Assignment:
        """Return the assignment. Raises AssignmentFault for the first thing that is wrong."""
        try:
            file = msgspec.convert(fields, _File)
        except msgspec.ValidationError as error:
            raise self._explained(str(error)) from error
        limits = self._limits(file)
        checks = {part: each for part, each in file.points.items() if isinstance(each, dict)}
        points = {
            part: math.fsum(each.values()) if isinstance(each, dict) else each
            for part in digests.in_order(file.points, file.order or file.names)
            for each in [file.points[part]]
        }
        self._points(points, checks)
        if file.order and sorted(file.order) != sorted(points):
            raise self._fault("order", f"'order' has to have each part once: {', '.join(points)}")
        self._names(file.names)
        self._packages(file.packages)
        self._deadline(file.deadline)
        return Assignment(
            folder=self.path.parent,
            name=file.name,
            title=msgspec.to_builtins(file.title),
            points=points,
            checks=checks,
            names=file.names,
            scale=file.scale,
            limits=limits,
            packages=file.packages,
            device=file.device,
            deadline=file.deadline,
            shut=self._shut(file),
        )

    def _explained(self, error: str) -> AssignmentFault:
        """Return what msgspec found, in an author's words."""
        what, _, where = error.partition(" - at `$.")
        name = re.findall(r"`(\w+)", what)[:1]
        key, within = re.match(r"\w*", where)[0], "[" in where  # type: ignore[index] # matches ""
        if what.startswith("Object contains unknown field"):
            known = ", ".join(_File.__struct_fields__)
            return self._fault(name[0], f"unknown key {name[0]!r}; the known keys are {known}")
        if what.startswith("Object missing required field"):
            told = f"{key!r} lacks {name[0]!r}" if key else f"{name[0]!r} is missing"
            return self._fault(key or name[0], told)
        if key == "deadline":
            return self._fault(key, _NO_MOMENT)
        kind = (
            _KINDS["array" if key in ("packages", "order") else "object"]
            if within
            else _KINDS[name[0]]
        )
        of_what = " whose values are all of the right type" if within or kind == "table" else ""
        return self._fault(key, f"{key!r} has to be a {kind}{of_what}")

    def _limits(self, file: _File) -> Limits:
        try:
            limits = Limits.of(file.limits)
        except LimitError as error:
            raise self._fault(error.name, str(error), error.table) from error
        for part in limits.parts:
            if part not in file.points:
                text = f"limits for {part!r}, which is not a part: [points] names the parts"
                raise self._fault(f"limits.{part}", text)
        return limits

    def _points(self, points: dict[str, float], checks: dict[str, dict[str, float]]) -> None:
        for part, each in checks.items():
            if any(value < 0 for value in each.values()):
                raise self._fault(f"points.{part}", "no check can have less than 0 points")
        if any(value <= 0 for value in points.values()):
            raise self._fault("points", "every part needs more than 0 points")
        total = math.fsum(points.values())
        if total != 100:  # noqa: PLR2004 - the contract: scores are out of 100 points
            raise self._fault("points", f"the parts' points add up to {total:g}, not to 100")

    def _names(self, names: dict[str, tuple[str, ...]]) -> None:
        for name, below in names.items():
            for other in below:
                if other not in names:
                    raise self._fault(
                        name, f"{name!r} builds on {other!r}, which [names] does not have"
                    )

    def _packages(self, packages: tuple[str, ...]) -> None:
        for package in packages:
            try:
                Requirement(package)
            except InvalidRequirement as error:
                text = f"{package!r} is not a requirement such as 'einops>=0.8'"
                raise self._fault("packages", text) from error

    def _deadline(self, deadline: datetime | None) -> None:
        if deadline is not None and deadline.tzinfo is None:
            raise self._fault("deadline", _NO_MOMENT)

    def _shut(self, file: _File) -> dict[str, tuple[str, ...]]:
        """Return what is shut: by the name whose own it is, and under "" what is for all."""
        shut: dict[str, tuple[str, ...]] = {}
        for key, value in file.conduct.items():
            own = isinstance(value, dict)
            table = f"conduct.{key}" if own else "conduct"
            if own and key not in file.names:
                text = f"{key!r} is not a name of [names]: only what students define is read"
                raise self._fault(table, text)
            lists = value if isinstance(value, dict) else {key: value}
            for name, patterns in lists.items():
                if name != "shut":
                    text = f"unknown key {name!r}; the only key known in [{table}] is shut"
                    raise self._fault(name, text, table)
                self._patterns(patterns, table)
                shut[key if own else ""] = patterns
        return shut

    def _patterns(self, patterns: tuple[str, ...], table: str) -> None:
        for pattern in patterns:
            if not re.fullmatch(r"[\w*]+(\.[\w*]+)+", pattern):
                text = f"{pattern!r} is not a dotted name such as 'torch.nn.LSTM*'"
                raise self._fault("shut", text, table)

    def _fault(self, key: str, text: str, table: str = "") -> AssignmentFault:
        """Tell the line of a key, the first one from the table's heading on."""
        heading = self._line(table, 1) if table else 1
        return AssignmentFault(f"{self.path}:{self._line(key, heading)}: {text}")

    def _line(self, key: str, first: int) -> int:
        begins = re.compile(rf"""\s*\[?\s*["']?{re.escape(key)}["']?\s*[]=]""")
        lines = enumerate(self.text.splitlines(), 1)
        return next((n for n, line in lines if n >= first and begins.match(line)), first)
