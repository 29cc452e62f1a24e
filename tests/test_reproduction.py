"""The cell that repeats what a check asked."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

from grader.checks import calls
from grader.protocol.wire import Ref
from grader.recurrent import loop_probes, probes, stand_ins
from grader.student.probes import Probe, question, source
from grader.student.reproduction import Transcript

Notebook = dict[str, Any]


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


def ran(probe: Probe, answer: Any = None, **arguments: Any) -> Transcript:
    transcript = Transcript()
    transcript.asked("run", question(probe, arguments), answer)
    return transcript


def body(transcript: Transcript) -> list[str]:
    """The lines of a cell after the blank one, below which the notebook's own names are used."""
    return transcript.cell().split("\n\n")[-1].split("\n")


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
        "assert resultado_2[0]"
    )


def test_the_default_dtype_is_put_back_whatever_happens() -> None:
    lines = asked(torch.float64).cell().splitlines()
    assert lines.index("try:") < lines.index("    celda = celdaLSTM(1, 2).double()")
    assert lines[-2:] == ["finally:", "    torch.set_default_dtype(torch.float32)"]


@pytest.mark.parametrize("name", stand_ins.PROBES)
def test_a_stand_in_takes_the_students_place_only_for_a_while(name: str) -> None:
    transcript = Transcript()
    others = {other: stand_ins.PROBES[other] for other in ("celdaLSTM", "celdaGRU")}
    for one, probe in {**others, name: stand_ins.PROBES[name]}.items():
        transcript.replaced(one, question(probe, {"name": one}))
    mine = type(name, (), {})
    notebook: Notebook = {name: mine, "celdaGRU": mine, "celdaLSTM": mine}
    sizes = (1, 2, 1) if name.startswith("modelo") else (1, 2)
    made = f"visto = {name}" if name.endswith("entrenamiento") else f"visto = {name}{sizes}"
    transcript.write(lambda: [made])
    exec(transcript.cell(), notebook)  # noqa: S102 - as the student would
    assert callable(notebook["visto"])
    assert notebook["visto"] is not mine
    assert {notebook[one] for one in (name, "celdaGRU", "celdaLSTM")} == {mine}


def test_a_question_that_raised_is_the_last_line() -> None:
    transcript = Transcript()
    transcript.asked("call", {"name": "genera_dataset", "args": [3, 4], "kwargs": {}})
    assert transcript.cell().endswith("resultado = genera_dataset(3, 4)")


@pytest.mark.parametrize("name", ["celdaLSTM", "redDensa", "modeloGRU2"])
def test_an_object_is_called_by_the_first_word_of_its_class(name: str) -> None:
    transcript = Transcript()
    transcript.asked("call", {"name": name, "args": [], "kwargs": {}})
    noun = {"celdaLSTM": "celda", "redDensa": "red", "modeloGRU2": "modelo"}[name]
    assert transcript.cell().endswith(f"{noun} = {name}()")


def test_definitions_of_ours_need_no_imports_of_theirs() -> None:
    for definition in (probes.train_network, loop_probes.train_once, *stand_ins.PROBES.values()):
        assert "Any" not in source(definition)
        compile(source(definition), "celda", "exec")


def test_infinite_numbers_are_written_as_python_has_them() -> None:
    for value in (torch.tensor([float("inf"), -float("inf"), float("nan")]), [float("inf")] * 2):
        text = Transcript().code(value)
        found = eval(text)  # noqa: S307 - our own text
        assert all(not torch.isfinite(torch.tensor(float(one))) for one in found)


def test_a_probes_own_lines_stand_in_the_cell() -> None:
    x, state = torch.zeros(1, 1), (torch.ones(1, 2), torch.ones(1, 2))
    answer = [(torch.zeros(1, 2), torch.ones(1, 2))]
    ones = "torch.tensor([[1.0, 1.0]])"
    transcript = ran(calls.function, answer, name="paso", entradas=[x, state])
    assert body(transcript) == [
        f"entradas = [torch.tensor([[0.0]]), ({ones}, {ones})]",
        "resultado = [paso(*entradas)]",
    ]
    assert transcript.code(answer[0][1]) == "resultado[0][1]"


@pytest.mark.parametrize(
    ("swapped", "after"), [(True, "estados[-1][::-1]"), (False, "estados[-1]")]
)
def test_what_is_known_beforehand_is_decided(swapped: bool, after: str) -> None:  # noqa: FBT001
    arguments = {"celda": Remote(-1), "x": torch.zeros(2, 1, 1), "estado": torch.zeros(1, 1)}
    transcript = asked()
    transcript.asked("run", question(probes.unroll, {**arguments, "swapped": swapped}), [])
    assert transcript.cell().splitlines()[-3:] == [
        "for x_t in x:",
        "    estados.append(celda(x_t, estado))",
        f"    estado = {after}",
    ]


def optional(notebook: Notebook, name: str, x: Any) -> Any:
    return [notebook[name]() if x is None else notebook[name](x)]


@pytest.mark.parametrize(("x", "line"), [(None, "f()"), (0.5, "f(0.5)")])
def test_a_number_is_decided_not_to_be_none(x: float | None, line: str) -> None:
    assert body(ran(optional, [1], name="f", x=x))[-1] == f"resultado = [{line}]"


def double(notebook: Notebook, name: str, celda: Tensor, veces: int = 2) -> Any:
    resultado = notebook[name](celda)
    for _ in range(veces):
        resultado = resultado + notebook.get("suma", 0)
    return resultado


def test_a_name_that_the_cell_has_already_is_not_taken_again() -> None:
    transcript = Transcript()
    answers = [torch.zeros(1), torch.ones(1)]
    for answer in answers:
        transcript.asked("run", question(double, {"name": "celda", "celda": answer}), answer)
    notebook: Notebook = {"celda": lambda x: x + 1, "suma": 1}
    text = transcript.cell(lambda code: [f"vistos = {code(answers)}"])
    exec(text, notebook)  # noqa: S102 - as the student would
    assert notebook["vistos"] == [3, 4]
    assert callable(notebook["celda"])


FACTOR = 3


class Tripled:
    """Of ours."""

    def of(self, x: Any) -> Any:
        """Multiply."""
        return FACTOR * x


def early(notebook: Notebook, name: str, x: Any) -> Any:
    """Return in two places."""
    if x is None:
        return None
    return Tripled().of(notebook[name](x))


def captured(notebook: Notebook, name: str, x: Any) -> Any:
    made = [notebook[name](x) for x in x]
    return made, x


@pytest.mark.parametrize(("probe", "right"), [(early, "15"), (captured, "")])
def test_a_probe_that_cannot_be_written_out_is_called(probe: Probe, right: str) -> None:
    x = torch.tensor([4.0])
    transcript = ran(probe, name="f", x=x)
    lines = transcript.cell().splitlines()
    assert lines[-1] == f"resultado = {probe.__name__}(globals(), name='f', x=x)"
    assert "Multiply" not in transcript.cell()
    notebook: Notebook = {"f": lambda x: x + 1}
    exec(transcript.cell(), notebook)  # noqa: S102 - as the student would
    if right:
        assert notebook["resultado"] == float(right)
    else:
        assert notebook["resultado"] == probe(notebook, "f", x)


def test_a_definition_of_ours_stands_in_the_cell_once() -> None:
    transcript = Transcript()
    for x in (1, 2):
        transcript.asked("run", question(early, {"name": "f", "x": x}))
    assert transcript.cell().count("class Tripled") == 1
    assert "resultado_2 = early(globals(), name='f', x=2)" in transcript.cell()
