"""The reference, wrong in ways that the definitions have no name for, and wrong in its form.

`loses` is what a mutant breaks. Each property has one that it alone catches. The mutants that the
mistakes of the checks' definitions make are not here. See `grader.validation.solutions.Mutant`.
"""

from __future__ import annotations

from typing import Any

from grader.validation.solutions import Mutant


def _wrong(part: str, rows: tuple[tuple[Any, ...], ...]) -> tuple[Mutant, ...]:
    """Return a part's mutants: what each is, what it loses, the edits, what is named if it is."""
    return tuple(
        Mutant(
            f"{part}: {what}",
            part,
            tuple(zip(texts[::2], texts[1::2], strict=True)),
            tuple(f"{part}/{one}" for one in loses.split()),
            *named,
        )
        for what, loses, texts, *named in rows
    )


_SHAPE = "    B, C, T = x.shape\n"
_PRODUCT = 'torch.einsum("kc,bct->bkt", pesos[:, :, i], trozo)'

CONVOLUTION = _wrong(
    "convolucion1d",
    (
        (
            "no series shorter than the filter",
            "short",
            (_SHAPE, f"{_SHAPE}    assert T >= pesos.shape[2]\n"),
        ),
        ("a stride of 2 unless given", "defaults", ("paso=1", "paso=2")),
        ("padding unless given", "defaults", ("relleno=0", "relleno=1")),
        (
            "a sample alone does without its axis",
            "ones",
            ("return y + sesgo[:, None]", "return (y + sesgo[:, None]).squeeze(0)"),
        ),
        (
            "samples in the other order",
            "padding whole",
            ("return y + sesgo[:, None]", "return y.flip(0) + sesgo[:, None]"),
        ),
        ("the weights' signs", "padding whole", (_PRODUCT, f"-{_PRODUCT}")),
        (
            "relu",
            "values whole",
            ("return y + sesgo[:, None]", "return torch.relu(y + sesgo[:, None])"),
        ),
        (
            "half of the padding",
            "padding short whole",
            (
                "ceros = x.new_zeros(B, C, relleno)",
                "ceros = x.new_zeros(B, C, relleno)[:, :, : relleno // 2]",
            ),
        ),
        (
            "the stride once more",
            "stride whole",
            (_SHAPE, f"{_SHAPE}    paso = paso + (paso > 1)\n"),
        ),
    ),
)

_AHEAD = "    delante = F.pad(x, (hueco, 0))                             # (B, C, hueco + T)\n"
_LATE = "    if x.shape[2] > 10:\n        delante = torch.cat([delante[..., :-2], delante[..., -1:], delante[..., -1:]], 2)\n"

CAUSAL = _wrong(
    "convolucion_causal",
    (
        ("a step ahead, late", "no_future", (_AHEAD, _AHEAD + _LATE)),
        ("no series shorter than the filter", "short_series",
         (_AHEAD, f"{_AHEAD}    assert x.shape[2] >= pesos.shape[2]\n")),
        ("half of the zeros at each side, one too many", "ahead no_future whole",
         ("F.pad(x, (hueco, 0))", "F.pad(x, ((hueco + 1) // 2, (hueco + 1) // 2))"), "hib.centred"),
        ("a dilation of 2 unless given", "without_dilation", ("dilatacion=1)", "dilatacion=2)")),
        ("odd filters alone", "even_filter",
         ("hueco = dilatacion * (pesos.shape[2] - 1)", "hueco = 2 * dilatacion * (pesos.shape[2] // 2)")),
        ("the weights' signs", "ahead whole",
         ("convolucion1d(delante, pesos,", "convolucion1d(delante, -pesos,")),
    ),
)  # fmt: skip

LENGTHS = _wrong(
    "longitud_salida",
    (
        ("a float", "integer", ("// paso + 1", "// paso + 1.0")),
        ("a stride of 2 unless given", "without_options", ("paso=1", "paso=2")),
        ("padding taken away", "padding whole", ("T + 2 * relleno", "T - 2 * relleno")),
    ),
) + _wrong(
    "campo_receptivo",
    (
        ("a float", "integer_field", ("return campo", "return float(campo)")),
        ("no empty list", "no_layers", ("    campo, salto", "    capas[0]\n    campo, salto")),
    ),
)  # fmt: skip

_SEEN = "torch.relu(self.conv(delante)).transpose(1, 2)    # (B, T, F)\n"
_NEXT = "        if x.shape[1] > 7:\n            rasgos = torch.cat([rasgos[:, :-2], rasgos[:, -1:], rasgos[:, -1:]], 1)\n"

SERIES = _wrong(
    "modeloConvRNN",
    (
        ("a step ahead, late", "no_future", (_SEEN, _SEEN + _NEXT)),
        ("reshaped", "channels whole",
         ("x.transpose(1, 2)", "x.reshape(x.size(0), x.size(2), x.size(1))"), "hib.time_as_channels"),
        ("half of the zeros at each side of the layer", "ahead no_future whole",
         ("(canales, filtros, k)", "(canales, filtros, k, padding=k // 2)", "(hueco, 0)", "(0, 0)"),
         "hib.centred"),
        ("no series of a single step", "one_step",
         (_SEEN, f"{_SEEN}        assert x.shape[1] > 1\n")),
        ("odd filters alone", "even_filters",
         ("self.conv.kernel_size[0] - 1", "2 * (self.conv.kernel_size[0] // 2)")),
        ("the state cut from its past", "gradient",
         ("h = self.gru(rasgo, h)", "h = self.gru(rasgo, h.detach())")),
        ("a layer that nobody asked for", "parameters",
         ("        self.fc = torch.nn", "        self.otra = torch.nn.Linear(1, 1)\n        self.fc = torch.nn")),
        ("a sample alone does without its axis", "ones",
         ("return self.fc(torch.stack(hs, dim=1))", "return self.fc(torch.stack(hs, dim=1)).squeeze(0)")),
        ("features squared", "ahead channels features whole", ("torch.relu(self.conv(delante))", "(self.conv(delante) ** 2)")),
    ),
)  # fmt: skip

_ROW = "torch.relu(self.conv(cuadros)).reshape(B, T, -1)  # (B, T, F·S·S)\n"
_FRAME = _NEXT.replace("7", "5")

VIDEOS = _wrong(
    "modeloCNNLSTM",
    (
        ("a frame ahead, late", "no_future_frame", (_ROW, _ROW + _FRAME)),
        ("the batch's mean, late", "samples",
         (_ROW, f"{_ROW}        rasgos = rasgos + rasgos.mean(0) * (T > 5)\n")),
        ("the state cut from its past", "gradient",
         ("self.lstm(rasgo, (h, c))", "self.lstm(rasgo, (h.detach(), c.detach()))")),
        ("one time step does without its axis", "ones",
         ("return self.fc(torch.stack(hs, dim=1))", "return self.fc(torch.stack(hs, dim=1)).squeeze(1)")),
        ("frames upside down", "frames whole", ("self.conv(cuadros)", "self.conv(cuadros.flip(-2))")),
    ),
)  # fmt: skip

MUTANTS = (*CONVOLUTION, *CAUSAL, *LENGTHS, *SERIES, *VIDEOS)
