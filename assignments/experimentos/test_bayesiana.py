"""Parts 11, 12 and 13: a Gaussian process, the expected improvement, and what is measured next.

Matrices are conditioned: with at most five points and a noise of 0.001 or more, K + ηI has a
condition of 5001 at most, and right code agrees to 1e-8.
"""

import pytest
import torch

from grader.checks import answers, figures
from grader.checks.agreement import require
from grader.checks.asserts import Mismatch
from grader.checks.case import Case
from grader.checks.kit import Definition, Float, Int, One, Over, Worked, mistake, term, whole
from grader.core.i18n import Bilingual

from . import probes

CLOSE = 1e-8
RBF = "torch.exp(-distancias / (2 * escala**2))"
NOISE = "ruido * torch.eye(len(X), dtype=X.dtype)"
PRIOR = "1 - (k * torch.linalg.solve(K, k)).sum(dim=0)"
READ = Bilingual(
    "La media que da tu proceso a lo largo de una recta con cuatro puntos medidos, y la correcta.",
    "The mean that your process gives along a line with four measured points, and the right one.",
)


def inverse(matrix):
    return torch.linalg.inv(matrix)


def by_cholesky(X, y, X_nuevo, escala, ruido):
    """Return mean and variance by a Cholesky factor."""
    every = torch.cat([X, X_nuevo])
    joint = torch.exp(
        -0.5
        * torch.cdist(every, every, compute_mode="donot_use_mm_for_euclid_dist") ** 2
        / escala**2
    )
    n = len(X)
    factor = torch.linalg.cholesky(joint[:n, :n] + ruido * torch.eye(n, dtype=X.dtype))
    half = torch.linalg.solve_triangular(factor, joint[:n, n:], upper=False)
    of_y = torch.linalg.solve_triangular(factor, y[:, None], upper=False)
    return (half.T @ of_y).squeeze(1), 1 - (half**2).sum(0)  # fmt: skip


def keep_line(student, _seed):
    """Keep the mean along a line, as a picture."""
    X = torch.tensor([[-2.0], [-1.0], [0.5], [2.0]], dtype=torch.float64)
    y = torch.tensor([0.5, -1.0, 1.0, 0.0], dtype=torch.float64)
    line = torch.linspace(-3, 3, 61, dtype=torch.float64)[:, None]
    given = {"X": X, "y": y, "X_nuevo": line, "escala": 0.7, "ruido": 0.05}
    with student.unrecorded():
        theirs = student.run(probes.prediccion, answers.of(list[torch.Tensor], 2), **given)[0]
    x = Bilingual("punto de la recta", "point of the line")
    figures.keep(
        student,
        figures.curve(theirs.tolist(), by_cholesky(**given)[0].tolist(), x=x, explanation=READ),
    )


def apart(step):
    """Return what gives points so far apart that K is not singular where the noise is forgotten."""

    def work(case):
        places = step * torch.arange(case.sizes["N"], dtype=torch.float64)
        return places[:, None] + 0.3 * case.inputs["X"].tanh()

    return work


def among(name, step, wide):
    """Return what gives points among those, up to so far from the middle between two."""

    def work(case):
        places = step * (torch.arange(case.sizes["M"]) % case.sizes["N"]).double() + 0.5
        return places[:, None] + wide * case.inputs[name].tanh()

    return work


class proceso_gaussiano(Definition):
    probe = probes.prediccion
    inputs = {
        "X": Worked(Float("N D"), apart(1.2)),
        "y": Float("N"),
        "X_nuevo": Worked(Float("M D"), among("X_nuevo", 1.2, 0.3)),
        "escala": One(1.0, 0.7, 1.5, 2.0),
        "ruido": One(0.1, 0.5, 0.01, 0.001),
    }
    outputs = {"media": Float("M"), "varianza": Float("M")}
    largest = {"N": 5, "M": 4}
    fresh_sizes = {"N": 3, "M": 4, "D": 2}
    weights = {"interface": 0.5, "ones": 0.25, "returned": 0.25}
    tolerance = CLOSE
    whole = whole(like=by_cholesky, also=keep_line)

    @term(1)
    def distancia():
        return lambda a, b: ((a[:, None] - b[None]) ** 2).sum(-1)

    @term(2)
    def nucleo(distancia, escala):
        return lambda a, b: torch.exp(-distancia(a, b) / (2 * escala**2))

    @term(2)
    def con_ruido(ruido):
        return lambda K: K + ruido * torch.eye(len(K), dtype=K.dtype)

    @term(0)
    def inversa(nucleo, con_ruido, X):
        return inverse(con_ruido(nucleo(X, X)))

    @term(1)
    def media(nucleo, inversa, X, X_nuevo, y):
        return nucleo(X_nuevo, X) @ inversa @ y

    @term(0)
    def reducida(nucleo, inversa, X, X_nuevo):
        return ((nucleo(X_nuevo, X) @ inversa) * nucleo(X_nuevo, X)).sum(-1)

    @term(1)
    def varianza(reducida):
        return 1 - reducida

    mistakes = (
        mistake(
            "exp.noise_forgotten",
            con_ruido=lambda: lambda K: K,
            edit=(f" + {NOISE}", ""),
        ),
        mistake(
            "exp.noise_squared",
            con_ruido=lambda ruido: lambda K: K + ruido**2 * torch.eye(len(K), dtype=K.dtype),
            edit=("ruido * torch.eye", "ruido**2 * torch.eye"),
        ),
        mistake(
            "exp.noise_everywhere",
            con_ruido=lambda ruido: lambda K: K + ruido,
            edit=(NOISE, "ruido"),
        ),
        mistake(
            "exp.no_half",
            nucleo=lambda distancia, escala: lambda a, b: torch.exp(-distancia(a, b) / escala**2),
            edit=("(2 * escala**2)", "escala**2"),
        ),
        mistake(
            "exp.scale_not_squared",
            nucleo=lambda distancia, escala: lambda a, b: torch.exp(-distancia(a, b) / (2 * escala)),
            edit=("escala**2", "escala"),
        ),
        mistake(
            "exp.distance_not_squared",
            distancia=lambda: lambda a, b: ((a[:, None] - b[None]) ** 2).sum(-1).sqrt(),
            edit=(".sum(dim=-1)\n", ".sum(dim=-1).sqrt()\n"),
        ),
        mistake(
            "exp.noise_in_variance",
            varianza=lambda reducida, ruido: 1 + ruido - reducida,
            edit=(PRIOR, PRIOR.replace("1 -", "1 + ruido -")),
        ),
        mistake(
            "exp.prior_forgotten",
            varianza=lambda reducida: reducida,
            edit=(PRIOR, PRIOR.replace("1 - ", "")),
        ),
        mistake(
            "exp.deviation_for_variance",
            varianza=("1 - reducida", "(1 - reducida).sqrt()"),
            edit=(PRIOR, f"({PRIOR}).sqrt()"),
        ),
    )  # fmt: skip


REPEATED = torch.tensor([[0.0], [1.0], [1.0]], dtype=torch.float64)


@pytest.mark.part("proceso_gaussiano")
@pytest.mark.kind("form")
@pytest.mark.weight(0.5)
@pytest.mark.needs("interface")
def test_repeated(student):
    """Un punto medido dos veces no es un problema: para eso está el ruido.

    A point that was measured twice is no problem: that is what the noise is for.
    """
    if student.lost("proceso_gaussiano/con_ruido"):
        return
    student.precision(torch.float64)
    y = torch.tensor([0.5, -1.0, 1.0], dtype=torch.float64)
    given = {
        "X": REPEATED,
        "y": y,
        "X_nuevo": torch.linspace(-1, 2, 4).double()[:, None],
        "escala": 1.0,
        "ruido": 0.01,
    }
    media, varianza = student.run(probes.prediccion, answers.of(list[torch.Tensor], 2), **given)
    for got, name in ((media, "media"), (varianza, "varianza")):
        if not bool(got.isfinite().all()):
            raise Mismatch(
                Bilingual(f"con un punto repetido, {name} no son números", f"with a repeated point, {name} are no numbers"),
                quantity=name, inputs={"X": REPEATED}, got=got,
                holds=lambda code, got=got: [f"assert {code(got)}.isfinite().all()"],
            )  # fmt: skip


TOP, PHI = "diferencia * Phi + sigma * phi", "math.sqrt(2 * math.pi)"


def distribution(z):
    return torch.special.ndtr(z)


def density(z):
    return torch.exp(-(z**2) / 2) / (2 * torch.pi) ** 0.5


class mejora_esperada(Definition):
    probe = probes.ganancia
    inputs = {
        "media": Float("M"),
        "varianza": Float("M", between=(0.05, 4)),
        "mejor": Float(""),
    }
    outputs = {"mejora": Float("M")}
    fresh_sizes = {"M": 5}
    weights = {"interface": 0.5, "ones": 0.25}
    tolerance = CLOSE

    @term(2)
    def diferencia(media, mejor):
        return mejor - media

    @term(1)
    def sigma(varianza):
        return varianza.sqrt()

    @term(0)
    def z(diferencia, sigma):
        return diferencia / sigma

    @term(1)
    def Phi(z):
        return distribution(z)

    @term(1)
    def phi(z):
        return density(z)

    @term(1)
    def mejora(diferencia, sigma, Phi, phi):
        return diferencia * Phi + sigma * phi

    mistakes = (
        mistake(
            "exp.maximising",
            diferencia=("mejor - media", "media - mejor"),
            edit=("mejor - media", "media - mejor"),
        ),
        mistake(
            "exp.variance_for_deviation",
            sigma=("varianza.sqrt()", "varianza"),
            edit=("torch.sqrt(varianza)", "varianza"),
        ),
        mistake("exp.only_exploits", mejora=("+ sigma * phi", ""), edit=(TOP, "diferencia * Phi")),
        mistake("exp.only_explores", mejora=("diferencia * Phi + ", ""), edit=(TOP, "sigma * phi")),
        mistake("exp.probability_alone", mejora=("diferencia * Phi + sigma * phi", "Phi"), edit=(TOP, "Phi")),
        mistake("exp.density_without_sigma", mejora=("sigma * phi", "phi"), edit=(TOP, "diferencia * Phi + phi")),
        mistake(
            "exp.functions_exchanged",
            Phi=density,
            phi=distribution,
            loses=("Phi",),
            edit=(TOP, "diferencia * phi + sigma * Phi"),
        ),
        mistake(
            "exp.density_not_normalised",
            phi=lambda z: torch.exp(-(z**2) / 2),
            edit=(f" / {PHI}", ""),
        ),
    )  # fmt: skip


AT_ZERO = torch.tensor([-1.0, 0.5, 2.0, 0.0], dtype=torch.float64)


@pytest.mark.part("mejora_esperada")
@pytest.mark.weight(1)
@pytest.mark.needs("interface")
def test_certain(student):
    """Con σ = 0 la mejora es max(b − μ, 0), también con μ = b.

    With σ = 0 the improvement is max(b − μ, 0), with μ = b too.
    """
    student.precision(torch.float64)
    best = torch.tensor(0.5, dtype=torch.float64)
    case = Case(
        {},
        {"media": AT_ZERO, "varianza": torch.zeros_like(AT_ZERO), "mejor": best},
        {},
        magnitude=1e9,
    )
    got = student.run(probes.ganancia, answers.of(torch.Tensor), **case.inputs)
    turned = student.lost("mejora_esperada/diferencia")
    right = (best - AT_ZERO).clamp(min=0)
    if (
        turned
        and isinstance(got, torch.Tensor)
        and got.shape == right.shape
        and bool((got >= -CLOSE).all())
    ):
        return  # whichever sign it has: that is another rule's
    require(got, right, quantity="mejora", case=case)  # fmt: skip


def spread(case):
    """Return rows of values, from small ones, where doubt decides, to large ones, where means do."""
    wide = 0.2 * 1.5 ** torch.arange(8, dtype=torch.float64)
    return wide[:, None] * case.inputs["y"].tanh()


class propone(Definition):
    probe = probes.propuesto
    layers = {
        "proceso": Over(proceso_gaussiano, {"N": "N", "D": "D", "M": "M"}),
        "mejora": Over(mejora_esperada, {"M": "M"}),
    }
    inputs = {
        "X": Worked(Float("N D"), apart(2.0)),
        "y": Worked(Float("8 N"), spread),
        "candidatos": Worked(Float("M D"), among("candidatos", 2.0, 1.0)),
        "escala": One(1.0, 0.7, 1.5),
        "ruido": One(0.1, 0.5, 0.01),
    }
    outputs = {"indice": Int("8", below="M")}
    largest = {"N": 4, "M": 12}
    fresh_sizes = {"N": 4, "M": 40, "D": 2}
    weights = {"interface": 0.5, "ones": 0.25}

    @term(1)
    def mejor(y):
        return y.amin(-1)

    @term(0)
    def prediccion(proceso, X, y, candidatos, escala, ruido):
        return [proceso(X, one, candidatos, escala, ruido) for one in y]

    @term(1)
    def ganancia(mejora, prediccion, mejor):
        return torch.stack(
            [mejora(*one, best) for one, best in zip(prediccion, mejor, strict=True)]
        )

    @term(1)
    def indice(ganancia):
        return ganancia.argmax(-1)

    mistakes = (
        mistake("exp.mean_for_best", mejor=("amin", "mean"), edit=("y.min()", "y.mean()")),
        mistake("exp.worst_for_best", mejor=("amin", "amax"), edit=("y.min()", "y.max()")),
        mistake("exp.least_improvement", indice=("argmax", "argmin"), edit=("argmax", "argmin")),
        mistake(
            "exp.least_mean",
            ganancia=lambda prediccion: -torch.stack([one[0] for one in prediccion]),
            edit=("mejora_esperada(media, varianza, y.min())", "-media"),
        ),
        mistake(
            "exp.most_variance",
            ganancia=lambda prediccion: torch.stack([one[1] for one in prediccion]),
            edit=("mejora_esperada(media, varianza, y.min())", "varianza"),
        ),
    )
