"""A method that changes what its object holds, over its own forward; a tolerance; what follows."""

from grader.checks.asserts import Mismatch
from grader.checks.kit import Definition, Float, Over, Worked, mistake, silent, term, whole

from . import probes


class Counter(Definition):
    init = "inputs=I outputs=O"
    layers = {"W": "O I"}
    inputs = {"x": Float("B I")}
    outputs = {"y": Float("B O")}
    weights = {"gradient": 1}

    @term(1)
    def y(x, W):
        return x @ W.T

    mistakes = (mistake("probed.doubled", y=("x @", "2 * x @")),)


def doubled(case):
    """Return twice the first input, which follows from it."""
    return case.inputs["x"][0] * 2


class Add(Definition, part="Counter", name="Counter", prefix="add_"):
    init = "inputs=I outputs=O"
    probe = probes.adds
    layers = {"W": "O I", "own": Over(Counter, {"I": "I", "O": "O"}, at="")}
    inputs = {"x": Float("B I"), "before": Worked(Float("I"), doubled)}
    outputs = {"given": Float("B O"), "total": Float("I")}
    fresh_sizes = {"O": 2}
    weights = {"parameters": 0, "returned": 0}
    whole = whole(sizes={"B": 40})

    @term(1)
    def given(own, x):
        return own(x)

    @term(2, silent("x"))
    def kept(before):
        return before

    @term(2)
    def total(kept, x):
        return kept + x.sum(0)

    mistakes = (
        mistake("probed.forgets", kept=lambda before: 0 * before),
        mistake("probed.mean", total=("sum", "mean")),
    )


def none_of_none(student, _seed):
    """Of no gradients none are left: no case has so few. Raises Mismatch."""
    if student.clip([], 1.0) != []:
        raise Mismatch("it should return an empty list")


class clip(Definition):
    probe = probes.clips
    whole = whole(also=none_of_none)
    inputs = {"g": Float("N"), "limit": Float("", between=(0.5, 1.0))}
    outputs = {"clipped": Float("N")}
    tolerance = 1e-5

    @term(1)
    def norm(g):
        return (g**2).sum() ** 0.5

    @term(1)
    def clipped(g, norm, limit):
        return g * (limit / norm).clamp(max=1)

    mistakes = (mistake("probed.squared", norm=("** 0.5", "** 1")),)
