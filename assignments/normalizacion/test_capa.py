"""Part 1: the layer norm, and what every norm of this assignment holds at first."""

from dataclasses import replace

import pytest
import torch

from grader.checks import answers, assert_close
from grader.checks.asserts import Mismatch
from grader.checks.case import Case
from grader.checks.generated import of_student
from grader.checks.kit import Definition, Float, mistake, term, times, whole
from grader.core.i18n import Bilingual

from . import probes

pytestmark = pytest.mark.part("CapaNorm")
TINY = 1e-9
"""Of numbers so small the root is √ε, whatever the variance is."""
VARIANCE, ROOT = "((x - media) ** 2).mean(dim=-1, keepdim=True)", "torch.sqrt(varianza + self.eps)"
RETURNS = "return self.ganancia * normal + self.sesgo"


def torch_layer_norm(x, ganancia, sesgo):
    return torch.nn.functional.layer_norm(x, x.shape[-1:], ganancia, sesgo)


class CapaNorm(Definition):
    init = "n=N"
    tolerance = 1e-10  # who takes E[x²] − μ² loses digits, and is right as well
    layers = {"ganancia": "N", "sesgo": "N"}
    inputs = {"x": Float("B N")}
    outputs = {"y": Float("B N")}
    weights = {"gradient": 2}
    whole = whole(like=torch_layer_norm)
    largest = {"N": 5}
    fresh_sizes = {"B": 12}  # with a row or two in which v is small, so that ε shows
    extremes = (3e-3,)  # v is about ε there
    symbols = {"centrado": "(x − μ)", "varianza": "v", "ganancia": "g", "sesgo": "b"}

    @term(3, times(TINY, "x"))
    def eje():
        return -1

    @term(5, times(TINY, "x"))
    def centrado(x, eje):
        return x - x.mean(dim=eje, keepdim=True)

    @term(6, times(10, "x"))
    def varianza(centrado, eje):
        return (centrado**2).mean(dim=eje, keepdim=True)

    @term(1, times(TINY, "x"))
    def epsilon():
        return 1e-5

    @term(4, times(1e-3, "x"))
    def raiz(varianza, epsilon):
        return torch.sqrt(varianza + epsilon)

    @term(4, times(TINY, "x"))
    def y(ganancia, centrado, raiz, sesgo):
        return ganancia * centrado / raiz + sesgo

    mistakes = (
        mistake("norm.over_batch", eje=lambda: 0, edit=("dim=-1", "dim=0")),
        mistake(
            "norm.over_all",
            eje=lambda x: tuple(range(x.dim())),
            edit=(
                ("x.mean(dim=-1, keepdim=True)", "x.mean()"),
                (VARIANCE, "((x - media) ** 2).mean()"),
            ),
        ),
        mistake(
            "norm.not_centred", centrado=lambda x: x, edit=("x.mean(dim=-1, keepdim=True)", "0 * x")
        ),
        mistake(
            "norm.unbiased",
            varianza=lambda x, centrado, eje, N: (centrado**2).sum(eje, keepdim=True) / (N - 1),
            edit=(VARIANCE, "x.var(dim=-1, keepdim=True)"),
        ),
        mistake(
            "norm.second_moment",
            varianza=lambda x, eje: (x**2).mean(dim=eje, keepdim=True),
            edit=(VARIANCE, "(x ** 2).mean(dim=-1, keepdim=True)"),
        ),
        mistake(
            "norm.not_averaged",
            varianza=(".mean(", ".sum("),
            edit=(VARIANCE, VARIANCE.replace("mean", "sum")),
        ),
        mistake(
            "norm.eps_outside",
            raiz=lambda varianza, epsilon: torch.sqrt(varianza) + epsilon,
            edit=(ROOT, "(torch.sqrt(varianza) + self.eps)"),
        ),
        mistake(
            "norm.no_eps",
            raiz=("varianza + epsilon", "varianza"),
            edit=(ROOT, "torch.sqrt(varianza)"),
        ),
        mistake(
            "norm.other_eps",
            epsilon=lambda: 1e-3,
            also=({"epsilon": lambda: 1e-4}, {"epsilon": lambda: 1e-6}),
            edit=("eps=1e-5", "eps=1e-3"),
        ),
        mistake(
            "norm.no_root",
            raiz=lambda varianza, epsilon: varianza + epsilon,
            edit=(ROOT, "(varianza + self.eps)"),
        ),
        mistake(
            "norm.not_scaled",
            raiz=lambda: 1.0,
            edit=(f" / {ROOT}", ""),
        ),
        mistake(
            "norm.no_affine",
            y=lambda centrado, raiz: centrado / raiz,
            edit=(RETURNS, "return normal"),
        ),
        mistake(
            "norm.no_gain",
            y=lambda centrado, raiz, sesgo: centrado / raiz + sesgo,
            edit=("self.ganancia * normal", "normal"),
        ),
        mistake(
            "norm.no_bias",
            y=lambda ganancia, centrado, raiz: ganancia * centrado / raiz,
            edit=(RETURNS, "return self.ganancia * normal"),
        ),
        mistake(
            "norm.gain_and_bias_exchanged",
            y=lambda ganancia, centrado, raiz, sesgo: sesgo * centrado / raiz + ganancia,
            edit=(RETURNS, "return self.sesgo * normal + self.ganancia"),
        ),
    )


def require_at_first(student, name, values):
    """Assert that a new object of 3 numbers holds these, each the same three times."""
    student.require(name)
    held = student.run(
        probes.recien_hecha, answers.of(dict[str, torch.Tensor]), name=name, sizes=[3]
    )
    for key, value in values.items():
        if key not in held:
            raise Mismatch(
                Bilingual(
                    f"no guarda {key} en state_dict()", f"it does not hold {key} in state_dict()"
                ),
                quantity=key,
                expected=key,
                got=", ".join(held),
                holds=lambda code, key=key: [f"assert {key!r} in {name}(3).state_dict()"],
            )
        right = torch.full((3,), value, dtype=torch.float64)
        assert_close(held[key].double(), right, quantity=key, case=Case({}, {}, {}))


@pytest.mark.kind("form")
@pytest.mark.points(1)
def test_at_first(student):
    """Al principio la ganancia son unos y el sesgo ceros.

    At first the gain is ones and the bias zeros.
    """
    require_at_first(student, "CapaNorm", {"ganancia": 1.0, "sesgo": 0.0})


def compare(student, rows, loose=0.0, eps=None):
    """Compare what a layer norm gives for rows, with any axes in front, with its own equations.

    `loose` is how far numbers near 1 may be off, beside rounding; `eps` is given to it if it is
    one. Where nothing explains what it gives, rows are tiny. Raises StudentFault, Mismatch.
    """
    trials = of_student(CapaNorm.declared, student)
    known, fresh = trials.known(), trials.fresh(1)
    rows = rows if known.explained else TINY * rows
    equations = known.diagnoses["y"].equations
    case = replace(fresh, inputs={"x": rows}).rounded(known.dtype)
    trials.prepare(known.dtype)
    if eps is None:
        got = trials.alone(case)
    else:
        equations = replace(equations, epsilon=lambda: eps)
        asked = {name: one.to(known.dtype) for name, one in case.weights.items()}
        got = student.run(probes.con_eps, pesos=asked, filas=rows.to(known.dtype), eps=eps)
    case = trials.measured(case, equations)
    rounding = 64 * torch.finfo(case.dtype).eps
    case = replace(case, magnitude=case.magnitude + loose / rounding)
    assert_close(got, trials.expected(case, "y", equations), quantity="y", case=case)


def some(case_seed, *shape):
    """Return numbers of a shape, in float64."""
    drawn = torch.Generator().manual_seed(case_seed % 2**31)
    return torch.randn(shape, generator=drawn, dtype=torch.float64)


@pytest.mark.kind("form")
@pytest.mark.points(1)
@pytest.mark.needs("interface")
def test_more_axes(student, case_seed):
    """Con más ejes delante, (B, T, n), normaliza también el último.

    With more axes in front, (B, T, n), it normalises the last one too.
    """
    compare(student, some(case_seed, 2, 4, 3))


@pytest.mark.kind("form")
@pytest.mark.points(1)
@pytest.mark.needs("interface")
def test_far_from_zero(student, case_seed):
    """Números casi iguales y lejos de cero: a una parte en mil, y sin nan.

    Numbers that are nearly alike and far from zero: to one part in a thousand, and no nan.
    """
    # A variance in one pass, E[x²] − μ², is right code, and no more exact than that.
    trials = of_student(CapaNorm.declared, student)
    wide = trials.known().dtype is torch.float64
    noise = some(case_seed, 4, 3)
    compare(student, 1e3 + 1e-3 * noise if wide else 3 + noise, loose=1e-3)


@pytest.mark.kind("form")
@pytest.mark.points(1)
@pytest.mark.needs("interface")
def test_eps_given(student, case_seed):
    """El eps que se da al crearla es el que se usa.

    The eps that is given when it is made is the one that is used.
    """
    compare(student, some(case_seed, 4, 3), eps=0.25)
