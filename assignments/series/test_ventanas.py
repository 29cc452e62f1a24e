"""Part 1: windows of a series and what follows each."""

from dataclasses import replace

import pytest
import torch

from grader.checks.asserts import Mismatch
from grader.checks.case import Isolation
from grader.checks.kit import Definition, Float, One, Size, given, mistake, term
from grader.core.i18n import Bilingual

from . import probes

COUNT, START = "(len(serie) - w - horizonte) // paso + 1", "inicio = m * paso"
TARGETS, ROOM = "serie[inicio + w : inicio + w + horizonte]", "serie.new_empty(M, horizonte)"


def pieces(series, starts, length, rows):
    """Return pieces of a series in a frame of so many rows."""
    found = [series[start : start + length] for start in starts]
    return probes.marco(torch.stack(found) if found else series.new_empty(0, length), rows)


def alike(case):
    """Return a case whose values are all the same: what counts is how many windows there are."""
    return replace(case, inputs={**case.inputs, "serie": torch.ones_like(case.inputs["serie"])})


class ventanas(Definition):
    probe = probes.en_ventanas
    inputs = {
        "serie": Float("W+K+E-1"),
        "w": Size("W"),
        "horizonte": Size("K"),
        "paso": One(2, 1, 3, optional=True),
    }
    outputs = {"X": Float("E+1 W"), "Y": Float("E+1 K")}
    largest = {"E": 6}
    fresh_sizes = {"W": 3, "K": 2, "E": 8}
    weights = {"returned": 0.5}

    @term(0)
    def salto(paso):
        return 1 if paso is None else paso

    @term(4, Isolation(("serie",), alike))
    def cuantas(serie, w, horizonte, salto):
        return (len(serie) - w - horizonte) // salto + 1

    @term(3)
    def inicios(cuantas, salto):
        return [m * salto for m in range(cuantas)]

    @term(3, given(paso=1))
    def X(serie, inicios, w, E):
        return pieces(serie, inicios, w, E + 1)

    @term(4, given(paso=1))
    def Y(serie, inicios, w, horizonte, E):
        return pieces(serie, [inicio + w for inicio in inicios], horizonte, E + 1)

    mistakes = (
        mistake(
            "ser.a_window_short",
            cuantas=("salto + 1", "salto"),
            edit=(COUNT, COUNT.removesuffix(" + 1")),
        ),
        mistake(
            "ser.horizon_not_counted",
            cuantas=lambda serie, w, horizonte, salto: max(
                0, (len(serie) - w - 2 * horizonte) // salto + 1
            ),
            edit=(COUNT, "(len(serie) - w - 2 * horizonte) // paso + 1"),
        ),
        mistake(
            "ser.step_ignored",
            cuantas=lambda serie, w, horizonte: len(serie) - w - horizonte + 1,
            inicios=lambda cuantas: [*range(cuantas)],
            loses=("inicios",),
            edit=((COUNT, "len(serie) - w - horizonte + 1"), (START, "inicio = m")),
        ),
        mistake(
            "ser.starts_without_step",
            inicios=("m * salto", "m"),
            edit=(START, "inicio = m"),
        ),
        mistake(
            "ser.windows_do_not_overlap",
            cuantas=lambda serie, w, horizonte: (len(serie) - w - horizonte) // w + 1,
            inicios=lambda cuantas, w: [m * w for m in range(cuantas)],
            loses=("inicios",),
            edit=((COUNT, "(len(serie) - w - horizonte) // w + 1"), (START, "inicio = m * w")),
        ),
        mistake(
            "ser.window_turned",
            X=lambda serie, inicios, w, E: pieces(
                serie.flip(0), [len(serie) - w - inicio for inicio in inicios], w, E + 1
            ),
            edit=("serie[inicio : inicio + w]", "serie[inicio : inicio + w].flip(0)"),
        ),
        mistake(
            "ser.target_inside",
            Y=lambda serie, inicios, w, horizonte, E: pieces(
                serie, [inicio + w - 1 for inicio in inicios], horizonte, E + 1
            ),
            also=(
                {
                    "Y": lambda serie, inicios, w, horizonte, E: pieces(
                        serie, [inicio + w - horizonte for inicio in inicios], horizonte, E + 1
                    )
                },
            ),
            edit=(TARGETS, "serie[inicio + w - 1 : inicio + w + horizonte - 1]"),
        ),
        mistake(
            "ser.last_target_alone",
            Y=lambda serie, inicios, w, horizonte, E: pieces(
                serie, [inicio + w + horizonte - 1 for inicio in inicios], 1, E + 1
            ),
            edit=(
                (TARGETS, "serie[inicio + w + horizonte - 1]"),
                (ROOM, "serie.new_empty(M, 1)"),
            ),
        ),
        mistake(
            "ser.first_target_alone",
            Y=lambda serie, inicios, w, E: pieces(
                serie, [inicio + w for inicio in inicios], 1, E + 1
            ),
            edit=((TARGETS, "serie[inicio + w]"), (ROOM, "serie.new_empty(M, 1)")),
        ),
        mistake(
            "ser.answer_repeated",
            Y=lambda serie, inicios, w, horizonte, E: pieces(
                serie, [inicio + w for inicio in inicios], 1, E + 1
            ).expand(-1, horizonte),
            edit=(TARGETS, "serie[inicio + w]"),
        ),
        mistake(
            "ser.answer_in_the_input",
            X=lambda serie, inicios, w, E: pieces(
                serie, [inicio + 1 for inicio in inicios], w, E + 1
            ),
            edit=("serie[inicio : inicio + w]", "serie[inicio + 1 : inicio + w + 1]"),
        ),
        mistake(
            "ser.window_with_targets",
            X=lambda serie, inicios, w, horizonte, E: pieces(serie, inicios, w + horizonte, E + 1),
            edit=(
                ("serie[inicio : inicio + w]", "serie[inicio : inicio + w + horizonte]"),
                ("serie.new_empty(M, w)", "serie.new_empty(M, w + horizonte)"),
            ),
        ),
    )


SHORT = ((6, 5, 2, 1), (3, 5, 1, 1), (5, 4, 3, 3), (2, 6, 3, 2))
"""How many values there are, w, the horizon and the step: none of them makes a window."""


@pytest.mark.part("ventanas")
@pytest.mark.kind("form")
@pytest.mark.weight(1)
@pytest.mark.needs("interface")
def test_shapes(student):
    """Las formas son (M, w) y (M, horizonte), también con horizonte 1 y sin ninguna ventana.

    The shapes are (M, w) and (M, horizonte), with a horizon of 1 too, and without a window.
    """
    student.precision(torch.float64)
    student.require("ventanas")
    for n, w, horizon, step in SHORT:
        student.start_over()
        longer = torch.arange(2 * (w + horizon), dtype=torch.float64)
        got, others = student.run(
            probes.formas, lambda one: isinstance(one, list) and len(one) == 2,  # noqa: PLR2004
            serie=longer[:n], larga=longer, w=w, horizonte=horizon, paso=step,
        )  # fmt: skip
        right = [[0, *(one[1:2] or [1])] for one in others]
        if got != right:
            raise Mismatch(
                Bilingual(
                    f"con {n} valores no cabe ninguna ventana de {w} y su horizonte de {horizon}: las formas "
                    f"son {got}, y deben ser {right}",
                    f"among {n} values there is no room for a window of {w} and its horizon of {horizon}: the "
                    f"shapes are {got}, and should be {right}",
                ),
                quantity="ventanas",
                inputs={"serie": longer[:n], "w": w, "horizonte": horizon, "paso": step},
                expected=str(right),
                got=str(got),
                holds=lambda code, got=got, right=right: [f"assert {code(got)} == {right}"],
            )
