"""Who hands in the same notebook shares one grade."""

import json
from pathlib import Path
from typing import Any

from course import RIGHT, Course, said

from grader import alike
from grader.submission import Submission
from grader.words import same


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
    found = alike.copies(given)
    assert {name: [one.id for one in ones] for name, ones in found.items()} == {
        "a": ["c"],
        "d": ["e"],
    }


def test_what_cannot_be_read_is_like_nothing() -> None:
    problem = same("a zip of zips")
    assert alike.copies([submission(name, b"", problem=problem) for name in "ab"]) == {}


def results(out: Path) -> dict[str, dict[str, Any]]:
    return {path.stem: json.loads(path.read_text()) for path in (out / "results").glob("*.json")}


def test_it_is_graded_once_and_whoever_comes_later_shares_that(tmp_path: Path) -> None:
    course, out = Course(tmp_path), tmp_path / "out"
    course.hand_in("copia", RIGHT)
    status, words = course.run(out, "--seed", "alike")
    assert status == 0, words
    first = results(out)
    assert first["copia"]["environment"] == first["bien"]["environment"] | {"same_as": "bien"}
    course.hand_in("tarde", RIGHT)
    status, words = course.run(out)
    assert status == 0, words
    assert "2 handed in the notebook of another" not in said(out)
    assert "1 handed in the notebook of another" in said(out)
    found = results(out)
    for name in ("copia", "tarde"):
        whose = {"submission": name, "student": name}
        marked = found["bien"]["environment"] | {"same_as": "bien"}
        assert found[name] == found["bien"] | whose | {"environment": marked}
    assert first.items() <= found.items()
    page = (out / "report" / "index.html").read_text()
    assert "El mismo cuaderno" in page
