"""Part 5: a median of durations, on a clock of ours that moves with the function alone."""

from math import nan

import torch

from grader.checks.kit import Definition, Float, One, given, mistake, term

from . import probes

MEDIAN = "statistics.median(duraciones)"
WARM = "    for _ in range(calentamiento):\n        f()\n"


def durations(duraciones, first, count):
    """Return how long calls last, from the first one on."""
    return duraciones[torch.arange(first, first + count) % len(duraciones)]


class cronometra(Definition):
    probe = probes.cronometrado
    inputs = {
        "duraciones": Float("12", between=(0.5, 8)),
        "repeticiones": One(5, 3, 1, 7),
        "calentamiento": One(2, 1, 3, 0),
    }
    outputs = {"llamadas": Float(""), "tiempo": Float("")}
    weights = {"ones": 0, "returned": 0, "interface": 1}

    @term(2)
    def llamadas(repeticiones, calentamiento):
        return torch.tensor(float(calentamiento + repeticiones), dtype=torch.float64)

    @term(3, given(repeticiones=1))
    def medidas(duraciones, repeticiones, calentamiento):
        return durations(duraciones, calentamiento, repeticiones)

    @term(3, given(calentamiento=0))
    def tiempo(medidas):
        return medidas.quantile(0.5)

    mistakes = (
        mistake(
            "exp.warmup_counted",
            medidas=lambda duraciones, repeticiones, calentamiento: durations(
                duraciones, 0, calentamiento + repeticiones
            ),
            also=(
                {
                    "medidas": lambda duraciones, repeticiones, calentamiento: (
                        durations(duraciones, 0, calentamiento + repeticiones)
                        .sort()
                        .values[(calentamiento + repeticiones - 1) // 2]
                    )
                },
                {
                    "medidas": lambda duraciones, repeticiones, calentamiento: (
                        durations(duraciones, 0, calentamiento + repeticiones)
                        .sort()
                        .values[(calentamiento + repeticiones) // 2]
                    )
                },
            ),
            edit=((WARM, ""), ("range(repeticiones)", "range(calentamiento + repeticiones)")),
        ),
        mistake(
            "exp.no_warmup",
            llamadas=lambda repeticiones: torch.tensor(float(repeticiones), dtype=torch.float64),
            medidas=lambda duraciones, repeticiones: durations(duraciones, 0, repeticiones),
            loses=("llamadas",),
            edit=(WARM, ""),
        ),
        mistake("exp.mean_for_median", tiempo=("quantile(0.5)", "mean()"), edit=("median", "mean")),
        mistake(
            "exp.best_time", tiempo=("quantile(0.5)", "amin()"), edit=(MEDIAN, "min(duraciones)")
        ),
        mistake(
            "exp.total_time", tiempo=("quantile(0.5)", "sum()"), edit=(MEDIAN, "sum(duraciones)")
        ),
        mistake(
            "exp.clock_ignored",
            tiempo=lambda medidas: medidas.sum() * nan,
            edit=("reloj()", "time.perf_counter()"),
        ),
    )
