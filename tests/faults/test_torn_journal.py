"""A journal that a crash or a bad disk tore: no grade out of it is wrong, and no traceback."""

from __future__ import annotations

import random
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from course import FULL, Course, assert_one_sentence, graded, outcome, said, until

from grader.core.errors import GraderError
from grader.core.results import Fingerprint, Grade
from grader.storage.journal import FILE, Journal

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

DAMAGES = 3000 if FULL else 300
INPUTS = Fingerprint("cuaderno", "tarea", "imagen", "semilla", "corrector")
FILES = (FILE, f"{FILE}-wal")


def some_grade(number: int) -> Grade:
    """A grade whose row takes several pages, as those of real notebooks do."""
    reason = random.Random(number).randbytes(3000 + 500 * number).hex()  # noqa: S311 - no secret
    name = f"s{number:02}"
    return Grade(name, name, "elman", "graded", number, 100, number, 100, INPUTS, reason)


GRADES = {grade.submission: grade for grade in map(some_grade, range(24))}


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a run leaves that is killed: grades in the database, and in its log."""
    work, left = (tmp_path_factory.mktemp(name) for name in ("work", "left"))
    with Journal(work) as journal:
        journal.begin("semilla", {name: [work] for name in GRADES})
        for grade in list(GRADES.values())[:12]:
            journal.add(grade)
    with Journal(work) as journal:
        for grade in list(GRADES.values())[12:]:
            journal.add(grade)
        for name in FILES:
            shutil.copy(work / name, left / name)
    return left


def damage(folder: Path, draw: random.Random) -> None:
    """Cut a file short, or write something else somewhere in it, or at its end."""
    path = folder / draw.choice(FILES)
    data = bytearray(path.read_bytes())
    start = draw.randrange(len(data))
    match draw.choice(["cut", "byte", "zeros", "noise", "tail"]):
        case "cut":
            del data[start:]
        case "byte":
            data[start] ^= 1 << draw.randrange(8)
        case "zeros":
            data[start : start + 512] = bytes(len(data[start : start + 512]))
        case "noise":
            data[start : start + 64] = draw.randbytes(len(data[start : start + 64]))
        case "tail":
            data += draw.randbytes(4096)
    path.write_bytes(data)


def test_undamaged_everything_is_there(killed: Path, tmp_path: Path) -> None:
    with Journal(shutil.copytree(killed, tmp_path / "copy")) as journal:
        assert {grade.submission: grade for grade in journal.grades()} == GRADES


def test_damaged_it_is_refused_or_has_right_grades_alone(killed: Path, tmp_path: Path) -> None:
    refused = lost = 0
    for number in range(DAMAGES):
        folder = shutil.copytree(killed, tmp_path / "copy")
        damage(folder, random.Random(number))  # noqa: S311 - the same damages each time
        try:
            with Journal(folder) as journal:
                assert journal.seed(None, "fresca") in ("semilla", "fresca")
                found = {grade.submission: grade for grade in journal.grades()}
                journal.begin("semilla", {})
                journal.add(replace(GRADES["s00"], score=1))  # and more may be stored
        except GraderError as error:
            assert "--out" in str(error) or "run again" in str(error)  # noqa: PT017 - not raised always
            refused += 1
        else:
            assert found.items() <= GRADES.items(), number
            lost += len(found) < len(GRADES)
        shutil.rmtree(folder)
    assert refused
    assert lost


def test_a_run_goes_on_from_a_torn_log(tmp_path: Path) -> None:
    """The last pages that were written are gone: their grades are given again, to the same end."""
    course = Course(tmp_path)
    whole = course.whole(tmp_path / "whole")
    out = tmp_path / "out"
    process = course.start(out, "--seed", "faults")
    assert until(lambda: graded(out) >= 3, process), said(out)
    process.kill()
    process.wait()
    log = out / FILES[1]
    log.write_bytes(log.read_bytes()[: -log.stat().st_size // 3])
    status, words = course.run(out, "--seed", "faults")
    assert status == 0, words
    assert "the journal lacks grades whose files exist" in words
    assert outcome(out) == whole
    (out / FILE).write_bytes((out / FILE).read_bytes()[:10_000])
    status, words = course.run(out)
    assert status == 1
    assert_one_sentence(words, "is damaged", "choose another --out")
