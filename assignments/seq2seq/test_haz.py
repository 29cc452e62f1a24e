"""Part 6: beam search over step functions made of numbers, beside the same search played by us."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random

import pytest
import torch

from grader.checks import answers
from grader.checks.asserts import Mismatch, kind
from grader.checks.kit import Bank, mistake
from grader.checks.misconceptions import Diagnosis
from grader.core.errors import StudentFault
from grader.core.i18n import Bilingual

from . import probes

pytestmark = pytest.mark.part("beam_search_decoder")
NAME = "beam_search_decoder"
SOS, EOS = probes.SOS, probes.EOS
CLOSE = 1e-5
"""Relative, of log-probabilities: float32 will do."""


@dataclass(frozen=True)
class Task:
    """A search: how wide, how long, over which words; see `probes.paso_de`."""

    k_beam: int
    max_longitud: int
    palabras: list
    sal: float | None = 0.0
    fin: float = 1.0


@dataclass(frozen=True)
class Beam:
    """A hypothesis."""

    ids: list
    total: float
    state: torch.Tensor

    @property
    def is_over(self):
        """Whether it ended."""
        return self.ids[-1] == EOS


@dataclass(frozen=True)
class Way:
    """How probabilities add up, from what, and what is shown of n words."""

    start: float
    adds: Callable
    shows: Callable = lambda total, n: total


LOGS = Way(0.0, lambda total, p: total + math.log(p))
PRODUCT = Way(1.0, lambda total, p: total * p)


def best(beams, k, rank):
    """Return the k best."""
    return sorted(beams, key=rank, reverse=True)[:k]


def of_all(families, k, rank):
    """Return the k best of all candidates, whichever hypotheses they come from."""
    return best([one for family in families for one in family], k, rank)


def one_of_each(families, k, rank):
    """Return the best candidate of each hypothesis."""
    return best([max(family, key=rank) for family in families if family], k, rank)


def one_of_each_later(families, k, rank):
    """Return the k best of the first hypothesis, and then one of each."""
    return (of_all if len(families[0][0].ids) <= len((SOS, EOS)) else one_of_each)(
        families, k, rank
    )


@dataclass(frozen=True)
class Search:
    """The rules. By the checks that judge them: what the step function is asked, and how often
    (one_is_greedy, room); by what candidates are ranked, which of them stay, how many, and whose
    state goes on (wide_is_exhaustive, chosen, width, shared); what becomes of ended hypotheses
    (finished); how probabilities add up (values).
    """  # noqa: D205 - one sentence

    one_is_greedy: Callable = lambda one, first: (one.ids, one.state)
    room: Callable = lambda longest: longest
    wide_is_exhaustive: Callable = lambda total, n: total
    chosen: Callable = of_all
    width: Callable = lambda k: k
    shared: bool = False
    finished: str = "stay"
    values: Way = LOGS

    def play(self, task):
        """Return the pairs that who follows these rules finds, best first."""
        step = probes.paso_de(task.palabras, task.sal, task.fin)
        first = Beam([SOS], self.values.start, torch.tensor(1.0))
        width, beams, apart, common = self.width(task.k_beam), [first], [], first.state

        def rank(one):
            return self.wide_is_exhaustive(one.total, len(one.ids))

        for _ in range(self.room(task.max_longitud)):
            families = []
            for one in beams:
                if one.is_over and self.finished != "extended":
                    places = {"apart": apart, "dropped": []}
                    places.get(self.finished, families).append(
                        one if self.finished == "apart" else [one]
                    )
                    continue
                ids, state = self.one_is_greedy(one, first)
                offered, common = step(ids, common if self.shared else state)
                families.append(
                    [
                        Beam([*one.ids, i], self.values.adds(one.total, p), common)
                        for i, p in offered.items()
                    ]
                )
            beams = self.chosen(families, width, rank) if families else []
            if not beams or (self.finished == "stops" and beams[0].is_over):
                break
        beams = best(beams + apart, width, rank)
        return [(one.ids, self.values.shows(one.total, len(one.ids))) for one in beams]


def per_word(total, n):
    """Return a number for each word, <sos> among them."""
    return total / n


def per_written(total, n):
    """Return a number for each word that was written."""
    return total / max(n - 1, 1)


START = ("0.0, estado_inicial_decoder", "1.0, estado_inicial_decoder")
ADDED, SHOWN = "puntaje + math.log(p)", "return [(secuencia, puntaje)"
ASKED = "funcion_paso_modelo(secuencia, estado)"
STAYS = "candidatas.append((secuencia, puntaje, estado))"
KEPT, KEY = "haces = candidatas[:k_beam]", "lambda hipotesis: hipotesis[1]"
LOOP = "    for _ in range(max_longitud_secuencia)"
BANK = Bank(
    NAME,
    Search(),
    *(
        mistake(id, **{piece: value}, edit=edit, loses=(lost, "whole"), also=also)
        for id, piece, value, edit, lost, also in (
            (
                "s2s.prefix_ignored",
                "one_is_greedy",
                lambda one, first: (first.ids, first.state),
                (ASKED, "funcion_paso_modelo([SOS], estado_inicial_decoder)"),
                "one_is_greedy",
                (),
            ),
            (
                "s2s.state_not_carried",
                "one_is_greedy",
                lambda one, first: (one.ids, first.state),
                (ASKED, "funcion_paso_modelo(secuencia, estado_inicial_decoder)"),
                "one_is_greedy",
                (),
            ),
            (
                "s2s.last_word_alone",
                "one_is_greedy",
                lambda one, first: (one.ids[-1:], one.state),
                (ASKED, "funcion_paso_modelo(secuencia[-1:], estado)"),
                "one_is_greedy",
                (),
            ),
            (
                "s2s.one_step_less",
                "room",
                lambda longest: longest - 1,
                (LOOP, LOOP[:-1] + " - 1)"),
                "one_is_greedy",
                (),
            ),
            (
                "s2s.one_step_more",
                "room",
                lambda longest: longest + 1,
                (LOOP, LOOP[:-1] + " + 1)"),
                "one_is_greedy",
                (),
            ),
            (
                "s2s.greedy_per_beam",
                "chosen",
                one_of_each,
                (
                    "in probabilidades.items()",
                    "in [max(probabilidades.items(), key=lambda par: par[1])]",
                ),
                "wide_is_exhaustive",
                ({"chosen": one_of_each_later},),
            ),
            (
                "s2s.normalised",
                "wide_is_exhaustive",
                per_word,
                (KEY, f"{KEY} / len(hipotesis[0])"),
                "wide_is_exhaustive",
                (
                    {"wide_is_exhaustive": per_written},
                    {"wide_is_exhaustive": per_word, "values": replace(LOGS, shows=per_word)},
                    {"wide_is_exhaustive": per_written, "values": replace(LOGS, shows=per_written)},
                ),
            ),
            (
                "s2s.worst_kept",
                "wide_is_exhaustive",
                lambda total, n: -total,
                ("reverse=True", "reverse=False"),
                "wide_is_exhaustive",
                (),
            ),
            (
                "s2s.one_too_many",
                "width",
                lambda k: k + 1,
                (KEPT, "haces = candidatas[: k_beam + 1]"),
                "wide_is_exhaustive",
                (),
            ),
            (
                "s2s.state_shared",
                "shared",
                True,
                (
                    (ASKED, "funcion_paso_modelo(secuencia, comun)"),
                    (LOOP, f"    comun = estado_inicial_decoder\n{LOOP}"),
                    ("probabilidades, nuevo =", "probabilidades, comun ="),
                    ("math.log(p), nuevo))", "math.log(p), None))"),
                ),
                "wide_is_exhaustive",
                (),
            ),
            (
                "s2s.extends_finished",
                "finished",
                "extended",
                ("if secuencia[-1] == EOS:", "if False:"),
                "finished",
                (),
            ),
            (
                "s2s.finished_dropped",
                "finished",
                "dropped",
                (f"                {STAYS}\n", ""),
                "finished",
                (),
            ),
            (
                "s2s.finished_apart",
                "finished",
                "apart",
                (
                    (LOOP, f"    terminadas = []\n{LOOP}"),
                    (STAYS, "terminadas.append((secuencia, puntaje, estado))"),
                    (
                        SHOWN,
                        f"haces = sorted(haces + terminadas, key={KEY}, reverse=True)[:k_beam]\n    {SHOWN}",
                    ),
                ),
                "finished",
                (),
            ),
            (
                "s2s.stops_with_best",
                "finished",
                "stops",
                (KEPT, f"{KEPT}\n        if haces[0][0][-1] == EOS:\n            break"),
                "finished",
                (),
            ),
            (
                "s2s.probability_returned",
                "values",
                PRODUCT,
                (START, (ADDED, "puntaje * p")),
                "values",
                ({"values": replace(LOGS, shows=lambda total, n: math.exp(total))},),
            ),
            (
                "s2s.probabilities_added",
                "values",
                Way(0.0, lambda total, p: total + p),
                ("math.log(p)", "p"),
                "values",
                (),
            ),
            (
                "s2s.last_word_counts",
                "values",
                Way(0.0, lambda total, p: math.log(p)),
                (ADDED, "math.log(p)"),
                "values",
                (),
            ),
            (
                "s2s.other_base",
                "values",
                replace(LOGS, shows=lambda total, n: total / math.log(2)),
                ("math.log(p)", "math.log2(p)"),
                "values",
                ({"values": replace(LOGS, shows=lambda total, n: total / math.log(10))},),
            ),
            (
                "s2s.sign_changed",
                "values",
                replace(LOGS, shows=lambda total, n: -total),
                (SHOWN, "return [(secuencia, -puntaje)"),
                "values",
                (),
            ),
        )
    ),
    mistake(
        "s2s.products",
        edit=(START, (ADDED, "puntaje * p"), (SHOWN, "return [(secuencia, math.log(puntaje))")),
        loses=("underflow", "whole"),
    ),
)

LONG = Task(2, 400, list(range(4, 14)), None)
"""400 words of probability 0.1 each: their product is less than any number but 0."""
WORDS = ([4, 5, 6], [7, 4, 5, 6], [5, 4])
LATE = ((4, 6),) * 8
"""With ends that are not likely, nearly each of these tells what becomes of them."""
WIDE = ((2, 3), (3, 4), (2, 2), (3, 3), (4, 4), (200, 3), (200, 3))


CLEAR = 1e-3
"""How far apart log-probabilities are between which a search decides: float32 will do."""


def tasks(seed, shapes, ends=0.0):
    """Return searches of these widths and lengths; with `ends` sequences may end, so readily."""
    drawn, found = Random(seed), []  # noqa: S311 - cases follow from the run's seed
    for number, (k, longest) in enumerate(shapes):
        words = [*WORDS[number % len(WORDS)], *([EOS] if ends else [])]
        task = None
        while task is None or not is_clear(task):
            drawn.shuffle(words)
            task = Task(k, longest, [*words], drawn.uniform(0, 100), ends or 1.0)
        found.append(task)
    return found


def is_clear(task):
    """Whether whatever stays is better by far than what does not."""
    gaps = []

    def noting(families, k, rank):
        ranks = [rank(one) for one in of_all(families, k + 1, rank)]
        gaps.extend([ranks[-2] - ranks[-1]] if len(ranks) > k else [])
        return of_all(families, k, rank)

    Search(chosen=noting).play(task)
    return min(gaps, default=1.0) > CLEAR


def ask(student, task):
    """Return what a search finds, as it comes back. Raises StudentFault."""
    return student.run(probes.haces, **vars(task))


def pairs(answer):
    """Return what came back as pairs, with SOS in front. Raises Mismatch."""
    try:
        found = [([int(i) for i in ids], float(total)) for ids, total in answer]
    except (TypeError, ValueError, RuntimeError, OverflowError):
        text = Bilingual(
            f"debe devolver una lista de pares (secuencia, log_prob), y devuelve {kind(answer).es}",
            f"it should return a list of pairs (sequence, log_prob), and returns {kind(answer).en}",
        )
        raise Mismatch(
            text,
            got=kind(answer),
            holds=lambda code: [f"[(list(s), float(p)) for s, p in {code(answer)}]"],
        ) from None
    return [([SOS] * (ids[:1] != [SOS]) + ids, total) for ids, total in found]


def is_same(got, right):
    """Whether two lists have the same sequences with the same numbers, in any order."""
    one, other = ({tuple(ids): total for ids, total in found} for found in (got, right))
    return (
        len(got) == len(right)
        and one.keys() == other.keys()
        and all(is_close(one[ids], other[ids]) for ids in one)
    )


def is_close(a, b, relative=CLOSE):
    """Whether two numbers are the same; infinite ones are."""
    return a == b or abs(a - b) <= relative * (1 + abs(b))


def is_long(got, right):
    """Whether what was found in the long search, where all sequences are alike, is as good."""
    alike = zip(
        sorted(total for _, total in got), sorted(total for _, total in right), strict=False
    )
    return (
        len({tuple(ids) for ids, _ in got}) == len(got) == len(right)
        and {len(ids) for ids, _ in got} == {len(ids) for ids, _ in right}
        and all(is_close(one, other, 100 * CLOSE) for one, other in alike)
    )


FRESH = [
    *tasks(1, ((1, 3), (1, 2), (2, 3), (3, 3), (2, 2), (50, 3))),
    *tasks(3, ((2, 4), (3, 4), (2, 3), (1, 4), (50, 3)), 2.0),
    *tasks(4, LATE[:4], 0.5),
]


def known(student):
    """Return the rules that a student's search follows, found out once."""

    def find():
        try:
            form, cases = answers.of(list, len(FRESH)), [vars(one) for one in FRESH]
            found = student.run(probes.todos_los_haces, form, casos=cases)
            seen = list(zip(FRESH, map(pairs, found), strict=True))
        except (StudentFault, Mismatch):
            return Diagnosis(BANK.right, BANK.right, explained=False)
        return BANK.diagnose(lambda rules: all(is_same(got, rules.play(one)) for one, got in seen))

    return student.recall(f"{NAME}.search", find)


def require(student, task, rules, misconception=None):
    """Compare with what the rules find. Raises Mismatch, with the first pair that is another."""
    student.start_over()
    answer = ask(student, task)
    got, right = pairs(answer), rules.play(task)
    if is_same(got, right):
        return
    theirs = {tuple(ids): total for ids, total in got}
    ids, total = next(
        (pair for pair in right if not is_close(theirs.get(tuple(pair[0]), math.nan), pair[1])),
        right[0] if right else ([], 0.0),
    )
    other = theirs.get(tuple(ids))
    es, en = (
        (f"{ids} tiene {other:.4g}", f"{ids} has {other:.4g}")
        if other is not None and len(got) == len(right)
        else (f"hay {len(got)} pares", f"there are {len(got)} pairs")
        if len(got) != len(right)
        else (f"falta {ids}", f"{ids} is missing")
    )
    search = f"k_beam={task.k_beam}, max_longitud_secuencia={task.max_longitud}"
    raise Mismatch(
        Bilingual(
            f"con {search} y las palabras {sorted(task.palabras)}, {es}; se esperaban {len(right)} "
            f"pares, entre ellos {ids}, con {total:.4g}",
            f"with {search} and the words {sorted(task.palabras)}, {en}; {len(right)} pairs were "
            f"expected, {ids} with {total:.4g} among them",
        ),
        quantity=NAME,
        expected=repr([(ids, round(total, 4)) for ids, total in right[:4]]),
        got=repr([(ids, round(total, 4)) for ids, total in got[:4]]),
        holds=lambda code: [
            f"encontrado = [(tuple(s), float(p)) for s, p in {code(answer)}]",
            f"esperado = {[(tuple(ids), total) for ids, total in right]!r}",
            "print(encontrado)",
            "assert {s for s, _ in encontrado} == {s for s, _ in esperado}",
            f"assert all(abs(dict(encontrado)[s] - p) < {CLOSE} * (1 + abs(p)) for s, p in esperado)",
        ],
        misconception=misconception,
    )


def require_long(student, rules, misconception=None):
    """Let it write 400 words. Raises Mismatch; StudentFault unless a logarithm of 0 raised it."""
    student.start_over()
    right, answer = rules.play(LONG), None
    es, en, products = "math domain error", "math domain error", True
    try:
        answer = ask(student, LONG)
        got = pairs(answer)
        if is_long(got, right):
            return
        numbers = [one for _, one in got]
        es, en = f"da {numbers}", f"it gives {numbers}"
        products = bool(numbers) and not any(map(math.isfinite, numbers))
    except StudentFault as fault:
        if es not in str(fault):
            raise
    length, total = LONG.max_longitud, right[0][1]
    raise Mismatch(
        Bilingual(
            f"con {length} palabras de probabilidad 0,1 {es}; se esperaba {total:.6g}",
            f"with {length} words of probability 0.1 {en}; {total:.6g} was expected",
        ),
        quantity="log_prob",
        expected=f"{total:.6g}",
        got=Bilingual(es, en),
        holds=lambda code: [f"assert all(abs(p - {total!r}) < 0.01 for _, p in {code(answer)})"],
        misconception=misconception or (BANK["s2s.products"] if products else None),
    )


def about(rules, *pieces):
    """Return a misconception about any of these pieces, and the rules with all such mended."""
    found = [one for one in rules.misconceptions if any(map(one.touches, pieces))]
    names = {name for one in found for name in one.changes}
    mended = {name: getattr(BANK.right, name) for name in names}
    return found[0] if found else None, replace(rules.equations, **mended)


@pytest.mark.kind("form")
@pytest.mark.weight(2)
def test_interface(student):
    """Devuelve una lista de pares (secuencia, log_prob), uno por hipótesis.

    It returns a list of pairs (sequence, log_prob), one a hypothesis.
    """
    for task in tasks(0, ((1, 1), (2, 2))):
        student.start_over()
        pairs(ask(student, task))


@pytest.mark.kind("form")
@pytest.mark.weight(1)
@pytest.mark.needs("interface")
def test_order(student):
    """De mejor a peor.

    From best to worst.
    """
    rules = known(student).equations
    for task in tasks(4, ((3, 2), (4, 3))):
        student.start_over()
        answer = ask(student, task)
        got, right = (
            [tuple(ids) for ids, _ in found] for found in (pairs(answer), rules.play(task))
        )
        totals = [total for _, total in pairs(answer)]
        if got != right and totals != sorted(totals, reverse=True):
            raise Mismatch(
                Bilingual(f"los pares vienen con {totals}, que no es de mejor a peor",
                          f"the pairs come with {totals}, which is not from best to worst"),
                quantity="log_prob",
                expected=repr(sorted(totals, reverse=True)),
                got=repr(totals),
                holds=lambda code, answer=answer: [
                    f"numeros = [float(p) for _, p in {code(answer)}]",
                    "assert numeros == sorted(numeros, reverse=True)",
                ],
            )  # fmt: skip


@pytest.mark.kind("form")
@pytest.mark.weight(1)
@pytest.mark.needs("interface")
def test_sequences(student):
    """Cada secuencia empieza por SOS.

    Each sequence begins with SOS.
    """
    for task in tasks(5, ((2, 2),)):
        student.start_over()
        answer = ask(student, task)
        pairs(answer)
        for ids, _ in answer:
            if [int(i) for i in ids][:1] != [SOS]:
                raise Mismatch(
                    Bilingual(f"una secuencia es {list(ids)}", f"a sequence is {list(ids)}"),
                    quantity="secuencia",
                    expected=f"[{SOS}, …]",
                    got=repr(list(ids)),
                    holds=lambda code, answer=answer: [
                        f"assert all(int(s[0]) == {SOS} for s, _ in {code(answer)})"
                    ],
                )


@pytest.mark.weight(5)
@pytest.mark.needs("interface")
def test_one_is_greedy(student, case_seed):
    """Con k_beam=1 es la búsqueda voraz, y cada palabra depende de todo lo escrito.

    With k_beam=1 it is the greedy search, and each word depends on all that is written.
    """
    found, right = about(known(student), "one_is_greedy", "room")
    for task in tasks(case_seed, ((1, 1), (1, 2), (1, 3), (1, 4), (1, 3))):
        require(student, task, right, found)


@pytest.mark.weight(6)
@pytest.mark.needs("interface")
def test_wide_is_exhaustive(student, case_seed):
    """Quedan las k mejores de todas las candidatas; con un k enorme, todas las secuencias.

    The k best of all candidates stay; with a huge k, all sequences.
    """
    found, right = about(known(student), "wide_is_exhaustive", "chosen", "width", "shared")
    for task in tasks(case_seed, WIDE) + (tasks(case_seed + 1, LATE, 0.5) if found else []):
        require(student, task, right, found)


@pytest.mark.weight(5)
@pytest.mark.needs("interface")
def test_values(student, case_seed):
    """La log-probabilidad de cada secuencia: la suma de los logaritmos.

    The log-probability of each sequence: the sum of the logarithms.
    """
    found, right = about(known(student), "values")
    for task in tasks(case_seed, ((1, 1), (1, 2), (2, 3), (2, 2))):
        require(student, task, right, found)


@pytest.mark.weight(5)
@pytest.mark.needs("interface")
def test_finished(student, case_seed):
    """Una hipótesis terminada no se extiende, y sigue compitiendo.

    An ended hypothesis is not extended, and goes on competing.
    """
    found, right = about(known(student), "finished")
    for task in tasks(case_seed, ((1, 3), (2, 3), (200, 2)), 2.0) + tasks(case_seed, LATE, 0.5):
        require(student, task, right, found)


@pytest.mark.weight(3)
@pytest.mark.needs("interface")
def test_underflow(student):
    """Con cientos de palabras la log-probabilidad sigue siendo un número.

    With hundreds of words the log-probability is still a number.
    """
    require_long(student, known(student).equations)


@pytest.mark.kind("whole")
@pytest.mark.weight(None)
@pytest.mark.needs("interface")
def test_whole(student, case_seed):
    """Todo junto, con otras palabras.

    All together, with other words.
    """
    found = known(student).misconceptions
    named = found[0] if found else None
    for task in tasks(case_seed + 7, (*WIDE, (1, 3))) + tasks(case_seed + 8, LATE, 0.5):
        require(student, task, BANK.right, named)
    require_long(student, BANK.right, named)
