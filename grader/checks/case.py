"""A case: what a student's definition is made with and given, and how it is drawn.

Isolations change a case so that an equation's check fails for its own reason: what the equation
does not need is silent, open, shut, full or absent.
"""

from __future__ import annotations

import functools
import random
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import torch

from grader.checks.strategies import Numbers, Stream
from grader.checks.values import Worked

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from grader.checks.values import Kind

OPEN, SHUT = 40.0, -40.0
"""Biases at which σ is 1, or under any rounding error, and tanh ±1; exp(80) is still float32."""
PLAIN = (None, 1.0, 0.7, 1e-1)
"""Scales of numbers in most cases; None are small integers."""
_TELLING = 2 / 3  # of the cases have no size of 1, and numbers near 1
_ABSENT = 1 / 3  # of the cases lack an input that may be left out


@dataclass(frozen=True, eq=False)
class Case:
    """Sizes by letter, inputs and weights by name; numbers are float64.

    `dtype` is the precision in which the student's code computes, `magnitude` how much rounding
    errors grow on the way.
    """

    sizes: Mapping[str, int]
    inputs: Mapping[str, Any]
    weights: Mapping[str, torch.Tensor]
    dtype: torch.dtype = field(default=torch.float64, kw_only=True)
    magnitude: float = field(default=1.0, kw_only=True)
    steps: int = field(default=1, kw_only=True)
    worked: Mapping[str, Callable[[Case], Any]] = field(default_factory=dict, kw_only=True)
    """What works out the inputs that follow from the others."""

    def map(self, change: Callable[[torch.Tensor], torch.Tensor]) -> Case:
        """Return the case with all its numbers changed."""
        weights = {name: change(value) for name, value in self.weights.items()}
        inputs = {name: mapped(value, change) for name, value in self.inputs.items()}
        return replace(self, inputs=inputs, weights=weights)

    def rounded(self, dtype: torch.dtype) -> Case:
        """Return the case with all its numbers rounded to a dtype, in float64 still.

        What follows from them is worked out again: then a case is as it is asked.
        """
        if dtype is self.dtype is torch.float64 and not self.worked:
            return self

        def change(value: torch.Tensor) -> torch.Tensor:
            return value.to(dtype).to(torch.float64)

        case = replace(self.map(change), dtype=dtype)
        for name, work in self.worked.items():
            case = replace(case, inputs={**case.inputs, name: mapped(work(case), change)})
        return case

    def show(self) -> dict[str, torch.Tensor]:
        """Return what it is made of by the names that the student knows."""
        several = (list, tuple)
        found = {
            name: value for name, value in self.inputs.items() if not isinstance(value, several)
        }
        lists = {
            f"{name}[{number}]": one
            for name, value in self.inputs.items()
            if isinstance(value, several)
            for number, one in enumerate(value)
        }
        return {**found, **lists, **self.weights}


@dataclass(frozen=True)
class Isolation:
    """A change of a case. `names` are the inputs and layers that it is about."""

    names: tuple[str, ...]
    change: Callable[[Case], Case]

    def __call__(self, case: Case) -> Case:
        """Return the case with the change made."""
        return self.change(case)


def mapped(value: Any, change: Callable[[torch.Tensor], torch.Tensor]) -> Any:
    """Return a value with the tensors of numbers in it changed."""
    if isinstance(value, (list, tuple)):
        made = [mapped(one, change) for one in value]
        return tuple(made) if isinstance(value, tuple) else made
    is_numbers = isinstance(value, torch.Tensor) and value.is_floating_point()
    return change(value) if is_numbers else value


def make(
    inputs: Mapping[str, Kind],
    shapes: Callable[[Mapping[str, int]], Mapping[str, tuple[int, ...]]],
    sizes: Mapping[str, int],
    numbers: Numbers,
) -> Case:
    """Return the case that these sizes and numbers stand for, with every input there."""
    stream = Stream(numbers, torch.Generator().manual_seed(numbers.seed))
    given = {name: kind.draw(sizes, stream) for name, kind in inputs.items()}
    weights = {name: stream.weights(*shape) for name, shape in shapes(sizes).items()}
    worked = {name: kind.named(name) for name, kind in inputs.items() if isinstance(kind, Worked)}
    return Case(sizes, given, weights, worked=worked)


def draw(
    inputs: Mapping[str, Kind],
    shapes: Callable[[Mapping[str, int]], Mapping[str, tuple[int, ...]]],
    largest: Mapping[str, int],
    seed: int,
    scales: tuple[float | None, ...] = PLAIN,
    least: int = 1,
    alike: Mapping[str, str] | None = None,
) -> Case:
    """Return the case that a number stands for; `largest` holds every letter.

    `alike` says which letter's size a letter takes.

    Two in three are telling: no size is 1 if it need not be, and numbers are of the first scale
    that is one, near 1 in most cases.
    """
    choose = random.Random(seed)  # noqa: S311 - cases follow from a number
    telling = choose.random() < _TELLING
    least = 2 if telling else least
    sizes = {letter: choose.randint(min(least, most), most) for letter, most in largest.items()}
    sizes = {letter: sizes[(alike or {}).get(letter, letter)] for letter in largest}
    plain = next((scale for scale in scales if scale), None)
    scale = plain if telling else choose.choice(scales)
    states = 1.0 if telling else choose.choice((1.0, 0.0, 1e-3))
    case = make(inputs, shapes, sizes, Numbers(choose.getrandbits(16), scale, states))
    return without(
        case, [name for name, kind in inputs.items() if kind.optional and choose.random() < _ABSENT]
    )


def isolated(case: Case, isolations: Sequence[Isolation]) -> Case:
    """Return a case with all the isolations made."""
    for isolation in isolations:
        case = isolation(case)
    return case


def without(case: Case, names: list[str]) -> Case:
    """Return the case with inputs left out."""
    return replace(case, inputs={**case.inputs, **dict.fromkeys(names)})


def silent(*names: str) -> Isolation:
    """Put at zero: a layer (`U_a`), one of its parameters (`U_a.bias`), or an input."""
    return _both(names, lambda _, value: torch.zeros_like(value))


def times(factor: float, *names: str) -> Isolation:
    """Make layers, parameters or inputs larger or smaller."""
    return _both(names, lambda _, value: value * factor)


def plus(size: float, *names: str) -> Isolation:
    """Add a number to layers, parameters or inputs, with a sign that changes along them."""

    def change(_: str, value: torch.Tensor) -> torch.Tensor:
        signs = 1.0 - 2.0 * torch.arange(value.numel(), dtype=value.dtype).remainder(2)
        return value + size * signs.reshape(value.shape)

    return _both(names, change)


def fixed(bias: float, *layers: str, piece: int = 0, of: int = 1) -> Isolation:
    """Let layers give one number whatever they get: OPEN, SHUT or 0. They need a bias.

    Of layers whose rows are `of` pieces, let only this `piece` be so, counted from 0. A bare
    parameter is that number.
    """

    def change(name: str, value: torch.Tensor) -> torch.Tensor:
        changed = value.clone()
        changed.chunk(of)[piece].fill_(bias if "bias" in name or "." not in name else 0.0)
        return changed

    return _both(layers, change)


def full(*masks: str) -> Isolation:
    """Make masks True everywhere."""
    return _inputs(masks, lambda value: None if value is None else torch.ones_like(value))


def even(*masks: str) -> Isolation:
    """Make each row of masks True or False as a whole, as its first place is."""
    return _inputs(
        masks, lambda value: None if value is None else value[..., :1].expand_as(value).clone()
    )


def absent(*names: str) -> Isolation:
    """Leave inputs out."""
    return _inputs(names, lambda _: None)


def given(**values: Any) -> Isolation:
    """Give inputs these values, a flag say."""
    return Isolation(tuple(values), lambda case: replace(case, inputs={**case.inputs, **values}))


def _both(names: tuple[str, ...], change: Callable[[str, torch.Tensor], torch.Tensor]) -> Isolation:
    """Change the numbers of layers, parameters and inputs of these names."""

    def changed(case: Case) -> Case:
        weights = {
            name: change(name, value) if _is_of(name, names) else value
            for name, value in case.weights.items()
        }
        inputs = {
            name: mapped(value, functools.partial(change, name)) if name in names else value
            for name, value in case.inputs.items()
        }
        return replace(case, weights=weights, inputs=inputs)

    return Isolation(names, changed)


def _inputs(names: tuple[str, ...], change: Callable[[Any], Any]) -> Isolation:
    def changed(case: Case) -> Case:
        inputs = {
            name: change(value) if name in names else value for name, value in case.inputs.items()
        }
        return replace(case, inputs=inputs)

    return Isolation(names, changed)


def _is_of(name: str, chosen: tuple[str, ...]) -> bool:
    return any(name == one or name.startswith(f"{one}.") for one in chosen)
