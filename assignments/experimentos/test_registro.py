"""Parts 7 and 8: what a run shows while it runs, and an LSTM's gates at all steps."""

import torch

from grader.checks import answers, figures
from grader.checks.kit import (
    Definition,
    Float,
    Many,
    One,
    given,
    mistake,
    silent,
    term,
    whole,
)
from grader.core.i18n import Bilingual

from . import probes

STILL = given(tasa=0.0)
"""Steps of length 0: what is noted of a batch does not depend on those before it."""
NORM = "        norma = float(sum((g**2).sum() for g in gradientes)) ** 0.5\n"
GRADIENTS = "        gradientes = [p.grad for p in modelo.parameters() if p.grad is not None]\n"
ZERO, STEP = "        optimizador.zero_grad()\n", "        optimizador.step()\n"
BACKWARD, VALUE = "        valor.backward()\n", "        valor = perdida(modelo(x), y)\n"
NOTED = 'visto["perdida"].append(valor.item())'


class registra(Definition):
    probe = probes.de_una_epoca
    inputs = {
        "W": Float("O I"),
        "b": Float("O"),
        "xs": Many(Float("B I"), "N"),
        "ys": Many(Float("B O"), "N"),
        "tasa": One(0.05, 0.1, 0.02),
    }
    outputs = {
        "perdida": Float("N"),
        "norma_gradiente": Float("N"),
        "W_nueva": Float("O I"),
        "b_nueva": Float("O"),
    }
    largest = {"N": 4, "O": 2}
    fresh_sizes = {"N": 4, "O": 2, "I": 3, "B": 4}
    weights = {"returned": 0, "ones": 0.5}

    @term(2, STILL)
    def apuntada():
        return lambda antes, despues: antes

    @term(3, STILL)
    def norma():
        return lambda gradientes: torch.stack([(g**2).sum() for g in gradientes]).sum().sqrt()

    @term(3, STILL)
    def medido():
        return lambda anterior, gradientes: gradientes

    @term(3, STILL)
    def de_cero():
        return torch.zeros_like

    @term(1, STILL)
    def argumentos():
        return lambda salida, objetivo: (salida, objetivo)

    @term(2)
    def paso(tasa):
        return lambda peso, gradiente: peso - tasa * gradiente

    @term(1)
    def lotes():
        return lambda pares: pares

    @term(0)
    def recorrido(W, b, xs, ys, argumentos, de_cero, paso, lotes):
        loss, seen = probes.Perdida(), []
        held = [torch.zeros_like(W), torch.zeros_like(b)]
        for x, y in lotes(list(zip(xs, ys, strict=True))):
            with torch.enable_grad():
                weights = [one.detach().requires_grad_() for one in (W, b)]
                value = loss(*argumentos(x @ weights[0].T + weights[1], y))
                new = torch.autograd.grad(value, weights)
            before = held
            held = [de_cero(one) + g for one, g in zip(held, new, strict=True)]
            W, b = (paso(one, g) for one, g in zip((W, b), held, strict=True))
            after = loss(*argumentos(x @ W.T + b, y))
            seen.append((value.detach(), after, before, held, weights, (W, b)))
        return seen, W, b

    @term(0)
    def perdida(recorrido, apuntada):
        return torch.stack([apuntada(before, after) for before, after, *_ in recorrido[0]])

    @term(0)
    def norma_gradiente(recorrido, norma, medido):
        return torch.stack([norma(medido(old, new)) for _, _, old, new, *_ in recorrido[0]])

    @term(0)
    def W_nueva(recorrido):
        return recorrido[1]

    @term(0)
    def b_nueva(recorrido):
        return recorrido[2]

    mistakes = (
        mistake(
            "exp.norm_after_step",
            medido=lambda: lambda anterior, gradientes: [0 * g for g in gradientes],
            edit=((ZERO, ""), (GRADIENTS + NORM, ""), (STEP, STEP + ZERO + GRADIENTS + NORM)),
        ),
        mistake(
            "exp.norm_before_backward",
            medido=lambda: lambda anterior, gradientes: anterior,
            edit=((ZERO, ""), (GRADIENTS + NORM, ""), (BACKWARD, GRADIENTS + NORM + ZERO + BACKWARD)),
        ),
        mistake(
            "exp.norms_added",
            norma=lambda: lambda gradientes: torch.stack([g.norm() for g in gradientes]).sum(),
            edit=(NORM, "        norma = float(sum(g.norm() for g in gradientes))\n"),
        ),
        mistake(
            "exp.norm_squared",
            norma=lambda: lambda gradientes: torch.stack([(g**2).sum() for g in gradientes]).sum(),
            edit=(" ** 0.5", ""),
        ),
        mistake(
            "exp.norm_of_weights",
            norma=lambda: lambda gradientes: torch.stack([(g**2).sum() for g in gradientes]).sum().sqrt(),
            norma_gradiente=lambda recorrido, norma: torch.stack([norma(weights) for *_, weights, _ in recorrido[0]]),
            also=(
                {"norma_gradiente": lambda recorrido, norma: torch.stack([norma(weights) for *_, weights in recorrido[0]])},
            ),
            loses=("norma",),
            edit=("[p.grad for p", "[p for p"),
        ),
        mistake(
            "exp.largest_for_norm",
            norma=lambda: lambda gradientes: torch.stack([g.abs().max() for g in gradientes]).max(),
            also=({"norma": lambda: lambda gradientes: torch.stack([g.norm() for g in gradientes]).max()},),
            edit=(NORM, "        norma = float(max(g.abs().max() for g in gradientes))\n"),
        ),
        mistake(
            "exp.loss_after_step",
            apuntada=lambda: lambda antes, despues: despues,
            edit=(NOTED, NOTED.replace("valor", "perdida(modelo(x), y)")),
        ),
        mistake(
            "exp.loss_accumulated",
            perdida=lambda recorrido: torch.stack([one[0] for one in recorrido[0]]).cumsum(0),
            apuntada=lambda: lambda antes, despues: antes,
            also=(
                {
                    "perdida": lambda recorrido, N: (
                        torch.stack([one[0] for one in recorrido[0]]).cumsum(0) / torch.arange(1, N + 1)
                    )
                },
            ),
            loses=("apuntada",),
            edit=(NOTED, 'visto["perdida"].append(valor.item() + sum(visto["perdida"][-1:]))'),
        ),
        mistake(
            "exp.gradients_kept",
            de_cero=lambda: lambda antes: antes,
            edit=(ZERO, ""),
        ),
        mistake(
            "exp.no_step",
            paso=lambda: lambda peso, gradiente: peso,
            edit=(STEP, ""),
        ),
        mistake(
            "exp.batches_left_out",
            lotes=lambda: lambda pares: pares[:1],
            also=({"lotes": lambda: lambda pares: pares[:-1]}, {"lotes": lambda: lambda pares: pares[1:]}),
            edit=("    return visto", "        break\n    return visto"),
        ),
        mistake(
            "exp.loss_arguments_exchanged",
            argumentos=lambda: lambda salida, objetivo: (objetivo, salida),
            edit=("perdida(modelo(x), y)", "perdida(y, modelo(x))"),
        ),
    )  # fmt: skip


def run(cell, x):
    """Return h_{t-1} and h_t of all steps, (B, T, H) each."""
    h = c = x.new_zeros(len(x), cell[2].shape[1])
    found = []
    for x_t in x.unbind(1):
        before = h
        a = x_t @ cell[0].T + cell[1] + h @ cell[2].T + cell[3]
        i, f, new, o = a.chunk(4, -1)
        c = f.sigmoid() * c + i.sigmoid() * new.tanh()
        h = o.sigmoid() * c.tanh()
        found.append((before, h))
    return [torch.stack(one, 1) for one in zip(*found, strict=True)]


READ = Bilingual(
    "Las tres puertas de una celda de números al azar, una fila por unidad, un paso por columna.",
    "The three gates of a cell of random numbers, a row a unit, a column a step.",
)
OF = {
    "i": Bilingual("puerta de entrada", "input gate"),
    "f": Bilingual("puerta de olvido", "forget gate"),
    "o": Bilingual("puerta de salida", "output gate"),
}


def keep_gates(student, seed):
    """Keep the gates of a cell as the student's function sees them, as a picture."""
    drawn = torch.Generator().manual_seed(seed % 2**31)
    shapes = {"W_x": (24, 1), "b_x": (24,), "W_h": (24, 6), "b_h": (24,), "x": (1, 20, 1)}
    case = {
        name: 1.5 * torch.randn(shape, generator=drawn, dtype=torch.float64)
        for name, shape in shapes.items()
    }
    with student.unrecorded():
        gates = student.run(probes.de_una_celda, answers.of(list[torch.Tensor], len(OF)), **case)
    rows = [
        figures.Row(f"{name}_t", said, one[0].clamp(0, 1).tolist())
        for (name, said), one in zip(OF.items(), gates, strict=True)
    ]
    x = Bilingual("paso t", "step t")
    figures.keep(student, figures.heat_map(rows, inputs=("x_t", case["x"].flatten().tolist()), x=x))  # fmt: skip


class puertas(Definition):
    probe = probes.de_una_celda
    inputs = {
        "W_x": Float("4*H I"),
        "b_x": Float("4*H"),
        "W_h": Float("4*H H"),
        "b_h": Float("4*H"),
        "x": Float("B T I"),
    }
    outputs = {"i": Float("B T H"), "f": Float("B T H"), "o": Float("B T H")}
    largest = {"T": 4}
    fresh_sizes = {"T": 5, "H": 3, "I": 2, "B": 4}
    weights = {"returned": 0, "ones": 0.5}
    whole = whole(also=keep_gates)

    @term(0)
    def estados(W_x, b_x, W_h, b_h, x):
        return run((W_x, b_x, W_h, b_h), x)

    @term(1, silent("W_h"))
    def suma(W_x, b_x, W_h, b_h, x, anterior):
        return x @ W_x.T + b_x + anterior @ W_h.T + b_h

    @term(3)
    def anterior(estados):
        return estados[0]

    @term(2)
    def sigma():
        return torch.sigmoid

    @term(1)
    def i(suma, sigma, H):
        return sigma(suma[..., :H])

    @term(1)
    def f(suma, sigma, H):
        return sigma(suma[..., H : 2 * H])

    @term(1)
    def o(suma, sigma, H):
        return sigma(suma[..., 3 * H :])

    mistakes = (
        mistake(
            "exp.gates_of_the_next_state",
            anterior=("estados[0]", "estados[1]"),
            edit=(
                ("        h, c = celda(x_t, (h, c))\n", ""),
                ("        a_t = celda.x_fc", "        h, c = celda(x_t, (h, c))\n        a_t = celda.x_fc"),
            ),
        ),
        mistake(
            "exp.state_not_carried",
            anterior=("estados[0]", "0 * estados[0]"),
            edit=("        h, c = celda(x_t, (h, c))\n", ""),
        ),
        mistake(
            "exp.no_sigmoid",
            sigma=lambda: lambda a: a,
            edit=(("torch.sigmoid(i)", "i"), ("torch.sigmoid(f)", "f"), ("torch.sigmoid(o)", "o")),
        ),
        mistake(
            "exp.tanh_for_sigmoid",
            sigma=lambda: torch.tanh,
            edit=("torch.sigmoid", "torch.tanh"),
        ),
        mistake(
            "exp.candidate_for_output",
            o=("3 * H :", "2 * H : 3 * H"),
            edit=("i, f, _, o =", "i, f, o, _ ="),
        ),
        mistake(
            "exp.candidate_for_forget",
            f=("H : 2 * H", "2 * H : 3 * H"),
            edit=("i, f, _, o =", "i, _, f, o ="),
        ),
    )  # fmt: skip
