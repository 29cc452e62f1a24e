"""`%check` and `grader.check` in a real Jupyter kernel, on right, wrong and half-finished work."""

from __future__ import annotations

import os
import signal
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
import pytest

pytest.importorskip("ipykernel")
pytest.importorskip("nbclient")

from nbclient import NotebookClient

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent
HEAD = "import torch\nfrom torch import nn"
RIGHT = """
class celdaGRU(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        i, h = input_size, hidden_size
        self.x_r_fc, self.h_r_fc = nn.Linear(i, h), nn.Linear(h, h)
        self.x_z_fc, self.h_z_fc = nn.Linear(i, h), nn.Linear(h, h)
        self.x_h_fc, self.hr_h_fc = nn.Linear(i, h), nn.Linear(h, h)

    def forward(self, x, h):
        z = torch.sigmoid(self.x_z_fc(x) + self.h_z_fc(h))
        r = torch.sigmoid(self.x_r_fc(x) + self.h_r_fc(h))
        return z * h + (1 - z) * torch.tanh(self.x_h_fc(x) + self.hr_h_fc(r * h))
"""
WRONG = RIGHT.replace("z * h + (1 - z) *", "(1 - z) * h + z *")
UNWRITTEN = """
class celdaGRU(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        raise NotImplementedError
"""
PASS = RIGHT[: RIGHT.index("        z =")] + "        pass\n"


@dataclass
class Kernel:
    """A kernel that runs one cell after another."""

    client: NotebookClient

    def run(self, source: str) -> str:
        """Run a cell; return what stands below it, as text."""
        return self.below(source, "text/plain")

    def below(self, source: str, kind: str) -> str:
        cell = nbformat.v4.new_code_cell(source)  # type: ignore[no-untyped-call]
        self.client.nb.cells.append(cell)
        self.client.execute_cell(cell, len(self.client.nb.cells) - 1)
        return "\n".join(
            item.get("text") or item.get("evalue") or item.data[kind] for item in cell.outputs
        )


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    """A kernel with the extension, in a folder of its own."""
    folder = tmp_path_factory.mktemp("kernel")
    os.environ["GRADER_ASSIGNMENTS"] = str(ROOT / "assignments")
    client = NotebookClient(
        nbformat.v4.new_notebook(),  # type: ignore[no-untyped-call]
        kernel_name="python3",
        allow_errors=True,
        resources={"metadata": {"path": str(folder)}},
    )
    try:
        with client.setup_kernel():
            kernel = Kernel(client)
            kernel.run(f"%load_ext grader\nimport grader\n{HEAD}")
            yield kernel
    finally:
        del os.environ["GRADER_ASSIGNMENTS"]


def test_right_work_has_all_its_points(kernel: Kernel) -> None:
    kernel.run(RIGHT)
    assert kernel.run("%check celdaGRU").split()[:2] == ["celdaGRU", "20/20"]


def test_wrong_work_is_explained_with_the_cell_as_jupyter_counts_it(kernel: Kernel) -> None:
    kernel.run(WRONG)
    number = kernel.client.nb.cells[-1].execution_count
    below = kernel.run("grader.check(celdaGRU)")
    assert f"celdaGRU.forward, línea 10 de su celda, In [{number}]" in below
    assert "En tu cuaderno:" in below


def test_the_same_is_said_in_english_and_as_html(kernel: Kernel) -> None:
    kernel.run(WRONG)
    below = kernel.below("%check celdaGRU --lang en", "text/html")
    assert '<div class="rnn-grader" lang="en">' in below
    assert "A small case that shows it" in below


def test_if_it_is_strict_the_cell_fails_with_what_is_not_right(kernel: Kernel) -> None:
    kernel.run(WRONG)
    shown, error = kernel.run("%check celdaGRU --strict").rsplit("\n", 1)
    assert "En tu cuaderno:" in shown
    assert error.startswith("celdaGRU: ")
    assert "de 20 puntos. La salida de la celda dice qué falta." in error
    kernel.run(RIGHT)
    kernel.run("%check celdaGRU --strict")
    assert all(output.output_type != "error" for output in kernel.client.nb.cells[-1].outputs)


def test_if_it_is_strict_what_is_not_defined_is_an_error_too(kernel: Kernel) -> None:
    assert kernel.run("%check celdaLSTM --strict").startswith("Falta por definir")
    assert kernel.client.nb.cells[-1].outputs[-1].ename == "NotAllRight"


def test_what_is_not_written_yet_is_told_so(kernel: Kernel) -> None:
    kernel.run(UNWRITTEN)
    assert "Aún sin escribir: celdaGRU." in kernel.run("%check celdaGRU")


def test_a_forward_that_only_passes_is_asked_for_its_return(kernel: Kernel) -> None:
    kernel.run(PASS)
    assert "¿falta un return?" in kernel.run("%check celdaGRU")


def test_a_cell_that_did_not_run_leaves_the_live_definition_to_be_checked(kernel: Kernel) -> None:
    kernel.run(RIGHT)
    live = kernel.client.nb.cells[-1].execution_count
    kernel.run("class celdaGRU(nn.Module:\n    pass")
    below = kernel.run("%check celdaGRU")
    assert "tiene un error de sintaxis y su celdaGRU no se ejecutó" in below
    assert f"En su lugar se comprueba la de la celda [{live}]" in below
    assert "20/20" in below


def test_what_stands_below_an_error_in_its_cell_is_not_live(kernel: Kernel) -> None:
    kernel.run(RIGHT)
    kernel.run(f"1 / 0\n{UNWRITTEN}")
    below = kernel.run("%check celdaGRU")
    assert "se detuvo en un error antes de definir celdaGRU" in below
    assert "20/20" in below


def test_what_is_not_defined_is_named_and_nothing_is_run(kernel: Kernel) -> None:
    assert "Falta por definir en esta sesión: celdaLSTM" in kernel.run("%check celdaLSTM")


def test_without_names_all_that_is_defined_is_checked(kernel: Kernel) -> None:
    kernel.run(RIGHT)
    below = kernel.run("%check")
    assert "Aún sin definir, y por eso sin comprobar: celdaLSTM, modeloLSTM" in below
    assert "celdaGRU  20/20" in below


@pytest.mark.parametrize(
    ("again", "kind"),
    [
        ("celdaGRU = celdaGRU(3, 5)", "celdaGRU"),
        ("celdaGRU = 20", "int"),
        ("for celdaGRU in [nn.Linear(1, 1)]:\n    pass", "Linear"),
    ],
)
def test_a_name_that_holds_an_object_now_is_told_which_cell_to_run(
    kernel: Kernel, again: str, kind: str
) -> None:
    kernel.run(RIGHT)
    defined = kernel.client.nb.cells[-1].execution_count
    kernel.run(again)
    below = kernel.run("%check celdaGRU")
    assert f"celdaGRU contiene ahora un objeto de tipo {kind} en lugar de tu definición" in below
    assert f"Ejecuta otra vez la celda [{defined}], que la define" in below
    assert "/20" not in below
    kernel.run(RIGHT)
    assert "20/20" in kernel.run("%check celdaGRU")


def test_a_name_that_is_no_part_is_told_the_parts(kernel: Kernel) -> None:
    below = kernel.run("%check celdaTCN --assignment lstm_gru")
    assert "UsageError: 'celdaTCN'" in below
    assert "celdaGRU" in below


@pytest.mark.parametrize(
    "line",
    ["celdaGRU # otra vez", "celdaGRU,", "celdaGRU, celdaGRU", "celdaGRU;", "--strict celdaGRU"],
)
def test_comments_and_commas_are_understood(kernel: Kernel, line: str) -> None:
    kernel.run(RIGHT)
    assert kernel.run(f"%check {line}").split()[:2] == ["celdaGRU", "20/20"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("CeldaGRU", "celdaGRU"),
        ("modelo_entrenamento", "modelo_entrenamiento"),
        ("gradiente", "gradientes"),
    ],
)
def test_a_name_off_by_a_letter_is_told_the_right_one(
    kernel: Kernel, typed: str, meant: str
) -> None:
    assert f"¿querías decir {meant}?" in kernel.run(f"%check {typed}")
    assert f"did you mean {meant}?" in kernel.run(f"%check {typed} --lang en")


@pytest.mark.parametrize("line", ["--estricto", "celdaGRU --lang", "'celdaGRU", "--seed=3"])
def test_an_argument_that_there_is_not_is_told_in_the_readers_language(
    kernel: Kernel, line: str
) -> None:
    below = kernel.run(f"%check {line}")
    assert "UsageError: %check no entiende «" in below
    assert "Escribe las partes que quieres comprobar" in below


def test_an_error_is_in_the_language_of_the_check(kernel: Kernel) -> None:
    assert "no es una parte de lstm_gru" in kernel.run("%check celdaTCN --assignment lstm_gru")
    assert "is not a part of lstm_gru" in kernel.run(
        "%check celdaTCN --assignment lstm_gru --lang en"
    )
    assert "lang tiene que ser uno de estos: es, en" in kernel.run("%check --lang fr")


def test_the_kernel_is_left_as_it_was(kernel: Kernel) -> None:
    kernel.run(RIGHT)
    kernel.run(
        "import random, signal, sys, os, numpy\n"
        "def state():\n"
        "    return (torch.get_default_dtype(), torch.get_rng_state().tolist(), os.getcwd(),\n"
        "            torch.get_num_threads(), torch.is_grad_enabled(), random.getstate(),\n"
        "            str(numpy.random.get_state()), signal.getsignal(signal.SIGINT),\n"
        "            signal.getsignal(signal.SIGTERM), dict(os.environ), sys.stdout, sys.stderr,\n"
        "            'pytest' in sys.modules, 'hypothesis' in sys.modules, id(celdaGRU))\n"
        "torch.set_default_dtype(torch.float64)\n"
        "before = state()"
    )
    kernel.run("%check celdaGRU")
    assert kernel.run("state() == before") == "True"
    kernel.run("torch.set_default_dtype(torch.float32)")


def test_an_interrupt_ends_the_check_and_not_the_kernel(kernel: Kernel) -> None:
    kernel.run(RIGHT.replace("        z =", "        while True: pass\n        z ="))
    process = int(kernel.run("import os\nos.getpid()"))
    interrupt = threading.Timer(4, os.kill, (process, signal.SIGINT))
    interrupt.start()
    below = kernel.run("%check celdaGRU")
    interrupt.cancel()
    assert "no dice nada de tu trabajo. Ejecuta la celda otra vez" in below
    assert "0 de" not in below
    assert kernel.run("1 + 1") == "2"


def test_an_interrupted_check_that_is_strict_says_nothing_of_points(kernel: Kernel) -> None:
    kernel.run(RIGHT.replace("        z =", "        while True: pass\n        z ="))
    process = int(kernel.run("import os\nos.getpid()"))
    interrupt = threading.Timer(4, os.kill, (process, signal.SIGINT))
    interrupt.start()
    shown, error = kernel.run("%check celdaGRU --strict").rsplit("\n", 1)
    interrupt.cancel()
    assert "Ejecuta la celda otra vez" in shown
    assert error == "celdaGRU: sin comprobar. La salida de la celda dice por qué."
