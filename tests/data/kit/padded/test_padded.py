"""A sum over what is real, and what calls it with numbers that no term knows."""

import torch

from grader.checks.kit import Definition, Float, Lengths, Padded, mistake, term

from . import probes


class totals(Definition):
    inputs = {"x": Padded(Float("B T D"), "longitudes"), "longitudes": Lengths("B", "T")}
    outputs = {"total": Float("B D")}

    @term(1)
    def total(x, longitudes, T):
        return (x * (torch.arange(T) < longitudes[:, None])[..., None]).sum(1)

    mistakes = (mistake("padded.all_of_it", total=lambda x: x.sum(1)),)


class Summed(Definition):
    init = "inputs=D"
    layers = {"w": "D"}
    inputs = {"x": Padded(Float("B T D"), "longitudes"), "longitudes": Lengths("B", "T")}
    outputs = {"y": Float("B D")}
    stand_ins = {"totals": probes.totals_right}

    @term(1)
    def y(x, longitudes, w, T):
        return w * (x * (torch.arange(T) < longitudes[:, None])[..., None]).sum(1)
