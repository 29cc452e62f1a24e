"""Part 2: three lists of indices, in order of time."""

import math

import torch

from grader.checks.kit import Definition, Flag, Float, One, Size, mistake, term

from . import probes

FIRST, SECOND = "int(n * entrenamiento)", "int(n * (entrenamiento + validacion))"
LAST, SHUFFLE = (
    "list(range(b, n))",
    "import random\n    todos = list(range(n))\n    random.shuffle(todos)",
)


def numbers(first, last, n):
    """Return indices from the first to before the last, in a frame of n."""
    return probes.marco(torch.arange(first, max(first, last), dtype=torch.float64), n)


class divide_temporal(Definition):
    probe = probes.en_partes
    # Fractions are sums of powers of 2: no matter in which order they are used. Of fewer than eight
    # indices some that were shuffled could be in order by chance.
    inputs = {
        "n": Size("N+7"),
        "entrenamiento": One(0.5, 0.625, 0.6875),
        "validacion": One(0.25, 0.1875, 0.3125, 0.125),
    }
    outputs = {
        "indices_entrenamiento": Float("N+7"),
        "indices_validacion": Float("N+7"),
        "indices_prueba": Float("N+7"),
        "en_orden": Flag(),
    }
    largest = {"N": 17}
    fresh_sizes = {"N": 16}
    weights = {"returned": 0.5, "ones": 0.5}

    @term(3)
    def fin_entrenamiento(n, entrenamiento):
        return math.floor(n * entrenamiento)

    @term(0)
    def indices_entrenamiento(fin_entrenamiento, n):
        return numbers(0, fin_entrenamiento, n)

    @term(1)
    def inicio_validacion(fin_entrenamiento):
        return fin_entrenamiento

    @term(3)
    def fin_validacion(n, entrenamiento, validacion):
        return math.floor(n * (entrenamiento + validacion))

    @term(0)
    def indices_validacion(inicio_validacion, fin_validacion, n):
        return numbers(inicio_validacion, fin_validacion, n)

    @term(2)
    def prueba(fin_validacion, n):
        return (fin_validacion, n)

    @term(0)
    def indices_prueba(prueba, n):
        return numbers(*prueba, n)

    @term(3)
    def en_orden():
        return True

    mistakes = (
        mistake(
            "ser.shuffled_split",
            en_orden=lambda: False,
            edit=(
                ("a = int", f"{SHUFFLE}\n    a = int"),
                ("list(range(0, a))", "todos[:a]"),
                ("list(range(a, b))", "todos[a:b]"),
                (LAST, "todos[b:]"),
            ),
        ),
        mistake(
            "ser.rounded_to_nearest",
            fin_entrenamiento=lambda n, entrenamiento: round(n * entrenamiento),
            fin_validacion=lambda n, entrenamiento, validacion: round(
                n * (entrenamiento + validacion)
            ),
            loses=("fin_entrenamiento",),
            edit=(
                ("int(n * entrenamiento)", "round(n * entrenamiento)"),
                ("int(n * (", "round(n * ("),
            ),
        ),
        mistake(
            "ser.rounded_up",
            fin_entrenamiento=lambda n, entrenamiento: math.ceil(n * entrenamiento),
            fin_validacion=lambda n, entrenamiento, validacion: math.ceil(
                n * (entrenamiento + validacion)
            ),
            loses=("fin_entrenamiento",),
            edit=(
                (FIRST, "-int(-n * entrenamiento // 1)"),
                (SECOND, "-int(-n * (entrenamiento + validacion) // 1)"),
            ),
        ),
        mistake(
            "ser.floors_added",
            fin_validacion=lambda n, fin_entrenamiento, validacion: (
                fin_entrenamiento + math.floor(n * validacion)
            ),
            edit=(SECOND, "a + int(n * validacion)"),
        ),
        mistake(
            "ser.validation_to_its_fraction",
            fin_validacion=lambda n, validacion: math.floor(n * validacion),
            prueba=lambda fin_validacion, fin_entrenamiento, n: (
                max(fin_validacion, fin_entrenamiento),
                n,
            ),
            loses=("fin_validacion",),
            also=({"fin_validacion": lambda n, validacion: math.floor(n * validacion)},),
            edit=((SECOND, "int(n * validacion)"), (LAST, "list(range(max(a, b), n))")),
        ),
        mistake(
            "ser.validation_of_the_rest",
            fin_validacion=lambda n, fin_entrenamiento, validacion: (
                fin_entrenamiento + math.floor((n - fin_entrenamiento) * validacion)
            ),
            edit=(SECOND, "a + int((n - a) * validacion)"),
        ),
        mistake(
            "ser.an_index_lost",
            prueba=lambda fin_validacion, n: (fin_validacion, n - 1),
            edit=(LAST, "list(range(b, n - 1))"),
        ),
        mistake(
            "ser.validation_shares",
            inicio_validacion=lambda fin_entrenamiento: max(0, fin_entrenamiento - 1),
            edit=("list(range(a, b))", "list(range(max(0, a - 1), b))"),
        ),
        mistake(
            "ser.a_gap_between",
            inicio_validacion=lambda fin_entrenamiento: fin_entrenamiento + 1,
            edit=("list(range(a, b))", "list(range(a + 1, b))"),
        ),
        mistake(
            "ser.test_as_large_as_validation",
            prueba=lambda fin_validacion, fin_entrenamiento, n: (
                fin_validacion,
                min(n, 2 * fin_validacion - fin_entrenamiento),
            ),
            edit=(LAST, "list(range(b, min(n, 2 * b - a)))"),
        ),
    )
