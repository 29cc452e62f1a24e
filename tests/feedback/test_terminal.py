from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from grader.core.results import (
    CheckResult,
    Decision,
    Fingerprint,
    Grade,
    Misconception,
    Notice,
    Person,
)
from grader.feedback import progress, student_terminal, terminal

if TYPE_CHECKING:
    from rich.console import RenderableType

HOSTILE = "\x1b[2J\x1b]0;título\x07\x9b31m\r\b[red]rojo[/red][link=http://x]y[/link]"
TENSOR = {"dtype": "float64", "shape": [1, 2], "values": [[1.0, "nan"]]}
CHECK = CheckResult(
    id="celdaLSTM/forget_gate",
    part="celdaLSTM",
    title="Puerta de olvido",
    title_en="Forget gate",
    points=0,
    max_points=4,
    outcome="failed",
    message="c_t no coincide",
    counterexample={
        "quantity": "c_t",
        "inputs": {"x_t": TENSOR},
        "expected": TENSOR,
        "got": TENSOR,
    },
    reproduce="celda = celdaLSTM(1, 2)",
    misconception=Misconception("lstm.x", "te falta algo", "you lack something"),
)
GRADE = Grade(
    "ana", "ana", "a", "graded", 96, 100, 96, 100, Fingerprint("", "", "", ""), checks=(CHECK,)
)
DECIDED = Decision("ana", CHECK.id, 3, HOSTILE, HOSTILE, "2026-11-25T10:00:00+00:00")
REJECTED = replace(GRADE, status="rejected", score=0, checks=(), reason="no es un cuaderno")


def shown(renderable: RenderableType) -> str:
    """What a terminal of 200 columns is sent, colours aside."""
    file = io.StringIO()
    Console(file=file, width=200, highlight=False, force_terminal=True, color_system=None).print(
        renderable
    )
    return file.getvalue()


def hostile(check: CheckResult) -> CheckResult:
    """The check with a hostile text wherever a student's or an assignment's may stand."""
    return replace(
        check,
        title=HOSTILE,
        title_en=HOSTILE,
        message=HOSTILE,
        misconception=Misconception(HOSTILE, HOSTILE, HOSTILE),
    )


def steers(text: str) -> bool:
    """Whether a text holds an escape that is not one of Rich's own styles."""
    return any(sign in text for sign in ("\x1b[2J", "\x1b]0;", "\x07", "\x9b", "\b", "\r"))


@pytest.mark.parametrize("lang", ["es", "en"])
def test_no_control_character_of_a_check_gets_through(lang: str) -> None:
    text = shown(student_terminal.render(replace(GRADE, checks=(hostile(CHECK),)), lang))
    assert not steers(text)


@pytest.mark.parametrize("lang", ["es", "en"])
def test_markup_of_a_check_is_shown_as_it_is_written(lang: str) -> None:
    text = shown(student_terminal.render(replace(GRADE, checks=(hostile(CHECK),)), lang))
    assert "[red]rojo[/red][link=http://x]y[/link]" in text


def test_no_control_character_of_a_reason_gets_through() -> None:
    rejected = replace(REJECTED, reason=HOSTILE, submission=HOSTILE)
    assert not steers(shown(student_terminal.render(rejected, "es")))
    assert not steers(shown(terminal.class_table([rejected], "es")))
    assert not steers(terminal.line(rejected, "es"))


def test_markup_in_the_class_table_is_shown_as_it_is_written() -> None:
    rejected = replace(REJECTED, reason=HOSTILE, submission="[bold]ana[/bold]")
    text = shown(terminal.class_table([rejected], "es"))
    assert "[bold]ana[/bold]" in text
    assert "[red]rojo[/red]" in text


def test_a_closing_mark_alone_is_no_trouble() -> None:
    check = replace(CHECK, title="[/]", message="[/bold]", part="[/x]")
    assert "[/bold]" in shown(student_terminal.render(replace(GRADE, checks=(check,)), "es"))


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("es", ("Puerta de olvido", "te falta algo", "c_t esperado", "En tu cuaderno")),
        ("en", ("Forget gate", "you lack something", "c_t expected", "In your notebook")),
    ],
)
def test_a_failure_is_told_in_either_language(lang: str, words: tuple[str, ...]) -> None:
    text = shown(terminal.explanation(CHECK, lang))
    assert [word for word in words if word not in text] == []


def test_the_counterexample_shows_its_shape() -> None:
    assert "1×2" in shown(terminal.explanation(CHECK, "es"))


def test_only_the_first_failure_is_told_in_full_and_the_others_in_a_line() -> None:
    misconception = Misconception("lstm.y", "sobra algo")
    second = replace(
        CHECK, id="celdaLSTM/candidate", title="Candidato", misconception=misconception
    )
    text = shown(student_terminal.render(replace(GRADE, checks=(CHECK, second)), "es"))
    assert text.count("En tu cuaderno") == 1
    assert "✗ celdaLSTM: Candidato → sobra algo\n" in text


def test_a_part_is_a_line_with_what_passed_failed_and_was_skipped() -> None:
    checks = (CHECK, replace(CHECK, outcome="passed", points=4), replace(CHECK, outcome="skipped"))
    text = shown(student_terminal.render(replace(GRADE, checks=checks), "es"))
    assert text.splitlines()[0].split() == ["celdaLSTM", "4/12", "✓", "1", "✗", "1", "–", "1"]


def test_a_line_says_what_was_lost() -> None:
    assert terminal.line(GRADE, "es") == "ana: 96/100 corregida lstm.x"


def test_what_could_not_be_measured_has_no_points() -> None:
    grade = replace(GRADE, status="not_graded", checks=(), reason="no hay motor")
    assert terminal.line(grade, "en") == "ana: - not graded no hay motor"


def test_a_line_stays_one_line_whatever_the_reason() -> None:
    assert "\n" not in terminal.line(replace(REJECTED, reason="a\nfalsa: 100/100"), "es")


def test_a_skipped_check_counts_as_no_loss() -> None:
    skipped = replace(CHECK, outcome="skipped")
    assert terminal.line(replace(GRADE, checks=(skipped,)), "es") == "ana: 96/100 corregida"


def test_what_was_decided_by_hand_stands_beside_its_check() -> None:
    text = " ".join(shown(student_terminal.render(GRADE.with_decisions((DECIDED,)), "en")).split())
    assert "celdaLSTM 3/4" in text
    assert "✎ celdaLSTM: Forget gate" in text
    assert "3 of 4 points, instead of the automatic 0. [2J ]0;título 31m [red]rojo[/red]" in text


@pytest.mark.parametrize("lang", ["es", "en"])
def test_no_control_character_of_a_decision_gets_through(lang: str) -> None:
    grade = GRADE.with_decisions((DECIDED, replace(DECIDED, points=None), DECIDED))
    shows = (student_terminal.render, terminal.history)
    assert not any(steers(shown(show(grade, lang))) for show in shows)


def test_the_class_says_how_many_points_were_decided_by_hand() -> None:
    text = shown(terminal.class_table([GRADE.with_decisions((DECIDED,))], "es"))
    assert "3/100" in text
    assert "una decidida a mano" in text


TWO_ARE_NOT = (
    "The 2 rejected submissions (mark 0) are not in these numbers; with them the average is 32."
)


@pytest.mark.parametrize(
    ("grades", "told"),
    [
        ([GRADE], "1 submission: 1 graded. Average mark 96 of 100, median 96."),
        ([REJECTED, REJECTED], "2 submissions: 0 graded, 2 rejected."),
        ([replace(GRADE, status="not_graded")], "1 submission: 0 graded, 1 not graded."),
        (
            [GRADE, REJECTED, REJECTED],
            "3 submissions: 1 graded, 2 rejected. Average mark 96 of 100, median 96. "
            + TWO_ARE_NOT,
        ),
    ],
)
def test_a_class_s_totals_say_what_they_are_of(grades: list[Grade], told: str) -> None:
    rejected = [replace(one, mark=0.0) if one.status == "rejected" else one for one in grades]
    assert terminal.summary(rejected, "en") == told


def test_a_class_without_names_has_no_column_for_them() -> None:
    assert "nombre" not in shown(terminal.class_table([GRADE], "es", [Person("ana", "ana")]))
    assert "nombre" in shown(terminal.class_table([GRADE], "es", [Person("ana", "ana", "Ana Paz")]))


def test_the_line_of_a_run_says_whose_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    with progress.progress(2, 0, "en", {"ana": "Ana Paz"}) as shown_:
        shown_.finished(GRADE)
        shown_.finished(replace(GRADE, submission="eva"))
    first, second = capsys.readouterr().err.splitlines()
    assert first.startswith("[1/2] ana (Ana Paz): 96/100")
    assert second.startswith("[2/2] eva: 96/100")


def test_no_control_character_of_a_name_gets_through() -> None:
    assert not steers(terminal.line(GRADE, "es", HOSTILE))
    assert "\n" not in terminal.line(GRADE, "es", "a\nfalsa: 100/100")
    text = shown(terminal.class_table([GRADE], "es", [Person("ana", "ana", HOSTILE)]))
    assert not steers(text)
    assert "[red]rojo[/red]" in text


def unwritten(part: str, definition: str = "") -> tuple[CheckResult, ...]:
    """What comes of a part that is as the skeleton has it: one check raises, another waits."""
    first = replace(
        CHECK,
        id=f"{part}/parameters",
        part=part,
        outcome="error",
        message="NotImplementedError (celda [7], línea 10)",
        counterexample=None,
        reproduce="celda",
        misconception=None,
        definition=definition or f"{part}.__init__",
    )
    waits = replace(first, id=f"{part}/rule", outcome="skipped", message=f"espera a {part}")
    return first, waits


def test_what_is_not_begun_is_told_in_one_line() -> None:
    checks = (*unwritten("celdaLSTM"), *unwritten("modelo_prueba", "modelo_prueba"))
    text = shown(student_terminal.render(replace(GRADE, checks=checks), "es"))
    assert "Aún sin escribir: celdaLSTM, modelo_prueba." in text
    assert "✗" not in text
    assert "espera a" not in text


def test_what_is_begun_is_told_beside_what_is_not() -> None:
    checks = (CHECK, *unwritten("celdaGRU", "celdaGRU.forward"))
    text = shown(student_terminal.render(replace(GRADE, checks=checks), "es"))
    assert "Aún sin escribir: celdaGRU.forward." in text
    assert text.count("✗") == 2  # of its part, and its heading
    assert "espera a" not in text


@pytest.mark.parametrize(
    "message",
    [
        'NotImplementedError: Module [celdaGRU] is missing the required "forward" function',
        "NotImplementedError: Could not run 'aten::tanh' with … (celda [7], línea 3)",
        "TypeError: NotImplementedError (celda [7], línea 10)",
    ],
)
def test_what_says_more_than_the_skeleton_does_is_told(message: str) -> None:
    raised = replace(unwritten("celdaGRU")[0], message=message)
    text = shown(student_terminal.render(replace(GRADE, checks=(raised,)), "es"))
    assert message in text
    assert "Aún sin escribir" not in text


def test_what_waits_for_something_that_fails_is_told() -> None:
    waits = replace(CHECK, id="gradientes/a", part="gradientes", outcome="skipped", message="antes")
    all_ = (CHECK, *unwritten("celdaGRU"), waits)
    assert "– gradientes: 1 sin comprobar: antes" in shown(
        student_terminal.render(replace(GRADE, checks=all_), "es")
    )
    alone = (*unwritten("celdaGRU"), waits)
    assert "antes" not in shown(student_terminal.render(replace(GRADE, checks=alone), "es"))


def test_the_courses_own_cells_are_no_news_to_a_student() -> None:
    notices = (
        Notice("no hace falta para las definiciones y no se ejecuta", 3, 1),
        Notice("«f» se define 2 veces; cuenta la última", 4, 2, definition="f", execution=9),
    )
    text = shown(student_terminal.render(replace(GRADE, notices=notices), "es"))
    assert "no se ejecuta" not in text
    assert "cuenta la última: f, línea 2 de su celda, In [9]" in text
