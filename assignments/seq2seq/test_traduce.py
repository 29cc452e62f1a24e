"""Parts 3, 4 and 5: what is read off a loop over networks made of data, and the loss."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
import torch

from grader.checks import answers
from grader.checks.asserts import Mismatch
from grader.checks.equations import parameters
from grader.checks.generated import of_student
from grader.checks.kit import Bank, Definition, Float, Int, One, Worked, given, mistake, term, whole
from grader.checks.random_functions import ALARM, rate, tail
from grader.core.i18n import Bilingual

from . import probes
from .test_redes import LENGTHS, padded

SOS, EOS = probes.SOS, probes.EOS


def target(case):
    """Return what is to be written as it comes: <sos> first, padding after the first <eos>."""
    trg = case.inputs["trg"].clone()
    trg[:, 0] = SOS
    trg[:, 1] = torch.where(trg[:, 1] == EOS, 1, trg[:, 1])
    ended = (trg == EOS).cumsum(1) - (trg == EOS).long() > 0
    return trg.masked_fill(ended, 0)


DATA = {
    "lectura": Float("9 H", between=(-1.0, 1.0)),
    "tabla": Float("V+3 V+3", between=(0.0, 1.0)),
    "saltos": Float("V+3 H", between=(-1.0, 1.0)),
    "mezcla": Float("V+3 H", between=(-1.0, 1.0)),
}
"""What the networks are made of; see `probes.redes`."""
SOURCE = {"src": Worked(Int("B N", below=9, least=4), padded), "longitudes": LENGTHS}
TARGET = Worked(Int("B T+1", below="V+3", least=1), target)


def states(lectura, src):
    """Return the encoder's states."""
    return lectura[src] * (src != 0)[..., None]


def last(hs, lectura):
    """Return the encoder's last state."""
    return 0.7 * hs.sum(dim=1) + lectura[0]


def machine(tabla, saltos, mezcla, fin=0.0):
    """Return the decoder that `probes.redes` makes."""

    def step(word, state):
        state = saltos[word.long()] - 0.9 * state.roll(1, dims=-1)
        logits = tabla[word.long()] + state @ mezcla.T
        logits[:, EOS] += fin
        return logits, state

    return step


ALL = "return torch.stack([torch.zeros_like(logits), *filas], dim=1)"
ENCODED, STEP = "hs, hidden = self.encoder(src, longitudes)", "logits, hidden = self.decoder("
NEXT, RIGHT = "trg[:, t] if forzar else logits.argmax(dim=-1)", "trg[:, t] if"
DRAWN = "random.random() < teacher_forcing_ratio"
LOOP = "for t in range(1, trg.size(1)):"


@dataclass(frozen=True)
class Drawn:
    """How often the right word is given, of a ratio."""

    share: Callable = lambda ratio: ratio


SHARES = Bank(
    "Seq2Seq",
    Drawn(),
    mistake(
        "s2s.ratio_rounded",
        share=lambda ratio: float(round(ratio)),
        edit=(DRAWN, "teacher_forcing_ratio > 0.5"),
        loses=("mixed", "whole"),
        also=(
            {"share": lambda ratio: float(ratio > 0)},
            {"share": lambda ratio: float(ratio >= 1)},
        ),
    ),
)
RATIO, TIMES = 0.3, 800
SEVERAL = {"veces": TIMES, "ratio": RATIO, "trg": torch.tensor([[SOS, 4, 5]])}
CHOSEN, FORCED = 6, 4
"""What the decoder chooses after <sos>, and what it should have."""


def share_is_right(student, seed):
    """Count how often the right word is given. Raises Mismatch.

    Of each call one decision counts, so that it may be made for a step or for all; they are
    independent, and `rate` fails right code with a chance of 1e-10.
    """
    student.precision(torch.float64)
    student.seed(seed)
    one, table = torch.ones(1, 2).double(), torch.zeros(7, 7).double()
    table[:, CHOSEN] = 1.0
    data = {"lectura": one.expand(9, 2), "tabla": table, "saltos": one.expand(7, 2) * 0}
    given_ = student.run(
        probes.sorteos,
        answers.of(list[int], TIMES),
        **SEVERAL, **data, mezcla=one.expand(7, 2), longitudes=torch.tensor([1]),
        src=torch.tensor([[4]]),
    )  # fmt: skip
    known = of_student(Seq2Seq.declared, student).known().diagnoses["entradas"]
    forced = sum(word == FORCED if known.about("libre") else word != CHOSEN for word in given_)
    decide = known.equations.decide
    theirs = float(decide(*[RATIO] * len(parameters(decide)))) if known.explained else RATIO
    if tail(forced, TIMES, theirs) >= ALARM / 2 and theirs != RATIO:
        return
    found = SHARES.diagnose(lambda one: tail(forced, TIMES, one.share(RATIO)) >= ALARM / 2, most=1)
    try:
        rate(forced, TIMES, RATIO, quantity=Bilingual("las correctas", "the right ones"))
    except Mismatch as wrong:
        wrong.misconception = found.about("share")
        raise


class Seq2Seq(Definition):
    probe = probes.recorre
    inputs = {**SOURCE, "trg": TARGET, "ratio": One(0.0, 1.0), **DATA}
    outputs = {
        "primera": Float("B"),
        "entradas": Float("B T-1"),
        "salidas": Float("B T+1 V+3"),
    }
    weights = {"returned": 0}
    largest = {"T": 4}
    fresh_sizes = {"T": 4, "V": 2}
    whole = whole(also=share_is_right)

    @term(2)
    def primera(trg):
        return trg[:, 0].double()

    hs, h = term(0)(states), term(0)(last)

    @term(2)
    def inicio(h):
        return h

    @term(3, given(ratio=1.0))
    def forzada(trg):
        return lambda t: trg[:, t]

    @term(3, given(ratio=0.0))
    def libre():
        return lambda logits, before: logits.argmax(-1)

    @term(3)
    def decide(ratio):
        return ratio

    @term(2)
    def memoria():
        return lambda before, new: new

    @term(3)
    def fila_cero():
        return lambda rows: [torch.zeros_like(rows[0]), *rows]

    @term(0)
    def calls(T):
        return T

    @term(0)
    def entradas(primera, inicio, forzada, libre, decide, memoria, calls, tabla, saltos, mezcla, B):
        step, word, state, words = machine(tabla, saltos, mezcla), primera, inicio, []
        for t in range(1, calls):
            logits, new = step(word, state)
            state = memoria(state, new)
            word = forzada(t) if decide else libre(logits, word)
            words.append(word.double())
        return torch.stack(words, 1) if words else torch.zeros(B, 0)

    @term(0)
    def salidas(primera, entradas, inicio, memoria, fila_cero, tabla, saltos, mezcla):
        step, state, rows = machine(tabla, saltos, mezcla), inicio, []
        for word in (primera, *entradas.unbind(1)):
            logits, new = step(word, state)
            state = memoria(state, new)
            rows.append(logits)
        return torch.stack(fila_cero(rows), 1)

    mistakes = (
        mistake("s2s.always_forced", decide=lambda: 1.0, edit=(DRAWN, "True")),
        mistake("s2s.never_forced", decide=lambda: 0.0, edit=(DRAWN, "False")),
        mistake(
            "s2s.ratio_swapped",
            decide=lambda ratio: 1 - ratio,
            edit=(DRAWN, "random.random() > teacher_forcing_ratio"),
        ),
        mistake(
            "s2s.same_word_again",
            forzada=("trg[:, t]", "trg[:, t - 1]"),
            edit=(RIGHT, "trg[:, t - 1] if"),
        ),
        mistake(
            "s2s.next_word_shown",
            forzada=("trg[:, t]", "trg[:, (t + 1) % trg.shape[1]]"),
            edit=(RIGHT, "trg[:, (t + 1) % trg.size(1)] if"),
            also=({"forzada": lambda trg: lambda t: trg[:, min(t + 1, trg.shape[1] - 1)]},),
        ),
        mistake(
            "s2s.choice_not_fed",
            libre=lambda: lambda logits, before: before,
            edit=(NEXT, "trg[:, t] if forzar else input"),
            also=({"libre": lambda primera: lambda logits, before: primera},),
        ),
        mistake(
            "s2s.starts_with_padding",
            primera=("trg[:, 0]", "0 * trg[:, 0]"),
            edit=("input = trg[:, 0]", "input = 0 * trg[:, 0]"),
        ),
        mistake(
            "s2s.starts_with_answer",
            primera=("trg[:, 0]", "trg[:, 1]"),
            edit=("input = trg[:, 0]", "input = trg[:, 1]"),
        ),
        mistake(
            "s2s.starts_from_zero",
            inicio=lambda h: 0 * h,
            edit=(ENCODED, f"{ENCODED}\n        hidden = 0 * hidden"),
        ),
        mistake(
            "s2s.last_column",
            inicio=lambda hs: hs[:, -1],
            edit=(ENCODED, f"{ENCODED}\n        hidden = hs[:, -1]"),
        ),
        mistake(
            "s2s.mean_of_states",
            inicio=lambda hs: hs.mean(1),
            edit=(ENCODED, f"{ENCODED}\n        hidden = hs.mean(dim=1)"),
        ),
        mistake(
            "s2s.state_not_carried",
            memoria=lambda: lambda before, new: before,
            edit=(STEP, "logits, _ = self.decoder("),
        ),
        mistake(
            "s2s.row_zero_filled",
            fila_cero=lambda: lambda rows: rows,
            calls=lambda T: T + 1,
            forzada=lambda trg: lambda t: trg[:, t - 1],
            loses=("fila_cero",),
            edit=(
                (LOOP, "for t in range(trg.size(1)):"),
                (ALL, "return torch.stack(filas, dim=1)"),
            ),
            also=({"fila_cero": lambda: lambda rows: rows, "calls": lambda T: T + 1},),
        ),
        mistake(
            "s2s.rows_early",
            fila_cero=lambda: lambda rows: [*rows, torch.zeros_like(rows[0])],
            edit=(ALL, "return torch.stack([*filas, torch.zeros_like(logits)], dim=1)"),
        ),
        mistake(
            "s2s.row_zero_missing",
            fila_cero=lambda: lambda rows: rows,
            edit=(ALL, "return torch.stack(filas, dim=1)"),
        ),
    )


@pytest.mark.part("Seq2Seq")
@pytest.mark.weight(3)
@pytest.mark.needs("interface")
def test_mixed(student, case_seed):
    """Con una proporción entre 0 y 1, esa parte de las veces entra la palabra correcta.

    With a ratio between 0 and 1 the right word is given so often.
    """
    share_is_right(student, case_seed)


EACH = "predichos, objetivos in zip(outputs[:, 1:], trg[:, 1:])"
LOSS = "cross_entropy(predichos, objetivos, ignore_index=PAD)"


class perdida_seq2seq(Definition):
    inputs = {"outputs": Float("B T+1 V+3"), "trg": TARGET}
    outputs = {"perdida": Float("")}
    weights = {"gradient": 1}
    fresh_sizes = {"T": 5, "V": 2}

    @term(4)
    def predichos(outputs):
        return outputs[:, 1:]

    @term(1)
    def objetivos(trg):
        return trg[:, 1:]

    @term(2)
    def logaritmos(predichos):
        return predichos.log_softmax(-1)

    @term(4)
    def reales(objetivos):
        return objetivos != 0

    @term(0)
    def each(logaritmos, objetivos):
        return -logaritmos.gather(-1, objetivos[..., None])[..., 0]

    @term(3)
    def perdida(each, reales):
        return (each * reales).sum() / reales.sum()

    mistakes = (
        mistake("s2s.loss_not_shifted", predichos=("outputs[:, 1:]", "outputs[:, :-1]")),
        mistake(
            "s2s.row_zero_counted",
            predichos=lambda outputs: outputs,
            objetivos=lambda trg: trg,
            loses=("predichos",),
            edit=(("outputs[:, 1:]", "outputs"), ("trg[:, 1:]", "trg")),
        ),
        mistake(
            "s2s.padding_counted",
            reales=lambda objetivos: objetivos == objetivos,  # noqa: PLR0124 - all of them
            edit=(", ignore_index=PAD", ""),
        ),
        mistake(
            "s2s.end_left_out",
            reales=lambda objetivos: (objetivos != 0) & (objetivos != EOS),
            edit=(
                "trg[:, 1:].flatten()",
                "trg[:, 1:].flatten()\n    objetivos = torch.where(objetivos == EOS, PAD, objetivos)",
            ),
        ),
        mistake(
            "s2s.divided_by_all",
            perdida=lambda each, reales: (each * reales).mean(),
            edit=(LOSS, LOSS.replace(")", ", reduction='sum') / objetivos.numel()")),
        ),
        mistake(
            "s2s.divided_by_batch",
            perdida=lambda each, reales: (each * reales).sum(1).mean(),
            edit=(LOSS, LOSS.replace(")", ", reduction='sum') / len(trg)")),
        ),
        mistake(
            "s2s.mean_of_means",
            perdida=lambda each, reales: ((each * reales).sum(1) / reales.sum(1)).mean(),
            edit=(
                f"torch.nn.functional.{LOSS}",
                f"sum(torch.nn.functional.{LOSS} for {EACH}) / len(trg)",
            ),
        ),
        mistake(
            "s2s.loss_summed",
            perdida=lambda each, reales: (each * reales).sum(),
            edit=(LOSS, LOSS.replace(")", ", reduction='sum')")),
        ),
        mistake(
            "s2s.softmax_twice",
            logaritmos=("predichos.log", "predichos.softmax(-1).log"),
            edit=("(predichos, objetivos,", "(predichos.softmax(dim=-1), objetivos,"),
        ),
        mistake(
            "s2s.sign_of_loss",
            logaritmos=("predichos.log", "(-predichos).log"),
            edit=("(predichos, objetivos,", "(-predichos, objetivos,"),
        ),
    )


ROWS = "[frase[: frase.index(EOS)] if EOS in frase else frase for frase in frases]"
PADDED = f"[frase[: [*frase, PAD].index(PAD)] for frase in {ROWS}]"
ENDLESS = given(fin=-100.0)
FIRST, WORDS = "hs, hidden = modelo.encoder(src, longitudes)", "escrito.append(input)"


def cut(row):
    """Return what stands before the first <eos>."""
    return row[: row.index(EOS)] if EOS in row else row


def until_padding(row):
    """Return what stands before the first <pad>."""
    return row[: [*row, 0].index(0)]


def until_one_ends(rows):
    """Return rows up to the first <eos> in any of them, which is left out."""
    ends = min((row.index(EOS) + 1 for row in rows if EOS in row), default=None)
    return [cut(row[:ends]) for row in rows]


class greedy_decode(Definition):
    probe = probes.escribe_solo
    inputs = {
        **SOURCE,
        "max_len": Worked(
            Int("", below="L+1", least=1), lambda case: torch.tensor(case.sizes["L"])
        ),
        **DATA,
        "fin": One(-0.6, 0.0, 0.6),
    }
    outputs = {"escrito": Float("B L")}
    largest = {"L": 5, "B": 4}
    fresh_sizes = {"L": 6, "V": 2}

    @term(2, ENDLESS)
    def primera(B):
        return torch.full((B,), SOS)

    hs, h = term(0)(states), term(0)(last)

    @term(2, ENDLESS)
    def inicio(h):
        return h

    @term(2, ENDLESS)
    def elige():
        return lambda logits: logits.argmax(-1)

    @term(2, ENDLESS)
    def memoria():
        return lambda before, new: new

    @term(4)
    def termina():
        return lambda rows: [cut(row) for row in rows]

    @term(3, ENDLESS)
    def caben(L):
        return L

    @term(0)
    def escrito(primera, inicio, elige, memoria, termina, caben, L, tabla, saltos, mezcla, fin, B):
        step, word, state, words = machine(tabla, saltos, mezcla, fin), primera, inicio, []
        for _ in range(caben):
            logits, new = step(word, state)
            state, word = memoria(state, new), elige(logits)
            words.append(word)
        rows = torch.stack(words, 1).tolist() if words else [[] for _ in range(B)]
        return probes.en_filas(termina(rows), L).double()

    mistakes = (
        mistake(
            "s2s.end_kept",
            termina=lambda: lambda rows: [cut(row) + [EOS] * (EOS in row) for row in rows],
            edit=("frase.index(EOS)]", "frase.index(EOS) + 1]"),
        ),
        mistake(
            "s2s.end_ignored",
            termina=lambda: lambda rows: rows,
            edit=(ROWS, "frases"),
        ),
        mistake(
            "s2s.ends_at_padding",
            termina=lambda: lambda rows: [until_padding(cut(row)) for row in rows],
            edit=(ROWS, PADDED),
        ),
        mistake(
            "s2s.end_taken_out",
            termina=lambda: lambda rows: [[word for word in row if word != EOS] for row in rows],
            edit=(ROWS, "[[i for i in frase if i != EOS] for frase in frases]"),
        ),
        mistake(
            "s2s.one_end_for_all",
            termina=lambda: until_one_ends,
            edit=(WORDS, f"{WORDS}\n            if (input == EOS).any():\n                break"),
            also=(
                {
                    "termina": lambda: (
                        lambda rows: [
                            row[: min((len(cut(one)) for one in rows), default=0)] for row in rows
                        ]
                    )
                },
            ),
        ),
        mistake(
            "s2s.start_kept",
            termina=lambda: lambda rows: [[SOS, *cut(row)] for row in rows],
            edit=("escrito = []", "escrito = [input]"),
        ),
        mistake(
            "s2s.one_step_less",
            caben=("return L", "return L - 1"),
            edit=("dim=1).tolist()", "dim=1)[:, :-1].tolist()"),
        ),
        mistake(
            "s2s.one_step_more",
            caben=("return L", "return L + 1"),
            edit=("range(max_len)", "range(max_len + 1)"),
        ),
        mistake(
            "s2s.starts_with_padding",
            primera=("SOS", "0"),
            edit=("src[:, 0], SOS)", "src[:, 0], PAD)"),
        ),
        mistake(
            "s2s.starts_from_zero",
            inicio=lambda h: 0 * h,
            edit=(FIRST, f"{FIRST}\n        hidden = 0 * hidden"),
        ),
        mistake(
            "s2s.last_column",
            inicio=lambda hs: hs[:, -1],
            edit=(FIRST, f"{FIRST}\n        hidden = hs[:, -1]"),
        ),
        mistake(
            "s2s.state_not_carried",
            memoria=lambda: lambda before, new: before,
            edit=("logits, hidden = modelo.decoder(", "logits, _ = modelo.decoder("),
        ),
        mistake(
            "s2s.lowest_logit",
            elige=("argmax", "argmin"),
            edit=("logits.argmax", "logits.argmin"),
        ),
    )
