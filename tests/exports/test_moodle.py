"""Moodle's worksheet, filled in: the grade, a comment, and not one byte more."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tables import Form, forms, names, owned

from grader.core.results import Person
from grader.core.spreadsheet import UnfitError, read
from grader.exports.comments import comment
from grader.exports.moodle import Names, feedback_folder, fill

if TYPE_CHECKING:
    from grader.exports.matching import Filled

EN = (
    *("Identifier", "Full name", "Email address", "Status", "Grade", "Maximum Grade"),
    *("Grade can be changed", "Last modified (submission)", "Last modified (grade)"),
    "Feedback comments",
)
ES = (
    *("Identificador", "Nombre completo", "Dirección de correo", "Estado", "Calificación"),
    *("Calificación máxima", "La calificación puede ser cambiada"),
    *("Última modificación (entrega)", "Última modificación (calificación)"),
    "Comentarios de retroalimentación",
)
GRADE, MAXIMUM, COMMENTS = 4, 5, 9


def row(number: int, name: str = "Ana", *, es: bool = False, maximum: str = "10.00") -> list[str]:
    word, yes, day = (
        ("Participante", "Sí", "lunes, 5 de octubre") if es else ("Participant", "Yes", "Mon")
    )
    email = f"u{number}@uni.example"
    return [f"{word} {number}", name, email, "Enviado", "", maximum, yes, day, "-", ""]


def filled(*rows: list[str], header: tuple[str, ...] = EN, points: float = 4.0) -> Filled:
    return fill(Form().sheet([header, *rows]), [owned("7", points)], "en")


def cells(result: Filled, line: int = 1) -> tuple[str, ...]:
    return read(result.data).row(line)


@given(st.data(), forms(), st.sampled_from(["en", "es"]), st.sampled_from([".", ","]))
def test_nothing_changes_but_the_grades_and_the_comments(
    data: st.DataObject, form: Form, lang: str, point: str
) -> None:
    es, maximum = lang == "es", f"20{point}00"
    count = data.draw(st.integers(1, 4))
    rows = [row(number, data.draw(names()), es=es, maximum=maximum) for number in range(count)]
    graded = data.draw(st.sets(st.integers(0, count - 1)))
    people = [owned(str(number), 4.5) for number in graded]
    header = list(ES if es else EN)
    result = fill(form.sheet([header, *rows]), people, lang)
    for number in graded:
        rows[number][GRADE] = f"9{point}00"
        rows[number][COMMENTS] = comment(people[0][0], lang)
    assert result.data == form.data([header, *rows])


def test_a_grade_is_on_the_maximum_of_the_worksheet() -> None:
    assert cells(filled(row(7, maximum="50.00")))[GRADE] == "20.00"


def test_without_a_maximum_it_is_on_the_scale_of_the_assignment() -> None:
    header, line = list(EN), row(7)
    del header[MAXIMUM], line[MAXIMUM]
    assert cells(filled(line, header=tuple(header)))[GRADE] == "8.00"


def test_a_maximum_that_is_no_number_is_an_error() -> None:
    with pytest.raises(UnfitError, match=r"Participant 7.*“Good”.*grade type to points"):
        filled(row(7, maximum="Good"))


def test_a_person_is_found_by_the_number_that_the_roster_tells() -> None:
    sheet = Form().sheet([EN, row(7), row(8)])
    result = fill(sheet, [owned("ana", ids={"moodle": "Participant 8"})], "en")
    assert (cells(result, 1)[GRADE], cells(result, 2)[GRADE]) == ("", "4.00")


def test_a_person_is_found_by_the_address() -> None:
    sheet = Form().sheet([EN, row(7), row(8)])
    assert cells(fill(sheet, [owned("ana", email="U8@uni.example")], "en"), 2)[GRADE] == "4.00"


@pytest.mark.parametrize("name", ["Ana", "s7", "07"])
def test_nobody_is_found_by_a_name_or_by_half_an_id(name: str) -> None:
    grade, person = owned(name)
    sheet = Form().sheet([EN, row(7, "Ana")])
    result = fill(sheet, [(grade, replace(person, name="Ana"))], "en")
    assert [owner.person.student for owner in result.missing] == [name]
    assert result.data == sheet.to_bytes()


def test_two_rows_for_one_person_are_an_error_that_names_both() -> None:
    with pytest.raises(UnfitError, match=r"7 matches “Participant 7” \(row 2\) and .*\(row 3\)"):
        filled(row(7), row(7))


def test_two_persons_for_one_row_are_an_error_that_names_both() -> None:
    people = [owned("7"), owned("eva", ids={"moodle": "7"})]
    with pytest.raises(UnfitError, match="7 and eva both match “Participant 7”"):
        fill(Form().sheet([EN, row(7)]), people, "en")


def test_a_number_that_may_be_another_persons_is_an_error() -> None:
    people = [owned("7", email="eva@uni.example")]
    with pytest.raises(UnfitError, match=r"a different address .*“moodle”"):
        fill(Form().sheet([EN, row(7)]), people, "en")


def test_who_was_not_graded_keeps_the_cells() -> None:
    grade, person = owned("7")
    sheet = Form().sheet([EN, row(7)])
    result = fill(sheet, [(replace(grade, status="not_graded"), person)], "en")
    assert (result.data, result.graded, result.missing) == (sheet.to_bytes(), (), ())


def test_a_comment_that_is_there_stays_unless_all_are_replaced() -> None:
    line = row(7)
    line[COMMENTS] = "=See me"
    sheet = Form().sheet([EN, line])
    result = fill(sheet, [owned("7")], "en")
    assert cells(result)[COMMENTS] == "=See me"
    assert len(result.kept) == 1
    result = fill(sheet, [owned("7")], "en", replace_comments=True)
    assert cells(result)[COMMENTS].startswith("4 of 10 points. celdaLSTM 4/10.")


def test_a_comment_names_the_first_misconception() -> None:
    told = cells(filled(row(7), points=0.0))[COMMENTS]
    assert told.startswith("0 of 10 points. celdaLSTM 0/10. c_t does not depend on")


def test_a_comment_is_neither_a_formula_nor_markup() -> None:
    grade, person = owned("7")
    grade = replace(grade, status="rejected", reason_en="=1+1 <script>")
    result = fill(Form().sheet([EN, row(7)]), [(grade, person)], "en")
    assert cells(result)[COMMENTS] == "'=1+1 &lt;script&gt;"
    assert cells(result)[GRADE] == "4.00"


FINNISH = ("Tunniste", "Koko nimi", "Tila", "Arvosana", "Palaute")


def finnish(*participants: str) -> list[list[str]]:
    return [list(FINNISH), *([one, "Aino", "-", "", ""] for one in participants)]


def test_in_another_language_the_participant_is_told_by_its_shape() -> None:
    sheet = Form().sheet(finnish("Osallistuja 7", "Osallistuja 8"))
    chosen = Names(grade="arvosana", comments="Palaute")
    result = fill(sheet, [owned("7")], "en", chosen)
    assert cells(result)[3] == "8.00"
    assert cells(result)[4].startswith("4 of 10")


def test_a_grade_column_that_cannot_be_told_is_an_error_that_names_all() -> None:
    sheet = Form().sheet(finnish("Osallistuja 7"))
    with pytest.raises(UnfitError, match=r"--grade-column.*“Arvosana” \(column 4\)"):
        fill(sheet, [owned("7")], "en")


@pytest.mark.parametrize(
    ("participants", "words"),
    [(("Aino", "Eino"), "the columns are “Tunniste”"), (("a 1", "b 2"), "--id-column")],
)
def test_a_participant_that_cannot_be_told_is_an_error(
    participants: tuple[str, ...], words: str
) -> None:
    with pytest.raises(UnfitError, match=words):
        fill(Form().sheet(finnish(*participants)), [owned("7")], "en")


def test_two_columns_of_one_name_are_an_error() -> None:
    header = (*EN[:-1], "GRADE")
    with pytest.raises(UnfitError, match=r"“Grade” \(column 5\), “GRADE” \(column 10\)"):
        filled(row(7), header=header)


def test_an_option_that_names_no_column_is_an_error() -> None:
    with pytest.raises(UnfitError, match=r"no column “Nota” \(--grade-column\)"):
        fill(Form().sheet([EN, row(7)]), [owned("7")], "en", Names(grade="Nota"))


@given(names())
def test_a_feedback_folder_has_the_number_where_moodle_looks(name: str) -> None:
    """Moodle splits it at underscores: a name, the number, the plug-in's kind and name."""
    result = fill(Form().sheet([EN, row(7, name)]), [owned("7")], "en")
    ((line, owner),) = result.graded
    whole = feedback_folder(line, replace(owner, person=Person("7")))
    parts = whole.split("_", 4)
    assert parts[1:] == ["7", "assignsubmission", "file", ""]
    assert parts[0].strip(" .~/\\") == parts[0] != ""
