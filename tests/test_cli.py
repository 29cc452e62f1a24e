"""What a person gets who types a command: one clear sentence, the right exit status."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SAMPLES = ROOT / "tests" / "submissions" / "lstm_gru"


def grader(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "grader", *map(str, arguments)],
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, **environment},
    )


def assert_one_sentence(ran: subprocess.CompletedProcess[str], status: int, *words: str) -> None:
    assert ran.returncode == status, ran.stderr
    assert "Traceback" not in ran.stderr
    last = ran.stderr.strip().splitlines()[-1]
    assert last.startswith("grader: ")
    for word in words:
        assert word in last


def test_help_names_the_commands() -> None:
    ran = grader("--help")
    assert ran.returncode == 0
    assert "grade" in ran.stdout


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; sys.argv = ['grader', '--help']\n"
        "from grader.cli.main import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print(sorted({'torch', 'numpy', 'pytest', 'hypothesis', 'docker'} & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert ran.stdout.strip().endswith("[]")


def test_submissions_that_are_not_there_are_named(tmp_path: Path) -> None:
    ran = grader("grade", tmp_path / "nowhere", "--out", tmp_path / "out")
    assert_one_sentence(ran, 2, "nowhere")


def test_a_folder_without_notebooks_is_nothing_to_grade(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    ran = grader("grade", tmp_path / "empty", "--out", tmp_path / "out")
    assert_one_sentence(ran, 2, "empty")


def test_an_unknown_assignment_is_told_the_known_ones(tmp_path: Path) -> None:
    ran = grader("grade", SAMPLES, "--assignment", "perceptron", "--out", tmp_path / "out")
    assert_one_sentence(ran, 2, "perceptron", "lstm_gru")


def test_a_results_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    ran = grader("grade", SAMPLES, "--out", tmp_path / "file" / "out")
    assert_one_sentence(ran, 2, "file")


def test_without_an_engine_nothing_is_graded_and_the_way_out_is_told(tmp_path: Path) -> None:
    pytest.importorskip("docker")
    nowhere = f"unix://{tmp_path}/no.sock"
    ran = grader(
        "grade", SAMPLES, "--out", tmp_path / "out", "--sandbox", "docker", DOCKER_HOST=nowhere
    )
    assert_one_sentence(ran, 1, "--sandbox process")
    assert not list((tmp_path / "out" / "results").iterdir())


@pytest.fixture
def own_assignments(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "assignments", tmp_path / "assignments")
    return tmp_path / "assignments"


def test_a_broken_configuration_is_shown_with_file_and_line(own_assignments: Path) -> None:
    toml = own_assignments / "lstm_gru" / "assignment.toml"
    toml.write_text(toml.read_text().replace("celdaLSTM = 24", "celdaLSTM = 23"))
    out = own_assignments.parent / "out"
    ran = grader("grade", SAMPLES, "--assignments", own_assignments, "--out", out)
    assert_one_sentence(ran, 2, "assignment.toml:", "99")


@pytest.mark.slow
def test_a_broken_check_is_the_assignments_fault_and_costs_nobody_points(
    own_assignments: Path,
) -> None:
    check = own_assignments / "lstm_gru" / "test_celda_lstm.py"
    text = check.read_text().replace(
        "parameters.require_drawn(student", "parameters.require_drawn(1 / 0"
    )
    check.write_text(text)
    out = own_assignments.parent / "out"
    sample = SAMPLES / "12_solo_celdas.ipynb"
    ran = grader(
        "grade", sample, "--assignments", own_assignments, "--out", out, "--sandbox", "process"
    )
    assert_one_sentence(ran, 2, "celdaLSTM/reset_parameters", "ZeroDivisionError")
    assert not list((out / "results").iterdir())


@pytest.mark.slow
def test_a_second_run_keeps_what_is_known(tmp_path: Path) -> None:
    sample = SAMPLES / "12_solo_celdas.ipynb"
    arguments = ("grade", sample, "--out", tmp_path, "--sandbox", "process")
    assert grader(*arguments).returncode == 0
    written = (tmp_path / "results" / "12_solo_celdas.json").read_bytes()
    second = grader(*arguments)
    assert second.returncode == 0
    assert "[1/1]" not in second.stderr
    assert (tmp_path / "results" / "12_solo_celdas.json").read_bytes() == written


@pytest.mark.slow
def test_json_stands_alone_on_standard_output(tmp_path: Path) -> None:
    import json

    sample = SAMPLES / "34_ilegible.ipynb"
    ran = grader("grade", sample, "--out", tmp_path, "--sandbox", "process", "--json")
    assert json.loads(ran.stdout)["status"] == "rejected"


@pytest.mark.slow
def test_check_explains_the_first_failure_with_a_cell_to_try() -> None:
    ran = grader("check", SAMPLES / "20_sin_olvido.ipynb", "--part", "celdaLSTM")
    assert ran.returncode == 1
    assert "falta el término" in ran.stdout
    assert "torch.nn.Module.load_state_dict" in ran.stdout


@pytest.mark.slow
def test_check_of_right_work_exits_with_0() -> None:
    assert grader("check", SAMPLES / "01_completa.ipynb").returncode == 0


@pytest.mark.slow
def test_pytest_plugins_that_happen_to_be_installed_have_no_say(tmp_path: Path) -> None:
    (tmp_path / "forgetful.py").write_text(
        "def pytest_collection_modifyitems(items):\n    items.clear()\n"
    )
    (tmp_path / "forgetful-1.dist-info").mkdir()
    (tmp_path / "forgetful-1.dist-info" / "METADATA").write_text("Name: forgetful\nVersion: 1\n")
    entry = "[pytest11]\nforgetful = forgetful\n"
    (tmp_path / "forgetful-1.dist-info" / "entry_points.txt").write_text(entry)
    sample = SAMPLES / "12_solo_celdas.ipynb"
    ran = grader("check", sample, "--part", "celdaGRU", PYTHONPATH=str(tmp_path))
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_check_of_an_unknown_part_names_the_known_ones() -> None:
    ran = grader("check", SAMPLES / "12_solo_celdas.ipynb", "--part", "celdaTCN")
    assert_one_sentence(ran, 2, "celdaTCN", "celdaGRU")


@pytest.mark.slow
def test_checks_run_under_plain_pytest() -> None:
    checks, sample = ROOT / "assignments" / "lstm_gru", SAMPLES / "22_gru_de_pytorch.ipynb"
    ran = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            checks,
            "--submission",
            sample,
            "-q",
            "-p",
            "no:cacheprovider",
        ],
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert "2 failed, 70 passed" in ran.stdout
    assert "test_reset_before_product" in ran.stdout


def test_a_run_that_grades_nothing_need_not_wait_for_torch() -> None:
    asked = ["grade", str(SAMPLES / "12_solo_celdas.ipynb"), "--dry-run"]
    told = (
        f"import sys; sys.argv = ['grader', *{asked!r}]\n"
        "from grader.cli.main import main\n"
        "try: main()\n"
        "except SystemExit as end: assert end.code == 0\n"
        "print(sys.modules.keys() & {'torch', 'pytest', 'hypothesis'})"
    )
    ran = subprocess.run(
        [sys.executable, "-c", told], check=True, capture_output=True, text=True, cwd=ROOT
    )
    assert ran.stdout.endswith("\nset()\n")
