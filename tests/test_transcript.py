"""The cell that repeats what a check asked."""

from __future__ import annotations

import torch

from grader.protocol.wire import Ref
from grader.recurrent import stand_ins
from grader.student.reproduction import Transcript, source
from grader.worker import loops, training


class Remote:
    def __init__(self, number: int) -> None:
        self.ref = Ref(number, "celdaLSTM")


def asked(dtype: torch.dtype = torch.float32) -> Transcript:
    """A cell that was made, loaded and called."""
    transcript = Transcript()
    transcript.dtype = dtype
    cell = Remote(-1)
    transcript.asked("call", {"name": "celdaLSTM", "args": [1, 2], "kwargs": {}}, cell)
    transcript.asked("load", {"target": cell, "state": {"w": torch.ones(2)}})
    arguments = {"target": cell, "name": "__call__", "args": [torch.zeros(1)], "kwargs": {}}
    transcript.asked("method", arguments, (torch.ones(1), torch.ones(1)))
    return transcript


def test_what_was_asked_is_asked_again() -> None:
    lines = asked().cell().splitlines()
    assert "celda = celdaLSTM(1, 2)" in lines
    assert "    'w': torch.tensor([1.0, 1.0])," in lines
    assert lines[-1] == "resultado = celda(torch.tensor([0.0]))"


def test_answers_go_by_their_names() -> None:
    transcript = asked()
    answer = torch.ones(1)
    arguments = {"target": Remote(-1), "name": "otra", "args": [], "kwargs": {}}
    transcript.asked("method", arguments, [answer])
    assert transcript.cell(lambda code: [f"assert {code(answer)}"]).endswith(
        "assert resultado_1[0]"
    )


def test_the_default_dtype_is_put_back_whatever_happens() -> None:
    lines = asked(torch.float64).cell().splitlines()
    assert lines.index("try:") < lines.index("    celda = celdaLSTM(1, 2).double()")
    assert lines[-2:] == ["finally:", "    torch.set_default_dtype(torch.float32)"]


def test_a_stand_in_takes_the_students_place_only_for_a_while() -> None:
    transcript = Transcript()
    transcript.replaced(["celdaGRU", "modelo_entrenamiento"])
    mine = type("celdaGRU", (), {})
    notebook = {"celdaGRU": mine}
    transcript.write(lambda: ["visto = celdaGRU"])
    exec(transcript.cell(), notebook)  # noqa: S102 - as the student would
    assert notebook["visto"].__name__ == "StandInGRU"
    assert notebook["celdaGRU"] is mine


def test_a_question_that_raised_is_the_last_line() -> None:
    transcript = Transcript()
    transcript.asked("call", {"name": "genera_dataset", "args": [3, 4], "kwargs": {}})
    assert transcript.cell().endswith("datos = genera_dataset(3, 4)")


def test_definitions_of_ours_need_no_imports_of_theirs() -> None:
    for definition in (loops.Probe, training.train, stand_ins.StandInLSTM, stand_ins.StandInGRU):
        assert "Any" not in source(definition)
        compile(source(definition), "celda", "exec")


def test_infinite_numbers_are_written_as_python_has_them() -> None:
    text = Transcript().code(torch.tensor([float("inf"), -float("inf"), float("nan")]))
    assert torch.isinf(eval(text)[:2]).all()  # noqa: S307 - our own text
