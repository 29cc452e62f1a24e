"""Parts 3 and 4: how long an output is, and how much of the input it sees."""

import pytest
import torch
from torch.nn.functional import conv1d

from grader.checks import answers
from grader.checks.asserts import Mismatch
from grader.checks.generated import of_student
from grader.checks.kit import Definition, Float, Int, Worked, mistake, term
from grader.checks.kit import whole as whole_
from grader.core.i18n import Bilingual

from . import probes

BY_NAME = "longitud_salida(9, 3, dilatacion=1, paso=1, relleno=0)"
IN_ORDER = "longitud_salida(9, 3, 0, 1, 1)"
INTEGER = Bilingual("un número entero", "an integer")
FLOORED = "(total - alcance) // paso + 1"
REACH = "dilatacion * (k - 1) + 1"


def enough(case):
    """Return lengths of inputs that hold the filter at least once."""
    given = case.inputs
    least = given["dilatacion"] * (given["k"] - 1) + 1 - 2 * given["relleno"]
    return torch.maximum(given["T"], least)


def by_torch(T, k, relleno, paso, dilatacion):
    """Return how long torch's own outputs are."""
    found = [
        conv1d(torch.zeros(1, 1, t), torch.zeros(1, 1, taps), None, step, around, gap).shape[2]
        for t, taps, around, step, gap in zip(
            *(one.tolist() for one in (T, k, relleno, paso, dilatacion)), strict=True
        )
    ]
    return torch.tensor(found, dtype=torch.float64)


class longitud_salida(Definition):
    probe = probes.longitudes
    inputs = {
        "T": Worked(Int("B", below=30, least=1), enough),
        "k": Int("B", below=6, least=1),
        "relleno": Int("B", below=4),
        "paso": Int("B", below=5, least=1),
        "dilatacion": Int("B", below=4, least=1),
    }
    outputs = {"longitud": Float("B")}
    weights = {"interface": 1, "ones": 0}
    fresh_sizes = {"B": 12}
    largest = {"B": 6}
    called = {"total": "padding", "alcance": "reach", "cuenta": "steps"}
    whole = whole_(like=by_torch)

    @term(2)
    def total(T, relleno):
        return T + 2 * relleno

    @term(2)
    def alcance(k, dilatacion):
        return dilatacion * (k - 1) + 1

    @term(2)
    def cuenta(total, alcance, paso):
        return (total - alcance) // paso + 1

    @term(0)
    def longitud(cuenta):
        return cuenta.double()

    mistakes = (
        mistake("hib.padding_once", total=("2 * relleno", "relleno")),
        mistake("hib.padding_forgotten", total=(" + 2 * relleno", "")),
        mistake("hib.dilation_ignored", alcance=(REACH, "k")),
        mistake(
            "hib.gap_after_last",
            alcance=(REACH, "dilatacion * k"),
            also=({"alcance": lambda k, dilatacion: dilatacion * k + 1},),
        ),
        mistake(
            "hib.rounded_up",
            cuenta=(FLOORED, "-(-(total - alcance) // paso) + 1"),
        ),
        mistake(
            "hib.not_floored",
            cuenta=(FLOORED, "(total - alcance) / paso + 1"),
        ),
        mistake("hib.one_short", cuenta=(FLOORED, "(total - alcance) // paso")),
        mistake(
            "hib.stride_ignored",
            cuenta=(FLOORED, "total - alcance + 1"),
        ),
        mistake(
            "hib.divided_first",
            cuenta=(FLOORED, "(total - alcance + 1) // paso"),
        ),
    )


def has_a_name(definition, student):
    """Whether what a student has wrong is known: then it costs where it is, and not again."""
    known = of_student(definition.declared, student).known()
    return known.explained and bool(known.misconceptions())


def require_integer(answer, call):
    """Assert that a number is an integer of Python's, NumPy's or torch's, whichever it is."""
    value, is_integer = answer
    if not is_integer:
        raise Mismatch(
            Bilingual(
                f"{call} da {value}, que no es un entero: con una longitud se crean tensores",
                f"{call} gives {value}, which is no integer: tensors are made with a length",
            ),
            quantity=call,
            expected=INTEGER,
            got=str(value),
            holds=lambda _: [f"assert isinstance({call}, int), type({call})"],
        )


@pytest.mark.part("longitud_salida")
@pytest.mark.kind("form")
@pytest.mark.weight(1)
@pytest.mark.needs("interface")
def test_integer(student):
    """Devuelve un entero, y no un número con decimales.

    It returns an integer, and no number with decimals.
    """
    student.require("longitud_salida")
    answer = student.run(probes.clase_de_longitud, answers.of(list, 2), T=8, k=3)
    if not has_a_name(longitud_salida, student):
        require_integer(answer, "longitud_salida(8, 3)")


@pytest.mark.part("longitud_salida")
@pytest.mark.kind("form")
@pytest.mark.weight(1)
@pytest.mark.needs("interface")
def test_without_options(student):
    """Sin decir nada: relleno 0, paso 1, dilatación 1; y se pueden dar por su nombre.

    Where nothing is said: padding 0, stride 1, dilation 1; and they can be given by name.
    """
    student.require("longitud_salida")
    asked = {"T": 9, "k": 3}
    *others, right = student.run(probes.longitudes_sin_opciones, answers.of(list, 3), **asked)
    for call, value in zip(("longitud_salida(9, 3)", BY_NAME), others, strict=True):
        if value != right:
            raise Mismatch(
                Bilingual(
                    f"{call} da {value:g}, y {IN_ORDER} da {right:g}",
                    f"{call} gives {value:g}, and {IN_ORDER} gives {right:g}",
                ),
                quantity=call,
                expected=f"{right:g}",
                got=f"{value:g}",
                holds=lambda _, call=call: [f"assert {call} == {IN_ORDER}"],
            )


GROWS = "campo = campo + (k - 1) * dilatacion * salto"
JUMPS = "salto = salto * paso"


def seen_by_one(capas):
    """Return how far apart the inputs lie that one output of each stack sees.

    It is read off: each input in turn is 1 and all others 0, all weights are 1.
    """
    found = []
    for stack in capas.tolist():
        longest = 1
        for k, step, gap in reversed(stack):
            longest = (longest - 1) * step + gap * (k - 1) + 1
        longest += 2
        x = torch.eye(longest, dtype=torch.float64)[:, None]
        for k, step, gap in stack:
            x = conv1d(x, torch.ones(1, 1, k, dtype=torch.float64), None, step, 0, gap)
        seen = x[:, 0, 0].nonzero()
        found.append(float(seen.max() - seen.min() + 1))
    return torch.tensor(found, dtype=torch.float64)


class campo_receptivo(Definition):
    probe = probes.campos
    inputs = {"capas": Int("B L 3", below=5, least=1)}
    outputs = {"campo": Float("B")}
    weights = {"interface": 1, "ones": 0}
    fresh_sizes = {"B": 8, "L": 3}
    largest = {"B": 4}
    called = {"aporta": "reach", "saltos": "strides", "R": "sum"}
    whole = whole_(like=seen_by_one)

    @term(3)
    def aporta(capas):
        return (capas[..., 0] - 1) * capas[..., 2]

    @term(3)
    def saltos(capas):
        return torch.cat([capas[..., :1, 1] ** 0, capas[..., :-1, 1].cumprod(-1)], -1)

    @term(3)
    def R(aporta, saltos):
        return 1 + (aporta * saltos).sum(-1)

    @term(0)
    def campo(R):
        return R.double()

    mistakes = (
        mistake(
            "hib.dilation_ignored",
            aporta=(" * capas[..., 2]", ""),
            edit=(GROWS, "campo = campo + (k - 1) * salto"),
        ),
        mistake(
            "hib.gap_after_last",
            aporta=("(capas[..., 0] - 1)", "capas[..., 0]"),
            edit=(GROWS, "campo = campo + k * dilatacion * salto"),
        ),
        mistake(
            "hib.strides_ignored",
            saltos=lambda capas: torch.ones_like(capas[..., 1]),
            edit=(JUMPS, "pass"),
        ),
        mistake(
            "hib.own_stride_counted",
            saltos=lambda capas: capas[..., 1].cumprod(-1),
            edit=((GROWS, JUMPS), (f"{JUMPS}\n    return", f"{GROWS}\n    return")),
        ),
        mistake(
            "hib.own_stride_alone",
            saltos=lambda capas: capas[..., 1],
            edit=((GROWS, GROWS.replace("salto", "paso")), (JUMPS, "pass")),
        ),
        mistake(
            "hib.previous_stride_alone",
            saltos=lambda capas: torch.cat([capas[..., :1, 1] ** 0, capas[..., :-1, 1]], -1),
            edit=(JUMPS, "salto = paso"),
        ),
        mistake(
            "hib.strides_of_later",
            saltos=lambda capas: torch.cat(
                [capas[..., 1:, 1].flip(-1).cumprod(-1).flip(-1), capas[..., :1, 1] ** 0], -1
            ),
            edit=("in capas:", "in reversed(capas):"),
        ),
        mistake(
            "hib.fields_multiplied",
            R=lambda aporta, saltos: (1 + aporta * saltos).prod(-1),
            also=({"R": lambda aporta, saltos: (1 + aporta).prod(-1)},),
            edit=(GROWS, "campo = campo * (1 + (k - 1) * dilatacion * salto)"),
        ),
        mistake(
            "hib.without_itself",
            R=("1 + (aporta", "(aporta"),
            edit=("campo, salto = 1, 1", "campo, salto = 0, 1"),
        ),
    )


@pytest.mark.part("campo_receptivo")
@pytest.mark.kind("form")
@pytest.mark.weight(1)
@pytest.mark.needs("interface")
def test_integer_field(student):
    """Devuelve un entero.

    It returns an integer.
    """
    student.require("campo_receptivo")
    answer = student.run(probes.clase_de_campo, answers.of(list, 2), capas=[(3, 1, 1), (3, 1, 2)])
    require_integer(answer, "campo_receptivo([(3, 1, 1), (3, 1, 2)])")


@pytest.mark.part("campo_receptivo")
@pytest.mark.kind("form")
@pytest.mark.weight(1)
@pytest.mark.needs("interface")
def test_no_layers(student):
    """Sin capas, cada salida ve un paso: el suyo.

    Without layers each output sees one step: its own.
    """
    student.require("campo_receptivo")
    value, _ = student.run(probes.clase_de_campo, answers.of(list, 2), capas=[])
    if value != 1 and not has_a_name(campo_receptivo, student):
        call = "campo_receptivo([])"
        raise Mismatch(
            Bilingual(f"{call} da {value:g}, no 1", f"{call} gives {value:g}, not 1"),
            quantity=call,
            expected="1",
            got=f"{value:g}",
            holds=lambda _: [f"assert {call} == 1"],
        )
