"""Part 5: gradients clipped by value, and by the norm of all of them together."""

import pytest
import torch

from grader.checks import answers
from grader.checks.asserts import assert_close
from grader.checks.case import Case
from grader.checks.kit import Definition, Float, given, mistake, term, times

from . import probes
from .test_celda import GRADIENTS

CLIPPED = {"U": Float("H I"), "V": Float("H H"), "W": Float("O H")}


class recorta_por_valor(Definition, part="recorte", prefix="value_"):
    probe = probes.por_valor
    inputs = {**GRADIENTS, "limite": Float("", between=(0.2, 1.5))}
    outputs = CLIPPED
    fresh_sizes = {"H": 5, "O": 2}
    weights = {"returned": 0}

    @term(2)
    def above(limite):
        return lambda g: torch.minimum(g, limite)

    @term(2)
    def below(limite):
        return lambda g: torch.maximum(g, -limite)

    @term(0)
    def U(above, below, U_grad):
        return below(above(U_grad))

    @term(0)
    def V(above, below, V_grad):
        return below(above(V_grad))

    @term(0)
    def W(above, below, W_grad):
        return below(above(W_grad))

    mistakes = (
        mistake(
            "bptt.one_sided",
            below=lambda: lambda g: g,
            edit=("g.clamp(-limite, limite)", "g.clamp(max=limite)"),
        ),
        mistake(
            "bptt.one_sided_below",
            above=lambda: lambda g: g,
            edit=("g.clamp(-limite, limite)", "g.clamp(min=-limite)"),
        ),
        mistake(
            "bptt.negative_to_zero",
            below=lambda: lambda g: g.clamp(min=0),
            edit=("g.clamp(-limite, limite)", "g.clamp(0, limite)"),
        ),
    )


class recorta_por_norma(Definition, part="recorte", prefix="norm_"):
    probe = probes.por_norma
    inputs = {**GRADIENTS, "max_norma": Float("", between=(0.2, 6.0))}
    outputs = {**CLIPPED, "norma": Float("")}
    called = {"norma": "of_all", "shrink": "together"}
    fresh_sizes = {"H": 5, "O": 2}
    weights = {"returned": 0}
    # Who divides by ‖g‖ + 1e-6, as torch does, is right too.
    tolerance = 1e-5

    @term(2)
    def norma(U_grad, V_grad, W_grad):
        return sum((g**2).sum() for g in (U_grad, V_grad, W_grad)) ** 0.5

    @term(0)
    def total(U_grad, V_grad, W_grad):
        return sum((g**2).sum() for g in (U_grad, V_grad, W_grad)) ** 0.5

    @term(5, times(10, *GRADIENTS))
    def shrink(max_norma, total):
        return [max_norma / total] * 3

    @term(3, given(max_norma=torch.tensor(1e4, dtype=torch.float64)))
    def below(shrink):
        return [factor.clamp(max=1.0) for factor in shrink]

    @term(0)
    def U(U_grad, below):
        return U_grad * below[0]

    @term(0)
    def V(V_grad, below):
        return V_grad * below[1]

    @term(0)
    def W(W_grad, below):
        return W_grad * below[2]

    mistakes = (
        mistake(
            "bptt.norm_per_tensor",
            shrink=lambda max_norma, U_grad, V_grad, W_grad: [
                max_norma / (g**2).sum() ** 0.5 for g in (U_grad, V_grad, W_grad)
            ],
            edit=(
                "[g * factor for g in gradientes]",
                "[g * torch.clamp(max_norma / g.norm(), max=1.0) for g in gradientes]",
            ),
        ),
        mistake(
            "bptt.sum_of_norms",
            shrink=lambda max_norma, U_grad, V_grad, W_grad: (
                [max_norma / sum((g**2).sum() ** 0.5 for g in (U_grad, V_grad, W_grad))] * 3
            ),
            norma=lambda U_grad, V_grad, W_grad: sum(
                (g**2).sum() ** 0.5 for g in (U_grad, V_grad, W_grad)
            ),
            edit=(
                "torch.sqrt(sum((g ** 2).sum() for g in gradientes))",
                "sum(g.norm() for g in gradientes)",
            ),
        ),
        mistake(
            "bptt.largest_for_norm",
            shrink=lambda max_norma, U_grad, V_grad, W_grad: (
                [max_norma / max(g.abs().max() for g in (U_grad, V_grad, W_grad))] * 3
            ),
            norma=lambda U_grad, V_grad, W_grad: max(
                g.abs().max() for g in (U_grad, V_grad, W_grad)
            ),
            edit=(
                "torch.sqrt(sum((g ** 2).sum() for g in gradientes))",
                "max(g.abs().max() for g in gradientes)",
            ),
        ),
        mistake(
            "bptt.norm_not_rooted",
            shrink=lambda max_norma, total: [max_norma / total**2] * 3,
            norma=lambda total: total**2,
            edit=("torch.sqrt(sum(", "(sum("),
        ),
        mistake(
            "bptt.always_rescaled",
            below=lambda shrink: shrink,
            edit=("torch.clamp(max_norma / norma, max=1.0)", "max_norma / norma"),
            loses=("below", "recorte/norm_zeros"),
        ),
        mistake(
            "bptt.value_for_norm",
            shrink=lambda max_norma, U_grad, V_grad, W_grad: [
                (g.clamp(-max_norma, max_norma) / g).nan_to_num(1.0)
                for g in (U_grad, V_grad, W_grad)
            ],
            edit=(
                "[g * factor for g in gradientes]",
                "[g.clamp(-max_norma, max_norma) for g in gradientes]",
            ),
        ),
        mistake(
            "bptt.norm_after",
            norma=lambda total, max_norma: total.clamp(max=max_norma),
            edit=("return recortados, norma", "return recortados, norma * factor"),
        ),
    )


@pytest.mark.part("recorte")
@pytest.mark.kind("form")
@pytest.mark.points(1)
def test_new(student):
    """Los gradientes que se reciben quedan como estaban: lo recortado es nuevo.

    The gradients that are given stay as they were: what is clipped is new.
    """
    student.precision(torch.float64)
    given_ = [torch.tensor([[3.0, -4.0]], dtype=torch.float64)]
    for name in ("recorta_por_valor", "recorta_por_norma"):
        student.require(name)
        after = student.run(
            probes.deja_igual, answers.of(list), name=name, gradientes=given_, limite=1.0,
        )  # fmt: skip
        assert_close(
            after[0] if after else None, given_[0], quantity="gradientes[0]", case=Case({}, {}, {})
        )


@pytest.mark.part("recorte")
@pytest.mark.points(1)
def test_norm_zeros(student):
    """Por norma: de gradientes que son todos cero quedan ceros, sean cuantos sean.

    By norm: of gradients that are all zero, zeros are left, however many there are.
    """
    student.precision(torch.float64)
    zeros = [torch.zeros(2, 3, dtype=torch.float64), torch.zeros(4, dtype=torch.float64)]
    answer = student.recorta_por_norma(zeros, 1.0)
    for number, one in enumerate(zeros):
        got = answer[0][number] if is_pair(answer, len(zeros)) else answer
        assert_close(got, one, quantity=f"recortados[{number}]", case=Case({}, {}, {}))


def is_pair(answer, count):
    """Whether something is a list of so many, and a norm."""
    first = answer[0] if isinstance(answer, (list, tuple)) and answer else None
    return isinstance(first, (list, tuple)) and len(first) == count
