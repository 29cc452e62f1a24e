"""Parts 7 and 8: two measures, counted beside us."""

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random
from statistics import fmean

import pytest

from grader.checks import answers
from grader.checks.asserts import Mismatch
from grader.checks.kit import Bank, mistake
from grader.core.errors import StudentFault
from grader.core.i18n import Bilingual

from . import probes

BLEU, EXACT = "calculate_bleu_score", "coincidencia_exacta"
CLOSE = 1e-6


def grams(words, m):
    """Return how often each run of m words is there."""
    return Counter(tuple(words[i : i + m]) for i in range(len(words) - m + 1))


def most(refs):
    """Return how often each n-gram is in the reference that has most of it."""
    found = Counter()
    for one in refs:
        found |= one
    return found


def shared(mine, limit):
    """Return how many n-grams are shared, each as often as the limit lets it."""
    return sum(min(count, limit[gram]) for gram, count in mine.items())


def none_if_zero(pairs):
    """Return the precisions of hits and totals; none where one is 0."""
    return [hits / of for hits, of in pairs] if all(hits for hits, _ in pairs) else None


def penalty(length):
    """Return what penalises what is shorter than the length that this chooses."""
    return lambda c, lengths: (
        1.0 if c >= length(c, lengths) else math.exp(1 - length(c, lengths) / c)
    )


def closest(c, lengths):
    """Return the length that is nearest, the shorter of two."""
    return min(lengths, key=lambda one: (abs(one - c), one))


NEAREST = penalty(closest)


@dataclass(frozen=True)
class Score:
    """BLEU, by the checks that judge it; `orders` are the mean's, `total` the clipping's."""

    clipped: Callable = lambda mine, refs: shared(mine, most(refs))
    total: Callable = lambda mine, refs: sum(mine.values())
    orders: Callable = lambda n: range(1, n + 1)
    mean: Callable = lambda ps: math.exp(fmean(map(math.log, ps)))
    brevity: Callable = NEAREST
    zero: Callable = none_if_zero

    def __call__(self, candidata, referencias, n=4):
        """Return the score; None where it raises."""
        pairs = []
        for m in self.orders(n):
            mine, refs = grams(candidata, m), [grams(one, m) for one in referencias]
            pairs.append((self.clipped(mine, refs), self.total(mine, refs)))
        try:
            ps = self.zero(pairs)
            lengths = [len(one) for one in referencias]
            return self.brevity(len(candidata), lengths) * self.mean(ps) if ps else 0.0
        except (ValueError, ArithmeticError):
            return None


BEST = "tope |= Counter("
CHOSEN = "min((len(referencia) for referencia in referencias), key=lambda largo: (abs(largo - c), largo))"
LENGTHS = "(len(referencia) for referencia in referencias)"
HITS, OF = "sum(min(veces, tope[grama]) for grama, veces in cuenta.items())", "sum(cuenta.values())"
PRECISION, MEAN = f"math.log(aciertos / {OF})", "math.exp(suma / n)"
IF_NONE = "        if aciertos == 0:\n            return 0.0\n"
SCORES = Bank(
    BLEU,
    Score(),
    *(
        mistake(id, **{piece: value}, edit=edit, loses=(lost, "whole"))
        for id, piece, value, edit, lost in (
            (
                "s2s.unclipped",
                "clipped",
                lambda mine, refs: sum(n for gram, n in mine.items() if most(refs)[gram]),
                (HITS, "sum(veces for grama, veces in cuenta.items() if tope[grama])"),
                "clipped",
            ),
            (
                "s2s.clipped_by_sum",
                "clipped",
                lambda mine, refs: shared(mine, sum(refs, Counter())),
                (BEST, "tope += Counter("),
                "clipped",
            ),
            (
                "s2s.first_reference_alone",
                "clipped",
                lambda mine, refs: shared(mine, refs[0]),
                ("for referencia in referencias:", "for referencia in referencias[:1]:"),
                "clipped",
            ),
            (
                "s2s.recall",
                "total",
                lambda mine, refs: max(sum(most(refs).values()), 1),
                (OF, "sum(tope.values())"),
                "clipped",
            ),
            (
                "s2s.no_brevity",
                "brevity",
                lambda c, lengths: 1.0,
                ("1.0 if c >= r else math.exp(1 - r / c)", "1.0"),
                "brevity",
            ),
            (
                "s2s.brevity_inverted",
                "brevity",
                lambda c, lengths: min(1.0, math.exp(1 - c / closest(c, lengths))),
                ("1.0 if c >= r else math.exp(1 - r / c)", "min(1.0, math.exp(1 - c / r))"),
                "brevity",
            ),
            (
                "s2s.brevity_is_ratio",
                "brevity",
                lambda c, lengths: min(1.0, c / closest(c, lengths)),
                ("math.exp(1 - r / c)", "c / r"),
                "brevity",
            ),
            (
                "s2s.shortest_reference",
                "brevity",
                penalty(lambda c, lengths: min(lengths)),
                (CHOSEN, f"min{LENGTHS}"),
                "brevity",
            ),
            (
                "s2s.longest_reference",
                "brevity",
                penalty(lambda c, lengths: max(lengths)),
                (CHOSEN, f"max{LENGTHS}"),
                "brevity",
            ),
            (
                "s2s.mean_length",
                "brevity",
                penalty(lambda c, lengths: fmean(lengths)),
                (CHOSEN, f"sum{LENGTHS} / len(referencias)"),
                "brevity",
            ),
            (
                "s2s.first_length",
                "brevity",
                penalty(lambda c, lengths: lengths[0]),
                (CHOSEN, "len(referencias[0])"),
                "brevity",
            ),
            (
                "s2s.arithmetic_mean",
                "mean",
                fmean,
                ((PRECISION, f"aciertos / {OF}"), (MEAN, "suma / n")),
                "mean",
            ),
            (
                "s2s.no_root",
                "mean",
                math.prod,
                (MEAN, "math.exp(suma)"),
                "mean",
            ),
            (
                "s2s.longest_grams_alone",
                "orders",
                lambda n: [n],
                (("range(1, n + 1)", "range(n, n + 1)"), (MEAN, "math.exp(suma)")),
                "mean",
            ),
            (
                "s2s.always_four",
                "orders",
                lambda n: range(1, 5),
                (("range(1, n + 1)", "range(1, 5)"), ("suma / n", "suma / 4")),
                "mean",
            ),
            (
                "s2s.percent",
                "mean",
                lambda ps: 100 * math.exp(fmean(map(math.log, ps))),
                (MEAN, f"100 * {MEAN}"),
                "mean",
            ),
            (
                "s2s.smoothed",
                "zero",
                lambda pairs: [(hits + 1) / (of + 1) for hits, of in pairs],
                ((IF_NONE, ""), (f"aciertos / {OF}", f"(aciertos + 1) / ({OF} + 1)")),
                "zero",
            ),
            (
                "s2s.zeros_skipped",
                "zero",
                lambda pairs: [hits / of if hits else 1.0 for hits, of in pairs],
                ("            return 0.0\n", "            continue\n"),
                "zero",
            ),
            (
                "s2s.logarithm_of_zero",
                "zero",
                lambda pairs: [hits / of for hits, of in pairs],
                (IF_NONE, ""),
                "zero",
            ),
        )
    ),
)


@dataclass(frozen=True)
class Exact:
    """The share of candidates that are like their reference: which are, and of how many."""

    equal: Callable = lambda one, other: float(one == other)
    share: Callable = fmean

    def __call__(self, candidatas, referencias):
        """Return the share."""
        return self.share([self.equal(*pair) for pair in zip(candidatas, referencias, strict=True)])


SHARES = Bank(
    EXACT,
    Exact(),
    mistake(
        "s2s.not_divided",
        share=sum,
        edit=("sum(iguales) / len(iguales)", "float(sum(iguales))"),
        loses=("values",),
    ),
    mistake(
        "s2s.order_ignored",
        equal=lambda one, other: float(sorted(one) == sorted(other)),
        edit=("list(c) == list(r)", "sorted(c) == sorted(r)"),
        loses=("values",),
    ),
    mistake(
        "s2s.length_ignored",
        equal=lambda one, other: float(all(a == b for a, b in zip(one, other, strict=False))),
        edit=("list(c) == list(r)", "all(a == b for a, b in zip(c, r))"),
        loses=("values",),
    ),
)


def sentences(drawn, count, longest, words):
    """Return sentences of words from 4 on."""
    lengths = [drawn.randint(1, longest) for _ in range(count)]
    return [[4 + drawn.randrange(words) for _ in range(n)] for n in lengths]


def compared(seed, count=12):
    """Return candidates with references of other lengths; most share some n-grams of all orders."""
    drawn, found = Random(seed), []  # noqa: S311 - cases follow from the run's seed
    while len(found) < count:
        n = drawn.randint(1, 4)
        (candidate,) = sentences(drawn, 1, 9, 3)
        references = sentences(drawn, drawn.randint(1, 3), 12, 3)
        if len(candidate) >= n and (len(found) % 4 == 0 or SCORES.right(candidate, references, n)):
            found.append((candidate, references, n))
    return found


PLAIN = (
    ([4, 4, 4], [[4, 5, 6], [6, 4, 5, 4, 6]], 1),
    ([4, 5, 4, 5], [[4, 5, 6], [5, 4, 4, 6]], 2),
    ([4, 5, 6, 4, 5, 6], [[4, 5, 6], [4, 5, 6, 7, 8, 9]], 3),
)
SHORT = (
    ([4, 5], [[4, 5, 6, 7]], 1),
    ([4, 5, 6], [[4, 5], [4, 5, 6, 7, 8, 9]], 1),
    ([4, 5, 6, 7], [[4, 5, 6, 7, 8, 9, 4, 5], [4, 5, 6, 7, 8], [5, 6]], 2),
    ([4, 5, 6], [[4, 5, 6, 7], [4, 5]], 1),
    ([4, 5, 6, 7, 8], [[4, 5, 6], [4, 5, 6, 7, 8, 9]], 1),
)
NOTHING = (
    ([4, 5, 6, 7], [[8, 9, 8, 9]], 4),
    ([4, 5, 6, 7], [[7, 6, 5, 4]], 2),
    ([4, 5], [[4, 5]], 3),
    ([4, 5], [[4, 5]], 4),
    ([], [[4, 5]], 1),
)
"""No n-grams in common, of some order; too few words for some order; no words."""
SAMPLES = (
    ([[4, 5], [6], [], [4]], [[4, 5], [6, 6], [], [5]]),
    ([[4, 5], [4, 5, 6], [7]], [[5, 4], [4, 5], [7]]),
    ([[4], [], [4, 5, 6]], [[4, 5], [4], [4, 6, 5]]),
)


def found_out(student, bank, asked):
    """Return the pieces under which a function gives what it gave; found out once."""

    def find():
        name, cases = bank.name, [list(one) for one in asked]
        got = student.run(
            probes.numeros,
            answers.of(list[float | None], len(cases)),
            name=name, casos=cases,
        )  # fmt: skip
        return bank.diagnose(
            lambda pieces: all(
                is_close(one, pieces(*case)) for one, case in zip(got, asked, strict=True)
            )
        )

    return student.recall(f"{bank.name}.pieces", find)


def is_close(got, right):
    """Whether two numbers are the same; None is like None."""
    return got is right or (
        None not in (got, right) and abs(got - right) <= CLOSE * (1 + abs(right))
    )


def require(student, bank, case, pieces, misconception=None):
    """Ask for a number and compare it. Raises Mismatch; StudentFault of no known mistake."""
    student.start_over()
    got, right, (es, en) = None, pieces(*case), ("da un error", "raises")
    try:
        got = student.run(probes.numero, answers.of(float), name=bank.name, caso=list(case))
        if is_close(got, right):
            return
        es, en = f"da {got:.6g}", f"gives {got:.6g}"
    except StudentFault:
        if right is None:
            return
        if misconception is None:
            raise
    told = f"{bank.name}({', '.join(map(repr, case))})"
    right = bank.right(*case) if right is None else right
    raise Mismatch(
        Bilingual(
            f"{told} {es}; se esperaba {right:.6g}", f"{told} {en}; {right:.6g} was expected"
        ),
        quantity=bank.name,
        inputs={f"[{place}]": repr(value) for place, value in enumerate(case)},
        expected=f"{right:.6g}",
        got=Bilingual(es, en),
        holds=lambda code: [f"assert abs({code(got)} - {right!r}) < {CLOSE}"],
        misconception=misconception,
    )


def judge(student, cases, *pieces):
    """Judge some pieces of BLEU, under the others as this student has them. Raises Mismatch."""
    rules = found_out(student, SCORES, [*PLAIN, *SHORT, *NOTHING[:4], *compared(1, 20)])
    found = [one for one in rules.misconceptions if any(map(one.touches, pieces))]
    mended = {name: getattr(SCORES.right, name) for one in found for name in one.changes}
    for case in cases:
        require(
            student, SCORES, case, replace(rules.equations, **mended), found[0] if found else None
        )


@pytest.mark.part(BLEU)
@pytest.mark.kind("form")
@pytest.mark.weight(1)
def test_interface(student):
    """Devuelve un número, también con cadenas y sin decir n.

    It returns a number, with strings too and without n.
    """
    words = ["el", "gato", "duerme", "aquí"]
    for case in ([[4, 5, 6, 7], [[4, 5, 6, 7]], 2], [words, [words]]):
        student.start_over()
        student.run(probes.numero, answers.of(float), name=BLEU, caso=case)


@pytest.mark.part(BLEU)
@pytest.mark.weight(3)
@pytest.mark.needs("interface")
def test_clipped(student, case_seed):
    """Cada n-grama cuenta como mucho las veces que está en una referencia.

    An n-gram counts as often as it is in a reference at most.
    """
    judge(student, [*PLAIN, *compared(case_seed)], "clipped", "total")


@pytest.mark.part(BLEU)
@pytest.mark.weight(3)
@pytest.mark.needs("interface")
def test_brevity(student, case_seed):
    """Una candidata breve pierde, según la referencia de largo más cercano.

    A short candidate loses, by the reference of the nearest length.
    """
    judge(student, [*SHORT, *compared(case_seed + 1)], "brevity")


@pytest.mark.part(BLEU)
@pytest.mark.weight(2)
@pytest.mark.needs("interface")
def test_mean(student, case_seed):
    """La media de las precisiones de 1 a n es geométrica.

    The mean of the precisions from 1 to n is geometric.
    """
    judge(student, [*PLAIN, *compared(case_seed + 2)], "mean", "orders")


@pytest.mark.part(BLEU)
@pytest.mark.weight(2)
@pytest.mark.needs("interface")
def test_zero(student):
    """Si alguna precisión es 0, o no hay n-gramas, BLEU es 0.

    Where a precision is 0, or there are no n-grams, BLEU is 0.
    """
    judge(student, NOTHING, "zero")


@pytest.mark.part(BLEU)
@pytest.mark.kind("whole")
@pytest.mark.weight(None)
@pytest.mark.needs("interface")
def test_whole(student, case_seed):
    """Todo junto, con otras frases.

    All together, with other sentences.
    """
    rules = found_out(student, SCORES, [*PLAIN, *SHORT, *NOTHING[:4], *compared(1, 20)])
    named = rules.misconceptions[0] if rules.misconceptions else None
    for case in [*PLAIN, *SHORT, *NOTHING, *compared(case_seed + 3, 20)]:
        require(student, SCORES, case, SCORES.right, named)


@pytest.mark.part(EXACT)
@pytest.mark.weight(1)
def test_values(student):
    """La proporción de candidatas que son iguales, palabra por palabra y en largo.

    The share of candidates that are the same, word by word and in length.
    """
    rules = found_out(student, SHARES, SAMPLES)
    for case in SAMPLES:
        named = rules.misconceptions[0] if rules.misconceptions else None
        require(student, SHARES, case, SHARES.right, named)
