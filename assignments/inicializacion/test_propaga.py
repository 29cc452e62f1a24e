"""The walk of a signal through the layers, beside a trusted loop."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest
import torch

from grader.checks import figures
from grader.checks.asserts import Mismatch
from grader.checks.kit import Bank, mistake
from grader.core.i18n import Bilingual

from .drawing import tensors

pytestmark = pytest.mark.part("propaga")
NAME, STEP, MEASURED = "propaga", "activacion(x @ w.T)", "x.square().mean().item()"
WIDTH = 64
CLOSE = 1e-4  # relative: float32 will do, and the least mistake is off by 4 %
ACTIVATIONS = {"identidad": lambda z: z, "relu": lambda z: z.clamp(min=0), "tanh": torch.tanh}


def walked(notebook, name, pesos, x, activacion):
    """Return what a function measures on the way, with an activation of ours by its name."""
    funciones = {
        "identidad": lambda z: z,
        "relu": lambda z: z.clamp(min=0),
        "tanh": torch.tanh,
    }
    momentos = notebook[name](pesos, x, funciones[activacion])
    return [torch.as_tensor(momento).double() for momento in momentos]


@dataclass(frozen=True)
class Walk:
    """A step from layer to layer, what is measured of it, and which measures are kept.

    A step takes the signal, the weights of its layer, the activation, the input, and all weights.
    """

    step: Callable
    measure: Callable
    kept: Callable

    def of(self, weights, x, act):
        """Return the measures. Raises what torch does where sizes do not fit."""
        signal, found = x, [self.measure(x, x)]
        for w in weights:
            before, signal = signal, self.step(signal, w, act, x, weights)
            found.append(self.measure(signal, before @ w.T))
        return self.kept(found)


BANK = Bank(
    NAME,
    Walk(
        lambda x, w, act, *_: act(x @ w.T),
        lambda x, _: x.square().mean(),
        lambda found: found,
    ),
    *(
        mistake(id, step=step, edit=(STEP, new), loses=("values",))
        for id, step, new in (
            ("init.transposed_weights", lambda x, w, act, *_: act(x @ w), "activacion(x @ w)"),
            ("init.activation_first", lambda x, w, act, *_: act(x) @ w.T, "activacion(x) @ w.T"),
            ("init.no_activation", lambda x, w, act, *_: x @ w.T, "x @ w.T"),
            (
                "init.first_layer_for_all",
                lambda x, w, act, first, all_: act(x @ all_[0].T),
                "activacion(x @ pesos[0].T)",
            ),
            (
                "init.shortcut",
                lambda x, w, act, *_: x + act(x @ w.T),
                "x + activacion(x @ w.T)",
            ),
        )
    ),
    *(
        mistake(id, measure=measure, edit=(MEASURED, new), loses=("values",), also=also)
        for id, measure, new, also in (
            (
                "init.variance_for_moment",
                lambda x, _: x.var(),
                "x.var().item()",
                ({"measure": lambda x, _: x.var(correction=0)},),
            ),
            (
                "init.root_of_moment",
                lambda x, _: x.square().mean().sqrt(),
                f"({MEASURED}) ** 0.5",
                (),
            ),
            ("init.deviation_for_moment", lambda x, _: x.std(), "x.std().item()", ()),
            ("init.sum_for_mean", lambda x, _: x.square().sum(), "x.square().sum().item()", ()),
            ("init.square_of_mean", lambda x, _: x.mean() ** 2, "x.mean().item() ** 2", ()),
            ("init.mean_of_absolute", lambda x, _: x.abs().mean(), "x.abs().mean().item()", ()),
        )
    ),
    mistake(
        "init.before_activation",
        measure=lambda _, before: before.square().mean(),
        edit=(
            f"        x = {STEP}\n        momentos.append({MEASURED})",
            f"        x = x @ w.T\n        momentos.append({MEASURED})\n        x = activacion(x)",
        ),
        loses=("values",),
    ),
    mistake(
        "init.input_not_counted",
        kept=lambda found: found[1:],
        edit=(f"[{MEASURED}]", "[]"),
        loses=("length",),
    ),
    mistake(
        "init.last_not_counted",
        kept=lambda found: found[:-1],
        edit=("return momentos", "return momentos[:-1]"),
        loses=("length",),
    ),
)


def cases(seed):
    """Return weights, a signal and an activation's name, the smallest first."""
    source = torch.Generator().manual_seed(seed)
    found = []
    for act, layers, batch, size in (
        ("relu", 1, 2, 2),
        ("tanh", 2, 1, 3),
        ("identidad", 3, 4, 1),
        ("relu", 4, 5, 4),
        ("tanh", 5, 3, 5),
    ):
        drawn = torch.randn(layers * size + batch, size, generator=source, dtype=torch.float64)
        found.append((list(drawn[batch:].split(size)), drawn[:batch], act))
    return found


def asked(student, case):
    """Return the measures of a student's walk, (L+1,). Raises Mismatch for what is no list."""
    weights, x, act = case
    student.precision(torch.float64)
    return student.run(walked, tensors(), name=NAME, pesos=weights, x=x, activacion=act)


def same(got, right):
    return len(got) == len(right) and all(
        one.shape == () and bool((one - other).abs() <= CLOSE * (1 + other.abs()))
        for one, other in zip(got, right, strict=True)
    )


def known(student):
    """Return by which walk a student's numbers come out, found out once."""

    def find():
        tried = [(case, asked(student, case)) for case in cases(0)]

        def explains(walk):
            try:
                return all(
                    same(got, walk.of(weights, x, ACTIVATIONS[act]))
                    for (weights, x, act), got in tried
                )
            except RuntimeError:
                return False

        return BANK.diagnose(explains)

    student.require(NAME)
    return student.recall(f"{NAME}.walk", find)


def judge(student, seed, pieces, agree):
    """Assert that these pieces of a walk are right, all else being as the student has it."""
    found = known(student)
    walk = replace(found.equations, **{name: getattr(BANK.right, name) for name in pieces})
    told = next((one for name in pieces if (one := found.about(name))), None)
    for case in cases(seed):
        student.start_over()
        weights, x, act = case
        got, right = asked(student, case), walk.of(weights, x, ACTIVATIONS[act])
        if not agree(got, right):
            raise unlike(case, got, right, told)


def unlike(case, got, right, misconception):
    """Return the failure: both lists of numbers."""
    weights, x, act = case
    numbers = [round(float(one), 6) for one in right]
    return Mismatch(
        Bilingual(
            f"con {act} y {len(weights)} capas se obtienen {len(got)} números, y no son {numbers}",
            f"with {act} and {len(weights)} layers there are {len(got)} numbers, and they are not "
            f"{numbers}",
        ),
        quantity=NAME,
        inputs={"x": x, **{f"pesos[{number}]": one for number, one in enumerate(weights)}},
        expected=torch.stack(right),
        got=torch.stack(got) if len({one.shape for one in got}) == 1 else "",
        holds=lambda code: [
            f"obtenido, esperado = [float(m) for m in {code(got)}], {numbers}",
            "print(obtenido, esperado)",
            f"assert len(obtenido) == {len(right)}",
            f"assert all(abs(a - b) <= {CLOSE} * (1 + b) for a, b in zip(obtenido, esperado))",
        ],
        misconception=misconception,
    )


@pytest.mark.points(7)
def test_values(student, case_seed):
    """Los segundos momentos: x_l = f(W_l x_{l-1}), y de cada x_l el promedio de sus cuadrados.

    The second moments: x_l = f(W_l x_{l-1}), and of each x_l the mean of its squares.
    """
    judge(
        student, case_seed, ("step", "measure"), lambda got, right: same(got[: len(right)], right)
    )
    keep_picture(student)


@pytest.mark.kind("form")
@pytest.mark.points(2)
def test_length(student, case_seed):
    """Son L + 1 números: el de la entrada y uno por capa.

    There are L + 1 numbers: that of the input and one a layer.
    """
    judge(student, case_seed, ("kept",), lambda got, right: len(got) == len(right))


def keep_picture(student):
    """Keep how the moment goes through 20 layers of ReLU with He's weights, by the student's walk."""
    source = torch.Generator().manual_seed(1)
    weights = [(2 / WIDTH) ** 0.5 * torch.randn(WIDTH, WIDTH, generator=source) for _ in range(20)]
    x = torch.randn(64, WIDTH, generator=source)
    case = [one.double() for one in weights], x.double(), "relu"
    with student.unrecorded():
        theirs = asked(student, case)
    if any(one.numel() != 1 for one in theirs):
        return
    right = BANK.right.of(*case[:2], ACTIVATIONS["relu"])
    figures.keep(
        student,
        figures.curve(
            [float(one) for one in theirs],
            [float(one) for one in right],
            x=Bilingual("capa", "layer"),
            scale="logarithmic",
            lowest=1e-3,
            explanation=Bilingual(
                "El segundo momento de una señal que atraviesa veinte capas de ReLU con pesos de "
                "He: ni crece ni se apaga por un factor fijo en cada capa.",
                "The second moment of a signal that goes through twenty layers of ReLU with He's "
                "weights: it neither grows nor dies out by a fixed factor a layer.",
            ),
        ),
    )
