"""A mistake that nobody foresaw costs what a known one does: its equation and the whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import torch

from checks.test_kit import Additive, Cell, graded, lost, named

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

    from grader.core.results import Grade

sigmoid, tanh = torch.sigmoid, torch.tanh


def gated(
    candidate: str = "tanh(xn + r * hn)",
    state: str = "(1 - z) * n + z * h",
    update: str = "sigmoid(xz + hz)",
) -> type[Cell]:
    """Return a cell with these equations."""

    class Changed(Cell):
        def gates(self, *pieces: Tensor) -> Tensor:
            known = dict(zip(("xr", "xz", "xn", "hr", "hz", "hn", "h"), pieces, strict=True))
            known["r"] = sigmoid(known["xr"] + known["hr"])
            for name, code in (("z", update), ("n", candidate), ("h_t", state)):
                known[name] = eval(code, vars(torch), known)  # noqa: S307 - ours
            return known["h_t"]

    return Changed


CELLS: dict[str, tuple[type[Cell], str, str]] = {
    "relu for tanh": (
        gated("relu(xn + r * hn)"),
        "candidate",
        "candidate = relu(pieces[2] + reset ⊙ pieces[5])",
    ),
    "z where r belongs": (
        gated("tanh(xn + z * hn)"),
        "candidate",
        "candidate = tanh(pieces[2] + update ⊙ pieces[5])",
    ),
    "the state itself, not its layer": (
        gated("tanh(xn + r * h)"),
        "candidate",
        "candidate = tanh(pieces[2] + reset ⊙ h)",
    ),
    "no complement": (
        gated(state="z * n + z * h"),
        "h_t",
        "h_t = update ⊙ candidate + update ⊙ h",
    ),
    "r for z in both places": (
        gated(state="(1 - r) * n + r * h"),
        "h_t",
        "h_t = (1 − reset) ⊙ candidate + reset ⊙ h",
    ),
    "squashed at the end": (
        gated(state="tanh((1 - z) * n + z * h)"),
        "h_t",
        "h_t = tanh((1 − update) ⊙ candidate + update ⊙ h)",
    ),
    "a difference": (
        gated(update="sigmoid(xz - hz)"),
        "update",
        "update = σ(pieces[1] − pieces[4])",
    ),
}


def readings(grade: Grade) -> dict[str, str]:
    return {c.id.partition("/")[2]: c.reading.equation for c in grade.checks if c.reading}


@pytest.mark.slow
@pytest.mark.parametrize("slip", CELLS)
def test_a_slip_costs_its_equation_and_the_whole_and_is_shown(slip: str) -> None:
    """The check of the equation says which equation gives these numbers."""
    cell, check, equation = CELLS[slip]
    got = graded("gru", Cell=cell)
    assert [name.partition("/")[2] for name in lost(got)] == [check, "whole"]
    assert readings(got)[check] == equation
    assert not named(got)


def test_a_slip_beside_a_known_mistake_hides_nothing() -> None:
    """Each is told by its own check: the known one by its name."""
    got = graded("gru", Cell=gated("relu(xn + r * hn)", "z * n + (1 - z) * h"))
    assert [name.partition("/")[2] for name in lost(got)] == ["candidate", "h_t", "whole"]
    assert named(got) == {"gru.update_exchanged"}
    assert readings(got)["candidate"] == "candidate = relu(pieces[2] + reset ⊙ pieces[5])"


def test_what_is_no_slip_is_given_no_equation() -> None:
    """Better none than a false one."""
    got = graded("gru", Cell=gated("sin(3 * xn + r) * h", "exp(z) * n - h * r"))
    assert not readings(got)
    assert "Cell/whole" in lost(got)


def scoring(score: Callable[[Any, Tensor, Tensor], Tensor]) -> type[Additive]:
    class Changed(Additive):
        def score(self, s: Tensor, hs: Tensor) -> Tensor:
            return score(self, s, hs)

    return Changed


ATTENTION: dict[str, tuple[type[Additive], str]] = {
    "σ for tanh": (
        scoring(lambda m, s, hs: m.v(sigmoid(m.W(s).unsqueeze(1) + m.U(hs)))[..., 0]),
        "score",
    ),
    "a product for the sum": (
        scoring(lambda m, s, hs: m.v(tanh(m.W(s).unsqueeze(1) * m.U(hs)))[..., 0]),
        "score",
    ),
    "tanh of what comes out": (
        scoring(lambda m, s, hs: tanh(m.v(tanh(m.W(s).unsqueeze(1) + m.U(hs)))[..., 0])),
        "score",
    ),
}


@pytest.mark.parametrize("slip", ATTENTION)
def test_a_slip_in_attention_costs_its_equation_and_the_whole(slip: str) -> None:
    """Whatever was computed from it is right under it."""
    module, check = ATTENTION[slip]
    got = graded("attention", Additive=module)
    own = [name for name in lost(got) if name.startswith("Additive/")]
    assert own == [f"Additive/{check}", "Additive/whole"]
    assert readings(got)[check]


def test_what_amounts_to_a_known_mistake_fails_its_check_where_isolation_would_hide_it() -> None:
    """The tanh of each: the query then adds one number to every score, and softmax drops it."""
    module = scoring(lambda m, s, hs: m.v(tanh(m.W(s)).unsqueeze(1) + tanh(m.U(hs)))[..., 0])
    got = graded("attention", Additive=module)
    own = [name for name in lost(got) if name.startswith("Additive/")]
    assert own == ["Additive/query", "Additive/whole"]
    assert "att.query_ignored" in named(got)


@pytest.mark.parametrize("seed", ["one", "two"])
def test_who_is_right_is_given_no_equation(seed: str) -> None:
    """Right cells and right attention have none, whatever the cases."""
    for got in (graded("gru", seed, Cell=Cell), graded("attention", seed, Additive=Additive)):
        assert not readings(got)
