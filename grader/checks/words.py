"""words.toml: what students read of an assignment's checks and mistakes, in both languages.

    ["aditiva/score"]
    es = "Puntaje: e_j = v_aᵀ tanh(W_a s + U_a h_j)."
    en = "Score: e_j = v_aᵀ tanh(W_a s + U_a h_j)."

    ["att.no_tanh"]
    es = "Sin tanh el puntaje es lineal: así el softmax no depende de s."
    en = "Without tanh the score is linear: so the softmax does not depend on s."
    mark = "tanh"

A check's are its title; a mistake's say what the numbers show and where to look, and `mark` is the
piece of the check's title that the page marks. The file stands beside the checks.
"""

from __future__ import annotations

import functools
import re
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from grader.core.errors import AssignmentFault
from grader.core.i18n import Bilingual

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

FILE = "words.toml"
_FIELDS = {"es", "en", "mark"}


@dataclass(frozen=True)
class Words:
    """The texts of an assignment, by what they are about, and the lines on which they stand."""

    path: Path
    texts: dict[str, Bilingual]
    marks: dict[str, str]
    lines: dict[str, int]

    def require(self, key: str, what: str, where: str) -> Bilingual:
        """Return a text. Raises AssignmentFault, at `where`, if there is none."""
        if key in self.texts:
            return self.texts[key]
        raise AssignmentFault(
            f'{where}: {what} has no words: add to {self.path.name}\n["{key}"]\nes = "…"\nen = "…"'
        )

    def require_used(self, known: Collection[str]) -> None:
        """See that every text is about something there is. Raises AssignmentFault."""
        for key in self.texts:
            if key not in known:
                raise AssignmentFault(
                    f"{self.path}:{self.lines[key]}: {key!r} is no check and no mistake of this "
                    "assignment: remove it, or mend the name"
                )


def load(folder: Path) -> Words:
    """Read a folder's words; it may have none. Raises AssignmentFault with file and line."""
    path = folder / FILE
    try:
        changed = path.stat().st_mtime_ns
    except OSError:
        return Words(path, {}, {}, {})
    return _load(path, changed)


@functools.lru_cache(maxsize=32)
def _load(path: Path, _changed: int) -> Words:
    text = path.read_text(encoding="utf-8")
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise AssignmentFault(f"{path}: {error}") from error
    lines = {key: _line(text, key) for key in tables}
    for key, table in tables.items():
        _require(table, f"{path}:{lines[key]}: {key!r}")
    texts = {key: Bilingual(table["es"], table["en"]) for key, table in tables.items()}
    marks = {key: table.get("mark", "") for key, table in tables.items()}
    return Words(path, texts, marks, lines)


def _require(table: Any, where: str) -> None:
    if not isinstance(table, dict):
        raise AssignmentFault(f"{where} is no table: write es = and en = below its name")
    for unknown in sorted(table.keys() - _FIELDS):
        raise AssignmentFault(f"{where} has {unknown!r}: it may have es, en and mark")
    for lang, language in (("es", "Spanish"), ("en", "English")):
        if not isinstance(table.get(lang), str) or not table[lang].strip():
            raise AssignmentFault(f'{where} has no {language}: add {lang} = "…"')


def _line(text: str, key: str) -> int:
    begins = re.compile(rf"""\s*\[?\s*["']?{re.escape(key)}["']?\s*[]=]""")
    return next((n for n, line in enumerate(text.splitlines(), 1) if begins.match(line)), 1)
