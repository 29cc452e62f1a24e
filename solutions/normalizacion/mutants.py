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


_RETURNS = "return self.ganancia * normal + self.sesgo"

LAYER = _wrong(
    "CapaNorm",
    (
        ("eps is not used", "eps_given", "", ("self.eps = eps", "self.eps = 1e-5")),
        ("the second axis", "more_axes", "", ("dim=-1", "dim=1")),
        ("a gain of zeros", "at_first", "", ("torch.ones(n)", "torch.zeros(n)")),
        (
            "squeezed",
            "ones celdaLSTMNorm/ones",
            "",
            (_RETURNS, f"{_RETURNS[:6]} ({_RETURNS[7:]}).squeeze()"),
        ),
        ("statistics detached", "gradient", "", ("- media) / ", "- media.detach()) / ")),
        (
            "mean deviation",
            "varianza raiz whole",
            "",
            (
                "((x - media) ** 2).mean(dim=-1, keepdim=True)",
                "(x - media).abs().mean(dim=-1, keepdim=True) ** 2",
            ),
        ),
    ),
)

CELL = _wrong(
    "celdaLSTMNorm",
    (
        (
            "candidate last",
            "stacking_order",
            "",
            ("i_t, f_t, candidato, o_t = a_t", "i_t, f_t, o_t, candidato = a_t"),
        ),
        (
            "a layer with bias",
            "parameters",
            "",
            (
                "torch.nn.Linear(input_size, 4 * hidden_size, bias=False)",
                "torch.nn.Linear(input_size, 4 * hidden_size)",
            ),
        ),
        ("squeezed", "ones", "", ("return h_t, c_t", "return h_t.squeeze(), c_t.squeeze()")),
        (
            "relu of the memory",
            "cell_out whole",
            "",
            ("torch.tanh(self.ln_c", "torch.relu(self.ln_c"),
        ),
        (
            "product detached",
            "gradientes/cell",
            "",
            ("self.h_fc(h_t_1)", "self.h_fc(h_t_1).detach()"),
        ),
    ),
)

_BUFFER = 'self.register_buffer("{}", torch.{}(n))'
_PARAMETER = "self.{} = torch.nn.Parameter(torch.{}(n), requires_grad=False)"

BATCH = _wrong(
    "NormLote",
    (
        (
            "buffers as parameters",
            "parameters",
            "",
            (
                _BUFFER.format("media_movil", "zeros"),
                _PARAMETER.format("media_movil", "zeros"),
                _BUFFER.format("var_movil", "ones"),
                _PARAMETER.format("var_movil", "ones"),
                "self.media_movil = (1",
                "self.media_movil.data = (1",
                "self.var_movil = (1",
                "self.var_movil.data = (1",
            ),
        ),
        (
            "buffers in the graph",
            "buffers_without_graph",
            "",
            ("with torch.no_grad():", "if True:"),
        ),
        (
            "buffers not held",
            "at_first",
            "",
            ('"media_movil", torch.zeros(n)', '"media_movil", torch.zeros(n), persistent=False'),
        ),
        (
            "variance at zero",
            "at_first",
            "",
            ('"var_movil", torch.ones', '"var_movil", torch.zeros'),
        ),
        (
            "mean detached",
            "gradientes/batch",
            "",
            ("media = x.mean(dim=0) ", "media = x.mean(dim=0).detach() "),
        ),
        (
            "old mean not decayed",
            "media_movil whole",
            "",
            ("(1 - self.momento) * self.media_movil", "self.media_movil"),
        ),
    ),
)

STEPS = _wrong(
    "NormLotePorPaso",
    (
        (
            "a plain list",
            "module_list",
            "",
            (
                "torch.nn.ModuleList([NormLote(n) for _ in range(pasos)])",
                "[NormLote(n) for _ in range(pasos)]",
            ),
        ),
    ),
)

MUTANTS = (*LAYER, *CELL, *BATCH, *STEPS)
