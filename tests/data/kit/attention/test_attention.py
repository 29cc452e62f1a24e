"""An attention, a softmax with a mask, and a step that is built on the attention."""

import torch

from grader.checks.kit import (
    Bool,
    Definition,
    Float,
    Order,
    Over,
    absent,
    mistake,
    silent,
    term,
)


class masked_softmax(Definition):
    inputs = {"e": Float("B N"), "mask": Bool("B N", rows="any")}
    outputs = {"p": Float("B N")}
    extremes = (1e2,)

    @term(2)
    def masked_zero(e, mask):
        return e.masked_fill(~mask, float("-inf"))

    @term(3)
    def p(masked_zero):
        return masked_zero.softmax(-1).nan_to_num(0.0)

    mistakes = (
        mistake(
            "soft.mask_inverted",
            masked_zero=lambda e, mask: e.masked_fill(mask, float("-inf")),
        ),
        mistake("soft.no_zero_rows", p=lambda masked_zero: masked_zero.softmax(-1)),
    )


class Additive(Definition):
    init = "query=Q key=K hidden=A"
    layers = {"W": "Q -> A, no bias", "U": "K -> A", "v": "A -> 1, no bias"}
    inputs = {
        "s": Float("B Q"),
        "hs": Float("B N K"),
        "mask": Bool("B N", rows="some", optional=True),
    }
    outputs = {"context": Float("B K"), "alpha": Float("B N")}
    weights = {"gradient": 1}

    @term(2, silent("U"), absent("mask"))
    def query(W, s):
        return W(s)[:, None]

    @term(2, silent("W"), absent("mask"))
    def keys(U, hs):
        return U(hs)

    @term(3, absent("mask"))
    def score(v, query, keys):
        return v(torch.tanh(query + keys)).squeeze(-1)

    @term(3, silent("W"))
    def masked(score, mask):
        return score if mask is None else score.masked_fill(~mask, float("-inf"))

    @term(3, absent("mask"))
    def alpha(masked):
        return masked.softmax(-1)

    @term(3)
    def context(alpha, hs):
        return (alpha[..., None] * hs).sum(1)

    mistakes = (
        mistake("att.no_tanh", score=lambda v, query, keys: v(query + keys).squeeze(-1)),
        mistake(
            "att.mask_after",
            loses=("masked",),
            masked=lambda score: score,
            alpha=lambda masked, mask: (
                masked.softmax(-1) if mask is None else masked.softmax(-1) * mask
            ),
        ),
        mistake("att.over_batch", alpha=lambda masked: masked.softmax(0)),
        mistake("att.query_ignored", query=lambda W, s: 0 * W(s)[:, None]),
        mistake("att.keys_without_bias", keys=lambda U, hs: hs @ U.weight.T),
        mistake("att.mean", context=lambda hs: hs.mean(1)),
    )


class Step(Definition):
    init = "vocabulary=V hidden=H"
    layers = {
        "emb": "V x H",
        "attention": Over(Additive, {"Q": "H", "K": "H", "A": "H"}),
        "gru": "GRUCell 2*H -> H",
        "fc": "2*H -> V",
    }
    inputs = {"x": Float("B H"), "s": Float("B H"), "hs": Float("B N H")}
    outputs = {"logits": Float("B V"), "s_t": Float("B H")}
    orders = {
        "input_order": Order("H H", ("gru.weight_ih",), axis=1),
        "output_order": Order("H H", ("fc.weight",), axis=1),
    }

    @term(3)
    def alignment(attention, s, hs):
        return attention(s, hs)[0]

    @term(3)
    def s_t(gru, x, alignment, s):
        return gru(torch.cat([x, alignment], 1), s)

    @term(3)
    def logits(fc, s_t, alignment):
        return fc(torch.cat([s_t, alignment], 1))

    mistakes = (
        mistake("step.mean", alignment=lambda hs: hs.mean(1)),
        mistake("step.old_state", logits=lambda fc, s, alignment: fc(torch.cat([s, alignment], 1))),
    )
