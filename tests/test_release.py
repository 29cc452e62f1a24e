"""The skeleton is the reference without its solutions."""

import json
from pathlib import Path

import pytest

from grader.errors import AssignmentFault
from grader.release import skeleton

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("name", sorted(p.name for p in (ROOT / "solutions").iterdir()))
def test_the_committed_skeleton_is_made_from_the_reference(name: str) -> None:
    committed = ROOT / "assignments" / name / f"{name}.ipynb"
    assert skeleton(ROOT / "solutions" / name / f"{name}.ipynb") == committed.read_text()


@pytest.mark.parametrize("name", sorted(p.name for p in (ROOT / "solutions").iterdir()))
def test_a_skeleton_shows_no_solution(name: str) -> None:
    text = (ROOT / "assignments" / name / f"{name}.ipynb").read_text()
    assert "SOLUTION" not in text
    assert "sigmoid(" not in text


def test_marks_that_do_not_match_are_the_assignments_fault(tmp_path: Path) -> None:
    reference = json.loads((ROOT / "solutions/lstm_gru/lstm_gru.ipynb").read_text())
    for cell in reference["cells"]:
        cell["source"] = [line for line in cell["source"] if "END SOLUTION" not in line]
    broken = tmp_path / "broken.ipynb"
    broken.write_text(json.dumps(reference))
    with pytest.raises(AssignmentFault, match=r"broken\.ipynb"):
        skeleton(broken)
