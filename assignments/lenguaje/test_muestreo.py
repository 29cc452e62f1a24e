"""Parts 7 to 9: how surprised a model is, what it finds likely, and what is drawn from that."""

from collections.abc import Callable
from dataclasses import dataclass
from math import inf

import pytest
import torch

from grader.checks import answers, calls, random_functions
from grader.checks.agreement import require, require_form
from grader.checks.asserts import Mismatch, require_shape
from grader.checks.case import Case
from grader.checks.kit import (
    Bank,
    Definition,
    Float,
    Int,
    One,
    Worked,
    absent,
    given,
    mistake,
    silent,
    term,
    whole,
)
from grader.checks.skipping import skip
from grader.core.errors import StudentFault
from grader.core.i18n import Bilingual

from . import probes

LOG, PICKED = (
    "torch.log_softmax(logits, dim=-1)",
    "log_p.gather(-1, objetivos.unsqueeze(-1)).squeeze(-1)",
)
MEAN, REAL = "ce[reales].mean()", "objetivos != 0"


def some_real(case):
    """Return targets of which the first is no padding."""
    targets = case.inputs["objetivos"].clone()
    targets[0, 0] = targets[0, 0].clamp(min=1)
    return targets


def of_torch(logits, objetivos):
    """Return e to torch's own cross entropy."""
    pairs = (logits.flatten(0, 1), objetivos.flatten())
    return torch.nn.functional.cross_entropy(*pairs, ignore_index=0).exp()


def picked(logs, targets):
    """Return what there is at each target, (B, T)."""
    return logs.gather(-1, targets.unsqueeze(-1)).squeeze(-1)


class perplejidad(Definition):
    probe = probes.sorpresa
    inputs = {
        "logits": Float("B T V+1"),
        "objetivos": Worked(Int("B T", below="V+1"), some_real),
    }
    outputs = {"perplejidad": Float("")}
    called = {"perplejidad": "uniform", "media": "exp_mean", "reales": "padding"}
    largest = {"V": 4, "T": 4}
    fresh_sizes = {"V": 4, "T": 5}
    whole = whole(like=of_torch)

    @term(4)
    def ce(logits, objetivos):
        return -picked(logits.log_softmax(-1), objetivos)

    @term(4)
    def reales(objetivos):
        return objetivos != 0

    @term(5)
    def media(ce, reales):
        return ce[reales].mean()

    @term(3, silent("logits"))
    def perplejidad(media):
        return media.exp()

    mistakes = (
        mistake(
            "len.softmax_twice",
            ce=("logits.log", "logits.softmax(-1).log"),
            edit=(LOG, "torch.log_softmax(torch.softmax(logits, dim=-1), dim=-1)"),
        ),
        mistake(
            "len.softmax_other_axis",
            ce=("log_softmax(-1)", "log_softmax(1)"),
            edit=(LOG, "torch.log_softmax(logits, dim=1)"),
        ),
        mistake(
            "len.no_softmax",
            ce=("logits.log_softmax(-1)", "logits"),
            edit=(LOG, "logits"),
        ),
        mistake(
            "len.probability_for_surprise",
            ce=lambda logits, objetivos: -picked(logits.softmax(-1), objetivos),
            edit=("log_softmax", "softmax"),
        ),
        mistake(
            "len.shifted_again",
            ce=lambda logits, objetivos: torch.cat(
                [-picked(logits.log_softmax(-1)[:, :-1], objetivos[:, 1:]), 0.0 * logits[:, :1, 0]],
                1,
            ),
            reales=lambda objetivos: torch.cat(
                [objetivos[:, 1:] != 0, torch.zeros_like(objetivos[:, :1], dtype=torch.bool)], 1
            ),
            loses=("ce",),
            edit=(
                ("log_p =", "logits, objetivos = logits[:, :-1], objetivos[:, 1:]\n    log_p ="),
            ),
        ),
        mistake(
            "len.padding_counted",
            reales=("objetivos != 0", "objetivos == objetivos"),
            edit=(REAL, "objetivos == objetivos"),
        ),
        mistake(
            "len.unknown_left_out",
            reales=("objetivos != 0", "objetivos > 1"),
            edit=(REAL, "objetivos > 1"),
        ),
        mistake(
            "len.padding_in_the_count",
            media=lambda ce, reales: (ce * reales).mean(),
            edit=(MEAN, "(ce * reales).mean()"),
        ),
        mistake("len.sum_for_mean", media=(".mean()", ".sum()"), edit=(MEAN, "ce[reales].sum()")),
        mistake(
            "len.mean_of_perplexities",
            media=lambda ce, reales: ce[reales].exp().mean().log(),
            edit=(f"torch.exp({MEAN})", "torch.exp(ce[reales]).mean()"),
        ),
        mistake(
            "len.mean_by_text",
            media=lambda ce, reales: by_text(ce, reales).mean(),
            also=({"media": lambda ce, reales: by_text(ce, reales).exp().mean().log()},),
            edit=(MEAN, "torch.stack([f[r].mean() for f, r in zip(ce, reales) if r.any()]).mean()"),
        ),
        mistake(
            "len.two_to_the",
            perplejidad=("media.exp()", "2**media"),
            edit=(f"torch.exp({MEAN})", f"2 ** {MEAN}"),
        ),
        mistake(
            "len.no_exp", perplejidad=("media.exp()", "media"), edit=(f"torch.exp({MEAN})", MEAN)
        ),
        mistake(
            "len.likelihood",
            perplejidad=("media.exp()", "(-media).exp()"),
            edit=("torch.exp(", "torch.exp(-"),
        ),
    )


def by_text(ce, real):
    """Return the mean of each text that has a real target."""
    return torch.stack(
        [one[there].mean() for one, there in zip(ce, real, strict=True) if there.any()]
    )


APART = 1e-3


def apart(case):
    """Return logits no two of which are alike in a row: which of those were best is any one's."""
    logits = case.inputs["logits"]
    if bool((logits.sort(-1).values.diff() > APART).all()):
        return logits
    return logits + 2 * APART * torch.arange(logits.shape[-1], dtype=logits.dtype)


def at_most(case):
    """Return how many are kept, no more than there are."""
    k = case.inputs["k"]
    return k and min(k, case.sizes["V"])


def beyond(z, k, *, largest=True):
    """Return which places of rows are not among the k best; none if k is None."""
    if k is None:
        return torch.zeros_like(z, dtype=torch.bool)
    best = z.topk(min(k, z.shape[-1]), -1, largest).indices
    return torch.ones_like(z, dtype=torch.bool).scatter(-1, best, value=False)


DIVIDED, SOFTMAX = "logits / temperatura", "torch.softmax(z, dim=-1)"
BEST, OUT = "z.topk(k, dim=-1)", "z.masked_fill(fuera, -math.inf)"
FEW = "k is not None and k < z.size(-1)"
NAIVE = "torch.exp(z) / torch.exp(z).sum(dim=-1, keepdim=True)"


def top(id, change, *edits):
    """Return a mistake about which are kept."""
    return mistake(id, top_k=change, edit=edits)


def last(id, change, edit):
    """Return a mistake about how numbers become probabilities."""
    return mistake(id, p=change, edit=(SOFTMAX, edit))


class probabilidades(Definition):
    inputs = {
        "logits": Worked(Float("B V"), apart),
        "temperatura": One(0.5, 2.0, 1.0, 0.25, 4.0),
        "k": Worked(One(2, 3, 1, 4), at_most, optional=True),
    }
    outputs = {"p": Float("B V")}
    called = {"z": "temperature", "stable": "cold", "p": "softmax"}
    largest = {"V": 6}
    fresh_sizes = {"V": 6}
    extremes = (1e3,)

    @term(6, absent("k"))
    def z(logits, temperatura):
        return logits / temperatura

    @term(3, given(temperatura=1e-3), absent("k"))
    def stable(z):
        return z - z.amax(-1, keepdim=True)

    @term(5, given(temperatura=1.0))
    def top_k(stable, k):
        return stable.masked_fill(beyond(stable, k), -inf)

    @term(4, given(temperatura=1.0), absent("k"))
    def p(top_k):
        return top_k.softmax(-1)

    mistakes = (
        mistake("len.times_temperature", z=("/ temperatura", "* temperatura")),
        mistake("len.temperature_ignored", z=("logits / temperatura", "logits")),
        mistake(
            "len.exp_before_softmax",
            z=("logits / temperatura", "(logits / temperatura).exp()"),
            edit=(DIVIDED, f"torch.exp({DIVIDED})"),
        ),
        mistake(
            "len.after_softmax",
            z=("logits / temperatura", "logits"),
            p=lambda top_k, temperatura: top_k.softmax(-1) / temperatura,
            loses=("z",),
            edit=((DIVIDED, "logits"), (SOFTMAX, f"{SOFTMAX} / temperatura")),
        ),
        mistake(
            "len.exponential_overflows",
            stable=lambda z: z,
            p=lambda top_k: top_k.exp() / top_k.exp().sum(-1, keepdim=True),
            loses=("stable",),
            edit=(SOFTMAX, NAIVE),
        ),
        top(
            "len.top_k_zero",
            lambda z, k: z.masked_fill(beyond(z, k), 0.0),
            (OUT, OUT.replace("-math.inf", "0.0")),
        ),
        mistake(
            "len.top_k_after_softmax",
            top_k=lambda stable: stable,
            p=lambda top_k, k: top_k.softmax(-1).masked_fill(beyond(top_k, k), 0.0),
            loses=("top_k",),
            edit=(
                (OUT, "z"),
                (SOFTMAX, f"{SOFTMAX} * (1 if k is None or k >= z.size(-1) else ~fuera)"),
            ),
        ),
        top("len.k_ignored", lambda stable: stable, (FEW, "False")),
        top(
            "len.worst_k",
            lambda stable, k: stable.masked_fill(beyond(stable, k, largest=False), -inf),
            (BEST, "z.topk(k, dim=-1, largest=False)"),
        ),
        top(
            "len.one_too_few",
            lambda stable, k: stable.masked_fill(beyond(stable, k and k - 1), -inf),
            (BEST, BEST.replace("k,", "min(k - 1, z.size(-1)),")),
            (FEW, "k is not None"),
        ),
        top(
            "len.one_too_many",
            lambda stable, k: stable.masked_fill(beyond(stable, k and k + 1), -inf),
            (BEST, BEST.replace("k,", "min(k + 1, z.size(-1)),")),
        ),
        top(
            "len.first_k",
            lambda stable, k: stable.masked_fill(
                torch.arange(stable.shape[-1]) >= (k or stable.shape[-1]), -inf
            ),
            (BEST + ".indices", "torch.arange(k).expand(z.size(0), k)"),
        ),
        last(
            "len.softmax_other_axis",
            lambda z, k: z.masked_fill(beyond(z, k), -inf).softmax(0),
            "torch.softmax(z, dim=0)",
        ),
        last(
            "len.not_normalised",
            lambda z, k: z.masked_fill(beyond(z, k), -inf).exp(),
            "torch.exp(z)",
        ),
        last("len.log_probabilities", ("softmax", "log_softmax"), "torch.log_softmax(z, dim=-1)"),
        last(
            "len.each_by_itself",
            lambda z, k: z.masked_fill(beyond(z, k), -inf).sigmoid(),
            "torch.sigmoid(z)",
        ),
    )


TIED = torch.tensor(
    [[1.0, 0.0, 1.0, 1.0, -1.0], [0.5, 0.5, 0.5, 0.5, 0.5], [3.0, 1.0, 1.0, 0.0, 1.0]]
)
ALL = Bilingual("con k mayor que V", "with k beyond V")


def shares(student, logits, *k):
    """Return what a student's function gives of some logits at temperature 1. Raises Mismatch."""
    asked = {"name": "probabilidades", "entradas": [logits, 1.0, *k]}
    p = student.run(calls.function, answers.of(list, 1), **asked)[0]
    require_shape(p, tuple(logits.shape), "p")
    return p


@pytest.mark.part("probabilidades")
@pytest.mark.kind("form")
@pytest.mark.weight(1)
@pytest.mark.needs("interface")
def test_limits(student):
    """Con k mayor que V entran todas; con empates en el borde, cualesquiera de las empatadas.

    With k beyond V all are in; with ties at the edge, any of those that tie.
    """
    student.precision(torch.float64)
    logits = TIED.double()
    every = shares(student, logits)
    case = Case({}, {"logits": logits}, {})
    beyond_all = shares(student, logits, 9)
    require(beyond_all, every, quantity="p", case=case)
    if student.lost("probabilidades/top_k", "probabilidades/softmax"):
        return
    for k in (1, 2, 3):
        student.start_over()
        p = shares(student, logits, k)
        edge = logits.topk(k, -1).values[:, -1:]
        few = ((p > 0).sum(-1, keepdim=True) < k) | ~p.isfinite().all()
        wrong = few | ((p > 0) & (logits < edge)) | ((p == 0) & (logits > edge))
        if bool(wrong.any()):
            raise Mismatch(
                Bilingual(
                    f"con k = {k} y empates en el borde, las que tienen probabilidad no son las mejores",
                    f"with k = {k} and ties at the edge, those with a probability are not the best",
                ),
                quantity="p",
                inputs={"logits": logits},
                got=p,
                holds=lambda code, p=p, k=k: [f"assert ({code(p)} > 0).sum(-1).min() >= {k}"],
            )


@dataclass(frozen=True)
class Law:
    """The probabilities of what is drawn: of a table of the student's own, by what it was given."""

    sample: Callable = lambda p, **_: p


DRAWS = 10_000
SETTINGS = ((1.0, None), (0.4, None), (2.5, 3))
LOGITS = torch.tensor([[1.2, 0.3, -0.5, 0.9, 0.0, -1.1], [-0.7, 1.4, 0.2, 0.4, -1.0, 0.8]])
PASSED = "probabilidades(logits, temperatura, k)"
DRAWN = "torch.multinomial(p, 1, generator=generador).squeeze(1)"
MUESTREA = Bank(
    "muestrea",
    Law(),
    *(
        mistake(id, sample=change, edit=edit, loses=("sample",))
        for id, change, edit in (
            (
                "len.most_likely_always",
                lambda p, **_: (p == p.amax(-1, keepdim=True)).double(),
                (DRAWN, "p.argmax(dim=1)"),
            ),
            (
                "len.temperature_not_passed",
                lambda unheated, **_: unheated,
                (PASSED, "probabilidades(logits, k=k)"),
            ),
            (
                "len.k_not_passed",
                lambda unlimited, **_: unlimited,
                (PASSED, "probabilidades(logits, temperatura)"),
            ),
            (
                "len.all_alike",
                lambda p, **_: (p > 0).double(),
                ("torch.multinomial(p, 1", "torch.multinomial((p > 0).float(), 1"),
            ),
            (
                "len.first_row_for_all",
                lambda p, **_: p[:1].expand_as(p),
                ("torch.multinomial(p, 1", "torch.multinomial(p[:1].expand_as(p), 1"),
            ),
        )
    ),
    mistake(
        "len.one_draw_for_all",
        edit=(DRAWN, "torch.multinomial(p[:1], 1, generator=generador)[0].repeat(len(p))"),
        loses=("sample",),
    ),
    mistake(
        "len.generator_ignored",
        edit=(", generator=generador", ""),
        loses=("generator",),
    ),
)
MUESTRAS = Bilingual("las muestras", "the draws")


def seen(student, setting):
    """Return the student's own probabilities, as `Law` knows them, and draws (rows, `DRAWS`)."""
    drawn, *tables = student.run(
        probes.sorteos,
        answers.of(list, 4),
        logits=LOGITS,
        temperatura=setting[0],
        k=setting[1],
        veces=DRAWS,
    )
    require_form(drawn, Int("N"), {"N": len(LOGITS) * DRAWS}, "muestras")
    names = ("p", "unheated", "unlimited")
    for name, one in zip(names, tables, strict=True):
        require_shape(one, tuple(LOGITS.shape), name)
    return dict(zip(names, tables, strict=True)), drawn.view(DRAWS, -1).T


def compare(rows, law):
    """Assert that draws could come from a law, row by row. Raises Mismatch."""
    for draws, p in zip(rows, law, strict=True):
        inside = bool(((draws >= 0) & (draws < len(p))).all())
        counts = draws.clamp(0, len(p) - 1).bincount(minlength=len(p))
        if not inside:
            raise Mismatch(
                Bilingual(
                    "hay números que no son de ninguna palabra", "some numbers are no word's"
                ),
                quantity=MUESTRAS,
                got=draws[:20],
            )
        random_functions.categorical(counts, p, quantity=MUESTRAS)


def could_be(found, rules):
    """Whether all draws could come from these rules."""
    try:
        for tables, rows in found:
            compare(rows, rules.sample(**tables))
    except Mismatch:
        return False
    return True


def judge_draws(student):
    """Assert that draws follow the probabilities. Raises StudentFault and Mismatch."""
    found = [seen(student, one) for one in SETTINGS]
    # False alarm: six rows, 1e-10 each, and the diagnosis asks about the very same draws.
    about = MUESTREA.diagnose(lambda rules: could_be(found, rules)).about("sample")
    if all(bool((rows == rows[:1, :1]).all()) for _, rows in found):
        about = MUESTREA["len.one_draw_for_all"]
    for tables, rows in found:
        try:
            compare(rows, tables["p"])
        except Mismatch as wrong:
            wrong.misconception = about
            raise


def prepare(student):
    """See that both functions are there. Raises StudentFault; skips what builds on nothing."""
    student.require("muestrea")
    if student.lost_all("probabilidades"):
        skip(Bilingual("antes hace falta probabilidades", "probabilidades is needed first"))
    student.precision(torch.float32)


@pytest.mark.part("muestrea")
@pytest.mark.weight(3)
def test_sample(student, case_seed):
    """Cada palabra sale con su probabilidad, y ninguna que no la tiene.

    Each word comes with its probability, and none that has none.
    """
    prepare(student)
    student.seed(case_seed % 2**31)
    try:
        judge_draws(student)
    except (Mismatch, StudentFault):
        if not student.lost("probabilidades"):
            raise
        student.start_over()
        student.replace({"probabilidades": probes.reparto_bien})
        judge_draws(student)


@pytest.mark.part("muestrea")
@pytest.mark.weight(1)
def test_generator(student, case_seed):
    """El mismo generador, con la misma semilla, da las mismas palabras.

    The same generator, with the same seed, gives the same words.
    """
    prepare(student)
    if student.lost("probabilidades"):
        student.replace({"probabilidades": probes.reparto_bien})
    # No false alarm: who draws from the generator alone draws the same. Others do with 6**-200.
    first, second = student.run(
        probes.dos_veces,
        answers.of(list, 2),
        logits=torch.zeros(200, 6),
        semilla=case_seed % 2**31,
    )
    for one in (first, second):
        require_form(one, Int("N"), {"N": 200}, "muestras")
    if not torch.equal(first, second):
        raise Mismatch(
            Bilingual(
                "con el mismo generador y la misma semilla salen otras palabras",
                "with the same generator and the same seed other words come out",
            ),
            quantity=MUESTRAS,
            expected=first[:20],
            got=second[:20],
            misconception=MUESTREA["len.generator_ignored"],
            holds=lambda code: [f"assert torch.equal({code(first)}, {code(second)})"],
        )
