"""The equations that rnn_bptt's checks compare with are autograd's; its pictures are kept."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import torch

from grader.assignments import assignment as assignments
from grader.grading import suite
from grader.grading.grade import Terms, grade
from grader.sandbox.backends.fake import FakeSandbox
from grader.submissions.model import Submission
from grader.validation import solutions

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).parent.parent
ASSIGNMENT = assignments.load(ROOT / "assignments" / "rnn_bptt")
DEFINITIONS = {one.key: one for one in suite.definitions(ASSIGNMENT)}
SIZES = {"T": 60, "B": 3, "I": 2, "H": 6, "O": 2}


def numbers(*shape: int) -> torch.Tensor:
    return 0.7 * torch.randn(shape, dtype=torch.float64)


def terms(key: str) -> Mapping[str, Any]:
    """A definition's right equations by name."""
    of = DEFINITIONS[key]
    return of.functions(of.right)


def step_back(u: torch.Tensor, v: torch.Tensor, w: torch.Tensor) -> Any:
    """The way back through one step, by the equations of `backward`."""
    of = terms("backward/celdaRNN")

    def back(y_grad: Any, rn_grad: Any, x: Any, hp: Any, *held: Any) -> Any:
        h = torch.tanh(x @ u.T + hp @ v.T)
        h_grads = of["from_output"](y_grad, w), of["from_next"](rn_grad, v)
        r = of["r_grad"](*h_grads, 1 - h**2)
        start, share = of["accumulates"](*held), of["batch_sum"]()
        return (
            r,
            of["U_grad"](start, share, r, x),
            of["V_grad"](start, share, r, hp),
            of["W_grad"](start, share, y_grad, h),
        )

    return back


@pytest.mark.parametrize("k", [None, 1, 7, 60, 61])
def test_the_gradients_of_a_sequence_are_autograds(k: int | None) -> None:
    torch.manual_seed(3)
    steps, batch, hidden = SIZES["T"], SIZES["B"], SIZES["H"]
    u, v, w = (
        numbers(*shape).requires_grad_() for shape in ((hidden, 2), (hidden, hidden), (2, hidden))
    )
    xs, ts, h = (
        numbers(*shape) for shape in ((steps, batch, 2), (steps, batch, 2), (batch, hidden))
    )
    hs, ys = [h], []
    for t, x in enumerate(xs):
        before = hs[-1].detach() if k and t % k == 0 else hs[-1]
        hs.append(torch.tanh(x @ u.T + before @ v.T))
        ys.append(hs[-1] @ w.T)
    out = torch.stack(ys)
    wanted = torch.autograd.grad(0.5 * ((out - ts) ** 2).sum(), (u, v, w))
    with torch.no_grad():
        of = terms("truncado/modeloRNN" if k else "modeloRNN/gradients_modeloRNN")
        zeros = [torch.zeros_like(one) for one in (u, v, w)]
        chain = of["chain"]()
        given: list[Any] = [chain]
        if k:
            given.append(of["limits"](of["blocks"](k), k, steps))
        order, states = of["order"](steps), of["state"](torch.stack(hs))
        back = step_back(u, v, w)
        got = of["all_three"](back, order, out - ts, xs, *given, states, zeros)
    for one, right in zip(got, wanted, strict=True):
        torch.testing.assert_close(one, right, rtol=1e-10, atol=1e-10)


def test_clipping_is_torchs() -> None:
    torch.manual_seed(4)
    of = terms("recorte/norm_recorta_por_norma")
    for limit in (0.5, 100.0):
        gradients = [numbers(3, 2), numbers(3, 3), numbers(2, 3)]
        parameters = [torch.nn.Parameter(torch.zeros_like(one)) for one in gradients]
        for parameter, gradient in zip(parameters, gradients, strict=True):
            parameter.grad = gradient.clone()
        norm = torch.nn.utils.clip_grad_norm_(parameters, limit)
        total = of["total"](*gradients)
        factors = of["below"](of["shrink"](torch.tensor(limit), total))
        torch.testing.assert_close(total, norm)
        for parameter, gradient, factor in zip(parameters, gradients, factors, strict=True):
            torch.testing.assert_close(gradient * factor, parameter.grad, rtol=1e-5, atol=0)


def test_the_profile_is_that_of_autograd() -> None:
    torch.manual_seed(5)
    u, v, xs = numbers(4, 2), numbers(4, 4), numbers(9, 1, 2)
    hs = [numbers(1, 4)]
    for x in xs:
        hs.append(torch.tanh(x @ u.T + hs[-1] @ v.T))
    of = terms("perfil_gradiente/perfil_gradiente")
    steps = of["steps"](of["slopes"](of["after"](torch.cat(hs))), v)
    got = of["normas"](steps, of["product"](), of["norm"]())
    for t in range(1, 10):

        def last(h: torch.Tensor, t: int = t) -> torch.Tensor:
            for x in xs[t:, 0]:
                h = torch.tanh(u @ x + v @ h)
            return h

        jacobian = torch.autograd.functional.jacobian(last, hs[t][0])  # type: ignore[no-untyped-call]
        torch.testing.assert_close(got[t - 1], torch.linalg.matrix_norm(jacobian, 2))


def test_three_profiles_and_the_losses_are_kept_as_pictures() -> None:
    reference = solutions.load(ASSIGNMENT).reference
    terms_ = Terms(
        ASSIGNMENT,
        "pictures",
        FakeSandbox.image,
        FakeSandbox.name,
        only=("perfil_gradiente", "entrena_rnn"),
    )
    got = grade(Submission("me", "me", "rnn_bptt.ipynb", reference), terms_, FakeSandbox().lane())
    kept = {check.id: (check.data or {}).get("figures", []) for check in got.checks}
    rates = kept["perfil_gradiente/rates"]
    assert [one["title"]["es"] for one in rates] == ["ρ = 0.8", "ρ = 1.0", "ρ = 1.2"]
    assert all(len(one["series"]["theirs"]) == 50 for one in rates)
    assert len(kept["entrena_rnn/weights"][0]["series"]["theirs"]) == 60
