"""Every sample gets the grade that its note says, in each sandbox and each time."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from grader.results import CheckResult, Grade

SAMPLES = Path(__file__).parent / "submissions"
NOTES: dict[str, dict[str, Any]] = tomllib.loads((SAMPLES / "NOTES.toml").read_text())
SEED = "samples"
A_FEW = ("01_completa", "09_float32", "22_gru_de_pytorch", "34_ilegible")


def grade(out: Path, *arguments: str, seed: str = SEED) -> dict[str, Grade]:
    subprocess.run(
        [sys.executable, "-m", "grader", "grade", "--out", out, "--seed", seed, *arguments],
        check=True,
        capture_output=True,
    )
    grades = map(Grade.from_json, (path.read_text() for path in (out / "results").iterdir()))
    return {grade.submission: grade for grade in grades}


def files(names: tuple[str, ...]) -> list[str]:
    return [str(next(SAMPLES.glob(f"{name}.*"))) for name in names]


def comparable(grade: Grade) -> str:
    """A grade's JSON without timings and environment."""
    fields = json.loads(grade.to_json())
    del fields["environment"]
    for check in fields["checks"]:
        del check["seconds"], check["cpu_seconds"]
    return json.dumps(fields)


def is_wrong(check: CheckResult, note: dict[str, Any]) -> bool:
    """Whether a sample's note says that it loses this check.

    A part that the note calls neither right nor wrong in places is missing or does not run.
    """
    if any(pattern.startswith(f"{check.part}/") for pattern in note["wrong"]):
        return check.id in note["wrong"] or f"{check.part}/*" in note["wrong"]
    return check.part not in note["right"]


def marks(grade: Grade) -> list[tuple[str, str, float]]:
    return [(check.id, check.outcome, check.points) for check in grade.checks]


@pytest.fixture(scope="session")
def in_docker(
    docker_client: object,  # noqa: ARG001 - skips where there is no engine
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, Grade]:
    return grade(tmp_path_factory.mktemp("docker"), "--sandbox", "docker", str(SAMPLES))


@pytest.mark.parametrize("name", NOTES)
def test_a_sample_gets_what_its_note_says(in_docker: dict[str, Grade], name: str) -> None:
    note, got = NOTES[name], in_docker[name]
    lost = {check.id for check in got.checks if check.outcome != "passed"}
    if note["status"] == "rejected":
        assert (got.status, got.score, bool(got.reason)) == ("rejected", 0, True)
        return
    wanted = {check.id for check in got.checks if is_wrong(check, note)}
    assert (got.status, lost) == ("graded", wanted)
    assert got.score == 100 - sum(c.max_points for c in got.checks if c.id in wanted)


def test_every_sample_has_a_note_and_a_grade(in_docker: dict[str, Grade]) -> None:
    assert set(in_docker) == set(NOTES)


def test_a_failure_on_a_case_shows_it_small_enough_to_read(in_docker: dict[str, Grade]) -> None:
    wrong = [in_docker[name] for name in NOTES if name.startswith("2") and "init" not in name]
    failed = [check for grade in wrong for check in grade.checks if check.outcome == "failed"]
    for check in failed:
        assert check.counterexample is not None
        assert all("values" in tensor for tensor in check.counterexample["inputs"].values())
        assert check.misconception is not None
        assert check.reproduce is not None


def test_grades_do_not_depend_on_the_run(in_docker: dict[str, Grade], tmp_path: Path) -> None:
    again = grade(tmp_path, "--sandbox", "docker", "--jobs", "1", *files(A_FEW))
    assert {k: comparable(v) for k, v in again.items()} == {
        k: comparable(in_docker[k]) for k in A_FEW
    }


def test_strict_isolation_gives_the_same_grades(
    in_docker: dict[str, Grade], tmp_path: Path
) -> None:
    strict = grade(tmp_path, "--sandbox", "docker", "--isolation", "strict", *files(A_FEW))
    assert {k: comparable(v) for k, v in strict.items()} == {
        k: comparable(in_docker[k]) for k in A_FEW
    }


def test_a_plain_process_and_another_seed_give_the_same_marks(
    in_docker: dict[str, Grade], tmp_path: Path
) -> None:
    other = grade(tmp_path, "--sandbox", "process", str(SAMPLES), seed="another seed")
    assert {k: marks(v) for k, v in other.items()} == {k: marks(v) for k, v in in_docker.items()}
