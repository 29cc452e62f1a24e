"""Two digests of an assignment: of what decides outcomes, and of what these are worth.

Outcomes are kept, and marks computed again, where the second alone has changed.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from typing import TYPE_CHECKING, Any

from grader.core.errors import AssignmentFault

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

FILE = "assignment.toml"
_WORTH = ("title", "scale")
"""The keys of that file, beside `points`, on which no outcome depends."""


def files(folder: Path) -> dict[str, bytes]:
    """Return the files of an assignment as they are now, by name. Raises AssignmentFault."""
    found = {}
    try:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            name = path.relative_to(folder)
            if not any(part.startswith((".", "__pycache__")) for part in name.parts):
                found[name.as_posix()] = path.read_bytes()
    except OSError as error:
        raise AssignmentFault(f"{error.filename} cannot be read: {error.strerror}") from error
    return found


def in_order(parts: Iterable[str], names: Iterable[str]) -> list[str]:
    """Return parts in the order in which their checks run: that of these names, then the others'.

    A part's place is so the same whether [points] has a number for it, or a table further down.
    """
    places = {name: place for place, name in enumerate(names)}
    return sorted(parts, key=lambda part: places.get(part, len(places)))


def of_checks(files: Mapping[str, bytes]) -> str:
    """Return the SHA-256, in hexadecimal, of what decides outcomes.

    That is all files, but for points, title, scale and comments in assignment.toml.
    """
    digest = hashlib.sha256()
    for name, data in files.items():
        kept = _deciding(data) if name == FILE else data
        digest.update(f"{name}\0{len(kept)}\0".encode() + kept)
    return digest.hexdigest()


def of_points(
    title: Mapping[str, str],
    points: Mapping[str, float],
    checks: Mapping[str, Mapping[str, float]],
    scale: float,
) -> str:
    """Return the SHA-256, in hexadecimal, of points by part and by check, title and scale."""
    told = json.dumps([title, points, checks, scale], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()


def _deciding(data: bytes) -> bytes:
    """Return what decides outcomes in assignment.toml: of its points, the order of the parts."""
    try:
        fields: dict[str, Any] = tomllib.loads(data.decode())
        parts = in_order(fields["points"], fields.get("order") or fields["names"])
    except (ValueError, TypeError, KeyError):  # edited since it was read, and now a mistake
        return data
    kept = {key: value for key, value in fields.items() if key not in (*_WORTH, "points")}
    return json.dumps([parts, kept], default=str).encode()
