"""How a model ran its cell, as read off what its cell and its last layer were given and gave.

The student's process took the notes (`model_probes`): they count only if the student's own cell and
`fc`, asked again, give the same, and if the model's output is the one that it gives unobserved.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from grader.recurrent.model_words import WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.checks.misconceptions import Misconception

Near = Callable[[Tensor, Tensor], bool]
_Found = tuple[str, str, dict[str, object]]


@dataclass(frozen=True)
class Step:
    """A call of the cell: x_t, the states that it was given and those that it returned."""

    x: Tensor
    given: list[Tensor]
    gave: list[Tensor]


@dataclass(frozen=True)
class Run:
    """A call of a model: what it gave, its cell's steps, and (given, gave) of each call of fc."""

    y: Tensor
    steps: list[Step]
    last: list[tuple[Tensor, Tensor]]


def read(noted: Any, states: int) -> list[Run]:
    """Return the calls of a model from the notes of them. Raises ValueError for no such notes."""
    if not isinstance(noted, list) or len(noted) != len(("first", "second")):
        raise ValueError("not two calls")
    return [_run(one, states) for one in noted]


def _run(noted: Any, states: int) -> Run:
    y, steps, last = noted
    if not isinstance(y, torch.Tensor):
        raise ValueError("no output")  # noqa: TRY004 - notes are no argument
    read_ = [Step(given[0], given[1:], gave) for given, gave in steps]
    if any(len(one.given) != states or len(one.gave) != states for one in read_):
        raise ValueError("other states")
    pairs = [(given[0], gave[0]) for given, gave in last]
    tensors = [t for one in read_ for t in (one.x, *one.given, *one.gave)]
    tensors += [t for pair in pairs for t in pair]
    if not all(isinstance(one, torch.Tensor) for one in tensors):
        raise ValueError("no tensors")
    return Run(y, read_, pairs)


def broken(x: Tensor, run: Run, near: Near) -> dict[str, Misconception]:
    """Return the rules that a call with x (B, T, I) broke, by their checks, and how.

    Raises ValueError where something was done that nothing here explains.
    """
    if not run.steps:
        raise ValueError("no steps")
    found = [*_inputs(x, run, near), *_states(run, near), *_output(run, near)]
    return {rule: said(name, **values) for rule, name, values in found}


def _inputs(x: Tensor, run: Run, near: Near) -> Iterator[_Found]:
    """Yield what is wrong with which steps the cell was given, and in which order."""
    everything = list(range(x.shape[1]))
    used = _which(x, run, near, len(everything))
    if used is None:
        if _which(x, run, _same_samples(near), len(everything)) == everything:
            yield "batch_first", "samples_exchanged", {}
        elif _which(x, run, _in_proportion(near), len(everything)) == everything:
            yield "every_step", "another_input", {}
        else:
            raise ValueError("other inputs")
    elif used == [*everything, everything[-1]]:
        yield "every_step", "last_step_twice", {}
    elif set(used) < set(everything):
        yield (
            "every_step",
            "some_steps_skipped",
            {"used": len(set(used)), "count": len(everything)},
        )
    elif len(used) > len(everything):
        yield "every_step", "read_again", {}
    elif used != everything:
        yield "step_order", "steps_in_another_order", {}


def _which(x: Tensor, run: Run, near: Near, count: int) -> list[int] | None:
    """Return which step of x (B, T, I) each call of the cell had; None where one had none."""
    used: list[int] = []
    for one in run.steps:
        expected = used[-1] + 1 if used else 0
        order = [*range(expected, count), *range(min(expected, count))]
        found = next((t for t in order if _shaped(near)(one.x, x[:, t])), None)
        if found is None:
            return None
        used.append(found)
    return used


def _shaped(near: Near) -> Near:
    return lambda one, other: one.shape == other.shape and near(one, other)


def _same_samples(near: Near) -> Near:
    """Return whether the same samples are there, in whatever order."""
    return lambda one, other: near(one.sort(0).values, other.sort(0).values)


def _in_proportion(near: Near) -> Near:
    """Return whether numbers are others times a factor, or shifted by one."""

    def compare(one: Tensor, other: Tensor) -> bool:
        square = float((other * other).sum())
        factor = float((one * other).sum()) / square if square else 0.0
        shift = (one - other).mean()
        return bool(factor) and (near(one, factor * other) or near(one, other + shift))

    return compare


def _states(run: Run, near: Near) -> Iterator[_Found]:
    """Yield what is wrong with the states that the cell was given."""
    if any(bool(state.any()) for state in run.steps[0].given):
        yield "initial_state", "initial_state_not_zero", {}
    pairs = list(zip(run.steps, run.steps[1:], strict=False))
    if all(_all_near(after.given, before.gave, near) for before, after in pairs):
        return
    if all(_all_near(after.given, before.gave[::-1], near) for before, after in pairs):
        yield "every_step", "states_exchanged", {}
    elif all(_partly_lost(before, after, near) for before, after in pairs):
        yield "every_step", "state_lost", {}
    elif all(_mapped(after.given, before.gave, near) for before, after in pairs):
        yield "every_step", "state_changed_between_steps", {}
    else:
        raise ValueError("other states")


def _all_near(given: list[Tensor], gave: list[Tensor], near: Near) -> bool:
    return all(_shaped(near)(a, b) for a, b in zip(given, gave, strict=True))


def _partly_lost(before: Step, after: Step, near: Near) -> bool:
    """Whether each state is the one returned, or zero as if the sequence began."""
    pairs = zip(after.given, before.gave, strict=True)
    return all(not bool(a.any()) or _shaped(near)(a, b) for a, b in pairs)


def _mapped(given: list[Tensor], gave: list[Tensor], near: Near) -> bool:
    return all(_is_image(a, b, near) for a, b in zip(given, gave, strict=True))


def _is_image(one: Tensor, other: Tensor, near: Near) -> bool:
    """Whether numbers are others with something known done to them."""
    if one.shape != other.shape:
        return False
    if any(near(one, change(other)) for change in _CHANGES) or _in_proportion(near)(one, other):
        return True
    kept = one != 0  # as dropout does: what it keeps is larger by one factor
    return (
        bool(kept.any()) and not bool(kept.all()) and _in_proportion(near)(one[kept], other[kept])
    )


_CHANGES: tuple[Callable[[Tensor], Tensor], ...] = (
    lambda value: value,
    torch.relu,
    torch.tanh,
    torch.sigmoid,
    torch.abs,
    torch.exp,
    torch.round,
    torch.nn.functional.softplus,
    torch.nn.functional.leaky_relu,
    lambda value: value.softmax(-1),
    lambda value: torch.nn.functional.layer_norm(value, value.shape[-1:]),
    lambda value: value / value.norm(dim=-1, keepdim=True),
    lambda value: value.clamp(0, 1),
    torch.square,
)


def _output(run: Run, near: Near) -> Iterator[_Found]:
    """Yield what is wrong with what comes after the last step."""
    if not run.last:
        raise ValueError("fc unused")
    given, gave = next(
        (pair for pair in reversed(run.last) if _shaped(near)(pair[1], run.y)), run.last[-1]
    )
    if not _shaped(near)(gave, run.y):
        if not _is_image(run.y, gave, near):
            raise ValueError("another output")
        yield "output", "changed_after_fc", {}
        return
    states = [one.gave for one in run.steps]
    h, hs = states[-1][0], torch.stack([one[0] for one in states])
    if _shaped(near)(given, h):
        return
    if any(_shaped(near)(given, state) for one in states for state in one):
        yield "output", "output_of_another_step", {}
        return
    changed = (hs.mean(0), hs.sum(0), hs.max(0).values, hs.min(0).values, sum(states[-1]))
    if _is_image(given, h, near) or any(
        isinstance(one, torch.Tensor) and _shaped(near)(given, one) for one in changed
    ):
        yield "output", "output_of_changed_state", {}
    else:
        raise ValueError("another input of fc")


def said(name: str, **values: object) -> Misconception:
    """Return what is said of a finding, with what varies filled in."""
    word = WORDS[f"model.{name}"]
    return replace(word, es=word.es.format(**values), en=word.en.format(**values))
