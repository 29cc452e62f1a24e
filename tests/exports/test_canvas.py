"""Canvas's gradebook, one column filled in and not one byte more."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tables import Form, forms, names, owned

from grader.core.spreadsheet import UnfitError, read
from grader.exports.canvas import fill

HEADER = (
    *("Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Notes"),
    *("LSTM and GRU (77)", "Essay (78)", "Current Score"),
)
POSTING = ["", "", "", "", "", "", "Manual Posting", "", ""]
POSSIBLE = ["    Points Possible", "", "", "", "", "", "50.00", "10.00", "(read only)"]
TEST_STUDENT = ["Student, Test", "99", "", "0af3", "A", "", "", "", ""]
GRADE = 6
TITLES = ("lstm_gru", "LSTM and GRU")


def row(number: int, name: str = "Núñez, Ana", cell: str = "") -> list[str]:
    return [name, str(number), f"sis{number}", f"u{number}@uni.example", "A", "", cell, "3.00", "9"]


def gradebook(*rows: list[str], possible: list[str] | None = POSSIBLE) -> list[list[str]]:
    return [list(HEADER), *([possible] if possible else []), *rows]


def grade_of(data: bytes, line: int = 2) -> str:
    return read(data).row(line)[GRADE]


@given(st.data(), forms(), st.sampled_from([".", ","]))
def test_nothing_changes_but_the_scores(data: st.DataObject, form: Form, point: str) -> None:
    count = data.draw(st.integers(1, 4))
    students = [row(number, data.draw(names())) for number in range(count)]
    possible = [*POSSIBLE[:GRADE], f"50{point}00", *POSSIBLE[GRADE + 1 :]]
    rows = [list(HEADER), list(POSTING), possible, *students, list(TEST_STUDENT)]
    graded = data.draw(st.sets(st.integers(0, count - 1)))
    people = [owned(str(number), 4.5) for number in graded]
    result = fill(form.sheet(rows), people, TITLES)
    for number in graded:
        students[number][GRADE] = f"22{point}50"
    assert result.data == form.data(rows)


@pytest.mark.parametrize("name", ["7", "sis7", "SIS7", "u7@uni.example"])
def test_a_person_is_found_by_each_id(name: str) -> None:
    result = fill(Form().sheet(gradebook(row(7))), [owned(name)], TITLES)
    assert grade_of(result.data) == "20.00"


def test_the_roster_says_who_it_is_there() -> None:
    people = [owned("8", ids={"canvas": "7"})]
    result = fill(Form().sheet(gradebook(row(7), row(8))), people, TITLES)
    assert (grade_of(result.data, 2), grade_of(result.data, 3)) == ("20.00", "")


def test_an_id_that_is_one_persons_here_and_anothers_there_is_an_error() -> None:
    other = row(8)
    other[2] = "7"
    with pytest.raises(
        UnfitError, match=r"7 matches “Núñez, Ana” \(row 3\) and “Núñez, Ana” \(row 4"
    ):
        fill(Form().sheet(gradebook(row(7), other)), [owned("7")], TITLES)


def test_nobody_is_found_by_a_name() -> None:
    sheet = Form().sheet(gradebook(row(7)))
    result = fill(sheet, [owned("Núñez, Ana")], TITLES)
    assert (result.data, len(result.missing)) == (sheet.to_bytes(), 1)


@pytest.mark.parametrize("cell", ["N/A", "EX", "ex"])
def test_who_is_excused_stays_so(cell: str) -> None:
    result = fill(Form().sheet(gradebook(row(7, cell=cell))), [owned("7")], TITLES)
    assert (grade_of(result.data), len(result.kept)) == (cell, 1)


def test_the_test_student_has_no_score() -> None:
    result = fill(Form().sheet(gradebook(TEST_STUDENT)), [owned("99")], TITLES)
    assert (grade_of(result.data), len(result.kept), result.missing) == ("", 1, ())


def test_who_was_not_graded_keeps_the_cell() -> None:
    grade, person = owned("7")
    sheet = Form().sheet(gradebook(row(7, cell="3.00")))
    result = fill(sheet, [(replace(grade, status="not_graded"), person)], TITLES)
    assert (result.data, result.graded, result.missing) == (sheet.to_bytes(), (), ())


def test_without_possible_points_a_score_is_on_the_scale_of_the_assignment() -> None:
    result = fill(Form().sheet(gradebook(row(7), possible=None)), [owned("7")], TITLES)
    assert grade_of(result.data, 1) == "8.00"


@pytest.mark.parametrize("chosen", ["LSTM and GRU (77)", "LSTM and GRU", "77", " 77 "])
def test_a_column_is_chosen_by_its_name_title_or_id(chosen: str) -> None:
    result = fill(Form().sheet(gradebook(row(7))), [owned("7")], [], chosen)
    assert grade_of(result.data) == "20.00"


@pytest.mark.parametrize("title", ["lstm_and_gru", "LSTM  and  gru", "L.S.T.M. and GRU"])
def test_a_title_is_the_same_whatever_its_punctuation(title: str) -> None:
    assert fill(Form().sheet(gradebook(row(7))), [owned("7")], [title]).graded


@pytest.mark.parametrize(("titles", "chosen"), [(("rnn",), ""), (TITLES, "LSTM"), ((), "")])
def test_a_column_that_is_not_there_is_an_error_that_names_those_that_are(
    titles: tuple[str, ...], chosen: str
) -> None:
    with pytest.raises(
        UnfitError, match=r"--assignment-column; the columns are “LSTM and GRU \(77\)”"
    ):
        fill(Form().sheet(gradebook(row(7))), [owned("7")], titles, chosen)


def test_two_columns_of_one_title_are_an_error() -> None:
    rows = gradebook(row(7))
    rows[0][7] = "lstm and gru (78)"
    with pytest.raises(
        UnfitError, match=r"\(77\)” \(column 7\), “lstm and gru \(78\)”.* could each be"
    ):
        fill(Form().sheet(rows), [owned("7")], TITLES)


@pytest.mark.parametrize(
    ("possible", "words"), [("(read only)", "read only"), ("", "no points"), ("0.00", "no points")]
)
def test_a_column_that_takes_no_scores_is_an_error(possible: str, words: str) -> None:
    line = [*POSSIBLE[:GRADE], possible, *POSSIBLE[GRADE + 1 :]]
    with pytest.raises(UnfitError, match=words):
        fill(Form().sheet(gradebook(row(7), possible=line)), [owned("7")], TITLES)


def test_another_table_is_told_from_a_gradebook() -> None:
    with pytest.raises(UnfitError, match="no column ID, only “Name”"):
        fill(Form().sheet([["Name", "Mark"]]), [owned("7")], TITLES)
