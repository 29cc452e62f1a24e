"""Stand-ins for parts that a student got wrong, and the reference for the time of a run.

Where a part that others build on is wrong or missing, a stand-in takes its place in the notebook
under the same name. The cells are neither an LSTM nor a GRU: they add up, which is enough to learn
to count. They are put there by probes: nothing of this module lies in the sandbox before, so that
nothing here can be handed in. `torch_cells` is for a process that never saw a student's code.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from torch import Tensor

    from grader.student.probes import Notebook, Probe


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


def lstm_cell(notebook: Notebook, name: str) -> None:
    """Put a cell of ours in the place of `celdaLSTM`."""
    notebook[name] = StandInLSTM


def gru_cell(notebook: Notebook, name: str) -> None:
    """Put a cell of ours in the place of `celdaGRU`."""
    notebook[name] = StandInGRU


def lstm_model(notebook: Notebook, name: str) -> None:
    """Put a model in the place of `modeloLSTM`, over whatever cell the notebook then has."""
    notebook[name] = lambda i, h, o: Model("lstm", notebook["celdaLSTM"](i, h), 2, h, o)


def gru_model(notebook: Notebook, name: str) -> None:
    """Put a model in the place of `modeloGRU`, over whatever cell the notebook then has."""
    notebook[name] = lambda i, h, o: Model("gru", notebook["celdaGRU"](i, h), 1, h, o)


def loop(notebook: Notebook, name: str) -> None:
    """Put a training loop of ours in the place of a student's."""
    notebook[name] = epoch


PROBES: Mapping[str, Probe] = {
    "celdaLSTM": lstm_cell,
    "celdaGRU": gru_cell,
    "modeloLSTM": lstm_model,
    "modeloGRU": gru_model,
    "modelo_entrenamiento": loop,
}
"""What puts a stand-in in the place of each name that may need one."""


def torch_cells(notebook: Notebook) -> None:
    """Define all that a run needs, over torch's own cells."""
    notebook["device"] = "cuda" if torch.cuda.is_available() else "cpu"
    notebook["celdaLSTM"] = torch.nn.LSTMCell
    notebook["celdaGRU"] = torch.nn.GRUCell
    lstm_model(notebook, "modeloLSTM")
    gru_model(notebook, "modeloGRU")
    loop(notebook, "modelo_entrenamiento")
