"""What a loop did, replayed from the notes of it: see `loop_probes.Notes`.

The student's process wrote the notes, so they prove nothing. The trusted side computes each number
in them again, from its own model and from the note before: what the model gives, the loss, the
gradients that a backward adds, the parameters after a step. One that is not so either is what the
student's code did between two notes, which is noted here, or else the notes are not believed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import torch

from grader.recurrent import loop_probes

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

    from grader.recurrent.loops import Case

NEAR = 2e-5  # float32, a few operations; of the largest number
_MOST = 10_000  # numbers in one note
_LONGEST = 40  # a name
_WITHOUT_STATE = ("loss", "loss_backward", "given_backward")


class NotBelieved(ValueError):
    """Notes that do not give the numbers that they hold."""


@dataclass(eq=False)
class Call:
    """A call of the loss function on (a, b): its loss, the gradients that came to it and to a."""

    a: Tensor
    b: Tensor
    loss: float
    scales: list[float] = field(default_factory=list)
    gradients: list[Tensor] = field(default_factory=list)

    def right_gradient(self) -> Tensor:
        """Return the gradient of the loss by a, in the shape of a."""
        a = self.a.clone().requires_grad_()
        _loss(a, self.b).backward()  # type: ignore[no-untyped-call]
        assert a.grad is not None  # noqa: S101 - it was just computed
        return a.grad


@dataclass(eq=False)
class Pass:
    """A call of the model, x (B, T, 1) to y (B, 1), and what became of it.

    `gradients` are those that came to y, one for each backward, and `found` the parameters' as the
    first backward found them. `foreign` is what a backward brought beside that, and `weights` the
    parameters at that time.
    """

    x: Tensor
    y: Tensor
    training: bool
    calls: list[Call] = field(default_factory=list)
    gradients: list[Tensor] = field(default_factory=list)
    found: Tensor | None = None
    stale: bool = False
    foreign: Tensor | None = None
    weights: Tensor | None = None


@dataclass(eq=False)
class Step:
    """An optimizer's step: the gradients that the last backward left, those that it found.

    `late` is whether the model was called in between.
    """

    own: bool
    kind: str
    late: bool
    left: Tensor
    found: Tensor
    before: Tensor
    after: Tensor


@dataclass(eq=False)
class Epoch:
    """What was done in an epoch: passes in order, and backwards and steps in theirs.

    `moved` is what the parameters were changed by, outside of any step; `first` whether that was
    before all else.
    """

    passes: list[Pass] = field(default_factory=list)
    deeds: list[Pass | Step] = field(default_factory=list)
    moved: list[tuple[Tensor, Tensor]] = field(default_factory=list)
    moved_first: bool = False

    @property
    def used(self) -> list[Pass]:
        """The passes that a backward went through, in the order in which it did."""
        return [deed for deed in self.deeds if isinstance(deed, Pass)]

    @property
    def steps(self) -> list[Step]:
        """The optimizers' steps."""
        return [deed for deed in self.deeds if isinstance(deed, Step)]


def replay(case: Case, notes: Any, state: dict[str, Tensor]) -> Epoch:
    """Return what was done to a case's model, from the state before to that after.

    Raises NotBelieved.
    """
    try:
        return _Replay(case).all(notes, state)
    except NotBelieved:
        raise
    except (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError) as e:
        raise NotBelieved(f"malformed: {type(e).__name__}") from e


def near(one: Tensor, other: Tensor) -> bool:
    """Whether numbers are the same but for rounding; NaN never is."""
    if one.shape != other.shape:
        return False
    size = max(1.0, float(other.abs().max())) if other.numel() else 1.0
    return bool(((one - other).abs() <= NEAR * size).all())


def flat(state: dict[str, Tensor]) -> Tensor:
    """Return a state of the model as one vector: fc.weight, fc.bias."""
    return torch.cat([state["fc.weight"].flatten(), state["fc.bias"].flatten()])


class _Replay:
    def __init__(self, case: Case) -> None:
        self.weights = flat(case.state)
        self.gradients = torch.zeros_like(self.weights)  # as they should stand now
        self.left = self.gradients  # as the last backward left them
        self.coming = self.gradients  # what the backward under way adds
        self.epoch = Epoch()
        self.under: list[Pass] = []  # that it has reached
        self.forwards: dict[int, Pass] = {}
        self.calls: dict[int, Call] = {}
        self.spent = False  # whether a step was taken since the last backward
        self.called = False  # whether the model was called since then
        self.before: Step | None = None

    def all(self, notes: Any, state: dict[str, Tensor]) -> Epoch:
        if not isinstance(notes, list) or not notes or notes[-1]["what"] != "end":
            raise NotBelieved("incomplete")
        for note in notes:
            self._follow(note)
        if not near(flat(state), self.weights):
            raise NotBelieved("another state")
        return self.epoch

    def _follow(self, note: dict[str, Any]) -> None:
        what = str(note["what"])
        if what not in _WITHOUT_STATE:
            self._state(what, _tensor(note["weights"]), self._gradients(note["gradients"]))
        do: dict[str, Callable[[dict[str, Any]], None]] = {
            "forward": self._forward,
            "loss": self._loss,
            "backward": self._backward,
            "loss_backward": self._loss_backward,
            "given_backward": self._given_backward,
            "step": self._step,
        }
        if what in do:
            do[what](note)
        elif what not in ("accumulated", "stepped", "end"):
            raise NotBelieved("unknown note")

    def _state(self, what: str, seen: Tensor, gradients: Tensor) -> None:
        """Go on with the parameters and gradients of a note."""
        if seen.shape != self.weights.shape or gradients.shape != self.weights.shape:
            raise NotBelieved("another model")
        if what == "stepped":
            self._stepped(seen)
        elif not near(seen, self.weights):
            self.epoch.moved_first |= not self.epoch.deeds and not self.epoch.passes
            self.epoch.moved.append((self.weights, seen))
        self.weights = seen
        if what == "accumulated" or (self.under and self._is_by_hand(gradients)):
            self._accumulated(gradients)
        self.gradients = gradients

    def _gradients(self, noted: Any) -> Tensor:
        """Return the gradients of weight and bias as one vector; what has none has zeros."""
        sizes = (len(self.weights) - 1, 1)
        pairs = zip(noted, sizes, strict=True)
        return torch.cat([torch.zeros(n) if one is None else _tensor(one) for one, n in pairs])

    def _forward(self, note: dict[str, Any]) -> None:
        x, y, training = _tensor(note["x"]), _tensor(note["y"]), note["training"] is True
        right = x.flatten(1) @ self.weights[:-1, None] + self.weights[-1]
        if not near(y, right):
            raise NotBelieved("y")
        y = y * _factor(training=training)
        done = self.forwards[note["number"]] = Pass(x, y, training)
        self.epoch.passes.append(done)
        self.called = True

    def _loss(self, note: dict[str, Any]) -> None:
        a, b, loss = _tensor(note["a"]), _tensor(note["b"]), _tensor(note["loss"])
        if loss.numel() != 1 or not near(loss.reshape(()), _loss(a, b)):
            raise NotBelieved("loss")
        call = self.calls[note["number"]] = Call(a, b, float(loss))
        if self.epoch.passes:
            self.epoch.passes[-1].calls.append(call)

    def _loss_backward(self, note: dict[str, Any]) -> None:
        self.calls[note["of"]].scales.append(float(_tensor(note["g"])))

    def _given_backward(self, note: dict[str, Any]) -> None:
        self.calls[note["of"]].gradients.append(_tensor(note["g"]))

    def _backward(self, note: dict[str, Any]) -> None:
        done, g = self.forwards[note["of"]], _tensor(note["g"])
        if g.shape != done.y.shape:
            raise NotBelieved("gradient")
        if done.found is None:
            done.found, done.stale = self.gradients, self.spent
            done.weights = self.weights
            self._begin(done)
        done.gradients.append(g / _factor(training=done.training))
        self.coming = self.coming + torch.cat([(g * done.x.flatten(1)).sum(0), g.sum(0)])

    def _begin(self, done: Pass) -> None:
        """Add a pass that a backward reaches; one that goes through several does so from behind."""
        self.under.append(done)
        del self.epoch.deeds[len(self.epoch.deeds) - len(self.under) + 1 :]
        self.under.sort(key=self.epoch.passes.index)
        self.epoch.deeds += self.under

    def _is_by_hand(self, gradients: Tensor) -> bool:
        """Whether these are gradients that were asked for, and put there by the student's code."""
        return near(gradients, self.coming) and not near(gradients, self.gradients)

    def _accumulated(self, gradients: Tensor) -> None:
        if not near(gradients, self.gradients + self.coming):
            if not self.epoch.used:
                raise NotBelieved("gradients of nothing")
            self.epoch.used[-1].foreign = gradients - self.gradients - self.coming
        self.coming = torch.zeros_like(gradients)
        self.under = []
        self.left = gradients
        self.spent = self.called = False

    def _step(self, note: dict[str, Any]) -> None:
        own = note["own"] is True
        self.before = Step(
            own,
            str(note["kind"])[:_LONGEST],
            self.called,
            self.left,
            self.gradients,
            self.weights,
            self.weights,
        )
        self.epoch.deeds.append(self.before)
        self.spent = True

    def _stepped(self, seen: Tensor) -> None:
        if self.before is None:
            raise NotBelieved("a step's end without its start")
        self.before.after = seen
        self.before = None


def _loss(a: Tensor, b: Tensor) -> Tensor:
    one, other = torch.broadcast_tensors(a, b)  # type: ignore[no-untyped-call]
    return torch.nn.functional.huber_loss(one, other, delta=loop_probes.HUBER_DELTA)


def _factor(*, training: bool) -> float:
    return loop_probes.TRAINING_FACTOR if training else 1.0


def _tensor(value: Any) -> Tensor:
    tensor = torch.tensor(value, dtype=torch.float32)
    if tensor.numel() > _MOST or not all(map(math.isfinite, tensor.flatten().tolist())):
        raise NotBelieved("numbers")
    return tensor
