"""What a process that grades holds on to."""

from __future__ import annotations

import gc
from collections import Counter
from pathlib import Path

import pytest

from grader.assignments import assignment as assignments
from grader.grading.grade import Terms, grade
from grader.sandbox.backends.process import ProcessSandbox
from grader.submissions.model import Submission

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent
GRADES = 3


def test_nothing_of_a_submission_stays_in_the_process_that_graded_it() -> None:
    path = ROOT / "solutions" / "lstm_gru" / "lstm_gru.ipynb"
    submission = Submission("right", "right", path.name, path.read_bytes())
    sandbox = ProcessSandbox()
    terms = Terms(
        assignments.load(ROOT / "assignments" / "lstm_gru"), "memory", sandbox.image, sandbox.name
    )
    lane = sandbox.lane()

    def held() -> Counter[str]:
        for _ in range(GRADES):
            grade(submission, terms, lane, only=("celdaGRU", "modelo_entrenamiento"))
        gc.collect()
        return Counter(str(type(one)) for one in gc.get_objects())

    try:
        held()  # imports, and fills what is kept
        first, second, third = held(), held(), held()
    finally:
        lane.close()
    grew = (second - first) & (third - second)  # what is kept of each is there both times
    assert {kind: count for kind, count in grew.items() if count >= GRADES} == {}
