"""Part 6: how much a state acts on the last one, step by step; and three V whose profile is known."""

import pytest
import torch

from grader.checks import answers, figures
from grader.checks.asserts import assert_close
from grader.checks.case import Case
from grader.checks.kit import Definition, Float, mistake, silent, term
from grader.core.i18n import Bilingual

from . import probes


def going_back(steps, follow, norm):
    """Return the norms of the products of these Jacobians, of which the last step's is the first."""
    total, found = torch.eye(steps.shape[-1], dtype=steps.dtype), []
    for one in steps.flip(0):
        found.append(norm(total))
        total = follow(total, one)
    return torch.stack(found[::-1])


class perfil_gradiente(Definition):
    probe = probes.perfil
    inputs = {"V": Float("H H"), "hs": Float("T+1 H", state=True)}
    outputs = {"normas": Float("T")}
    largest = {"T": 5}
    fresh_sizes = {"T": 4, "H": 3}

    @term(1)
    def after(hs):
        return hs[1:]

    @term(2)
    def slopes(after):
        return 1 - after**2

    @term(2)
    def steps(slopes, V):
        return slopes.unsqueeze(-1) * V

    @term(2)
    def product():
        return lambda total, one: total @ one

    @term(2, silent("hs"))
    def norm():
        return lambda total: torch.linalg.matrix_norm(total, 2)

    @term(0)
    def normas(steps, product, norm):
        return going_back(steps, product, norm)

    mistakes = (
        mistake(
            "bptt.state_before",
            after=("hs[1:]", "hs[:-1]"),
            edit=("hs[1:].flip(0)", "hs[:-1].flip(0)"),
        ),
        mistake(
            "bptt.no_derivative",
            slopes=("1 - after**2", "1 + 0 * after"),
            edit=("(1 - h ** 2).unsqueeze(1) * V", "V"),
        ),
        mistake(
            "bptt.slope_on_columns",
            steps=("unsqueeze(-1)", "unsqueeze(-2)"),
            edit=("unsqueeze(1)", "unsqueeze(0)"),
        ),
        mistake(
            "bptt.product_reversed",
            product=("total @ one", "one @ total"),
            edit=("J @ J_s", "J_s @ J"),
        ),
        mistake(
            "bptt.frobenius",
            norm=lambda: torch.linalg.matrix_norm,
            edit=("matrix_norm(J, ord=2)", "matrix_norm(J)"),
            loses=("norm", "perfil_gradiente/rates"),
        ),
        mistake(
            "bptt.eigenvalue_for_norm",
            norm=lambda: lambda total: torch.linalg.eigvals(total).abs().max(),
            edit=("torch.linalg.matrix_norm(J, ord=2)", "torch.linalg.eigvals(J).abs().max()"),
        ),
        mistake(
            "bptt.norms_multiplied",
            product=lambda: lambda total, one: total * torch.linalg.matrix_norm(one, 2),
            edit=("J @ J_s", "J * torch.linalg.matrix_norm(J_s, ord=2)"),
        ),
        mistake(
            "bptt.profile_reversed",
            normas=lambda steps, product, norm: going_back(steps, product, norm).flip(0),
            norm=lambda: lambda total: torch.linalg.matrix_norm(total, 2),
            loses=("norm", "perfil_gradiente/rates"),
            edit=("torch.stack(normas[::-1])", "torch.stack(normas)"),
        ),
        mistake(
            "bptt.one_step_further",
            normas=lambda steps, product, norm: going_back(
                torch.cat([torch.zeros_like(steps[:1]), steps]),
                product,
                norm,
            )[:-1],
            norm=lambda: lambda total: torch.linalg.matrix_norm(total, 2),
            loses=("norm", "perfil_gradiente/rates"),
            edit=(
                (
                    "        normas.append(torch.linalg.matrix_norm(J, ord=2))\n",
                    "",
                ),
                (
                    "        J = J @ J_s\n",
                    "        J = J @ J_s\n        normas.append(torch.linalg.matrix_norm(J, ord=2))\n",
                ),
            ),
        ),
    )


T, LONG, WIDTH = 50, 500, 8
RATES = (0.8, 1.0, 1.2)
READ = Bilingual(
    "Con hs = 0 y V = ρQ, Q ortogonal, cada paso multiplica por ρ: una recta en esta escala.",
    "With hs = 0 and V = ρQ, Q orthogonal, each step multiplies by ρ: a straight line on this scale.",
)


def norms(student, V, steps):
    """Return the student's profile with all states at zero. Raises Mismatch for another shape."""
    hs = torch.zeros(steps + 1, len(V), dtype=V.dtype)
    return student.run(probes.perfil, answers.of(torch.Tensor), V=V, hs=hs)


@pytest.mark.part("perfil_gradiente")
@pytest.mark.points(4)
def test_rates(student, case_seed):
    """Con hs = 0 y V = ρQ, Q ortogonal, la norma es ρ^(T−t): 0.8 se apaga, 1.2 estalla.

    With hs = 0 and V = ρQ, Q orthogonal, the norm is ρ^(T−t): 0.8 dies out, 1.2 explodes.
    """
    student.precision(torch.float64)
    student.require("perfil_gradiente")
    drawn = torch.Generator().manual_seed(case_seed % 2**31)
    Q = torch.linalg.qr(torch.randn(WIDTH, WIDTH, generator=drawn, dtype=torch.float64)).Q
    found = [(rho, norms(student, rho * Q, T), T) for rho in RATES]
    found.append((RATES[-1], norms(student, RATES[-1] * Q, LONG), LONG))
    right = [rho ** torch.arange(steps - 1, -1, -1, dtype=torch.float64) for rho, _, steps in found]
    for (rho, got, steps), one in zip(found, right, strict=True):
        if steps == T and isinstance(got, torch.Tensor) and got.numel() == T:
            title = Bilingual(f"ρ = {rho}", f"ρ = {rho}")
            x = Bilingual("paso t", "step t")
            figures.keep(
                student,
                figures.curve(
                    got.flatten().tolist(), one.tolist(), x=x, first=1, title=title,
                    scale="logarithmic", lowest=1e-6, explanation=READ,
                ),
            )  # fmt: skip
    for (rho, got, steps), one in zip(found, right, strict=True):
        case = Case({}, {"V": rho * Q}, {}, magnitude=float(steps) ** 2)
        quantity = f"normas / {rho}^(T−t), T = {steps}"
        is_row = isinstance(got, torch.Tensor) and got.shape == one.shape
        assert_close(
            got / one if is_row else got, torch.ones_like(one), quantity=quantity, case=case
        )
