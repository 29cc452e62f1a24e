"""Orthogonal weights: by what they do, since no two programs draw the same ones."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest
import torch

from grader.checks import laws
from grader.checks.asserts import Mismatch, require_shape
from grader.checks.kit import Bank, mistake
from grader.checks.misconceptions import Diagnosis
from grader.core.i18n import Bilingual

from .drawing import tensors

pytestmark = pytest.mark.part("ortogonal")
SQUARE, WIDE, TALL = (
    ((60, 60), (5, 5), (1, 1)),
    ((4, 9), (20, 60), (1, 6)),
    ((9, 4), (60, 20), (6, 1)),
)
GAINS = (1.7, 0.4)
NOTHING = 1e-6  # what rounding leaves of a zero
NAME, RETURNED = "ortogonal", "return ganancia * q"


def gap(matrix):
    """Return how far the short side is from orthonormal."""
    side = matrix if matrix.shape[0] <= matrix.shape[1] else matrix.mT
    return float((side @ side.mT - torch.eye(len(side), dtype=side.dtype)).abs().max())


def allowed(matrix):
    """Return how far rounding takes it: a right method may lose half of the digits."""
    return 4 * torch.finfo(matrix.dtype).eps ** 0.5


def orthonormal(matrix):
    return gap(matrix.double()) <= allowed(matrix)


def drawn(deviation):
    """Return whether a matrix could be normal numbers, with a deviation by its columns."""

    def could_be(one):
        size = one.double().square().sum() / min(one.shape)
        perpendicular = min(one.shape) > 1 and gap(one.double() / size**0.5) <= allowed(one)
        known = perpendicular or rows_of_one(one)
        return not known and laws.normal(deviation(one.shape[1])).could_give(one)

    return could_be


def rows_of_one(matrix):
    return bool(((matrix.double().norm(dim=1) - 1).abs() <= allowed(matrix)).all())


@dataclass(frozen=True)
class Made:
    """What holds of a matrix, and what is left of one when the gain is taken away."""

    matrix: Callable[[torch.Tensor], bool] = orthonormal
    without: Callable[[torch.Tensor, float], torch.Tensor] = lambda one, gain: one / gain


def first_row(matrix, gain):
    return torch.cat([matrix[:1] / gain, matrix[1:]])


def first_column(matrix, gain):
    return first_row(matrix.mT, gain).mT


BANK = Bank(
    NAME,
    Made(),
    mistake(
        "init.not_normalised",
        matrix=drawn(lambda _: 1.0),
        edit=(RETURNED, "return ganancia * torch.randn(forma)"),
        loses=("square",),
        also=({"matrix": drawn(lambda columns: columns**-0.5)},),
    ),
    mistake(
        "init.rows_of_one",
        matrix=rows_of_one,
        edit=(
            RETURNED,
            "q = torch.randn(forma)\n    return ganancia * q / q.norm(dim=1, keepdim=True)",
        ),
        loses=("square",),
    ),
    mistake(
        "init.gain_ignored",
        without=lambda one, gain: one,
        edit=(RETURNED, "return q"),
        loses=("gain",),
    ),
    mistake(
        "init.gain_twice",
        without=lambda one, gain: one / gain**2,
        edit=(RETURNED, "return ganancia**2 * q"),
        loses=("gain",),
    ),
    mistake(
        "init.gain_root",
        without=lambda one, gain: one / gain**0.5,
        edit=(RETURNED, "return ganancia**0.5 * q"),
        loses=("gain",),
    ),
    mistake(
        "init.gain_on_one_line",
        without=first_row,
        edit=(RETURNED, "q[0] = ganancia * q[0]\n    return q"),
        loses=("gain",),
        also=({"without": first_column},),
    ),
    mistake(
        "init.qr_of_wide",
        edit=(
            ("max(filas, columnas), min(filas, columnas)", "filas, columnas"),
            ("    if filas < columnas:\n        q = q.T\n", ""),
        ),
        loses=("wide",),
    ),
    mistake("init.axes_exchanged", edit=(RETURNED, f"{RETURNED}.T"), loses=("wide", "tall")),
    mistake(
        "init.identity",
        edit=(RETURNED, "return ganancia * torch.eye(*forma)"),
        loses=("spread",),
    ),
    mistake(
        "init.seeded",
        edit=("filas, columnas = forma", "torch.manual_seed(0)\n    filas, columnas = forma"),
        loses=("spread",),
    ),
)


def matrices(notebook, name, casos):
    """Return what a function gives for these arguments, one after another."""
    return [torch.as_tensor(notebook[name](*argumentos)) for argumentos in casos]


def known(student):
    """Return what holds of a student's matrices, found out once from square ones."""

    def find():
        cases = [(SQUARE[0],), *((SQUARE[0], gain) for gain in GAINS)]
        student.seed(1)
        made = student.run(matrices, tensors(len(cases)), name=NAME, casos=cases)
        fits = all(tuple(one.shape) == SQUARE[0] and one.is_floating_point() for one in made)

        def explains(pieces):
            given = [case[1] if len(case) > 1 else 1.0 for case in cases]
            pairs = zip(made, given, strict=True)
            return fits and all(pieces.matrix(pieces.without(one, gain)) for one, gain in pairs)

        nothing = Diagnosis(BANK.right, BANK.right, explained=False)
        return BANK.diagnose(explains) if fits else nothing

    student.require(NAME)
    return student.recall(f"{NAME}.made", find)


def require(student, cases, seed, judged=""):
    """Assert that the matrices of these arguments are right in one piece, as one is otherwise."""
    found = known(student)
    pieces = found.equations
    if judged:
        pieces = replace(pieces, **{judged: getattr(BANK.right, judged)})
    for shape, *gain in cases:
        student.start_over()
        student.seed(seed)
        made = student.run(matrices, tensors(1), name=NAME, casos=[(shape, *gain)])[0]
        called = f"ortogonal({', '.join(map(str, (shape, *gain)))})"
        require_shape(made, shape, called, of_shape(made, shape))
        side = made if shape[0] <= shape[1] else made.mT
        theirs = (side @ side.mT).double()
        bare = pieces.without(made, *(gain or (1.0,)))
        if not pieces.matrix(bare):
            told = found.about(judged) if judged else None
            raise unlike(made, side is made, called, (gain or [1.0])[0], theirs, told)


def unlike(made, is_wide, called, gain, theirs, misconception):
    """Return the failure of a matrix: what its product with itself is."""
    q, turned = ("Q", "Qᵀ") if is_wide else ("Qᵀ", "Q")
    product, right = f"{q} {turned}", gain**2 * torch.eye(len(theirs), dtype=torch.float64)
    worst = float((theirs - right).abs().max())
    lines = "valor @ valor.T" if is_wide else "valor.T @ valor"
    return Mismatch(
        Bilingual(
            f"{called}: {product} se aparta hasta {worst:.3g} de lo que debe ser",
            f"{called}: {product} is off by up to {worst:.3g} from what it should be",
        ),
        quantity=product,
        expected=right,
        got=theirs,
        holds=lambda code: [
            f"valor = {code(made)}",
            f"obtenido, debido = {lines}, {gain**2!r} * torch.eye({len(theirs)})",
            f"assert (obtenido - debido).abs().max() < {max(worst / 2, 1e-6):.3g}",
        ],
        misconception=misconception,
    )


def of_shape(made, shape):
    """Return what another shape comes from: that of the other axes, or of the square factor."""
    got = tuple(made.shape)
    ideas = {(shape[0], shape[0]): "init.qr_of_wide", shape[::-1]: "init.axes_exchanged"}
    return BANK[ideas[got]] if got in ideas and got != shape and shape[0] != shape[1] else None


@pytest.mark.points(5)
def test_square(student, case_seed):
    """Cuadrada: filas y columnas son perpendiculares y miden 1.

    Square: rows and columns are perpendicular and of length 1.
    """
    require(student, [(shape,) for shape in SQUARE], case_seed, "matrix")


@pytest.mark.points(3)
def test_wide(student, case_seed):
    """Ancha: las filas son ortonormales.

    Wide: the rows are orthonormal.
    """
    require(student, [(shape,) for shape in WIDE], case_seed)


@pytest.mark.points(3)
def test_tall(student, case_seed):
    """Alta: las columnas son ortonormales.

    Tall: the columns are orthonormal.
    """
    require(student, [(shape,) for shape in TALL], case_seed)


@pytest.mark.points(3)
def test_gain(student, case_seed):
    """La ganancia multiplica toda la matriz.

    The gain multiplies the whole matrix.
    """
    require(student, [((60, 60), gain) for gain in GAINS], case_seed, "without")


@pytest.mark.points(2)
def test_spread(student, case_seed):
    """Se sortea: cada llamada da otra matriz, y ninguna solo cambia entradas de sitio.

    It is drawn: each call gives another matrix, and none just moves inputs around.
    """
    student.require(NAME)
    student.seed(case_seed)
    one, other = student.run(matrices, tensors(2), name=NAME, casos=[((60, 60),)] * 2)
    require_shape(one, (60, 60), "ortogonal((60, 60))")
    require_shape(other, (60, 60), "ortogonal((60, 60))")
    if bool(((one.double().abs() > NOTHING).sum(1) == 1).all()):
        raise Mismatch(
            Bilingual(
                "cada fila de ortogonal((60, 60)) tiene un solo número distinto de 0",
                "each row of ortogonal((60, 60)) has one number alone that is not 0",
            ),
            quantity="ortogonal((60, 60))",
            holds=lambda code: [f"assert ({code(one)}.abs() > 1e-6).sum(1).max() > 1"],
            misconception=BANK["init.identity"],
        )
    if torch.equal(one, other):
        raise Mismatch(
            Bilingual("dos llamadas dan la misma matriz", "two calls give the same matrix"),
            quantity="ortogonal((60, 60))",
            holds=lambda code: [f"assert not torch.equal({code(one)}, {code(other)})"],
            misconception=BANK["init.seeded"] if orthonormal(one) else None,
        )
