"""Parts 7 to 10: four schedules, epoch by epoch, and over all epochs beside torch's own."""

import math

import pytest
import torch

from grader.checks import answers, figures
from grader.checks.asserts import Mismatch, require_shape
from grader.checks.kit import Definition, Float, Int, One, Worked, given, mistake, term, whole
from grader.core.i18n import Bilingual

from . import probes

RATES, GAMMAS = (0.8, 0.05, 2.0), (0.5, 0.9, 0.97)
EPOCHS = Worked(Int("N", below=1), lambda case: torch.arange(case.sizes["N"]))
FORM = {
    "outputs": {"tasas": Float("N")},
    "weights": {"interface": 0.7, "ones": 0},
    "whole": whole(weight=0),
    "largest": {"N": 30},
    "fresh_sizes": {"N": 30},
}
"""The whole is a check of its own, with a picture."""
LONG = 3
"""So many times the length of a schedule are looked at."""


def slip(id, edit, also=(), **pieces):
    """Return a mistake about one term, which costs that and what torch gives."""
    (name,) = pieces
    return mistake(id, edit=edit, loses=(name, "torch"), also=also, **pieces)


def of_torch(rate, epochs, kind, **options):
    """Return the rates of a scheduler of torch's."""
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=rate)
    scheduler, rates = kind(optimizer, **options), []
    for _ in range(epochs):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return rates


def beside(student, probe, name, rate, right, **arguments):
    """Compare a schedule with torch's over all epochs, and keep the picture. Raises Mismatch."""
    student.require(name)
    student.precision(torch.float64)
    epochs = torch.arange(len(right))
    got = student.run(probe, answers.of(torch.Tensor), epocas=epochs, tasa0=rate, **arguments)
    require_shape(got, tuple(epochs.shape), name)
    figures.keep(
        student,
        figures.curve(
            got.tolist(),
            right,
            x=Bilingual("época", "epoch"),
            explanation=Bilingual("La tasa de cada época.", "Each epoch's rate."),
        ),
    )
    wrong = [n for n, one in enumerate(right) if not abs(float(got[n]) - one) <= 1e-6 * rate]
    if wrong:
        epoch = wrong[0]
        es = f"en la época {epoch} la tasa es {float(got[epoch]):.6g}; la de PyTorch es {right[epoch]:.6g}"
        en = (
            f"in epoch {epoch} the rate is {float(got[epoch]):.6g}; PyTorch's is {right[epoch]:.6g}"
        )
        raise Mismatch(
            Bilingual(es, en),
            quantity=name,
            inputs={key: str(value) for key, value in {"tasa0": rate, **arguments}.items()},
            expected=f"{right[epoch]:.6g}",
            got=f"{float(got[epoch]):.6g}",
            holds=lambda code: [
                f"print({code(got)}[{epoch}].item())",
                f"assert abs({code(got)}[{epoch}].item() - {right[epoch]!r}) < 1e-6",
            ],
        )


class tasa_escalonada(Definition):
    probe = probes.escalonada
    inputs = {"epocas": EPOCHS, "tasa0": One(*RATES), "cada": One(3, 1, 7), "gamma": One(*GAMMAS)}
    outputs, weights, whole, largest, fresh_sizes = FORM.values()

    @term(1)
    def veces(epocas, cada):
        return epocas // cada

    @term(1)
    def tasas(tasa0, gamma, veces):
        return tasa0 * gamma ** veces.double()

    mistakes = (
        slip(
            "reg.step_off_by_one",
            ("epoca // cada", "(epoca + 1) // cada"),
            veces=lambda epocas, cada: (epocas + 1) // cada,
            also=({"veces": lambda epocas, cada: (epocas - 1) // cada},),
        ),
        slip(
            "reg.no_steps",
            ("epoca // cada", "epoca / cada"),
            veces=lambda epocas, cada: epocas / cada,
        ),
        slip(
            "reg.one_step_at_most",
            ("epoca // cada", "(epoca >= cada)"),
            veces=lambda epocas, cada: epocas >= cada,
        ),
        slip(
            "reg.remainder",
            ("epoca // cada", "epoca % cada"),
            veces=lambda epocas, cada: epocas % cada,
        ),
        slip(
            "reg.gamma_multiplied",
            ("gamma ** (epoca // cada)", "gamma * (epoca // cada)"),
            tasas=lambda tasa0, gamma, veces: tasa0 * gamma * veces,
        ),
        slip(
            "reg.rate_grows",
            ("tasa0 * gamma **", "tasa0 / gamma **"),
            tasas=lambda tasa0, gamma, veces: tasa0 / gamma ** veces.double(),
        ),
    )


class tasa_exponencial(Definition):
    probe = probes.exponencial
    inputs = {"epocas": EPOCHS, "tasa0": One(*RATES), "gamma": One(*GAMMAS)}
    outputs, weights, whole, largest, fresh_sizes = FORM.values()

    @term(1)
    def factor(gamma, epocas):
        return gamma ** epocas.double()

    @term(1)
    def tasas(tasa0, factor):
        return tasa0 * factor

    mistakes = (
        slip(
            "reg.step_off_by_one",
            ("gamma**epoca", "gamma ** (epoca + 1)"),
            factor=lambda gamma, epocas: gamma ** (epocas + 1.0),
            also=({"factor": lambda gamma, epocas: gamma ** (epocas - 1.0)},),
        ),
        slip(
            "reg.exponential_of_gamma",
            ("gamma**epoca", "math.exp(-gamma * epoca)"),
            factor=lambda gamma, epocas: torch.exp(-gamma * epocas),
        ),
        slip(
            "reg.gamma_multiplied",
            ("gamma**epoca", "gamma * epoca"),
            factor=lambda gamma, epocas: gamma * epocas,
        ),
        slip(
            "reg.power_of_epoch",
            ("gamma**epoca", "epoca**gamma"),
            factor=lambda gamma, epocas: epocas.double() ** gamma,
        ),
        slip(
            "reg.rate_grows",
            ("tasa0 * gamma**epoca", "tasa0 / gamma**epoca"),
            tasas=lambda tasa0, factor: tasa0 / factor,
        ),
        slip(
            "reg.rate_in_power",
            ("tasa0 * gamma**epoca", "(tasa0 * gamma) ** epoca"),
            tasas=lambda tasa0, factor, epocas: tasa0 ** epocas.double() * factor,
        ),
    )


COSINE = "(1 + math.cos(math.pi * epoca / total)) / 2"


class tasa_coseno(Definition):
    probe = probes.coseno
    inputs = {
        "epocas": EPOCHS,
        "tasa0": One(*RATES),
        "total": One(9, 1, 20),
        "minima": One(0.1, 0.02, 0.0, optional=True),
    }
    outputs, weights, whole, largest, fresh_sizes = FORM.values()

    @term(1)
    def angulo(epocas, total):
        return math.pi * epocas / total

    @term(1)
    def vuelta(angulo):
        return (1 + torch.cos(angulo)) / 2

    @term(1, given(minima=0.1))
    def tasas(tasa0, minima, vuelta):
        return (minima or 0) + (tasa0 - (minima or 0)) * vuelta

    mistakes = (
        slip(
            "reg.half_of_the_turn",
            ("math.pi * epoca", "math.pi / 2 * epoca"),
            angulo=lambda epocas, total: math.pi / 2 * epocas / total,
        ),
        slip(
            "reg.whole_turn",
            ("math.pi * epoca", "2 * math.pi * epoca"),
            angulo=lambda epocas, total: 2 * math.pi * epocas / total,
        ),
        slip(
            "reg.step_off_by_one",
            ("math.pi * epoca", "math.pi * (epoca + 1)"),
            angulo=lambda epocas, total: math.pi * (epocas + 1) / total,
            also=({"angulo": lambda epocas, total: math.pi * (epocas - 1) / total},),
        ),
        slip(
            "reg.no_return",
            ("epoca / total", "min(epoca, total) / total"),
            angulo=lambda epocas, total: math.pi * epocas.clamp(max=total) / total,
        ),
        slip(
            "reg.cosine_alone",
            (COSINE, "math.cos(math.pi * epoca / total)"),
            vuelta=lambda angulo: angulo.cos(),
        ),
        slip(
            "reg.not_halved",
            (COSINE, COSINE.removesuffix(" / 2")),
            vuelta=lambda angulo: 1 + torch.cos(angulo),
        ),
        slip(
            "reg.upside_down",
            ("(1 + math", "(1 - math"),
            vuelta=lambda angulo: (1 - torch.cos(angulo)) / 2,
        ),
        slip(
            "reg.minimum_added",
            ("(tasa0 - minima)", "tasa0"),
            tasas=lambda tasa0, minima, vuelta: (minima or 0) + tasa0 * vuelta,
        ),
        slip(
            "reg.minimum_ignored",
            ("minima + (tasa0 - minima)", "tasa0"),
            tasas=lambda tasa0, vuelta: tasa0 * vuelta,
        ),
        slip(
            "reg.minimum_not_added",
            ("minima + (", "("),
            tasas=lambda tasa0, minima, vuelta: (tasa0 - (minima or 0)) * vuelta,
        ),
        slip(
            "reg.minimum_cut",
            ("minima + (tasa0 - minima) * vuelta", "max(minima, tasa0 * vuelta)"),
            tasas=lambda tasa0, minima, vuelta: (tasa0 * vuelta).clamp(min=minima or 0),
        ),
    )


class tasa_calentamiento(Definition):
    probe = probes.calentamiento
    inputs = {"epocas": EPOCHS, "tasa0": One(*RATES), "pasos": One(8, 1, 20)}
    outputs, weights, whole, largest, fresh_sizes = FORM.values()

    @term(1)
    def parte(epocas, pasos):
        return (epocas + 1) / pasos

    @term(1)
    def tasas(tasa0, parte):
        return tasa0 * parte.clamp(max=1)

    mistakes = (
        slip(
            "reg.warm_up_from_zero",
            ("(paso + 1)", "paso"),
            parte=lambda epocas, pasos: epocas / pasos,
        ),
        slip(
            "reg.warm_up_one_longer",
            ("(paso + 1) / pasos", "(paso + 1) / (pasos + 1)"),
            parte=lambda epocas, pasos: (epocas + 1) / (pasos + 1),
        ),
        slip(
            "reg.warm_up_without_end",
            ("min(1, (paso + 1) / pasos)", "(paso + 1) / pasos"),
            tasas=lambda tasa0, parte: tasa0 * parte,
        ),
        slip(
            "reg.largest_for_least",
            ("min(1", "max(1"),
            tasas=lambda tasa0, parte: tasa0 * parte.clamp(min=1),
        ),
        slip(
            "reg.rate_cut_at_one",
            ("tasa0 * min(1, (paso + 1) / pasos)", "min(1, tasa0 * (paso + 1) / pasos)"),
            tasas=lambda tasa0, parte: (tasa0 * parte).clamp(max=1),
        ),
    )


class OfTorch:
    """The whole of a schedule: beside torch's, beyond its end too."""

    @pytest.mark.kind("whole")
    @pytest.mark.weight(1)
    @pytest.mark.needs("interface")
    def test_torch(self, student, case_seed):
        """Época por época, lo mismo que da PyTorch.

        Epoch by epoch, what PyTorch gives.
        """
        total, rate = 5 + case_seed % 20, (0.1, 0.5, 1.5)[case_seed % 3]
        self.compare(student, rate, total, LONG * total + 1)


class TestEscalonada(OfTorch):
    pytestmark = pytest.mark.part("tasa_escalonada")

    def compare(self, student, rate, total, epochs):
        right = of_torch(
            rate, epochs, torch.optim.lr_scheduler.StepLR, step_size=total // 3, gamma=0.7
        )
        beside(
            student, probes.escalonada, "tasa_escalonada", rate, right, cada=total // 3, gamma=0.7
        )


class TestExponencial(OfTorch):
    pytestmark = pytest.mark.part("tasa_exponencial")

    def compare(self, student, rate, total, epochs):
        gamma = 1 - 1 / total
        right = of_torch(rate, epochs, torch.optim.lr_scheduler.ExponentialLR, gamma=gamma)
        beside(student, probes.exponencial, "tasa_exponencial", rate, right, gamma=gamma)


class TestCoseno(OfTorch):
    pytestmark = pytest.mark.part("tasa_coseno")

    def compare(self, student, rate, total, epochs):
        of_cosine = torch.optim.lr_scheduler.CosineAnnealingLR
        right = of_torch(rate, epochs, of_cosine, T_max=total, eta_min=rate / 20)
        beside(student, probes.coseno, "tasa_coseno", rate, right, total=total, minima=rate / 20)


class TestCalentamiento(OfTorch):
    pytestmark = pytest.mark.part("tasa_calentamiento")

    def compare(self, student, rate, total, epochs):
        of_lambda = torch.optim.lr_scheduler.LambdaLR
        right = of_torch(rate, epochs, of_lambda, lr_lambda=lambda s: min(1, (s + 1) / total))
        beside(student, probes.calentamiento, "tasa_calentamiento", rate, right, pasos=total)
