"""What has been graded, with which inputs: SQLite in the results folder.

The journal is the run's memory: its secret seed, where each submission was found, and each grade as
soon as there is one. The files in the results folder are written from it.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Self

from grader.errors import GraderError
from grader.results import Fingerprint, Grade

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

FILE = "journal.sqlite"

_TABLES = """
CREATE TABLE IF NOT EXISTS run (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS grades (
    id TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, status TEXT NOT NULL, grade TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS sources (id TEXT PRIMARY KEY, paths TEXT NOT NULL);
"""


class Journal:
    """The journal of one results folder. Use it as a context manager.

    One run at a time: a second one is refused. Raises GraderError.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE
        try:
            self.database = sqlite3.connect(self.path, isolation_level=None, timeout=0)
            self.database.execute("PRAGMA locking_mode = EXCLUSIVE")
            self.database.execute("PRAGMA journal_mode = WAL")
            self.database.execute("BEGIN EXCLUSIVE")
            for statement in _TABLES.split(";"):
                self.database.execute(statement)
            self.database.execute("COMMIT")
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                text = f"another run is writing to {folder}: wait for it, or choose another --out"
            else:
                text = f"{self.path} cannot be written: {error}"
            raise GraderError(text) from error
        except sqlite3.DatabaseError as error:
            text = f"{self.path} is damaged ({error}): move it away and grade again"
            raise GraderError(text) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.database.close()

    def seed(self, chosen: str | None, fresh: str) -> str:
        """Return the run's seed: the chosen one, or the stored one, or the fresh one; store it."""
        row = self.database.execute("SELECT value FROM run WHERE key = 'seed'").fetchone()
        seed = chosen if chosen is not None else str(row[0]) if row else fresh
        for key in ("seed", f"seed {_digest(seed)}"):  # the run's, and one that grades may have
            self.database.execute("INSERT OR REPLACE INTO run VALUES (?, ?)", [key, seed])
        return seed

    def seed_of(self, fingerprint: Fingerprint) -> str | None:
        """Return the seed that a grade was given with, of this run or an earlier one."""
        seeds = [str(row[0]) for row in self.database.execute("SELECT value FROM run").fetchall()]
        return next((seed for seed in seeds if _digest(seed) == fingerprint.seed), None)

    def found(self, sources: Mapping[str, Sequence[Path]]) -> None:
        """Store in which of the given paths each submission was found."""
        rows = [
            [submission, json.dumps([str(path.absolute()) for path in paths])]
            for submission, paths in sources.items()
        ]
        self.database.execute("BEGIN")
        self.database.executemany("INSERT OR REPLACE INTO sources VALUES (?, ?)", rows)
        self.database.execute("COMMIT")

    def paths(self, submission: str) -> list[Path]:
        """Return the paths that a submission was found in; none where that was never stored."""
        query = "SELECT paths FROM sources WHERE id = ?"
        row = self.database.execute(query, [submission]).fetchone()
        return [Path(path) for path in json.loads(row[0])] if row else []

    def known(self, submission: str, fingerprint: Fingerprint) -> Grade | None:
        """Return the grade of a submission whose inputs are the same, if it was measured."""
        row = self.database.execute(
            "SELECT grade FROM grades WHERE id = ? AND fingerprint = ? AND status != 'not_graded'",
            [submission, _key(fingerprint)],
        ).fetchone()
        return Grade.from_json(row[0]) if row else None

    def add(self, grade: Grade) -> None:
        """Store a grade, in place of a former one of the same submission."""
        self.database.execute(
            "INSERT OR REPLACE INTO grades VALUES (?, ?, ?, ?)",
            [grade.submission, _key(grade.fingerprint), grade.status, grade.to_json()],
        )

    def grades(self) -> Iterator[Grade]:
        """Yield every grade, by submission."""
        for row in self.database.execute("SELECT grade FROM grades ORDER BY id").fetchall():
            yield Grade.from_json(row[0])


def _key(fingerprint: Fingerprint) -> str:
    return json.dumps(asdict(fingerprint), sort_keys=True)


def _digest(seed: str) -> str:
    """Return a seed as a grade's fingerprint has it."""
    return hashlib.sha256(seed.encode()).hexdigest()
