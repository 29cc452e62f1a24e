"""A random function with a bank of wrong ideas, and functions of one number or name."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest
import torch

from grader.checks import laws
from grader.checks.kit import Bank, Definition, Float, One, Over, mistake, term, whole

SHAPES = ((200, 300), (20, 3000))


@dataclass(frozen=True)
class Scheme:
    law: Callable = lambda n: laws.normal((2 / n) ** 0.5)
    fan: Callable = lambda out, into: into


HE = Bank(
    "he",
    Scheme(),
    mistake(
        "draws.variance",
        law=lambda n: laws.normal(2 / n),
        edit=("** 0.5", ""),
        loses=("law",),
        also=({"law": lambda n: laws.normal((2 / n) ** 2)},),
    ),
    mistake("draws.fan", fan=lambda out, into: out, loses=("fan",)),
    mistake("draws.seeded", edit=("def", "def"), loses=("leaky/y",)),
)


def drawn(notebook, formas):
    return [notebook["he"](forma) for forma in formas]


def judge(student, piece):
    values = student.run(drawn, formas=SHAPES)
    pairs = [*zip(SHAPES, values, strict=True)]
    known = HE.diagnose(
        lambda scheme: all(scheme.law(scheme.fan(*shape)).could_give(one) for shape, one in pairs)
    )
    scheme = replace(known.equations, **{piece: getattr(HE.right, piece)})
    for shape, one in pairs:
        law = scheme.law(scheme.fan(*shape))
        law.require(one, quantity="he", misconception=known.about(piece))


@pytest.mark.part("he")
@pytest.mark.points(40)
def test_law(student):
    """El reparto.

    The law.
    """
    judge(student, "law")


@pytest.mark.part("he")
@pytest.mark.points(20)
def test_fan(student):
    """El abanico.

    The fan.
    """
    judge(student, "fan")


class leaky(Definition):
    inputs = {"x": Float("B"), "alpha": One(0.3, 0.05, optional=True)}
    outputs = {"y": Float("B")}
    weights = {"interface": 0, "ones": 0}
    whole = whole(weight=0)
    extremes = (1e3,)

    @term(1)
    def y(x, alpha):
        return torch.where(x > 0, x, (0.01 if alpha is None else alpha) * x)

    mistakes = (mistake("draws.cut", y=lambda x, alpha: leaky_of(x, alpha).clamp(-9, 9)),)


def leaky_of(x, alpha):
    return torch.where(x > 0, x, (0.01 if alpha is None else alpha) * x)


class slope(Definition):
    layers = {"f": Over(leaky)}
    inputs = {"name": One("leaky"), "x": Float("B", kinks=(0.0,))}
    outputs = {"y": Float("B")}
    weights = {"interface": 0, "ones": 0}
    whole = whole(weight=0)
    extremes = (1e3,)

    @term(1)
    def y(f, x):
        return f(x) / x
