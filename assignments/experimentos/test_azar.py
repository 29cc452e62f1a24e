"""Part 10: random draws, by their laws."""

import itertools
import math

import pytest
import torch

from grader.checks import answers, laws, random_functions
from grader.checks.asserts import Mismatch
from grader.checks.kit import Bank, mistake
from grader.core.i18n import Bilingual

from . import probes
from .searches import BEST, LIST, TWICE, VALUES, Search, Seen, is_search

pytestmark = pytest.mark.part("busqueda_aleatoria")
INTERVALS = {
    "tasa": (1e-4, 1e-1, "log"),
    "dropout": (0.1, 0.7, "lineal"),
    "lam": (1e-3, 10.0, "log"),
    "momento": (0.5, 2.0, "lineal"),
}
ACROSS = (-2.0, 3.0)
DRAWS, FEW = 4000, 12
NEARLY = 0.9
"""What share of the draws has to be different from all others: how many there are is another check's."""
SLACK = 1e-5
"""Relative: what float32 may go beyond an end by."""
U = "u = torch.rand(1, generator=generador, dtype=torch.float64).item()"
NEW = "        config = {}\n"
BANK = Bank(
    "busqueda_aleatoria",
    Search(),
    mistake(
        "exp.uniform_not_log", edit=('escala == "log"', 'escala == "nunca"'), loses=("logarithmic",)
    ),
    mistake("exp.log_for_linear", edit=('escala == "log"', "True"), loses=("linear",)),
    mistake(
        "exp.one_draw_for_all",
        edit=((f"            {U}\n", ""), (NEW, f"{NEW}        {U}\n")),
        loses=("independent",),
    ),
    mistake("exp.generator_ignored", edit=("generator=generador, ", ""), loses=("generator",)),
    mistake("exp.maximising", edit=(BEST, "max(todas"), loses=("best",)),
    mistake("exp.value_for_configuration", edit=("par[1])[0]", "par[1])[1]"), loses=("best",)),
    mistake("exp.evaluated_twice", edit=TWICE, loses=("budget",)),
    mistake("exp.one_dict_for_all", edit=(LIST, (NEW, "")), loses=("pairs",)),
)


def drawn(student, seed=7, n=FEW, space=INTERVALS):
    """Return what the student's random search does. Raises StudentFault."""
    student.require("busqueda_aleatoria")
    given = {name: list(one) for name, one in space.items()}
    answer = student.run(
        probes.al_azar, is_search, espacio=given, n=n, semilla=seed, valores=VALUES
    )
    return Seen(BANK, answer)


@pytest.mark.points(0.5)
def test_budget(student):
    """Se llama a objetivo n veces, cada una con todos los nombres.

    objetivo is called n times, each with all names.
    """
    for n in (1, FEW):
        student.start_over()
        seen = drawn(student, n=n)
        firsts = [one for one, _ in seen.values if set(one) == set(INTERVALS)][:n]
        seen.require_calls(
            firsts if len(firsts) == n else [dict.fromkeys(INTERVALS, "…")] * n,
            f"se pidieron {n} configuraciones de {', '.join(INTERVALS)}",
            f"{n} configurations of {', '.join(INTERVALS)} were asked for",
        )


@pytest.mark.points(0.5)
def test_pairs(student):
    """La lista tiene cada configuración con su valor.

    The list has each configuration with its value.
    """
    drawn(student).require_pairs()


@pytest.mark.points(0.5)
def test_best(student):
    """La mejor configuración es la de menor valor.

    The best configuration is the one with the least value.
    """
    drawn(student).require_best()


def columns(student, seed):
    """Return many different draws by name. Raises StudentFault and Mismatch."""
    student.require("busqueda_aleatoria")
    given = {name: list(one) for name, one in INTERVALS.items()}
    found = student.run(
        probes.muchas,
        answers.of(torch.Tensor),
        espacio=given,
        n=DRAWS,
        semilla=seed % 2**31,
    )
    if found.shape[1:] != (len(INTERVALS),) or len(found) < NEARLY * DRAWS:
        raise Mismatch(
            Bilingual(
                f"de {DRAWS} configuraciones, distintas son {len(found)}",
                f"of {DRAWS} configurations, {len(found)} are different",
            ),
            holds=lambda code: [f"assert len({code(found)}) >= {NEARLY * DRAWS}"],
        )
    return dict(zip(INTERVALS, found.double().T, strict=True))


def places(values, name, *, logarithmic):
    """Return where values lie in their interval, from 0 to 1, on a scale."""
    low, high, _ = INTERVALS[name]
    inside = values.clamp(low, high)
    near = (values - inside).abs() <= SLACK * inside.abs()
    by_log = (inside / low).log() / math.log(high / low)
    scaled = by_log if logarithmic else (inside - low) / (high - low)
    return torch.where(near, scaled, torch.where(values < low, -1.0, 2.0).double())


def spelled(name, *, logarithmic):
    """Return how the cell that a student pastes comes to the places."""
    low, high, _ = INTERVALS[name]
    column = f"resultado[:, {list(INTERVALS).index(name)}]"
    if logarithmic:
        return f"(({column} / {low}).log() / {math.log(high / low)!r})"
    return f"(({column} - {low}) / {high - low!r})"


def require_law(student, seed, scale, about):
    """Assert of all names of a scale that they are even on it. Raises Mismatch, with its name.

    False alarm: two names, 1e-10 each; the name of a mistake is asked for after that.
    """
    found = columns(student, seed)
    is_log = scale == "log"
    es, en = ("el logaritmo de ", "the logarithm of ") if is_log else ("", "")
    for name in (one for one, (*_, its) in INTERVALS.items() if its == scale):
        other = places(found[name], name, logarithmic=not is_log)
        ours = places(found[name], name, logarithmic=is_log)
        student.transcript.spell(ours, spelled(name, logarithmic=is_log))
        laws.uniform(0, 1).require(
            ours,
            quantity=Bilingual(
                f"{es}{name}, de 0 (bajo) a 1 (alto)", f"{en}{name}, from 0 (low) to 1 (high)"
            ),
            misconception=BANK[about] if laws.uniform(0, 1).could_give(other) else None,
        )


@pytest.mark.points(1)
def test_logarithmic(student, case_seed):
    """En escala "log", lo uniforme es el logaritmo, y todo está en el intervalo.

    On the scale "log" the logarithm is even, and all is inside the interval.
    """
    require_law(student, case_seed, "log", "exp.uniform_not_log")


@pytest.mark.points(0.75)
def test_linear(student, case_seed):
    """En escala "lineal", el valor es uniforme en su intervalo, también si pasa por 0.

    On the scale "lineal" the value is even in its interval, also where that goes through 0.
    """
    require_law(student, case_seed, "lineal", "exp.log_for_linear")
    student.start_over()
    low, high = ACROSS
    seen = drawn(student, space={"sola": (low, high, "lineal")})
    for one in seen.calls:
        if not (isinstance(one.get("sola"), float) and low <= one["sola"] <= high):
            raise seen.fails(
                f"entre {low:g} y {high:g} sale {one.get('sola')}",
                f"between {low:g} and {high:g} there is {one.get('sola')}",
                f"assert all({low} <= una['sola'] <= {high} for una in vistas)",
            )


def together(one, other, far):
    """Return the lines that fail where two names go up and down together too often, or too seldom."""
    a, b = (list(INTERVALS).index(name) for name in (one, other))
    return lambda _: [
        "sube = resultado[1::2] > resultado[: len(resultado) // 2 * 2 : 2]",
        f"juntos = (sube[:, {a}] == sube[:, {b}]).sum().item()",
        "print(juntos, 'de', len(sube))",
        f"assert abs(juntos - len(sube) / 2) < {far}",
    ]


@pytest.mark.points(0.75)
def test_independent(student, case_seed):
    """Cada nombre tiene su propio sorteo.

    Each name has a draw of its own.
    """
    # Whether two names go up or down together from one row to the next: of rows that are
    # independent, half of the pairs, whatever the laws. False alarm: six pairs, 1e-10 each.
    found = columns(student, case_seed)
    pairs = len(found["tasa"]) // 2
    rises = {name: one[1 : 2 * pairs : 2] > one[: 2 * pairs : 2] for name, one in found.items()}
    for one, other in itertools.combinations(INTERVALS, 2):
        same = int((rises[one] == rises[other]).sum())
        said = Bilingual(
            f"las veces que {one} y {other} suben o bajan a la vez",
            f"how often {one} and {other} go up or down together",
        )
        try:
            random_functions.rate(same, pairs, 0.5, quantity=said)
        except Mismatch as wrong:
            wrong.holds = together(one, other, abs(same - pairs / 2))
            if same == pairs:
                wrong.misconception = BANK["exp.one_draw_for_all"]
            raise


@pytest.mark.points(0.5)
def test_generator(student):
    """El mismo generador, con la misma semilla, da las mismas configuraciones.

    The same generator, with the same seed, gives the same configurations.
    """
    # No false alarm: who draws from the generator alone draws the same.
    first, again = drawn(student, 11), drawn(student, 11)
    if first.calls != again.calls:
        raise first.fails(
            "con la misma semilla salen otras configuraciones",
            "with the same seed other configurations come out",
            lambda code: [f"assert vistas == {code(again.answer)}[0]"],
            "exp.generator_ignored",
            first.calls[0],
            again.calls[0],
        )
    other = drawn(student, 12)
    if first.calls == other.calls:
        raise other.fails(
            "con otra semilla salen las mismas configuraciones",
            "with another seed the same configurations come out",
            lambda code: [f"assert vistas != {code(first.answer)}[0]"],
        )
