"""Tables as a course's page gives them out: cell by cell, so that a test knows every byte."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from classroom import FAILED, PASSED, student
from hypothesis import strategies as st

from grader.core.results import Grade, Person
from grader.core.spreadsheet import read

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.core.spreadsheet import Sheet

NAMES = ("Núñez, Ana", 'Eva "la Única" O\'Neil', "=HYPERLINK(1)", "Łukasz\nŻ", " B;o\tb ", "周杰倫")


@dataclass(frozen=True)
class Form:
    """How a program writes its tables."""

    delimiter: str = ","
    end: str = "\n"
    mark: bytes = b""
    quotes_all: bool = False

    def raw(self, text: str) -> str:
        """Return a cell as it is written."""
        if self.quotes_all or any(char in text for char in f'{self.delimiter}"\r\n'):
            return '"' + text.replace('"', '""') + '"'
        return text

    def data(self, rows: Sequence[Sequence[str]]) -> bytes:
        """Return the table as a file."""
        lines = (self.delimiter.join(map(self.raw, row)) + self.end for row in rows)
        return self.mark + "".join(lines).encode()

    def sheet(self, rows: Sequence[Sequence[str]]) -> Sheet:
        """Return the table as it is read."""
        return read(self.data(rows))


def forms() -> st.SearchStrategy[Form]:
    """Draw how a table is written."""
    marks = st.sampled_from((b"", b"\xef\xbb\xbf"))
    return st.builds(
        Form, st.sampled_from(",;"), st.sampled_from(("\n", "\r\n")), marks, st.booleans()
    )


def names() -> st.SearchStrategy[str]:
    """Draw a name that a person could have, or an attacker give themselves."""
    drawn = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=12)
    return st.sampled_from(NAMES) | drawn


def owned(
    name: str, points: float = 4.0, ids: dict[str, str] | None = None, email: str = ""
) -> tuple[Grade, Person]:
    """Return a grade of so many points out of 10, on a scale of 20, and whose it is."""
    check = replace(PASSED if points else FAILED, points=points, max_points=10.0)
    grade = student(name, 1.0, check)
    return grade, Person(name, grade.submission, "", email, ids or {})
