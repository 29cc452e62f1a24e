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


MUTANTS = (
    *_wrong(
        "tokeniza",
        ("upper case", "lower letters signs spaces whole", ("lower()", "upper()")),
        ("no semicolons", "signs whole", (".,;:", ".,:")),
    ),
    *_wrong(
        "codifica",
        (
            "unknown tokens raise",
            "unknown_tokens",
            ('vocab.get(token, vocab["<unk>"])', "vocab[token]"),
        ),
    ),
    *_wrong(
        "decodifica",
        ("unknown numbers raise", "unknown_ids", ('tokens.get(numero, "<unk>")', "tokens[numero]")),
    ),
    *_wrong(
        "modeloLenguaje",
        ("state first", "returned", ("return logits, (h, c)", "return (h, c), logits")),
        (
            "steps cut from one another",
            "gradient",
            ("hs.append(h)", "hs.append(h)\n            h = h.detach()"),
        ),
        (
            "squeezed",
            "ones",
            ("return logits, (h, c)", "return logits.squeeze(), (h, c)"),
        ),
    ),
    *_wrong(
        "probabilidades",
        ("k beyond V raises", "limits", ("k is not None and k < z.size(-1)", "k is not None")),
    ),
    *_wrong(
        "muestrea",
        ("a column", "sample generator", (".squeeze(1)", "")),
        ("one more", "sample", (".squeeze(1)", ".squeeze(1) + 1")),
    ),
    *_wrong(
        "clasificadorSentimiento",
        ("squeezed", "ones", ("self.fc(ultimo)", "self.fc(ultimo).squeeze()")),
    ),
    *_wrong(
        "etiquetador",
        (
            "back state first",
            "order",
            (
                "torch.stack(ida, dim=1), torch.stack(vuelta, dim=1)",
                "torch.stack(vuelta, dim=1), torch.stack(ida, dim=1)",
            ),
        ),
    ),
    *_wrong(
        "exactitud",
        ("nothing is nan", "zero_of_accuracy", ("if total else 0.0", "if total else math.nan")),
    ),
    *_wrong(
        "precision_recall_f1",
        ("nothing is one", "zero_of_class", ("if vp + fn else 0.0", "if vp + fn else 1.0")),
    ),
    Mutant(  # the mean over classes cannot be judged over what raises
        "precision_recall_f1: nothing raises",
        "precision_recall_f1",
        ((" if vp + fp else 0.0", ""),),
        ("precision_recall_f1/zero_of_class", "f1_macro/*"),
    ),
    *_wrong(
        "f1_macro",
        ("nothing is one", "zero_of_macro", ("if f1 else 0.0", "if f1 else 1.0")),
    ),
)
