from __future__ import annotations

import json
import math
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from grader.checks import Mismatch, assert_close, require_shape, tolerance
from grader.checks.asserts import close, show
from grader.checks.case import Case

CASE = Case({"B": 2, "H": 4}, {"h": torch.ones(2, 4, dtype=torch.float64)}, {})
RIGHT = torch.ones(2, 4, dtype=torch.float64)

magnitudes = st.floats(0, 1e6)
dtypes = st.sampled_from([torch.float64, torch.float32, torch.float16])


def judge(got: Any, expected: torch.Tensor = RIGHT) -> None:
    assert_close(got, expected, quantity="h_t", case=CASE)


def test_equal_numbers_agree() -> None:
    judge(RIGHT.clone())


def test_numbers_within_rounding_agree() -> None:
    judge(RIGHT + 1e-15)


def test_a_float32_answer_is_allowed_its_own_rounding() -> None:
    got = RIGHT.to(torch.float32) + 1e-6
    assert_close(got, RIGHT, quantity="h_t", case=CASE.rounded(torch.float32))


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
def test_a_mistake_that_can_be_seen_does_not_agree(dtype: torch.dtype) -> None:
    with pytest.raises(Mismatch, match=r"la mayor diferencia es 0\.01"):
        judge((RIGHT + 0.01).to(dtype))


@pytest.mark.parametrize("odd", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("where", ["one", "all"])
def test_what_is_not_finite_never_agrees(odd: float, where: str) -> None:
    got = RIGHT.clone() if where == "one" else torch.full_like(RIGHT, odd)
    got[0, 0] = odd
    with pytest.raises(Mismatch):
        judge(got)


def test_nan_does_not_even_agree_with_nan() -> None:
    nan = torch.full_like(RIGHT, math.nan)
    assert not close(nan, nan, CASE)


def test_a_disagreement_turns_into_json_even_with_nan() -> None:
    with pytest.raises(Mismatch) as caught:
        judge(torch.full_like(RIGHT, math.nan))
    assert json.dumps(caught.value.counterexample, allow_nan=False)


@pytest.mark.parametrize(
    ("got", "words"),
    [
        (None, "falta un return"),
        (3.0, "de tipo float"),
        ((RIGHT, RIGHT), "de tipo tuple"),
        (RIGHT.to(torch.int64), "float32 o float64"),
        (RIGHT.to(torch.bool), "float32 o float64"),
        (RIGHT[0], r"forma \(4,\)"),
        (RIGHT[:, :1], r"forma \(2, 1\)"),
        (RIGHT[None], r"forma \(1, 2, 4\)"),
        (torch.ones(()), r"forma \(\)"),
    ],
)
def test_what_is_no_such_tensor_is_told_in_words(got: Any, words: str) -> None:
    with pytest.raises(Mismatch, match=words):
        judge(got)


def test_an_empty_shape_is_a_shape() -> None:
    require_shape(torch.ones(()), (), "pérdida")


@given(dtypes, magnitudes, magnitudes, st.integers(1, 500))
def test_tolerance_grows_with_the_terms(
    dtype: torch.dtype, one: float, other: float, steps: int
) -> None:
    low, high = sorted((one, other))
    assert tolerance(dtype, low, steps) <= tolerance(dtype, high, steps)


@given(dtypes, magnitudes, st.integers(1, 500), st.integers(1, 500))
def test_tolerance_grows_with_the_steps(
    dtype: torch.dtype, magnitude: float, one: int, other: int
) -> None:
    low, high = sorted((one, other))
    assert tolerance(dtype, magnitude, low) <= tolerance(dtype, magnitude, high)


@given(magnitudes, st.floats(0, 1e6))
def test_tolerance_follows_the_dtype(magnitude: float, size: float) -> None:
    fine, middle, rough = (
        tolerance(dtype, magnitude, size=size)
        for dtype in (torch.float64, torch.float32, torch.float16)
    )
    assert fine < middle < rough


def test_a_large_tensor_is_shown_by_its_shape_alone() -> None:
    assert show(torch.ones(100, 100)) == {"dtype": "float32", "shape": [100, 100]}
