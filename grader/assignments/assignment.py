"""assignment.toml → Assignment."""

from __future__ import annotations

import hashlib
import math
import re
import tomllib
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from grader.core.errors import AssignmentFault, UsageError
from grader.core.results import mark

FILE = "assignment.toml"
_KEYS = ("name", "title", "points", "names", "scale", "limits", "packages", "device", "deadline")
_REQUIRED = ("name", "title", "points", "names")
_KINDS: dict[str, type] = {"name": str, "scale": float, "packages": list, "device": str}
_WORDS = {str: "text", float: "number", list: "list"}
_LIMITS = (
    *("seconds", "cpu_seconds", "load_seconds", "total_seconds", "total_cpu_seconds", "patience"),
    *("memory", "pids", "output", "disk"),
)
_LIMITS_OF_A_PART = ("seconds", "cpu_seconds")


@dataclass(frozen=True)
class Assignment:
    """An assignment's configuration.

    `points` by part sum to `max_score`; marks are out of `scale`; `names` maps what students
    define to what each builds on; `limits` are in seconds and bytes, those of a part's checks in
    a table by the part's name.
    """

    folder: Path
    name: str
    title: dict[str, str]
    points: dict[str, float]
    names: dict[str, tuple[str, ...]]
    scale: float = 100.0
    limits: dict[str, Any] = field(default_factory=dict)
    packages: tuple[str, ...] = ()
    device: str = "cpu"
    deadline: datetime | None = None

    @property
    def max_score(self) -> float:
        """The sum of all parts' points."""
        return math.fsum(self.points.values())

    @property
    def digest(self) -> str:
        """SHA-256 over the files of the folder as they are now. Raises AssignmentFault."""
        digest = hashlib.sha256()
        for name, data in self.files().items():
            digest.update(f"{name}\0{len(data)}\0".encode() + data)
        return digest.hexdigest()

    def files(self) -> dict[str, bytes]:
        """Return what its digest is made of, by name. Raises AssignmentFault."""
        found = {}
        try:
            for path in sorted(path for path in self.folder.rglob("*") if path.is_file()):
                name = path.relative_to(self.folder)
                if not any(part.startswith((".", "__pycache__")) for part in name.parts):
                    found[name.as_posix()] = path.read_bytes()
        except OSError as error:
            raise AssignmentFault(f"{error.filename} cannot be read: {error.strerror}") from error
        return found

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
    _Reader(path, text, fields).check()
    return Assignment(
        folder=folder,
        name=fields["name"],
        title=fields["title"],
        points={part: float(points) for part, points in fields["points"].items()},
        names={name: tuple(below) for name, below in fields["names"].items()},
        scale=float(fields.get("scale", 100)),
        limits=fields.get("limits", {}),
        packages=tuple(fields.get("packages", ())),
        device=fields.get("device", "cpu"),
        deadline=fields.get("deadline"),
    )


def folder_of_assignments(chosen: Path | None) -> Path:
    """Return the folder that holds the assignments: the chosen one, `assignments/` here, or the
    ones that were installed with the program. Raises UsageError.
    """  # noqa: D205 - one sentence
    here, installed = Path("assignments"), Path(__file__).parents[1] / "_assignments"
    if not chosen and not names(here) and names(installed):
        return installed  # a student's own folder may be called so
    if (chosen or here).is_dir():
        return chosen or here
    raise UsageError(f"there is no folder of assignments at {chosen or 'assignments/'}")


def names(root: Path) -> list[str]:
    """Return the names of the assignments in a folder."""
    return [path.parent.name for path in sorted(root.glob(f"*/{FILE}"))]


def choose(root: Path, name: str | None) -> Assignment:
    """Return the named assignment, or the only one there is. Raises UsageError, AssignmentFault."""
    found = {path.parent.name: path.parent for path in sorted(root.glob(f"*/{FILE}"))}
    known = ", ".join(found) or "none"
    if name is None and len(found) == 1:
        return load(next(iter(found.values())))
    if name is None:
        raise UsageError(f"say which assignment with --assignment: {known}")
    if name not in found:
        raise UsageError(f"there is no assignment {name!r} in {root}; there is: {known}")
    return load(found[name])


@dataclass(frozen=True)
class _Reader:
    path: Path
    text: str
    fields: dict[str, Any]

    def check(self) -> None:
        """Raise AssignmentFault for the first thing that is wrong."""
        for key in self.fields:
            if key not in _KEYS:
                raise self._fault(key, f"unknown key {key!r}; known are {', '.join(_KEYS)}")
        for key in _REQUIRED:
            if key not in self.fields:
                raise self._fault(key, f"{key!r} is missing")
        for key, kind in _KINDS.items():
            value = self.fields.get(key, kind())
            if not isinstance(value, (int, float) if kind is float else kind):
                raise self._fault(key, f"{key!r} is not a {_WORDS[kind]}")
        self._mapping("title", str, ("es", "en"))
        self._mapping("points", (int, float))
        self._mapping("names", list)
        self._limits()
        self._points()
        self._names()
        self._deadline()

    def _mapping(self, key: str, kind: Any, needed: tuple[str, ...] = ()) -> None:
        table = self.fields.get(key, {})
        if not isinstance(table, dict) or not all(
            isinstance(value, kind) and not isinstance(value, bool) for value in table.values()
        ):
            raise self._fault(key, f"{key!r} is not a table of the right kind of values")
        for name in needed:
            if name not in table:
                raise self._fault(key, f"{key!r} lacks {name!r}")

    def _limits(self) -> None:
        limits = self.fields.get("limits", {})
        if not isinstance(limits, dict):
            raise self._fault("limits", "'limits' is not a table")
        for name, value in limits.items():
            if not isinstance(value, dict):
                self._limit("limits", name, value, _LIMITS)
                continue
            if name not in self.fields["points"]:
                raise self._fault(f"limits.{name}", f"limits for {name!r}, which is not a part")
            for own, most in value.items():
                self._limit(f"limits.{name}", own, most, _LIMITS_OF_A_PART)

    def _limit(self, table: str, name: str, value: Any, known: tuple[str, ...]) -> None:
        if name not in known:
            text = f"unknown limit {name!r}; known in [{table}] are {', '.join(known)}"
            raise self._fault(name, text, table)
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not (number and 0 < value < math.inf):
            raise self._fault(name, f"limit {name!r} must be a number above 0", table)

    def _points(self) -> None:
        points = self.fields["points"]
        if any(value <= 0 for value in points.values()):
            raise self._fault("points", "every part needs more than 0 points")
        total = math.fsum(points.values())
        if total != 100:  # noqa: PLR2004 - the contract: scores are out of 100 points
            raise self._fault("points", f"the parts' points sum to {total:g}, not to 100")

    def _names(self) -> None:
        names = self.fields["names"]
        for name, below in names.items():
            for other in below:
                if other not in names:
                    raise self._fault(name, f"{name!r} builds on {other!r}, which is not a name")

    def _deadline(self) -> None:
        deadline = self.fields.get("deadline")
        if deadline is None:
            return
        if not isinstance(deadline, datetime) or deadline.tzinfo is None:
            example = "2026-12-01T23:59:00-05:00"
            raise self._fault("deadline", f"'deadline' is a moment with its offset, as {example}")

    def _fault(self, key: str, text: str, table: str = "") -> AssignmentFault:
        """Tell the line of a key, the first one from the table's heading on."""
        heading = self._line(table, 1) if table else 1
        return AssignmentFault(f"{self.path}:{self._line(key, heading)}: {text}")

    def _line(self, key: str, first: int) -> int:
        begins = re.compile(rf"""\s*\[?\s*["']?{re.escape(key)}["']?\s*[]=]""")
        lines = enumerate(self.text.splitlines(), 1)
        return next((n for n, line in lines if n >= first and begins.match(line)), first)
