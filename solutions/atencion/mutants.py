"""The reference, wrong in ways that the definitions have no name for, and wrong in its form.

`loses` is what a mutant breaks, and what compares its part whole. The mutants that the mistakes of
the checks' definitions make are not here. See `grader.validation.solutions.Mutant`.
"""

from __future__ import annotations

from grader.validation.solutions import Mutant


def _wrong(
    part: str, rows: tuple[tuple[str, str, str, tuple[str, ...]], ...]
) -> tuple[Mutant, ...]:
    """Return a part's mutants: what each is, what it loses, what is named, the edits."""
    return tuple(
        Mutant(
            f"{part}: {what}",
            part,
            tuple(zip(texts[::2], texts[1::2], strict=True)),
            tuple(one if "/" in one else f"{part}/{one}" for one in loses.split()),
            named,
        )
        for what, loses, named, texts in rows
    )


_SCORE = "e = torch.tanh(del_decoder + del_encoder) @ v_a"

BAHDANAU = _wrong(
    "calcular_pesos_atencion_bahdanau",
    (
        ("softmax of half", "alfa whole", "", ("softmax(e,", "softmax(e / 2,")),
        ("weights first", "returned", "", ("return e, alfa", "return alfa, e")),
        (
            "squeezed",
            "ones",
            "",
            (
                _SCORE,
                "e = (torch.tanh(del_decoder + del_encoder) @ v_a.unsqueeze(1)).squeeze()",
                "dim=0",
                "dim=-1",
            ),
        ),
    ),
)

MASKED = _wrong(
    "softmax_enmascarado",
    (
        (
            "half of the weights",
            "masked_zero stable values alfa whole",
            "",
            ("return alfa.", "return alfa.div(2)."),
        ),
        (
            "mask with zero, empty rows seen to",
            "masked_zero stable whole",
            "",
            (
                "e.masked_fill(~mascara, torch.finfo(e.dtype).min)",
                "e * mascara",
                "alfa.masked_fill(~mascara, 0.0)",
                "alfa * mascara.any(dim=-1, keepdim=True)",
            ),
        ),
    ),
)

_DOT = "query @ key.transpose(-2, -1)"
_SCALE = "puntajes = puntajes / math.sqrt(key.size(-1))"

DOT_PRODUCT = _wrong(
    "atencion_producto",
    (
        (
            "cosine",
            "dot scale alfa whole",
            "",
            (_DOT, "torch.cosine_similarity(query[:, :, None], key[:, None], dim=-1)"),
        ),
        (
            "scale on the values",
            "scale contexto whole",
            "att.not_scaled",
            (_SCALE, "value = value / math.sqrt(key.size(-1))"),
        ),
        (
            "the largest alone",
            "contexto whole",
            "",
            ("alfa @ value", "torch.stack([v[a.argmax(dim=-1)] for v, a in zip(value, alfa)])"),
        ),
        ("weights first", "returned", "", ("return contexto, alfa", "return alfa, contexto")),
    ),
)

_DECODER = " ".join(
    f"pasoDecoder/{check}"
    for check in (
        *("interface", "ones", "returned", "input_order", "logits_order"),
        *("alignment_state", "entrada", "s_t", "logits", "whole"),
    )
)
"""All but its parameters: a step that unpacks what is exchanged cannot run."""

ADDITIVE = _wrong(
    "AtencionAditiva",
    (
        (
            "layer with bias",
            "parameters",
            "",
            (
                "self.W_a = torch.nn.Linear(dim_decoder, dim_atencion, bias=False)",
                "self.W_a = torch.nn.Linear(dim_decoder, dim_atencion)",
            ),
        ),
        ("squeezed", "ones pasoDecoder/ones", "", (".squeeze(-1)", ".squeeze()")),
        (
            "weights first",
            f"returned {_DECODER}",
            "",
            ("return contexto, alfa", "return alfa, contexto"),
        ),
        (
            "states masked alone",
            "mask contexto whole",
            "att.mask_ignored",
            (
                "softmax_enmascarado(e, mascara)",
                "torch.softmax(e, dim=-1)\n            hs = hs * mascara.unsqueeze(-1)",
            ),
        ),
        ("weights detached", "gradient", "", ("(alfa.unsqueeze", "(alfa.detach().unsqueeze")),
    ),
)

STEP = _wrong(
    "pasoDecoder",
    (
        (
            "context before word",
            "input_order",
            "",
            ("[self.embedding(token), contexto]", "[contexto, self.embedding(token)]"),
        ),
        ("context before state", "logits_order", "", ("[s_t, contexto]", "[contexto, s_t]")),
        (
            "tanh of the word",
            "alignment_state entrada s_t whole",
            "",
            ("self.embedding(token)", "torch.tanh(self.embedding(token))"),
        ),
    ),
)

MAP = _wrong(
    "mapa_atencion",
    (
        (
            "steps emptied",
            # Its numbers are also those of steps stacked last, emptied there, and turned round.
            "steps mapa whole",
            "att.steps_last",
            (
                "torch.arange(mapa.size(-1), device=mapa.device)",
                "torch.arange(mapa.size(1), device=mapa.device)",
                "mapa.masked_fill(relleno.unsqueeze(1), 0.0)",
                "mapa.masked_fill(relleno.unsqueeze(2), 0.0)",
            ),
        ),
    ),
)

MUTANTS = (*BAHDANAU, *MASKED, *DOT_PRODUCT, *ADDITIVE, *STEP, *MAP)
