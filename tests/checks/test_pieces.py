"""What is built on a student's own pieces is judged over them, used or written again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from checks.test_kit import Additive, graded, lost, masked_softmax, named, over
from grader.checks.equations import edited

if TYPE_CHECKING:
    from torch import Tensor


def shares(x: Tensor) -> Tensor:
    return x.softmax(-1)


def overflowing(x: Tensor) -> Tensor:
    return x.exp() / x.exp().sum(-1, keepdim=True)


def squared(x: Tensor) -> Tensor:
    return x.softmax(-1) ** 2


def mixed_over(own: Any) -> Any:
    return lambda x, v: (own(x)[..., None] * v).sum(1)


def other_axis(x: Tensor, v: Tensor) -> Tensor:
    return (x.softmax(-1)[..., None] * v).sum(2)


def not_of_one(x: Tensor, v: Tensor) -> Tensor:
    return (x.softmax(-1)[..., None] * v).sum(1).squeeze()


CASES: dict[str, tuple[dict[str, Any], set[str], set[str]]] = {
    "right": ({}, set(), set()),
    "wrong by name, and used": (
        {"shares": overflowing, "mixed": mixed_over(overflowing)},
        {"shares/shifted", "shares/whole"},
        {"shares.overflow"},
    ),
    "wrong in a way that nobody foresaw, and used": (
        {"shares": squared, "mixed": mixed_over(squared)},
        {"shares/shifted", "shares/powers", "shares/p", "shares/whole"},
        set(),
    ),
    "wrong, and written again": (
        {"shares": squared},
        {"shares/shifted", "shares/powers", "shares/p", "shares/whole"},
        set(),
    ),
    "another shape": ({"mixed": other_axis}, {"mixed/m", "mixed/whole"}, {"mixed.other_axis"}),
    "no sizes of one": ({"mixed": not_of_one}, {"mixed/ones"}, set()),
}


@pytest.mark.parametrize("what", CASES)
def test_a_mistake_costs_where_it_was_made(what: str) -> None:
    changed, checks, names = CASES[what]
    got = graded("pieces", **({"shares": shares, "mixed": mixed_over(shares)} | changed))
    assert set(lost(got)) == checks, [(c.id, c.message_en) for c in got.checks if c.message]
    assert named(got) == names


def test_a_piece_that_is_missing_costs_what_is_built_on_it_nothing() -> None:
    assert {name.split("/")[0] for name in lost(graded("pieces", mixed=mixed_over(shares)))} == {
        "shares"
    }


def test_a_piece_that_fails_with_sizes_of_one_is_told_of_where_it_is_used() -> None:
    class Squeezed(Additive):
        def score(self, s: Tensor, hs: Tensor) -> Tensor:
            e: Tensor = self.v((self.W(s).unsqueeze(1) + self.U(hs)).tanh())
            return e.squeeze()

    got = graded("attention", masked_softmax=masked_softmax, Additive=Squeezed, Step=over(Squeezed))
    assert set(lost(got)) == {"Additive/ones", "Step/ones"}
    assert next(c for c in got.checks if c.id == "Step/ones").outcome == "skipped"


def sample(first: Any, second: Any) -> Any:
    return first + second


def test_a_term_that_is_edited_may_use_what_it_did_not() -> None:
    changed = edited(sample, (("first +", "third -"),), {"first", "second", "third"})
    assert changed(second=1, third=5) == 4


@pytest.mark.parametrize(("edit", "said"), [
    (("fist", "third"), "does not contain 'fist'"),
    (("first + second", "first +"), "no Python"),
    (((" + second", ""), ("second)", "third)"), ("+ second", "")), "does not contain"),
])  # fmt: skip
def test_an_edit_that_does_not_fit_is_told(edit: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        edited(sample, edit, {"first", "second"})
