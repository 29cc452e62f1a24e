"""The network of the timed run as it should be, its data, and how it trains on the trusted side.

Sizes, steps and rate are such that the reference learns to count on every seed that was tried (see
`make seeds`). All students of a run get the same data, so the reference's own run is kept.
"""

from __future__ import annotations

import functools
import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

from grader.checks.asserts import Mismatch
from grader.core.i18n import tr
from grader.recurrent import models, probes, stand_ins

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from torch import Tensor

STEPS, HIDDEN_SIZE = 8, 20  # T and H
BATCH_SIZE, EPOCHS, BATCHES = 64, 8, 30
RATE = 0.03
HELD_OUT = 500


class Reference(torch.nn.Module):
    """The right network, with the parameters' names of the assignment: (B, T, 1) to (B, 1)."""

    def __init__(self, kind: models.Kind, *, stand_in: bool) -> None:
        super().__init__()
        if stand_in:
            cell: torch.nn.Module = stand_ins.CELLS[kind.cell_class](1, HIDDEN_SIZE)
        else:
            cell = LSTMCell() if kind == models.LSTM else GRUCell()
        self.model = stand_ins.Model(kind.cell, cell, kind.states, HIDDEN_SIZE, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Return (B, 1)."""
        y: Tensor = self.model(x)
        return y


class LSTMCell(torch.nn.Module):
    """The LSTM cell of SEED 2.2, gates stacked as input, forget, candidate, output."""

    def __init__(self) -> None:
        super().__init__()
        self.x_fc = torch.nn.Linear(1, 4 * HIDDEN_SIZE)
        self.h_fc = torch.nn.Linear(HIDDEN_SIZE, 4 * HIDDEN_SIZE)

    def forward(self, x: Tensor, state: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
        """Return (h, c), each (B, H)."""
        h, c = state
        i, f, g, o = self._sums(x, h)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        return o.sigmoid() * c.tanh(), c

    def gates(self, x: Tensor, state: tuple[Tensor, Tensor]) -> dict[str, Tensor]:
        """Return a step's gates by letter, each (B, H)."""
        i, f, _, o = self._sums(x, state[0])
        return {"i": i.sigmoid(), "f": f.sigmoid(), "o": o.sigmoid()}

    def _sums(self, x: Tensor, h: Tensor) -> tuple[Tensor, ...]:
        sums: tuple[Tensor, ...] = (self.x_fc(x) + self.h_fc(h)).chunk(4, 1)
        return sums


class GRUCell(torch.nn.Module):
    """The GRU cell of SEED 3.2, the reset gate before the product."""

    def __init__(self) -> None:
        super().__init__()
        for gate in "rzh":
            self.add_module(f"x_{gate}_fc", torch.nn.Linear(1, HIDDEN_SIZE))
        for name in ("h_r_fc", "h_z_fc", "hr_h_fc"):
            self.add_module(name, torch.nn.Linear(HIDDEN_SIZE, HIDDEN_SIZE))

    def forward(self, x: Tensor, h: Tensor) -> Tensor:
        """Return h, (B, H)."""
        r, z = self.gates(x, h).values()
        layers = dict(self.named_children())
        candidate = (layers["x_h_fc"](x) + layers["hr_h_fc"](r * h)).tanh()
        state: Tensor = z * h + (1 - z) * candidate
        return state

    def gates(self, x: Tensor, h: Tensor) -> dict[str, Tensor]:
        """Return a step's gates by letter, each (B, H)."""
        layers = dict(self.named_children())
        r = (layers["x_r_fc"](x) + layers["h_r_fc"](h)).sigmoid()
        z = (layers["x_z_fc"](x) + layers["h_z_fc"](h)).sigmoid()
        return {"r": r, "z": z}


@dataclass(frozen=True)
class Data:
    """Sequences (N, T, 1), labels (N,) and initial weights, as a seed gives them."""

    kind: models.Kind
    seed: int
    stand_in: bool

    def sequences(self) -> tuple[Tensor, Tensor]:
        """Return the training sequences, then those held out."""
        count = EPOCHS * BATCHES * BATCH_SIZE
        drawn = torch.randint(0, 2, (count + HELD_OUT, STEPS, 1), generator=self._generator(0))
        return drawn[:count].float(), drawn[count:].float()

    def state(self) -> dict[str, Tensor]:
        """Return the weights to start from: uniform in ±√(3/H), the memory's gate open by 1."""
        generator, bound = self._generator(1), math.sqrt(3 / HIDDEN_SIZE)
        shapes = Reference(self.kind, stand_in=self.stand_in).model.state_dict().items()
        state = {
            name: (torch.rand(value.shape, generator=generator) * 2 - 1) * bound
            for name, value in shapes
        }
        if not self.stand_in and self.kind == models.LSTM:
            state["lstm.x_fc.bias"][HIDDEN_SIZE : 2 * HIDDEN_SIZE] += 1
        if not self.stand_in and self.kind == models.GRU:
            state["gru.x_z_fc.bias"] += 1
        return state

    def first(self) -> Any:
        """Return states for a step of the cell: h (B, H), or a pair of them."""
        drawn = torch.randn(2, BATCH_SIZE, HIDDEN_SIZE, generator=self._generator(2))
        return (drawn[0], drawn[1]) if self.kind.states > 1 else drawn[0]

    def _generator(self, number: int) -> torch.Generator:
        return torch.Generator().manual_seed(2 * self.seed + number)


@dataclass(frozen=True)
class Course:
    """How a run went: the weights after each epoch, and how well each does on held-out data."""

    states: list[dict[str, Tensor]]
    losses: list[float]
    norms: list[float]
    measured: list[tuple[float, float]]
    """(loss, accuracy) after each epoch."""


SURE = 0.9  # of the held-out sequences counted right by the reference
_MOST_COURSES = 16
STEADY = 0.005  # of the way that weights go: a quarter of what a student's run may be off
_ALIKE = 1e-3  # float32, twenty units, eight steps
_NUDGE = 1e-6  # some units in the last place of float32: what another order of sums comes to
_courses: dict[Data, Course] = {}  # the reference's: all students of a run get the same data


def right_course(data: Data) -> Course:
    """Return the reference's own run."""
    if data not in _courses:
        if len(_courses) == _MOST_COURSES:
            _courses.clear()
        _courses[data] = run(data, stand_ins.epoch)
    return _courses[data]


def learnable(kind: models.Kind, seed: int, *, stand_in: bool) -> Iterator[Data]:
    """Yield data, from this seed on, on which the reference surely learns.

    On about one seed in 200 it learns late; nobody's mark is to depend on that.
    """
    for number in itertools.count(seed):
        data = Data(kind, number, stand_in)
        if right_course(data).measured[-1][1] >= SURE:
            yield data


@functools.cache
def is_steady(data: Data) -> bool:
    """Whether the reference ends at the same weights where it starts a rounding error off.

    On some data the least rounding grows until it shows; nobody is to lose a point there.
    """
    nudged = {name: value * (1 + _NUDGE) for name, value in data.state().items()}
    return apart(data, run(data, stand_ins.epoch, nudged), right_course(data)) <= STEADY


def run(data: Data, loop: Callable[..., Any], state: dict[str, Tensor] | None = None) -> Course:
    """Train the reference in this process with a loop, as a probe does the student's network.

    It starts from the data's own weights, unless others are given.
    """
    dtype = torch.get_default_dtype()
    torch.set_default_dtype(torch.float32)
    start = {"state": state} if state else {}
    notebook = {"model": lambda *_: reference(data), "loop": loop}
    try:
        answer = probes.train_network(notebook, "model", "loop", **given(data) | start)
        return course(data, answer)
    finally:
        torch.set_default_dtype(dtype)


def reference(data: Data) -> torch.nn.Module:
    """Return the right network for these data, with weights as torch draws them."""
    return Reference(data.kind, stand_in=data.stand_in).model


def given(data: Data) -> dict[str, Any]:
    """Return what `probes.train_network` takes, but for the names of a model and a loop."""
    sequences, _ = data.sequences()
    sizes = {"hidden_size": HIDDEN_SIZE, "batch_size": BATCH_SIZE, "epochs": EPOCHS, "rate": RATE}
    labels = sequences.sum((1, 2))
    own = {"cell": data.kind.cell, "first": data.first()}
    return {"state": data.state(), "sequences": sequences, "labels": labels, **sizes, **own}


def is_answer(answer: Any) -> bool:
    """Whether this is what `probes.train_network` returns."""
    if not isinstance(answer, dict) or not isinstance(answer.get("states"), list):
        return False
    states, seen = answer["states"], answer.get("seen")
    if not isinstance(seen, list):
        return False
    return (
        len(states) == len(seen) == EPOCHS
        and all(isinstance(one, list) and len(one) > 1 for one in seen)
        and all(isinstance(state, dict) for state in states)
        and {"losses", "gradient_norms"} <= set(answer)
    )


def course(data: Data, answer: Any) -> Course:
    """Measure the weights that a run came to, in the reference. Raises Mismatch."""
    model, shapes = reference(data), data.state()
    _, held_out = data.sequences()
    labels, states, measured = held_out.sum((1, 2)), [], []
    for state in answer["states"]:
        state = {name: state.get(name) for name in shapes}  # noqa: PLW2901 - what else there is
        if any(
            not isinstance(state[n], torch.Tensor)
            or state[n].shape != shapes[n].shape
            or state[n].dtype != shapes[n].dtype
            for n in shapes
        ):
            raise Mismatch(
                tr(
                    "after training, the model has other parameters than before: other names, "
                    "shapes or dtypes"
                ),
                quantity=tr("parameters"),
                expected=", ".join(shapes),
                got=", ".join(name for name in shapes if state[name] is not None),
            )
        model.load_state_dict(state)
        with torch.no_grad():
            y = model(held_out)[:, 0]
        loss = float((y - labels).square().mean())
        measured.append((loss, float((y.round() == labels).float().mean())))
        states.append(state)
    return Course(states, _plain(answer["losses"]), _plain(answer["gradient_norms"]), measured)


def _plain(numbers: Any) -> list[float]:
    """Return what the student's process says for the plots, as far as it is finite numbers."""
    if not isinstance(numbers, list):
        return []
    most = 4 * EPOCHS * BATCHES
    return [float(f"{n:.5g}") for n in numbers[:most] if type(n) is float and math.isfinite(n)]


def changed(data: Data, answer: Any) -> str | None:
    """Return the part that in training is not what it was in its own checks, if there is one.

    Model and cell are compared with right ones of the same weights, after each epoch. Of a cell or
    a model that is no stand-in of ours that is the student's doing: it was right before.
    """
    model, (sequences, _) = reference(data), data.sequences()
    starts = range(0, len(sequences), len(sequences) // EPOCHS)
    cell = model.get_submodule(data.kind.cell)
    wrong = []
    for start, state, seen in zip(starts, answer["states"], answer["seen"], strict=True):
        model.load_state_dict({name: state[name] for name in data.state()})
        x = sequences[start : start + BATCH_SIZE]
        with torch.no_grad():
            step = cell(x[:, 0], data.first())
            right = [model(x), *(step if isinstance(step, tuple) else [step])]
        alike = [_alike(got, one) for got, one in zip(seen, right, strict=False)]
        wrong.append((not all(alike[1:]) or len(seen) != len(right), not alike[0]))
    cells, models_ = map(any, zip(*wrong, strict=True))
    return data.kind.cell_class if cells else data.kind.name if models_ else None


def _alike(got: Any, right: Tensor) -> bool:
    return (
        isinstance(got, torch.Tensor)
        and got.shape == right.shape
        and bool(((got - right).abs() <= _ALIKE * (1 + right.abs())).all())
    )


def apart(data: Data, one: Course, other: Course) -> float:
    """Return the largest distance of two runs' weights, of the way that the second one went.

    It is infinite where weights are no finite numbers.
    """
    start = data.state()
    ways = [
        _distance(a, b) / max(_distance(b, start), 1e-6)
        for a, b in zip(one.states, other.states, strict=True)
    ]
    return max(ways) if all(map(math.isfinite, ways)) else math.inf


def _distance(one: dict[str, Tensor], other: dict[str, Tensor]) -> float:
    gaps = [(one[name].double() - other[name].double()).square().sum() for name in other]
    return float(torch.stack(gaps).sum().sqrt())


def torch_weights(kind: models.Kind, state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return weights by the names of torch's own cells; which ones does not matter for the time."""
    names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    rows = (4 if kind == models.LSTM else 3) * HIDDEN_SIZE
    shapes = ((rows, 1), (rows, HIDDEN_SIZE), (rows,), (rows,))
    generator, bound = torch.Generator().manual_seed(0), math.sqrt(3 / HIDDEN_SIZE)
    drawn = {
        f"{kind.cell}.{name}": (torch.rand(shape, generator=generator) * 2 - 1) * bound
        for name, shape in zip(names, shapes, strict=True)
    }
    return drawn | {name: value for name, value in state.items() if name.startswith("fc.")}
