"""The benchmark's four checks, the same for every grader; they need torch and nothing else.

A check asks a student's code through `Code`: `Here` asks definitions in this process, as nbgrader
and Otter do, and the assignment in `assignments/` asks them in the sandbox. It raises
AssertionError. Shapes: x (B, I), a state (B, H), a sequence (B, T, 1).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Protocol

import torch
from torch.utils.data import DataLoader, TensorDataset

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor

Weights = dict[str, "Tensor"]

CASES = 10
SIZES = ((1, 1, 1), (3, 2, 4), (5, 4, 3))
"""Of the cells' cases, in turn: B, I, H."""
STEPS, HIDDEN_SIZE = 8, 20  # T and H of the networks
BATCH_SIZE, EPOCHS, BATCHES, RATE = 64, 8, 30, 0.03
HELD_OUT = 500
ENOUGH = 0.75  # of the held-out sequences, counted right
TOLERANCE = 1e-5
LOOP = "modelo_entrenamiento"


class Code(Protocol):
    """A student's definitions, wherever they are."""

    def run(self, name: str, sizes: tuple[int, ...], weights: Weights, *inputs: Any) -> Any:
        """Return what a module of this name and sizes, with these weights, makes of inputs."""

    def train(self, name: str, weights: Weights, sequences: Tensor, labels: Tensor) -> Weights:
        """Return the weights that a model comes to, by Adam and the student's own loop."""


class Here:
    """Definitions in this process; on one thread, as in a lane of grader's."""

    def __init__(self, names: Mapping[str, Any]) -> None:
        self.names = names
        torch.set_num_threads(1)

    def run(self, name: str, sizes: tuple[int, ...], weights: Weights, *inputs: Any) -> Any:
        """Run a module; see `Code`."""
        module = self._module(name, sizes, weights)
        with torch.no_grad():
            return module(*inputs)

    def train(self, name: str, weights: Weights, sequences: Tensor, labels: Tensor) -> Weights:
        """Train a model, an equal part of the data each epoch; see `Code`."""
        model = self._module(name, (1, HIDDEN_SIZE, 1), weights)
        optimizer = torch.optim.Adam(model.parameters(), RATE)
        parts = zip(sequences.chunk(EPOCHS), labels.chunk(EPOCHS), strict=True)
        for part in parts:
            loader = DataLoader(TensorDataset(*part), batch_size=BATCH_SIZE)
            self.names[LOOP](model, torch.nn.MSELoss(), optimizer, loader)
        trained: Weights = model.state_dict()
        return trained

    def _module(self, name: str, sizes: tuple[int, ...], weights: Weights) -> Any:
        module = self.names[name](*sizes)
        module.load_state_dict(weights, strict=False)
        return module


def lstm_cell(code: Code) -> None:
    """celdaLSTM equals torch's cell with the same weights: its gates are in the same order."""
    for case in range(CASES):
        batch, inputs, hidden = SIZES[case % len(SIZES)]
        source = torch.Generator().manual_seed(case)
        weights = _weights(source, x_fc=(4 * hidden, inputs), h_fc=(4 * hidden, hidden))
        x = torch.randn(batch, inputs, generator=source)
        h, c = torch.randn(2, batch, hidden, generator=source)
        theirs = torch.nn.LSTMCell(inputs, hidden)
        theirs.load_state_dict(
            {
                "weight_ih": weights["x_fc.weight"],
                "bias_ih": weights["x_fc.bias"],
                "weight_hh": weights["h_fc.weight"],
                "bias_hh": weights["h_fc.bias"],
            }
        )
        with torch.no_grad():
            expected = theirs(x, (h, c))
        got = code.run("celdaLSTM", (inputs, hidden), weights, x, (h, c))
        assert isinstance(got, (tuple, list)), "celdaLSTM should return (h_t, c_t)"
        assert len(got) == len(expected), "celdaLSTM should return (h_t, c_t)"
        for name, one, right in zip(("h_t", "c_t"), got, expected, strict=True):
            _same(name, one, right)


def gru_cell(code: Code) -> None:
    """celdaGRU equals torch's cell wherever the two conventions are one.

    In the assignment's the reset acts before the product, in torch's after it. Both are the same
    where the candidate's matrix is diagonal and its second bias zero; elsewhere the equation of the
    assignment says what is right. Half of the cases are of each kind.
    """
    for case in range(CASES):
        batch, inputs, hidden = SIZES[case % len(SIZES)]
        source = torch.Generator().manual_seed(case)
        layers = dict.fromkeys(("x_r_fc", "x_z_fc", "x_h_fc"), (hidden, inputs))
        layers |= dict.fromkeys(("h_r_fc", "h_z_fc", "hr_h_fc"), (hidden, hidden))
        weights = _weights(source, **layers)
        x = torch.randn(batch, inputs, generator=source)
        h = torch.randn(batch, hidden, generator=source)
        if case < CASES // 2:
            weights["hr_h_fc.weight"] = weights["hr_h_fc.weight"].diag().diag()
            weights["hr_h_fc.bias"] = torch.zeros(hidden)
            expected = _gru_of_torch(weights, x, h)
        else:
            expected = _gru_of_the_assignment(weights, x, h)
        _same("h_t", code.run("celdaGRU", (inputs, hidden), weights, x, h), expected)


def lstm_learns(code: Code) -> None:
    """modeloLSTM, trained by modelo_entrenamiento, learns to count."""
    shapes = {"lstm.x_fc": (4 * HIDDEN_SIZE, 1), "lstm.h_fc": (4 * HIDDEN_SIZE, HIDDEN_SIZE)}
    weights = _weights(torch.Generator().manual_seed(0), **shapes, fc=(1, HIDDEN_SIZE))
    weights["lstm.x_fc.bias"][HIDDEN_SIZE : 2 * HIDDEN_SIZE] += 1  # the forget gate is open
    _learns(code, "modeloLSTM", weights)


def gru_learns(code: Code) -> None:
    """modeloGRU, trained by modelo_entrenamiento, learns to count."""
    square = (HIDDEN_SIZE, HIDDEN_SIZE)
    shapes = dict.fromkeys(("gru.x_r_fc", "gru.x_z_fc", "gru.x_h_fc"), (HIDDEN_SIZE, 1))
    shapes |= dict.fromkeys(("gru.h_r_fc", "gru.h_z_fc", "gru.hr_h_fc"), square)
    weights = _weights(torch.Generator().manual_seed(0), **shapes, fc=(1, HIDDEN_SIZE))
    weights["gru.x_z_fc.bias"] += 1  # the memory is kept
    _learns(code, "modeloGRU", weights)


CHECKS = (lstm_cell, gru_cell, lstm_learns, gru_learns)


def _learns(code: Code, name: str, weights: Weights) -> None:
    count = EPOCHS * BATCHES * BATCH_SIZE
    source = torch.Generator().manual_seed(1)
    drawn = torch.randint(0, 2, (count + HELD_OUT, STEPS, 1), generator=source).float()
    labels = drawn.sum((1, 2))
    trained = code.train(name, weights, drawn[:count], labels[:count])
    got = code.run(name, (1, HIDDEN_SIZE, 1), trained, drawn[count:])
    _require_shape("the model's output", got, (HELD_OUT, 1))
    right = float((got[:, 0].round() == labels[count:]).float().mean())
    assert right >= ENOUGH, f"{name} counts {right:.0%} of the sequences that it was not trained on"


def _weights(source: torch.Generator, **layers: tuple[int, int]) -> Weights:
    """Draw each layer's weight and bias, uniform in ±√(3/H)."""
    drawn = {}
    for name, (rows, columns) in layers.items():
        bound = math.sqrt(3 / HIDDEN_SIZE)
        for part, shape in (("weight", (rows, columns)), ("bias", (rows,))):
            drawn[f"{name}.{part}"] = (torch.rand(shape, generator=source) * 2 - 1) * bound
    return drawn


def _gru_of_torch(weights: Weights, x: Tensor, h: Tensor) -> Tensor:
    """Return h_t of torch's cell, whose rows are those of r, z and the candidate."""
    theirs = torch.nn.GRUCell(x.shape[1], h.shape[1])
    names = {"ih": ("x_r_fc", "x_z_fc", "x_h_fc"), "hh": ("h_r_fc", "h_z_fc", "hr_h_fc")}
    theirs.load_state_dict(
        {
            f"{part}_{end}": torch.cat([weights[f"{layer}.{part}"] for layer in layers])
            for end, layers in names.items()
            for part in ("weight", "bias")
        }
    )
    with torch.no_grad():
        state: Tensor = theirs(x, h)
    return state


def _gru_of_the_assignment(weights: Weights, x: Tensor, h: Tensor) -> Tensor:
    """Return h_t = z ⊙ h + (1 - z) ⊙ tanh(W x + b + U (r ⊙ h) + b')."""

    def layer(name: str, v: Tensor) -> Tensor:
        return v @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]

    r = torch.sigmoid(layer("x_r_fc", x) + layer("h_r_fc", h))
    z = torch.sigmoid(layer("x_z_fc", x) + layer("h_z_fc", h))
    return z * h + (1 - z) * torch.tanh(layer("x_h_fc", x) + layer("hr_h_fc", r * h))


def _same(name: str, got: Any, expected: Tensor) -> None:
    _require_shape(name, got, tuple(expected.shape))
    gap = float((got - expected).abs().max())
    assert gap <= TOLERANCE, f"{name} is not as expected: the largest difference is {gap:.3g}"


def _require_shape(name: str, got: Any, shape: tuple[int, ...]) -> None:
    assert isinstance(got, torch.Tensor), f"{name} should be a tensor"
    assert tuple(got.shape) == shape, f"{name} has shape {tuple(got.shape)}, not {shape}"
