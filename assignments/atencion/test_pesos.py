"""Parts 1 and 2: Bahdanau's weights for one sample, and softmax over the real positions."""

from math import inf

import torch

from grader.checks.kit import Bool, Definition, Float, even, full, mistake, silent, term, times

SUM, SOFTMAX = "torch.tanh(del_decoder + del_encoder)", "torch.softmax(e, dim=0)"


class calcular_pesos_atencion_bahdanau(Definition):
    inputs = {
        "estado_decoder_anterior": Float("D"),
        "estados_encoder": Float("N E"),
        "W_a": Float("A D"),
        "U_a": Float("A E"),
        "v_a": Float("A"),
    }
    outputs = {"e": Float("N"), "alfa": Float("N")}
    weights = {"interface": 2}

    @term(4, silent("U_a"))
    def del_decoder(W_a, estado_decoder_anterior):
        return W_a @ estado_decoder_anterior

    @term(4, silent("W_a"))
    def del_encoder(U_a, estados_encoder):
        return estados_encoder @ U_a.T

    @term(6)
    def e(del_decoder, del_encoder, v_a):
        return torch.tanh(del_decoder + del_encoder) @ v_a

    @term(5)
    def alfa(e):
        return torch.softmax(e, dim=0)

    mistakes = (
        mistake("att.no_tanh", e=("torch.tanh(", "(")),
        mistake("att.tanh_of_each", e=(SUM, "(del_decoder.tanh() + del_encoder.tanh())")),
        mistake(
            "att.tanh_of_score", e=(f"{SUM} @ v_a", "((del_decoder + del_encoder) @ v_a).tanh()")
        ),
        mistake("att.sigmoid_for_tanh", e=("torch.tanh", "torch.sigmoid")),
        mistake("att.relu_for_tanh", e=("torch.tanh", "torch.relu")),
        mistake("att.v_ignored", e=(f"{SUM} @ v_a", f"{SUM}.sum(dim=-1)")),
        mistake("att.score_scaled", e=("@ v_a", "@ v_a / len(v_a) ** 0.5")),
        mistake("att.product_of_terms", e=("del_decoder +", "del_decoder *")),
        mistake("att.state_ignored", del_decoder=("W_a @", "0 * W_a @")),
        mistake("att.encoder_ignored", del_encoder=("estados_encoder @", "0 * estados_encoder @")),
        mistake("att.not_normalised", alfa=(SOFTMAX, "torch.exp(e)")),
        mistake("att.divided_by_sum", alfa=(SOFTMAX, "e / e.sum()")),
        mistake("att.log_softmax", alfa=("softmax(", "log_softmax(")),
        mistake("att.sigmoid_for_softmax", alfa=(SOFTMAX, "torch.sigmoid(e)")),
    )


FILLED = "e.masked_fill(~mascara, torch.finfo(e.dtype).min)"
MASKED_SOFTMAX, EMPTIED = "torch.softmax(puntajes, dim=-1)", "alfa.masked_fill(~mascara, 0.0)"
QUOTIENT = "(x := torch.exp(puntajes{})) / x.sum(dim=-1, keepdim=True)"


def emptied(values, mascara):
    """Return weights with zeros on padding."""
    return values.masked_fill(~mascara, 0.0)


class softmax_enmascarado(Definition):
    inputs = {"e": Float("B N"), "mascara": Bool("B N")}
    outputs = {"alfa": Float("B N")}
    extremes = (1e3,)

    @term(4, silent("e"))
    def masked_zero(e, mascara):
        return e.masked_fill(~mascara, -inf)

    @term(3, times(1e3, "e"))
    def stable(masked_zero):
        return masked_zero - masked_zero.amax(-1, keepdim=True)

    @term(5, full("mascara"))
    def values(stable):
        return stable.exp() / stable.exp().sum(-1, keepdim=True)

    @term(2, even("mascara"))
    def alfa(values, masked_zero):
        return values.masked_fill(masked_zero.isneginf().all(-1, keepdim=True), 0.0)

    mistakes = (
        mistake("att.mask_inverted", masked_zero=("~mascara", "mascara")),
        mistake("att.first_mask_for_all", masked_zero=("~mascara", "~mascara[:1]")),
        mistake(
            "att.mask_ignored", masked_zero=lambda e: e, edit=((FILLED, "e"), (EMPTIED, "alfa"))
        ),
        mistake(
            "att.mask_with_zero",
            masked_zero=lambda e, mascara: e * mascara,
            edit=((FILLED, "e * mascara"), (EMPTIED, "alfa")),
        ),
        mistake(
            "att.not_quite_minus_infinity",
            masked_zero=("-inf", "-5.0"),
            edit=(("torch.finfo(e.dtype).min", "-5.0"), (EMPTIED, "alfa")),
        ),
        mistake(
            "att.mask_after",
            masked_zero=lambda e: e,
            values=lambda stable, mascara: stable.softmax(-1) * mascara,
            loses=("masked_zero",),
            edit=(FILLED, "e"),
        ),
        mistake(
            "att.softmax_other_axis",
            values=lambda masked_zero: masked_zero.softmax(0).nan_to_num(),
            edit=("dim=-1", "dim=0"),
        ),
        mistake(
            "att.softmax_over_all",
            values=lambda masked_zero, N: masked_zero.flatten().softmax(0).view(-1, N).nan_to_num(),
            edit=(MASKED_SOFTMAX, "puntajes.flatten().softmax(0).view_as(e)"),
        ),
        mistake(
            "att.divided_by_largest",
            values=lambda stable: stable.exp(),
            edit=(MASKED_SOFTMAX, "torch.exp(puntajes - puntajes.amax(dim=-1, keepdim=True))"),
        ),
        mistake(
            "att.exponential_overflows",
            stable=lambda masked_zero: masked_zero,
            alfa=emptied,
            loses=("stable",),
            edit=(MASKED_SOFTMAX, QUOTIENT.format("")),
        ),
        mistake(
            "att.largest_of_the_padding",
            stable=("- masked_zero", "- e"),
            alfa=emptied,
            loses=("stable",),
            edit=(MASKED_SOFTMAX, QUOTIENT.format(" - e.amax(dim=-1, keepdim=True)")),
        ),
        mistake(
            "att.fixed_very_negative",
            stable=lambda e, mascara: (
                (x := e.masked_fill(~mascara, -100.0)) - x.amax(-1, keepdim=True)
            ),
            alfa=emptied,
            loses=("stable",),
            edit=("torch.finfo(e.dtype).min", "-100.0"),
        ),
        mistake(
            "att.all_masked_uniform",
            alfa=lambda values, N: values.nan_to_num(1 / N),
            edit=(EMPTIED, "alfa"),
        ),
        mistake(
            "att.all_masked_nan",
            alfa=lambda values: values,
            edit=(("torch.finfo(e.dtype).min", "-math.inf"), (EMPTIED, "alfa")),
        ),
    )
