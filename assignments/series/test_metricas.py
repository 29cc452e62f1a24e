"""Parts 9 to 12: how far off forecasts are, in four ways."""

import torch

from grader.checks.kit import Definition, Float, One, Worked, mistake, term

from . import probes

VALUES = {"y": Float("B K"), "p": Float("B K")}
ALONE = {"interface": 0.5, "ones": 0.5}
MEAN, SQUARES = "(y - p).abs().mean()", "((y - p) ** 2).mean().sqrt()"


class mae(Definition):
    probe = probes.error_medio
    inputs = VALUES
    outputs = {"resultado": Float("")}
    fresh_sizes = {"B": 3, "K": 4}
    weights = ALONE

    @term(1)
    def errores(y, p):
        return (y - p).abs()

    @term(1)
    def resultado(errores):
        return errores.mean()

    mistakes = (
        mistake(
            "ser.signs_cancel",
            errores=("(y - p).abs()", "y - p"),
            edit=("(y - p).abs()", "(y - p)"),
            also=({"resultado": lambda y, p: (y - p).mean().abs()},),
        ),
        mistake("ser.not_divided", resultado=("mean()", "sum()"), edit=("mean()", "sum()")),
        mistake(
            "ser.squares_for_absolutes",
            errores=("(y - p).abs()", "(y - p) ** 2"),
            edit=("(y - p).abs()", "((y - p) ** 2)"),
        ),
    )


class rmse(Definition):
    probe = probes.error_cuadratico
    inputs = VALUES
    outputs = {"resultado": Float("")}
    fresh_sizes = {"B": 3, "K": 4}
    weights = ALONE

    @term(1)
    def cuadrados(y, p):
        return (y - p) ** 2

    @term(1)
    def media(cuadrados):
        return cuadrados.mean()

    @term(1)
    def resultado(media):
        return media.sqrt()

    mistakes = (
        mistake("ser.no_root", resultado=(".sqrt()", ""), edit=(SQUARES, SQUARES[:-7])),
        mistake(
            "ser.sum_of_squares", media=("mean()", "sum()"), edit=("mean().sqrt()", "sum().sqrt()")
        ),
        mistake(
            "ser.root_before_mean",
            resultado=lambda cuadrados: cuadrados.sqrt().mean(),
            also=({"cuadrados": lambda y, p: (y - p).abs(), "resultado": lambda media: media},),
            edit=("mean().sqrt()", "sqrt().mean()"),
        ),
        mistake(
            "ser.root_of_count",
            resultado=lambda cuadrados: cuadrados.sum().sqrt() / cuadrados.numel(),
            edit=("mean().sqrt()", "sum().sqrt() / y.numel()"),
        ),
    )


SMALL = 1e-4  # of what is divided by: no rounding error grows there


def with_a_zero(case):
    """Return values none of which is 0 but the first, if there are others."""
    y = case.inputs["y"].clone()
    y[y.abs() < SMALL] = 1.0
    if y.numel() > 1:
        y.view(-1)[0] = 0.0
    return y


RELATIVE, OVER, REAL = "(y[real] - p[real]) / y[real]", "/ y[real]", "real = y != 0"


class mape(Definition):
    probe = probes.error_porcentual
    inputs = {"y": Worked(Float("B K"), with_a_zero), "p": Float("B K")}
    outputs = {"resultado": Float("")}
    fresh_sizes = {"B": 3, "K": 4}
    weights = ALONE
    tolerance = 1e-8

    @term(2)
    def reales(y):
        return y != 0

    @term(0)
    def dentro(y, p, reales):
        return y[reales], p[reales]

    @term(2)
    def relativos(dentro):
        return ((dentro[0] - dentro[1]) / dentro[0]).abs()

    @term(1)
    def medio(relativos):
        return relativos.mean()

    @term(1)
    def resultado(medio):
        return 100 * medio

    mistakes = (
        mistake("ser.fraction", resultado=("100 * medio", "medio"), edit=("100 * ", "")),
        mistake(
            "ser.zeros_divide",
            reales=("y != 0", "y == y"),
            edit=(REAL, "real = y == y"),
        ),
        mistake(
            "ser.zeros_counted",
            medio=lambda relativos, y: relativos.sum() / y.numel(),
            edit=(f"({RELATIVE}).abs().mean()", f"({RELATIVE}).abs().sum() / y.numel()"),
        ),
        mistake(
            "ser.divided_by_forecast",
            relativos=lambda dentro: ((dentro[0] - dentro[1]) / dentro[1]).abs(),
            edit=(OVER, "/ p[real]"),
        ),
        mistake(
            "ser.percent_without_absolute",
            relativos=lambda dentro: (dentro[0] - dentro[1]) / dentro[0],
            also=(
                {
                    "relativos": lambda dentro: (dentro[0] - dentro[1]) / dentro[0],
                    "medio": lambda relativos: relativos.mean().abs(),
                },
            ),
            edit=(f"({RELATIVE}).abs()", f"({RELATIVE})"),
        ),
        mistake(
            "ser.divided_with_sign",
            relativos=lambda dentro: (dentro[0] - dentro[1]).abs() / dentro[0],
            edit=(f"({RELATIVE}).abs()", "((y[real] - p[real]).abs() / y[real])"),
        ),
        mistake(
            "ser.sum_over_sum",
            medio=lambda dentro: (dentro[0] - dentro[1]).abs().sum() / dentro[0].abs().sum(),
            edit=(
                f"({RELATIVE}).abs().mean()",
                "(y[real] - p[real]).abs().sum() / y.abs().sum()",
            ),
        ),
    )


def uneven(name):
    """Return what makes a series in which no value is the one of m steps before."""

    def work(case):
        values = case.inputs[name]
        return values + 0.37 * torch.arange(len(values), dtype=values.dtype)

    return work


def change(values, m):
    """Return the mean change of values over m steps."""
    return (values[m:] - values[:-m]).abs().mean()


def change_of_test(y, atras):
    """Return the scale of who takes it from the test."""
    return change(y, atras)


PAST = "(historia[m:] - historia[:-m]).abs().mean()"


class mase(Definition):
    probe = probes.error_escalado
    stand_ins = {"mae": probes.suplente}
    inputs = {
        "y": Worked(Float("K+3"), uneven("y")),
        "p": Float("K+3"),
        "historia": Worked(Float("T+4"), uneven("historia")),
        "m": One(2, 1, 3, optional=True),
    }
    outputs = {"resultado": Float("")}
    fresh_sizes = {"K": 3, "T": 3}
    largest = {"K": 4, "T": 5}
    weights = ALONE

    @term(1)
    def error(y, p):
        return (y - p).abs().mean()

    @term(1)
    def atras(m):
        return 1 if m is None else m

    @term(2)
    def escala(historia, atras):
        return (historia[atras:] - historia[:-atras]).abs().mean()

    @term(1)
    def resultado(error, escala):
        return error / escala

    mistakes = (
        mistake(
            "ser.mase_on_test",
            escala=change_of_test,
            also=(
                {"escala": lambda y, historia: (y - historia[-1]).abs().mean()},
                {"escala": lambda y, atras, historia: change(torch.cat([historia, y]), atras)},
                {
                    "escala": lambda y, atras, historia: (
                        (y - torch.cat([historia, y])[-len(y) - atras : -atras]).abs().mean()
                    )
                },
            ),
            edit=(PAST, "(y[m:] - y[:-m]).abs().mean()"),
        ),
        mistake(
            "ser.period_ignored",
            atras=lambda: 1,
            edit=(PAST, PAST.replace("m:]", "1:]").replace("-m]", "-1]")),
        ),
        mistake(
            "ser.level_for_change",
            escala=lambda historia: historia.abs().mean(),
            edit=(PAST, "historia.abs().mean()"),
        ),
        mistake(
            "ser.deviation_for_change",
            escala=lambda historia: (historia - historia.mean()).abs().mean(),
            also=(
                {"escala": lambda historia: historia.std()},
                {"escala": lambda historia: historia.std(correction=0)},
            ),
            edit=(PAST, "(historia - historia.mean()).abs().mean()"),
        ),
        mistake(
            "ser.change_with_sign",
            escala=lambda historia, atras: (historia[atras:] - historia[:-atras]).mean(),
            also=(
                {
                    "escala": lambda historia, atras: (
                        (historia[atras:] - historia[:-atras]).mean().abs()
                    )
                },
            ),
            edit=(PAST, "(historia[m:] - historia[:-m]).mean()"),
        ),
        mistake(
            "ser.scale_not_divided",
            resultado=lambda error: error,
            edit=("/ escala", "+ 0 * escala"),
        ),
    )
