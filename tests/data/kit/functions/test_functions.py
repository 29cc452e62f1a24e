"""Functions: a flag, an input that may be left out before another, lists and integers."""

import torch

from grader.checks.kit import (
    Bool,
    Definition,
    Flag,
    Float,
    Int,
    Many,
    absent,
    given,
    mistake,
    term,
    whole,
)


def torch_attention(q, k, v):
    return torch.nn.functional.scaled_dot_product_attention(q, k, v)


class product(Definition):
    inputs = {
        "q": Float("B M D"),
        "k": Float("B N D"),
        "v": Float("B N V"),
        "mask": Bool("B M N", rows="some", optional=True),
        "scaled": Flag(),
    }
    outputs = {"context": Float("B M V")}

    @term(4, absent("mask"), given(scaled=False))
    def dot(q, k):
        return q @ k.mT

    @term(5, absent("mask"), given(scaled=True))
    def scale(dot, scaled, D):
        return dot / D**0.5 if scaled else dot

    @term(4)
    def weights_(scale, mask):
        e = scale if mask is None else scale.masked_fill(~mask, float("-inf"))
        return e.softmax(-1)

    @term(4)
    def context(weights_, v):
        return weights_ @ v

    whole = whole(absent("mask"), given(scaled=True), like=torch_attention)
    mistakes = (
        mistake("product.by_d", scale=lambda dot, scaled, D: dot / D if scaled else dot),
        mistake("product.by_n", scale=lambda dot, scaled, N: dot / N**0.5 if scaled else dot),
    )


class stacked(Definition):
    inputs = {"rows": Many(Float("B N"), "T"), "lengths": Int("B", below="N+1", least=1)}
    outputs = {"map": Float("B T N"), "last": Int("B")}

    @term(2)
    def map(rows, lengths, N):
        inside = torch.arange(N) < lengths[:, None, None]
        return torch.stack(rows, 1) * inside

    @term(1)
    def last(lengths):
        return lengths - 1

    mistakes = (mistake("stacked.no_padding", map=lambda rows: torch.stack(rows, 1)),)
