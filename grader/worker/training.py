"""The timed training run: the student's model and loop on data, weights and an optimizer of ours.

Where a part that the run builds on is wrong or missing, a stand-in takes its place in the notebook
under the same name. The stand-in cells are neither an LSTM nor a GRU: they add up, which is enough
to learn to count, and give nothing away. `reference` is what the student's time is compared with;
it uses torch's own cells and runs in a process that never saw a student's code.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch.utils.data import DataLoader, TensorDataset

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

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
    optimizer = torch.optim.Adam(model.parameters(), rate)
    loss_function = torch.nn.MSELoss()
    losses: list[float] = []
    norms: list[float] = []
    states: list[dict[str, Tensor]] = []

    def note_norm(*_: Any) -> None:
        grads = [p.grad.norm() for p in model.parameters() if p.grad is not None]
        norms.append(float(torch.stack(grads).norm()) if grads else 0.0)

    loss_function.register_forward_hook(lambda _m, _i, loss: losses.append(float(loss.detach())))
    optimizer.register_step_pre_hook(note_norm)
    count = len(labels) // epochs
    for start in range(0, count * epochs, count):
        part = TensorDataset(sequences[start : start + count], labels[start : start + count])
        loop(model, loss_function, optimizer, DataLoader(part, batch_size=batch_size))
        after = torch.nn.Module.state_dict(model)
        states.append({name: value.detach().cpu().clone() for name, value in after.items()})
    return {"states": states, "losses": losses, "gradient_norms": norms}


class StandInLSTM(torch.nn.Module):
    """A cell with the interface of `celdaLSTM` that adds up what it reads."""

    def __init__(self, input_size: int, hidden_size: int) -> None:
        super().__init__()
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.x_fc = torch.nn.Linear(input_size, hidden_size)
        self.h_fc = torch.nn.Linear(hidden_size, hidden_size)

    def forward(self, x_t: Tensor, hidden: Iterable[Tensor]) -> tuple[Tensor, Tensor]:
        """Return two states (B, H) that differ from one another."""
        h, c = hidden
        c = c + torch.tanh(self.x_fc(x_t) + self.h_fc(h) / 8)
        return c / 2, c


class StandInGRU(torch.nn.Module):
    """A cell with the interface of `celdaGRU` that adds up what it reads."""

    def __init__(self, input_size: int, hidden_size: int) -> None:
        super().__init__()
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.x_h_fc = torch.nn.Linear(input_size, hidden_size)
        self.hr_h_fc = torch.nn.Linear(hidden_size, hidden_size)

    def forward(self, x_t: Tensor, h_t_1: Tensor) -> Tensor:
        """Return a state (B, H)."""
        return h_t_1 + torch.tanh(self.x_h_fc(x_t) + self.hr_h_fc(h_t_1) / 8)


class Model(torch.nn.Module):
    """Any cell over a sequence and a linear layer on its last state, (B, T, I) to (B, O)."""

    def __init__(self, name: str, cell: torch.nn.Module, states: int, *sizes: int) -> None:
        super().__init__()
        hidden_size, output_size = sizes
        self.hidden_size, self.states, self.cell = hidden_size, states, name
        self.add_module(name, cell)
        self.fc = torch.nn.Linear(hidden_size, output_size)

    def forward(self, x: Tensor) -> Tensor:
        """Return (B, O)."""
        zero = x.new_zeros(x.shape[0], self.hidden_size)
        state: Any = zero if self.states == 1 else (zero, zero)
        cell = getattr(self, self.cell)
        for x_t in x.unbind(1):
            state = cell(x_t, state)
        y: Tensor = self.fc(state if self.states == 1 else state[0])
        return y


def epoch(model: Any, loss_function: Any, optimizer: Any, data_loader: Any) -> None:
    """Train for one epoch, wherever the model's parameters are."""
    model.train()
    device = next(model.parameters()).device
    for sequences, labels in data_loader:
        optimizer.zero_grad()
        loss = loss_function(model(sequences.to(device)).flatten(), labels.to(device))
        loss.backward()
        optimizer.step()


CELLS = {"celdaLSTM": StandInLSTM, "celdaGRU": StandInGRU}
MODELS = {"modeloLSTM": ("lstm", "celdaLSTM", 2), "modeloGRU": ("gru", "celdaGRU", 1)}


def stand_in(namespace: dict[str, Any], name: str) -> Callable[..., Any]:
    """Return what takes a name's place; a model runs whatever cell the namespace then holds."""
    if name in CELLS:
        return CELLS[name]
    if name not in MODELS:
        return epoch
    attribute, cell, states = MODELS[name]

    def model(input_size: int, hidden_size: int, output_size: int) -> Model:
        made = namespace[cell](input_size, hidden_size)
        return Model(attribute, made, states, hidden_size, output_size)

    return model


def reference() -> dict[str, Any]:
    """Return definitions of all that a run needs, over torch's own cells."""
    device = "cuda" if torch.cuda.is_available() else "cpu"
    names: dict[str, Any] = {"device": device, "modelo_entrenamiento": epoch}
    names |= {"celdaLSTM": torch.nn.LSTMCell, "celdaGRU": torch.nn.GRUCell}
    return names | {name: stand_in(names, name) for name in MODELS}
