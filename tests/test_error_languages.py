"""The same error in Spanish and in English: on the command line, below a cell, in a grade."""

from __future__ import annotations

import ast
import re
import shutil
import sys
from collections import deque
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from pathlib import Path

import catalogue
import pytest
import tiny

from grader.assignments import assignment as assignments
from grader.checks.asserts import dimensions
from grader.cli.main import language, main
from grader.core.errors import BrokenCheck, SandboxFault
from grader.core.i18n import Bilingual, same, tr
from grader.core.results import CheckResult, Fingerprint, Grade, both
from grader.grading.grade import Terms
from grader.integrations.jupyter import live_check
from grader.sandbox.decode import said as told
from grader.scheduling.lanes import packed, unpacked
from grader.scheduling.local import MOST_TRIES, Queue
from grader.storage.results_folder import ResultsFolder
from grader.submissions.model import Submission
from grader.worker.analysis.documents import Unreadable
from grader.worker.analysis.notebook import read

ROOT = Path(__file__).parent.parent
SPANISH = re.compile(r"[áéíóúñ¿«]|\b(el|la|los|las|de|hay|elige)\b")
ENGLISH = re.compile(r"\b(the|there|give|choose|is|of|and)\b")
INPUTS = Fingerprint("notebook", "tarea", "imagen", "semilla")
CHECK = CheckResult("f/value", "f", "Valor", 0, 4, "failed", "mal")
GRADE = Grade("ana", "ana", "tiny", "graded", 6, 10, 12, 20, INPUTS, checks=(CHECK,))


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the course's assignments, a few files and the results of a run."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GRADER_ASSIGNMENTS", raising=False)
    shutil.copytree(ROOT / "assignments", "assignments")
    shutil.copytree("assignments", "broken")
    Path("broken/lstm_gru/assignment.toml").write_text("name = [")
    for folder in ("class", "empty"):
        Path(folder).mkdir()
    for file in ("a.ipynb", "class/ana.ipynb", "class/eva.ipynb", "notes.txt"):
        Path(file).write_bytes(b"{}")
    Path("nobody.csv").write_text("name\nAna\n")
    with ResultsFolder.open(Path("out")) as results:
        results.journal.begin("semilla", {"ana": []})
        results.store(GRADE)
        results.write_all()
    return tmp_path


def said(command: str, lang: str, capsys: pytest.CaptureFixture[str]) -> str:
    """What a command that cannot be done says; in no language where `lang` is empty."""
    words = [*command.split(), *(["--lang", lang] if lang else [])]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["grader", *words])
        with pytest.raises(SystemExit) as ended:
            main()
    assert ended.value.code in {1, 2}
    return capsys.readouterr().err


STUDENTS = {
    "check no.ipynb": ("No hay nada que corregir en no.ipynb", "There is nothing to grade at no"),
    "check a.ipynb --part nada --assignment lstm_gru": (
        "'nada' no es una parte de",
        "'nada' is not a part of",
    ),
    "check class": ("en class hay 2", "class has 2"),
    "check notes.txt": ("notes.txt no es un cuaderno", "notes.txt is not a notebook"),
    "check empty": ("No hay ningún cuaderno", "No notebook"),
    "check a.ipynb --assignment x": ("no hay ninguna tarea 'x'", "there is no assignment 'x'"),
    "check a.ipynb --assignments empty": ("no hay ninguna tarea en", "there is no assignment in"),
    "check a.ipynb --assignments x": ("ninguna carpeta de tareas", "no assignments folder"),
}
INSTRUCTORS = {
    "grade no --out new": ("No hay nada que corregir en no", "There is nothing to grade at no"),
    "grade class --assignment lstm_gru --out notes.txt/out": (
        "una carpeta de resultados",
        "used as a results folder",
    ),
    "grade class --assignment lstm_gru --roster nobody.csv": (
        "ninguna se llama id",
        "none is called id",
    ),
    "grade class --assignment lstm_gru --sandbox bubblewrap --device cuda": (
        "no tiene GPU",
        "has no GPU",
    ),
    "grade class --assignment lstm_gru --out out --sandbox process": (
        "contiene notas de tiny",
        "has grades of tiny",
    ),
    "replay out eva": ("elige entre: ana", "choose one of: ana"),
    "replay no ana": ("no es una carpeta de resultados", "is not a results folder"),
    "override out ana --points 3": ("indica la comprobación", "say which check"),
    "override out ana value --points 9": ("de 0 a 4 puntos, y no 9", "0 to 4 points, not 9"),
    "override out ana shape --points 1": ("ninguna comprobación 'shape'", "no check 'shape'"),
    "report empty": ("no contiene resultados", "has no results"),
    "export junit empty": ("no contiene resultados", "has no results"),
}


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("command", [*STUDENTS, *INSTRUCTORS])
def test_an_error_is_in_the_language_that_was_asked_for(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    spanish, english = (STUDENTS | INSTRUCTORS)[command]
    by_default, es, en = (said(command, lang, capsys) for lang in ("", "es", "en"))
    assert by_default == es
    assert spanish in es
    assert english in en
    assert not ENGLISH.search(es)
    assert not SPANISH.search(en)


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("lang", ["es", "en"])
def test_a_broken_assignment_is_none_of_the_students(
    lang: str, capsys: pytest.CaptureFixture[str]
) -> None:
    whose = {"es": "no es culpa tuya: avisa a tu docente", "en": "not your fault: tell your"}
    text = said("check a.ipynb --assignments broken", lang, capsys)
    assert whose[lang] in text
    assert "assignment.toml" in text
    assert whose[lang] not in said("grade class --assignments broken", lang, capsys)


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("command", ["export csv empty", "validate x", "new 1", "release x"])
def test_a_command_without_a_language_speaks_english(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert not SPANISH.search(said(command, "", capsys))


@pytest.mark.parametrize(
    ("arguments", "lang"),
    [
        ("check a.ipynb", "es"),
        ("check a.ipynb --lang en", "en"),
        ("check a.ipynb --lang=en", "en"),
        ("report out", "es"),
        ("export moodle out --worksheet check --lang en", "en"),
        ("export csv out", "en"),
        ("doctor", "en"),
        ("grade check --lang es --lang en", "en"),
        ("", "en"),
    ],
)
def test_the_language_is_read_as_the_command_reads_it(arguments: str, lang: str) -> None:
    assert language(arguments.split()) == lang


@pytest.mark.slow
@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(("lang", "words"), [("es", "no es culpa tuya"), ("en", "not your fault")])
def test_what_a_check_below_a_cell_could_not_do_is_said_in_its_language(
    lang: str, words: str
) -> None:
    failed = failure_below(Path("broken/lstm_gru"), lang)
    assert words in failed.said
    assert failed.log == ""


@pytest.mark.slow
def test_a_traceback_is_put_aside_and_is_no_sentence(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "typer.py").write_text("raise RuntimeError('not this one')")
    monkeypatch.setenv("PYTHONPATH", str(here))
    failed = failure_below(Path("assignments/lstm_gru"), "es")
    assert failed.said == "terminó sin decir por qué"
    assert failed.log.endswith("RuntimeError: not this one")


def failure_below(folder: Path, lang: str) -> live_check.Failed:
    """What comes of `%check` where the process that it starts finds the assignment there."""
    assignment = replace(assignments.load(Path("assignments/lstm_gru")), folder=folder)
    with pytest.raises(live_check.Failed) as failed:
        live_check.run(b"{}", assignment, ["celdaGRU"], lang, lambda *_: None)
    return failed.value


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b'{\n "cells": [\n  {]', "está dañado en la línea 3"),
        (b'{"nbformat": 5, "nbformat_minor": 0, "cells": []}', "formato demasiado nuevo"),
        (b"%PDF-1.7", "Entrega el archivo .ipynb"),
        (b"[]", "Entrega el archivo .ipynb"),
        (b'{"cells": [1], "metadata": {}, "nbformat": 4}', "Entrega el archivo .ipynb"),
    ],
)
def test_what_is_no_notebook_is_told_without_nbformats_english(content: bytes, words: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read(content, "a.ipynb")
    said = told(refused.value.told.to_wire())
    assert words in said.es
    assert not ENGLISH.search(said.es)
    assert "does not appear" not in said.en


def test_what_python_says_of_a_cell_is_quoted() -> None:
    _, (notice,) = read(b"class celda\n    pass\n", "tarea.py")
    said = told(notice.text.to_wire())
    assert said.es.endswith("Python dice: «expected ':'»")
    assert said.en.endswith("Python says: “expected ':'”")


@pytest.fixture
def terms(tmp_path: Path) -> Terms:
    assignment = tiny.assignment(tmp_path, "def test_value(): pass\n")
    return Terms(assignment, "seed", "image", "process")


FAULT = SandboxFault(tr("no answer within {seconds} s", seconds=2))
BROKEN = BrokenCheck(tr("the check {check} is broken: {error}", check="f/value", error="Oh: no"))


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (FAULT, Bilingual("no hubo respuesta en 2 s", "no answer within 2 s")),
        (BROKEN, Bilingual("la comprobación f/value tiene", "the check f/value is broken: Oh")),
        (BrokenProcessPool(), Bilingual("se mató el proceso", "the process that graded it was")),
        (SandboxFault("x: EOF"), Bilingual("3 intentos: x: EOF;", "3 tries: x: EOF;")),
    ],
    ids=["sandbox", "check", "killed", "foreign"],
)
def test_why_there_is_no_grade_is_in_both_languages(
    terms: Terms, fault: Exception, reason: Bilingual
) -> None:
    task = Submission("ana", "ana", "a.ipynb", b"{}"), terms
    queue = Queue(deque([task] * MOST_TRIES))
    tries = (queue.failed(task, fault, deque()) for _ in range(MOST_TRIES))
    grade = next(filter(None, tries))
    assert (reason.es in grade.reason, reason.en in grade.reason_en) == (True, True)
    assert both(grade, "reason") == Bilingual(grade.reason, grade.reason_en)


def test_a_fault_of_another_machine_comes_in_both_languages() -> None:
    assert unpacked(packed(FAULT.said)) == FAULT.said
    assert unpacked("ValueError: {}") == same("ValueError: {}")


def test_an_error_survives_the_way_between_processes() -> None:
    import pickle

    again = pickle.loads(pickle.dumps(FAULT))  # noqa: S301 - our own
    assert (again.said, str(again)) == (FAULT.said, "no answer within 2 s")


def test_the_shape_of_a_number_is_said_to_be_one() -> None:
    assert same(dimensions(())) == Bilingual("() (un solo número)", "() (a single number)")
    assert dimensions((2, 3)) == "(2, 3)"


BOTH = (
    *("assignments/assignment.py", "cli/", "core/", "grading/", "sandbox/", "scheduling/"),
    *("storage/", "submissions/", "integrations/jupyter/", "exports/ungraded.py"),
)
ALONE = ("cli/validate.py", "scheduling/dask_workers.py", "sandbox/backends/apart.py")
"""Of those, what has no --lang or is told to who runs a cluster or Gradescope."""


def test_what_people_of_both_languages_meet_goes_through_the_catalogue() -> None:
    """AssignmentFaults are an author's, and English; a text alone would be English for all."""
    raised = {"GraderError", "UsageError", "SandboxFault", "BrokenCheck", "tell"}
    files = sorted(catalogue.PACKAGE.rglob("*.py"))
    names = {file: file.relative_to(catalogue.PACKAGE).as_posix() for file in files}
    alone = [
        f"{name}:{node.lineno}"
        for file, name in names.items()
        if name.startswith(BOTH) and name not in (*ALONE, "grading/plugin.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in raised
        if node.args and isinstance(node.args[0], (ast.JoinedStr, ast.Constant))
    ]
    assert alone == []
