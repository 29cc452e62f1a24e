"""Part 5: what comes back through the cell and the batch norm, and what a scale of W_x changes."""

from dataclasses import replace

import pytest
import torch

from grader.checks import answers, finite_differences
from grader.checks.agreement import require
from grader.checks.asserts import require_shape
from grader.checks.generated import of_student
from grader.recurrent import gradients

from . import probes
from .test_celda import celdaLSTMNorm
from .test_lote import NormLote

pytestmark = pytest.mark.part("gradientes")
FACTOR, ALIKE, LENGTH = 10.0, 1e-3, 10.0
"""By how much W_x grows, how far what the cell gives may change, as ε is not 0, and how long x_t is.

W_x x_t are 12 normal numbers of deviation 7, so that 12v/49 is of χ² with 11 degrees of freedom, and
under 0.0122 with a chance of 2e-15 a row. From v = 0.05 on ε = 1e-5 changes a norm by 1e-4 of what it
is, at most √11, times a gain that is under 5 but for 1e-12 each: what σ and tanh give by under 1e-3.
"""


def with_norm(student):
    """Put a right layer norm below the cell where the student's is wrong."""
    if student.lost("CapaNorm"):
        student.replace({"CapaNorm": probes.suplente})


@pytest.mark.needs("celdaLSTMNorm/interface")
@pytest.mark.points(2)
def test_cell(student, case_seed):
    """celdaLSTMNorm deja pasar el gradiente: el de x_t, h_{t-1}, c_{t-1} y cada parámetro.

    celdaLSTMNorm lets gradients through: to x_t, h_{t-1}, c_{t-1} and every parameter.
    """
    with_norm(student)
    gradients.judge_cell(student, celdaLSTMNorm, case_seed)


@pytest.mark.needs("NormLote/interface")
@pytest.mark.points(1)
def test_batch(student, case_seed):
    """NormLote deja pasar el gradiente de x, también a través de la media y la varianza.

    NormLote lets the gradient of x through, by way of mean and variance too.
    """
    trials = of_student(NormLote.declared, student)
    dtype = trials.known().dtype
    trials.prepare(dtype)
    drawn = torch.Generator().manual_seed(case_seed % 2**31)
    x, w, direction = torch.randn(3, 4, 3, generator=drawn, dtype=torch.float64)
    pesos = {name: value.to(dtype) for name, value in trials.fresh(1).weights.items()}
    asked = {"pesos": pesos, "w": w.to(dtype)}
    is_gradient = answers.of(torch.Tensor | None)
    gradient = student.run(probes.gradiente_de_lote, is_gradient, **asked, x=x.to(dtype))
    steps = finite_differences.shifts(dtype)
    moved = torch.stack([x + step * direction for step in steps]).to(dtype)
    with student.unrecorded():
        sums = student.run(probes.suma_de_lote, answers.of(torch.Tensor), **asked, x=moved)
    require_shape(sums, (2,), "Σ w·y")
    after, before = sums.double().tolist()
    slope = (after - before) / (2 * steps[0])
    finite_differences.require(gradient, direction, slope, "∂/∂x", dtype)


@pytest.mark.needs("celdaLSTMNorm/interface")
@pytest.mark.points(1)
def test_scale(student, case_seed):
    """Multiplicar W_x por 10 no cambia lo que da la celda.

    To multiply W_x by 10 does not change what the cell gives.
    """
    with_norm(student)
    trials = of_student(celdaLSTMNorm.declared, student)
    known, fresh = trials.known(), trials.fresh(case_seed % 2**16)
    x = fresh.inputs["x_t"]
    x = LENGTH * x / x.norm(dim=1, keepdim=True)
    small = replace(fresh, inputs={**fresh.inputs, "x_t": x}).rounded(known.dtype)
    grown = {**small.weights, "x_fc.weight": FACTOR * small.weights["x_fc.weight"]}
    large = replace(small, weights=grown)
    with student.unrecorded():
        before = trials.ask(small, known)
    after = trials.ask(large, known)
    loose = replace(large, magnitude=ALIKE / (64 * torch.finfo(known.dtype).eps))
    told = known.explained and known.misconceptions()
    for name, one in before.items():
        # Whose equations are wrong and known has lost their checks: here they are his own.
        equations = known.diagnoses[name].equations
        with trials.worked_out():
            right = trials.expected(large, name, equations, after, known.form) if told else one
        require(after[name], right, quantity=name, case=loose)
