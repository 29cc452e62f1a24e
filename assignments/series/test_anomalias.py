"""Parts 13 to 15: a threshold, what lies above it, and how good that is."""

import pytest
import torch

from grader.checks.asserts import Mismatch
from grader.checks.kit import Bool, Definition, Float, One, Worked, mistake, term
from grader.core.i18n import Bilingual

from . import probes

FLAT = "errores.std(correction=0)"


class umbral(Definition):
    probe = probes.limite
    inputs = {"errores": Float("N"), "k": One(2.0, 1.5, 4.0, optional=True)}
    outputs = {"resultado": Float("")}
    largest = {"N": 6}
    fresh_sizes = {"N": 5}
    weights = {"interface": 0.5, "ones": 0.5}
    tolerance = 1e-8

    @term(0)
    def veces(k):
        return 3.0 if k is None else k

    @term(1)
    def media(errores):
        return errores.mean()

    @term(1)
    def desviacion(errores):
        return errores.var(correction=0).sqrt()

    @term(1)
    def resultado(media, veces, desviacion):
        return media + veces * desviacion

    mistakes = (
        mistake(
            "ser.n_minus_one_of_errors",
            desviacion=lambda errores: errores.std(),
            edit=(FLAT, "errores.std()"),
        ),
        mistake(
            "ser.variance_of_errors",
            desviacion=lambda errores: errores.var(correction=0),
            edit=(FLAT, "errores.var(correction=0)"),
        ),
        mistake(
            "ser.always_three",
            resultado=lambda media, desviacion: media + 3 * desviacion,
            edit=("k * ", "3 * "),
        ),
        mistake(
            "ser.only_deviations",
            resultado=lambda veces, desviacion: veces * desviacion,
            edit=("errores.mean() + ", ""),
        ),
    )


def with_the_cut(case):
    """Return errors, the first of which is the threshold itself."""
    errores = case.inputs["errores"].abs()
    errores[0] = case.inputs["corte"]
    return errores


def own_cut(errores):
    """Return the threshold of who measures these errors."""
    return errores.mean() + 3 * errores.var(correction=0).sqrt()


class detecta(Definition):
    probe = probes.deteccion
    inputs = {
        "errores": Worked(Float("N"), with_the_cut),
        "corte": One(0.5, 0.25, 0.75),
    }
    outputs = {"detectadas": Bool("N")}
    largest = {"N": 8}
    fresh_sizes = {"N": 8}
    weights = {"interface": 0.5, "ones": 0.5}

    @term(1)
    def limite(corte):
        return corte

    @term(1)
    def detectadas(errores, limite):
        return errores > limite

    mistakes = (
        mistake(
            "ser.threshold_from_test",
            limite=own_cut,
            also=(
                {"limite": lambda errores: errores.mean() + 3 * errores.std()},
                {"limite": lambda errores: errores.mean() + 2 * errores.std(correction=0)},
            ),
            edit=("errores > umbral", "errores > errores.mean() + 3 * errores.std(correction=0)"),
        ),
        mistake("ser.not_strictly", detectadas=(">", ">="), edit=("errores >", "errores >=")),
        mistake("ser.below", detectadas=(">", "<"), edit=("errores >", "errores <")),
    )


def hit(name):
    """Return what makes the first place a hit, so that no quotient is 0/0: that has its own check."""

    def work(case):
        changed = case.inputs[name].clone()
        changed[0] = True
        return changed

    return work


def number(count):
    """Return a count as a number of float64."""
    return count.sum().double()


def ratio(count, of):
    """Return a quotient, 0 for 0/0."""
    return count / of if of else 0.0 * of


RATIOS = ("vp / (vp + fp) if vp + fp", "vp / (vp + fn) if vp + fn", "2 * P * R / (P + R) if P + R")


class precision_recall(Definition):
    probe = probes.de_anomalias
    inputs = {
        "detectadas": Worked(Bool("N"), hit("detectadas")),
        "verdaderas": Worked(Bool("N"), hit("verdaderas")),
    }
    outputs = {"p": Float(""), "r": Float(""), "f1": Float("")}
    largest = {"N": 8}
    fresh_sizes = {"N": 12}
    weights = {"interface": 0.5, "ones": 0, "returned": 0.5}
    tolerance = 1e-6  # shares of counts, in float32 too

    @term(1)
    def p(detectadas, verdaderas):
        return ratio(number(detectadas & verdaderas), number(detectadas))

    @term(1)
    def r(detectadas, verdaderas):
        return ratio(number(detectadas & verdaderas), number(verdaderas))

    @term(1)
    def f1(p, r):
        return ratio(2 * p * r, p + r)

    mistakes = (
        mistake(
            "ser.precision_for_recall",
            returned=("r", "p", "f1"),
            edit=("return P, R, F1", "return R, P, F1"),
        ),
        mistake(
            "ser.accuracy_for_precision",
            p=lambda detectadas, verdaderas: number(detectadas == verdaderas) / detectadas.numel(),
            edit=(
                RATIOS[0],
                "(detectadas == verdaderas).sum().item() / len(detectadas) if vp + fp",
            ),
        ),
        mistake(
            "ser.of_all_days",
            r=lambda detectadas, verdaderas: number(detectadas & verdaderas) / detectadas.numel(),
            edit=(RATIOS[1], "vp / len(detectadas) if True"),
        ),
        mistake(
            "ser.mean_for_f1", f1=lambda p, r: (p + r) / 2, edit=(RATIOS[2], "(P + R) / 2 if P + R")
        ),
        mistake(
            "ser.half_an_f1",
            f1=lambda p, r: ratio(p * r, p + r),
            edit=(RATIOS[2], "P * R / (P + R) if P + R"),
        ),
    )


NONE, SOME = torch.zeros(5).bool(), torch.tensor([False, False, True, False, False])
UNDEFINED = ((NONE, SOME, (0,)), (SOME, NONE, (1,)), (NONE, NONE, (0, 1, 2)), (SOME, ~SOME, (2,)))
"""What was detected, what was true, and which of the three are 0/0."""


@pytest.mark.part("precision_recall")
@pytest.mark.weight(1)
@pytest.mark.needs("interface")
def test_zero(student):
    """0/0 es 0: nada que detectar, nada detectado, o ninguna de las detectadas verdadera.

    0/0 is 0: nothing to detect, nothing detected, or none of what was detected true.
    """
    student.precision(torch.float64)
    student.require("precision_recall")
    for detected, true, places in UNDEFINED:
        student.start_over()
        got = student.run(
            probes.de_anomalias,
            lambda one: isinstance(one, list) and all(isinstance(v, torch.Tensor) for v in one),
            detectadas=detected, verdaderas=true,
        )  # fmt: skip
        if any(place >= len(got) or bool((got[place] != 0).any()) for place in places):
            values = [one.tolist() for one in got]
            raise Mismatch(
                Bilingual(
                    f"0/0 es 0 aquí, y sale {values}", f"0/0 is 0 here, and it gives {values}"
                ),
                quantity="(P, R, F1)",
                inputs={"detectadas": detected, "verdaderas": true},
                expected="(0, 0, 0)",
                got=str(values),
                holds=lambda code, got=got: [
                    f"assert [float(v) for v in {code(got)}] == [0, 0, 0]"
                ],
            )
