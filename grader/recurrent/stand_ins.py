"""Stand-ins for parts that a student got wrong, and the reference for the time of a run.

Where a part that others build on is wrong or missing, a stand-in takes its place in the notebook
under the same name. The cells are neither an LSTM nor a GRU: they add up, which is enough to learn
to count. This module never lies in the sandbox: its source is sent when it is wanted, so that
nothing here can be handed in. `reference` is over torch's own cells, and runs in a process that
never saw a student's code.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from torch import Tensor


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
