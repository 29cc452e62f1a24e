"""The runs: the student's networks learn an order in time, and are measured on our side.

Sizes, steps and rates are those of `tests/campaign_hibridos.py`, which measured the thresholds.
"""

from functools import cache
from itertools import count

import pytest
import torch

from grader.checks import figures
from grader.checks.asserts import Mismatch
from grader.checks.skipping import skip
from grader.core.i18n import Bilingual

from .sums import ahead, nothing, read

pytestmark = pytest.mark.part("aprendizaje")
SERIES, VIDEO = "modeloConvRNN", "modeloCNNLSTM"
SIZES = {SERIES: [1, 8, 5, 16, 2], VIDEO: [1, 4, 5, 16, 2]}
LENGTHS, SIDE, NOISE = {SERIES: 24, VIDEO: 6}, 5, 0.1
BATCH, STEPS, RATE = 32, 80, 0.02
EVERY = 8  # steps of a run, of which the weights are kept for the picture
HELD_OUT = 500
ENOUGH = 0.9
"""Of the answers at the last step. Who knows no order is right about half of the time."""
MOTIFS = torch.tensor([[1.0, -1.0, 1.0, -1.0, 1.0], [-1.0, -1.0, 0.0, 1.0, 1.0]])


class OfSeries(torch.nn.Module):
    """The network over a series as it should be."""

    def __init__(self, channels, filters, taps, hidden, classes):
        super().__init__()
        self.conv = torch.nn.Conv1d(channels, filters, taps)
        self.gru = torch.nn.GRUCell(filters, hidden)
        self.fc = torch.nn.Linear(hidden, classes)

    def features(self, x):
        """Return what the filters find, (B, T, F)."""
        seen = ahead(x.transpose(1, 2), self.conv.kernel_size[0] - 1)
        return self.conv(seen).relu().transpose(1, 2)

    def forward(self, x):
        return self.fc(torch.stack(read(self.gru, self.features(x), self.start(x)), 1))

    def start(self, x):
        """Return the first state."""
        return nothing(x, self.gru.hidden_size)


class OfVideo(torch.nn.Module):
    """The network over frames as it should be."""

    def __init__(self, channels, filters, side, hidden, classes):
        super().__init__()
        self.conv = torch.nn.Conv2d(channels, filters, 3, padding=1)
        self.lstm = torch.nn.LSTMCell(filters * side * side, hidden)
        self.fc = torch.nn.Linear(hidden, classes)

    def features(self, x):
        """Return what the filters find, (B, T, F·S·S)."""
        return self.conv(x.flatten(0, 1)).relu().unflatten(0, x.shape[:2]).flatten(2)

    def forward(self, x):
        start = nothing(x, self.lstm.hidden_size)
        states = read(self.lstm, self.features(x), (start, start))
        return self.fc(torch.stack([h for h, _ in states], 1))


RIGHT = {SERIES: OfSeries, VIDEO: OfVideo}


def series(samples, drawn):
    """Return series (B, T, 1) with both motifs, and which came first (B,)."""
    length, width = LENGTHS[SERIES], MOTIFS.shape[1]
    x = NOISE * torch.randn(samples, length, 1, generator=drawn)
    y = torch.randint(2, (samples,), generator=drawn)
    places = torch.randint(length - 2 * width + 1, (samples, 2), generator=drawn).sort(1).values
    places[:, 1] += width
    for one, kind, (first, second) in zip(x, y.tolist(), places.tolist(), strict=True):
        one[first : first + width, 0] += MOTIFS[kind]
        one[second : second + width, 0] += MOTIFS[1 - kind]
    return x, y


def videos(samples, drawn):
    """Return videos (B, T, 1, S, S) of which each side is lit once, and which was first (B,)."""
    steps = LENGTHS[VIDEO]
    x = NOISE * torch.randn(samples, steps, 1, SIDE, SIDE, generator=drawn)
    y = torch.randint(2, (samples,), generator=drawn)
    places = torch.rand(samples, steps, generator=drawn).argsort(1)[:, :2].sort(1).values
    rows = torch.arange(samples)
    half = SIDE // 2
    x[rows, places[rows, y], 0, :, :half] += 1
    x[rows, places[rows, 1 - y], 0, :, -half:] += 1
    return x, y


DATA = {SERIES: series, VIDEO: videos}


def entrena(notebook, name, tallas, pesos, lotes, tasa, cada):
    """Train a network; return its weights after every so many steps, and at the end."""
    red = notebook[name](*tallas)
    torch.nn.Module.load_state_dict(red, pesos, strict=False)
    optimizador = torch.optim.Adam(red.parameters(), tasa)
    historia = []
    for paso, (x, y) in enumerate(lotes):
        if paso % cada == 0:
            historia.append({clave: valor.clone() for clave, valor in red.state_dict().items()})
        optimizador.zero_grad()
        torch.nn.functional.cross_entropy(red(x)[:, -1], y).backward()
        optimizador.step()
    historia.append({clave: valor.detach() for clave, valor in red.state_dict().items()})
    return historia


def given(name, seed):
    """Return first weights, batches to learn from, and one that is held out."""
    drawn = torch.Generator().manual_seed(seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        weights = RIGHT[name](*SIZES[name]).state_dict()
    batches = [list(DATA[name](BATCH, drawn)) for _ in range(STEPS)]
    return weights, batches, DATA[name](HELD_OUT, drawn)


def measured(name, weights, held_out):
    """Return the share of right answers of a right network with these weights."""
    network, (x, y) = RIGHT[name](*SIZES[name]), held_out
    network.load_state_dict({key: weights[key].float() for key in network.state_dict()})
    with torch.no_grad():
        return float((network(x)[:, -1].argmax(-1) == y).double().mean())


def trained(notebook, name, seed):
    """Return what a network comes to on the data of a seed."""
    weights, batches, held_out = given(name, seed)
    history = entrena(notebook, name, SIZES[name], weights, batches, RATE, EVERY)
    return measured(name, history[-1], held_out)


@cache
def learnable(name, seed):
    """Return what is given by the first seed, from this one on, on which the reference learns."""
    return next(
        given(name, number)
        for number in count(seed)
        if trained(RIGHT, name, number) > (1 + ENOUGH) / 2
    )


def learns(student, asked, seed):
    """Train a network; where that is not right yet, the student's other one."""
    student.require(asked)
    ways = sorted(SIZES, key=lambda name: name != asked)
    name = next((one for one in ways if not student.lost(one)), None)
    if name is None:
        es, en = "antes tiene que estar bien una de las dos", "one of the two has to be right first"
        skip(Bilingual(es, en))
    student.precision(torch.float32)
    weights, batches, held_out = learnable(name, seed % 2**31)
    with student.unrecorded():
        history = student.run(
            entrena,
            lambda answer: isinstance(answer, list) and len(answer) > 1,
            name=name,
            tallas=SIZES[name],
            pesos=weights,
            lotes=batches,
            tasa=RATE,
            cada=EVERY,
        )
    fits = all(
        isinstance(one, dict)
        and all(getattr(one.get(key), "shape", None) == own.shape for key, own in weights.items())
        for one in history
    )
    values = [measured(name, one, held_out) for one in history] if fits else [0.0]
    if name == asked and fits:
        draw(student, values)
    if values[-1] < ENOUGH:
        es = f"después de entrenar, {name} acierta {values[-1]:.0%} de las veces, no casi todas"
        en = f"after training {name} is right {values[-1]:.0%} of the time, not nearly always"
        raise Mismatch(
            Bilingual(es, en), quantity=name, expected=f"{ENOUGH:.0%}", got=f"{values[-1]:.0%}"
        )


def draw(student, values):
    """Keep the picture of how often it is right over training, beside what is asked for."""
    steps = Bilingual(f"pasos de Adam, de {EVERY} en {EVERY}", f"steps of Adam, by {EVERY}")
    explanation = Bilingual(
        "Parte de respuestas que acierta tu red durante el entrenamiento, y lo que se pide. Sin mirar "
        "el orden se acierta la mitad.",
        "The share of answers that your network gets right during training, and what is asked for. "
        "Without a look at the order half are right.",
    )
    wanted = [ENOUGH] * len(values)
    figures.keep(
        student, figures.curve(values, wanted, x=steps, explanation=explanation, scale="share")
    )


@pytest.mark.points(2)
def test_series_learns(student, case_seed):
    """La red de series aprende cuál de dos formas vino primero.

    The network over series learns which of two shapes came first.
    """
    learns(student, SERIES, case_seed)


@pytest.mark.points(2)
def test_video_learns(student, case_seed):
    """La red de videos aprende qué lado se encendió primero.

    The network over videos learns which side was lit first.
    """
    learns(student, VIDEO, case_seed)
