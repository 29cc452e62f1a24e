"""Part 4: windows for training, validation and test, none of which knows what it may not."""

import math
from itertools import pairwise

import pytest
import torch

from grader.checks.asserts import Mismatch
from grader.checks.generated import of_student
from grader.checks.kit import Definition, Float, One, Size, mistake, term
from grader.core.i18n import Bilingual

from . import probes
from .test_ventanas import pieces

BELOW = dict.fromkeys(("ventanas", "divide_temporal", "Escalador"), probes.suplente)
FIT, INSIDE = "escalador.ajusta(serie[:a])", "(primero >= desde) & (ultimo < hasta)"
SCALED = "z = escalador.transforma(serie)"
EACH = (
    "return datos",
    (
        "for nombre, desde, hasta in partes:\n"
        "        crudas = serie[desde:hasta]\n"
        "        datos[nombre] = tuple(\n"
        "            (escalador.invierte(uno) - crudas.mean()) / crudas.std(correction=0)\n"
        "            for uno in datos[nombre]\n"
        "        )\n"
        "    return datos"
    ),
)
BY_COUNT = (
    "dentro = " + INSIDE,
    (
        "M = len(X)\n"
        "        desde, hasta = [int(M * uno / len(serie)) for uno in (desde, hasta)]\n"
        "        dentro = (primero - w >= desde) & (primero - w < hasta)"
    ),
)


def scaled(serie, values):
    """Return a series on the scale of some values."""
    return (serie - values.mean()) / values.var(correction=0).sqrt()


def starts(holds):
    """Return where the windows of each part start, by what has to hold of it.

    `holds` gets the first input's place, that of the first target, that after the last, and the
    part's ends.
    """

    def find(serie, w, horizonte, fin_entrenamiento, fin_validacion):
        ends = (0, fin_entrenamiento, fin_validacion, len(serie))
        places = range(len(serie) - w - horizonte + 1)
        return [
            [i for i in places if holds(i, i + w, i + w + horizonte, ends[n], ends[n + 1])]
            for n in range(3)
        ]

    return find


def by_count(serie, w, horizonte, entrenamiento, validacion):
    """Return where windows start if their list is divided as the series should be."""
    count = len(serie) - w - horizonte + 1
    n, both = len(serie), entrenamiento + validacion
    ends = [0, math.floor(n * entrenamiento), math.floor(n * both), n]
    cuts = [int(count * one / n) for one in ends]
    return [list(range(cuts[n], cuts[n + 1])) for n in range(3)]


def plain_count(serie, w, horizonte, entrenamiento, validacion):
    """Return the same of who takes the fractions of the count of windows."""
    count = len(serie) - w - horizonte + 1
    cuts = [0, int(count * entrenamiento), int(count * (entrenamiento + validacion)), count]
    return [list(range(cuts[n], cuts[n + 1])) for n in range(3)]


def beside(read, said, inicios, w, horizonte, E):
    """Return inputs and targets side by side, in a frame."""
    rows = 12 * E + 2
    after = [inicio + w for inicio in inicios]
    return torch.cat([pieces(read, inicios, w, rows), pieces(said, after, horizonte, rows)], 1)


class prepara(Definition):
    probe = probes.preparado
    stand_ins = BELOW
    inputs = {
        "serie": Float("W+K+12*E"),
        "w": Size("W"),
        "horizonte": Size("K"),
        "entrenamiento": One(0.5, 0.625),
        "validacion": One(0.25, 0.1875),
    }
    outputs = {
        "filas_entrenamiento": Float("12*E+2 W+K"),
        "filas_validacion": Float("12*E+2 W+K"),
        "filas_prueba": Float("12*E+2 W+K"),
    }
    largest = {"W": 3, "K": 3, "E": 2}
    fresh_sizes = {"W": 4, "K": 3, "E": 2}
    weights = {"returned": 0.5}
    symbols = {"fin_entrenamiento": "a", "fin_validacion": "b"}
    tolerance = 1e-7  # who adds 1e-12 to a deviation is right as well

    @term(0)
    def fin_entrenamiento(serie, entrenamiento):
        return math.floor(len(serie) * entrenamiento)

    @term(0)
    def fin_validacion(serie, entrenamiento, validacion):
        return math.floor(len(serie) * (entrenamiento + validacion))

    @term(0)
    def medidos(serie, fin_entrenamiento):
        return serie[:fin_entrenamiento]

    @term(3)
    def escala(serie, medidos):
        return [scaled(serie, medidos)] * 3

    @term(1)
    def respuestas(escala):
        return escala

    @term(5)
    def objetivos(serie, w, horizonte, fin_entrenamiento, fin_validacion):
        ends = (0, fin_entrenamiento, fin_validacion, len(serie))
        found = []
        for low, high in pairwise(ends):
            last = high - w - horizonte
            found.append(list(range(max(low - w, 0), last + 1)))
        return found

    @term(0)
    def filas_entrenamiento(escala, respuestas, objetivos, w, horizonte, E):
        return beside(escala[0], respuestas[0], objetivos[0], w, horizonte, E)

    @term(0)
    def filas_validacion(escala, respuestas, objetivos, w, horizonte, E):
        return beside(escala[1], respuestas[1], objetivos[1], w, horizonte, E)

    @term(0)
    def filas_prueba(escala, respuestas, objetivos, w, horizonte, E):
        return beside(escala[2], respuestas[2], objetivos[2], w, horizonte, E)

    mistakes = (
        mistake(
            "ser.scaled_with_all",
            medidos=lambda serie: serie,
            loses=("prepara/no_leak",),
            edit=(FIT, "escalador.ajusta(serie)"),
        ),
        mistake(
            "ser.scaled_with_validation",
            medidos=lambda serie, fin_validacion: serie[:fin_validacion],
            loses=("prepara/no_leak",),
            edit=(FIT, "escalador.ajusta(serie[:b])"),
        ),
        mistake(
            "ser.scaled_by_windows",
            escala=lambda serie, objetivos, w: (
                [scaled(serie, torch.cat([serie[i : i + w] for i in objetivos[0]]))] * 3
            ),
            also=(
                {
                    "escala": lambda serie, objetivos, w, horizonte: (
                        [
                            scaled(
                                serie,
                                torch.cat([serie[i : i + w + horizonte] for i in objetivos[0]]),
                            )
                        ]
                        * 3
                    )
                },
            ),
            edit=(FIT, "escalador.ajusta(ventanas(serie[:a], w, horizonte)[0])"),
        ),
        mistake(
            "ser.each_part_its_scale",
            escala=lambda serie, fin_entrenamiento, fin_validacion: [
                scaled(serie, one)
                for one in serie.tensor_split((fin_entrenamiento, fin_validacion))
            ],
            edit=EACH,
        ),
        mistake(
            "ser.not_scaled",
            escala=lambda serie: [serie] * 3,
            loses=("escala", "prepara/escalador"),
            edit=(SCALED, "z = serie"),
        ),
        mistake(
            "ser.answers_not_scaled",
            respuestas=lambda serie: [serie] * 3,
            loses=("respuestas", "prepara/escalador"),
            edit=(
                "(X[dentro], Y[dentro])",
                "(X[dentro], ventanas(serie, w, horizonte)[1][dentro])",
            ),
        ),
        mistake(
            "ser.first_input_decides",
            objetivos=starts(lambda start, _, end, low, high: low <= start < high),
            edit=(INSIDE, "(primero - w >= desde) & (primero - w < hasta)"),
        ),
        mistake(
            "ser.inputs_stay_inside",
            objetivos=starts(lambda start, _, end, low, high: low <= start and end <= high),
            edit=(INSIDE, "(primero - w >= desde) & (ultimo < hasta)"),
        ),
        mistake(
            "ser.first_target_decides",
            objetivos=starts(lambda _, first, end, low, high: low <= first < high),
            edit=(INSIDE, "(primero >= desde) & (primero < hasta)"),
        ),
        mistake(
            "ser.last_target_decides",
            objetivos=starts(lambda _, first, end, low, high: low < end <= high),
            edit=(INSIDE, "(ultimo >= desde) & (ultimo < hasta)"),
        ),
        mistake(
            "ser.end_included",
            objetivos=starts(lambda _, first, end, low, high: low <= first and end <= high + 1),
            edit=("ultimo < hasta", "ultimo <= hasta"),
        ),
        mistake(
            "ser.start_left_out",
            objetivos=starts(lambda _, first, end, low, high: low < first and end <= high),
            edit=("primero >= desde", "primero > desde"),
        ),
        mistake(
            "ser.no_end",
            objetivos=starts(
                lambda _, first, end, low, high: low <= first and (low or end <= high)
            ),
            edit=('("validacion", a, b)', '("validacion", a, len(serie))'),
        ),
        mistake(
            "ser.windows_divided",
            objetivos=plain_count,
            also=({"objetivos": by_count},),
            edit=BY_COUNT,
        ),
    )


W, K, SPLIT = 4, 2, (0.5, 0.25)
N, KNOWN = 48, 24
"""Of so many values so many are learned from."""
WHOLE_WINDOWS = KNOWN - W - K + 1
"""Those whose inputs and targets are all of what is learned from."""


def ready(student):
    """Let the student's code run over right pieces, in float64."""
    of_student(prepara.declared, student).prepare(torch.float64)


def asked(serie, **more):
    """Return the arguments of a question about a series."""
    keys = ("w", "horizonte", "entrenamiento", "validacion")
    return {"serie": serie, **dict(zip(keys, (W, K, *SPLIT), strict=True)), **more}


NEAR = 1e-4  # of values of the series that differ by much more


def rows(count):
    """Return whether something can be so many tables of windows."""
    return lambda answer: (
        isinstance(answer, list)
        and len(answer) == count
        and all(isinstance(one, torch.Tensor) and bool(one.shape[1:]) for one in answer)
    )


@pytest.mark.part("prepara")
@pytest.mark.weight(7)
@pytest.mark.needs("interface")
def test_no_leak(student, case_seed):
    """Otro futuro, las mismas ventanas de entrenamiento, bit a bit.

    Another future, the same windows for training, bit by bit.
    """
    ready(student)
    known = of_student(prepara.declared, student).known()
    drawn = torch.Generator().manual_seed(case_seed % 2**31)
    for place in (KNOWN, N - 1):
        student.start_over()
        serie = torch.randn(N, generator=drawn, dtype=torch.float64)
        other = serie.clone()
        other[place:] = 3 + 10 * torch.randn(N - place, generator=drawn, dtype=torch.float64)
        before, after = student.run(
            probes.con_otro_futuro,
            rows(2),
            **asked(serie, otra=other),
        )
        later = {tuple(row) for row in after.tolist()}
        same = sum(tuple(row) in later for row in before.tolist())
        if same >= WHOLE_WINDOWS:
            continue
        known_ones = [one for one in known.misconceptions() if one.changes.keys() == {"medidos"}]
        raise Mismatch(
            Bilingual(
                f"cambian los valores desde el {place}, que el entrenamiento no puede conocer, y con ellos sus "
                f"ventanas: de las {WHOLE_WINDOWS} que quedan antes del {KNOWN}, solo {same} siguen iguales",
                f"the values from {place} on change, which training cannot know, and with them its windows: of "
                f"the {WHOLE_WINDOWS} that lie before {KNOWN} only {same} stay as they were",
            ),
            quantity="entrenamiento",
            inputs={"serie": serie, "otra": other},
            expected=f"{WHOLE_WINDOWS}",
            got=f"{same}",
            misconception=known_ones[0] if known_ones else None,
            holds=lambda code, before=before, after=after: [
                f"antes, despues = {code(before)}, {code(after)}",
                "iguales = [bool((fila == despues).all(1).any()) for fila in antes]",
                f"assert sum(iguales) >= {WHOLE_WINDOWS}, iguales",
            ],
        )


@pytest.mark.part("prepara")
@pytest.mark.kind("form")
@pytest.mark.weight(3)
@pytest.mark.needs("interface")
def test_order(student):
    """En cada parte, las ventanas van en el orden del tiempo.

    In each part the windows go in the order of time.
    """
    ready(student)
    serie = torch.arange(N, dtype=torch.float64)
    found = student.run(probes.pares, rows(3), **asked(serie))
    for name, one in zip(probes.PARTES, found, strict=True):
        firsts = one[:, 0]
        if not bool((firsts[1:] > firsts[:-1]).all()):
            raise Mismatch(
                Bilingual(
                    f"las ventanas de «{name}» no van en el orden del tiempo: en una serie que sube, la primera "
                    "entrada de cada una debe ser mayor que la de la anterior",
                    f"the windows of “{name}” are not in the order of time: in a series that grows, the first "
                    "input of each should be greater than that of the one before",
                ),
                quantity=name,
                inputs={"serie": serie},
                got=firsts,
                holds=lambda code, one=one: [f"assert ({code(one)}[:, 0].diff() > 0).all()"],
            )


@pytest.mark.part("prepara")
@pytest.mark.kind("form")
@pytest.mark.weight(1)
@pytest.mark.needs("interface")
def test_escalador(student):
    """El escalador que se devuelve es el que se usó: con él se vuelve a las unidades de la serie.

    The scaler that is returned is the one that was used: it leads back to the series' units.
    """
    ready(student)
    serie = 5 + 3 * torch.arange(N, dtype=torch.float64).cos()
    targets, back = student.run(
        probes.de_vuelta,
        rows(2),
        **asked(serie),
    )
    gaps = (back[..., None] - serie).abs().amin(-1)
    if back.shape != targets.shape or not bool((gaps < NEAR).all()):
        raise Mismatch(
            Bilingual(
                "con el escalador que se devuelve, los objetivos no vuelven a ser valores de la serie",
                "by the scaler that is returned the targets do not become values of the series again",
            ),
            quantity="escalador",
            inputs={"serie": serie, "Y": targets},
            got=back,
            holds=lambda code: [
                f"cerca = ({code(back)}[..., None] - serie).abs().amin(-1)",
                "assert (cerca < 1e-4).all(), cerca",
            ],
        )
