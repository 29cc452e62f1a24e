"""Every sample gets the grade that its note says, in each sandbox and each time."""

import json
import tomllib
from dataclasses import replace
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
from conftest import SAMPLES, grade_samples

from grader.core.results import CheckResult, Grade
from grader.feedback import class_page

NOTES: dict[str, dict[str, Any]] = tomllib.loads((SAMPLES / "NOTES.toml").read_text())
SEED = "samples"
A_FEW = ("01_completa", "09_float32", "22_gru_de_pytorch", "34_ilegible")


def files(names: tuple[str, ...]) -> list[str]:
    return [str(next(SAMPLES.glob(f"{name}.*"))) for name in names]


def comparable(grade: Grade) -> str:
    """A grade's JSON without timings and environment."""
    fields = json.loads(grade.to_json())
    del fields["environment"]
    for check in fields["checks"]:
        del check["seconds"], check["cpu_seconds"]
        check["data"].pop("timing", None)
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
    return grade_samples(
        tmp_path_factory.mktemp("docker"), "--sandbox", "docker", SAMPLES, seed=SEED
    )


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


def failures(grades: dict[str, Grade]) -> list[CheckResult]:
    """The checks that failed, but for those of parts that were not written at all."""
    flagged = {flag.part for grade in grades.values() for flag in grade.flags}
    everything = [check for grade in grades.values() for check in grade.checks]
    return [c for c in everything if c.outcome == "failed" and c.part not in flagged]


def test_a_failure_shows_a_counterexample_small_enough_to_read(
    in_docker: dict[str, Grade],
) -> None:
    found = {name: grade for name, grade in in_docker.items() if not grade.flags}
    for check in failures(found):
        assert check.counterexample is not None
        shown = [*check.counterexample["inputs"].values(), check.counterexample["got"]]
        assert all("values" in tensor or "text" in tensor for tensor in shown)
        assert check.reproduce


def test_a_mistake_with_a_name_is_named(in_docker: dict[str, Grade]) -> None:
    wrong = {n: g for n, g in in_docker.items() if n.startswith("2") and n != "27_init_normal"}
    assert all(check.misconception for check in failures(wrong))


def test_grades_do_not_depend_on_the_run(in_docker: dict[str, Grade], tmp_path: Path) -> None:
    again = grade_samples(tmp_path, "--sandbox", "docker", "--jobs", "1", *files(A_FEW), seed=SEED)
    assert {k: comparable(v) for k, v in again.items()} == {
        k: comparable(in_docker[k]) for k in A_FEW
    }


def test_strict_isolation_gives_the_same_grades(
    in_docker: dict[str, Grade], tmp_path: Path
) -> None:
    strict = grade_samples(
        tmp_path, "--sandbox", "docker", "--isolation", "strict", *files(A_FEW), seed=SEED
    )
    assert {k: comparable(v) for k, v in strict.items()} == {
        k: comparable(in_docker[k]) for k in A_FEW
    }


def test_a_plain_process_and_another_seed_give_the_same_marks(
    in_docker: dict[str, Grade], as_process: dict[str, Grade]
) -> None:
    assert {k: marks(v) for k, v in as_process.items()} == {
        k: marks(v) for k, v in in_docker.items()
    }


def test_bubblewrap_gives_the_same_marks(
    in_docker: dict[str, Grade],
    bubblewrap_sandbox: object,  # noqa: ARG001 - skips where there is no bwrap
    tmp_path: Path,
) -> None:
    few = grade_samples(tmp_path, "--sandbox", "bubblewrap", *files(A_FEW), seed=SEED)
    assert {k: marks(v) for k, v in few.items()} == {k: marks(in_docker[k]) for k in A_FEW}


def test_only_the_one_that_uses_torchs_cell_is_flagged(in_docker: dict[str, Grade]) -> None:
    flags = {(name, flag.kind, flag.part) for name in NOTES for flag in in_docker[name].flags}
    assert flags == {
        ("42_torch_por_dentro", "delegation", "celdaLSTM"),
        ("42_torch_por_dentro", "conduct", "celdaLSTM"),  # written, before it ran
    }


def test_the_page_of_a_class_of_500_is_under_2_mb(as_process: dict[str, Grade]) -> None:
    names = (f"s{number:03}" for number in range(500))
    class_ = [
        replace(grade, submission=name, student=name)
        for name, grade in zip(names, cycle(as_process.values()), strict=False)
    ]
    assert len(class_page.render(class_, "seed", "es", ()).encode()) < 2_000_000
