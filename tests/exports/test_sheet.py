"""A table that others made comes back byte for byte, but for what was written."""

from __future__ import annotations

import csv
import io
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.core.spreadsheet import Sheet, UnfitError, decimal, decimal_comma, number, read

CELLS = st.text(st.sampled_from("aé=@'\" ,;\t\r\n1.€") | st.characters(codec="utf-8"), max_size=8)
MARKS = {"utf-8": b"\xef\xbb\xbf", "utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """Draw a CSV file of three columns, quoted here and there, with or without a mark."""
    delimiter = draw(st.sampled_from(",;\t"))
    end = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    text = io.StringIO(newline="")
    quoting: Literal[0, 1] = draw(st.sampled_from((csv.QUOTE_MINIMAL, csv.QUOTE_ALL)))
    writer = csv.writer(text, delimiter=delimiter, lineterminator=end, quoting=quoting)
    writer.writerow(["ID", "Name", "Grade"])
    writer.writerows(draw(st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=4)))
    whole = text.getvalue().replace("\0", "0")
    encoding = draw(st.sampled_from(sorted(MARKS)))
    marked = draw(st.booleans()) or encoding != "utf-8"
    cut = draw(st.booleans())
    body = whole.removesuffix(end) if cut else whole
    return (MARKS[encoding] if marked else b"") + body.encode(encoding)


def known(sheet: Sheet) -> list[list[str]]:
    """Return what the module csv reads in the same file."""
    text = sheet.to_bytes()[len(sheet.mark) :].decode(sheet.encoding)
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=sheet.delimiter))


@given(files())
def test_a_file_comes_back_as_it_was(data: bytes) -> None:
    assert read(data).to_bytes() == data


@given(files())
def test_cells_say_what_the_module_csv_reads(data: bytes) -> None:
    sheet = read(data)
    rows = [list(sheet.row(number)) for number in range(len(sheet.raw))]
    width = len(sheet.header)
    assert [row + [""] * (width - len(row)) for row in known(sheet)] == rows


@given(files(), CELLS.map(lambda text: text.replace("\0", "0")))
def test_what_is_written_is_read_and_nothing_else_changes(data: bytes, text: str) -> None:
    sheet = read(data)
    whole = [row for row in sheet.numbers if len(sheet.raw[row]) == len(sheet.header)]
    again = read(sheet.with_texts(dict.fromkeys([(row, 2) for row in whole], text)).to_bytes())
    for row in whole:
        assert again.row(row)[2] == text
        assert again.raw[row][:2] == sheet.raw[row][:2]
    assert (again.ends, again.mark, again.raw[0]) == (sheet.ends, sheet.mark, sheet.raw[0])


def test_a_windows_file_stays_one() -> None:
    data = "Calificación;Nota\n“€”;\n".encode("cp1252")
    written = read(data).with_texts({(1, 1): "8,5 ≤ 10"})
    assert written.to_bytes() == "Calificación;Nota\n“€”;8,5 ? 10\n".encode("cp1252")


def test_a_title_with_many_semicolons_divides_nothing() -> None:
    assert read(b"ID,Name,a;b;c;d;e\n1,x,y\n").delimiter == ","


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "first line, which should name the columns, is empty"),
        (b'a,"b\n1,2\n', "quotation mark"),
        (b"PK\x03\x04\0\x81", "CSV"),
    ],
)
def test_what_is_no_table_is_told(data: bytes, words: str) -> None:
    with pytest.raises(UnfitError, match=words):
        read(data)


@pytest.mark.parametrize(
    ("text", "value"), [("8,5", 8.5), (" 10.00 ", 10.0), ("-", None), ("", None), ("1e3", None)]
)
def test_numbers_are_read_with_comma_and_point(text: str, value: float | None) -> None:
    assert number(text) == value


@pytest.mark.parametrize(
    ("texts", "delimiter", "written"),
    [
        (("-", "10,00"), ",", "8,50"),
        (("10.00",), ";", "8.50"),
        (("10",), ";", "8,50"),
        ((), ",", "8.50"),
    ],
)
def test_decimals_are_written_as_the_file_does(
    texts: tuple[str, ...], delimiter: str, written: str
) -> None:
    assert decimal(8.5, comma=decimal_comma(texts, delimiter)) == written


SEPARATED = ["sep=;\r\n{}", '"sep=,"\n{}', "sep=|\r{}", "sep=\t\r\n{}"]


@pytest.mark.parametrize("form", SEPARATED)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_line_that_tells_the_separator_is_no_row_and_stays(form: str, encoding: str) -> None:
    delimiter = form.partition("=")[2][0]
    end = form.removesuffix("{}").lstrip('"')[5:].lstrip('"')
    rows = (end.join(delimiter.join(row) for row in (["ID", "Año"], ["1,5", "x;y"])),)
    if delimiter in "1,5x;y":
        rows = (end.join(delimiter.join(row) for row in (["ID", "Año"], ["15", "xy"])),)
    data = form.format(*rows).encode(encoding)
    sheet = read(data)
    assert (sheet.header, len(sheet.numbers), sheet.above) == (("ID", "Año"), 1, 1)
    assert sheet.to_bytes() == data


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "latin-1"])
def test_a_table_without_a_mark_is_read_by_its_bytes(encoding: str) -> None:
    data = "ID,Año\n1,\x81é\n".encode(encoding)
    assert read(data).header == ("ID", "Año")
    assert read(data).to_bytes() == data
