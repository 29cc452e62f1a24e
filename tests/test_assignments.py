"""What holds of every assignment: its skeleton, its texts, its solutions and its samples.

Here nothing runs in a sandbox; what needs one is `grader validate` and tests/test_samples.py.
"""

from __future__ import annotations

import json
import os
import re
import tomllib
import warnings
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from grader.assignments import assignment as assignments
from grader.grading.grade import Terms, grade
from grader.sandbox.backends.fake import FakeSandbox
from grader.sandbox.backends.process import ProcessSandbox
from grader.submissions.model import Submission
from grader.validation import solutions
from grader.validation.validate import Choice, validate
from grader.worker import reading

if TYPE_CHECKING:
    from grader.assignments.assignment import Assignment
    from grader.core.results import Grade
    from grader.validation.solutions import Solutions

ROOT = Path(__file__).parent.parent
FOLDERS = sorted(path.parent for path in (ROOT / "assignments").glob("*/assignment.toml"))
NAMES = [folder.name for folder in FOLDERS]
JUDGED_ELSEWHERE = {"lstm_gru"}
"""Its samples are graded in every sandbox, its solutions by test_validate."""
OTHERS = [name for name in NAMES if name not in JUDGED_ELSEWHERE]
VARIANTS = 12
SAMPLES = 8
EVERY = 20
"""Of variants and mutants so manyth are graded here; `grader validate` grades them all."""


@cache
def assignment(name: str) -> Assignment:
    return assignments.load(ROOT / "assignments" / name)


@cache
def of(name: str) -> Solutions:
    return solutions.load(assignment(name))


@cache
def cells(name: str, kind: str) -> tuple[str, ...]:
    """The sources of the cells of a kind in the notebook that students get."""
    text = (assignment(name).folder / f"{name}.ipynb").read_text(encoding="utf-8")
    return tuple(
        "".join(cell["source"]) for cell in json.loads(text)["cells"] if cell["cell_type"] == kind
    )


@cache
def notes(name: str) -> dict[str, dict[str, Any]]:
    path = ROOT / "tests" / "submissions" / name / "NOTES.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", NAMES)
def test_the_skeleton_is_what_the_reference_gives(name: str) -> None:
    pytest.importorskip("nbconvert")
    from grader.integrations.nbgrader import release

    assert not release.is_stale(assignment(name))


@pytest.mark.parametrize("name", OTHERS)
def test_the_notebook_says_what_each_part_is_worth(name: str) -> None:
    """In its heading, and in the table at the start."""
    text = "\n".join(cells(name, "markdown"))
    headings = re.findall(
        r"^## \d+\. .*?(?:`(\w+)`.*?)?(?: \(([\d,]+) puntos?\))$", text, re.MULTILINE
    )
    rows = re.findall(r"^\| \d+ \| (?:`(\w+)`|[^|]*)[^|]*\| ([\d,]+) \|", text, re.MULTILINE)
    for said in (headings, rows):
        worth = {part or "aprendizaje": float(points.replace(",", ".")) for part, points in said}
        assert worth == dict(assignment(name).points)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_to_be_written_can_be_checked_right_below(name: str) -> None:
    checks = {source.split()[1] for source in cells(name, "code") if source.startswith("%check ")}
    worth = assignment(name).points
    assert checks <= {*assignment(name).names, *worth}
    assert {one for one in assignment(name).names if one in worth} <= checks


@pytest.mark.parametrize("name", NAMES)
def test_all_is_worth_100(name: str) -> None:
    assert assignment(name).max_score == 100


@pytest.mark.parametrize("name", OTHERS)
def test_every_mistake_that_has_words_is_a_mutant(name: str) -> None:
    words = tomllib.loads((assignment(name).folder / "words.toml").read_text(encoding="utf-8"))
    named = {mutant.named for mutant in of(name).mutants} - {""}
    assert named == {key for key in words if re.fullmatch(r"\w+\.\w+", key)}


@pytest.mark.parametrize("name", OTHERS)
def test_there_are_variants_enough(name: str) -> None:
    assert len(of(name).variants) >= VARIANTS


@pytest.mark.slow
@pytest.mark.parametrize("name", OTHERS)
def test_right_solutions_get_full_marks_and_wrong_ones_lose_what_they_should(name: str) -> None:
    verdicts = list(validate(assignment(name), 1, 2, Choice(fast=True, every=EVERY)))
    assert len(verdicts) > 2
    assert {one.name: one.wrong for one in verdicts if one.wrong} == {}


@pytest.mark.parametrize("name", OTHERS)
def test_every_sample_has_a_note(name: str) -> None:
    files = (ROOT / "tests" / "submissions" / name).iterdir()
    assert {path.stem for path in files} - {"NOTES"} == set(notes(name))
    assert len(notes(name)) >= SAMPLES


ALL = [(name, sample) for name in OTHERS for sample in notes(name)]
GRADED = ALL if os.environ.get("GRADER_SAMPLES") == "all" else ALL[::3]
"""One sample in three is graded, some twenty seconds each; GRADER_SAMPLES=all grades them all."""


def file(name: str, sample: str) -> Path:
    return next((ROOT / "tests" / "submissions" / name).glob(f"{sample}.*"))


def graded(name: str, sample: str) -> Grade:
    """A sample's grade; in a process of its own where something in it is to be caught."""
    terms = Terms(assignment(name), "samples", FakeSandbox.image, FakeSandbox.name)
    lane = (ProcessSandbox if notes(name)[sample].get("flags") else FakeSandbox)().lane()
    try:
        path = file(name, sample)
        handed_in = Submission(sample, sample, path.name, path.read_bytes())
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the students' own are no errors of ours
            return grade(handed_in, terms, lane)
    finally:
        lane.close()


@pytest.mark.slow
@pytest.mark.parametrize(("name", "sample"), ALL)
def test_a_sample_is_flagged_where_its_note_says(name: str, sample: str) -> None:
    path = file(name, sample)
    names, shut = list(assignment(name).names), assignment(name).shut
    note = notes(name)[sample]
    found = (
        reading.read(path.read_bytes(), path.name, names, shut).flags
        if note["status"] == "graded"
        else ()
    )
    assert {flag.part for flag in found} == set(note.get("flags", ()))


@pytest.mark.slow
@pytest.mark.parametrize(("name", "sample"), GRADED)
def test_a_sample_gets_what_its_note_says(name: str, sample: str) -> None:
    note, got = notes(name)[sample], graded(name, sample)
    if note["status"] == "rejected":
        assert (got.status, got.score, bool(got.reason)) == ("rejected", 0, True)
        return
    assert got.status == "graded", got.reason
    lost = {check.id for check in got.checks if check.outcome != "passed"}
    told = {one.partition("/")[0] for one in (*note["right"], *note["wrong"])}
    for part in {*assignment(name).names, *told}:
        of_part = {check.id for check in got.checks if check.part == part}
        wrong = {check for check in note["wrong"] if check.startswith(f"{part}/")}
        all_of_it = f"{part}/*" in wrong or (part not in note["right"] and not wrong)
        assert lost & of_part == (of_part if all_of_it else wrong), part
