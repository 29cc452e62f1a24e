"""Machine readings: each is the equation with one slip, computes what it says, and comes once."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

import pytest
import torch

from grader.checks.readings import Reading, readings_of, write
from grader.checks.readings.made import expression_of
from grader.checks.readings.notation import mark

if TYPE_CHECKING:
    from collections.abc import Callable

    from grader.checks.readings import Role

TENSORS: dict[str, Role] = dict.fromkeys(("x", "h", "c", "f", "i", "g", "o"), "tensor")
LAYERS: dict[str, Role] = dict.fromkeys(("x_fc", "h_fc"), "layer")


def cell(f: Any, c: Any, i: Any, g: Any) -> Any:
    """Return c_t."""
    return f * c + i * g


def candidate(x: Any, h: Any, i: Any, x_fc: Any, h_fc: Any) -> Any:
    total = x_fc(x) + h_fc(i * h)
    return torch.tanh(total)


def weights(e: Any, mask: Any) -> Any:
    return e.masked_fill(~mask, float("-inf")).softmax(dim=-1)


def _codes(equation: Callable[..., Any], **scope: Role) -> dict[str, Reading]:
    readings = list(readings_of(equation, scope))
    assert len({reading.code for reading in readings}) == len(readings)
    return {reading.code: reading for reading in readings}


@pytest.mark.parametrize(
    ("slip", "code"),
    [
        ("f for i", "f * c + f * g"),
        ("a gate of elsewhere", "o * c + i * g"),
        ("no forget term", "i * g"),
        ("the complement", "f * c + (1 - i) * g"),
        ("a sum for a product", "(f + c) + i * g"),
        ("a squashed state", "torch.tanh(f * c + i * g)"),
        ("a squashed candidate", "f * c + i * torch.tanh(g)"),
        ("two exchanged", "f * g + i * c"),
        ("another bracket", "f * (c + i * g)"),
    ],
)
def test_a_slip_in_a_cell_is_a_reading(slip: str, code: str) -> None:
    """Whatever variable, sign, bracket or activation somebody gets wrong."""
    assert slip
    assert ast.unparse(ast.parse(code, mode="eval").body) in _codes(cell, **TENSORS)


@pytest.mark.parametrize(
    "code",
    [
        "torch.relu(x_fc(x) + h_fc(i * h))",
        "torch.tanh(x_fc(x) + i * h_fc(h))",
        "torch.tanh(x_fc(x) + h_fc(h))",
        "torch.tanh(x @ x_fc.weight.T + h_fc(i * h))",
        "torch.tanh(h_fc(x) + h_fc(i * h))",
        "torch.tanh(x_fc(x)) + h_fc(i * h)",
    ],
)
def test_a_slip_in_a_layer_is_a_reading(code: str) -> None:
    """The reset after the product is one of them."""
    assert code in _codes(candidate, **TENSORS, **LAYERS)


@pytest.mark.parametrize(
    "code",
    [
        "e.softmax(dim=-1)",
        "e.masked_fill(mask, float('-inf')).softmax(dim=-1)",
        "e.masked_fill(~mask, 0.0).softmax(dim=-1)",
        "torch.softmax(e, dim=-1).masked_fill(~mask, 0.0)",
        "e.masked_fill(~mask, float('-inf')).softmax(dim=1)",
    ],
)
def test_a_slip_in_a_mask_or_an_axis_is_a_reading(code: str) -> None:
    """After the softmax, the other way round, with another filling, along another axis."""
    assert code in _codes(weights, e="tensor", mask="mask")


def test_every_reading_computes_what_it_says() -> None:
    """The function is the code: both give the same numbers, or fail alike."""
    values = {name: torch.randn(2, 3, dtype=torch.float64) for name in TENSORS}
    for code, reading in _codes(cell, **TENSORS).items():
        names = reading.function.__code__.co_varnames
        got = reading.function(**{name: values[name] for name in names})
        assert torch.equal(got, eval(code, {"torch": torch}, values))  # noqa: S307 - ours


def test_no_reading_is_the_equation_itself() -> None:
    """Products and sums exchanged are the same numbers, which whoever searches must leave out."""
    assert ast.unparse(expression_of(cell)) not in _codes(cell, **TENSORS)


def test_variables_on_the_way_are_part_of_the_equation() -> None:
    """An equation may be written in steps."""
    assert ast.unparse(expression_of(candidate)) == "torch.tanh(x_fc(x) + h_fc(i * h))"


def test_what_is_no_single_expression_is_refused() -> None:
    """A loop has no readings here."""

    def loop(x: int) -> int:
        for _ in range(2):
            x = x + 1
        return x

    with pytest.raises(ValueError, match="loop is not one expression"):
        expression_of(loop)


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("torch.sigmoid(a) * (1 - b)", "σ(a) ⊙ (1 − b)"),
        ("a * b + c * d", "a ⊙ b + c ⊙ d"),
        ("a - (b - c)", "a − (b − c)"),
        ("a / math.sqrt(d)", "a / √(d)"),
        ("2 * a", "2·a"),
        ("x @ W.weight.T + W.bias", "x W.weightᵀ + W.bias"),
        (
            "e.masked_fill(~mask, 0.0).softmax(dim=-1)",
            "softmax(masked_fill(e, ¬mask, 0.0), dim=−1)",
        ),
        ("a[:, -1]", "a[:, −1]"),
        ("-a ** 2", "−a^2"),
    ],
)
def test_an_equation_is_written_as_people_write_it(code: str, text: str) -> None:
    """With the signs of the lecture."""
    assert write(ast.parse(code, mode="eval").body).text == text


def test_what_was_changed_is_marked() -> None:
    """And names are those of the assignment."""
    tree = ast.parse("o * torch.tanh(c)", mode="eval").body
    assert isinstance(tree, ast.BinOp)
    mark(tree.left)
    shown = write(tree, {"c": "c_t", "o": "o_t"})
    assert (shown.text, shown.marked) == ("o_t ⊙ tanh(c_t)", "o_t")
