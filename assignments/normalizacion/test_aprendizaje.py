"""Part 6: the run. The student's cell learns which bits were marked, from inputs a hundred times 1.

Sizes, steps and rate are those of `tests/campaign_normalizacion.py`, which measured the threshold.
Below a right cell a wrong norm is replaced, and where the cell is wrong a cell of ours learns with
the student's own norm.
"""

from functools import cache
from itertools import count

import pytest
import torch

from grader.checks import answers
from grader.checks.asserts import Mismatch
from grader.checks.skipping import skip
from grader.core.i18n import Bilingual

from . import probes

pytestmark = pytest.mark.part("aprendizaje")
LENGTH = 12
HIDDEN = 16
BATCH = 32
STEPS = 100
SCALE = 100.0
ENOUGH = 0.85


class Reader(torch.nn.Module):
    """Reads a sequence (B, T, 2) with a cell and says which two bits were marked."""

    def __init__(self, cell):
        super().__init__()
        self.celda, self.fc = cell(2, HIDDEN), torch.nn.Linear(HIDDEN, 4)

    def forward(self, xs):
        h_t = c_t = xs.new_zeros(len(xs), HIDDEN)
        for x_t in xs.unbind(1):
            h_t, c_t = self.celda(x_t, (h_t, c_t))
        return self.fc(h_t)


class Cell(torch.nn.Module):
    """The cell as it should be, with layer norms of a class."""

    def __init__(self, inputs, hidden, norm):
        super().__init__()
        self.x_fc, self.h_fc = (
            torch.nn.Linear(size, 4 * hidden, bias=False) for size in (inputs, hidden)
        )
        self.b = torch.nn.Parameter(torch.zeros(4 * hidden))
        self.ln_x, self.ln_h, self.ln_c = norm(4 * hidden), norm(4 * hidden), norm(hidden)

    def forward(self, x_t, hidden):
        h, c = hidden
        a = self.ln_x(self.x_fc(x_t)) + self.ln_h(self.h_fc(h)) + self.b
        i, f, new, o = a.chunk(4, -1)
        c_t = f.sigmoid() * c + i.sigmoid() * new.tanh()
        return o.sigmoid() * self.ln_c(c_t).tanh(), c_t


def train(notebook, name, pesos, xs, respuestas):
    """Train a network over the student's cell, or norm, by its name; return its weights."""
    suyo = notebook[name]
    red = Reader(suyo if name == "celdaLSTMNorm" else lambda i, h: Cell(i, h, suyo))
    torch.nn.Module.load_state_dict(red, pesos, strict=False)
    optimizador = torch.optim.Adam(red.parameters(), 0.02)
    for lote, respuesta in zip(xs.split(BATCH), respuestas.split(BATCH), strict=True):
        optimizador.zero_grad()
        torch.nn.functional.cross_entropy(red(lote), respuesta).backward()
        optimizador.step()
    return {clave: valor.detach() for clave, valor in red.state_dict().items()}


def right(inputs, hidden):
    """Return a right cell."""
    return Cell(inputs, hidden, probes.Norma)


RIGHT = {"celdaLSTMNorm": right}
WAYS = {
    "celdaLSTMNorm": (
        *("celdaLSTMNorm/interface", "celdaLSTMNorm/returned", "celdaLSTMNorm/stacking_order"),
        *("celdaLSTMNorm/whole", "gradientes/cell"),
    ),
    "CapaNorm": ("CapaNorm/interface", "CapaNorm/gradient", "CapaNorm/whole"),
}
"""What learns, and the checks of what has to be right for that."""


def sequences(samples, drawn):
    """Return sequences (B, T, 2) of bits, -1 or 1, and marks, and the answers (B,), from 0 to 3."""
    bits = torch.randint(2, (samples, LENGTH), generator=drawn)
    places = torch.rand(samples, LENGTH, generator=drawn).argsort(1)[:, :2].sort(1).values
    marks = torch.zeros(samples, LENGTH).scatter(1, places, 1.0)
    first, second = bits.gather(1, places).T
    return SCALE * torch.stack([2.0 * bits - 1, marks], -1), 2 * first + second


def accuracy(weights, held_out):
    """Return the share of right answers of a right network with these weights."""
    network, (xs, answers) = Reader(right), held_out
    network.load_state_dict({key: weights[key].float() for key in network.state_dict()})
    with torch.no_grad():
        return float((network(xs).argmax(-1) == answers).double().mean())


def given(seed):
    """Return first weights, sequences to learn from, and others that are held out."""
    drawn = torch.Generator().manual_seed(seed)
    weights = {}
    for key, one in Reader(right).state_dict().items():
        if key.endswith("weight"):
            bound = one.shape[1] ** -0.5
            weights[key] = bound * (2 * torch.rand(one.shape, generator=drawn) - 1)
        else:
            weights[key] = torch.full(one.shape, float(key.endswith("ganancia")))
    weights["celda.b"][HIDDEN : 2 * HIDDEN] = 1.0  # the forget gate is open at first
    return weights, sequences(STEPS * BATCH, drawn), sequences(500, drawn)


@cache
def learnable(seed):
    """Return what is given by the first seed, from this one on, on which the reference learns."""
    for number in count(seed):
        weights, seen, held_out = given(number)
        if accuracy(train(RIGHT, "celdaLSTMNorm", weights, *seen), held_out) > (1 + ENOUGH) / 2:
            break
    return weights, seen, held_out


@pytest.mark.points(6)
def test_learns(student, case_seed):
    """Con tu celda, una red aprende cuáles eran los dos bits marcados, con la entrada por 100.

    With your cell a network learns which two bits were marked, the input times 100.
    """
    student.require("celdaLSTMNorm")
    student.require("CapaNorm")
    wrong = {name for name, checks in WAYS.items() if student.lost(*checks)}
    if student.lost_all("celdaLSTMNorm") or wrong == {*WAYS}:
        es, en = "antes tiene que estar bien una de las dos", "one of the two has to be right first"
        skip(Bilingual(f"{es}: celdaLSTMNorm, CapaNorm", f"{en}: celdaLSTMNorm, CapaNorm"))
    student.precision(torch.float32)
    if "CapaNorm" in wrong:
        student.replace({"CapaNorm": probes.suplente})
    name = "CapaNorm" if "celdaLSTMNorm" in wrong else "celdaLSTMNorm"
    weights, (xs, said), held_out = learnable(case_seed % 2**31)
    with student.unrecorded():
        found = student.run(
            train,
            answers.of(dict),
            name=name,
            pesos=weights,
            xs=xs,
            respuestas=said,
        )
    same = all(getattr(found.get(key), "shape", None) == one.shape for key, one in weights.items())
    share = accuracy(found, held_out) if same else 0.0
    if share < ENOUGH:
        raise Mismatch(
            Bilingual(
                f"con {name}, la red contesta bien {share:.0%} de las secuencias, no casi todas",
                f"with {name} the network answers {share:.0%} of the sequences, not nearly all",
            ),
            quantity=name,
            expected=f"{ENOUGH:.0%}",
            got=f"{share:.0%}",
        )
