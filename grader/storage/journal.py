"""What has been graded, with which inputs: SQLite in the results folder.

The journal is the run's memory: its secret seed, the roster, where each submission came from, and
each grade as soon as there is one. The files in the results folder are written from it, after it.

SQLite finds what was torn at the end of its log, and what is no database; what it cannot see is a
byte that changed within a row, so each row bears its own digest. A grade whose row does not fit its
digest was never given.

`Journal` is for the one run that writes; a `JournalReader` changes nothing.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from grader.core.errors import GraderError
from grader.core.i18n import tr
from grader.core.results import Fingerprint, Grade
from grader.storage.origins import Origin

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from grader.core.i18n import Bilingual

FILE = "journal.sqlite"

_SETTINGS = """
PRAGMA locking_mode = EXCLUSIVE;
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL
"""
_TABLES = """
CREATE TABLE IF NOT EXISTS run (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS graded (
    id TEXT PRIMARY KEY, assignment TEXT NOT NULL, fingerprint TEXT NOT NULL, status TEXT NOT NULL,
    grade BLOB NOT NULL, digest TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sources (id TEXT PRIMARY KEY, paths TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS origins (id TEXT PRIMARY KEY, origin TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS roster (path TEXT PRIMARY KEY, content BLOB NOT NULL) WITHOUT ROWID
"""
_INSERT = "INSERT OR REPLACE INTO graded VALUES (?, ?, ?, ?, ?, ?)"
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_UNWRITABLE = {
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_READONLY,
}


class Row(NamedTuple):
    """What is known of a stored grade without reading it."""

    assignment: str
    fingerprint: Fingerprint
    status: str


class JournalReader:
    """The seeds, sources and roster of a results folder. Use it as a context manager.

    It is refused while a run writes. Raises GraderError.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / FILE
        self._made: list[Path] = []
        with self._explained():
            self.database = self._connected()
        self.database.text_factory = lambda data: data.decode(errors="replace")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with self._explained():
            self.database.close()
            for path in self._made:
                path.unlink(missing_ok=True)

    def seed_of(self, grades: Iterable[Grade]) -> str | None:
        """Return the seed that the first of these grades was given with of which it is known.

        It may be of this run or an earlier one. What was never measured has no seed.
        """
        with self._explained():
            rows = self.database.execute("SELECT value FROM run").fetchall()
        seeds = {_digest(str(row[0])): str(row[0]) for row in rows}
        given = (grade.fingerprint.seed for grade in grades if grade.status != "not_graded")
        return next((seeds[digest] for digest in given if digest in seeds), None)

    def paths(self, submission: str) -> list[Path]:
        """Return the paths that a submission was found in; none where that was never stored."""
        query = "SELECT paths FROM sources WHERE id = ?"
        with self._explained():
            row = self.database.execute(query, [submission]).fetchone()
            return [Path(path) for path in json.loads(row[0])] if row else []

    def origins(self) -> dict[str, Origin]:
        """Return where each submission came from, as far as it was stored."""
        with self._explained():
            return {name: Origin.from_json(text) for name, text in self._all("origins")}

    def roster(self) -> tuple[Path, bytes] | None:
        """Return the roster of the last run that was given one: its file, and what was in it."""
        with self._explained():
            found = [(Path(path), content) for path, content in self._all("roster")]
        return found[0] if found else None

    def _all(self, table: str) -> list[tuple[Any, ...]]:
        """Return a table's rows; none of a journal that is older than the table."""
        known = "SELECT name FROM sqlite_master WHERE name = ?"
        if not self.database.execute(known, [table]).fetchone():
            return []
        return self.database.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608 - ours

    def _connected(self) -> sqlite3.Connection:
        """Open the database to read it.

        There is a log while a run writes, and after one that was killed. Then SQLite has to look
        at locks, and makes an index of the log; else it need not, and makes no file.
        """
        address = f"{self.path.absolute().as_uri()}?mode=ro"
        log, index = (self.folder / f"{FILE}-{kind}" for kind in ("wal", "shm"))
        if not log.exists():
            return _connect(f"{address}&immutable=1")
        self._made = [] if index.exists() else [index]
        return _connect(address)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Turn what SQLite says into what a person can do about it. Raises GraderError."""
        try:
            yield
        except (sqlite3.Error, ValueError, TypeError) as error:
            code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF
            if code in _BUSY:
                said = tr(
                    "another run is writing to {folder}: wait for it, or choose another --out",
                    folder=self.folder,
                )
            elif code in _UNWRITABLE:
                said = self._unusable(error)
            else:
                said = tr(
                    "{path} is damaged ({why}): move {folder} away, or choose another --out, and "
                    "grade again",
                    path=self.path,
                    why=error,
                    folder=self.folder,
                )
            raise GraderError(said) from error

    def _unusable(self, error: Exception) -> Bilingual:
        return tr("{path} cannot be read ({why}): give access to it", path=self.path, why=error)


class Journal(JournalReader):
    """The journal of one results folder, to write. Use it as a context manager.

    One run at a time: a second one is refused. `damaged` counts the grades that were found not to
    be as they were stored, and left out. Raises GraderError.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.rows: dict[str, Row] = {}
        self.damaged = 0
        try:
            with self._explained():
                self._open()
        except BaseException:
            self.database.close()
            raise

    def seed(self, chosen: str | None, fresh: str) -> str:
        """Return the run's seed: the chosen one, or the stored one, or the fresh one."""
        if chosen is not None:
            return chosen
        with self._explained():
            stored: dict[str, str] = dict(self.database.execute("SELECT key, value FROM run"))
            seed = stored.get("seed", fresh)
            if stored and f"seed {_digest(seed)}" not in stored:
                raise sqlite3.DatabaseError("the stored seed has changed")
        return seed

    def begin(
        self, seed: str, sources: Mapping[str, Sequence[Path]], forget: Collection[str] = ()
    ) -> None:
        """Store a run's seed and in which paths each submission was found; forget some grades."""
        keys = ("seed", f"seed {_digest(seed)}")  # the run's, and one that grades may have
        found = [
            [submission, json.dumps([str(path.absolute()) for path in paths])]
            for submission, paths in sources.items()
        ]
        with self._transaction() as database:
            database.executemany(
                "INSERT OR REPLACE INTO run VALUES (?, ?)", [[key, seed] for key in keys]
            )
            database.executemany("INSERT OR REPLACE INTO sources VALUES (?, ?)", found)
            database.executemany("DELETE FROM graded WHERE id = ?", [[name] for name in forget])
        for name in forget:
            self.rows.pop(name, None)

    def locate(self, origins: Mapping[str, Origin]) -> None:
        """Store where each submission came from."""
        rows = [[name, one.to_json()] for name, one in origins.items()]
        with self._transaction() as database:
            database.executemany("INSERT OR REPLACE INTO origins VALUES (?, ?)", rows)

    def remember(self, path: Path, content: bytes) -> None:
        """Store the roster of a run, in place of an earlier one's."""
        with self._transaction() as database:
            database.execute("DELETE FROM roster")
            database.execute("INSERT INTO roster VALUES (?, ?)", [str(path), content])

    def knows(self, submission: str, fingerprint: Fingerprint) -> bool:
        """Say whether a submission with these very inputs was measured."""
        row = self.rows.get(submission)
        return row is not None and row.fingerprint == fingerprint and row.status != "not_graded"

    def add(self, grade: Grade) -> bytes:
        """Store a grade, in place of a former one of the same submission; return it as stored."""
        return self.add_all([grade])[0]

    def add_all(self, grades: Sequence[Grade]) -> list[bytes]:
        """Store grades as `add` does, all of them or none."""
        rows = [Row(grade.assignment, grade.fingerprint, grade.status) for grade in grades]
        texts = [grade.to_json().encode() for grade in grades]
        keys = [
            [grade.submission, row.assignment, _key(row.fingerprint), row.status]
            for grade, row in zip(grades, rows, strict=True)
        ]
        stored = [[*key, text, _sum(*key, text)] for key, text in zip(keys, texts, strict=True)]
        with self._transaction() as database:
            database.executemany(_INSERT, stored)
        self.rows.update((grade.submission, row) for grade, row in zip(grades, rows, strict=True))
        return texts

    def texts(self) -> Iterator[tuple[str, bytes]]:
        """Yield each submission's id and grade as stored, by id."""
        with self._explained():
            yield from self.database.execute("SELECT id, grade FROM graded ORDER BY id")

    def grades(self) -> Iterator[Grade]:
        """Yield every grade, by submission."""
        for _, text in self.texts():
            yield self._read(text)

    def grade(self, submission: str) -> Grade | None:
        """Return the grade of a submission, if there is one."""
        query = "SELECT grade FROM graded WHERE id = ?"
        with self._explained():
            row = self.database.execute(query, [submission]).fetchone()
        return self._read(row[0]) if row else None

    def _read(self, text: bytes) -> Grade:
        try:
            return Grade.from_json(text.decode())
        except (ValueError, TypeError, KeyError) as error:
            raise GraderError(
                tr(
                    "{path} holds grades of another version of grader ({why}): choose another "
                    "--out",
                    path=self.path,
                    why=error,
                )
            ) from error

    def _unusable(self, error: Exception) -> Bilingual:
        return tr(
            "{path} cannot be written ({why}): make room or give access, and run again; what was "
            "graded is kept",
            path=self.path,
            why=error,
        )

    def _connected(self) -> sqlite3.Connection:
        return _connect(self.path.absolute().as_uri())

    def _open(self) -> None:
        """Take the database for this run alone, look it over and read its rows."""
        for statement in _SETTINGS.split(";"):
            self.database.execute(statement)
        with self._transaction() as database:
            for statement in _TABLES.split(";"):
                database.execute(statement)
            (verdict,) = database.execute("PRAGMA quick_check(1)").fetchone()
            if verdict != "ok":
                raise sqlite3.DatabaseError(verdict)
            stored = database.execute("SELECT * FROM graded").fetchall()
            whole = [row for row in stored if _sum(*row[:-1]) == row[-1]]
            self.damaged = len(stored) - len(whole)
            if self.damaged:
                database.execute("DELETE FROM graded")  # a damaged key might not be found
                database.executemany(_INSERT, whole)
        for name, assignment, key, status, *_ in whole:
            self.rows[name] = Row(assignment, Fingerprint(**json.loads(key)), status)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """Do all of it or nothing."""
        with self._explained():
            self.database.execute("BEGIN EXCLUSIVE")
            with self.database:  # commits, or rolls back what an exception interrupts
                yield self.database


def _connect(address: str) -> sqlite3.Connection:
    return sqlite3.connect(address, uri=True, isolation_level=None, timeout=0)


def _key(fingerprint: Fingerprint) -> str:
    return json.dumps(asdict(fingerprint), sort_keys=True)


def _digest(seed: str) -> str:
    """Return a seed as a grade's fingerprint has it."""
    return hashlib.sha256(seed.encode()).hexdigest()


def _sum(*values: object) -> str:
    """Return the digest of a row, each value told from the next."""
    return hashlib.sha256(repr(values).encode()).hexdigest()
