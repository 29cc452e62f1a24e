"""A course's file → Course: which results folder is of which assignment, and what marks count.

Paths in it are from the file's own folder.
"""

from __future__ import annotations

import math
import re
import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

from grader.core.errors import UsageError
from grader.core.gradebook import Rules
from grader.core.i18n import Bilingual, joined, tr
from grader.core.text import nearest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_TEXTS = ("title", "not_handed_in", "roster", "canvas", "nbgrader")
_NUMBERS = ("scale", "drop_lowest")
_TABLES = ("results", "weights", "moodle", "canvas_columns")
_KEYS = (*_TEXTS, *_NUMBERS, *_TABLES)
_ABSENT = {"zero": True, "omit": False}
_AT = re.compile(r"\s*\(at line (\d+), column \d+\)")
_TWICE = ("Cannot overwrite a value", "Cannot declare")


@dataclass(frozen=True)
class Course:
    """A course: its results folders by assignment, and what else the file says.

    `moodle` has the worksheets by assignment, `columns` the names of Canvas's columns; `canvas` is
    its gradebook, `nbgrader` the folder of nbgrader's course. `lines` tells where a folder stands.
    """

    path: Path
    title: str
    results: Mapping[str, Path]
    rules: Rules
    roster: Path | None = None
    moodle: Mapping[str, Path] = field(default_factory=dict)
    canvas: Path | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    nbgrader: Path | None = None
    lines: Mapping[str, int] = field(default_factory=dict)

    def fault(self, name: str, said: Bilingual) -> UsageError:
        """Return what is wrong with an assignment's folder, with the line that names it."""
        return UsageError(joined(": ", [f"{self.path}:{self.lines[name]}", said]))


def read(path: Path) -> Course:
    """Read a course's file. Raises UsageError with file and line."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(tr("{file} is not text in UTF-8: save it so", file=path)) from error
    except OSError as error:
        raise UsageError(
            tr("{file} cannot be read: {why}", file=path, why=error.strerror)
        ) from error
    try:
        fields = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _no_toml(path, text, str(error)) from error
    return _Reader(path, text, fields).course()


def _no_toml(path: Path, text: str, error: str) -> UsageError:
    """Say on which line the file is no TOML; what stands there a second time is named."""
    at = _AT.search(error)
    lines = text.splitlines()
    number = min(int(at[1]), len(lines)) if at else max(1, len(lines))
    if error.startswith(_TWICE):
        key = lines[number - 1].partition("=")[0].strip().strip("\"'")
        said = tr("{key} stands in the file twice: remove one of the two lines", key=key)
    else:
        why = _AT.sub("", error)
        said = tr(
            'this is not TOML ({why}): write lines such as scale = 20 or name = "text"', why=why
        )
    return UsageError(joined(": ", [f"{path}:{number}", said]))


@dataclass(frozen=True)
class _Reader:
    """Reads a file's fields; tells a mistake with the line on which it stands."""

    path: Path
    text: str
    fields: dict[str, Any]

    def course(self) -> Course:
        self._keys()
        folders = self._paths("results")
        if not folders:
            self._refuse(
                "results",
                tr(
                    "[results] names no folder: write a line for each assignment, such as "
                    'lstm_gru = "results/lstm_gru"'
                ),
            )
        self._folders(folders)
        for table in ("weights", "moodle", "canvas_columns"):
            self._assignments(table, folders)
        return Course(
            path=self.path,
            title=self._text("title"),
            results=folders,
            rules=self._rules(folders),
            roster=self._path("roster"),
            moodle=self._paths("moodle"),
            canvas=self._path("canvas"),
            columns=self._texts("canvas_columns"),
            nbgrader=self._path("nbgrader"),
            lines={name: self._line(name, "results") for name in folders},
        )

    def _keys(self) -> None:
        for key, value in self.fields.items():
            if key not in _KEYS:
                self._unknown(key, _KEYS)
            if (key in _TABLES) != isinstance(value, dict):
                table = tr("{key} has to be a table, with lines below [{key}]", key=key)
                plain = tr("{key} has to stand in a line above all tables", key=key)
                self._refuse(key, table if key in _TABLES else plain)

    def _folders(self, folders: Mapping[str, Path]) -> None:
        """See that each folder is there, and is one assignment's."""
        names: dict[Path, str] = {}
        for name, folder in folders.items():
            if not folder.is_dir():
                said = tr(
                    "there is no folder {folder}: name the one that grader grade wrote (its "
                    "--out), from the folder of this file",
                    folder=folder,
                )
                self._refuse(name, said, "results")
            first = names.setdefault(folder.resolve(), name)
            if first != name:
                said = tr(
                    "{folder} is the folder of {first} already: each assignment has its own",
                    folder=folder,
                    first=first,
                )
                self._refuse(name, said, "results")

    def _assignments(self, table: str, folders: Mapping[str, Path]) -> None:
        for name in self.fields.get(table, {}):
            if name not in folders:
                self._unknown(name, folders, table)

    def _rules(self, folders: Mapping[str, Path]) -> Rules:
        weights = self.fields.get("weights", {})
        for name, weight in weights.items():
            if not _is_number(weight) or weight <= 0:
                said = tr("the weight of {name} has to be a number above 0, such as 2", name=name)
                self._refuse(name, said, "weights")
        scale = self.fields.get("scale", 20)
        if not _is_number(scale) or scale <= 0:
            self._refuse("scale", tr("scale has to be a number above 0, such as 20"))
        drop = self.fields.get("drop_lowest", 0)
        if type(drop) is not int or not 0 <= drop < len(folders):
            said = tr(
                "drop_lowest has to be a whole number from 0 to {most}: one assignment has to "
                "count",
                most=len(folders) - 1,
            )
            self._refuse("drop_lowest", said)
        absent = self._text("not_handed_in", "zero")
        if absent not in _ABSENT:
            said = tr(
                'not_handed_in has to be "zero" (it counts as 0) or "omit" (it does not count)'
            )
            self._refuse("not_handed_in", said)
        by_name = {name: float(weights.get(name, 1)) for name in folders}
        return Rules(by_name, float(scale), drop, _ABSENT[absent])

    def _path(self, key: str) -> Path | None:
        text = self._text(key)
        return self.path.parent / text if text else None

    def _paths(self, table: str) -> dict[str, Path]:
        return {name: self.path.parent / text for name, text in self._texts(table).items()}

    def _texts(self, table: str) -> dict[str, str]:
        texts = self.fields.get(table, {})
        for name in texts:
            self._quoted(texts[name], name, table)
        return dict(texts)

    def _text(self, key: str, default: str = "") -> str:
        if key in self.fields:
            self._quoted(self.fields[key], key)
        return str(self.fields.get(key, default))

    def _quoted(self, value: object, key: str, table: str = "") -> None:
        if not isinstance(value, str) or not value.strip():
            said = tr('{key} has to be a text in quotation marks: {key} = "…"', key=key)
            self._refuse(key, said, table)

    def _unknown(
        self, key: str, known: Mapping[str, Any] | tuple[str, ...], table: str = ""
    ) -> NoReturn:
        names = ", ".join(known)
        if meant := nearest(key, known):
            said = tr(
                "{key} is not known here: did you mean {meant}? Known are {known}",
                key=repr(key),
                meant=meant,
                known=names,
            )
        else:
            said = tr("{key} is not known here; known are {known}", key=repr(key), known=names)
        self._refuse(key, said, table)

    def _refuse(self, key: str, said: Bilingual, table: str = "") -> NoReturn:
        place = f"{self.path}:{self._line(key, table)}"
        raise UsageError(joined(": ", [place, said]))

    def _line(self, key: str, table: str = "") -> int:
        """Return the line of a key, or of the table's heading, the first one from there on."""
        first = self._line(table) if table else 1
        begins = re.compile(rf"""\s*\[?\s*(\w+\s*\.\s*)?["']?{re.escape(key)}["']?\s*[]=.]""")
        lines = list(enumerate(self.text.splitlines(), 1))[first - 1 :]
        return next((number for number, line in lines if begins.match(line)), first)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
