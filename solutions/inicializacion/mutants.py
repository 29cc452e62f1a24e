"""The reference, wrong in ways that the checks have no name for, or wrong in its conduct.

`loses` is what a mutant breaks, and no more. The mutants that the mistakes of the checks' banks and
definitions make are not here. See `grader.validation.solutions.Mutant`.
"""

from __future__ import annotations

from grader.validation.solutions import Mutant


def _wrong(part: str, *rows: tuple[str, str, str, tuple[str, ...]]) -> tuple[Mutant, ...]:
    """Return a part's mutants: what each is, what it loses, what is named, the edits."""
    return tuple(
        Mutant(
            f"{part}: {what}",
            part,
            tuple(zip(texts[::2], texts[1::2], strict=True)),
            tuple(f"{part}/{one}" for one in loses.split()),
            named,
        )
        for what, loses, named, texts in rows
    )


_DELEGATED = "return torch.nn.init.{}(torch.empty(forma))  # "

DRAWN = (
    *_wrong(
        "xavier_uniforme",
        ("a bound of 7", "law", "", ("6 /", "7 /")),
        ("one weight beyond the bound", "law", "", ("* limite", "* limite * 1.01")),
        ("fans subtracted", "law fans", "", ("fan_in + fan_out", "abs(fan_in - fan_out) + 1")),
        ("torch.nn.init", "*", "", ("return (2", f"{_DELEGATED.format('xavier_uniform_')}(2")),
    ),
    *_wrong(
        "xavier_normal",
        ("off centre", "law", "", ("randn(forma) *", "randn(forma).add(0.2) *")),
        (
            "from torch import nn",
            "*",
            "",
            (
                "return torch.randn",
                "from torch import nn\n    return nn.init.xavier_normal_(torch.empty(forma))  # ",
            ),
        ),
    ),
    *_wrong(
        "he_uniforme",
        ("the root of five", "law", "", ("6 /", "5 /")),
        ("a number", "law fans fresh", "", ("return (2", "return limite  # (2")),
    ),
    *_wrong(
        "he_normal",
        ("cut at two deviations", "law", "", ("randn(forma)", "randn(forma).clamp(-2, 2)")),
        ("signs", "law", "", ("randn(forma)", "randn(forma).sign()")),
        (
            "the same row again and again",
            "law fans",
            "",
            ("torch.randn(forma)", "torch.randn(forma)[:1].expand(forma)"),
        ),
    ),
)

_RETURNED = "return ganancia * q"

ORTHOGONAL = _wrong(
    "ortogonal",
    (
        "a permutation",
        "spread",
        "init.identity",
        (
            "return ganancia * q",
            "n = max(forma)\n    return ganancia * torch.eye(n)[torch.randperm(n)][:filas, :columnas]",
        ),
    ),
    (
        "times the root of its size",
        "square wide tall gain",
        "",
        (_RETURNED, "return ganancia * q * max(forma) ** 0.5"),
    ),
    (
        "rows divided by their sums",
        "square wide tall gain",
        "",
        (_RETURNED, "q = torch.rand(forma)\n    return ganancia * q / q.sum(dim=1, keepdim=True)"),
    ),
    (
        "squeezed",
        "wide tall",
        "",
        (_RETURNED, "return ganancia * (q if max(forma) == 1 else q.squeeze())"),
    ),
    (
        "columns left out",
        "tall",
        "",
        (
            _RETURNED,
            "if filas > columnas:\n        q = torch.randn(forma)\n    return ganancia * q",
        ),
    ),
    (
        "torch.nn.init",
        "*",
        "",
        (_RETURNED, "return torch.nn.init.orthogonal_(torch.empty(forma), ganancia)"),
    ),
)

_H = "bloque.copy_(ortogonal(bloque.shape))"
_SET = "celda.x_fc.bias[H : 2 * H] = sesgo_olvido"

CELLS = (
    *_wrong(
        "inicializa_lstm",
        (
            "the last block left out",
            "h_blocks",
            "init.recurrent_left_alone",
            ("celda.h_fc.weight.chunk(4):", "celda.h_fc.weight.chunk(4)[:3]:"),
        ),
        ("identities", "h_blocks", "init.recurrent_copies", (_H, "bloque.copy_(torch.eye(H))")),
        ("one row too few", "forget_bias", "", (_SET, _SET.replace("H : 2 * H", "H + 1 : 2 * H"))),
        (
            "not trained any more",
            "in_place",
            "init.parameters_replaced",
            (_SET, f"{_SET}\n    celda.h_fc.weight.requires_grad_(False)"),
        ),
    ),
    *_wrong(
        "inicializa_irnn",
        (
            "the identity and noise",
            "identity",
            "",
            ("escala * torch.eye(H)", "escala * torch.eye(H) + 0.01 * torch.randn(H, H)"),
        ),
        ("no inputs", "small_inputs", "", (".normal_(0, 0.001)", ".zero_()")),
        ("off centre", "small_inputs", "", (".normal_(0, 0.001)", ".normal_(0.001, 0.001)")),
        (
            "one bias left",
            "survives",
            "init.biases_left",
            ("        celda.h_fc.bias.zero_()\n", ""),
        ),
    ),
)

FUNCTIONS = (
    *_wrong(
        "sigmoide",
        ("shifted", "y", "", ("torch.exp(-x)", "torch.exp(1 - x)")),
        ("torch.nn.functional", "*", "", (
            "return 1", "return torch.nn.functional.sigmoid(x)  # 1"
        )),
    ),
    *_wrong("tangente", ("too steep", "y", "", ("-2 * x", "-3 * x"))),
    *_wrong(
        "relu",
        ("from one on", "y", "", ("min=0", "min=1")),
        ("F.relu", "*", "", (
            "return torch.clamp(x, min=0)",
            "import torch.nn.functional as F\n    return F.relu(x)",
        )),
    ),
    *_wrong("relu_con_fuga", ("another alpha by default", "y", "", ("alfa=0.01", "alfa=0.2"))),
    *_wrong("sigmoide_dura", ("half as steep", "y", "", ("x / 6", "x / 12"))),
    *_wrong(
        "derivada",
        ("a sigmoid's four times", "sigmoide_slope", "", ("s * (1 - s)", "4 * s * (1 - s)")),
        ("Keras's edges alone", "sigmoide_dura_slope", "", ("x.abs() < 3", "x.abs() < 2.5")),
    ),
    *_wrong(
        "propaga",
        ("rounded", "values", "", ("momentos.append(x.square().mean().item())", (
            "momentos.append(round(x.square().mean().item(), 1))"
        ))),
        ("the last twice", "length", "", ("return momentos", "return momentos + momentos[-1:]")),
        ("the last layer is linear", "values", "", (
            "activacion(x @ w.T)", "x @ w.T if w is pesos[-1] else activacion(x @ w.T)"
        )),
        ("median for mean", "values", "", ("square().mean()", "square().median()")),
    ),
)  # fmt: skip

MUTANTS = (*DRAWN, *ORTHOGONAL, *CELLS, *FUNCTIONS)
