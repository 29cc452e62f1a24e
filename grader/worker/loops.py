"""The student's training and test loops, run over a model, data and optimizer of ours.

The model behaves differently in training and in evaluation, but draws no random numbers, so that a
loop's result says in which mode it ran and does not depend on what else it draws.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch.utils.data import DataLoader, TensorDataset

if TYPE_CHECKING:
    from collections.abc import Callable

TRAINING_FACTOR = 1.5
HUBER_DELTA = 0.5


class Probe(torch.nn.Module):
    """A linear layer over a whole sequence, (B, T, 1) to (B, 1); larger in training mode.

    `trace` is the gradient of its weight as it stood after each backward.
    """

    def __init__(self, steps: int) -> None:
        super().__init__()
        self.fc = torch.nn.Linear(steps, 1)
        trace = self.trace = list[torch.Tensor]()
        # A hook that knows its model would keep it for ever: torch's are no part of what Python
        # collects.
        self.fc.weight.register_post_accumulate_grad_hook(  # type: ignore[no-untyped-call]
            lambda weight: trace.append(weight.grad.detach().cpu().clone())
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return (B, 1)."""
        y: torch.Tensor = self.fc(x.flatten(1))
        return TRAINING_FACTOR * y if self.training else y


def loss_function() -> torch.nn.Module:
    """Return a loss that is not the usual one, so that a loop that brings its own shows."""
    return torch.nn.HuberLoss(delta=HUBER_DELTA)


def run(
    loop: Callable[..., Any],
    device: Any,
    state: dict[str, torch.Tensor],
    data: list[torch.Tensor],
    batch_size: int,
    rate: float | None,
) -> list[Any]:
    """Call a loop; return what it gave, the model's state after it, whether there are gradients,
    and the gradient of its weight after each backward.

    `data` is sequences (N, T, 1) and labels (N,). With a learning rate it is a training loop, given
    a model in evaluation mode and plain SGD; without, a test loop, given a model in training mode.
    """  # noqa: D205 - one sentence
    sequences, labels = data
    model = Probe(sequences.shape[1]).to(sequences.dtype)
    model.load_state_dict(state)
    model.to(device).train(rate is None)
    loader = DataLoader(TensorDataset(sequences, labels), batch_size=batch_size)
    if rate is None:
        given = loop(model, loss_function(), loader)
    else:
        given = loop(model, loss_function(), torch.optim.SGD(model.parameters(), rate), loader)
    gradients = [parameter.grad is not None for parameter in model.parameters()]
    after = {name: value.detach().cpu() for name, value in model.state_dict().items()}
    measured = _number(given) if rate is None else None  # what training returns is not judged
    return [measured, after, any(gradients), model.trace]


def _number(given: Any) -> Any:
    """Return what a loop gave with its tensors of one element as plain numbers."""
    if isinstance(given, (tuple, list)):
        return [_number(item) for item in given]
    if hasattr(given, "item") and torch.as_tensor(given).numel() == 1:
        return given.item()
    return given if isinstance(given, (int, float)) else None
