"""The checks are checked: right solutions get full marks and wrong ones lose what they should."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from grader.core.errors import AssignmentFault
from grader.core.results import CheckResult, Fingerprint, Grade, Misconception
from grader.feedback.terminal import validation
from grader.validation.mutation import MachineMutant
from grader.validation.solutions import Mutant, Variant, argued, mutate, vary
from grader.validation.validate import Verdict, _differences, _losses, judge

ROOT = Path(__file__).parent.parent


WRONG = Mutant("no tanh", "f", (("tanh(x)", "x"),), ("part/one",), "idea")


def check(name: str, outcome: str, named: str = "") -> CheckResult:
    misconception = Misconception(named, "") if named else None
    return CheckResult(name, "part", "", 0, 1, outcome, misconception=misconception)  # type: ignore[arg-type]


def grade(*checks: CheckResult) -> Grade:
    nothing = Fingerprint("", "", "", "")
    return Grade("m", "m", "a", "graded", 0, 1, 0, 1, nothing, checks=checks)


def test_a_mutant_that_loses_what_it_names_is_as_it_should_be() -> None:
    got = grade(check("part/one", "failed", "idea"), check("part/two", "passed"))
    assert list(_differences(got, WRONG)) == []


def test_a_mutant_that_loses_more_is_told() -> None:
    got = grade(check("part/one", "failed", "idea"), check("part/two", "error"))
    assert list(_differences(got, WRONG)) == ["also loses part/two"]


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


def test_a_right_solution_that_loses_something_is_told() -> None:
    got = grade(check("part/one", "passed"), check("part/two", "failed"))
    assert list(_losses(got)) == ["part/two failed: "]


CELL = "class c:\n  def f(x):\n    ### BEGIN SOLUTION\n    a\n    ### END SOLUTION\n"
CELL += "  def g(x):\n    ### BEGIN SOLUTION\n    b\n    ### END SOLUTION\nk = 1"


@pytest.mark.parametrize(
    ("place", "after"),
    [
        ("c.f()", CELL.replace("### BEGIN SOLUTION\n    a\n    ### END SOLUTION", "new\n    line")),
        ("c.g()", CELL.replace("### BEGIN SOLUTION\n    b\n    ### END SOLUTION", "new\n    line")),
        ("c", "new\nline"),
        ("k", "new\nline"),
    ],
)
def test_a_variant_fills_in_a_function_or_replaces_a_cell(place: str, after: str) -> None:
    notebook = {"cells": [{"cell_type": "code", "source": CELL}]}
    changed = json.loads(vary(notebook, Variant("v", {place: "\n        new\n        line\n    "})))
    assert changed["cells"][0]["source"] == after


@pytest.mark.parametrize("place", ["c.h()", "d", "d()"])
def test_a_variant_that_has_no_place_is_the_assignments_fault(place: str) -> None:
    notebook = {"cells": [{"cell_type": "code", "source": CELL}]}
    with pytest.raises(AssignmentFault, match="'v'"):
        vary(notebook, Variant("v", {place: "new"}))


MACHINE = MachineMutant("f:2 +→-", "f", "a + b", "a - b", b"")


@pytest.mark.parametrize(
    ("outcome", "reason", "fate", "wrong"),
    [
        ("failed", None, "killed", ()),
        ("passed", None, "survived", ("survives: a + b → a - b",)),
        ("passed", "b is 0", "equivalent", ()),
        ("failed", "b is 0", "killed", ("listed as equivalent, but loses part/one",)),
    ],
)
def test_a_machine_made_mutant_must_lose_something_or_be_argued(
    outcome: str, reason: str | None, fate: str, wrong: tuple[str, ...]
) -> None:
    verdict = judge(MACHINE, grade(check("part/one", outcome)), reason)
    assert (verdict.fate, verdict.wrong) == (fate, wrong)


def test_a_reason_holds_for_each_mutant_that_it_names(tmp_path: Path) -> None:
    path = tmp_path / "equivalent.toml"
    path.write_text('[[equivalent]]\nreason = "same"\nmutants = ["f:1", "f:2"]\n')
    assert argued(path) == {"f:1": "same", "f:2": "same"}


def test_a_mutant_with_two_reasons_is_the_assignments_fault(tmp_path: Path) -> None:
    path = tmp_path / "equivalent.toml"
    path.write_text('[[equivalent]]\nreason = "same"\nmutants = ["f:1", "f:1"]\n')
    with pytest.raises(AssignmentFault, match="f:1"):
        argued(path)


def test_no_reasons_are_no_fault(tmp_path: Path) -> None:
    assert argued(tmp_path / "equivalent.toml") == {}


def test_the_score_of_a_part_counts_what_is_no_equivalent() -> None:
    fates = ("killed", "killed", "killed", "survived", "equivalent")
    verdicts = [Verdict(f"f:{n}", (), "f", fate) for n, fate in enumerate(fates)]
    screen = Console(width=100)
    with screen.capture() as shown:
        screen.print(validation("a", verdicts))
    assert "75.0%" in shown.get()


# All of it takes `grader validate lstm_gru`; here it is every sort of solution.
QUICKLY = {
    "the reference": ("--seeds", "2", "--no-machine", "--only", "reference*"),
    "a fifth of those written by hand": ("--no-machine", "--only", "*[a-d]????"),
    "a tenth of those made by machine": ("--only", "*:*5 *"),
}


@pytest.mark.slow
@pytest.mark.parametrize("options", QUICKLY.values(), ids=QUICKLY)
def test_right_solutions_get_full_marks_and_wrong_ones_lose_what_they_should(
    options: tuple[str, ...],
) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "grader", "validate", "lstm_gru", *options],
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )
    assert ran.returncode == 0, ran.stdout
