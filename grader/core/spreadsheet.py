"""A CSV file that others made and take back: what is not written stays, byte for byte."""

from __future__ import annotations

import codecs
import re
import unicodedata
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from grader.core.i18n import LANGUAGES, Bilingual, same, tr
from grader.core.text import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_ENCODINGS = ("utf-8", "cp1252", "latin-1")
_DELIMITERS = ",;\t"
_SEPARATOR = re.compile(r'"?sep=(?P<delimiter>[^\w"])"?(\r\n|\r|\n)')
"""A line by which Excel tells what stands between cells; it is no row."""
_QUOTED = re.compile(r'"((?:[^"]|"")*+)"(.*)', re.DOTALL)
_NUMBER = re.compile(r"-?[0-9]+(?:[.,][0-9]+)?")

Row = tuple[str, ...]


class UnfitError(ValueError):
    """The file is not what the place gives out, or does not fit; `said` says what to do.

    It may hold what stands in the file, whose control characters are left out.
    """

    def __init__(self, message: Bilingual | str) -> None:
        super().__init__(message)
        self.said = Bilingual(*(plain(same(message).to(lang)) for lang in LANGUAGES))

    def __str__(self) -> str:
        return self.said.en


@dataclass(frozen=True)
class Sheet:
    """A table. `raw` holds its cells as they stand in the file, quotation marks and all.

    `ends` are what each row ends with, `mark` the bytes before the first row, `above` how many
    lines these are.
    """

    raw: tuple[Row, ...]
    ends: Row
    delimiter: str
    encoding: str = "utf-8"
    mark: bytes = b""
    above: int = 0

    @property
    def header(self) -> Row:
        """The names of the columns."""
        return tuple(map(text_of, self.raw[0]))

    def row(self, number: int) -> Row:
        """Return the texts of a row, from 0; as many as there are columns, whatever the file has.

        What a row lacks at its end is empty.
        """
        cells = [text_of(cell) for cell in self.raw[number]]
        return tuple(cells + [""] * (len(self.raw[0]) - len(cells)))

    def column(self, index: int) -> Row:
        """Return the texts of a column, without its name and without blank rows."""
        return tuple(self.row(number)[index] for number in self.numbers)

    @property
    def numbers(self) -> tuple[int, ...]:
        """The rows that hold something, but for the header."""
        return tuple(
            number
            for number, cells in enumerate(self.raw)
            if number and any(text_of(cell).strip() for cell in cells)
        )

    def with_texts(self, texts: Mapping[tuple[int, int], str]) -> Sheet:
        """Return the table with these texts by row and column; a cell that was quoted stays so.

        What the encoding does not have becomes a question mark.
        """
        rows = [list(row) for row in self.raw]
        for (number, index), text in texts.items():
            row = rows[number]
            row += [""] * (index + 1 - len(row))
            known = text.encode(self.encoding, "replace").decode(self.encoding)
            row[index] = _raw(known, row[index], self.delimiter)
        return replace(self, raw=tuple(map(tuple, rows)))

    def to_bytes(self) -> bytes:
        """Return the file."""
        rows = (
            self.delimiter.join(cells) + end for cells, end in zip(self.raw, self.ends, strict=True)
        )
        return self.mark + "".join(rows).encode(self.encoding)


def read(data: bytes) -> Sheet:
    """Read a CSV file. Raises UnfitError for what is none."""
    mark, encoding = next(
        ((mark, name) for mark, name in _MARKS if data.startswith(mark)), (b"", "")
    )
    known = (encoding,) if mark else _without_mark(data)
    text, encoding = _decoded(data[len(mark) :], known)
    told = _SEPARATOR.match(text)
    if told:
        mark, text = mark + told[0].encode(encoding), text[told.end() :]
    delimiter = told["delimiter"] if told else _delimiter(text)
    raw, ends = _split(text, delimiter)
    if not raw or not any(raw[0]):
        raise UnfitError(tr("the first line, which should name the columns, is empty"))
    return Sheet(raw, ends, delimiter, encoding, mark, 1 if told else 0)


def _without_mark(data: bytes) -> tuple[str, ...]:
    """Return the encodings to try: of two bytes a letter, the first of which is a plain one."""
    wide = {(False, True): "utf-16-le", (True, False): "utf-16-be"}
    nulls = tuple(byte == 0 for byte in data[:2])
    return (wide[nulls],) if nulls in wide else _ENCODINGS


def _decoded(body: bytes, encodings: Iterable[str]) -> tuple[str, str]:
    for encoding in encodings:
        try:
            text = body.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text, encoding
    raise UnfitError(tr("this is not text: give the CSV file as it was downloaded"))


def _delimiter(text: str) -> str:
    """Return what stands between cells: what makes all rows of one width, and the widest ones."""
    fits: dict[str, tuple[bool, int]] = {}
    broken = []
    for delimiter in _DELIMITERS:
        try:
            rows, _ = _split(text, delimiter)
        except UnfitError:
            broken.append(delimiter)
            continue
        widths = {len(row) for row in rows if row != ("",)}
        if widths - {1}:
            fits[delimiter] = len(widths) == 1, len(rows[0])
    return max(fits, key=lambda one: fits[one], default=(*broken, ",")[0])


def _split(text: str, delimiter: str) -> tuple[tuple[Row, ...], Row]:
    """Return the raw cells by row, and the rows' ends, as the module `csv` tells them apart."""
    other = f"[^{re.escape(delimiter)}\r\n]*+"
    quoted = '"(?:[^"]|"")*+"'
    cell = re.compile(f'({quoted}{other}|(?!"){other})({re.escape(delimiter)}|\r\n|\r|\n|\\Z)')
    rows: list[Row] = []
    ends: list[str] = []
    cells: list[str] = []
    at = 0
    while at < len(text) or cells:
        found = cell.match(text, at)
        if found is None:
            line = len(text[:at].splitlines()) + 1
            raise UnfitError(
                tr("near line {line} a quotation mark is opened and never closed", line=line)
            )
        cells.append(found[1])
        at = found.end()
        if found[2] != delimiter:
            rows.append(tuple(cells))
            ends.append(found[2])
            cells = []
    return tuple(rows), tuple(ends)


def text_of(raw: str) -> str:
    """Return what a cell says."""
    quoted = _QUOTED.fullmatch(raw)
    return quoted[1].replace('""', '"') + quoted[2] if quoted else raw


def _raw(text: str, like: str, delimiter: str) -> str:
    """Return a cell that says this, quoted where it must be, and where the one before was."""
    if like.startswith('"') or any(char in text for char in f'{delimiter}"\r\n'):
        return '"' + text.replace('"', '""') + '"'
    return text


def number(text: str) -> float | None:
    """Return the number that a cell holds, written with a point or a comma; None for none."""
    stripped = text.strip()
    return float(stripped.replace(",", ".")) if _NUMBER.fullmatch(stripped) else None


def decimal_comma(texts: Iterable[str], delimiter: str) -> bool:
    """Whether a file writes decimals with a comma: as its numbers do, else as its delimiter says.

    Programs put semicolons between cells where the comma is in numbers.
    """
    for text in texts:
        if number(text) is not None and ("," in text or "." in text):
            return "," in text
    return delimiter == ";"


def decimal(value: float, *, comma: bool) -> str:
    """Return a number with two decimals."""
    text = f"{value:.2f}"
    return text.replace(".", ",") if comma else text


def alike(name: str) -> str:
    """Return a name as it compares with others: without accents, case and doubled spaces."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    return " ".join("".join(char for char in letters if not unicodedata.combining(char)).split())


def find_column(sheet: Sheet, names: Iterable[str], what: str, option: str) -> int | None:
    """Return the column that has one of these names; None for none. Raises UnfitError for two."""
    wanted = {alike(name) for name in names}
    found = [index for index, name in enumerate(sheet.header) if alike(name) in wanted]
    if len(found) > 1:
        raise UnfitError(f"{listed(sheet, found)} could each be {what}: {option}")
    return found[0] if found else None


def listed(sheet: Sheet, columns: Iterable[int] | None = None) -> str:
    """Return the names of columns, or of all, for messages."""
    header = sheet.header
    chosen = range(len(header)) if columns is None else columns
    return ", ".join(f"“{header[index]}” (column {index + 1})" for index in chosen)


def neutral(cell: str) -> str:
    """Return a text that no spreadsheet takes for a formula, nor for the start of a new line."""
    formula = cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    # `csv` does not quote a carriage return alone, and readers end a line there.
    return ("'" if formula else "") + cell.replace("\r", " ")


def plainly(cell: str) -> str:
    """Return the text that `neutral` was given, or that somebody typed."""
    formula = cell.startswith("'") and cell[1:].startswith(("=", "+", "-", "@", "\t"))
    return (cell[1:] if formula else cell).strip()
