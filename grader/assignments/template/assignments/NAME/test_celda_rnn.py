"""celdaRNN, the cell of Elman (1990): h_t = tanh(W_x x_t + b_x + W_h h_{t-1} + b_h).

An example to change into checks of your own. From the top: which part the checks belong to, a case
and how it is drawn, the right answer, what people get wrong, and the checks. Try them with

    pytest assignments/NAME --submission solutions/NAME/NAME.ipynb

Shapes: x_t (B, I), h_{t-1} and h_t (B, H); x_fc is a Linear(I, H), h_fc a Linear(H, H).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Self

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from grader.checks import assert_close, construct, parameters, require_shape
from grader.checks.asserts import close
from grader.checks.misconceptions import Diagnosis, Misconception, diagnose
from grader.checks.strategies import Numbers, numbers, sizes
from grader.student.student import Student

# A check with `needs` is skipped, for no points, unless those of them that ran before it passed.
pytestmark = [pytest.mark.part("celdaRNN"), pytest.mark.needs("parameters", "interface")]

Weights = Mapping[str, Tensor]
Term = Callable[[Weights, Tensor], Tensor]


@dataclass(frozen=True)
class Case:
    """One step of one cell, in float32 as in the students' notebooks.

    `dtype`, `magnitude` and `steps` say how exact the answer can be, `show` what the student sees.
    """

    x: Tensor
    h: Tensor
    weights: Weights
    dtype: torch.dtype = torch.float32
    steps: int = 1

    @property
    def magnitude(self) -> float:
        """The largest sum of absolute terms before the tanh."""
        weights = {name: tensor.abs() for name, tensor in self.weights.items()}
        return float((X_TERM(weights, self.x.abs()) + H_TERM(weights, self.h.abs())).max())

    def show(self) -> dict[str, Tensor]:
        """Return the tensors by the names that the student knows."""
        return {"x_t": self.x, "h_t_1": self.h, **self.weights}

    def without(self, *silent: str) -> Self:
        """Return the case with the weights at zero whose names begin so."""
        weights = {
            name: torch.zeros_like(tensor) if name.startswith(silent) else tensor
            for name, tensor in self.weights.items()
        }
        return replace(self, weights=weights)


def make(source: Numbers, batch: int, input_size: int, hidden_size: int) -> Case:
    """Return the case that these numbers and sizes stand for."""
    stream = source.stream()
    weights = {
        "x_fc.weight": stream.weights(hidden_size, input_size),
        "x_fc.bias": stream.weights(hidden_size),
        "h_fc.weight": stream.weights(hidden_size, hidden_size),
        "h_fc.bias": stream.weights(hidden_size),
    }
    x, h = stream.weights(batch, input_size), stream.states(batch, hidden_size)
    return Case(x.float(), h.float(), {name: tensor.float() for name, tensor in weights.items()})


@st.composite
def cases(draw: st.DrawFn, *silent: str) -> Case:
    """Draw a case; `silent` weights are zero, so that what is wrong with them does not show."""
    batch, input_size, hidden_size = (draw(sizes(3)) for _ in range(3))
    return make(draw(numbers()), batch, input_size, hidden_size).without(*silent)


def layer(name: str) -> Term:
    """Return what a layer contributes: W v + b, (B, H)."""
    return lambda weights, v: v @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]


def nothing(_weights: Weights, _v: Tensor) -> Tensor:
    """Return 0: what a term contributes that was left out."""
    return torch.zeros(())


X_TERM, H_TERM = layer("x_fc"), layer("h_fc")


@dataclass(frozen=True)
class Equations:
    """The equation as somebody reads it; by default, rightly.

    Each field bears the name of the check that judges it.
    """

    input: Term = X_TERM
    recurrent: Term = H_TERM
    activation: Callable[[Tensor], Tensor] = torch.tanh


RIGHT = Equations()

BANK = (
    Misconception(
        "rnn.x_ignored",
        {"input": nothing},
        "Tu celda da lo mismo sea cual sea x_t: no lee la secuencia.",
        "Your cell gives the same whatever x_t is: it does not read the sequence.",
    ),
    Misconception(
        "rnn.h_ignored",
        {"recurrent": nothing},
        "Tu celda da lo mismo sea cual sea h_{t-1}: así no recuerda nada.",
        "Your cell gives the same whatever h_{t-1} is: so it remembers nothing.",
    ),
    Misconception(
        "rnn.activation_with_sigmoid",
        {"activation": torch.sigmoid},
        "Tus h_t están entre 0 y 1: aplicas σ. Mira qué función lleva la ecuación.",
        "Your h_t lie between 0 and 1: you apply σ. Look at the function in the equation.",
    ),
)
"""What people get wrong. Whoever does is told so, and loses the check of that field alone."""


def step(case: Case, equations: Equations = RIGHT) -> Tensor:
    """Return h_t (B, H), in float64, of a cell that reads the equation so."""
    weights = {name: tensor.double() for name, tensor in case.weights.items()}
    x_term = equations.input(weights, case.x.double())
    return equations.activation(x_term + equations.recurrent(weights, case.h.double()))


def run(student: Student, case: Case) -> Tensor:
    """Return h_t of the student's cell. Raises StudentFault, Mismatch."""
    sizes_ = (case.x.shape[1], case.h.shape[1])
    cell = construct(student, "celdaRNN", *sizes_).load(case.weights)
    h: Tensor = cell(case.x, case.h)
    require_shape(h, tuple(case.h.shape), "h_t")
    return h


def known(student: Student) -> Diagnosis[Equations]:
    """Return how this student reads the equation; it is found out once for all the checks."""

    def find() -> Diagnosis[Equations]:
        tried = [make(Numbers(seed, scale=0.7, states=0.9), 4, 3, 3) for seed in range(3)]
        given_ = [(case, run(student, case)) for case in tried]
        return diagnose(
            RIGHT, BANK, lambda equations: all(close(h, step(c, equations), c) for c, h in given_)
        )

    return student.recall("celdaRNN", find)


def judge(student: Student, case: Case, field: str) -> None:
    """Assert that the student's h_t is right in one respect, and in others as this student does it.

    So one mistake costs once. Raises StudentFault, Mismatch.
    """
    diagnosis = known(student)
    expected = step(case, diagnosis.but(field))
    h = run(student, case)
    assert_close(h, expected, quantity="h_t", case=case, misconception=diagnosis.about(field))


@pytest.mark.points(10)
def test_parameters(student: Student) -> None:
    """Parámetros: x_fc = Linear(input_size, hidden_size) y h_fc = Linear(hidden_size, hidden_size).

    Parameters: x_fc = Linear(input_size, hidden_size), h_fc = Linear(hidden_size, hidden_size).
    """
    cell = construct(student, "celdaRNN", 3, 5)
    shapes = {"x_fc.weight": (5, 3), "x_fc.bias": (5,), "h_fc.weight": (5, 5), "h_fc.bias": (5,)}
    parameters.require(cell, shapes)


@pytest.mark.points(10)
def test_interface(student: Student) -> None:
    """El método forward recibe x_t y h_{t-1} y devuelve h_t, de forma (lote, hidden_size).

    The method forward takes x_t and h_{t-1} and returns h_t, of shape (batch, hidden_size).
    """
    for sizes_ in ((1, 1, 1), (1, 4, 2), (3, 2, 5)):
        run(student, make(Numbers(0, scale=0.5, states=0.5), *sizes_))


@pytest.mark.points(25)
@given(case=cases("h_fc"))
def test_input(student: Student, case: Case) -> None:
    """La entrada llega al estado: W_x x_t + b_x.

    The input reaches the state: W_x x_t + b_x.
    """
    judge(student, case, "input")


@pytest.mark.points(25)
@given(case=cases("x_fc"))
def test_recurrent(student: Student, case: Case) -> None:
    """El estado anterior llega al nuevo: W_h h_{t-1} + b_h.

    The previous state reaches the new one: W_h h_{t-1} + b_h.
    """
    judge(student, case, "recurrent")


@pytest.mark.points(30)
@given(case=cases("h_fc", "x_fc.bias"))
def test_activation(student: Student, case: Case) -> None:
    """Activación: h_t = tanh(W_x x_t + b_x + W_h h_{t-1} + b_h).

    Activation: h_t = tanh(W_x x_t + b_x + W_h h_{t-1} + b_h).
    """
    judge(student, case, "activation")
