"""The reference, wrong in ways that the checks have no name for, and wrong in its form.

`loses` is what a mutant breaks, and what compares its part whole. The mutants that the mistakes of
the checks make are not here. See `grader.validation.solutions.Mutant`.
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


_LAYER = (
    ("half as much dropped", "rate whole", "", ("< queda", "< 1 - self.p / 2")),
    ("twice the scale", "values whole", "", ("* escala", "* 2 * escala")),
    (
        "p for the chance to keep",
        "rate extremes whole",
        "reg.keep_probability",
        ("queda = 1 - self.p", "queda = self.p"),
    ),
    (
        "in place",
        "untouched",
        "",
        ("return x * ", "return x.mul_(", " * escala", " * escala)"),
    ),
)

DROPOUT = _wrong(
    "Dropout",
    (
        *_LAYER,
        (
            "the same mask once drawn",
            "fresh whole",
            "reg.seeded",
            (
                "mascara = torch.rand_like(x) < queda",
                "if getattr(self, 'm', x[:0]).shape != x.shape:\n"
                "            self.m = torch.rand_like(x) < queda\n"
                "        mascara = self.m",
            ),
        ),
    ),
)

VARIATIONAL = _wrong(
    "DropoutVariacional",
    (
        *_LAYER,
        (
            "the course's own",
            "same_in_time whole",
            "reg.mask_per_step",
            (
                "self.p = p",
                "self.p = p\n        self.dropout = Dropout(p)",
                "return x * (sorteo < queda) * escala",
                "return torch.stack([self.dropout(x_t) for x_t in x.unbind(1)], dim=1)",
            ),
        ),
    ),
)

CELL = _wrong(
    "celdaDropConnect",
    (
        (
            "a new mask in forward",
            "kept_in_time whole",
            "reg.mask_each_call",
            (
                "pesos = self.h_fc.weight  ",
                "self.nueva_mascara()\n        pesos = self.h_fc.weight  ",
            ),
        ),
        (
            "units dropped at each call",
            "on_recurrent_weights whole",
            "reg.on_activations",
            (
                "pesos = pesos * self.mascara.to(pesos) / (1 - self.p)",
                "h_t_1 = h_t_1 * (torch.rand_like(h_t_1) < 1 - self.p) / (1 - self.p)",
            ),
        ),
        (
            "the result dropped",
            "on_recurrent_weights whole",
            "reg.on_activations",
            (
                "pesos = pesos * self.mascara.to(pesos) / (1 - self.p)",
                "m = (torch.rand_like(h_t_1) < 1 - self.p) / (1 - self.p)\n"
                "            return m * torch.tanh(self.x_fc(x_t) + self.h_fc(h_t_1))",
            ),
        ),
        ("half of what is kept", "scale whole", "", ("/ (1 - self.p)", "/ (1 - self.p) / 2")),
        ("half as much dropped", "rate whole", "", ("< 1 - self.p ", "< 1 - self.p / 2 ")),
        (
            "weights of the input by another name",
            "*",
            "",
            ("self.x_fc", "self.entrada"),
        ),
    ),
)

STOPPING = _wrong(
    "ParadaTemprana",
    (
        (
            "a shallow copy",
            "copy whole",
            "reg.best_not_copied",
            ("copy.deepcopy(estado)", "dict(estado)"),
        ),
        (
            "the first loss is best, whatever it is",
            "delta_and_nan whole",
            "reg.nan_is_best",
            ("if perdida <", "if self.best_state is None or perdida <"),
        ),
        (
            "returns nothing",
            "*",
            "",
            ("return self.malas", "self.parar = self.malas"),
        ),
    ),
)

WEIGHTS = _wrong(
    "paso_l2",
    (
        (
            "in place",
            "interface ones decaido nuevos whole",
            "",
            ("theta - tasa * (g + lam * theta)", "theta.sub_(tasa * (g + lam * theta))"),
        ),
    ),
)

MUTANTS = (*DROPOUT, *VARIATIONAL, *CELL, *STOPPING, *WEIGHTS)
