"""settings.json in autograder.zip: what an instructor chose when the zip was made."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from grader.core.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

FILE = "settings.json"
FOLDER = "assignments"


@dataclass(frozen=True)
class Settings:
    """The assignment's folder, the language that students read, the secret seed of all cases."""

    assignment: str
    lang: str
    seed: str

    def to_json(self) -> dict[str, str]:
        """Return them as they are stored."""
        return asdict(self)


def read(source: Path) -> Settings:
    """Read the settings in Gradescope's folder `source`. Raises UsageError."""
    path = source / FILE
    try:
        return Settings(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise UsageError(
            f"{path} is not as grader export gradescope-zip writes it: make the zip again"
        ) from error
