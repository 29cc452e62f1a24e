"""The checks are checked: the reference gets full marks and wrong solutions lose what they name."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from grader.errors import AssignmentFault
from grader.results import CheckResult, Fingerprint, Grade, Misconception
from grader.validate import Mutant, _differences, mutate

ROOT = Path(__file__).parent.parent


WRONG = Mutant("no tanh", "f", (("tanh(x)", "x"),), ("part/one",), "idea")


def check(name: str, outcome: str, named: str = "") -> CheckResult:
    belief = Misconception(named, "") if named else None
    return CheckResult(name, "part", "", 0, 1, outcome, misconception=belief)  # type: ignore[arg-type]


def grade(*checks: CheckResult) -> Grade:
    nothing = Fingerprint("", "", "", "")
    return Grade("m", "m", "a", "graded", 0, 1, 0, 1, nothing, checks=checks)


def test_a_mutant_that_loses_what_it_names_is_as_it_should_be() -> None:
    got = grade(check("part/one", "failed", "idea"), check("part/two", "passed"))
    assert list(_differences(got, WRONG)) == []


def test_a_mutant_that_loses_more_is_told() -> None:
    got = grade(check("part/one", "failed", "idea"), check("part/two", "error"))
    assert list(_differences(got, WRONG)) == ["loses part/two too"]


def test_a_mutant_that_survives_is_told() -> None:
    got = grade(check("part/one", "passed"))
    assert list(_differences(got, WRONG)) == ["survives part/one", "named nothing, not idea"]


def test_a_mutant_that_names_no_check_of_this_assignment_is_told() -> None:
    assert "there is no check part/one" in list(_differences(grade(), WRONG))


def test_an_edit_changes_the_cell_that_defines_the_name() -> None:
    cells = [{"cell_type": "code", "source": text} for text in ("tanh(x)", "def f(x):\n  tanh(x)")]
    changed = json.loads(mutate({"cells": cells}, WRONG))
    assert [cell["source"] for cell in changed["cells"]] == ["tanh(x)", "def f(x):\n  x"]


def test_an_edit_that_does_not_fit_is_the_assignments_fault() -> None:
    cells = [{"cell_type": "code", "source": "def f(x):\n  sin(x)"}]
    with pytest.raises(AssignmentFault, match="no tanh"):
        mutate({"cells": cells}, WRONG)


def test_the_reference_gets_full_marks_and_every_mutant_loses_what_it_names() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "grader", "validate", "lstm_gru", "--seeds", "2"],
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )
    assert ran.returncode == 0, ran.stdout
