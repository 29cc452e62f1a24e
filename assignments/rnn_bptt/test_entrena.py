"""Part 7: the loss, training over a model that only pretends, and the run with the student's own."""

from typing import Any

import pytest
import torch

from grader.checks import answers, figures
from grader.checks.asserts import Mismatch
from grader.checks.kit import Definition, Float, Many, Over, mistake, term
from grader.checks.skipping import skip
from grader.core.i18n import Bilingual

from . import probes
from .test_recorte import recorta_por_norma

NAMED = "zip((celda.U, celda.V, celda.W), gradientes):"
CLIPPED = "gradientes, _ = recorta_por_norma([celda.U_grad, celda.V_grad, celda.W_grad], max_norma)"


RUN = "entrena_rnn/weights"
LOSS = "perdidas.append(float(compute_loss(modelo.forward(xs, h0)[0], ts)))"
EACH = (
    "gradientes = [recorta_por_norma([getattr(celda, n)], max_norma)[0][0] "
    'for n in ("U_grad", "V_grad", "W_grad")]'
)


class compute_loss(Definition, part="entrena_rnn", prefix="loss_"):
    probe = probes.perdida
    inputs = {"ys": Float("T B O"), "ts": Float("T B O")}
    outputs = {"valor": Float("")}
    weights = {"interface": 0.5, "ones": 0.5}

    @term(0)
    def gaps(ys, ts):
        return (ys - ts) ** 2

    @term(1)
    def total(gaps):
        return gaps.sum()

    @term(1)
    def half():
        return 0.5

    @term(0)
    def valor(half, total):
        return half * total

    mistakes = (
        mistake("bptt.loss_mean", total=("sum", "mean"), edit=(".sum()", ".mean()")),
        mistake(
            "bptt.mean_over_batch",
            total=lambda gaps, B: gaps.sum() / B,
            edit=(".sum()", ".sum() / ys.shape[1]"),
        ),
        mistake("bptt.no_half", half=("0.5", "1.0"), edit=("0.5 * ", "")),
    )


class entrena_rnn(Definition):
    probe = probes.entrena
    layers = {
        "clip": Over(recorta_por_norma, {"I": "I", "H": "H", "O": "O"}),
        "loss": Over(compute_loss, {"T": "T", "B": "B", "O": "O"}),
    }
    inputs = {
        "U": Float("H I"),
        "V": Float("H H"),
        "W": Float("O H"),
        "xs": Many(Float("T B I"), "N"),
        "ts": Many(Float("T B O"), "N"),
        "Y": Float("T B O"),
        "G_U": Float("H I"),
        "G_V": Float("H H"),
        "G_W": Float("O H"),
        "tasa": Float("", between=(0.05, 0.2)),
        "max_norma": Float("", between=(5.0, 250.0)),
    }
    outputs = {
        "U_nueva": Float("H I"),
        "V_nueva": Float("H H"),
        "W_nueva": Float("O H"),
        "perdidas": Float("N"),
    }
    fresh_sizes = {"N": 3, "T": 2, "B": 3, "I": 4, "H": 5, "O": 2}
    weights = {"returned": 0}
    tolerance = 1e-5

    @term(2)
    def starts():
        return torch.zeros_like

    @term(2)
    def error():
        return lambda ys, ts: ys - ts

    @term(3)
    def resets():
        return lambda held: [torch.zeros_like(g) for g in held]

    @term(3)
    def clips_before_step(clip, max_norma):
        return lambda gradients: clip(*gradients, max_norma)[:3]

    @term(4)
    def step(tasa):
        return lambda weight, gradient: weight - tasa * gradient

    @term(0)
    def moved():
        return (1, 1, 1)

    @term(0)
    def trained(
        U, V, W, xs, ts, Y, G_U, G_V, G_W, starts, error, resets, clips_before_step, step, moved
    ):
        weights, held, seen = [U, V, W], [0 * U, 0 * V, 0 * W], []
        last = torch.zeros(xs[0].shape[1], len(V), dtype=V.dtype)
        for x, t in zip(xs, ts, strict=True):
            h0, of_weights = starts(last), sum(one.sum() for one in weights)
            hs = torch.stack([h0 + of_weights, *(h0 + one.sum() for one in x)])
            ys = Y * (1 + of_weights + h0.sum()) + x.sum()
            much = (error(ys, t) * Y).sum()
            given = (G_U * much, G_V * (much + x.sum()), G_W * (much + hs.sum()))
            held = [g + new for g, new in zip(resets(held), given, strict=True)]
            pairs = zip(weights, clips_before_step(held), moved, strict=True)
            weights = [step(w, g) if moves else w for w, g, moves in pairs]
            after = Y * (1 + sum(one.sum() for one in weights) + h0.sum()) + x.sum()
            seen.append((ys, after, t))
            last = hs[-1]
        return weights, seen

    @term(0)
    def U_nueva(trained):
        return trained[0][0]

    @term(0)
    def V_nueva(trained):
        return trained[0][1]

    @term(0)
    def W_nueva(trained):
        return trained[0][2]

    @term(2)
    def perdidas(trained, loss):
        return torch.stack([loss(ys, t) for ys, _, t in trained[1]])

    mistakes = (
        mistake(
            "bptt.step_before_clip",
            clips_before_step=lambda: lambda gradients: gradients,
            edit=(NAMED, NAMED.replace("gradientes", "(celda.U_grad, celda.V_grad, celda.W_grad)")),
            loses=("clips_before_step", RUN),
        ),
        mistake(
            "bptt.norm_per_tensor",
            clips_before_step=lambda clip, max_norma: (
                lambda gradients: [
                    clip(*(g if n == m else 0 * o for m, o in enumerate(gradients)), max_norma)[n]
                    for n, g in enumerate(gradients)
                ]
            ),
            edit=(
                CLIPPED,
                EACH,
            ),
            loses=("clips_before_step", RUN),
        ),
        mistake(
            "bptt.losses_after_step",
            perdidas=("loss(ys, t) for ys, _, t", "loss(after, t) for _, after, t"),
            edit=(
                ("        perdidas.append(float(compute_loss(ys, ts)))\n", ""),
                (
                    "    return perdidas",
                    f"        {LOSS}\n    return perdidas",
                ),
            ),
        ),
        mistake(
            "bptt.output_not_trained",
            moved=lambda: (1, 1, 0),
            step=lambda tasa: lambda weight, gradient: weight - tasa * gradient,
            edit=("zip((celda.U, celda.V, celda.W),", "zip((celda.U, celda.V),"),
            loses=("step", RUN),
        ),
        mistake(
            "bptt.gradients_kept",
            resets=("torch.zeros_like(g)", "g"),
            edit=("celda.zero_grad()\n", "\n"),
            loses=("resets", RUN),
        ),
        mistake(
            "bptt.state_kept",
            starts=lambda: lambda last: last,
            edit=(
                ("    for xs, ts in lotes:\n", "    hs = None\n    for xs, ts in lotes:\n"),
                (
                    "xs.new_zeros(xs.shape[1], celda.V.shape[0])",
                    "hs[-1] if hs is not None else xs.new_zeros(xs.shape[1], celda.V.shape[0])",
                ),
            ),
            loses=("starts", RUN),
        ),
        mistake(
            "bptt.wrong_way",
            step=("weight -", "weight +"),
            edit=("p -= tasa", "p += tasa"),
            loses=("step", RUN),
        ),
        mistake(
            "bptt.rate_ignored", step=("tasa * ", ""), edit=("tasa * g", "g"), loses=("step", RUN)
        ),
        mistake(
            "bptt.mean_over_batch",
            step=lambda tasa, B: lambda weight, gradient: weight - tasa * gradient / B,
            edit=("tasa * g", "tasa * g / xs.shape[1]"),
            loses=("step", RUN),
        ),
        mistake(
            "bptt.error_doubled",
            error=("ys - ts", "2 * (ys - ts)"),
            edit=("ys - ts, xs", "2 * (ys - ts), xs"),
            loses=("error", RUN),
        ),
        mistake(
            "bptt.error_reversed",
            error=("ys - ts", "ts - ys"),
            edit=("ys - ts, xs", "ts - ys, xs"),
            loses=("error", RUN),
        ),
        mistake(
            "bptt.output_for_error",
            error=("ys - ts", "ys"),
            edit=("ys - ts, xs", "ys, xs"),
            loses=("error", RUN),
        ),
    )


STEPS, LENGTH, BATCH, HIDDEN, RATE, LIMIT = 60, 8, 16, 8, 0.004, 16.0
APART = 0.005
"""Of the way that the weights go: right runs end 1e-6 apart, wrong ones 0.01 at least; both are
measured by `tests/campaign_bptt.py`."""
BELOW = {
    "celdaRNN": ("celdaRNN", "backward", "modeloRNN"),
    "modeloRNN": ("celdaRNN", "backward", "modeloRNN"),
    "recorta_por_norma": ("recorte",),
}
RUNS = {
    "celdaRNN": ("celdaRNN/interface", "backward/interface"),
    "modeloRNN": ("modeloRNN/interface", "modeloRNN/gradients_interface"),
    "recorta_por_norma": ("recorte/norm_interface",),
}
"""The parts on whose rightness it depends whether a stand-in is trained, and what has to run."""
READ = Bilingual(
    "La pérdida de cada lote, con tu código y con el de referencia, desde los mismos pesos.",
    "The loss of each batch, with your code and the reference's, from the same weights.",
)


def echo(seed):
    """Return first weights, and batches of sequences and their echoes, one step later."""
    drawn = torch.Generator().manual_seed(seed)
    sizes = {"U": (HIDDEN, 1), "V": (HIDDEN, HIDDEN), "W": (1, HIDDEN)}
    weights = {
        name: torch.randn(size, generator=drawn, dtype=torch.float64) / size[1] ** 0.5
        for name, size in sizes.items()
    }
    xs = torch.randn(STEPS, LENGTH, BATCH, 1, generator=drawn, dtype=torch.float64)
    return weights, xs, torch.cat([torch.zeros_like(xs[:, :1]), xs[:, :-1]], 1)


def trained_by_torch(weights, xs, ts):
    """Return the weights and losses of torch's own network, gradients and clipping."""
    red = torch.nn.RNN(1, HIDDEN, bias=False).double()
    with torch.no_grad():
        red.weight_ih_l0.copy_(weights["U"])
        red.weight_hh_l0.copy_(weights["V"])
    W, losses = weights["W"].clone().requires_grad_(), []
    parameters = [red.weight_ih_l0, red.weight_hh_l0, W]
    optimizer = torch.optim.SGD(parameters, RATE)
    for x, t in zip(xs, ts, strict=True):
        optimizer.zero_grad()
        loss = 0.5 * ((red(x)[0] @ W.T - t) ** 2).sum()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, LIMIT)
        optimizer.step()
        losses.append(loss.item())
    return [one.detach() for one in parameters], losses


def apart(got, right, first):
    """Return how far weights are from the right ones, of the way that those went."""

    def length(one, other):
        return sum(float(((a - b) ** 2).sum()) for a, b in zip(one, other, strict=True)) ** 0.5

    return length([one.double() for one in got], right) / length(right, first)


@pytest.mark.part("entrena_rnn")
@pytest.mark.points(2)
def test_weights(student, case_seed):
    """Con el eco, los pesos acaban donde deben después de 60 lotes.

    On the echo, the weights end where they should after 60 batches.
    """
    student.precision(torch.float64)
    for name, checks in RUNS.items():
        student.require(name)
        if student.lost(*checks):
            es, en = f"antes tiene que funcionar {name}", f"{name} has to work first"
            skip(Bilingual(es, en))
    lost = sorted(name for name, parts in BELOW.items() if student.lost(*parts))
    weights, xs, ts = echo(case_seed % 2**31)
    right, losses = trained_by_torch(weights, xs, ts)
    with student.unrecorded():
        student.replace(dict.fromkeys(lost, probes.suplente))
        got, theirs = student.run(
            probes.aprende_el_eco,
            answers.of(tuple[tuple[Any, Any, Any], list[float]]),
            pesos=weights, xs=list(xs), ts=list(ts), tasa=RATE, max_norma=LIMIT,
        )  # fmt: skip
    x = Bilingual("lote", "batch")
    figures.keep(student, figures.curve(theirs, losses, x=x, first=1, explanation=READ))
    same = all(getattr(a, "shape", None) == b.shape for a, b in zip(got, right, strict=True))
    distance = apart(got, right, list(weights.values())) if same else 1.0
    if not distance <= APART:
        es = f"los pesos acaban a {distance:.1%} de donde deben, del camino que recorren"
        en = f"the weights end {distance:.1%} from where they should, of the way that they go"
        raise Mismatch(Bilingual(es, en), quantity="U, V, W", expected=f"{APART:.1%}")
