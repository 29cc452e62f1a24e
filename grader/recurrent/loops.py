"""modelo_entrenamiento and modelo_prueba over a model, data and optimizer of ours (SEED 4.5).

What the checks of both share: a case, how the student's loop runs over it, and what is compared.
Random streams never are: right code may draw numbers of its own. `training_loop` and `testing_loop`
have the misconceptions of each.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from hypothesis import strategies as st

from grader.checks import answers
from grader.checks.asserts import Mismatch, compared
from grader.core.i18n import tr
from grader.recurrent import loop_probes

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn
    from torch import Tensor

    from grader.checks.misconceptions import Misconception
    from grader.core.i18n import Bilingual
    from grader.student.probes import Probe
    from grader.student.student import Student

_FRESH = (1, 79)  # seeds of sets on which each way to count right answers gives another number
RATE = 0.05
ABSOLUTE = 2e-5  # float32, a few steps of SGD from parameters and data of size 1
_STEPS = 4  # length of the sequences
TRAINING, TESTING = "modelo_entrenamiento", "modelo_prueba"

Loss = Callable[[Any, Any], Any]


@dataclass(frozen=True)
class Case:
    """Sequences (N, T, 1), labels (N,), the batch size, and the model's state before."""

    sequences: Tensor
    labels: Tensor
    batch_size: int
    state: dict[str, Tensor]

    def show(self) -> dict[Any, Tensor]:
        """Return all of it by the names that the student knows, in either language."""
        return {tr("sequences"): self.sequences, tr("labels"): self.labels, **self.state}

    def batches(self) -> list[tuple[Tensor, Tensor]]:
        """Return the batches in order; the last one may be smaller."""
        starts = range(0, len(self.labels), self.batch_size)
        parts = [slice(start, start + self.batch_size) for start in starts]
        return [(self.sequences[part], self.labels[part]) for part in parts]

    def model(self) -> loop_probes.LinearModel:
        """Return the model before the loop."""
        model = loop_probes.LinearModel(_STEPS)
        model.load_state_dict(self.state)
        return model

    def train(self, student: Student) -> Trained:
        """Run the student's training loop."""
        form = answers.of(tuple[dict[str, torch.Tensor], list[Any]])
        state, notes = self._run(student, loop_probes.train_once, TRAINING, form, rate=RATE)
        return Trained(state, notes)

    def measure(self, student: Student) -> list[Any]:
        """Run the student's test loop; return what it gave, the state, if gradients, the notes.

        A list as it came, so that a notebook's cell can name what is in it.
        """
        form = answers.of(tuple[Any, dict[str, torch.Tensor], Any, list[Any]])
        measured: list[Any] = self._run(student, loop_probes.measure_once, TESTING, form)
        return measured

    def _run(
        self,
        student: Student,
        probe: Probe,
        name: str,
        form: Callable[[Any], bool],
        **arguments: Any,
    ) -> Any:
        student.require(name)
        return student.run(
            probe,
            form,
            name=name,
            pesos=self.state,
            secuencias=self.sequences,
            etiquetas=self.labels,
            batch_size=self.batch_size,
            **arguments,
        )


@dataclass(frozen=True)
class Trained:
    """A model's state after an epoch, and the notes of what the loop did: see `loop_probes`."""

    state: dict[str, Tensor]
    notes: list[Any]


def loss_function() -> torch.nn.Module:
    """Return the loss that the student's loop is given: not the usual one, so that a loop that
    brings its own shows.
    """  # noqa: D205 - one sentence
    return torch.nn.HuberLoss(delta=loop_probes.HUBER_DELTA)


@st.composite
def cases(draw: DrawFn) -> Case:
    """Draw a set whose last batch is smaller than the others, of one sample at least."""
    batch_size = draw(st.integers(2, 4))
    whole, rest = draw(st.integers(1, 3)), draw(st.integers(1, batch_size - 1))
    return make(draw(st.integers(0, 2**16)), whole * batch_size + rest, batch_size)


def make(seed: int, count: int, batch_size: int) -> Case:
    """Return a set of sequences of 0 and 1, and a model that nearly counts the ones."""
    generator = torch.Generator().manual_seed(seed)
    sequences = torch.randint(0, 2, (count, _STEPS, 1), generator=generator).float()
    noise = torch.randn(_STEPS + 1, generator=generator) * 0.3
    state = {"fc.weight": 1 + noise[None, :_STEPS], "fc.bias": noise[_STEPS:]}
    return Case(sequences, sequences.flatten(1).sum(1), batch_size, state)


def pair(y: Tensor, labels: Tensor, *, apart: bool) -> tuple[Tensor, Tensor]:
    """Return outputs (B, 1) and labels (B,) as (B,) each, or else broadcast to (B, B)."""
    if apart:
        return y[:, 0], labels
    return y.expand(-1, len(labels)), labels.expand(len(labels), -1)


def fresh() -> list[Case]:
    """Return cases on which the misconceptions can be told apart."""
    return [make(seed, 3 * 4 + 3, 4) for seed in _FRESH]


def same(after: Any, expected: dict[str, Tensor]) -> bool:
    """Whether these are the expected tensors, by name; NaN never is."""
    if not isinstance(after, dict) or set(after) != set(expected):
        return False
    return all(
        isinstance(after[name], torch.Tensor)
        and after[name].shape == value.shape
        and bool(((after[name].double() - value.double()).abs() <= ABSOLUTE).all())
        for name, value in expected.items()
    )


def require_state(
    after: Any,
    expected: dict[str, Tensor],
    when: Bilingual,
    case: Case,
    misconception: Misconception | None,
) -> None:
    """Raise the Mismatch of the first parameter that is not as expected."""
    for name, right in expected.items():
        got = after.get(name) if isinstance(after, dict) else None
        if isinstance(got, torch.Tensor) and same({name: got}, {name: right}):
            continue
        raise _wrong_parameter(
            tr("{when} the parameters are not what they should be", when=when),
            case,
            misconception,
            (name, got, right),
        )


def _wrong_parameter(
    message: Bilingual,
    case: Case,
    misconception: Misconception | None,
    parameter: tuple[str, Any, Tensor],
) -> Mismatch:
    name, got, right = parameter
    return Mismatch(
        tr("{message}: {name}", message=message, name=name),
        quantity=name,
        inputs=case.show(),
        expected=right,
        got=got,
        holds=lambda code: compared(name, code(got), right.double(), ABSOLUTE),
        misconception=misconception,
    )


TRAINING, TESTING = "modelo_entrenamiento", "modelo_prueba"
