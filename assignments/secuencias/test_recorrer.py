"""Parts 9 and 10: a cell over sequences of different lengths, and their real part turned round."""

import pytest
import torch

from grader.checks import answers
from grader.checks.generated import of_student
from grader.checks.kit import Definition, Float, Lengths, Padded, mistake, term
from grader.checks.kit import whole as whole_
from grader.checks.sequences import concatenates, is_causal, padding_is_silent, permutes
from grader.core.i18n import Bilingual

from . import probes
from .loops import at, below, by_torch, has_a_name, only, real, states, turned, zeros

FROZEN = "h = torch.where(real, nuevo, h)"
SILENCED = "hs.append(h * real)"
RETURNED = "return torch.stack(hs, dim=1), h"


def run_by_torch(celda, x, longitudes, h0):
    """Return what torch's GRU gives."""
    outputs, last = by_torch([celda], x, longitudes, None if h0 is None else h0[None])
    return outputs, last[0]


class corre(Definition):
    probe = probes.recorre
    layers = {"celda": "GRUCell D -> H"}
    inputs = {
        "x": Padded(Float("B T D"), "longitudes"),
        "longitudes": Lengths("B", "T"),
        "h0": Float("B H", state=True, optional=True),
    }
    stand_ins = below("corre")
    outputs = {"hs": Float("B T H"), "h_n": Float("B H")}
    weights = {"parameters": 0}
    largest = {"T": 4}
    fresh_sizes = {"T": 5, "D": 2}
    whole = whole_(like=run_by_torch)
    called = {"h_n": "frozen", "hs": "zeros_after", "inicio": "initial"}

    @term(2)
    def inicio(celda, x, h0):
        return zeros(celda, x) if h0 is None else h0

    @term(0)
    def pasos(celda, x, inicio):
        return states(celda, x, inicio)

    @term(4)
    def h_n(pasos, longitudes):
        return at(pasos, longitudes - 1)

    @term(3)
    def hs(pasos, longitudes):
        return only(pasos, longitudes)

    mistakes = (
        mistake(
            "sec.zero_start",
            inicio=(" if h0 is None else h0", ""),
        ),
        mistake(
            "sec.state_not_frozen",
            h_n=lambda pasos: pasos[:, -1],
            edit=(FROZEN, "h = nuevo"),
        ),
        mistake(
            "sec.last_column",
            h_n=lambda pasos, longitudes: only(pasos, longitudes)[:, -1],
            edit=(RETURNED, "return torch.stack(hs, dim=1), hs[-1]"),
        ),
        mistake(
            "sec.padding_kept",
            hs=lambda celda, x, pasos, longitudes: torch.where(
                real(longitudes, x.shape[1])[..., None],
                pasos,
                torch.stack([celda(x_t, at(pasos, longitudes - 1)) for x_t in x.unbind(1)], 1),
            ),
            also=({"hs": lambda pasos: pasos},),
            edit=(SILENCED, "hs.append(nuevo)"),
        ),
        mistake(
            "sec.last_repeated",
            hs=lambda pasos, longitudes: torch.where(
                real(longitudes, pasos.shape[1])[..., None],
                pasos,
                at(pasos, longitudes - 1)[:, None],
            ),
            edit=(SILENCED, "hs.append(h)"),
        ),
        mistake(
            "sec.one_too_many",
            h_n=lambda pasos, longitudes, T: at(pasos, longitudes.clamp(max=T - 1)),
            hs=lambda pasos, longitudes: only(pasos, longitudes + 1),
            loses=("h_n",),
            edit=("(t < longitudes)", "(t <= longitudes)"),
        ),
        mistake(
            "sec.one_too_few",
            h_n=lambda pasos, longitudes, inicio: at(
                torch.cat([inicio[:, None], pasos], 1), longitudes - 1
            ),
            hs=lambda pasos, longitudes: only(pasos, longitudes - 1),
            loses=("h_n",),
            edit=("(t < longitudes)", "(t + 1 < longitudes)"),
        ),
        mistake(
            "sec.state_not_carried",
            pasos=lambda celda, x, inicio: torch.stack(
                [celda(x_t, inicio) for x_t in x.unbind(1)], 1
            ),
            loses=("h_n",),
            h_n=lambda pasos, longitudes: at(pasos, longitudes - 1),
            edit=(
                ("    hs = []\n", "    hs, inicio = [], h\n"),
                ("nuevo = celda(x[:, t], h)", "nuevo = celda(x[:, t], inicio)"),
            ),
        ),
    )


HS = Bilingual("hs, h_n o el gradiente", "hs, h_n or the gradient")
OUTPUTS = Bilingual("hs", "hs")


def drawn_run(seed):
    """Return weights of a cell, long sequences of a larger batch, their lengths, and first states."""
    drawn = torch.Generator().manual_seed(seed % 2**31)

    def numbers(*shape):
        return torch.randn(*shape, generator=drawn, dtype=torch.float64) * 0.7

    sizes = {"weight_ih": (9, 2), "weight_hh": (9, 3), "bias_ih": (9,), "bias_hh": (9,)}
    weights = {f"celda.{name}": numbers(*size) for name, size in sizes.items()}
    lengths = torch.tensor([12, 1, 5, 9, 12, 7])
    return weights, numbers(6, 12, 2), lengths, numbers(6, 3)


def runs(student, weights):
    """Return what asks for a run: outputs, last states, and the gradient by x, in this order."""
    order = of_student(corre.declared, student).known().form.returned

    def call(x, longitudes, h0=None):
        *pair, gradient = student.run(
            probes.recorrido_y_pendiente,
            answers.of(tuple[torch.Tensor, torch.Tensor, torch.Tensor | None]),
            pesos=weights, x=x, longitudes=longitudes, h0=h0,
        )  # fmt: skip
        return [*(pair[order.index(number)] for number in range(len(pair))), gradient]

    return call


@pytest.mark.part("corre")
@pytest.mark.weight(3)
@pytest.mark.needs("interface")
def test_padding_is_silent(student, case_seed):
    """Lo que haya en el relleno no cambia nada, tampoco el gradiente.

    What lies in the padding changes nothing, the gradient neither.
    """
    if not has_a_name(corre, student):
        weights, x, lengths, _ = drawn_run(case_seed)
        call = runs(student, weights)
        padding_is_silent(call, x[:4], lengths[:4], quantity=HS, student=student)


@pytest.mark.part("corre")
@pytest.mark.kind("form")
@pytest.mark.weight(0.5)
@pytest.mark.needs("interface")
def test_is_causal(student, case_seed):
    """La salida de un paso no depende de los pasos que vienen después.

    The output of a step does not depend on the steps that come after it.
    """
    if not has_a_name(corre, student):
        weights, x, lengths, _ = drawn_run(case_seed)
        call = runs(student, weights)
        is_causal(lambda one: call(one, lengths[:1])[0], x[:1], quantity=OUTPUTS, student=student)


@pytest.mark.part("corre")
@pytest.mark.kind("form")
@pytest.mark.weight(0.5)
@pytest.mark.needs("interface")
def test_permutes(student, case_seed):
    """Las secuencias de un lote no se mezclan.

    The sequences of a batch do not mix.
    """
    if not has_a_name(corre, student):
        weights, x, lengths, first = drawn_run(case_seed)
        given = (x, lengths, first)
        permutes(runs(student, weights), given, [5, 2, 0, 3], quantity=HS, student=student)


@pytest.mark.part("corre")
@pytest.mark.weight(1)
@pytest.mark.needs("interface")
def test_concatenates(student, case_seed):
    """Leer en dos trozos, pasando el estado, es leer de una vez.

    To read in two pieces, handing on the state, is to read at once.
    """
    if not has_a_name(corre, student):
        weights, x, _, first = drawn_run(case_seed)
        call = runs(student, weights)

        def read(x, state):
            return call(x, torch.full((len(x),), x.shape[1]), state)[:2]

        concatenates(read, x[:2, :8], first[:2], quantity=OUTPUTS, student=student)


SOURCE = "torch.where(pasos < largo, largo - 1 - pasos, pasos)"


class invierte(Definition):
    probe = probes.invierte
    inputs = {"lote": Padded(Float("B T D"), "longitudes"), "longitudes": Lengths("B", "T")}
    stand_ins = below("invierte")
    outputs = {"vuelta": Float("B T D")}
    weights = {"ones": 0.5}
    largest = {"T": 4}
    fresh_sizes = {"T": 5, "D": 2}
    called = {"vuelta": "reversal"}

    @term(3)
    def vuelta(lote, longitudes):
        return turned(lote, longitudes)

    mistakes = (
        mistake(
            "sec.flip_whole",
            vuelta=lambda lote, longitudes: only(lote.flip(1), longitudes),
            edit=("return lote[filas, de_donde]", "return lote.flip(1)"),
        ),
        mistake(
            "sec.first_length_for_all",
            vuelta=lambda lote, longitudes, T: only(
                torch.cat([lote[:, : longitudes[0]].flip(1), lote[:, longitudes[0] :]], 1),
                longitudes,
            ),
            edit=("largo = longitudes.unsqueeze(1)", "largo = longitudes[:1].unsqueeze(1)"),
        ),
        mistake(
            "sec.features_reversed",
            vuelta=lambda lote, longitudes: only(lote.flip(2), longitudes),
            edit=("return lote[filas, de_donde]", "return lote.flip(-1)"),
        ),
        mistake(
            "sec.not_reversed",
            vuelta=("turned", "only"),
            edit=(SOURCE, "pasos.expand(len(lote), -1)"),
        ),
    )
