"""A small course of results folders, made in no time, and the command over it."""

from __future__ import annotations

import csv
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import classroom
from typer.testing import CliRunner

from grader.cli import main as cli
from grader.core.results import CheckResult, Grade, Misconception, Person

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result

ANA = Person("s01", "s01", "Ana Núñez", "ana@u.pe", listed=True)
EVA = Person("s02", "s02", "Eva Soto", listed=True)


def grade(assignment: str, student: str, points: float, *ids: str, **fields: Any) -> Grade:
    """A grade out of ten points whose one check failed for each of these misconceptions."""
    checks = [
        CheckResult(
            f"parte/{number}",
            "parte",
            "t",
            points if not number else 0.0,
            10.0,
            "failed",
            misconception=Misconception(name, f"Sobre {name}.", f"About {name}."),
        )
        for number, name in enumerate(ids or ("x.nothing",))
    ]
    made = classroom.student(student, 1.0, *checks, assignment=assignment)
    return replace(made, score=points, mark=points * 2, **fields)


def lost(assignment: str, student: str) -> Grade:
    reasons = {"reason": "sin motor", "reason_en": "no engine"}
    return grade(assignment, student, 0, status="not_graded", checks=(), **reasons)


class Course:
    """A course's file with its folders."""

    def __init__(self, root: Path) -> None:
        self.root, self.file = root, root / "curso.toml"
        self.folders: list[str] = []

    def add(self, name: str, *grades: Grade, people: tuple[Person, ...] = (ANA, EVA)) -> Course:
        there = {one.submission for one in grades}
        known = [p if p.submission in there else replace(p, submission="") for p in people]
        classroom.results(self.root / "notas" / name, grades, known)
        self.folders.append(name)
        return self

    def write(self, before: str = "", after: str = "") -> Path:
        folders = "".join(f'{name} = "notas/{name}"\n' for name in self.folders)
        self.file.write_text(f"{before}\n[results]\n{folders}\n{after}\n", "utf-8")
        return self.file

    def run(self, *options: str) -> Result:
        return CliRunner().invoke(cli.app, ["course", str(self.file), *options])

    def table(self) -> dict[str, dict[str, str]]:
        text = (self.root / "curso" / "gradebook.csv").read_text("utf-8")
        return {line["student"]: line for line in csv.DictReader(text.splitlines())}
