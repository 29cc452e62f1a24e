"""kinds.toml, beside the assignments: what misconceptions of several of them have in common."""

from __future__ import annotations

import tomllib
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

import msgspec

from grader.core.errors import AssignmentFault
from grader.core.gradebook import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

FILE = "kinds.toml"


class Described(msgspec.Struct, forbid_unknown_fields=True):
    """A kind in both languages, and the names that are of it."""

    es: str
    en: str
    names: tuple[str, ...]


def read(root: Path) -> Mapping[str, Described]:
    """Return the kinds of a folder of assignments; none where it has no such file.

    Raises AssignmentFault for a file that cannot be read.
    """
    path = root / FILE
    if not path.is_file():
        return {}
    try:
        return msgspec.convert(
            tomllib.loads(path.read_text(encoding="utf-8")), dict[str, Described]
        )
    except (OSError, ValueError, msgspec.ValidationError) as error:
        raise AssignmentFault(f"{path}: {error}") from error


def of(misconceptions: Iterable[str], kinds: Mapping[str, Described]) -> dict[str, Kind]:
    """Return the kind of each of these ids that has one, the first that fits."""
    found: dict[str, Kind] = {}
    for misconception in misconceptions:
        name = misconception.rpartition(".")[2]
        for kind, one in kinds.items():
            if any(fnmatchcase(name, pattern) for pattern in one.names):
                found[misconception] = Kind(kind, one.es, one.en)
                break
    return found
