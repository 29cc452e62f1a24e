"""Parts 3 and 4: the batch norm, training and evaluating, and one of its own for each step."""

import pytest
import torch

from grader.checks import answers
from grader.checks.asserts import Mismatch
from grader.checks.kit import (
    Definition,
    Flag,
    Float,
    Int,
    One,
    Over,
    Worked,
    given,
    mistake,
    term,
    whole,
)
from grader.core.i18n import Bilingual

from . import probes
from .test_capa import require_at_first

VARIANCE = "((x - media) ** 2).mean(dim=0)"
ROOT = "torch.sqrt(varianza + self.eps)"
USED = "media, varianza = self.media_movil, self.var_movil"
RETURNS = "return self.ganancia * normal + self.sesgo"
NO_GRAPH = "with torch.no_grad():"
MOVED = f"""{USED}
            with torch.no_grad():
                m, B = x.mean(dim=0), x.size(0)
                s = ((x - m) ** 2).sum(dim=0) / max(B - 1, 1)
                self.media_movil = (1 - self.momento) * self.media_movil + self.momento * m
                self.var_movil = (1 - self.momento) * self.var_movil + self.momento * s
"""
TRAINING, EVALUATING = given(entrena=True), given(entrena=False)


def trains(case):
    """Return whether a case trains: a batch of one has no variance to learn from."""
    return case.sizes["B"] > 1 and bool(case.inputs["entrena"])


def torch_batch_norm(x, media_antes, var_antes, entrena, momento, eps, ganancia, sesgo):
    mean, variance = media_antes.clone(), var_antes.clone()
    weight, epsilon = 0.1 if momento is None else momento, 1e-5 if eps is None else eps
    y = torch.nn.functional.batch_norm(x, mean, variance, ganancia, sesgo, entrena, weight, epsilon)
    return y, mean, variance


class NormLote(Definition):
    init = "n=N"
    tolerance = 1e-10  # who takes E[x²] − μ² loses digits, and is right as well
    probe = probes.lote
    layers = {"ganancia": "N", "sesgo": "N"}
    inputs = {
        "x": Float("B N"),
        "media_antes": Float("N"),
        "var_antes": Float("N", between=(0.3, 3.0)),
        "entrena": Worked(Flag(), trains),
        "momento": One(0.3, 0.6, None),
        "eps": One(0.5, 0.2, None),
    }
    outputs = {"y": Float("B N"), "media_movil": Float("N"), "var_movil": Float("N")}
    whole = whole(like=torch_batch_norm)
    weights = {"returned": 0, "parameters": 2}
    called = {"used": "eval", "moves": "frozen_in_eval", "beta": "momentum", "y": "affine"}
    largest = {"B": 5}
    symbols = {
        "batch_mean": "μ",
        "batch_variance": "v",
        "unbiased": "(B/(B−1) v)",
        "beta": "β",
        "media_antes": "m",
        "var_antes": "s",
        "ganancia": "g",
        "sesgo": "b",
    }

    @term(3, TRAINING)
    def batch_mean(x):
        return x.mean(dim=0)

    @term(4, TRAINING)
    def batch_variance(x, batch_mean):
        return ((x - batch_mean) ** 2).mean(dim=0)

    @term(3, TRAINING)
    def unbiased(batch_variance, B):
        return batch_variance * B / max(B - 1, 1)

    @term(2, TRAINING)
    def beta(momento):
        return 0.1 if momento is None else momento

    @term(3, EVALUATING)
    def moves(entrena):
        return entrena

    @term(1, TRAINING)
    def media_movil(moves, media_antes, beta, batch_mean):
        return (1 - beta) * media_antes + beta * batch_mean if moves else media_antes

    @term(1, TRAINING)
    def var_movil(moves, var_antes, beta, unbiased):
        return (1 - beta) * var_antes + beta * unbiased if moves else var_antes

    @term(6, EVALUATING)
    def used(entrena, batch_mean, batch_variance, media_antes, var_antes):
        return (batch_mean, batch_variance) if entrena else (media_antes, var_antes)

    @term(1)
    def epsilon(eps):
        return 1e-5 if eps is None else eps

    @term(1, EVALUATING)
    def raiz(used, epsilon):
        return torch.sqrt(used[1] + epsilon)

    @term(3, EVALUATING)
    def y(ganancia, x, used, raiz, sesgo):
        return ganancia * (x - used[0]) / raiz + sesgo

    mistakes = (
        mistake(
            "norm.mode_ignored",
            used=lambda batch_mean, batch_variance: (batch_mean, batch_variance),
            moves=lambda: True,
            edit=("if self.training:", "if True:"),
        ),
        mistake(
            "norm.batch_in_eval",
            used=lambda batch_mean, batch_variance: (batch_mean, batch_variance),
            edit=(USED, "media, varianza = x.mean(dim=0), ((x - x.mean(dim=0)) ** 2).mean(dim=0)"),
        ),
        mistake(
            "norm.updated_in_eval",
            moves=lambda: True,
            edit=(USED, MOVED),
        ),
        mistake(
            "norm.running_in_train",
            used=lambda media_movil, var_movil: (media_movil, var_movil),
            also=({"used": lambda media_antes, var_antes: (media_antes, var_antes)},),
            edit=("        else:\n    ", "        if True:\n    "),
        ),
        mistake(
            "norm.unbiased",
            batch_variance=lambda x, batch_mean, B: ((x - batch_mean) ** 2).sum(dim=0) / (B - 1),
            unbiased=lambda batch_variance: batch_variance,
            also=(
                {
                    "batch_variance": lambda x, batch_mean, B: (
                        ((x - batch_mean) ** 2).sum(dim=0) / (B - 1)
                    )
                },
            ),
            loses=("batch_variance",),
            edit=((VARIANCE, "x.var(dim=0)"), (" * B / max(B - 1, 1)", "")),
        ),
        mistake(
            "norm.running_biased",
            unbiased=lambda batch_variance: batch_variance,
            edit=(" * B / max(B - 1, 1)", ""),
        ),
        mistake(
            "norm.momentum_swapped",
            beta=lambda momento: 0.9 if momento is None else 1 - momento,
            edit=("self.momento = momento", "self.momento = 1 - momento"),
        ),
        mistake(
            "norm.momentum_ignored",
            beta=lambda: 0.1,
            edit=("self.momento = momento", "self.momento = 0.1"),
        ),
        mistake(
            "norm.eps_ignored", epsilon=lambda: 1e-5, edit=("self.eps = eps", "self.eps = 1e-5")
        ),
        mistake(
            "norm.other_eps",
            epsilon=lambda eps: 1e-3 if eps is None else eps,
            edit=("eps=1e-5", "eps=1e-3"),
        ),
        mistake(
            "norm.eps_outside",
            raiz=lambda used, epsilon: torch.sqrt(used[1]) + epsilon,
            edit=(ROOT, "(torch.sqrt(varianza) + self.eps)"),
        ),
        mistake(
            "norm.no_root",
            raiz=lambda used, epsilon: used[1] + epsilon,
            edit=(ROOT, "(varianza + self.eps)"),
        ),
        mistake(
            "norm.no_affine",
            y=lambda x, used, raiz: (x - used[0]) / raiz,
            edit=(RETURNS, "return normal"),
        ),
        mistake(
            "norm.not_centred",
            y=lambda ganancia, x, raiz, sesgo: ganancia * x / raiz + sesgo,
            edit=("(x - media) / torch", "x / torch"),
        ),
    )


@pytest.mark.part("NormLote")
@pytest.mark.kind("form")
@pytest.mark.points(1)
def test_at_first(student):
    """Al principio ganancia y var_movil son unos; sesgo y media_movil, ceros. Todo se guarda.

    At first gain and var_movil are ones, bias and media_movil zeros. All are held in the state.
    """
    ones, zeros = ("ganancia", "var_movil"), ("sesgo", "media_movil")
    values = {**dict.fromkeys(ones, 1.0), **dict.fromkeys(zeros, 0.0)}
    require_at_first(student, "NormLote", values)


@pytest.mark.part("NormLote")
@pytest.mark.points(2)
@pytest.mark.needs("interface")
def test_buffers_without_graph(student):
    """Lo que se guarda en las medias móviles no lleva gradiente.

    What is kept in the running mean and variance carries no gradient.
    """
    student.precision(torch.float32)
    x = torch.tensor([[1.0, 10.0], [3.0, 30.0], [2.0, -1.0]])
    held = student.run(probes.con_grafo, answers.of(list[bool], 2), x=x)
    if any(held):
        raise Mismatch(
            Bilingual(
                "tras un paso de entrenamiento las medias móviles llevan gradiente: el siguiente "
                "backward() volvería por todos los pasos anteriores",
                "after a step of training the running means carry a gradient: the next backward() "
                "would go back through all earlier steps",
            ),
            quantity="media_movil, var_movil",
            expected="requires_grad=False",
            got=f"requires_grad={held}",
            holds=lambda code: [f"assert not any({code(held)})"],
        )


class NormLotePorPaso(Definition):
    init = "n=N pasos=P"
    tolerance = 1e-10  # who takes E[x²] − μ² loses digits, and is right as well
    probe = probes.por_paso
    layers = {"normas": Over(NormLote, {"N": "N", "B": "B"})}
    inputs = {
        "x": Float("B N"),
        "t": Int("", below="P+2"),
        "medias_antes": Float("P N"),
        "vars_antes": Float("P N", between=(0.3, 3.0)),
        "entrena": Worked(Flag(), trains),
    }
    outputs = {"y": Float("B N"), "medias": Float("P N"), "varianzas": Float("P N")}
    weights = {"returned": 0, "parameters": 1, "interface": 2}
    called = {"which": "own_statistics", "last": "beyond", "moved": "others_kept"}
    fresh_sizes = {"P": 4, "B": 5, "N": 2}
    symbols = {"which": "t", "last": "min(t, P − 1)"}

    @term(5)
    def which(t):
        return int(t)

    @term(3)
    def last(which, P):
        return min(which, P - 1)

    @term(0)
    def answer(normas, x, medias_antes, vars_antes, entrena, last):
        return normas(x, medias_antes[last], vars_antes[last], entrena)

    @term(3)
    def moved(last):
        return (last,)

    @term(0)
    def y(answer):
        return answer[0]

    @term(0)
    def after(normas, x, medias_antes, vars_antes, entrena, moved):
        rows = list(zip(medias_antes, vars_antes, strict=True))
        return [
            normas(x, *row, entrena)[1:] if place in moved else row
            for place, row in enumerate(rows)
        ]

    @term(0)
    def medias(after):
        return torch.stack([mean for mean, _ in after])

    @term(0)
    def varianzas(after):
        return torch.stack([variance for _, variance in after])

    mistakes = (
        mistake(
            "norm.first_for_all",
            which=lambda: 0,
            edit=("min(t, len(self.normas) - 1)", "0"),
        ),
        mistake(
            "norm.last_for_all",
            which=lambda P: P - 1,
            edit=("min(t, len(self.normas) - 1)", "-1"),
        ),
        mistake(
            "norm.one_repeated",
            which=lambda P: P - 1,
            after=lambda answer, P: [answer[1:]] * P,
            loses=("which",),
            edit=("[NormLote(n) for _ in range(pasos)]", "[NormLote(n)] * pasos"),
        ),
        mistake(
            "norm.next_step",
            which=lambda t: int(t) + 1,
            edit=("min(t, ", "min(t + 1, "),
        ),
        mistake(
            "norm.wraps_around",
            last=lambda which, P: which % P,
            edit=("min(t, len(self.normas) - 1)", "t % len(self.normas)"),
        ),
        mistake(
            "norm.none_beyond",
            last=lambda which, P: min(which, P - 1),
            y=lambda answer, which, P: answer[0] * (1 if which < P else torch.nan),
            moved=lambda which: (which,),
            loses=("last",),
            edit=("min(t, len(self.normas) - 1)", "t"),
        ),
        mistake(
            "norm.all_moved",
            moved=lambda P: tuple(range(P)),
            edit=(
                "return self.normas[cual](x) ",
                "return [norma(x) for norma in self.normas][cual] ",
            ),
        ),
    )


@pytest.mark.part("NormLotePorPaso")
@pytest.mark.kind("form")
@pytest.mark.points(1)
def test_module_list(student):
    """Las normas se guardan con el modelo, una por paso: normas es una ModuleList.

    The norms are held with the model, one a step: normas is a ModuleList.
    """
    student.require("NormLotePorPaso")
    held = student.run(
        probes.recien_hecha,
        answers.of(dict[str, torch.Tensor]),
        name="NormLotePorPaso",
        sizes=[3, 2],
    )
    missing = [k for k in range(2) if not any(key.startswith(f"normas.{k}.") for key in held)]
    if missing:
        raise Mismatch(
            Bilingual(
                "state_dict() no guarda nada de las normas de algunos pasos",
                "state_dict() holds nothing of some steps' norms",
            ),
            quantity="normas",
            expected="normas.0.…, normas.1.…",
            got=", ".join(held) or "∅",
            holds=lambda _: [
                "pesos = NormLotePorPaso(3, 2).state_dict()",
                "assert all(any(k.startswith(f'normas.{t}.') for k in pesos) for t in range(2)), list(pesos)",
            ],
        )
