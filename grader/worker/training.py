"""The timed training run: the student's model and loop, on data and an optimizer of ours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch.utils.data import DataLoader, TensorDataset

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor


def train(
    model_class: Callable[..., Any],
    loop: Callable[..., Any],
    device: Any,
    state: dict[str, Tensor],
    sequences: Tensor,
    labels: Tensor,
    *,
    hidden_size: int,
    batch_size: int,
    epochs: int,
    rate: float,
) -> dict[str, Any]:
    """Train a model, an equal part of the data each epoch.

    Return the model's state after each epoch and, for pictures, each batch's loss and the norm of
    the gradient at each step of the optimizer.
    """
    model = model_class(1, hidden_size, 1)
    torch.nn.Module.load_state_dict(model, state, strict=False)
    model.to(device)
    parameters = list(model.parameters())
    optimizer = torch.optim.Adam(parameters, rate)
    loss_function = torch.nn.MSELoss()
    losses: list[float] = []
    norms: list[float] = []
    states: list[dict[str, Tensor]] = []

    def note_norm(*_: Any) -> None:
        grads = [p.grad.flatten() for p in parameters if p.grad is not None]
        norms.append(float(torch.cat(grads).norm()) if grads else 0.0)

    loss_function.register_forward_hook(lambda _m, _i, loss: losses.append(float(loss.detach())))
    optimizer.register_step_pre_hook(note_norm)
    count = len(labels) // epochs
    for start in range(0, count * epochs, count):
        part = TensorDataset(sequences[start : start + count], labels[start : start + count])
        loop(model, loss_function, optimizer, DataLoader(part, batch_size=batch_size))
        after = torch.nn.Module.state_dict(model)
        states.append({name: value.detach().cpu().clone() for name, value in after.items()})
    return {"states": states, "losses": losses, "gradient_norms": norms}
