"""Parts 3 and 4: seeds, and a fair comparison, by what factories of ours note."""

from collections import Counter

import pytest

from grader.checks import answers
from grader.checks.asserts import Mismatch
from grader.checks.kit import Bank, mistake
from grader.checks.skipping import skip
from grader.core.errors import StudentFault
from grader.core.i18n import Bilingual

from . import probes

Draws = tuple[float, float, float]
"""Of each generator."""
Event = tuple[str, str, int, Draws | None, float | None]
"""What was done, of which name and number, what was drawn and what was said."""
GENERATORS = ("random", "np.random", "torch")
CALLS = ("random.seed(semilla)", "np.random.seed(semilla)", "torch.manual_seed(semilla)")
OWN = (
    "random.Random(semilla)",
    "np.random.default_rng(semilla)",
    "torch.Generator().manual_seed(semilla)",
)
CHECKS = ("random", "numpy", "torch")


class Seeds:
    """What is judged of seeds has no pieces."""


FIJA = Bank(
    "fija_semillas",
    Seeds(),
    mistake("exp.generator_left_out", edit=(f"    {CALLS[0]}\n", ""), loses=("random",)),
    mistake("exp.seed_ignored", edit=("manual_seed(semilla)", "manual_seed(0)"), loses=("torch",)),
)


def require_seeded(student, number):
    """Assert that one of the generators starts again where a seed says. Raises Mismatch."""
    seeds = [3, 41, 3]
    seen = student.run(probes.sorteos, answers.of(list[list[Draws]], len(seeds)), semillas=seeds)
    first, other, again = ([drawn[number] for drawn in one] for one in seen)
    name = GENERATORS[number]

    def fails(es, en, holds, about):
        return Mismatch(
            Bilingual(es, en), quantity=name, expected=first, got=again,
            holds=lambda code: [f"a, b, c = [[uno[{number}] for uno in vez] for vez in {code(seen)}]",
                                "print(a, b, c)", holds],
            misconception=FIJA[about],
        )  # fmt: skip

    if first != again:
        raise fails(
            f"con la misma semilla, {name} da {again[0]:.4f} y antes dio {first[0]:.4f}",
            f"with the same seed, {name} gives {again[0]:.4f} and gave {first[0]:.4f} before",
            "assert a == c",
            "exp.generator_left_out",
        )
    if first == other:
        raise fails(
            f"con otra semilla, {name} da lo mismo: {other[0]:.4f}",
            f"with another seed, {name} gives the same: {other[0]:.4f}",
            "assert a != b",
            "exp.seed_ignored",
        )


@pytest.mark.part("fija_semillas")
@pytest.mark.points(1)
def test_random(student):
    """La misma semilla, el mismo azar: random.

    The same seed, the same chance: random.
    """
    require_seeded(student, 0)


@pytest.mark.part("fija_semillas")
@pytest.mark.points(1)
def test_numpy(student):
    """La misma semilla, el mismo azar: NumPy.

    The same seed, the same chance: NumPy.
    """
    require_seeded(student, 1)


@pytest.mark.part("fija_semillas")
@pytest.mark.points(1)
def test_torch(student):
    """La misma semilla, el mismo azar: PyTorch.

    The same seed, the same chance: PyTorch.
    """
    require_seeded(student, 2)


SEEDED = "            fija_semillas(semilla)\n"
MADE = "            modelo = fabrica()\n"
TRAINED = "            entrena(modelo)\n"
FOR_EACH = "        valores = []\n"
GIVEN = "resultados[nombre] = valores"
COMPARA = Bank(
    "compara",
    Seeds(),
    *(
        mistake(id, edit=edits, loses=(lost, "whole"))
        for id, lost, edits in (
            ("exp.seed_once", "same_seed", ((SEEDED, ""), ("resultados = {}", "resultados = {}\n    fija_semillas(semillas[0])"))),
            ("exp.not_seeded", "same_seed", ((SEEDED, ""),)),
            ("exp.seed_after_model", "same_seed", ((SEEDED, ""), (MADE, MADE + SEEDED))),
            ("exp.torch_alone", "same_seed", ((SEEDED, "            torch.manual_seed(semilla)\n"),)),
            ("exp.same_seed_for_all", "same_seed", ((SEEDED, "            fija_semillas(semillas[0])\n"),)),
            ("exp.model_reused", "fresh_model", ((MADE, ""), (FOR_EACH, "        fija_semillas(semillas[0])\n        modelo = fabrica()\n" + FOR_EACH))),
            ("exp.unequal_budget", "same_budget", ((TRAINED, TRAINED + "            if not resultados:\n                entrena(modelo)\n"),)),
            ("exp.evaluated_first", "same_budget", ((TRAINED, ""), ("evalua(modelo))\n", "evalua(modelo))\n" + TRAINED))),
            ("exp.best_seed", "all_results", ((GIVEN, "resultados[nombre] = [max(valores)]"),)),
            ("exp.mean_of_seeds", "all_results", ((GIVEN, "resultados[nombre] = [sum(valores) / len(valores)]"),)),
            ("exp.last_seed", "all_results", ((GIVEN, "resultados[nombre] = valores[-1:]"),)),
        )
    ),
)  # fmt: skip
VALUES = [0.5, 0.75, 0.25, 0.875, 0.375, 0.125, 0.625, 0.9375, 0.0625, 0.4375, 0.5625, 0.1875]
NAMES, SEEDS = ("rnn", "gru", "lstm"), (3, 11, 5)
MADE_, TRAINED_, EVALUATED_ = "fabrica", "entrena", "evalua"


def prepare(student):
    """See that it can be asked: over a right `fija_semillas` where theirs runs and is wrong."""
    student.require("compara")
    if student.lost("fija_semillas") and student.recall(
        "fija_semillas.runs", lambda: runs(student)
    ):
        student.replace({"fija_semillas": probes.semillas_bien})


def runs(student):
    """Whether the student's `fija_semillas` runs."""
    try:
        student.run(probes.sorteos, semillas=[1])
    except StudentFault:
        return False
    return True


class Seen:
    """What a comparison did: for each name the events of its own, and the lists that came back."""

    def __init__(self, student, names=NAMES, seeds=SEEDS):
        prepare(student)
        self.student, self.names, self.seeds = student, list(names), list(seeds)
        try:
            self.answer = self.ask()
        except StudentFault:
            if student.lost_all("fija_semillas") and not student.replaced("fija_semillas"):
                student.replace({"fija_semillas": probes.semillas_bien})
                self.ask()
                skip(Bilingual("antes hace falta fija_semillas", "fija_semillas is needed first"))
            raise
        self.events, self.is_dict, self.lists = self.answer

    def ask(self):
        """Return the events, whether a dict came back, and the lists. Raises StudentFault."""
        return self.student.run(
            probes.comparacion,
            answers.of(tuple[list[Event], bool, dict[str, list[float] | None]]),
            nombres=self.names,
            semillas=self.seeds,
            valores=VALUES,
        )

    def of(self, name, what):
        """Return the events of a kind and a name, in order."""
        return [one for one in self.events if one[:2] == [what, name]]

    def draws(self, what):
        """Return what was drawn at each seed of each name, of models that were evaluated."""
        return {
            (name, seed): one[3]
            for name in self.names
            for seed, one in zip(
                self.seeds,
                (one for one in self.of(name, what) if one[2] in self.models(name)),
                strict=False,
            )
        }

    def models(self, name):
        """Return the numbers of the models that were evaluated, each once, in order."""
        return list(dict.fromkeys(one[2] for one in self.of(name, EVALUATED_)))

    def values(self, name):
        """Return what its list should be: what was said of each model."""
        said = [VALUES[number % len(VALUES)] for number in self.models(name)]
        every = [one[4] for one in self.of(name, EVALUATED_)]
        return said if len(said) == len(self.seeds) else every

    def fails(self, es, en, holds, about=None):
        """Return the failure, with what was done and the lines that fail where it does."""
        done = [" ".join(map(str, one[:3])) for one in self.events[:24]]
        return Mismatch(
            Bilingual(es, en), quantity="compara", got="; ".join(done),
            holds=lambda code: [
                f"sucesos, es_dict, listas = {code(self.answer)}",
                "for suceso in sucesos:",
                "    print(suceso)",
                "print(listas)",
                *holds(code),
            ],
            misconception=COMPARA[about] if about else None,
        )  # fmt: skip


def asked(student, **more):
    """Return what a comparison of three by three did; names and seeds the other way round too."""
    other = [*SEEDS[1:], SEEDS[0]]
    return Seen(student, **more), Seen(student, NAMES[::-1], other), Seen(student, **more)


def is_seed_once(first, turned, what):
    """Whether chance goes on from one model to the next, and starts where the first seed says."""
    draws, places = first.draws(what), list(zip(first.seeds, turned.seeds, strict=True))
    other = turned.draws(what)
    goes_on = any(draws[first.names[0], seed] != draws[name, seed] for name, seed in draws)
    starts_elsewhere = any(
        draws[name, a] != other[name, b] for name in first.names for a, b in places
    )
    return goes_on or starts_elsewhere


def started_by_seed(every, what, number):
    """Whether what one generator gives at each seed is that seed's alone: of all names, in any order."""
    by_seed = {}
    for seen in every:
        for (_, seed), drawn in seen.draws(what).items():
            by_seed.setdefault(seed, set()).add(drawn[number])
    return all(len(one) == 1 for one in by_seed.values()) and len(
        set().union(*by_seed.values())
    ) == len(by_seed)


def require_seeds(first, turned, again):
    """Assert that each model begins where its seed says. Raises Mismatch, with its name."""
    few = any(len(first.models(name)) < len(first.seeds) for name in first.names)
    what = TRAINED_ if few else MADE_
    both = (first,) if few else (first, turned)
    wrong = [name for n, name in enumerate(GENERATORS) if not started_by_seed(both, what, n)]
    if not wrong:
        return
    draws = first.draws(what)
    if len(wrong) < len(GENERATORS):
        about = "exp.torch_alone" if GENERATORS[2] not in wrong else None
    elif len({tuple(one) for one in draws.values()}) == 1:
        about = "exp.same_seed_for_all"
    elif not few and all(started_by_seed(both, TRAINED_, n) for n in range(3)):
        about = "exp.seed_after_model"
    elif draws != again.draws(what):
        about = "exp.not_seeded"
    else:
        about = "exp.seed_once" if is_seed_once(first, turned, what) else None
    told = ", ".join(wrong)
    seed = first.seeds[-1]
    at = [
        (name, draws[name, seed][GENERATORS.index(wrong[0])])
        for name in first.names
        if (name, seed) in draws
    ]
    shown = "; ".join(f"{name}: {one:.4f}" for name, one in at)
    raise first.fails(
        f"con la semilla {seed} los modelos no parten del mismo azar, o cambia con el orden ({told}): {shown}",
        f"with seed {seed} the models do not start from the same chance, or it changes with the order ({told}): {shown}",
        lambda code: [
            f"una, otra = {code(first.answer)}, {code(turned.answer)}",
            "por_semilla = {}",
            f"for sucesos, semillas in (una[0], {first.seeds}), (otra[0], {turned.seeds}):",
            "    for nombre in {uno[1] for uno in sucesos}:",
            f"        suyos = [uno[3] for uno in sucesos if uno[:2] == [{what!r}, nombre]]",
            "        for semilla, sorteo in zip(semillas, suyos):",
            "            por_semilla.setdefault(semilla, set()).add(str(sorteo))",
            "print(por_semilla)",
            "assert all(len(uno) == 1 for uno in por_semilla.values())",
            f"assert len(set.union(*por_semilla.values())) == {len(first.seeds)}",
        ],
        about,
    )


def require_fresh(seen):
    """Assert that each evaluation is of a model of its own. Raises Mismatch."""
    for name in seen.names:
        if len(seen.models(name)) < len(seen.seeds):
            raise seen.fails(
                f"{name}: {len(seen.seeds)} semillas y {len(seen.models(name))} modelos evaluados",
                f"{name}: {len(seen.seeds)} seeds and {len(seen.models(name))} models evaluated",
                lambda code, name=name: [
                    f"suyos = {{uno[2] for uno in sucesos if uno[:2] == ['evalua', {name!r}]}}",
                    f"assert len(suyos) == {len(seen.seeds)}",
                ],
                "exp.model_reused",
            )


def require_budget(seen):
    """Assert that each model was trained once, before it was evaluated. Raises Mismatch."""
    for name in seen.names:
        trained = seen.of(name, TRAINED_)
        each = Counter(one[2] for one in trained)
        fresh = len(seen.models(name)) == len(seen.seeds)
        uneven = fresh and any(each[number] != 1 for number in seen.models(name))
        if uneven or len(trained) != len(seen.seeds):
            raise seen.fails(
                f"{name}: {len(trained)} entrenamientos para {len(seen.seeds)} semillas",
                f"{name}: {len(trained)} trainings for {len(seen.seeds)} seeds",
                lambda code, name=name, fresh=fresh: [
                    f"suyos = [uno[2] for uno in sucesos if uno[:2] == ['entrena', {name!r}]]",
                    f"assert len(suyos) == {len(seen.seeds)}",
                    *([f"assert len(set(suyos)) == {len(seen.seeds)}"] if fresh else []),
                ],
                "exp.unequal_budget",
            )
        order = [(one[0], one[2]) for one in seen.events if one[1] == name and one[0] != MADE_]
        early = [
            one
            for one in seen.models(name)
            if order.index((EVALUATED_, one)) < order.index((TRAINED_, one))
        ]
        if early:
            raise seen.fails(
                f"{name}: se evalúa un modelo que todavía no se entrenó",
                f"{name}: a model is evaluated that has not been trained yet",
                lambda code, number=early[0]: [
                    f"orden = [uno[0] for uno in sucesos if uno[2] == {number}]",
                    "assert orden.index('entrena') < orden.index('evalua'), orden",
                ],
                "exp.evaluated_first",
            )


def require_results(seen):
    """Assert that all that was said came back, in order. Raises Mismatch, with its name."""
    for name in seen.names:
        right, got = seen.values(name), seen.lists.get(name)
        if got == right:
            continue
        about = None
        if len(right) > 1 and len(set(right)) > 1:
            alone = got[0] if got and len(set(got)) == 1 else None
            about = {
                max(right): "exp.best_seed", min(right): "exp.best_seed", right[-1]: "exp.last_seed",
                sum(right) / len(right): "exp.mean_of_seeds",
            }.get(alone)  # fmt: skip
        raise seen.fails(
            f"{name}: evalua dijo {right}, y se devuelve {got}",
            f"{name}: evalua said {right}, and {got} is returned",
            lambda code, name=name, right=right: [f"assert listas.get({name!r}) == {right}"],
            about,
        )


@pytest.mark.part("compara")
@pytest.mark.kind("form")
@pytest.mark.weight(2)
def test_interface(student):
    """Se devuelve un diccionario de nombre a lista.

    A dict from name to list is returned.
    """
    seen = Seen(student)
    if not seen.is_dict or set(seen.lists) != set(seen.names):
        raise seen.fails(
            f"no es un diccionario con los nombres {seen.names}",
            f"it is no dict with the names {seen.names}",
            lambda code: [f"assert es_dict and set(listas) == set({seen.names})"],
        )


@pytest.mark.part("compara")
@pytest.mark.weight(6)
def test_same_seed(student):
    """El mismo azar: la semilla se fija justo antes de construir cada modelo.

    The same chance: the seed is set right before each model is made.
    """
    require_seeds(*asked(student))


@pytest.mark.part("compara")
@pytest.mark.weight(4)
def test_same_budget(student):
    """El mismo presupuesto: cada modelo se entrena una vez, y después se evalúa.

    The same budget: each model is trained once, and evaluated after that.
    """
    require_budget(Seen(student))


@pytest.mark.part("compara")
@pytest.mark.weight(4)
def test_fresh_model(student):
    """Un modelo nuevo por cada red y cada semilla.

    A new model for each network and each seed.
    """
    require_fresh(Seen(student))


@pytest.mark.part("compara")
@pytest.mark.weight(4)
def test_all_results(student):
    """Todos los resultados, en el orden de las semillas.

    All results, in the order of the seeds.
    """
    require_results(Seen(student))


@pytest.mark.part("compara")
@pytest.mark.kind("whole")
@pytest.mark.weight(None)
def test_whole(student, case_seed):
    """Todo junto, con otras redes y otras semillas.

    All together, with other networks and other seeds.
    """
    first = 1 + case_seed % 1000
    every = [
        asked(student),
        *((Seen(student, names, seeds),) for names, seeds in (
            (("sola",), (first,)),
            (("a", "b"), (first + 2, first, first + 7, first + 1)),
        )),
    ]  # fmt: skip
    require_seeds(*every[0])
    for seen, *_ in every:
        require_budget(seen)
        require_fresh(seen)
        require_results(seen)
