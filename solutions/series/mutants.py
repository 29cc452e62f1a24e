"""The reference, wrong in ways that the checks have no name for, and wrong in its form.

`loses` is what a mutant breaks, and what compares its part whole. The mutants that the mistakes of
the checks make are not here. See `grader.validation.solutions.Mutant`.
"""

from __future__ import annotations

from grader.validation.solutions import Mutant


def _wrong(part: str, *rows: tuple[str, str, tuple[str, ...]]) -> tuple[Mutant, ...]:
    """Return a part's mutants without a name: what each is, what it loses, the edits."""
    return tuple(
        Mutant(
            f"{part}: {what}",
            part,
            tuple(zip(texts[::2], texts[1::2], strict=True)),
            tuple(f"{part}/{one}" for one in loses.split()),
        )
        for what, loses, texts in rows
    )


_DICT = "return datos"
_SHUFFLED = (
    "for nombre in ('entrenamiento', 'validacion', 'prueba'):\n"
    "        X, Y = datos[nombre]\n"
    "        orden = torch.randperm(len(X))\n"
    "        datos[nombre] = (X[orden], Y[orden])\n"
    "    return datos"
)

MUTANTS = (
    *_wrong(
        "ventanas",
        ("targets first", "returned", ("return X, Y", "return Y, X")),
        ("too short a series raises", "shapes", ("    M = max(0, M)\n", "")),
        ("an axis more", "shapes", ("return X, Y", "return X.unsqueeze(-1), Y")),
        ("an axis less", "shapes", ("return X, Y", "return X, Y.squeeze(1)")),
        ("no default for the horizon", "ones", ("horizonte=1, paso=1", "horizonte, paso=1")),
    ),
    *_wrong(
        "divide_temporal",
        (
            "validation and test exchanged",
            "returned",
            (
                "list(range(a, b)), list(range(b, n))",
                "list(range(b, n)), list(range(a, b))",
            ),
        ),
    ),
    Mutant(
        "divide_temporal: turned round",
        "divide_temporal",
        (("list(range(0, a))", "list(range(0, a))[::-1]"),),
        ("divide_temporal/en_orden", "divide_temporal/whole"),
        "ser.shuffled_split",
    ),
    *_wrong(
        "prepara",
        ("shuffled windows", "order", (_DICT, _SHUFFLED)),
        (
            "another scaler is returned",
            "escalador",
            (
                _DICT,
                "datos['escalador'] = Escalador()\n    datos['escalador'].ajusta(serie + 1)\n    return datos",
            ),
        ),
    ),
    *_wrong(
        "modeloSerie",
        ("squeezed", "ones", ("self.fc(h)", "self.fc(h).squeeze()")),
        (
            "steps cut from one another",
            "gradient",
            (
                "h = self.celda(x[:, t : t + 1], h)",
                "h = self.celda(x[:, t : t + 1], h.detach())",
            ),
        ),
    ),
    *_wrong(
        "precision_recall",
        ("nothing is one", "zero", ("if vp + fp else 0.0", "if vp + fp else 1.0")),
        ("nothing raises", "zero", (" if vp + fp else 0.0", "")),
    ),
)
