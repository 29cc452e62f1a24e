"""What the checks compute on the trusted side: sums over windows, and states of cells."""

from dataclasses import replace

import torch

from grader.checks.case import Isolation, times
from grader.checks.values import size


def ahead(x, zeros):
    """Return x (B, C, T) with so many zeros in front."""
    return torch.nn.functional.pad(x, (zeros, 0))


def windows(x, starts, offsets):
    """Return the places of x (B, C, T) that each sum sees, (B, C, starts, offsets)."""
    return x[..., starts[:, None] + offsets]


def weighed(seen, pesos, sesgo):
    """Return the sums (B, K, T') of windows (B, C, T', L), weighed by filters (K, C, L)."""
    return torch.einsum("kcl,bctl->bkt", pesos, seen) + sesgo[:, None]


def every(x, taps, dilatacion):
    """Return all windows of x (B, C, T) of so many places, that lie so far apart."""
    offsets = torch.arange(taps) * dilatacion
    return windows(x, torch.arange(x.shape[-1] - int(offsets[-1])), offsets)


def plain(options, length, **sizes):
    """Let sizes be these: x (B, C, T) is cut to the length that follows, a size in letters.

    `options` are the inputs that are sizes.
    """

    def change(case):
        chosen = {**case.sizes, **sizes}
        given = {name: size(text, chosen) for name, text in options.items()}
        given["x"] = case.inputs["x"][..., : size(length, chosen)]
        return replace(case, sizes=chosen, inputs={**case.inputs, **given})

    return Isolation((), change)


def read(cell, features, state):
    """Return the states of a cell at all steps of features (B, T, F), a list."""
    found = []
    for one in features.unbind(1):
        state = cell(one, state)
        found.append(state)
    return found


def nothing(x, hidden_size):
    """Return a state of zeros for samples x (B, …)."""
    return x.new_zeros(len(x), hidden_size)


def linear(cell):
    """Let the ReLU after the filters do nothing: all they find is far above 0, and read softly."""

    def change(case):
        return replace(case, weights={**case.weights, "conv.bias": case.weights["conv.bias"] + 20})

    return Isolation(("conv.bias",), change), times(0.02, f"{cell}.weight_ih")
