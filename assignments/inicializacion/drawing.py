"""Asking a student's function for weights, and finding out what they were drawn from."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import torch

from grader.checks import answers, laws
from grader.checks.asserts import Mismatch, require_shape
from grader.checks.laws import Law
from grader.checks.misconceptions import Diagnosis
from grader.core.i18n import Bilingual

SHAPES = ((200, 300), (20, 3000), (3000, 20))
"""(fan_out, fan_in): 60,000 weights each. What takes another fan, or both, shows in some of them."""
ALARM = 1e-11
"""Of one law and one shape in a diagnosis: of the three shapes together, 3e-11."""


@dataclass(frozen=True)
class Scheme:
    """How weights are drawn: a law, by the number that is made of the two fans."""

    law: Callable[[float], Law]
    fans: Callable[[int, int], float]

    def of(self, shape):
        return self.law(self.fans(*shape))


def draws(notebook, name, formas):
    """Return the weights of these shapes that a function draws."""
    return [torch.as_tensor(notebook[name](forma)) for forma in formas]


def tensors(count=None):
    """Return whether an answer is tensors, so many of them."""
    return answers.of(list[torch.Tensor], count)


def numbers(values, shape, quantity):
    """Return weights in float64. Raises Mismatch for what are not as many as asked for."""
    got = tuple(values.shape)
    require_shape(values, got if math.prod(got) == math.prod(shape) else shape, quantity)
    return values.detach().double()


def known(student, bank):
    """Return by which scheme a student's function draws, found out once."""

    def find():
        nothing = Diagnosis(bank.right, bank.right, explained=False)
        student.require(bank.name)
        student.seed(1)
        drawn = student.run(draws, tensors(len(SHAPES)), name=bank.name, formas=SHAPES)
        try:
            drawn = [
                numbers(one, shape, bank.name) for shape, one in zip(SHAPES, drawn, strict=True)
            ]
        except Mismatch:
            return nothing

        def explains(scheme):
            pairs = zip(SHAPES, drawn, strict=True)
            return all(scheme.of(shape).could_give(one, ALARM) for shape, one in pairs)

        found = bank.diagnose(explains)
        if found.explained:
            return found
        # A law that nobody foresaw: are the fans right under it?
        first, n = drawn[0], bank.right.fans(*SHAPES[0])
        mean, deviation = float(first.mean()) * n**0.5, float(first.std()) * n**0.5
        own = replace(bank.right, law=lambda n: laws.spread(deviation / n**0.5, mean / n**0.5))
        if not (deviation > 0 and explains(own)):
            return nothing
        law = laws.seen(first)
        told = (replace(laws.read(law, n), changes={"law": own.law}),) if law else ()
        return Diagnosis(own, bank.right, told, explained=False)

    return student.recall(f"{bank.name}.scheme", find)


def require_law(student, bank, piece, shape, seed):
    """Assert that one piece of a scheme is right, the other being the student's own.

    Right code fails with a chance of 3e-11 in the diagnosis, and 1e-10 for this shape.
    """
    student.require(bank.name)
    found = known(student, bank)
    student.seed(seed)
    values = student.run(draws, tensors(1), name=bank.name, formas=[shape])[0]
    numbers(values, shape, bank.name)
    scheme = replace(found.equations, **{piece: getattr(bank.right, piece)})
    quantity = Bilingual(f"{bank.name}({shape})", f"{bank.name}({shape})")
    scheme.of(shape).require(values, quantity=quantity, misconception=found.about(piece))


def require_fresh(bank, shape, drawn):
    """Assert that both draws are of a shape, and two. Raises Mismatch."""
    one, other = drawn
    quantity = Bilingual(f"{bank.name}({shape})", f"{bank.name}({shape})")
    turned = shape != shape[::-1] == tuple(one.shape)
    require_shape(one, shape, quantity, bank["init.axes_exchanged"] if turned else None)
    require_shape(other, shape, quantity)
    if torch.equal(one, other):
        raise Mismatch(
            Bilingual(
                f"dos llamadas a {bank.name} dan los mismos pesos",
                f"two calls of {bank.name} give the same weights",
            ),
            quantity=quantity,
            expected=Bilingual("otros pesos", "other weights"),
            got=other,
            holds=lambda code: [f"assert not torch.equal({code(one)}, {code(other)})"],
            misconception=bank["init.seeded"],
        )
