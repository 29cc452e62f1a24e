"""Xavier's and He's weights: what they are drawn from, by which fans, and anew at each call."""

import pytest
import torch

from grader.checks import answers, laws
from grader.checks.kit import Bank, mistake

from .drawing import SHAPES, Scheme, require_fresh, require_law

UNIFORM, NORMAL = "(2 * torch.rand(forma) - 1)", "torch.randn(forma)"
TWICE = ((3, 5), (1, 40), (40, 1))
"""Shapes that are drawn twice: at most a chance of 2^(-23 n) that n numbers come out the same."""


def uniform(square):
    """Return the law that is uniform up to the root of this, over n."""
    return lambda n: laws.uniform(-((square / n) ** 0.5), (square / n) ** 0.5)


def normal(variance):
    """Return the normal law that has this variance, over n."""
    return lambda n: laws.normal((variance / n) ** 0.5)


def of_law(*rows):
    """Return mistakes about the law: an id, the law, the edits."""
    return tuple(mistake(id, law=law, edit=edit, loses=("law",)) for id, law, edit in rows)


def of_uniform():
    """Return what is mistaken for a uniform law of variance 2/n."""
    return of_law(
        ("init.bound_as_deviation", normal(6), (UNIFORM, NORMAL)),
        ("init.deviation_as_bound", uniform(2), ("6 /", "2 /")),
        ("init.half_variance", uniform(3), ("6 /", "3 /")),
        ("init.normal_for_uniform", normal(2), (("6 /", "2 /"), (UNIFORM, NORMAL))),
        ("init.no_root", lambda n: laws.uniform(-6 / n, 6 / n), ("math.sqrt(", "(")),
        (
            "init.only_positive",
            lambda n: laws.uniform(0, (6 / n) ** 0.5),
            (UNIFORM, "torch.rand(forma)"),
        ),
        ("init.not_scaled", lambda _: laws.uniform(-1, 1), (" * limite", "")),
        ("init.half_range", uniform(1.5), (UNIFORM, "(torch.rand(forma) - 0.5)")),
    )


def of_normal():
    """Return what is mistaken for a normal law of variance 2/n."""
    return of_law(
        ("init.variance_as_deviation", lambda n: laws.normal(2 / n), ("math.sqrt(", "(")),
        ("init.bound_as_deviation", normal(6), ("2 /", "6 /")),
        ("init.half_variance", normal(1), ("2 /", "1 /")),
        ("init.uniform_for_normal", uniform(6), (("2 /", "6 /"), (NORMAL, UNIFORM))),
        ("init.deviation_as_bound", uniform(2), (NORMAL, UNIFORM)),
        ("init.not_scaled", lambda _: laws.normal(1.0), (" * desviacion", "")),
    )


def of_fans(right, *rows):
    """Return mistakes about the fans: an id, what is taken, how that reads, and other ways."""
    return tuple(
        mistake(
            id,
            fans=fans,
            edit=(f"/ {right}", f"/ {new}"),
            loses=("fans",),
            also=tuple({"fans": other} for other in others),
        )
        for id, fans, new, *others in rows
    )


def both(out, into):
    return out + into


def input_alone(_, into):
    return into


def of_xavier():
    """Return what is mistaken for the sum of the fans."""
    return of_fans(
        "(fan_in + fan_out)",
        ("init.fan_in_alone", lambda _, into: into, "fan_in", lambda _, into: 2 * into),
        ("init.fan_out_alone", lambda out, _: out, "fan_out", lambda out, _: 2 * out),
        ("init.mean_of_fans", lambda out, into: (out + into) / 2, "((fan_in + fan_out) / 2)"),
        ("init.product_of_fans", lambda out, into: out * into, "(fan_in * fan_out)"),
    )


def of_he():
    """Return what is mistaken for the fan of the input."""
    return of_fans(
        "fan_in",
        ("init.fan_out_for_in", lambda out, _: out, "fan_out"),
        ("init.xavier_for_he", both, "(fan_in + fan_out)"),
        ("init.mean_of_fans", lambda out, into: (out + into) / 2, "((fan_in + fan_out) / 2)"),
        ("init.product_of_fans", lambda out, into: out * into, "(fan_in * fan_out)"),
    )


def of_form(drawn):
    """Return what goes wrong whatever is drawn."""
    first = "fan_out, fan_in = forma"
    return (
        mistake(
            "init.seeded",
            edit=(first, f"torch.manual_seed(0)\n    {first}"),
            loses=("fresh",),
        ),
        mistake(
            "init.axes_exchanged",
            edit=(drawn, drawn.replace("(forma)", "(fan_in, fan_out)")),
            loses=("fresh",),
        ),
    )


XAVIER_UNIFORME = Bank(
    "xavier_uniforme", Scheme(uniform(6), both), *of_uniform(), *of_xavier(), *of_form(UNIFORM)
)
XAVIER_NORMAL = Bank(
    "xavier_normal", Scheme(normal(2), both), *of_normal(), *of_xavier(), *of_form(NORMAL)
)
HE_UNIFORME = Bank(
    "he_uniforme", Scheme(uniform(6), input_alone), *of_uniform(), *of_he(), *of_form(UNIFORM)
)
HE_NORMAL = Bank(
    "he_normal", Scheme(normal(2), input_alone), *of_normal(), *of_he(), *of_form(NORMAL)
)


def twice(notebook, name, formas):
    """Return two draws of each of these shapes."""
    return [[torch.as_tensor(notebook[name](forma)) for _ in range(2)] for forma in formas]


class OfUniform:
    @pytest.mark.points(4)
    def test_law(self, student, case_seed):
        """El reparto: uniforme, con el límite que le toca a esta varianza.

        The law: uniform, with the bound that goes with this variance.
        """
        require_law(student, self.bank, "law", SHAPES[0], case_seed)  # false alarm: 1.3e-10


class OfNormal:
    @pytest.mark.points(4)
    def test_law(self, student, case_seed):
        """El reparto: normal, con la desviación que le toca a esta varianza.

        The law: normal, with the deviation that goes with this variance.
        """
        require_law(student, self.bank, "law", SHAPES[0], case_seed)  # false alarm: 1.3e-10


class Drawn:
    @pytest.mark.points(3)
    def test_fans(self, student, case_seed):
        """Los abanicos: qué ejes de la forma deciden la varianza.

        The fans: which axes of the shape decide the variance.
        """
        for shape in SHAPES[1:]:  # false alarm: 1e-10 for each of two, 3e-11 in the diagnosis
            require_law(student, self.bank, "fans", shape, case_seed)

    @pytest.mark.kind("form")
    @pytest.mark.points(1)
    def test_fresh(self, student):
        """La forma es la pedida, y cada llamada da otros pesos.

        The shape is the one asked for, and each call gives other weights.
        """
        student.require(self.bank.name)
        of_pairs = answers.of(list[tuple[torch.Tensor, torch.Tensor]], len(TWICE))
        drawn_twice = student.run(twice, of_pairs, name=self.bank.name, formas=TWICE)
        for shape, drawn in zip(TWICE, drawn_twice, strict=True):
            require_fresh(self.bank, shape, drawn)


class TestXavierUniforme(OfUniform, Drawn):
    pytestmark = pytest.mark.part("xavier_uniforme")
    bank = XAVIER_UNIFORME


class TestXavierNormal(OfNormal, Drawn):
    pytestmark = pytest.mark.part("xavier_normal")
    bank = XAVIER_NORMAL


class TestHeUniforme(OfUniform, Drawn):
    pytestmark = pytest.mark.part("he_uniforme")
    bank = HE_UNIFORME


class TestHeNormal(OfNormal, Drawn):
    pytestmark = pytest.mark.part("he_normal")
    bank = HE_NORMAL
