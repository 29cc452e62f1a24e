"""The reference, wrong in ways that the definitions have no name for, and wrong in its form.

`loses` is what a mutant breaks. Each property of `corre` has one that it alone catches. The mutants
that the mistakes of the checks' definitions make are not here. See
`grader.validation.solutions.Mutant`.
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


_STEP, _FROZEN = "celda(x[:, t], h)", "h = torch.where(real, nuevo, h)"
_LATER = "((t > 7) & (t + 1 < longitudes)).unsqueeze(1)"
_NEXT = f"torch.where({_LATER}, x[:, min(t + 1, x.shape[1] - 1)], x[:, t])"

RUN = _wrong(
    "corre",
    (
        (
            "gradient through padding",
            "padding_is_silent",
            "",
            (_FROZEN, "h = torch.where(real, nuevo, h + (nuevo - nuevo.detach()))"),
        ),
        ("a step ahead, late", "is_causal", "", (_STEP, f"celda({_NEXT}, h)")),
        (
            "mean of a large batch",
            "permutes",
            "",
            ("    hs = []\n", "    h, hs = h + h.mean(dim=0) * (len(x) > 4), []\n"),
        ),
        (
            "forgets every six steps",
            "concatenates",
            "",
            (_STEP, "celda(x[:, t], h if t == 0 or t % 6 else 0 * h)"),
        ),
        (
            "last state first",
            "returned",
            "",
            ("return torch.stack(hs, dim=1), h", "return h, torch.stack(hs, dim=1)"),
        ),
    ),
)

LOSS = _wrong(
    "perdida_enmascarada",
    (
        (
            "gradient in the padding",
            "padding_is_silent",
            "",
            (
                "(por_paso * mascara).sum()",
                "(torch.where(mascara, por_paso, por_paso - por_paso.detach())).sum()",
            ),
        ),
        (
            "an error without anything real",
            "nothing_real",
            "",
            ("    total =", "    assert mascara.any()\n    total ="),
        ),
    ),
)

_FIRST = """largos = longitudes.tolist()
    orden = torch.tensor([largos.index(n) for n in sorted(largos)[::-1]])"""

PACKED = _wrong(
    "empaqueta",
    (
        (
            "the first of each length",
            "ties",
            "",
            (
                "orden = torch.argsort(longitudes, descending=True)",
                _FIRST,
            ),
        ),
    ),
)

STACKED = _wrong(
    "modeloApilado",
    (("layers detached", "gradient", "", ("corre(celda, hs,", "corre(celda, hs.detach(),")),),
)

BOTH_WAYS = _wrong(
    "modeloBidireccional",
    (
        (
            "backward detached",
            "gradient",
            "",
            (
                "vuelta = invierte(vuelta, longitudes)",
                "vuelta = invierte(vuelta, longitudes).detach()",
            ),
        ),
    ),
)

MUTANTS = (*RUN, *LOSS, *PACKED, *STACKED, *BOTH_WAYS)
