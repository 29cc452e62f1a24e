"""Parts 3 and 4: the scaled product and the additive attention, over the student's own pieces."""

import math

import torch

from grader.checks.kit import (
    Bool,
    Definition,
    Flag,
    Float,
    Over,
    absent,
    given,
    mistake,
    silent,
    term,
)

from .test_pesos import calcular_pesos_atencion_bahdanau, softmax_enmascarado


def weights(softmax, scores, mask):
    """Return softmax over the last axis, over the real positions if there is a mask."""
    return scores.softmax(-1) if mask is None else softmax(scores, mask)


def of_masks(row, scores, mask):
    """Return the mistakes of an attention that has the terms `puntajes`, `mask` and `alfa`.

    `row` puts a mask beside scores; `scores` and `mask` are what the reference calls them.
    """
    called = f"softmax_enmascarado({scores}, {mask})"

    def real(mascara):
        return 1 if mascara is None else row(mascara)

    def alone(id, change, new):
        return mistake(id, mask=change, edit=(called, new))

    def instead(id, alfa, new):
        return mistake(id, mask=lambda: None, alfa=alfa, loses=("mask",), edit=(called, new))

    def after(softmax, puntajes, mask, mascara):
        return weights(softmax, puntajes, mask) * real(mascara)

    def with_zero(softmax, puntajes, mask, mascara):
        return weights(softmax, puntajes * real(mascara), mask)

    def uniform(softmax, puntajes, mask, mascara):
        wrong = mask is None and mascara is not None
        filled = puntajes.masked_fill(~row(mascara), -1e9) if wrong else puntajes
        return weights(softmax, filled, mask)

    def inverted(mascara):
        return None if mascara is None else row(~mascara)

    def first(mascara):
        return None if mascara is None else row(mascara[:1])

    plain, firsts = f"torch.softmax({scores}, dim=-1)", called.replace(", mascara", ", mascara[:1]")
    return (
        alone("att.mask_ignored", lambda mascara: None, plain),
        alone("att.mask_inverted", inverted, f"softmax_enmascarado({scores}, ~{mask})"),
        alone("att.first_mask_for_all", first, firsts),
        instead("att.mask_after", after, f"{plain} * {mask}"),
        instead(
            "att.all_masked_uniform", uniform, plain.replace(",", f".masked_fill(~{mask}, -1e9),")
        ),
        instead("att.mask_with_zero", with_zero, f"torch.softmax({scores} * {mask}, dim=-1)"),
    )


ROOT, DOT = "math.sqrt(key.size(-1))", "query @ key.transpose(-2, -1)"
AXIS = "torch.softmax(puntajes, dim={})"


class atencion_producto(Definition):
    layers = {"softmax": Over(softmax_enmascarado)}
    inputs = {
        "query": Float("B M D"),
        "key": Float("B N D"),
        "value": Float("B N V"),
        "mascara": Bool("B N", optional=True),
        "escalada": Flag(optional=True),
    }
    outputs = {"contexto": Float("B M V"), "alfa": Float("B M N")}
    fresh_sizes = {"M": 2, "D": 5, "V": 4}

    @term(4, absent("mascara"), given(escalada=False))
    def dot(query, key):
        return query @ key.transpose(-2, -1)

    @term(5, absent("mascara"))
    def scale(key, escalada):
        return 1.0 if escalada is False else math.sqrt(key.size(-1))

    @term(0)
    def puntajes(dot, scale):
        return dot / scale

    @term(4, silent("query"))
    def mask(mascara):
        return None if mascara is None else mascara[:, None]

    @term(3, absent("mascara"), given(escalada=False))
    def alfa(softmax, puntajes, mask):
        return weights(softmax, puntajes, mask)

    @term(4)
    def contexto(alfa, value):
        return alfa @ value

    mistakes = (
        *of_masks(lambda mascara: mascara[:, None], "puntajes", "mascara.unsqueeze(1)"),
        mistake("att.distance", dot=(DOT, "-torch.cdist(query, key)")),
        mistake(
            "att.first_query_for_all",
            dot=(DOT, "(query[:, :1] @ key.mT).repeat(1, query.size(1), 1)"),
        ),
        mistake("att.not_scaled", scale=(ROOT, "1.0")),
        mistake("att.scale_by_d", scale=(ROOT, "key.size(-1)")),
        mistake("att.scale_by_n", scale=("key.size(-1)", "key.size(-2)")),
        mistake("att.scale_by_v", scale=("key.size(-1)", "value.size(-1)")),
        mistake(
            "att.scaled_after",
            scale=lambda: 1.0,
            alfa=lambda softmax, puntajes, mask, key, escalada: (
                weights(softmax, puntajes, mask)
                / (1.0 if escalada is False else math.sqrt(key.size(-1)))
            ),
            loses=("scale",),
            edit=(
                (f"puntajes = puntajes / {ROOT}", "pass"),
                ("alfa @ value", f"(alfa := alfa / {ROOT} if escalada else alfa) @ value"),
            ),
        ),
        mistake("att.scaled_up", scale=(ROOT, "key.size(-1) ** -0.5")),
        mistake(
            "att.always_scaled", scale=("escalada is", "None is"), edit=("if escalada:", "if True:")
        ),
        mistake(
            "att.scaled_when_not_asked",
            scale=("is False", "is not False"),
            edit=("if escalada:", "if not escalada:"),
        ),
        mistake(
            "att.softmax_other_axis",
            alfa=lambda puntajes, mascara: (
                puntajes.softmax(1) * (1 if mascara is None else mascara[:, None])
            ),
            edit=(
                (AXIS.format(-1), AXIS.format(1)),
                ("softmax_enmascarado(puntajes, ", AXIS.format(1) + " * ("),
            ),
        ),
        mistake("att.context_of_keys", contexto=("@ value", "@ key")),
        mistake("att.context_of_scores", contexto=("alfa @ value", "puntajes @ value")),
        mistake(
            "att.unweighted",
            contexto=("alfa @ value", "torch.ones_like(alfa) @ value / value.size(1)"),
        ),
    )


def scored(change, tanh=torch.tanh):
    """Return scores with another state, or another function in the place of tanh."""
    return lambda W_a, U_a, v_a, s, hs: v_a(tanh(W_a(change(s))[:, None] + U_a(hs)))[..., 0]


class AtencionAditiva(Definition):
    init = "dim_decoder=D dim_encoder=E dim_atencion=A"
    layers = {
        "W_a": "D -> A, no bias",
        "U_a": "E -> A, no bias",
        "v_a": "A -> 1, no bias",
        "bahdanau": Over(calcular_pesos_atencion_bahdanau),
        "softmax": Over(softmax_enmascarado),
    }
    inputs = {"s": Float("B D"), "hs": Float("B N E"), "mascara": Bool("B N", optional=True)}
    outputs = {"contexto": Float("B E"), "alfa": Float("B N")}
    weights = {"gradient": 2}

    @term(5, absent("mascara"))
    def puntajes(bahdanau, W_a, U_a, v_a, s, hs):
        of_all = (W_a.weight, U_a.weight, v_a.weight[0])
        return torch.stack([bahdanau(*one, *of_all)[0] for one in zip(s, hs, strict=True)])

    @term(5, silent("v_a"))
    def mask(mascara):
        return mascara

    @term(3, absent("mascara"))
    def alfa(softmax, puntajes, mask):
        return weights(softmax, puntajes, mask)

    @term(4)
    def contexto(alfa, hs):
        return (alfa.unsqueeze(-1) * hs).sum(dim=1)

    mistakes = (
        *of_masks(lambda mascara: mascara, "e", "mascara"),
        mistake(
            "att.no_tanh", puntajes=scored(lambda s: s, lambda e: e), edit=("torch.tanh(", "(")
        ),
        mistake(
            "att.state_ignored", puntajes=scored(lambda s: 0 * s), edit=("W_a(s)", "W_a(0 * s)")
        ),
        mistake(
            "att.state_of_the_first",
            puntajes=scored(lambda s: s[:1]),
            edit=("W_a(s)", "W_a(s[:1])"),
        ),
        mistake(
            "att.softmax_other_axis",
            alfa=lambda softmax, puntajes, mask: (
                puntajes.softmax(0) if mask is None else softmax(puntajes.T, mask.T).T
            ),
            edit=(("(e, dim=-1)", "(e, dim=0)"), ("(e, mascara)", "(e.T, mascara.T).T")),
        ),
        mistake("att.unweighted", contexto=("alfa.unsqueeze(-1) * hs).sum", "hs).mean")),
        mistake(
            "att.hard_choice",
            contexto=lambda alfa, hs: hs[torch.arange(len(hs)), alfa.argmax(-1)],
            edit=(
                "(alfa.unsqueeze(-1) * hs).sum(dim=1)",
                "hs[torch.arange(len(hs)), alfa.argmax(dim=-1)]",
            ),
        ),
        mistake("att.weighted_mean", contexto=(".sum(dim=1)", ".mean(dim=1)")),
        mistake("att.context_of_scores", contexto=("(alfa.", "(puntajes."), edit=("(alfa.", "(e.")),
        mistake(
            "att.context_of_compared",
            contexto=("* hs", "* U_a(hs)"),
            edit=("* hs", "* self.U_a(hs)"),
        ),
    )
