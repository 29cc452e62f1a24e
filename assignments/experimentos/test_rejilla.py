"""Part 9: a grid, each point once."""

import itertools

import pytest

from grader.checks.kit import Bank, mistake

from . import probes
from .searches import BEST, LIST, TWICE, VALUES, Search, Seen, is_search

pytestmark = pytest.mark.part("busqueda_rejilla")
SPACES = (
    {"tasa": [0.1, 0.01, 0.001], "celda": ["GRU", "LSTM"]},
    {"unidades": [8, 16, 32, 64]},
    {"a": [1, 2], "b": [3, 4], "c": [5, 6, 7]},
    {"sola": [1]},
)
PRODUCT = "itertools.product(*espacio.values())"
DICT = ("config = dict(zip(espacio, valores))", "config.update(zip(espacio, valores))")
BANK = Bank(
    "busqueda_rejilla",
    Search(),
    mistake("exp.zip_for_product", edit=(PRODUCT, "zip(*espacio.values())"), loses=("points",)),
    mistake("exp.evaluated_twice", edit=TWICE, loses=("points",)),
    mistake("exp.one_dict_for_all", edit=(LIST, DICT), loses=("pairs",)),
    mistake("exp.maximising", edit=(BEST, "max(todas"), loses=("best",)),
    mistake("exp.value_for_configuration", edit=("par[1])[0]", "par[1])[1]"), loses=("best",)),
)


def grid(student, space):
    """Return what the student's grid search does with a space. Raises StudentFault."""
    student.start_over()
    student.require("busqueda_rejilla")
    answer = student.run(probes.en_rejilla, is_search, espacio=space, valores=VALUES)
    return Seen(BANK, answer)


@pytest.mark.points(1.5)
def test_points(student):
    """Se prueban todas las combinaciones, cada una una vez.

    All combinations are tried, each once.
    """
    for space in SPACES:
        seen = grid(student, space)
        right = [dict(zip(space, one, strict=True)) for one in itertools.product(*space.values())]
        side_by_side = [dict(zip(space, one, strict=True)) for one in zip(*space.values())]  # noqa: B905 - that is the mistake
        seen.require_calls(
            right,
            f"el espacio {space} tiene {len(right)} combinaciones",
            f"the space {space} has {len(right)} combinations",
            "exp.zip_for_product" if seen.calls == side_by_side else None,
        )


@pytest.mark.points(0.75)
def test_pairs(student):
    """La lista tiene cada configuración con su valor.

    The list has each configuration with its value.
    """
    for space in SPACES:
        grid(student, space).require_pairs()


@pytest.mark.points(0.75)
def test_best(student):
    """La mejor configuración es la de menor valor.

    The best configuration is the one with the least value.
    """
    for space in SPACES:
        grid(student, space).require_best()
