"""Parts 1 and 2: a convolution over time, and one that sees no future."""

import contextlib
from dataclasses import replace

import pytest
import torch
from torch.nn.functional import conv1d, pad

from grader.checks import answers, comparing, figures
from grader.checks.agreement import require
from grader.checks.case import make
from grader.checks.generated import of_student
from grader.checks.kit import Definition, Float, Size, mistake, term
from grader.checks.kit import whole as whole_
from grader.checks.sequences import is_causal
from grader.checks.strategies import Numbers
from grader.checks.trial import WRONG
from grader.core.errors import StudentFault
from grader.core.i18n import Bilingual

from . import probes
from .sums import ahead, every, plain, weighed, windows

LENGTH = "S*D*(L-1)+L-1+N"
"""Of x: long enough for whoever counts a stride or a hole twice."""
OPTIONS = {"relleno": "P-1", "paso": "S", "dilatacion": "D"}


def only(**sizes):
    """Leave out the options that have the size 1."""
    return plain(OPTIONS, LENGTH, **sizes)


PADDED = "torch.cat([ceros, x, ceros], dim=2)"
READ = 'torch.einsum("kc,bct->bkt", pesos[:, :, i], trozo)'
RETURNED = "return y + sesgo[:, None]"
SIZES = "    K, _, k = pesos.shape\n"


def of_torch(x, pesos, sesgo, relleno, paso, dilatacion):
    """Return what torch's own convolution gives, and how long that is behind it."""
    y = conv1d(x, pesos, sesgo, paso, relleno, dilatacion)
    return probes.ajustada(y, y.shape[2])


class convolucion1d(Definition):
    probe = probes.convoluciona
    inputs = {
        "x": Float(f"B C {LENGTH}"),
        "pesos": Float("K C L"),
        "sesgo": Float("K"),
        **{name: Size(text) for name, text in OPTIONS.items()},
    }
    outputs = {"y": Float(f"B K ({LENGTH}-1-D*(L-1)+2*(P-1))//S+2")}  # the length is behind it
    largest = {"N": 5}
    # No two options are alike, nor next to each other: so one is not taken for another.
    fresh_sizes = {"B": 3, "C": 3, "K": 2, "L": 4, "N": 6, "P": 8, "S": 2, "D": 5}
    stand_ins = {"longitud_salida": probes.suplente}
    called = {"rellenada": "padding", "saltos": "dilation", "inicios": "stride", "sumas": "values"}
    whole = whole_(like=of_torch)

    @term(6, only(S=1, D=1))
    def rellenada(x, relleno):
        return pad(x, (relleno, relleno))

    @term(6, only(P=1, S=1))
    def saltos(L, dilatacion):
        return torch.arange(L) * dilatacion

    @term(6, only(P=1, D=1))
    def inicios(rellenada, saltos, paso):
        return torch.arange(0, rellenada.shape[-1] - int(saltos[-1]), paso)

    @term(10, only(P=1, S=1, D=1))
    def sumas(rellenada, inicios, saltos, pesos, sesgo):
        return weighed(windows(rellenada, inicios, saltos), pesos, sesgo)

    @term(0)
    def y(sumas, x, L, relleno, paso, dilatacion):
        return probes.ajustada(
            sumas, probes.longitud_bien(x.shape[2], L, relleno, paso, dilatacion)
        )

    mistakes = (
        mistake(
            "hib.flipped_kernel",
            sumas=("), pesos", "), pesos.flip(-1)"),
            edit=("pesos[:, :, i]", "pesos[:, :, k - 1 - i]"),
        ),
        mistake(
            "hib.bias_missing", sumas=(", sesgo)\n", ", 0 * sesgo)\n"), edit=(RETURNED, "return y")
        ),
        mistake(
            "hib.bias_each_time",
            sumas=lambda rellenada, inicios, saltos, pesos, sesgo, L: weighed(
                windows(rellenada, inicios, saltos), pesos, L * sesgo
            ),
            also=(
                {
                    "sumas": lambda rellenada, inicios, saltos, pesos, sesgo, C: weighed(
                        windows(rellenada, inicios, saltos), pesos, C * sesgo
                    )
                },
                {
                    "sumas": lambda rellenada, inicios, saltos, pesos, sesgo, C, L: weighed(
                        windows(rellenada, inicios, saltos), pesos, C * L * sesgo
                    )
                },
            ),
            edit=((READ, f"{READ} + sesgo[:, None]"), (RETURNED, "return y")),
        ),
        mistake(
            "hib.averaged",
            sumas=lambda rellenada, inicios, saltos, pesos, sesgo, L: weighed(
                windows(rellenada, inicios, saltos), pesos / L, sesgo
            ),
            also=(
                {
                    "sumas": lambda rellenada, inicios, saltos, pesos, sesgo, C: weighed(
                        windows(rellenada, inicios, saltos), pesos / C, sesgo
                    )
                },
                {
                    "sumas": lambda rellenada, inicios, saltos, pesos, sesgo, C, L: weighed(
                        windows(rellenada, inicios, saltos), pesos / (C * L), sesgo
                    )
                },
            ),
            edit=(RETURNED, "return y / k + sesgo[:, None]"),
        ),
        mistake(
            "hib.one_channel",
            sumas=lambda rellenada, inicios, saltos, pesos, sesgo: weighed(
                windows(rellenada[:, :1], inicios, saltos), pesos[:, :1], sesgo
            ),
            edit=(READ, 'torch.einsum("kc,bct->bkt", pesos[:, :1, i], trozo[:, :1])'),
        ),
        mistake(
            "hib.tap_left_out",
            sumas=lambda rellenada, inicios, saltos, pesos, sesgo: weighed(
                windows(rellenada, inicios, saltos[:-1]), pesos[..., :-1], sesgo
            ),
            also=(
                {
                    "sumas": lambda rellenada, inicios, saltos, pesos, sesgo: weighed(
                        windows(rellenada, inicios, saltos[1:]), pesos[..., 1:], sesgo
                    )
                },
            ),
            edit=("in range(k)", "in range(k - 1)"),
        ),
        mistake(
            "hib.padding_ignored",
            rellenada=lambda x: x,
            edit=(PADDED, "x"),
        ),
        mistake(
            "hib.padding_one_side",
            rellenada=("(relleno, relleno)", "(relleno, 0)"),
            also=(
                {"rellenada": lambda x, relleno: pad(x, (0, relleno))},
                {"rellenada": lambda x, relleno: pad(x, (2 * relleno, 0))},
                {"rellenada": lambda x, relleno: pad(x, (0, 2 * relleno))},
            ),
            edit=(PADDED, "torch.cat([ceros, x], dim=2)"),
        ),
        mistake(
            "hib.padding_not_zero",
            rellenada=lambda x, relleno: pad(x, (relleno, relleno), mode="replicate"),
            also=(
                {"rellenada": lambda x, relleno: pad(x, (relleno, relleno), mode="reflect")},
                {"rellenada": lambda x, relleno: pad(x, (relleno, relleno), mode="circular")},
                {"rellenada": lambda x, relleno: pad(x, (relleno, relleno), value=1.0)},
            ),
            edit=(PADDED, 'F.pad(x, (relleno, relleno), mode="replicate")'),
        ),
        mistake(
            "hib.stride_ignored",
            inicios=("), paso)", "))"),
            edit=(SIZES, f"{SIZES}    paso = 1\n"),
        ),
        mistake(
            "hib.stride_on_input",
            rellenada=lambda x, relleno, paso: pad(x, (relleno, relleno))[..., ::paso],
            inicios=lambda rellenada, saltos: torch.arange(rellenada.shape[-1] - int(saltos[-1])),
            loses=("inicios",),
            edit=(PADDED, f"{PADDED}[:, :, ::paso]\n    paso = 1"),
        ),
        mistake(
            "hib.dilation_ignored",
            saltos=(" * dilatacion", ""),
            also=(
                {
                    "sumas": lambda rellenada, inicios, pesos, sesgo, L: weighed(
                        windows(rellenada, inicios, torch.arange(L)), pesos, sesgo
                    )
                },
            ),
            edit=(SIZES, f"{SIZES}    dilatacion = 1\n"),
        ),
        mistake(
            "hib.dilation_counts_holes",
            saltos=("* dilatacion", "* (dilatacion + 1)"),
            edit=(SIZES, f"{SIZES}    dilatacion = dilatacion + 1\n"),
        ),
    )


def short(definition, sizes):
    """Return cases of sizes in which x is shorter than the filter, or as long."""
    of = definition.declared
    return [make(of.inputs, of.shapes, one, Numbers(7, 0.7, 0.9)) for one in sizes]


def compare(definition, student, cases):
    """Compare what a function gives in some cases with what it gives by its own equations.

    Where these do not run, as without padding, the mistake costs where it is and not here.
    """
    trials = of_student(definition.declared, student)
    known = trials.known()
    equations = known.diagnoses["y"].equations
    runs = []
    for case in cases:
        with contextlib.suppress(*WRONG):
            trials.expected(case, "y", equations)
            runs.append(case)

    def judge(case, answer):
        if known.explained:
            measured = trials.measured(case, equations)
            require(answer["y"], trials.expected(case, "y", equations), quantity="y", case=measured)

    comparing.over(trials, runs, judge, known)


def alike(definition, student, isolation, asked):
    """Assert that a function gives the same without its options as with them."""
    trials = of_student(definition.declared, student)
    dtype = trials.known().dtype
    case = isolation(trials.fresh(1)).rounded(dtype)
    given = {name: case.inputs[name].to(dtype) for name in ("x", "pesos", "sesgo")}
    trials.prepare(dtype)
    *others, right = student.run(asked, answers.of(list, 3), **given)
    for one in others:
        measured = trials.measured(case, definition.declared.right)
        require(one, right, quantity="y", case=measured)


@pytest.mark.part("convolucion1d")
@pytest.mark.kind("form")
@pytest.mark.weight(1)
@pytest.mark.needs("interface")
def test_short(student):
    """Con relleno, la entrada puede ser más corta que el filtro.

    With padding the input may be shorter than the filter.
    """
    usual = {"B": 2, "C": 2, "K": 2, "S": 1, "D": 1}
    sizes = (
        {**usual, "L": 3, "N": -3, "P": 2},  # T = 1
        {**usual, "L": 3, "N": -2, "P": 3, "S": 1},  # T = 2
    )
    compare(convolucion1d, student, short(convolucion1d, sizes))


@pytest.mark.part("convolucion1d")
@pytest.mark.kind("form")
@pytest.mark.weight(1)
@pytest.mark.needs("interface")
def test_defaults(student):
    """Sin decir nada: relleno 0, paso 1, dilatación 1; y se pueden dar por su nombre.

    Where nothing is said: padding 0, stride 1, dilation 1; and they can be given by name.
    """
    alike(convolucion1d, student, only(P=1, S=1, D=1), probes.opciones)


GAP, LOOK = "hueco = dilatacion * (pesos.shape[2] - 1)", "F.pad(x, (hueco, 0))"
CALLED = "return convolucion1d(delante, pesos, sesgo, dilatacion=dilatacion)"
STEPS = "M+D*(2*L-2)"


def causal_of_torch(x, pesos, sesgo, dilatacion):
    """Return what torch's own gives for a series with zeros in front, and how long that is."""
    y = conv1d(ahead(x, dilatacion * (pesos.shape[2] - 1)), pesos, sesgo, dilation=dilatacion)
    return probes.ajustada(y, y.shape[2])


class convolucion_causal(Definition):
    # Filters are odd here, so that what is centred is so whoever halves; others stand below.
    probe = probes.convoluciona_causal
    inputs = {
        "x": Float(f"B C {STEPS}"),
        "pesos": Float("K C 2*L-1"),
        "sesgo": Float("K"),
        "dilatacion": Size("D"),
    }
    outputs = {"y": Float(f"B K {STEPS}+1")}  # the length is behind it
    largest = {"L": 2}
    fresh_sizes = {"B": 3, "C": 3, "K": 2, "L": 2, "M": 5, "D": 3}
    stand_ins = dict.fromkeys(("longitud_salida", "convolucion1d"), probes.suplente)
    called = {"hueco": "reach", "delante": "ahead", "sumas": "values"}
    whole = whole_(like=causal_of_torch)

    @term(4)
    def hueco(L, dilatacion):
        return dilatacion * (2 * L - 2)

    @term(3, plain({"dilatacion": "D"}, STEPS, D=1))
    def delante(x, hueco):
        return ahead(x, hueco)

    @term(8, plain({"dilatacion": "D"}, STEPS, D=1))
    def sumas(delante, pesos, sesgo, L, dilatacion):
        return weighed(every(delante, 2 * L - 1, dilatacion), pesos, sesgo)

    @term(0)
    def y(sumas, x):
        return probes.ajustada(sumas, x.shape[2])

    mistakes = (
        mistake(
            "hib.padding_not_zero",
            delante=lambda x, hueco: pad(x, (hueco, 0), mode="replicate"),
            also=(
                {"delante": lambda x, hueco: pad(x, (hueco, 0), mode="circular")},
                {"delante": lambda x, hueco: pad(x, (hueco, 0), mode="reflect")},
                {"delante": lambda x, hueco: pad(x, (hueco, 0), value=1.0)},
            ),
            edit=(LOOK, 'F.pad(x, (hueco, 0), mode="replicate")'),
        ),
        mistake(
            "hib.padding_without_dilation",
            hueco=("dilatacion * (2 * L - 2)", "2 * L - 2"),
            edit=(GAP, "hueco = pesos.shape[2] - 1"),
        ),
        mistake(
            "hib.gap_after_last",
            hueco=("(2 * L - 2)", "(2 * L - 1)"),
            edit=(GAP, "hueco = dilatacion * pesos.shape[2]"),
        ),
        mistake(
            "hib.centred",
            delante=lambda x, hueco: pad(x, (hueco // 2, hueco // 2)),
            loses=("delante", "convolucion_causal/no_future"),
            edit=(LOOK, "F.pad(x, (hueco // 2, hueco // 2))"),
        ),
        mistake(
            "hib.behind",
            delante=lambda x, hueco: pad(x, (0, hueco)),
            loses=("delante", "convolucion_causal/no_future"),
            edit=(LOOK, "F.pad(x, (0, hueco))"),
        ),
        mistake(
            "hib.not_padded",
            delante=lambda x: x,
            edit=(LOOK, "x"),
            loses=("delante", "convolucion_causal/no_future"),
        ),
        mistake(
            "hib.end_not_cut",
            delante=lambda x, hueco: pad(x, (hueco, hueco)),
            edit=(LOOK, "F.pad(x, (hueco, hueco))"),
        ),
        mistake(
            "hib.present_left_out",
            delante=lambda x, hueco: ahead(x, hueco + 1)[..., :-1],
            edit=(LOOK, "F.pad(x, (hueco + 1, 0))[:, :, :-1]"),
        ),
        mistake(
            "hib.flipped_kernel",
            sumas=("), pesos", "), pesos.flip(-1)"),
            edit=(CALLED, CALLED.replace("pesos,", "pesos.flip(2),")),
        ),
        mistake(
            "hib.dilation_ignored",
            sumas=("2 * L - 1, dilatacion)", "2 * L - 1, 1)"),
            also=(
                {
                    "hueco": lambda L: 2 * L - 2,
                    "sumas": lambda delante, pesos, sesgo, L: weighed(
                        every(delante, 2 * L - 1, 1), pesos, sesgo
                    ),
                },
            ),
            edit=(CALLED, "return convolucion1d(delante, pesos, sesgo)"),
        ),
        mistake(
            "hib.bias_missing",
            sumas=(", sesgo)\n", ", 0 * sesgo)\n"),
            edit=(CALLED, CALLED.replace("sesgo,", "0 * sesgo,")),
        ),
    )


@pytest.mark.part("convolucion_causal")
@pytest.mark.kind("form")
@pytest.mark.weight(1)
@pytest.mark.needs("interface")
def test_short_series(student):
    """La serie puede ser más corta que el filtro, hasta de un solo paso.

    The series may be shorter than the filter, down to a single step.
    """
    usual = {"B": 2, "C": 2, "K": 2, "L": 2}
    sizes = ({**usual, "D": 1, "M": -1}, {**usual, "D": 2, "M": -3}, {**usual, "D": 2, "M": -1})
    compare(convolucion_causal, student, short(convolucion_causal, sizes))


@pytest.mark.part("convolucion_causal")
@pytest.mark.kind("form")
@pytest.mark.weight(1)
@pytest.mark.needs("interface")
def test_without_dilation(student):
    """Sin decir nada, la dilatación es 1; y se puede dar por su nombre.

    Where nothing is said the dilation is 1; and it can be given by name.
    """
    undilated = plain({"dilatacion": "D"}, STEPS, D=1)
    alike(convolucion_causal, student, undilated, probes.sin_dilatacion)


@pytest.mark.part("convolucion_causal")
@pytest.mark.kind("form")
@pytest.mark.weight(1)
@pytest.mark.needs("interface")
def test_even_filter(student):
    """Un filtro puede tener un número par de pesos.

    A filter may have an even number of weights.
    """
    trials = of_student(convolucion_causal.declared, student)
    known = trials.known()
    if known.explained and known.misconceptions():
        return
    case = trials.fresh(1).rounded(known.dtype)
    longer = case.inputs["pesos"].clone()
    longer[..., 0] = 0  # what is farthest away does not count: then it need not be there
    odd, even = (
        replace(case, inputs={**case.inputs, "pesos": one}) for one in (longer, longer[..., 1:])
    )
    trials.prepare(known.dtype)
    right, y = trials.alone(odd), trials.alone(even)
    require(y, right, quantity="y", case=trials.measured(odd, convolucion_causal.declared.right))


SEEN = {"B": 2, "C": 2, "K": 2, "L": 2, "M": 8, "D": 2}


@pytest.mark.part("convolucion_causal")
@pytest.mark.weight(6)
@pytest.mark.needs("interface")
def test_no_future(student, case_seed):
    """Cambiar la entrada desde un paso no cambia ninguna salida anterior.

    To change the input from a step on changes no output before it.
    """
    of = convolucion_causal.declared
    trials = of_student(of, student)
    known = trials.known()
    if known.explained and known.misconceptions() and not known.about("delante"):
        return  # what is known to be wrong elsewhere costs there
    dtype = known.dtype
    case = make(of.inputs, of.shapes, SEEN, Numbers(case_seed % 2**16, 0.7, 0.9)).rounded(dtype)
    trials.prepare(dtype)

    def call(x):
        y = trials.alone(replace(case, inputs={**case.inputs, "x": x}))
        with trials.worked_out():
            return y[..., :-1].to(dtype)

    x = case.inputs["x"]
    with student.unrecorded():
        draw(student, call, x[:1])
    is_causal(call, x, quantity="y", time=2, student=student)


def draw(student, call, x):
    """Keep the picture of which steps each output sees: how much it changes with each."""
    steps = x.shape[2]
    moved = x.repeat(steps + 1, 1, 1)
    moved[torch.arange(steps), :, torch.arange(steps)] += 1
    try:
        found = call(moved)
    except StudentFault:
        return
    if not isinstance(found, torch.Tensor) or found.shape != (len(moved), SEEN["K"], steps):
        return
    change = (found[:-1] - found[-1:]).abs().sum(1)  # (step that was changed, output)
    share = change / change.max().clamp(min=1e-12)
    name = Bilingual(
        "Cada columna es la salida de un paso y cada fila, un paso de la entrada, el primero arriba: "
        "lo oscuro es lo que esa salida ve.",
        "Each column is the output of a step and each row a step of the input, the first at the top: "
        "what is dark is what that output sees.",
    )
    row = figures.Row("y_t", name, share.T.tolist())
    inputs = ("x_t", x[0, 0].tolist())
    figures.keep(student, figures.heat_map([row], inputs=inputs, x=Bilingual("paso t", "step t")))
