"""The reference, wrong in ways that the definitions have no name for, and wrong in its form.

`loses` is what a mutant breaks, and what compares its part whole. The mutants that the mistakes of
the checks' definitions make are not here. See `grader.validation.solutions.Mutant`.
"""

from __future__ import annotations

from grader.validation.solutions import Mutant


def _wrong(
    where: str, part: str, rows: tuple[tuple[str, str, str, tuple[str, ...]], ...]
) -> tuple[Mutant, ...]:
    """Return mutants of a cell: what each is, what it loses, what is named, the edits."""
    return tuple(
        Mutant(
            f"{part}: {what}",
            where,
            tuple(zip(texts[::2], texts[1::2], strict=True)),
            tuple(one if "/" in one else f"{part}/{one}" for one in loses.split()),
            named,
        )
        for what, loses, named, texts in rows
    )


CELL = _wrong(
    "celdaRNN",
    "celdaRNN",
    (
        (
            "a bias more",
            "parameters",
            "",
            (
                "self.U_grad = torch.zeros_like(self.U)",
                "self.sesgo = torch.nn.Parameter(torch.zeros(hidden_size))\n"
                "        self.U_grad = torch.zeros_like(self.U)",
                "hp @ self.V.T ",
                "hp @ self.V.T + self.sesgo ",
            ),
        ),
        (
            "squeezed",
            "ones modeloRNN/ones",
            "",
            ("return y, h", "return y.squeeze(), h"),
        ),
        (
            "half of the input",
            "input_term activation whole",
            "",
            ("x @ self.U.T", "x @ self.U.T / 2"),
        ),
    ),
)

BACK = _wrong(
    "celdaRNN",
    "backward",
    (
        ("the slope twice", "derivative whole", "", ("(1 - h ** 2)", "(1 - h ** 2) ** 2")),
        ("minus", "V_grad whole", "", ("self.V_grad += ", "self.V_grad -= ")),
        (
            "zero_grad forgets W",
            "zero_grad",
            "",
            ("        self.W_grad.zero_()\n", ""),
        ),
    ),
)

MODEL = _wrong(
    "modeloRNN",
    "modeloRNN",
    (
        (
            "states first",
            "returned",
            "",
            ("return torch.stack(ys), torch.stack(hs)", "return torch.stack(hs), torch.stack(ys)"),
        ),
        (
            "half of what comes back",
            "gradients_chain gradients_whole truncado/blocks truncado/limits",
            "",
            (
                "self.cell.backward(ys_grad[t], r_grad,",
                "self.cell.backward(ys_grad[t], r_grad / 2,",
            ),
        ),
    ),
)

CLIPPING = (
    *_wrong(
        "recorta_por_valor",
        "recorte",
        (
            ("in place", "new", "", ("g.clamp(", "g.clamp_(")),
            (
                "half the limit",
                "value_above value_below value_whole",
                "",
                ("-limite, limite", "-limite / 2, limite / 2"),
            ),
        ),
    ),
    *_wrong(
        "recorta_por_norma",
        "recorte",
        (
            (
                "zero by zero",
                "norm_zeros",
                "",
                ("[g * factor for", "[g / norma * torch.clamp(norma, max=max_norma) for"),
            ),
        ),
    ),
)

MUTANTS = (*CELL, *BACK, *MODEL, *CLIPPING)
