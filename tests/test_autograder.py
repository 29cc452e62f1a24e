"""Gradescope: what is handed in there gets its results, and what is hostile gets none but its own.

A container of ours has the folders of Gradescope's specification; the zip is made by the page's
command, `setup.sh` and `run_autograder` are run as Gradescope runs them.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import jsonschema
import pytest
import tiny
from autograder_container import METADATA, Autograder
from conftest import SAMPLES

from grader.assignments.assignment import load
from grader.core.errors import SandboxFault, UsageError
from grader.integrations.gradescope import __main__, bundle, run
from grader.sandbox.backends.fake import FakeSandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

    from autograder_container import Ran
    from docker.client import DockerClient

    from grader.core.results import Json

ROOT = SAMPLES.parents[2]
SCHEMA = json.loads((Path(__file__).parent / "gradescope_schema.json").read_text())
CHECKS = '''
import pytest
from grader.checks import Mismatch

pytestmark = pytest.mark.part("f")

@pytest.mark.points(60)
def test_sum(student):
    """f suma.

    f adds.
    """
    if student.f(2, 3) != 5:
        raise Mismatch("f(2, 3) es 5")

@pytest.mark.points(40)
def test_negative(student):
    """f suma también números negativos.

    f adds negative numbers too.
    """
    if student.f(-2, 3) != 1:
        raise Mismatch("f(-2, 3) es 1")
'''
RIGHT = b"def f(a, b): return a + b"
ONE_MISTAKE = b"def f(a, b): return abs(a) + abs(b)"
HOSTILE = b"""
import importlib, os, signal, socket, time

PLACES = "results/results.json", "results/other", "other"
WORKER = "venv/lib/python3.11/site-packages/grader/protocol/wire.py"
SECRETS = (
    "source/settings.json", "submission_metadata.json", "submission/hostile.py",
    "results/results.json", "../proc/1/environ", "../proc/1/mem",
)

def tries():
    for place in (*PLACES, WORKER, "../tmp/left", "../dev/shm/left", "../var/tmp/left"):
        yield lambda: open(f"/autograder/{place}", "w").write('{"score": 100}')
    for secret in SECRETS:
        yield lambda: open(f"/autograder/{secret}", "rb").read(100)
    yield lambda: os.listdir("/autograder/source")
    yield lambda: importlib.import_module("grader.recurrent.models")
    yield lambda: importlib.import_module("grader.grading.grade")
    yield lambda: os.rename("/autograder/results", "/autograder/gone")
    yield lambda: os.kill(1, signal.SIGKILL)
    yield lambda: socket.create_connection(("127.0.0.1", 1), 1)
    yield lambda: os.setuid(0)

def overwrite_later():
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            while True:
                try: open("/autograder/results/results.json", "w").write('{"score": 100}')
                except OSError: time.sleep(0.01)
        os._exit(0)

def f(a, b):
    print('{"score": 100, "tests": []}')
    overwrite_later()
    if a < 0: os._exit(0)
    reached = []
    for number, attempt in enumerate(tries()):
        try: attempt()
        except (OSError, ImportError): continue
        reached.append(number)
    seen = False
    try: seen = "hunter2" in open("/proc/self/environ").read()
    except PermissionError: pass  # its own /proc is root's
    raise RuntimeError(f"reached {reached} {seen}")
"""


def commands() -> list[str]:
    """The commands of the page on Gradescope."""
    page = (ROOT / "docs" / "instructors" / "gradescope.md").read_text(encoding="utf-8")
    return re.findall(r"^    (grader .*)$", page, re.MULTILINE)


def bundle_of_tiny(folder: Path, lang: str = "es") -> Path:
    """A zip of the smallest assignment."""
    (folder / "assignments" / "tiny").mkdir(parents=True)
    tiny.assignment(folder / "assignments" / "tiny", CHECKS)
    return bundle.make("tiny", folder / "tiny.zip", folder / "assignments", lang)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The zip of the page's first command, run as it stands there in a folder of a course."""
    folder = tmp_path_factory.mktemp("course")
    (folder / "assignments").symlink_to(ROOT / "assignments")
    command = shlex.split(commands()[0])
    subprocess.run([sys.executable, "-m", *command], check=True, cwd=folder)
    return folder / "autograder.zip"


@pytest.fixture(scope="module")
def real(docker_client: DockerClient, made: Path) -> Iterator[Autograder]:
    autograder = Autograder(docker_client, made)
    yield autograder
    autograder.close()


@pytest.fixture(scope="module")
def small(
    real: Autograder, graded_sample: Ran, tmp_path_factory: pytest.TempPathFactory
) -> Autograder:
    """The same with the smallest assignment, once the sample was graded."""
    del graded_sample
    real.replace(bundle_of_tiny(tmp_path_factory.mktemp("tiny")))
    return real


@pytest.fixture(scope="module")
def graded_sample(real: Autograder) -> Ran:
    content = (SAMPLES / "23_candidato_sigmoide.ipynb").read_bytes()
    return real.run({"mi tarea <b>(1)</b>.ipynb": content})


def results_of(ran: Ran) -> Json:
    assert (ran.status, ran.results is None) == (0, False), ran.said
    jsonschema.validate(ran.results, SCHEMA)
    assert ran.results
    return ran.results


def test_a_real_notebook_gets_its_points_and_learns_what_is_wrong(graded_sample: Ran) -> None:
    got = results_of(graded_sample)
    lost = [one for one in got["tests"] if one["status"] == "failed" and one["score"] == 0]
    candidate, _whole = [one for one in lost if "celdaLSTM" in one["tags"]]
    assert "lstm.candidate_with_sigmoid" in candidate["tags"]
    assert "torch.tensor(" in candidate["output"]
    assert got["score"] == sum(one["score"] for one in got["tests"]) < 100


def test_full_marks(small: Autograder) -> None:
    got = results_of(small.run({"f.py": RIGHT}))
    assert [one["score"] for one in got["tests"]] == [60, 40]
    assert got["score"] == 100
    assert "«process»" in got["output"]


def test_one_mistake_costs_its_points_and_is_explained(small: Autograder) -> None:
    got = results_of(small.run({"f.py": ONE_MISTAKE}))
    assert got["score"] == 60
    assert "f(-2, 3) es 1" in got["tests"][1]["output"]


def test_a_hostile_submission_reaches_nothing_and_leaves_nothing(small: Autograder) -> None:
    """Neither now nor later does it write results, and what it prints is no results."""
    got = results_of(small.run({"hostile.py": HOSTILE}))
    assert got["score"] == 0
    assert "reached [] False" in got["tests"][0]["output"]
    assert [one["tags"] for one in got["tests"]] == [["f", "error"], ["f", "crashed"]]
    assert small.do("sleep 0.5; find /proc -maxdepth 1 -name '[0-9]*' ! -user root") == ""
    assert json.loads(small.do("cat results/results.json")) == got


def test_where_nothing_was_handed_in_the_student_is_told_so(small: Autograder) -> None:
    got = results_of(small.run({"notas.txt": b"hola"}))
    assert (got["score"], got["tests"]) == (0, [])
    assert "ningún cuaderno" in got["output"]


def test_what_cannot_be_graded_for_want_of_a_file_of_ours_has_no_results(
    small: Autograder,
) -> None:
    small.do("mv source/settings.json kept.json")
    ran = small.run({"f.py": RIGHT})
    small.do("mv kept.json source/settings.json")
    assert ran.results is None
    assert ran.status == 1
    assert ran.said.count("\n") == 1


# Without a container: what becomes of the folders, with a sandbox that is none.


@pytest.fixture
def folders(tmp_path: Path) -> Path:
    """/autograder, with the smallest assignment."""
    with zipfile.ZipFile(bundle_of_tiny(tmp_path, "en")) as archive:
        archive.extractall(tmp_path / "source")
    (tmp_path / "submission").mkdir()
    (tmp_path / "results").mkdir()
    (tmp_path / "submission_metadata.json").write_text(json.dumps(METADATA))
    return tmp_path


@pytest.fixture
def _no_sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "open_sandbox", lambda _: FakeSandbox())


def handed_in(folders: Path, **files: bytes) -> Json:
    for name, content in files.items():
        (folders / "submission" / name.replace("_", ".")).write_bytes(content)
    run.run(folders)
    got: Json = json.loads((folders / "results" / "results.json").read_text())
    jsonschema.validate(got, SCHEMA)
    return got


NOTEBOOK = json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}).encode()


@pytest.mark.usefixtures("_no_sandbox")
def test_of_several_notebooks_none_is_chosen_in_silence(folders: Path) -> None:
    got = handed_in(folders, a_ipynb=NOTEBOOK, b_ipynb=NOTEBOOK)
    assert got["score"] == 0
    assert "several notebooks (a.ipynb, b.ipynb)" in got["output"]


@pytest.mark.usefixtures("_no_sandbox")
def test_of_several_the_one_named_after_the_assignment_counts(folders: Path) -> None:
    assert handed_in(folders, other_py=b"f = None", tiny_py=RIGHT)["score"] == 100


@pytest.mark.usefixtures("_no_sandbox")
@pytest.mark.parametrize("metadata", ["", "{", "[]", '{"id": [], "assignment": {}}'])
def test_metadata_that_is_none_costs_nobody_anything(folders: Path, metadata: str) -> None:
    (folders / "submission_metadata.json").write_text(metadata)
    assert handed_in(folders, f_py=RIGHT)["score"] == 100


@pytest.mark.usefixtures("_no_sandbox")
def test_an_assignment_of_other_points_is_told_to_the_instructor(
    folders: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    about = {"assignment": {"total_points": "20.0"}}
    (folders / "submission_metadata.json").write_text(json.dumps(about))
    handed_in(folders, f_py=RIGHT)
    assert "set it to 100 there" in capsys.readouterr().err


def broken(*_: object, **__: object) -> FakeSandbox:
    raise SandboxFault("no sandbox works here")


def test_a_machine_that_fails_writes_no_results_and_leaves_none(
    folders: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    written = folders / "results" / "results.json"
    written.write_text('{"score": 100}')
    (folders / "submission" / "f.py").write_bytes(RIGHT)
    monkeypatch.setattr(run, "open_sandbox", broken)
    monkeypatch.setattr(sys, "argv", ["gradescope", str(folders)])
    assert __main__.main() == 1
    assert not written.exists()
    assert capsys.readouterr().err.count("\n") == 1


def test_without_root_students_code_is_not_run_beside_the_program(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(run, "BubblewrapSandbox", broken)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(
        SandboxFault, match=r"needs root.*; bubblewrap does not work either: no sandbox"
    ):
        run.open_sandbox(load(ROOT / "assignments" / "lstm_gru"))


def test_bubblewrap_is_taken_where_it_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "BubblewrapSandbox", lambda *_, **__: FakeSandbox())
    assert isinstance(run.open_sandbox(load(ROOT / "assignments" / "lstm_gru")), FakeSandbox)


# The zip.


def test_the_zip_has_what_gradescope_asks_for_and_no_solution(made: Path) -> None:
    with zipfile.ZipFile(made) as archive:
        modes = {one.filename: one.external_attr >> 16 & 0o777 for one in archive.infolist()}
        (wheel,) = [name for name in modes if name.endswith(".whl")]
        with archive.open(wheel) as file, zipfile.ZipFile(file) as packed:
            inside = packed.namelist()
    assert (modes["setup.sh"], modes["run_autograder"]) == (0o755, 0o755)
    assert modes["settings.json"] == 0o600
    assert "assignments/lstm_gru/assignment.toml" in modes
    assert "grader/_docker/seccomp.json" in inside
    folders = {part for name in [*modes, *inside] for part in name.split("/")[:-1]}
    assert not {"solutions", "template", "_assignments"} & folders


def test_a_seed_repeats_a_zip_and_none_draws_another(tmp_path: Path) -> None:
    root = ROOT / "assignments"
    zips = [
        bundle.make("lstm_gru", tmp_path / "one.zip", root, "es", seed).read_bytes()
        for seed in ("s", "s", None, None)
    ]
    assert zips[0] == zips[1]
    assert len(set(zips)) == 3


def test_a_language_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="'fr'; choose one of: es, en"):
        bundle.make("lstm_gru", tmp_path / "a.zip", ROOT / "assignments", "fr")


def test_an_index_becomes_pips_and_nothing_else(tmp_path: Path) -> None:
    root = ROOT / "assignments"
    index = "https://packages.example/simple"
    with zipfile.ZipFile(
        bundle.make("lstm_gru", tmp_path / "a.zip", root, "es", index=index)
    ) as made:
        assert made.read("pip.conf").decode() == f"[global]\nextra-index-url = {index}\n"
    with pytest.raises(UsageError, match="not the address of a package index"):
        bundle.make("lstm_gru", tmp_path / "b.zip", root, "es", index="x\nno-index = 1")
