"""A small class with all that a report shows, and the same class as an attacker would like it."""

from __future__ import annotations

from dataclasses import asdict, replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.core.results import (
    CheckResult,
    Decision,
    Fingerprint,
    Flag,
    Grade,
    Misconception,
    Notice,
)
from grader.storage import pages, students
from grader.storage.pages import Source
from grader.submissions.model import safe_id

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.core.results import Person

ROOT = Path(__file__).parents[1]
SEED = "5eed5eed5eed5eed"
TENSOR = {"dtype": "float64", "shape": [1, 2], "values": [[0.25, 1.0]]}
BELIEF = Misconception(
    "lstm.no_forget_term",
    "c_t no depende de c_{t-1}: falta el término f_t ⊙ c_{t-1}.",
    "c_t does not depend on c_{t-1}: the term f_t ⊙ c_{t-1} is missing.",
)
PASSED = CheckResult(
    "celdaLSTM/cell_update",
    "celdaLSTM",
    "Estado de la celda: c_t = f_t ⊙ c_{t-1} + i_t ⊙ c̃_t.",
    4.0,
    4.0,
    "passed",
    title_en="Cell state: c_t = f_t ⊙ c_{t-1} + i_t ⊙ c̃_t.",
)
FAILED = replace(
    PASSED,
    points=0.0,
    outcome="failed",
    message="c_t no coincide",
    message_en="c_t does not agree",
    misconception=BELIEF,
    counterexample={
        "quantity": "c_t",
        "inputs": {"x_t": TENSOR},
        "expected": TENSOR,
        "got": TENSOR,
        "difference": 0.5,
    },
    reproduce="celda = celdaLSTM(1, 2)\nprint(celda)",
    cell=3,
    line=7,
)
HARD = replace(
    FAILED,
    id="modeloGRU/every_step",
    part="modeloGRU",
    title="Todos los pasos de la secuencia cuentan.",
    title_en="Every step of the sequence counts.",
    counterexample=None,
    reproduce=None,
    misconception=None,
    points=0.0,
    max_points=6.0,
)
EASY = replace(HARD, id="modeloGRU/interface", title="La forma.", title_en="The shape.")
EASY = replace(EASY, points=0.0, max_points=0.0, outcome="passed", message="", message_en="")
WHERE = {"grader": "0.1.0", "python": "3.11.7", "torch": "2.8.0", "sandbox": "docker"}
FLAG = Flag("conduct", "celdaLSTM", "usa eval", 2, 1, "uses eval")
NOTICE = Notice("no se ejecuta %%time", 1, 1, "%%time is not run")
PRINT = Fingerprint("a" * 64, "b" * 64, "c" * 64, sha256(SEED.encode()).hexdigest(), "d" * 64)
NAMES = ("Ana Núñez", "Bruno", "Carla", "Diego", "Eva", "Iker", "Zoe")


def student(name: str, seconds: float, *checks: CheckResult, **fields: Any) -> Grade:
    """Return a grade out of ten points, shown on a scale of twenty."""
    score = sum(check.points for check in checks)
    place = {**WHERE, "usage": {"cpu_seconds": seconds}}
    grade = Grade(
        safe_id(name), name, "lstm_gru", "graded", score, 10.0, score * 2, 20.0, PRINT, "", checks
    )
    return replace(grade, **{"environment": place, **fields})


def grades() -> list[Grade]:
    """Return the class: seven who were graded, one rejected, one whom the machine failed."""
    right = [
        student(name, seconds, PASSED, HARD, EASY) for seconds, name in enumerate(NAMES[2:-1], 1)
    ]
    ana = student(NAMES[0], 9.5, FAILED, HARD, EASY, flags=(FLAG,), notices=(NOTICE, NOTICE))
    decision = Decision(
        "Bruno", FAILED.id, 3.0, "El error es mío.", "Marta", "2026-03-01T10:00:00+00:00"
    )
    bruno = student("Bruno", 2.0, FAILED, HARD, EASY, notices=(NOTICE,)).with_decisions((decision,))
    full = replace(HARD, points=6.0, outcome="passed", message="", message_en="")
    zoe = student("Zoe", 3.0, PASSED, full, EASY)
    rejected = student("Raúl", 0.0, status="rejected", reason="no es un cuaderno")
    lost = student("Xabier", 0.0, status="not_graded", reason="no engine", environment={})
    return sorted([ana, bruno, *right, zoe, rejected, lost], key=lambda grade: grade.submission)


def write(folder: Path, made: Sequence[Grade], lang: str = "es") -> Path:
    """Write the pages of these grades; return the class's."""
    sources = [Source(one, sha256(one.to_json().encode()).hexdigest()) for one in made]
    assert pages.write(folder, sources, SEED, lang) == []
    return folder / pages.INDEX


def results(folder: Path, made: Sequence[Grade], known: Sequence[Person] = ()) -> Path:
    """Write a results folder with these grades, people and pages; return it."""
    (folder / "results").mkdir(parents=True)
    for grade in made:
        (folder / "results" / f"{grade.submission}.json").write_text(grade.to_json(), "utf-8")
    (folder / students.FILE).write_text(students.table(known), "utf-8")
    write(folder / pages.FOLDER, made)
    return folder


PAYLOADS = (
    "<script>window.ran=1</script>",
    "\"><img src=x onerror='window.ran=1'><img src='https://example.invalid/x'>",
    "</style></title></textarea></select></script><svg onload=window.ran=1>",
    "javascript:window.ran=1//{{7*7}}{% raw %}",
    "\u202egnp.exe\u2066 \x1b[2J\x1b]0;x\x07 \x00",
    "W" * 300,
    "a" + "\u0301" * 200,
)
_OURS = {"outcome", "status", "at", "dtype", "values", "schema", "fingerprint"}


def hostile(made: Sequence[Grade]) -> list[Grade]:
    """Return grades in which each text that could come from outside is one of the payloads."""
    spoiled = []
    for number, grade in enumerate(made):
        fields = _spoiled(asdict(grade), PAYLOADS[number % len(PAYLOADS)])
        name = fields["student"] + str(number)
        text = replace(grade, submission=safe_id(name)).to_json()
        there = Grade.from_json(text)
        checks = tuple(
            replace(check, **_texts(check, told))
            for check, told in zip(there.checks, fields["checks"], strict=True)
        )
        spoiled.append(
            replace(
                there,
                student=name,
                assignment=fields["assignment"],
                reason=fields["reason"],
                reason_en=fields["reason_en"],
                environment=fields["environment"],
                checks=checks,
                flags=tuple(Flag(**flag) for flag in fields["flags"]),
                notices=tuple(Notice(**notice) for notice in fields["notices"]),
                decisions=tuple(Decision(**one) for one in fields["decisions"]),
            )
        )
    return spoiled


def _texts(check: CheckResult, told: dict[str, Any]) -> dict[str, Any]:
    misconception = Misconception(**told["misconception"]) if told["misconception"] else None
    names = ("id", "part", "title", "title_en", "message", "message_en", "reproduce")
    spoiled = {name: told[name] for name in names if getattr(check, name)}
    return {**spoiled, "misconception": misconception, "counterexample": told["counterexample"]}


def _spoiled(value: Any, payload: str) -> Any:
    if isinstance(value, str):
        return payload
    if isinstance(value, dict):
        return {
            payload if key == "x_t" else key: one if key in _OURS else _spoiled(one, payload)
            for key, one in value.items()
        }
    if isinstance(value, list | tuple):
        return [_spoiled(one, payload) for one in value]
    return value
