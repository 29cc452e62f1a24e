"""What is to run of a notebook, compiled: it goes from the process that reads to the one that runs.

Each cell is a file to Python, by the name that the host gives cells, so that tracebacks speak the
notebook's language.
"""

from __future__ import annotations

import linecache
import marshal
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from grader.worker.analysis.devices import Asked

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import CodeType


NOTEBOOK = "__main__"
"""The module that a notebook is, to Python: as it is where it is written."""


class File(NamedTuple):
    """A code cell: its number, counted from 1, its name as a file, its source."""

    cell: int
    name: str
    source: str


class Step(NamedTuple):
    """A statement to run: where it stands, the names that it binds, its code."""

    cell: int
    line: int
    binds: Sequence[str]
    code: CodeType


_files: dict[str, int] = {}  # of this process's notebook


@dataclass(frozen=True)
class Program:
    """A notebook's cells, and the statements to run, in order.

    `asked` are the places that ask for a device, `optional` those (cell, line) that see to it
    themselves where what they import is missing; `own` are the modules whose code is among the
    steps.
    """

    files: Sequence[File] = ()
    steps: Sequence[Step] = ()
    asked: Sequence[Asked] = ()
    optional: Sequence[tuple[int, int]] = ()
    own: Sequence[str] = ()

    def to_bytes(self) -> bytes:
        """Return it as another process of the same Python reads it."""
        named = [[tuple(one) for one in many] for many in (self.files, self.steps, self.asked)]
        return marshal.dumps((*named, list(self.optional), list(self.own)))

    @classmethod
    def from_bytes(cls, data: bytes) -> Program:
        """Read what `to_bytes` made, in a process that may come to harm by it: the student's."""
        files, steps, asked, *rest = marshal.loads(data)  # noqa: S302 - it is about to run it
        named = [File(*one) for one in files], [Step(*one) for one in steps]
        return cls(*named, [Asked(*one) for one in asked], *rest)

    def show_sources(self) -> None:
        """Let tracebacks and `inspect` of this process find the cells' lines."""
        for cell, name, source in self.files:
            _files[name] = cell
            lines = source.splitlines(keepends=True)
            linecache.cache[name] = (len(source), None, lines, name)


def cell_of(file: str) -> int | None:
    """Return the number of the cell whose code has this file name, None for what is no cell."""
    return _files.get(file)
