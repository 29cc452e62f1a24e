"""Part 9: the run. The student's networks, loop and loss learn to write words backwards.

Sizes, steps and rate are those of `tests/campaign_seq2seq.py`, which measured the threshold.
"""

from functools import cache
from itertools import count

import pytest
import torch

from grader.checks import answers, figures
from grader.checks.asserts import Mismatch
from grader.checks.skipping import skip
from grader.core.i18n import Bilingual

pytestmark = pytest.mark.part("aprendizaje")
SYMBOLS, LONGEST, EMBEDDING, HIDDEN = 5, 4, 16, 32
VOCABULARY = 4 + SYMBOLS
BATCH, STEPS, RATE, HELD_OUT = 48, 200, 0.015, 500
PAD = 0
SOS = 2
EOS = 3
ENOUGH = 0.7
"""Of the words: right runs write more, wrong ones less; see `tests/campaign_seq2seq.py`."""
PARTS = ("Encoder", "Decoder", "Seq2Seq", "perdida_seq2seq")


class Lector(torch.nn.Module):
    """The encoder as it should be."""

    def __init__(self, vocab_len, emb_dim, hid_dim):
        super().__init__()
        self.hid_dim = hid_dim
        self.embedding = torch.nn.Embedding(vocab_len, emb_dim)
        self.rnn = torch.nn.GRUCell(emb_dim, hid_dim)

    def forward(self, src, longitudes):
        h, hs = torch.zeros(len(src), self.rnn.hidden_size), []
        for t, x in enumerate(self.embedding(src).unbind(1)):
            h = torch.where((t < longitudes)[:, None], self.rnn(x, h), h)
            hs.append(h)
        return torch.stack(hs, 1), h


class Escritor(torch.nn.Module):
    """The decoder as it should be."""

    def __init__(self, output_dim, emb_dim, hid_dim):
        super().__init__()
        self.output_dim, self.hid_dim = output_dim, hid_dim  # what many a loop asks for
        self.embedding = torch.nn.Embedding(output_dim, emb_dim)
        self.rnn = torch.nn.GRUCell(emb_dim, hid_dim)
        self.fc_out = torch.nn.Linear(hid_dim, output_dim)

    def forward(self, input, hidden):
        hidden = self.rnn(self.embedding(input), hidden)
        return self.fc_out(hidden), hidden


class Forzado(torch.nn.Module):
    """The two together, always given the right word."""

    def __init__(self, encoder, decoder):
        super().__init__()
        self.encoder, self.decoder = encoder, decoder

    def forward(self, src, longitudes, trg, _ratio):
        _, hidden = self.encoder(src, longitudes)
        rows = [torch.zeros(len(src), self.decoder.fc_out.out_features)]
        for input in trg[:, :-1].unbind(1):
            logits, hidden = self.decoder(input, hidden)
            rows.append(logits)
        return torch.stack(rows, 1)


def media(outputs, trg):
    """Return the loss as it should be."""
    return torch.nn.functional.cross_entropy(
        outputs[:, 1:].flatten(0, 1), trg[:, 1:].flatten(), ignore_index=PAD
    )


SUPLENTES = {"Encoder": Lector, "Decoder": Escritor, "Seq2Seq": Forzado, "perdida_seq2seq": media}


def suplente(notebook, name):
    """Put what is right in the place of what is not right yet."""
    notebook[name] = SUPLENTES[name]


def entrena(notebook, sizes, pesos, lotes, tasa):
    """Return the weights of both networks after training, and the loss of each batch."""
    encoder, decoder = notebook["Encoder"](*sizes), notebook["Decoder"](*sizes)
    for red, suyos in zip((encoder, decoder), pesos, strict=True):
        torch.nn.Module.load_state_dict(red, suyos, strict=False)
    modelo = notebook["Seq2Seq"](encoder, decoder)
    optimizador = torch.optim.Adam([*encoder.parameters(), *decoder.parameters()], tasa)
    perdidas = []
    for src, longitudes, trg in lotes:
        optimizador.zero_grad()
        perdida = notebook["perdida_seq2seq"](modelo(src, longitudes, trg, 1.0), trg)
        perdida.backward()
        optimizador.step()
        perdidas.append(float(perdida.detach()))
    ganados = [
        {clave: valor.detach() for clave, valor in red.state_dict().items()}
        for red in (encoder, decoder)
    ]
    return [*ganados, perdidas]


SIZES = [VOCABULARY, EMBEDDING, HIDDEN]


def words(samples, drawn):
    """Return words (B, 4), their lengths (B,), and them backwards as targets (B, 6)."""
    lengths = torch.randint(2, LONGEST + 1, (samples,), generator=drawn)
    src = torch.randint(4, VOCABULARY, (samples, LONGEST), generator=drawn)
    src = src.masked_fill(torch.arange(LONGEST) >= lengths[:, None], PAD)
    trg = torch.full((samples, LONGEST + 2), PAD)
    trg[:, 0] = SOS
    for b, n in enumerate(lengths.tolist()):
        trg[b, 1 : n + 1], trg[b, n + 1] = src[b, :n].flip(0), EOS
    return src, lengths, trg


def given(seed):
    """Return first weights, batches, and words that are held out."""
    drawn = torch.Generator().manual_seed(seed)
    weights = [
        {
            key: torch.randn(one.shape, generator=drawn) * (1 if key == "embedding.weight" else 0.1)
            for key, one in made(*SIZES).state_dict().items()
        }
        for made in (Lector, Escritor)
    ]
    return weights, [words(BATCH, drawn) for _ in range(STEPS)], words(HELD_OUT, drawn)


def networks(weights):
    """Return right networks with these weights."""
    both = Lector(*SIZES), Escritor(*SIZES)
    for network, own in zip(both, weights, strict=True):
        network.load_state_dict({key: own[key].float() for key in network.state_dict()})
    return both


def exact(weights, held_out):
    """Return the share of words that right networks with these weights write as they should."""
    (encoder, decoder), (src, lengths, trg) = networks(weights), held_out
    with torch.no_grad():
        hidden, word, right = encoder(src, lengths)[1], trg[:, 0], torch.ones(len(src)).bool()
        for target in trg[:, 1:].unbind(1):
            logits, hidden = decoder(word, hidden)
            word = logits.argmax(-1)
            right &= (word == target) | (target == PAD)
    return float(right.double().mean())


@cache
def learnable(seed):
    """Return what is given by the first seed, from this one on, on which the reference learns."""
    for number in count(seed):
        weights, batches, held_out = given(number)
        *own, losses = entrena(SUPLENTES, SIZES, weights, batches, RATE)
        if exact(own, held_out) > ENOUGH + 0.1:
            break
    return weights, batches, held_out, losses


def alignment(weights, word):
    """Return how much each letter of a word acts on each that is written backwards: rows of [0, 1]."""
    encoder, decoder = networks(weights)
    read, rows = [], []

    def note(_module, _given, out):
        out.retain_grad()
        read.append(out)

    encoder.embedding.register_forward_hook(note)
    written = [*word[::-1], EOS]
    for t, letter in enumerate(written):
        trg = torch.tensor([[SOS, *written]])
        outputs = Forzado(encoder, decoder)(torch.tensor([word]), torch.tensor([len(word)]), trg, 1)
        outputs[0, t + 1, letter].backward()
        norms = read[-1].grad[0].norm(dim=-1)
        rows.append((norms / norms.max().clamp(min=1e-12)).tolist())
    return rows


LOSSES = Bilingual(
    "La pérdida de cada lote, con tu código y con el de referencia, desde los mismos pesos.",
    "The loss of each batch, with your code and the reference's, from the same weights.",
)
MAP = Bilingual(
    "Cuánto cambia cada letra que se escribe (y el final) con cada una que se lee, con tus pesos",
    "How much each letter written (and the end) changes with each one read, with your weights",
)


def pictures(student, weights, theirs, reference):
    """Keep the losses, and what each letter written depends on."""
    word = [4, 5, 6, 7]
    rows = [list(column) for column in zip(*alignment(weights, word), strict=True)]
    of = Bilingual("letra que se escribe", "letter that is written")
    figures.keep(
        student,
        figures.curve(theirs, reference, x=Bilingual("lote", "batch"), explanation=LOSSES),
        figures.heat_map(
            [figures.Row("y_t", of, rows)], inputs=("x_j", word), title=MAP,
            x=Bilingual("letra que se lee", "letter that is read"),
        ),
    )  # fmt: skip


@pytest.mark.weight(1)
def test_learns(student, case_seed):
    """Tus redes, tu bucle y tu pérdida aprenden a escribir palabras al revés.

    Your networks, your loop and your loss learn to write words backwards.
    """
    for name in PARTS:
        student.require(name)
        if student.lost(f"{name}/interface"):
            skip(Bilingual(f"antes tiene que funcionar {name}", f"{name} has to work first"))
    lost = [name for name in PARTS if student.lost(name)]
    if len(lost) == len(PARTS):
        es, en = (
            "antes tiene que estar bien alguna de sus partes",
            "one of its parts has to be right first",
        )
        skip(Bilingual(es, en))
    student.precision(torch.float32)
    weights, batches, held_out, losses = learnable(case_seed % 2**31)
    with student.unrecorded():
        student.replace(dict.fromkeys(lost, suplente))
        *found, theirs = student.run(
            entrena,
            answers.of(tuple[dict, dict, list[float]]),
            sizes=SIZES, pesos=weights, lotes=batches, tasa=RATE,
        )  # fmt: skip
    same = all(
        getattr(got.get(key), "shape", None) == one.shape
        for got, own in zip(found, weights, strict=True)
        for key, one in own.items()
    )
    share = exact(found, held_out) if same else 0.0
    if same:
        pictures(student, found, theirs, losses)
    if share < ENOUGH:
        es = f"después de {STEPS} lotes se escribe bien el {share:.0%} de las palabras, y no la mayoría"
        en = f"after {STEPS} batches {share:.0%} of the words are written right, and not most of them"
        raise Mismatch(Bilingual(es, en), quantity="", expected=f"{ENOUGH:.0%}", got=f"{share:.0%}")
