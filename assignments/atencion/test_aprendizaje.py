"""The run: each of the student's attentions learns to look up a table, in a network of ours.

Sizes, steps and rate are those of `tests/campaign_attention.py`, which measured the threshold. There
are no masks in it: they have checks of their own.
"""

from functools import cache
from itertools import count

import pytest
import torch

from grader.checks import answers
from grader.checks.asserts import Mismatch
from grader.checks.skipping import skip
from grader.core.i18n import Bilingual

pytestmark = pytest.mark.part("aprendizaje")
SYMBOLS = 6
SIZE = 16
BATCH = 32
ENOUGH = 0.9
"""Of the answers: right runs get 1.0 on each of 50 seeds, a wrong attention 0.51 at most."""
WAYS = {
    "AtencionAditiva": ("AtencionAditiva", "calcular_pesos_atencion_bahdanau"),
    "atencion_producto": ("atencion_producto",),
}


class Searcher(torch.nn.Module):
    """Answers a question with what an attention, a class or a function, sees in a table."""

    def __init__(self, attention):
        super().__init__()
        self.clave, self.valor, self.pregunta = (
            torch.nn.Embedding(SYMBOLS, SIZE) for _ in range(3)
        )
        is_class = isinstance(attention, type)
        self.attention = attention(SIZE, 2 * SIZE, SIZE) if is_class else None
        self.look = lambda q, k, hs: attention(q[:, None], k, hs)[0][:, 0]
        self.fc = torch.nn.Linear(2 * SIZE, SYMBOLS)

    def forward(self, claves, valores, pregunta):
        k, q = self.clave(claves), self.pregunta(pregunta)
        hs = torch.cat([k, self.valor(valores)], -1)
        return self.fc(self.attention(q, hs)[0] if self.attention else self.look(q, k, hs))


def train(notebook, name, pesos, tablas):
    """Train a network over an attention, by its name; return its weights."""
    red = Searcher(notebook[name])
    torch.nn.Module.load_state_dict(red, pesos, strict=False)
    optimizador = torch.optim.Adam(red.parameters(), 0.02)
    for *tabla, respuesta in zip(*(t.split(BATCH) for t in tablas), strict=True):
        optimizador.zero_grad()
        torch.nn.functional.cross_entropy(red(*tabla), respuesta).backward()
        optimizador.step()
    return {clave: valor.detach() for clave, valor in red.state_dict().items()}


def plain_softmax(notebook, name):
    """Put softmax over all positions in the place of `softmax_enmascarado`: there is no padding."""
    notebook[name] = lambda e, _: torch.softmax(e, -1)


class Additive(torch.nn.Module):
    """Bahdanau's attention as it should be, without masks."""

    def __init__(self, *sizes):
        super().__init__()
        self.W_a, self.U_a = (torch.nn.Linear(size, sizes[2], bias=False) for size in sizes[:2])
        self.v_a = torch.nn.Linear(sizes[2], 1, bias=False)

    def forward(self, s, hs):
        alfa = self.v_a(torch.tanh(self.W_a(s)[:, None] + self.U_a(hs))).softmax(1)
        return (alfa * hs).sum(1), alfa


def product(*looked):
    """Return torch's own context."""
    return (torch.nn.functional.scaled_dot_product_attention(*looked),)


RIGHT = {"AtencionAditiva": Additive, "atencion_producto": product}


def tables(samples, drawn):
    """Return keys and values (B, 5), questions and answers (B,)."""
    keys = torch.rand(samples, SYMBOLS, generator=drawn).argsort(1)[:, :5]
    values = torch.randint(SYMBOLS, (samples, 5), generator=drawn)
    pairs = torch.randint(2, 6, (samples, 1), generator=drawn)
    asked = (torch.rand(samples, 1, generator=drawn) * pairs).long()
    return [keys, values, keys.gather(1, asked)[:, 0], values.gather(1, asked)[:, 0]]


def accuracy(name, weights, held_out):
    """Return the share of right answers of a right network with these weights."""
    network, (*table, answers) = Searcher(RIGHT[name]), held_out
    network.load_state_dict({key: weights[key].float() for key in network.state_dict()})
    with torch.no_grad():
        return float((network(*table).argmax(-1) == answers).double().mean())


def given(name, seed):
    """Return first weights, tables to learn from, and others that are held out."""
    drawn = torch.Generator().manual_seed(seed)
    weights = {
        key: torch.randn(one.shape, generator=drawn) / (1 if len(one) == SYMBOLS else 4)
        for key, one in Searcher(RIGHT[name]).state_dict().items()
    }
    return weights, tables(200 * BATCH, drawn), tables(500, drawn)


@cache
def learnable(name, seed):
    """Return what is given by the first seed, from this one on, on which the reference learns."""
    for number in count(seed):
        weights, seen, held_out = given(name, number)
        if accuracy(name, train(RIGHT, name, weights, seen), held_out) > (1 + ENOUGH) / 2:
            break
    return weights, seen, held_out


def learns(student, asked, seed):
    """Train with an attention; where it is not right yet, with the student's other one."""
    student.require(asked)
    ways = sorted(WAYS, key=lambda name: name != asked)
    name = next((one for one in ways if not student.lost(*WAYS[one])), None)
    if name is None:
        es, en = "antes tiene que estar bien una de las dos", "one of the two has to be right first"
        skip(Bilingual(es, en))
    student.precision(torch.float32)
    if student.lost("softmax_enmascarado"):
        student.replace({"softmax_enmascarado": plain_softmax})
    weights, seen, held_out = learnable(name, seed % 2**31)
    with student.unrecorded():
        found = student.run(train, answers.of(dict), name=name, pesos=weights, tablas=seen)
    same = all(getattr(found.get(key), "shape", None) == one.shape for key, one in weights.items())
    share = accuracy(name, found, held_out) if same else 0.0
    if share < ENOUGH:
        es = f"con {name}, la red contesta bien {share:.0%} de las preguntas, no casi todas"
        en = f"with {name} the network answers {share:.0%} of the questions, not nearly all"
        raise Mismatch(
            Bilingual(es, en), quantity=name, expected=f"{ENOUGH:.0%}", got=f"{share:.0%}"
        )


@pytest.mark.points(3)
def test_additive_learns(student, case_seed):
    """Con la atención aditiva, una red aprende dónde está la respuesta.

    With the additive attention a network learns where the answer is.
    """
    learns(student, "AtencionAditiva", case_seed)


@pytest.mark.points(3)
def test_product_learns(student, case_seed):
    """Con la atención de producto, una red aprende dónde está la respuesta.

    With the product attention a network learns where the answer is.
    """
    learns(student, "atencion_producto", case_seed)
