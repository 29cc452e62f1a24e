from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import torch

from grader.checks import Mismatch, parameters
from grader.sandbox.api import Report
from grader.sandbox.backends.fake import FakeCheck
from grader.student.student import Student
from grader.worker.objects import Objects

if TYPE_CHECKING:
    from collections.abc import Callable

HIDDEN = 64
BOUND = (3 / HIDDEN) ** 0.5
SHAPES = {
    "x_fc.weight": (4 * HIDDEN, 32),
    "x_fc.bias": (4 * HIDDEN,),
    "h_fc.weight": (4 * HIDDEN, HIDDEN),
    "h_fc.bias": (4 * HIDDEN,),
}


def uniform(bound: float) -> Callable[[torch.Tensor], Any]:
    return lambda tensor: tensor.uniform_(-bound, bound)


def state(fill: Callable[[torch.Tensor], Any], seed: int) -> dict[str, torch.Tensor]:
    """What somebody who fills each tensor so has, after this seed."""
    torch.manual_seed(seed)
    tensors = {name: torch.zeros(shape) for name, shape in SHAPES.items()}
    for tensor in tensors.values():
        fill(tensor)
    return tensors


def xavier(tensor: torch.Tensor) -> None:
    if tensor.ndim > 1:
        torch.nn.init.xavier_uniform_(tensor)
    else:
        tensor.uniform_(-BOUND, BOUND)


def zero_biases(tensor: torch.Tensor) -> None:
    if tensor.ndim > 1:
        tensor.uniform_(-BOUND, BOUND)


@pytest.mark.parametrize("seed", range(200))
def test_the_right_distribution_passes(seed: int) -> None:
    parameters.require_uniform(state(uniform(BOUND), seed), BOUND)


WRONG: dict[str, Callable[[torch.Tensor], Any]] = {
    "normal with the bound as deviation": lambda tensor: tensor.normal_(0, BOUND),
    "normal with the right variance": lambda tensor: tensor.normal_(0, HIDDEN**-0.5),
    "normal cut at the bound": lambda t: torch.nn.init.trunc_normal_(
        t, 0, 0.5 * BOUND, -BOUND, BOUND
    ),
    "Xavier": xavier,
    "as Linear does by default": uniform(HIDDEN**-0.5),
    "constant": lambda tensor: tensor.fill_(BOUND),
    "zero": lambda tensor: tensor,
    "zero biases": zero_biases,
    "positive only": lambda tensor: tensor.uniform_(0, BOUND),
    "negative only": lambda tensor: tensor.uniform_(-BOUND, 0),
    "twice the bound": uniform(2 * BOUND),
    "half the bound": uniform(BOUND / 2),
    "bound squared": uniform(BOUND**2),
    "bound of 4 H": uniform((3 / (4 * HIDDEN)) ** 0.5),
    "bound of the input's size": uniform((3 / 32) ** 0.5),
    "one over the root": uniform((1 / HIDDEN) ** 0.5),
    "signs alone": lambda tensor: tensor.uniform_(-1, 1).sign_().mul_(BOUND),
    "nan": lambda tensor: tensor.fill_(torch.nan),
}


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("name", WRONG)
def test_another_distribution_fails(name: str, seed: int) -> None:
    with pytest.raises(Mismatch):
        parameters.require_uniform(state(WRONG[name], seed), BOUND)


def test_the_bound_taken_for_a_deviation_is_named() -> None:
    with pytest.raises(Mismatch) as caught:
        parameters.require_uniform(state(WRONG["normal with the bound as deviation"], 0), BOUND)
    assert caught.value.misconception == parameters.NORMAL


@pytest.mark.parametrize("times", [1.1, 2.0, 4.0])
def test_a_bound_that_is_too_large_is_not_called_normal(times: float) -> None:
    with pytest.raises(Mismatch) as caught:
        parameters.require_uniform(state(uniform(times * BOUND), 0), BOUND)
    found = caught.value.misconception
    assert found
    assert found.reading
    assert found.reading.text.startswith("U(±√(")


def require(shapes: dict[str, tuple[int, ...]]) -> None:
    """Judge the parameters of a student's Linear(3, 5)."""
    made = Objects({"capa": torch.nn.Linear})
    student = Student(FakeCheck(made), Report(defined=("capa",)), {})
    parameters.require(student.capa(3, 5), shapes)


def test_parameters_of_the_right_shape_pass() -> None:
    require({"weight": (5, 3)})


@pytest.mark.parametrize(
    ("shapes", "words"),
    [
        ({"x_fc.weight": (5, 3)}, "los que hay: bias, weight"),
        ({"weight": (3, 5)}, r"forma \(5, 3\)"),
    ],
)
def test_a_missing_or_misshapen_parameter_is_told(
    shapes: dict[str, tuple[int, ...]], words: str
) -> None:
    with pytest.raises(Mismatch, match=words):
        require(shapes)
