"""The targets of `make fuzz`, each for a moment, on bytes that are the same each time."""

from __future__ import annotations

import fuzz_answers
import fuzz_finder
import fuzz_notebook
import fuzz_reader
import fuzz_wire
import pytest
from choices import Choices
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

BRIEFLY = settings(
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
MODULES = [fuzz_wire, fuzz_notebook, fuzz_reader, fuzz_finder, fuzz_answers]


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_what_a_campaign_begins_with_breaks_nothing(module: object) -> None:
    for data in module.corpus():  # type: ignore[attr-defined]
        module.target(data)  # type: ignore[attr-defined]


def test_a_worker_that_does_not_lie_is_heard_to_the_end() -> None:
    """Else all that comes after its first answer would never be tried."""
    assert fuzz_answers.converse(Choices(b""))


@settings(BRIEFLY, max_examples=300)
@given(st.binary(max_size=300))
def test_frames(data: bytes) -> None:
    fuzz_wire.target(data)


@settings(BRIEFLY, max_examples=60)
@given(st.binary(max_size=100))
def test_notebooks(data: bytes) -> None:
    fuzz_notebook.target(data)


@settings(BRIEFLY, max_examples=150)
@given(st.binary(max_size=200))
def test_submissions(data: bytes) -> None:
    fuzz_finder.target(data)


@settings(BRIEFLY, max_examples=200)
@given(st.binary(max_size=200))
def test_answers(data: bytes) -> None:
    fuzz_answers.target(data)
