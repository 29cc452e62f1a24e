"""Part 11: early stopping, on losses that are written down, beside the same rules played by us."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import inf, isnan, nan
from random import Random

import pytest
import torch

from grader.checks import answers
from grader.checks.asserts import Mismatch, kind
from grader.checks.kit import Bank, mistake
from grader.core.i18n import Bilingual
from grader.student.student import RemoteObject

pytestmark = pytest.mark.part("ParadaTemprana")
NAME = "ParadaTemprana"
BETTER = "perdida < self.best_val_loss - self.min_delta"
STOPS, KEEPS = "self.malas >= self.patience", "self.best_state = copy.deepcopy(estado)"


def epocas(notebook, name, patience, min_delta, perdidas, en_su_sitio):
    """Return of each epoch, up to the stop: what comes back, the best loss, and when its state was.

    The state is an epoch's number; `en_su_sitio` writes it into the same tensor each time, as an
    optimizer does.
    """
    parada = notebook[name]() if patience is None else notebook[name](patience, min_delta)
    estado, visto = {"w": torch.zeros(2)}, []
    for epoca, perdida in enumerate(perdidas):
        if not en_su_sitio:
            estado = {"w": torch.zeros(2)}
        estado["w"].fill_(epoca)
        para = parada.actualiza(perdida, estado)
        mejor, guardado = parada.best_val_loss, (parada.best_state or {}).get("w")
        visto.append(
            [
                para if para is None else bool(para),
                None if mejor is None else float(mejor),
                None if guardado is None else int(guardado[0]),
            ]
        )
        if para:
            break
    return visto


def in_a_row(flags):
    """Return how many bad epochs there are at the end."""
    return [*flags[::-1], True].index(True)


@dataclass(frozen=True)
class Policy:
    """The rules, by the checks that judge them: who is better than the best, when to stop (of which
    epochs were better), what the best loss is then, whose state is kept, and whether as a copy.
    """  # noqa: D205 - one sentence

    delta_and_nan: Callable = lambda perdida, mejor, min_delta: perdida < mejor - min_delta
    stops: Callable = lambda flags, patience: in_a_row(flags) >= patience
    best: Callable = lambda loss, best, better: loss if better else best
    keeps: Callable = lambda better: better
    copy: bool = True

    def play(self, losses, patience, delta, *, in_place):
        """Return what `epocas` returns of who follows these rules."""
        best, kept, flags, seen = inf, None, [], []
        for epoch, loss in enumerate(losses):
            flags.append(self.delta_and_nan(loss, best, delta))
            best = self.best(loss, best, flags[-1])
            if self.keeps(flags[-1]):
                kept = epoch
            shown = kept if self.copy or kept is None or not in_place else epoch
            seen.append([self.stops(flags, patience), best, shown])
            if seen[-1][0]:
                break
        return seen


BANK = Bank(
    NAME,
    Policy(),
    mistake(
        "reg.counter_not_reset",
        stops=lambda flags, patience: flags.count(False) >= patience,
        edit=("            self.malas = 0\n", ""),
        loses=("stops", "whole"),
    ),
    mistake(
        "reg.patience_late",
        stops=lambda flags, patience: in_a_row(flags) > patience,
        edit=(STOPS, "self.malas > self.patience"),
        loses=("stops", "whole"),
    ),
    mistake(
        "reg.patience_ignored",
        stops=lambda flags, _: in_a_row(flags) >= 1,
        edit=(STOPS, "self.malas >= 1"),
        loses=("stops", "whole"),
    ),
    mistake(
        "reg.compared_with_last",
        best=lambda loss, *_: loss,
        edit=("self.malas += 1", "self.malas += 1\n            self.best_val_loss = perdida"),
        loses=("best", "whole"),
    ),
    mistake(
        "reg.last_state_kept",
        keeps=lambda _: True,
        edit=(f"if {BETTER}", f"{KEEPS}\n        if {BETTER}"),
        loses=("best", "whole"),
    ),
    mistake(
        "reg.best_not_copied",
        copy=False,
        edit=("copy.deepcopy(estado)", "estado"),
        loses=("copy", "whole"),
    ),
    *(
        mistake(id, delta_and_nan=better, edit=edit, loses=("delta_and_nan", "whole"), also=also)
        for id, better, edit, also in (
            ("reg.delta_ignored", lambda loss, best, _: loss < best, (" - self.min_delta", ""), ()),
            (
                "reg.delta_added",
                lambda loss, best, delta: loss < best + delta,
                ("- self.min_delta", "+ self.min_delta"),
                (),
            ),
            (
                "reg.equal_is_better",
                lambda loss, best, delta: loss <= best - delta,
                ("perdida < ", "perdida <= "),
                (),
            ),
            (
                "reg.more_is_better",
                lambda loss, best, delta: not isnan(loss) and (best == inf or loss > best + delta),
                (
                    (BETTER, "perdida > self.best_val_loss + self.min_delta"),
                    ("math.inf", "-math.inf"),
                ),
                (),
            ),
            (
                "reg.nan_is_best",
                lambda loss, best, delta: not loss >= best - delta,
                (BETTER, "not perdida >= self.best_val_loss - self.min_delta"),
                ({"delta_and_nan": lambda loss, best, delta: best == inf or loss < best - delta},),
            ),
        )
    ),
    written={"delta_and_nan": "mejora"},
)

PLAIN = ((0.9, 0.5, 0.7, 0.6, 0.3, 0.8, 0.4, 0.5, 0.6, 0.2), (0.5, 0.75, 0.25, 0.5, 0.5, 0.5))
"""Losses that are better by far, or not at all."""
EDGES = (
    (1.0, 0.75, 0.5, 0.375, 0.25, 0.125, 0.0),
    (nan, 1.0, nan, 0.5, 0.125, nan, nan, nan, nan),
    (0.5, 0.375, 0.625, 0.25, 0.1, 0.05),
    (nan, nan, nan, nan, 0.5),
)
"""Better by less than `DELTA`, by just as much, and no number."""
DELTA = 0.25
USUAL = ((1.0, 1.0, 1.0, 1.0, 1.0, 1.0), (1.0, 0.99995, 0.9998, 0.9996, 0.9, 0.9))
"""Losses that differ by less than the usual min_delta, and by more."""


def losses(seed):
    """Return losses that go down with many steps up, some of them no number."""
    drawn = Random(seed)  # noqa: S311 - cases follow from the run's seed
    found = [round(2 / (n + 2) + drawn.choice((0, 0.2, 0.4)), 3) for n in range(14)]
    return tuple(drawn.choices((nan, one), (1, 9))[0] for one in found)


def ask(student, script, patience, delta, *, in_place):
    """Return what a student's class does in each epoch. Raises StudentFault, Mismatch."""
    return student.run(
        epocas,
        answers.of(list[tuple[bool | None, float | None, int | None]]),
        name=NAME,
        patience=patience,
        min_delta=delta,
        perdidas=list(script),
        en_su_sitio=in_place,
    )


def is_same(got, right):
    """Whether two values are the same; no number is like no number."""
    return None not in (got, right) and (got == right or (isnan(got) and isnan(right)))


def first_unlike(got, right, columns):
    """Return the first epoch and column that differ; what is best before anything was, may."""
    for epoch, (one, other) in enumerate(zip(got, right, strict=False)):
        for column in columns:
            if (column == 0 or other[2] is not None) and not is_same(one[column], other[column]):
                return epoch, column
    return None


def known(student):
    """Return the rules that a student's class follows, found out once."""

    def find():
        scripts = [(one, patience, DELTA) for one in (*PLAIN, *EDGES) for patience in (1, 2, 3)]
        scripts += [(losses(seed), 1 + seed % 4, 0.1) for seed in range(6)]
        seen = [
            (one, in_place, ask(student, *one, in_place=in_place))
            for one in scripts
            for in_place in (True, False)
        ]

        def explains(policy):
            plays = ((policy.play(*one, in_place=there), got) for one, there, got in seen)
            return all(
                len(right) == len(got) and first_unlike(got, right, (0, 1, 2)) is None
                for right, got in plays
            )

        return BANK.diagnose(explains)

    return student.recall("ParadaTemprana.policy", find)


SAID = (
    ("actualiza devuelve {}", "actualiza returns {}"),
    ("best_val_loss es {}", "best_val_loss is {}"),
    ("best_state es el de la época {}", "best_state is that of epoch {}"),
)


def require(student, script, policy, columns, misconception=None, *, in_place=False):
    """Play losses and compare with what the rules give. Raises Mismatch, with the first epoch."""
    student.start_over()
    got = ask(student, *script, in_place=in_place)
    right = policy.play(*script, in_place=in_place)
    where = first_unlike(got, right, columns)
    if where is None:
        return
    (epoch, column), (losses_, patience, delta) = where, script
    said = [
        Bilingual(*(text.format(one[epoch][column]) for text in SAID[column]))
        for one in (got, right)
    ]
    told = ", ".join(f"{one:g}" for one in losses_[: epoch + 1])
    raise Mismatch(
        Bilingual(
            f"con patience={patience}, min_delta={delta:g} y las pérdidas {told}, en la última "
            f"{said[0].es}; se esperaba {right[epoch][column]}",
            f"with patience={patience}, min_delta={delta:g} and the losses {told}, at the last one "
            f"{said[0].en}; {right[epoch][column]} was expected",
        ),
        quantity=NAME,
        expected=said[1],
        got=said[0],
        holds=lambda code: [
            f"print({code(got)})",
            f"assert {code(got)}[{epoch}][{column}] == {right[epoch][column]!r}",
        ],
        misconception=misconception,
    )


@pytest.mark.kind("form")
@pytest.mark.weight(2)
def test_interface(student):
    """actualiza devuelve True o False; best_val_loss y best_state están desde el principio.

    actualiza returns True or False; best_val_loss and best_state are there from the start.
    """
    parada = student.ParadaTemprana()
    if not isinstance(parada, RemoteObject):
        raise Mismatch(
            Bilingual(
                f"ParadaTemprana() debe crear un objeto y da {kind(parada).es}",
                f"ParadaTemprana() should create an object and gives {kind(parada).en}",
            ),
            expected=NAME,
            got=kind(parada),
            holds=lambda code: [f"assert hasattr({code(parada)}, 'actualiza')"],
        )
    for name in ("best_val_loss", "best_state"):
        parada.attribute(name)
    back = parada.actualiza(1.0, {"w": torch.zeros(1)})
    if not isinstance(back, bool) and not (isinstance(back, torch.Tensor) and back.numel() == 1):
        raise Mismatch(
            Bilingual(
                f"actualiza debe devolver True o False y devuelve {kind(back).es}",
                f"actualiza should return True or False and returns {kind(back).en}",
            ),
            expected="True, False",
            got=kind(back),
            holds=lambda code: [f"assert isinstance({code(back)}, bool)"],
        )


@pytest.mark.kind("form")
@pytest.mark.weight(1)
@pytest.mark.needs("interface")
def test_defaults(student):
    """Sin argumentos: patience=3 y min_delta=1e-4.

    Without arguments: patience=3 and min_delta=1e-4.
    """
    for script in USUAL:
        got = ask(student, script, None, None, in_place=False)
        right = ask(student, script, 3, 1e-4, in_place=False)
        if got != right:
            raise Mismatch(
                Bilingual(
                    "sin argumentos no hace lo mismo que con patience=3 y min_delta=1e-4",
                    "without arguments it does not do the same as with patience=3 and min_delta=1e-4",
                ),
                quantity=NAME,
                expected=repr(right),
                got=repr(got),
                holds=lambda code, pair=(got, right): [
                    f"assert {code(pair[0])} == {code(pair[1])}"
                ],
            )


@pytest.mark.weight(4)
@pytest.mark.needs("interface")
def test_stops(student):
    """Se para en la época mala número patience seguida, y no antes.

    It stops at the bad epoch number patience in a row, and not before.
    """
    rules = known(student)
    for script in [(one, patience, 0.01) for one in (*PLAIN, EDGES[-1]) for patience in (1, 2, 3)]:
        require(student, script, rules.but("stops"), (0,), rules.about("stops"))


@pytest.mark.weight(3)
@pytest.mark.needs("interface")
def test_best(student):
    """best_val_loss y best_state son de la mejor época, y no de la última.

    best_val_loss and best_state are the best epoch's, and not the last one's.
    """
    rules = known(student)
    right = replace(rules.equations, best=BANK.right.best, keeps=BANK.right.keeps)
    for script in PLAIN:
        about = rules.about("best") or rules.about("keeps")
        require(student, (script, 4, 0.01), right, (1, 2), about)


@pytest.mark.weight(3)
@pytest.mark.needs("interface")
def test_copy(student):
    """El mejor estado no cambia cuando cambia el del modelo.

    The best state does not change when the model's does.
    """
    rules = known(student)
    for script in PLAIN:
        about = rules.about("copy")
        require(student, (script, 4, 0.01), rules.but("copy"), (2,), about, in_place=True)


@pytest.mark.weight(2)
@pytest.mark.needs("interface")
def test_delta_and_nan(student):
    """Mejora quien baja la mejor pérdida en más de min_delta; nan no mejora nada.

    Better is what lowers the best loss by more than min_delta; a nan never is.
    """
    rules = known(student)
    for script in EDGES:
        about = rules.about("delta_and_nan")
        require(student, (script, 9, DELTA), rules.but("delta_and_nan"), (2,), about)


@pytest.mark.kind("whole")
@pytest.mark.weight(None)
@pytest.mark.needs("interface")
def test_whole(student, case_seed):
    """Todo junto, con otras pérdidas.

    All together, with other losses.
    """
    found = known(student).misconceptions
    for number in range(12):
        script = (losses(case_seed + number), 1 + number % 4, (0.0, 0.05, 0.1)[number % 3])
        about = found[0] if found else None
        require(student, script, BANK.right, (0, 1, 2), about, in_place=True)
    for one in (*PLAIN, *EDGES):
        require(
            student,
            (one, 2, DELTA),
            BANK.right,
            (0, 1, 2),
            found[0] if found else None,
            in_place=True,
        )
