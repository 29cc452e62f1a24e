"""A bank names the wrong law that gives a student's draws; numbers and names as inputs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import torch

from checks.test_kit import DATA, graded, lost, named
from grader.assignments import assignment as assignments
from grader.checks import Mismatch, laws
from grader.checks.kit import Bank, Float, One, Size, mistake
from grader.checks.misconceptions import Misconception
from grader.checks.strategies import Numbers
from grader.core.errors import AssignmentFault
from grader.sandbox.api import Report
from grader.student.student import Student
from grader.validation import solutions

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

    from grader.core.results import Grade

LAWS = (
    laws.normal(0.1),
    laws.normal(0.1, mean=0.2),
    laws.normal(0.2),
    laws.uniform(-0.2, 0.2),
    laws.uniform(0, 0.2),
    laws.uniform(-0.1 * 3**0.5, 0.1 * 3**0.5),
)


def draw(law: laws.Law) -> Tensor:
    unit = torch.randn(60_000) if law.kind == "normal" else (torch.rand(60_000) - 0.5) * 12**0.5
    return unit * law.deviation + law.mean


def he(forma: tuple[int, int]) -> Tensor:
    return torch.randn(forma) * float((2 / forma[1]) ** 0.5)


def right(x: Tensor, alpha: float = 0.01) -> Tensor:
    return torch.where(x > 0, x, alpha * x)


def slope(name: str, x: Tensor) -> Tensor:
    assert name == "leaky"
    return torch.where(x > 0, torch.ones_like(x), torch.full_like(x, 0.01))


def of(**changed: Callable[..., Any]) -> Grade:
    definitions: dict[str, Any] = {"he": he, "leaky": right, "slope": slope, **changed}
    return graded("draws", **definitions)


@pytest.mark.parametrize("law", LAWS)
def test_only_its_own_draws_could_be_of_a_law(law: laws.Law) -> None:
    torch.manual_seed(2)
    values = draw(law)
    assert [one for one in LAWS if one.could_give(values)] == [law]
    assert laws.spread(law.deviation, law.mean).could_give(values)
    assert not laws.spread(2 * law.deviation, law.mean).could_give(values)


def test_what_is_thought_of_the_draws_is_told() -> None:
    idea = Misconception("draws.idea", {}, "una idea", "an idea")
    with pytest.raises(Mismatch) as caught:
        laws.normal(1.0).require(torch.zeros(99), quantity="w", misconception=idea)
    assert caught.value.misconception is idea


def test_a_law_that_nobody_foresaw_is_read_off_the_draws() -> None:
    torch.manual_seed(3)
    for law, text in ((laws.normal(0.1), "N(0, 5/n)"), (laws.uniform(-0.1, 0.1), "U(±√(5/n))")):
        found = laws.seen(draw(law))
        assert found is not None
        told = laws.read(found, 500)
        assert told.reading is not None
        assert told.reading.text == text or law.kind == "normal"
        assert found.deviation == pytest.approx(law.deviation, rel=0.02)
        assert told.reading.text in told.es != told.en
    assert laws.seen(torch.randn(60_000).sign()) is None
    assert laws.seen(torch.zeros(60_000)) is None


def test_right_draws_and_functions_pass() -> None:
    assert of().score == 100


def test_a_wrong_law_costs_the_law_and_is_named() -> None:
    grade = of(he=lambda forma: torch.randn(forma) * (2 / forma[1]))
    assert (lost(grade), named(grade)) == (["he/law"], {"draws.variance"})


def test_another_way_to_have_the_same_idea_has_its_name() -> None:
    grade = of(he=lambda forma: torch.randn(forma) * (2 / forma[1]) ** 2)
    assert (lost(grade), named(grade)) == (["he/law"], {"draws.variance"})


def test_of_two_wrong_ideas_each_costs_its_own() -> None:
    grade = of(he=lambda forma: torch.randn(forma) * (2 / forma[0]))
    assert (lost(grade), named(grade)) == (["he/law", "he/fan"], {"draws.variance", "draws.fan"})


def test_what_nobody_foresaw_has_no_name() -> None:
    grade = of(he=torch.randn)
    assert (lost(grade), named(grade)) == (["he/law", "he/fan"], set())


def test_a_number_that_is_left_out_has_its_default() -> None:
    assert lost(of(leaky=lambda x, alpha=0.02: right(x, alpha))) == ["leaky/y"]
    assert lost(of(leaky=lambda x, alpha=0.01: right(x, 0.01))) == ["leaky/y"]  # noqa: ARG005


def test_without_a_whole_a_rule_stands_large_numbers() -> None:
    grade = of(leaky=lambda x, alpha=0.01: right(x, alpha).clamp(-9, 9))
    assert (lost(grade), named(grade)) == (["leaky/y"], {"draws.cut"})


def test_what_is_built_on_a_piece_that_is_wrong_in_large_numbers_is_judged_over_it() -> None:
    def cut(x: Tensor, alpha: float = 0.01) -> Tensor:
        return right(x, alpha).clamp(-9, 9)

    assert lost(of(leaky=cut, slope=lambda _, x: cut(x) / x)) == ["leaky/y"]


def test_every_mistake_with_an_edit_is_a_mutant() -> None:
    made = [mutant for mutant, _ in solutions.declared(assignments.load(DATA / "draws"))]
    assert [(one.name, one.where, one.loses, one.named) for one in made] == [
        ("he: draws.variance", "he", ("he/law",), "draws.variance"),
        ("he: draws.seeded", "he", ("leaky/y",), "draws.seeded"),
    ]


def test_a_wrong_idea_without_words_is_an_error_of_the_author() -> None:
    bank = Bank("f", None, mistake("draws.unheard_of"))
    with pytest.raises(AssignmentFault, match=r"test_bank\.py.*unheard_of.*has no words"):
        bank.misconceptions()


@pytest.mark.parametrize("scale", [None, 1.0, 1e-4])
def test_numbers_keep_off_kinks(scale: float | None) -> None:
    for seed in range(30):
        stream = Numbers(seed, scale, 1.0).stream()
        drawn = Float("B", kinks=(0.0, 1.0)).draw({"B": 50}, stream)
        assert min((drawn - kink).abs().min() for kink in (0.0, 1.0)) >= 1e-3 - 1e-12


def test_one_of_some_values_is_drawn() -> None:
    kind = One("a", 2.0, None)
    seen = {kind.draw({}, Numbers(seed, 1.0, 1.0).stream()) for seed in range(30)}
    assert seen == {"a", 2.0, None}


def test_a_size_is_itself_an_input() -> None:
    kind = Size("2*K")
    assert kind.letters == {"K"}
    assert kind.draw({"K": 3}, Numbers(0, 1.0, 1.0).stream()) == 6


def test_a_part_of_which_nothing_passed_is_not_written() -> None:
    outcomes = {"a/x": "failed", "a/y": "error", "b/x": "passed", "b/y": "failed"}
    nobody: Any = None
    student = Student(nobody, Report(), {}, outcomes)
    assert [student.lost_all(part) for part in "abc"] == [True, False, False]


def test_true_and_false_for_numbers_cost_the_check() -> None:
    assert lost(of(slope=lambda _, x: x > 0)) == ["slope/y"]
