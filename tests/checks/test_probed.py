"""What a probe of the author's asks for is judged as any definition is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import torch

from checks.test_kit import graded, lost, named
from grader.checks.case import make
from grader.checks.kit import Definition, Float, Worked, term, whole
from grader.checks.strategies import Numbers
from grader.core.errors import AssignmentFault

if TYPE_CHECKING:
    from torch import Tensor


class Counter(torch.nn.Module):
    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.W = torch.nn.Parameter(torch.zeros(outputs, inputs))
        self.total = torch.zeros(inputs)

    def forward(self, x: Tensor) -> Tensor:
        return x @ self.W.T

    def add(self, x: Tensor) -> Tensor:
        self.total += x.sum(0)
        y: Tensor = self(x)
        return y


class Doubled(Counter):
    def forward(self, x: Tensor) -> Tensor:
        return 2 * x @ self.W.T


class Forgets(Counter):
    def add(self, x: Tensor) -> Tensor:
        self.total = x.sum(0)
        y: Tensor = self(x)
        return y


class Mean(Counter):
    def add(self, x: Tensor) -> Tensor:
        self.total = self.total + x.mean(0)
        return x @ self.W.T


class Changes(Counter):
    def add(self, x: Tensor) -> Tensor:
        y = super().add(x)
        x.zero_()
        return y


class Remembers(Counter):
    seen = 0

    def add(self, x: Tensor) -> Tensor:
        Remembers.seen += 1
        return super().add(x) + Remembers.seen


def clip(gradients: list[Tensor], limit: float) -> list[Tensor]:
    norm = sum(float((g**2).sum()) for g in gradients) ** 0.5
    return [g * min(1.0, limit / (norm + 1e-6)) for g in gradients]


def squared(gradients: list[Tensor], limit: float) -> list[Tensor]:
    norm = sum(float((g**2).sum()) for g in gradients)
    return [g * min(1.0, limit / norm) for g in gradients]


def some(gradients: list[Tensor], limit: float) -> list[Tensor] | None:
    return clip(gradients, limit) if gradients else None


CASES: dict[str, tuple[dict[str, Any], set[str], set[str]]] = {
    "right": ({}, set(), set()),
    "its own forward is wrong": (
        {"Counter": Doubled},
        {"Counter/y", "Counter/whole"},
        {"probed.doubled"},
    ),
    "what was there is lost": (
        {"Counter": Forgets},
        {"Counter/add_kept", "Counter/add_whole"},
        {"probed.forgets"},
    ),
    "averaged": (
        {"Counter": Mean},
        {"Counter/add_total", "Counter/add_whole"},
        {"probed.mean"},
    ),
    "wrong where no case looks": ({"clip": some}, {"clip/whole"}, set()),
    "beyond the tolerance": ({"clip": squared}, {"clip/norm", "clip/whole"}, {"probed.squared"}),
}


@pytest.mark.parametrize("what", CASES)
def test_a_mistake_costs_where_it_was_made(what: str) -> None:
    changed, checks, names = CASES[what]
    definitions: dict[str, Any] = {"Counter": Counter, "clip": clip} | changed
    got = graded("probed", **definitions)
    assert set(lost(got)) == checks, [(c.id, c.message_en) for c in got.checks if c.message]
    assert named(got) == names


def test_an_input_that_changes_is_told() -> None:
    got = graded("probed", Counter=Changes, clip=clip)
    (notice,) = (one for one in got.notices if "which it was given" in one.text_en)
    assert "changes x, which it was given" in notice.text_en


def test_what_is_kept_between_calls_is_told() -> None:
    got = graded("probed", Counter=Remembers, clip=clip)
    found = next(check for check in got.checks if check.id == "Counter/add_interface")
    assert "keep something from one call to the next" in str(found.message_en)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_what_follows_from_the_others_is_worked_out_when_a_case_is_rounded(
    dtype: torch.dtype,
) -> None:
    kinds: dict[str, Any] = {
        "x": Float("N"),
        "y": Worked(Float("N"), lambda case: 3 * case.inputs["x"]),
    }
    case = make(kinds, lambda _: {}, {"N": 4}, Numbers(1, 0.7, 0.9)).rounded(dtype)
    assert torch.equal(case.inputs["y"], (3 * case.inputs["x"]).to(dtype).double())


def test_numbers_lie_between_two() -> None:
    drawn = Float("N", between=(2.0, 3.0)).draw({"N": 99}, Numbers(1, None, 0.0).stream())
    assert 2 <= float(drawn.min()) < 2.1
    assert 2.9 < float(drawn.max()) <= 3


def test_what_cannot_be_is_told() -> None:
    kinds = {"x": Float("N")}
    with pytest.raises(AssignmentFault, match="has no gradient to check"):

        class Sloped(Definition):
            probe = clip
            inputs = kinds
            outputs = kinds
            weights = {"gradient": 1}  # noqa: RUF012 - as authors write it

    with pytest.raises(AssignmentFault, match="'together' is what a definition sets"):

        class Field(Definition):
            inputs = kinds
            outputs = kinds

            @term(1)
            def together(x):  # type: ignore[no-untyped-def,override] # noqa: ANN202, N805
                return x

    with pytest.raises(AssignmentFault, match="'Q' is no letter"):

        class Long(Definition):
            inputs = kinds
            outputs = {"y": Float("N")}  # noqa: RUF012 - as authors write it
            whole = whole(sizes={"Q": 40})

            @term(1)
            def y(x):  # type: ignore[no-untyped-def] # noqa: ANN202, N805
                return x
