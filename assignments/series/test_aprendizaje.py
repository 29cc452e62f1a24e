"""The run: the student's network learns from what the student prepared, and is to beat persistence.

Sizes, steps and rate are those of `tests/campaign_series.py`, which measured the threshold. The
weights that come back are put into a network of ours and measured there, on days that nobody saw.
"""

import math
from functools import cache
from itertools import count

import pytest
import torch

from grader.checks import figures
from grader.checks.asserts import Mismatch
from grader.checks.skipping import skip
from grader.core.i18n import Bilingual

from . import probes

pytestmark = pytest.mark.part("aprendizaje")
MODEL, DATA = "modeloSerie", "prepara"
PIECES = ("ventanas", "divide_temporal", "Escalador")
DAYS, WINDOW, UNITS, BATCH, STEPS, RATE = 600, 24, 16, 32, 100, 0.02
NOISE, SPLIT = 0.1, (0.7, 0.15)
MOST = 0.65
"""Of the error of persistence. The reference comes to less than half of it."""
SHOWN = 60  # days of the picture
RIGHT = {DATA: probes.prepara_bien, MODEL: probes.SerieBien}


def days(drawn):
    """Return a series of two periods, with noise; where it begins is drawn."""
    t, first = torch.arange(DAYS), float(torch.rand((), generator=drawn)) * 60
    waves = (2 * math.pi * (t + first) / 12).sin() + (2 * math.pi * (t + first) / 30).sin() / 2
    return waves + NOISE * torch.randn(DAYS, generator=drawn)


def given(seed):
    """Return a series, first weights, and which windows are read in each step."""
    drawn = torch.Generator().manual_seed(seed)
    series = days(drawn)
    weights = {
        key: (2 * torch.rand(one.shape, generator=drawn) - 1) / UNITS**0.5
        for key, one in probes.SerieBien(UNITS, 1).state_dict().items()
    }
    return series, weights, list(torch.randint(DAYS, (STEPS, BATCH), generator=drawn))


def forecasts(weights, series):
    """Return the forecasts of a right network, what came, and the last value before, on test days."""
    network = probes.SerieBien(UNITS, 1)
    network.load_state_dict({key: weights[key].float() for key in network.state_dict()})
    X, Y = probes.prepara_bien(series, WINDOW, 1, *SPLIT)["prueba"]
    with torch.no_grad():
        return network(X)[:, 0], Y[:, 0], X[:, -1]


def ratio(weights, series):
    """Return the network's mean error as a share of that of persistence."""
    forecast, came, before = forecasts(weights, series)
    return float((forecast - came).abs().mean() / (before - came).abs().mean())


def trained(notebook, seed):
    """Return what the network of a notebook comes to on what a seed gives."""
    series, weights, batches = given(seed)
    learnt = probes.aprende(notebook, series, WINDOW, SPLIT, weights, batches, RATE)
    return ratio(learnt, series)


@cache
def learnable(seed):
    """Return what the first seed gives, from this one on, on which the reference learns."""
    number = next(one for one in count(seed) if trained(RIGHT, one) < 0.9 * MOST)
    return given(number)


def like(found, weights):
    """Whether what came back has the form of these weights."""
    return isinstance(found, dict) and all(
        getattr(found.get(key), "shape", None) == one.shape for key, one in weights.items()
    )


@pytest.mark.points(4)
def test_series_is_learnt(student, case_seed):
    """Tu red, entrenada con lo que preparaste, le gana a la persistencia.

    Your network, trained on what you prepared, beats persistence.
    """
    for name in RIGHT:
        student.require(name)
    wrong = [name for name in RIGHT if student.lost(name)]
    if len(wrong) == len(RIGHT) or any(map(student.lost_all, RIGHT)):
        es = "antes tienen que estar bien tu red o lo que prepara los datos"
        en = "your network or what prepares the data has to be right first"
        skip(Bilingual(es, en))
    below = [name for name in PIECES if student.lost(name) and not student.lost_all(name)]
    student.precision(torch.float32)
    series, weights, batches = learnable(case_seed % 2**31)
    with student.unrecorded():
        student.replace(dict.fromkeys([*wrong, *below], probes.suplente))
        found = student.run(
            probes.aprende,
            lambda one: isinstance(one, dict),
            serie=series, w=WINDOW, partes=SPLIT, pesos=weights, lotes=batches, tasa=RATE,
        )  # fmt: skip
    if not like(found, weights):
        es, en = "los pesos no son los de la red", "the weights are not those of the network"
        raise Mismatch(Bilingual(es, en), quantity=MODEL)
    draw(student, found, series)
    share = ratio(found, series)
    if not share < MOST:
        es = f"después de entrenar, el error es {share:.0%} del de la persistencia, y no menos de {MOST:.0%}"
        en = f"after training the error is {share:.0%} of that of persistence, and not below {MOST:.0%}"
        raise Mismatch(
            Bilingual(es, en), quantity=MODEL, expected=f"< {MOST:.0%}", got=f"{share:.0%}"
        )


def draw(student, weights, series):
    """Keep the picture of the forecasts beside what came."""
    forecast, came, _ = forecasts(weights, series)
    figures.keep(
        student,
        figures.curve(
            forecast[:SHOWN].tolist(),
            came[:SHOWN].tolist(),
            x=Bilingual("días de la prueba", "days of the test"),
            explanation=Bilingual(
                "Los pronósticos de tu red para el día siguiente, y lo que vino. Lo que no se acierta es ruido: "
                "nadie puede saberlo el día anterior.",
                "Your network's forecasts for the next day, and what came. What is missed is noise: nobody can "
                "know it the day before.",
            ),
        ),
    )
