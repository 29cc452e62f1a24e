"""What a layer that drops numbers does, read off what it gives: parts 1 and 2.

No stream of random numbers is compared. In training an entry is 0 or the input times a number; which
are 0 is the mask, and of it a rate is counted, and along which axes it repeats.
"""

import math
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from math import nan
from typing import Any

import pytest
import torch

from grader.checks import answers, random_functions
from grader.checks.asserts import Mismatch, require_shape
from grader.checks.kit import mistake
from grader.checks.parameters import construct
from grader.core.i18n import Bilingual

RATES = (0.3, 0.6)
"""Of dropping, in a diagnosis; neither is its own opposite."""
EXACT = 4  # units of rounding: a product and a quotient, in any order
MASKED = "mask"
"""What a layer does in evaluation that goes on dropping."""
ENTRIES = Bilingual("los ceros de la salida", "the zeros of the output")


class DropoutBien(torch.nn.Module):
    """Dropout as it should be."""

    def __init__(self, p):
        super().__init__()
        self.p = p

    def forward(self, x):
        if not self.training:
            return x
        return x * (torch.rand_like(x) >= self.p) / max(1 - self.p, 1e-6)


def dropout_bien(notebook, name):
    """Put a right `Dropout` in place."""
    notebook[name] = DropoutBien


def numeros(forma):
    """Return numbers of both signs, none of them near 0, of a shape."""
    return (torch.arange(math.prod(forma)) % 7 - 3.25).reshape(forma)


def de_formas(notebook, name, p, formas):
    """Return, of inputs of these shapes, what is left of them, and what they give in training and
    evaluation.
    """  # noqa: D205 - one sentence
    capa = notebook[name](p)
    entradas = [numeros(forma) for forma in formas]
    return [[x, capa.train()(x), capa.eval()(x)] for x in entradas]


def pasadas(notebook, name, p, forma):
    """Return what a layer gives in training, twice, and in evaluation."""
    capa = notebook[name](p)
    x = numeros(forma)
    capa.train()
    entrena = [capa(x.clone()), capa(x.clone())]
    capa.eval()
    return [*entrena, capa(x.clone())]


WITH_STEPS = 3  # axes


@dataclass(frozen=True)
class Mask:
    """What a layer does, by the checks that judge it. All but the numbers are whether places along
    an axis of the mask have draws of their own.
    """  # noqa: D205 - one sentence

    rate: Callable[[float], float] = lambda p: p
    values: Callable[[float], float] = lambda p: 1 / (1 - p)
    eval_identity: Any = lambda _: 1.0
    fresh: bool = True
    samples_differ: bool = True
    same_in_time: bool = True
    features_differ: bool = True


@dataclass(frozen=True)
class Seen:
    """Inputs without zeros, and what came back: calls, samples(, steps), features."""

    p: float
    x: torch.Tensor
    trained: torch.Tensor
    evaluated: torch.Tensor
    parts: tuple[torch.Tensor, torch.Tensor]

    @property
    def axes(self):
        """What places along each axis of the mask are to be."""
        steps = ("same_in_time",) if self.x.ndim == WITH_STEPS else ()
        return ("fresh", "samples_differ", *steps, "features_differ")

    @cached_property
    def kept(self):
        """Where the outputs in training are not 0."""
        return self.trained != 0

    @cached_property
    def repeats(self):
        """Whether the mask is the same at every place along an axis, by what these places are."""
        alike = (
            bool((self.kept == self.kept.select(axis, 0).unsqueeze(axis)).all())
            for axis in range(self.kept.ndim)
        )
        return dict(zip(self.axes, alike, strict=True))

    @cached_property
    def zeros(self):
        """How much is dropped, of how many that are independent: of axes on which the mask repeats
        one place.
        """  # noqa: D205 - one sentence
        kept = self.kept
        for axis, name in enumerate(self.axes):
            kept = kept.narrow(axis, 0, 1) if self.repeats[name] else kept
        return int((~kept).sum()), kept.numel()

    @cached_property
    def factors(self):
        """The least and the largest number by which an input was multiplied, where it was not 0:
        in training, and in evaluation.
        """  # noqa: D205 - one sentence
        of_all = [self.trained.double() / self.x, self.evaluated.double() / self.x]
        return [one[one != 0].aminmax() if one.any() else (nan, nan) for one in of_all]

    def close(self, got, factor):
        """Return where an output is the input times a number, but for rounding."""
        right = self.x.double() * factor
        return (got.double() - right).abs() <= EXACT * torch.finfo(got.dtype).eps * right.abs()

    def is_times(self, place, factor):
        """Whether all that is not 0 was multiplied by a number."""
        bound = EXACT * torch.finfo(self.trained.dtype).eps * abs(factor)
        return all(bool(abs(one - factor) <= bound) for one in self.factors[place])

    def is_like(self, mask):
        """Whether a layer that does this could have given it; of right ones 1e-10 do not."""
        if not self.is_times(0, mask.values(self.p)) or not self.is_evaluated_by(mask):
            return False
        for name, alike in self.repeats.items():
            if alike != (getattr(mask, name) == (name == "same_in_time")):
                return False
        return random_functions.tail(*self.zeros, mask.rate(self.p)) >= random_functions.ALARM / 2

    def is_evaluated_by(self, mask):
        """Whether evaluation gives what it should by this mask."""
        what, dropped = mask.eval_identity(self.p), bool((self.evaluated == 0).any())
        factor = mask.values(self.p) if what is MASKED else what
        return dropped == (what is MASKED) and self.is_times(1, factor)


def stand_in(student, name):
    """Put a right `Dropout` below what may be built on a wrong one."""
    student.require(name)
    if name != "Dropout" and student.lost("Dropout"):
        student.replace({"Dropout": dropout_bien})


def look(student, name, p, shape, seed):
    """Return what a layer gives. Raises StudentFault, Mismatch."""
    stand_in(student, name)
    student.seed(seed % 2**31)
    student.precision(torch.float32)
    found = student.run(pasadas, answers.of(list, 3), name=name, p=p, forma=list(shape))
    for one in found:
        require_shape(one, shape, Bilingual("la salida", "the output"))
    return Seen(p, numeros(shape), torch.stack(found[:2]).detach(), found[2].detach(), found)


def known(student, bank, shape):
    """Return what a student's layer does, found out once. A right one is not seen to be so with a
    chance of 2e-10: a rate of each of `RATES`.
    """  # noqa: D205 - one sentence

    def find():
        seen = [look(student, bank.name, p, shape, number) for number, p in enumerate(RATES)]
        return bank.diagnose(lambda mask: all(one.is_like(mask) for one in seen))

    return student.recall(f"{bank.name}.mask", find)


@contextmanager
def told(misconception, holds=None):
    """Let what fails be named, and shown in the cell."""
    try:
        yield
    except Mismatch as mismatch:
        mismatch.misconception = misconception
        mismatch.holds = holds or mismatch.holds
        raise


def require_rate(seen, known):
    """Assert that a share of p is dropped; a right one fails with a chance of 1e-10."""
    right = known.but("rate").rate(seen.p)
    with told(
        known.about("rate"),
        lambda code: [
            f"ceros = ({code(seen.parts[0])} == 0).double().mean()",
            "print('parte apagada:', ceros.item())",
            f"assert abs(ceros - {right}) < 0.02",
        ],
    ):
        random_functions.rate(*seen.zeros, right, quantity=ENTRIES)


def require_values(seen, known):
    """Assert that what is kept is the input times 1/(1−p)."""
    factor = known.but("values").values(seen.p)
    _require(
        seen,
        seen.parts[0],
        seen.close(seen.parts[0], factor) | (seen.parts[0] == 0),
        seen.x * factor,
        known.about("values"),
        ("lo que queda al entrenar", "what is kept in training"),
    )


def require_eval(seen, known):
    """Assert that in evaluation the input comes out as it is."""
    mask = known.but("eval_identity")
    if known.about("eval_identity") is None and seen.is_evaluated_by(mask):
        return
    _require(
        seen,
        seen.evaluated,
        seen.close(seen.evaluated, 1.0),
        seen.x,
        known.about("eval_identity"),
        ("la salida al evaluar", "the output in evaluation"),
    )


def _require(seen, got, right, expected, misconception, said):
    wrong = (~right).nonzero()
    if not len(wrong):
        return
    where = tuple(wrong[0].tolist())
    place, number = ", ".join(map(str, where)), float(expected[where])
    es, en = said
    raise Mismatch(
        Bilingual(
            f"con p = {seen.p:g}, {es} es {float(got[where]):.5g} donde x es "
            f"{float(seen.x[where]):.5g}; se esperaba {number:.5g}",
            f"with p = {seen.p:g}, {en} is {float(got[where]):.5g} where x is "
            f"{float(seen.x[where]):.5g}; {number:.5g} was expected",
        ),
        quantity=Bilingual(f"{es}, en [{place}]", f"{en}, at [{place}]"),
        expected=f"{number:.6g}",
        got=f"{float(got[where]):.6g}",
        holds=lambda code: [
            f"valor = {code(seen.parts[2] if got is seen.evaluated else got)}[{place}].item()",
            "print(valor)",
            f"assert abs(valor - {number!r}) <= 1e-5",
        ],
        misconception=misconception,
    )


WRITTEN = {"rate": "P(0)", "values": "y/x"}
SAME = {
    "fresh": ("dos llamadas apagan lo mismo", "two calls drop the same"),
    "samples_differ": (
        "todas las muestras tienen la misma máscara",
        "all samples have the same mask",
    ),
    "features_differ": (
        "todas las características se apagan a la vez",
        "all features are dropped together",
    ),
}
"""What is seen where a mask repeats along an axis and should not."""


def require_own(seen, known, name):
    """Assert that the places along an axis of the mask are not all the same.

    A right one fails with a chance of 0.58^500 at most.
    """
    axis = seen.axes.index(name)
    if not getattr(known.but(name), name) or not seen.repeats[name]:
        return
    raise Mismatch(
        Bilingual(*SAME[name]),
        quantity=Bilingual("la máscara", "the mask"),
        holds=lambda code: [
            f"una, otra = {code(seen.parts[0])} == 0, {code(seen.parts[1])} == 0",
            "assert not torch.equal(una, otra)"
            if name == "fresh"
            else f"assert not (una == una.select({axis - 1}, 0).unsqueeze({axis - 1})).all()",
        ],
        expected=Bilingual("máscaras distintas", "masks that differ"),
        got=Bilingual("siempre la misma", "always the same"),
        misconception=known.about(name),
    )


def require_same_in_time(seen, known):
    """Assert that the mask is the same at all steps, exactly: no false alarm."""
    if not known.but("same_in_time").same_in_time:
        return
    kept = (seen.parts[0] != 0).double()
    with told(
        known.about("same_in_time"),
        lambda code: [
            f"mascara = {code(seen.parts[0])} != 0",
            "assert (mascara == mascara[:, :1]).all()",
        ],
    ):
        random_functions.constant_along(kept, 1, quantity=Bilingual("la máscara", "the mask"))


def require_like(x, out):
    """Assert that an output has the shape and dtype of the input. Raises Mismatch."""
    require_shape(out, tuple(x.shape), Bilingual("la salida", "the output"))
    if out.dtype is not x.dtype:
        raise Mismatch(
            Bilingual(
                f"con x {x.dtype}, la salida es {out.dtype}",
                f"with x {x.dtype}, the output is {out.dtype}",
            ),
            expected=str(x.dtype),
            got=str(out.dtype),
            holds=lambda code: [f"assert {code(out)}.dtype is {x.dtype}"],
        )


def require_kept(x, after):
    """Assert that an input is what it was. Raises Mismatch."""
    if after.dtype is not x.dtype or not torch.equal(x, after):
        raise Mismatch(
            Bilingual("la capa cambia la x que recibe", "the layer changes the x that it is given"),
            quantity="x",
            expected=x,
            got=after,
            holds=lambda code: [f"assert torch.equal({code(after)}, {code(x)})"],
        )


def require_extreme(bank, diagnosis, seen):
    """Assert that with p = 0 nothing is dropped, and with p = 1 all. Raises Mismatch."""
    try:
        scale = 1.0 if diagnosis.about("rate") else diagnosis.equations.values(0.0)
    except ZeroDivisionError:
        scale = 1.0
    out, right = seen.parts[0], seen.x * (1 - seen.p) * scale
    if torch.allclose(out.double(), right.double()):
        return
    nan = bool(out.isnan().any())
    known = diagnosis.about("rate") or diagnosis.about("values")
    raise Mismatch(
        Bilingual(
            f"con p = {seen.p:g} {'aparece nan' if nan else 'no sale lo que debe'}",
            f"with p = {seen.p:g} {'there is nan' if nan else 'the output is not what it should be'}",
        ),
        quantity=Bilingual("la salida", "the output"),
        expected=Bilingual("ceros", "zeros") if seen.p else "x",
        got="nan" if nan else out,
        holds=lambda code: [f"assert torch.allclose({code(out)}, {1 - seen.p} * x)"],
        misconception=known or (bank["reg.nan_at_one"] if nan and seen.p else None),
    )


def slip(id, edit, *loses, also=(), **pieces):
    """Return a mistake about pieces, which costs their checks, or these, and the whole."""
    return mistake(id, edit=edit, loses=(*(loses or pieces), "whole"), also=also, **pieces)


def of_numbers():
    """Return what goes wrong with rate, scale and evaluation, in any layer that drops."""
    return (
        slip(
            "reg.keep_probability",
            ("< queda", "< self.p"),
            *("rate", "extremes"),
            rate=lambda p: 1 - p,
            also=({"rate": lambda p: 1 - p, "values": lambda p: 1 / p},),
        ),
        slip("reg.no_scaling", ("* escala", ""), values=lambda _: 1.0),
        slip("reg.scaled_down", ("* escala", "* queda"), values=lambda p: 1 - p),
        slip(
            "reg.scaled_by_p",
            ("1 / queda if", "1 / self.p if"),
            *("values", "extremes"),
            values=lambda p: 1 / p,
        ),
        slip(
            "reg.active_in_eval",
            ("if not self.training:\n            return x", "pass"),
            eval_identity=lambda _: MASKED,
        ),
        slip(
            "reg.scaled_in_eval",
            (("return x\n", "return x * (1 - self.p)\n"), ("* escala", "")),
            "eval_identity",
            values=lambda _: 1.0,
            eval_identity=lambda p: 1 - p,
            also=({"eval_identity": lambda p: 1 - p},),
        ),
        slip(
            "reg.seeded",
            ("queda = 1", "torch.manual_seed(0)\n        queda = 1"),
            fresh=False,
        ),
        mistake(
            "reg.gradient_cut",
            edit=("return x * ", "return x.detach() * "),
            loses=("gradient", "whole"),
        ),
        mistake(
            "reg.nan_at_one",
            edit=(("1 / queda if queda > 0 else 0.0", "1.0"), ("* escala", "/ queda")),
            loses=("extremes",),
        ),
    )


def por_uno(notebook, capa, x):  # noqa: ARG001 - the layer is there already
    """Return what a layer gives for an input that is no leaf."""
    return capa(1 * x)


def require_gradient(student, bank, x, seed):
    """Assert that a layer's gradient is the number that multiplied x. Raises Mismatch."""
    stand_in(student, bank.name)
    student.precision(torch.float32)
    student.seed(seed % 2**31)
    x.requires_grad_()
    layer = construct(student, bank.name, 0.5)
    out = student.run(por_uno, capa=layer, x=x)
    require_shape(out, tuple(x.shape), Bilingual("la salida", "the output"))
    found = student.gradients([out], [torch.ones_like(out)], [x])[0]
    right = out.detach() / x.detach()
    if found is None or not torch.allclose(found, right.to(found), rtol=1e-5, atol=1e-6):
        none = found is None or not found.any()
        raise Mismatch(
            Bilingual(
                "el gradiente de la salida no es lo que multiplicó a x",
                "the output's gradient is not what multiplied x",
            ),
            quantity="∂y/∂x",
            inputs={"x": x.detach()},
            expected=right,
            got=torch.zeros_like(right) if found is None else found,
            misconception=bank["reg.gradient_cut"] if none else None,
        )


class Layer:
    """The checks of a layer that drops; of each class the `bank` of wrong ideas, and `shapes`: of
    inputs to look at, and of others.
    """  # noqa: D205 - one sentence

    def seen(self, student, seed, p=RATES[0]):
        return look(student, self.bank.name, p, self.shapes[0], seed)

    def known(self, student):
        return known(student, self.bank, self.shapes[0])

    @pytest.mark.kind("form")
    @pytest.mark.weight(2)
    def test_interface(self, student):
        """La salida tiene la forma y el dtype de x.

        The output has the shape and dtype of x.
        """
        for dtype in (torch.float64, torch.float32):
            for x, (_, *outputs) in self.called(student, dtype):
                for one in outputs:
                    require_like(x, one)

    def called(self, student, dtype):
        """Return inputs, each with what is left of it and what it gives."""
        student.require(self.bank.name)
        student.precision(dtype)
        shapes = self.shapes[1:]
        asked = [list(shape) for shape in shapes]
        form = answers.of(list[tuple[torch.Tensor, Any, Any]], len(shapes))
        found = student.run(de_formas, form, name=self.bank.name, p=0.5, formas=asked)
        return zip([numeros(shape).to(dtype) for shape in shapes], found, strict=True)

    @pytest.mark.kind("form")
    @pytest.mark.weight(1)
    @pytest.mark.needs("interface")
    def test_untouched(self, student):
        """x queda como estaba.

        x stays as it was.
        """
        for x, (after, *_) in self.called(student, torch.float32):
            require_kept(x, after)

    @pytest.mark.kind("form")
    @pytest.mark.weight(2)
    @pytest.mark.needs("interface")
    def test_extremes(self, student, case_seed):
        """Con p = 0 sale x; con p = 1 salen ceros, y ningún nan.

        With p = 0 it gives x; with p = 1 zeros, and no nan.
        """
        for p in (0.0, 1.0):
            student.start_over()
            require_extreme(self.bank, self.known(student), self.seen(student, case_seed, p))

    @pytest.mark.weight(4)
    @pytest.mark.needs("interface")
    def test_eval_identity(self, student, case_seed):
        """Al evaluar, la salida es x.

        In evaluation the output is x.
        """
        require_eval(self.seen(student, case_seed), self.known(student))

    @pytest.mark.weight(4)
    @pytest.mark.needs("interface")
    def test_values(self, student, case_seed):
        """Al entrenar, lo que queda encendido es x/(1 − p).

        In training, what is kept is x/(1 − p).
        """
        require_values(self.seen(student, case_seed), self.known(student))

    @pytest.mark.weight(4)
    @pytest.mark.needs("interface")
    def test_rate(self, student, case_seed):
        """Se apaga una parte p.

        A share of p is dropped.
        """
        require_rate(self.seen(student, case_seed), self.known(student))

    @pytest.mark.weight(2)
    @pytest.mark.needs("interface")
    def test_fresh(self, student, case_seed):
        """Cada llamada sortea otra vez.

        Each call draws anew.
        """
        require_own(self.seen(student, case_seed), self.known(student), "fresh")

    @pytest.mark.weight(2)
    @pytest.mark.needs("interface")
    def test_gradient(self, student, case_seed):
        """El gradiente es el mismo número que multiplicó a x, también 0.

        The gradient is the number that multiplied x, 0 too.
        """
        require_gradient(student, self.bank, numeros(self.shapes[1]), case_seed)

    def require_whole(self, student, case_seed):
        """Assert that all holds, with another p; right code fails with a chance of 3e-10."""
        p = (10 + case_seed % 30) / 100
        seen, diagnosis = self.seen(student, case_seed, p), self.known(student)
        names = [one for item in diagnosis.misconceptions for one in item.changes]
        right = replace(diagnosis, equations=self.bank.right, misconceptions=())
        with told(diagnosis.misconceptions[0] if names else None):
            require_eval(seen, right)
            require_values(seen, right)
            for name in seen.axes:
                judge = require_same_in_time if name == "same_in_time" else require_own
                judge(seen, right, *(() if name == "same_in_time" else (name,)))
            require_rate(seen, right)
        require_gradient(student, self.bank, numeros(self.shapes[1]), case_seed)
