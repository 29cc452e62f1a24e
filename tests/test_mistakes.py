"""benchmarks/mistakes: wrong solutions that fit the references, and public tests that are right."""

from __future__ import annotations

from collections import Counter

import pytest

from benchmarks.mistakes import __main__ as benchmark
from benchmarks.mistakes import corpus, public
from grader.assignments import assignment as assignments
from grader.grading.grade import Terms, grade
from grader.sandbox.backends.fake import FakeSandbox
from grader.submissions.model import Submission
from grader.validation import solutions, validity

NAMES = corpus.assignments()


def assignment(name: str) -> assignments.Assignment:
    return assignments.load(benchmark.ROOT / "assignments" / name)


@pytest.mark.parametrize("name", NAMES)
def test_each_is_another_notebook_and_costs_a_part_that_is_there(name: str) -> None:
    chosen = assignment(name)
    reference = solutions.load(chosen).reference
    everything = list(corpus.wrong(chosen))
    assert max(Counter(one.what for one in everything).values()) == 1
    assert max(Counter(one.content for one in everything).values()) == 1
    assert all(one.content != reference for one in everything)
    assert {one.part for one in everything} <= set(chosen.points)


@pytest.mark.parametrize("name", NAMES)
def test_the_reference_passes_the_public_tests(name: str) -> None:
    found = public.costs(name, solutions.load(assignment(name)).reference)
    assert found
    assert set(found.values()) == {0.0}


def outcome(what: str) -> benchmark.Outcome:
    chosen = assignment("lstm_gru")
    (wrong,) = (one for one in corpus.wrong(chosen) if one.what == what)
    terms = Terms(chosen, "a seed", FakeSandbox.image, FakeSandbox.name, only=(wrong.part,))
    submission = Submission(what, what, "lstm_gru.ipynb", wrong.content)
    graded = grade(submission, terms, FakeSandbox().lane())
    return benchmark.outcome(wrong, graded, validity.groups(chosen))


def test_a_mistake_is_measured_under_both() -> None:
    found = outcome("the update gate is the other way round")
    assert (found.caught, found.elsewhere, found.explained) == (True, (), validity.NAMED)
    assert found.rule
    assert 0.3 <= found.rule <= 0.55
    assert found.public == pytest.approx(2 / 3)
    assert "1" in benchmark._figures([found])[0]


def test_one_that_public_tests_miss_is_caught() -> None:
    found = outcome("ten steps whatever comes")
    assert found.caught
    assert found.public == 0
