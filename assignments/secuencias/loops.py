"""What the checks compute on the trusted side: masks, runs of a cell, and torch's own networks."""

import torch
from torch.nn.utils import rnn

from grader.checks.generated import of_student

from . import probes

USED = (
    *("rellena", "crea_mascara", "ultimo_estado", "empaqueta", "desempaqueta"),
    *("corre", "invierte"),
)
"""What students may call where they write something else."""


def below(part):
    """Return what is put right below a part, where it is wrong: all but itself."""
    return {name: probes.suplente for name in USED if name != part}


def real(longitudes, T):
    """Return a mask (B, T), True up to each length."""
    return torch.arange(T) < longitudes[:, None]


def only(x, longitudes):
    """Return x (B, T, D) with zeros beyond the lengths."""
    return x * real(longitudes, x.shape[1])[..., None]


def at(hs, places):
    """Return hs (B, T, H) at a place for each sample."""
    return hs[torch.arange(len(hs)), places]


def descending(longitudes):
    """Return the order from the longest to the shortest; those of one length stay in theirs."""
    return torch.argsort(longitudes, descending=True, stable=True)


def turned(x, longitudes):
    """Return x (B, T, D) with the real part of each sample turned round, and zeros behind it."""
    steps, last = torch.arange(x.shape[1]), longitudes[:, None] - 1
    source = torch.where(steps <= last, last - steps, steps)
    return only(x[torch.arange(len(x))[:, None], source], longitudes)


def states(cell, x, h):
    """Return the states of a cell at all steps, of padding too."""
    found = []
    for x_t in x.unbind(1):
        h = cell(x_t, h)
        found.append(h)
    return torch.stack(found, 1)


def zeros(cell, x):
    """Return the state that a cell begins with."""
    return x.new_zeros(len(x), cell.weight_hh.shape[1])


def layer(cell, x, longitudes, h=None):
    """Return outputs, zeros after each end, and last states."""
    found = states(cell, x, zeros(cell, x) if h is None else h)
    return only(found, longitudes), at(found, longitudes - 1)


def by_torch(cells, x, longitudes, h0=None, *, both_ways=False):
    """Return what torch's GRU of these cells, one a layer or one a direction, gives a packed batch.

    h0 and the last states are (cells, B, H).
    """
    count = 1 if both_ways else len(cells)
    sizes = (x.shape[-1], cells[0].weight_hh.shape[1], count)
    network = torch.nn.GRU(*sizes, batch_first=True, bidirectional=both_ways).double()
    for number, cell in enumerate(cells):
        suffix = ("_l0", "_l0_reverse")[number] if both_ways else f"_l{number}"
        weights = {name: getattr(cell, name) for name in ("weight_ih", "weight_hh")}
        weights |= {name: getattr(cell, name) for name in ("bias_ih", "bias_hh")}
        network.load_state_dict(
            {f"{name}{suffix}": one for name, one in weights.items()}, strict=False
        )
    packed = rnn.pack_padded_sequence(x, longitudes, batch_first=True, enforce_sorted=False)
    outputs, last = network(packed, h0)
    whole, _ = rnn.pad_packed_sequence(outputs, batch_first=True, total_length=x.shape[1])
    return whole, last


def has_a_name(definition, student):
    """Whether what a student has wrong is known: then it costs where it is, and not again.

    All is ready then to ask more: in float64, over what is right below.
    """
    trials = of_student(definition.declared, student)
    known = trials.known()
    trials.prepare(torch.float64)
    return known.explained and bool(known.misconceptions())
