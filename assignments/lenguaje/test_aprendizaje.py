"""The runs: the student's networks learn a grammar and reviews, and are measured on our side.

Sizes, steps and rates are those of `tests/campaign_lenguaje.py`, which measured the thresholds. The
words are numbered by us, so that nothing but the networks is the student's.
"""

from functools import cache
from itertools import count
from random import Random

import pytest
import torch

from grader.checks import answers, figures
from grader.checks.asserts import Mismatch
from grader.checks.skipping import skip
from grader.core.i18n import Bilingual

from . import texts

pytestmark = pytest.mark.part("aprendizaje")
LANGUAGE, SENTIMENT = "modeloLenguaje", "clasificadorSentimiento"
EMBEDDING, BATCH, RATE = 16, 32, 0.02
UNITS = {LANGUAGE: 32, SENTIMENT: 16}
STEPS = {LANGUAGE: 150, SENTIMENT: 100}
EVERY = 15  # steps of a run, of which the weights are kept for the picture
HELD_OUT = 500
MOST, ENOUGH = 2.9, 0.9
"""Perplexity, and share of right answers. The best perplexity possible is 2.32, that of the best
model with one word's memory 3.37; who only counts words is right about half of the reviews."""
WORDS = {
    LANGUAGE: (*texts.SPECIALS, *sorted({token for one, _ in texts.grammar() for token in one})),
    SENTIMENT: (
        *texts.SPECIALS,
        *sorted({*" ".join((*texts.SUBJECTS, *texts.VERBS, *texts.DEGREES, "no .")).split()}),
        *(one for both in texts.ADJECTIVES for one in both),
    ),
}


class Reader(torch.nn.Module):
    """Both networks as they should be: of each word, and with lengths, of each text."""

    def __init__(self, vocab_size, emb_dim, hidden_size, classes=None):
        super().__init__()
        self.embedding = torch.nn.Embedding(vocab_size, emb_dim)
        self.lstm = torch.nn.LSTMCell(emb_dim, hidden_size)
        self.fc = torch.nn.Linear(hidden_size, classes or vocab_size)

    def forward(self, x, lengths=None):
        states = [self.lstm(self.embedding(x[:, 0]))]
        for words in x.unbind(1)[1:]:
            states.append(self.lstm(self.embedding(words), states[-1]))
        hs = torch.stack([h for h, _ in states], 1)
        return self.fc(hs if lengths is None else hs[torch.arange(len(x)), lengths - 1])


RIGHT = dict.fromkeys(UNITS, Reader)


def entrena(notebook, name, tallas, pesos, lotes, tasa, cada):
    """Train a network; return its weights after every so many steps, and at the end."""
    red = notebook[name](*tallas)
    torch.nn.Module.load_state_dict(red, pesos, strict=False)
    optimizador = torch.optim.Adam(red.parameters(), tasa)
    historia = []
    for paso, (entrada, objetivo) in enumerate(lotes):
        if paso % cada == 0:
            historia.append({clave: valor.clone() for clave, valor in red.state_dict().items()})
        salida = red(*entrada)
        logits = salida if torch.is_tensor(salida) else salida[0]
        optimizador.zero_grad()
        torch.nn.functional.cross_entropy(logits.flatten(0, -2), objetivo.flatten()).backward()
        optimizador.step()
    historia.append({clave: valor.detach() for clave, valor in red.state_dict().items()})
    return historia


IGNORED = -100  # what torch's cross entropy leaves out


def batch(name, drawn, size):
    """Return what a network reads, and what it is to say; `IGNORED` where that is padding."""
    number = {token: place for place, token in enumerate(WORDS[name])}
    if name == LANGUAGE:
        rows = [[number[token] for token in one] for one in texts.sentences(drawn, size)]
        read, _ = texts.padded([[texts.SOS, *one] for one in rows])
        said, _ = texts.padded([[*one, texts.EOS] for one in rows])
        return [read], said.masked_fill(said == texts.PAD, IGNORED)
    found = texts.reviews(drawn, size)
    rows = [[number[token] for token in one] for one, _ in found]
    return list(texts.padded(rows)), torch.tensor([good for _, good in found])


def sizes(name):
    """Return what a network is made with."""
    return [len(WORDS[name]), EMBEDDING, UNITS[name], *([2] if name == SENTIMENT else [])]


def given(name, seed):
    """Return first weights, batches to learn from, and one that is held out."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        weights = Reader(*sizes(name)).state_dict()
    drawn = Random(seed)  # noqa: S311 - texts follow from the run's seed
    batches = [batch(name, drawn, BATCH) for _ in range(STEPS[name])]
    return weights, batches, batch(name, drawn, HELD_OUT)


def measured(name, weights, held_out):
    """Return the perplexity, or the share of right answers, of a right network with weights."""
    network, (read, said) = Reader(*sizes(name)), held_out
    network.load_state_dict({key: weights[key].float() for key in network.state_dict()})
    with torch.no_grad():
        logits = network(*read)
        if name == LANGUAGE:
            pairs = (logits.flatten(0, 1), said.flatten())
            return float(torch.nn.functional.cross_entropy(*pairs).exp())
        return float((logits.argmax(-1) == said).double().mean())


def passes(name, value, margin=0.0):
    """Whether a value is good enough; by a margin."""
    return value <= MOST - margin if name == LANGUAGE else value >= ENOUGH + margin


def trained(notebook, name, seed):
    """Return what a network of ours comes to on the data of a seed."""
    weights, batches, held_out = given(name, seed)
    history = entrena(notebook, name, sizes(name), weights, batches, RATE, EVERY)
    return measured(name, history[-1], held_out)


@cache
def learnable(name, seed):
    """Return what is given by the first seed, from this one on, on which the reference learns."""
    return next(
        given(name, number)
        for number in count(seed)
        if passes(name, trained(RIGHT, name, number), margin=0.05)
    )


def learns(student, asked, seed):
    """Train a network; where that is not right yet, the student's other one."""
    student.require(asked)
    ways = sorted(UNITS, key=lambda name: name != asked)
    name = next((one for one in ways if not student.lost(one)), None)
    if name is None:
        es, en = "antes tiene que estar bien una de las dos", "one of the two has to be right first"
        skip(Bilingual(es, en))
    student.precision(torch.float32)
    weights, batches, held_out = learnable(name, seed % 2**31)
    with student.unrecorded():
        history = student.run(
            entrena,
            answers.of(list[dict], 1 + len(range(0, STEPS[name], EVERY))),
            name=name,
            tallas=sizes(name),
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
    values = [measured(name, one, held_out) for one in history] if fits else []
    if name == asked == LANGUAGE and fits:
        draw(student, values)
    require_learnt(name, values[-1] if values else None)


def draw(student, values):
    """Keep the picture of perplexity over training, beside the best possible."""
    figures.keep(
        student,
        figures.curve(
            values,
            [texts.best_perplexity()] * len(values),
            x=Bilingual(
                f"pasos de entrenamiento, de {EVERY} en {EVERY}", f"steps of training, by {EVERY}"
            ),
            explanation=Bilingual(
                "La perplejidad de tu modelo durante el entrenamiento, y la del mejor posible: la "
                f"gramática tiene azar que nadie adivina. Con una palabra de memoria, {texts.of_bigrams():.2f}.",
                "Your model's perplexity during training, and that of the best possible one: the "
                f"grammar has chance that nobody can guess. With one word's memory, {texts.of_bigrams():.2f}.",
            ),
        ),
    )


def require_learnt(name, value):
    """Assert that a network came far enough. Raises Mismatch."""
    if value is not None and passes(name, value):
        return
    if value is None:
        es, en = "los pesos no son los de la red", "the weights are not those of the network"
        got, most = "", ""
    elif name == LANGUAGE:
        got, most = f"{value:.2f}", f"{MOST}"
        es = f"la perplejidad queda en {got}, y tiene que bajar de {most}"
        en = f"perplexity stays at {got}, and has to come below {most}"
    else:
        got, most = f"{value:.0%}", f"{ENOUGH:.0%}"
        es = f"acierta {got} de las reseñas, y no {most}"
        en = f"it is right about {got} of the reviews, and not {most}"
    raise Mismatch(Bilingual(es, en), quantity=name, expected=most, got=got)


@pytest.mark.points(2)
def test_language_learns(student, case_seed):
    """El modelo de lenguaje aprende una gramática que concuerda.

    The language model learns a grammar with agreement.
    """
    learns(student, LANGUAGE, case_seed)


@pytest.mark.points(2)
def test_sentiment_learns(student, case_seed):
    """El clasificador aprende a distinguir reseñas buenas y malas.

    The classifier learns to tell good reviews from bad ones.
    """
    learns(student, SENTIMENT, case_seed)
