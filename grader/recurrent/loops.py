"""modelo_entrenamiento and modelo_prueba over a model, data and optimizer of ours (SEED 4.5).

What the checks of both share: a case, how the student's loop runs over it, and what is compared.
Random streams never are: right code may draw numbers of its own. `training_loop` and `testing_loop`
have the readings of each.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from hypothesis import strategies as st

from grader.checks.asserts import Mismatch, compared
from grader.core.i18n import tr
from grader.worker.loops import Probe

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn
    from torch import Tensor

    from grader.checks.misconceptions import Misconception
    from grader.core.i18n import Bilingual
    from grader.student.student import Student

FRESH = 2  # cases that a reading must explain
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

    def model(self) -> Probe:
        """Return the model before the loop."""
        model = Probe(_STEPS)
        model.load_state_dict(self.state)
        return model

    def run(self, student: Student, name: str, rate: float | None) -> list[Any]:
        """Run the student's loop; return what it gave, the state after it, whether gradients."""
        given: list[Any] = student.ask_for(
            _is_answer,
            "loop",
            name=_defined(student, name),
            state=self.state,
            data=[self.sequences, self.labels],
            batch_size=self.batch_size,
            rate=rate,
        )
        return given


def _is_answer(answer: Any) -> bool:
    """Whether this is [what the loop gave, a state, whether gradients, their trace]."""
    return (
        isinstance(answer, list)
        and len(answer) == len(("given", "state", "gradients", "trace"))
        and isinstance(answer[1], dict)
        and isinstance(answer[3], list)
        and all(isinstance(value, torch.Tensor) for value in (*answer[1].values(), *answer[3]))
    )


def _defined(student: Student, name: str) -> str:
    student.require(name)
    return name


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
    """Return cases on which readings are told apart."""
    return [make(seed, 3 * 4 + 3, 4) for seed in range(FRESH)]


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
