"""What is one thing to look at is told as one: a mistake and all that it costs, say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grader.core.i18n import Words
from grader.core.results import CheckResult, Fingerprint, Grade, Misconception, Reading
from grader.feedback import student_page, texts, verdicts

SEEN = {"inputs": {}, "quantity": "h", "expected": {"text": "1"}, "got": {"text": "2"}}
IDEA = Misconception("idea", "Mira la suma.", "Look at the sum.")
SLIP = Reading("h = 2 c", text="Obtienes 2 c.", text_en="You get 2 c.")


def failed(
    name: str,
    *,
    kind: str = "rule",
    idea: Misconception | None = None,
    slip: Reading | None = None,
    message: str = "",
    seen: bool = True,
) -> CheckResult:
    return CheckResult(
        name, name.partition("/")[0], f"Título de {name}", 0, 5, "failed", message or name,
        misconception=idea, reading=slip, kind=kind, counterexample=SEEN if seen else None,
    )  # fmt: skip


def grade(*checks: CheckResult) -> Grade:
    nothing = Fingerprint("", "", "", "")
    return Grade("m", "m", "a", "graded", 0, 100, 0, 20, nothing, checks=checks)


def together(*checks: CheckResult) -> list[list[str]]:
    return [[check.id for check in found] for found in verdicts.failures(grade(*checks))]


def test_a_mistake_and_all_that_it_costs_are_one_thing() -> None:
    checks = failed("p/a", idea=IDEA), failed("p/b", idea=IDEA), failed("p/whole", idea=IDEA)
    assert together(*checks) == [["p/a", "p/b", "p/whole"]]
    assert together(failed("p/a", slip=SLIP), failed("p/whole", slip=SLIP)) == [["p/a", "p/whole"]]


def test_two_mistakes_are_two_things() -> None:
    checks = failed("p/a", idea=IDEA), failed("p/b", slip=SLIP), failed("p/whole", idea=IDEA)
    assert together(*checks) == [["p/a", "p/whole"], ["p/b"]]


def test_the_same_mistake_in_two_parts_is_two_things() -> None:
    assert together(failed("p/a", idea=IDEA), failed("q/a", idea=IDEA)) == [["p/a"], ["q/a"]]


def test_what_nothing_explains_is_one_thing_with_its_first_check() -> None:
    found = verdicts.failures(grade(failed("p/a"), failed("p/b"), failed("p/whole", kind="whole")))
    assert [check.id for check in found[0]] == ["p/a", "p/b", "p/whole"]
    assert found[0].unexplained
    words = Words("es")
    assert verdicts.heading(found[0], words).startswith("p: 3 comprobaciones")
    assert "«Título de p/a»" in verdicts.advice(found[0], words)


def test_form_is_told_apart_and_so_is_what_stands_beside_an_explanation() -> None:
    assert together(failed("p/form", kind="form"), failed("p/a"), failed("p/b")) == [
        ["p/form"],
        ["p/a", "p/b"],
    ]
    assert together(failed("p/a", idea=IDEA), failed("p/b"), failed("p/c")) == [
        ["p/a"],
        ["p/b"],
        ["p/c"],
    ]


def test_what_failed_in_the_same_words_is_one_thing() -> None:
    checks = (failed(f"p/{name}", message="no corre", seen=False) for name in "abc")
    (found,) = verdicts.failures(grade(*checks))
    assert len(found) == 3
    assert not found.titled
    assert verdicts.advice(found, Words("es")) == ""


def test_the_page_says_where_to_begin_and_counts_things_not_checks() -> None:
    page = student_page.render(grade(failed("p/a"), failed("p/b"), failed("p/whole")), "es")
    assert "una cosa que mirar" in page.lower()
    assert "Empieza por esta comprobación" in page
    assert page.count('class="failure"') == 1
    assert page.index("Empieza por") < page.index("Título de p/b")


def test_the_page_shows_a_mistake_once_with_the_title_of_its_rule() -> None:
    page = student_page.render(grade(failed("p/a", idea=IDEA), failed("p/whole", idea=IDEA)), "en")
    assert page.count("Look at the sum.") == 1
    assert page.count("<h2") > 1
    assert 'id="f1-title">Título de p/a<' in page


@pytest.mark.parametrize(
    ("quantity", "message", "shown"),
    [
        ("alfa", "alfa no coincide", "alfa no coincide"),
        ("pesos", "pesos no coincide", "pesos no coincide"),
        ("y", "y no coincide", "y no coincide"),
        ("la salida", "la salida no coincide", "La salida no coincide"),
        ("alfa", "devuelve otra cosa", "Devuelve otra cosa"),
    ],
)
def test_what_a_student_called_something_keeps_its_letters(
    quantity: str, message: str, shown: str
) -> None:
    seen = {**SEEN, "quantity": quantity}
    check = replace(failed("p/a", message=message), counterexample=seen)
    assert texts.said(check, "message", "es").html.striptags() == shown
