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


_STATE = "return torch.stack(hs, dim=1), h"

READING = _wrong(
    "Encoder",
    (
        ("state first", "returned", "", (_STATE, "return h, torch.stack(hs, dim=1)")),
        ("squeezed", "ones", "", (_STATE, f"{_STATE}.squeeze()")),
        ("detached", "gradient", "", ("(emb[:, t], h)", "(emb[:, t], h.detach())")),
        (
            "a layer more",
            "parameters",
            "",
            (
                "self.rnn = torch",
                "self.fc = torch.nn.Linear(hid_dim, hid_dim)\n        self.rnn = torch",
            ),
        ),
    ),
)

STEP = _wrong(
    "Decoder",
    (
        ("state first", "returned", "", ("return logits, s", "return s, logits")),
        ("detached", "gradient", "", ("(emb, hidden)", "(emb, hidden.detach())")),
        (
            "a tanh of the word",
            "nuevo whole",
            "",
            ("self.embedding(input)", "torch.tanh(self.embedding(input))"),
        ),
    ),
)

SEARCH = _wrong(
    "beam_search_decoder",
    (
        (
            "without SOS",
            "sequences",
            "",
            ("return [(secuencia, puntaje)", "return [(secuencia[1:], puntaje)"),
        ),
        ("worst first", "order", "", ("puntaje, _ in haces]", "puntaje, _ in haces[::-1]]")),
        (
            "numbers first",
            "*",
            "",
            ("return [(secuencia, puntaje)", "return [(puntaje, secuencia)"),
        ),
    ),
)

MEASURE = _wrong(
    "calculate_bleu_score",
    (
        (
            "n no longer than the candidate",
            "zero whole",
            "",
            ("    suma = 0.0\n", "    n, suma = min(n, len(candidata)) or 1, 0.0\n"),
        ),
    ),
)

MUTANTS = (*READING, *STEP, *SEARCH, *MEASURE)
