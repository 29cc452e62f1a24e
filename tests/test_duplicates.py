"""Who hands in the same notebook shares one grade."""

import json
from pathlib import Path
from typing import Any

import pytest
from course import RIGHT, Course, said

from grader.assignments import assignment as assignments
from grader.core.i18n import same
from grader.core.results import Grade
from grader.feedback import class_numbers
from grader.grading.grade import Terms, grade, not_graded
from grader.sandbox.backends.fake import FakeSandbox
from grader.scheduling import duplicates
from grader.submissions.archives import Source
from grader.submissions.model import Submission

ROOT = Path(__file__).parent.parent


def submission(name: str, content: bytes, filename: str = "x.ipynb", **fields: Any) -> Submission:
    return Submission(name, name, filename, content, **fields)


def test_the_same_bytes_of_the_same_kind_are_alike() -> None:
    given = [
        submission("a", b"1"),
        submission("b", b"2"),
        submission("c", b"1", "y.ipynb"),
        submission("d", b"1", "x.py"),
        submission("e", b"1", "x.PY"),
    ]
    found = duplicates.groups(given)
    assert {name: [one.id for one in ones] for name, ones in found.items()} == {
        "a": ["a", "c"],
        "d": ["d", "e"],
    }


def test_what_cannot_be_read_is_like_nothing() -> None:
    problem = same("a zip of zips")
    assert duplicates.groups([submission(name, b"", problem=problem) for name in "ab"]) == {}


def results(out: Path) -> dict[str, dict[str, Any]]:
    return {path.stem: json.loads(path.read_text()) for path in (out / "results").glob("*.json")}


@pytest.mark.slow
def test_it_is_graded_once_and_whoever_comes_later_shares_that(tmp_path: Path) -> None:
    course, out = Course(tmp_path), tmp_path / "out"
    course.hand_in("copia", RIGHT)
    status, words = course.run(out, "--seed", "alike")
    assert status == 0, words
    first = results(out)
    assert first["copia"]["environment"] == first["bien"]["environment"] | {"same_as": "bien"}
    page = (out / "report" / "copia.html").read_text()
    assert "same_as" not in page, "a student's page names another student"
    for later in ("antes", "tarde"):
        course.hand_in(later, RIGHT)
    status, words = course.run(out)
    assert status == 0, words
    assert "2 handed in an exact copy of another submission" in said(out)
    found = results(out)
    for name in ("antes", "copia", "tarde"):
        whose = {"submission": name, "student": name}
        marked = found["bien"]["environment"] | {"same_as": "bien"}
        assert found[name] == found["bien"] | whose | {"environment": marked}
    assert first.items() <= found.items()
    page = (out / "report" / "index.html").read_text()
    assert "The same code" in page


def graded(one: Submission, terms: Terms) -> Grade:
    return not_graded(one, terms, "as it may be")


def terms() -> Terms:
    assignment = assignments.load(ROOT / "assignments" / "lstm_gru")
    return Terms(assignment, "seed", FakeSandbox.image, FakeSandbox.name)


def test_a_file_that_was_replaced_meanwhile_gives_its_grade_to_nobody() -> None:
    now, then = submission("ana", b"new"), submission("ana", b"old")
    (grade,) = duplicates.shared(graded(now, terms()), [then, submission("bob", b"old")], terms())
    assert (grade.submission, grade.status) == ("bob", "not_graded")
    assert "replaced" in grade.reason_en
    assert grade.fingerprint.notebook != graded(now, terms()).fingerprint.notebook


def test_a_group_that_hands_in_one_file_is_not_marked(tmp_path: Path) -> None:
    (tmp_path / "both.ipynb").write_text(RIGHT)
    source = Source(tmp_path / "both.ipynb")
    ana, bob = (Submission(name, name, "both.ipynb", source) for name in ("ana", "bob"))
    (grade,) = duplicates.shared(graded(ana, terms()), [ana, bob], terms())
    assert grade.submission == "bob"
    assert "same_as" not in grade.environment


@pytest.mark.parametrize(
    "changed",
    [
        "# otro comentario\nclass f:\n    x = 1",
        "class f:\n\n    x = 1  # uno\n",
        "class f:\n    x = (1)",
        "class f:\n    'la celda'\n    x = 1",
        '"""Mi tarea."""\nclass f:\n    x = 1',
        "class  f :\n  x=1",
    ],
)
def test_code_is_the_same_whatever_is_said_around_it(changed: str) -> None:
    grades = [
        grade(submission(name, source.encode(), "x.py"), terms(), FakeSandbox().lane())
        for name, source in (("ana", "class f:\n    x = 1"), ("bob", changed), ("eva", "x = 1"))
    ]
    assert list(class_numbers._alike(grades)) == [("ana", "bob")]


def test_the_class_page_lists_those_who_still_have_the_same() -> None:
    ana, bob, eva = (submission(name, b"same") for name in ("ana", "bob", "eva"))
    first = graded(ana, terms())
    others = list(duplicates.shared(first, [ana, bob, eva], terms()))
    assert list(class_numbers._alike([first, *others])) == [("ana", "bob", "eva")]
    changed = graded(submission("ana", b"other"), terms())
    assert list(class_numbers._alike([changed, *others])) == [("bob", "eva")]
    assert list(class_numbers._alike([changed, others[0]])) == []
