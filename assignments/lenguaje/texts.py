"""Texts of ours, from a seed: a grammar that agrees, reviews by template, awkward sentences."""

import math
from collections import Counter
from itertools import pairwise
from random import Random

import torch

SPECIALS = ("<pad>", "<unk>", "<sos>", "<eos>")
PAD, UNK, SOS, EOS = range(4)

ARTICLES = {"o": "el", "a": "la", "os": "los", "as": "las"}
"""By the ending that they ask for."""
NOUNS, STEMS = ("artista", "cantante"), ("alt", "seri", "nuev")
"""Nouns whose gender only the article says, and adjectives that must agree with it."""


def grammar():
    """Return all sentences, lists of tokens, with their probabilities.

    The article says gender and number, the noun its number alone, and after «y» nothing that is
    near says either: who sees one word back cannot know how the second adjective ends.
    """
    found = []
    for end, article in ARTICLES.items():
        for noun in NOUNS:
            first = [article, noun + "s" * end.endswith("s")]
            for stem in STEMS:
                one = [*first, stem + end]
                p = 1 / len(ARTICLES) / len(NOUNS) / len(STEMS) / 2
                found.append((one, p))
                others = [other for other in STEMS if other != stem]
                found += [([*one, "y", other + end], p / len(others)) for other in others]
    return found


def best_perplexity():
    """Return the least perplexity that any model of the grammar can have: e to its entropy."""
    sentences = grammar()
    tokens = math.fsum(p * (len(one) + 1) for one, p in sentences)
    return math.exp(-math.fsum(p * math.log(p) for _, p in sentences) / tokens)


def of_bigrams():
    """Return the perplexity of the best model that sees one word back."""
    pairs, before, tokens = Counter(), Counter(), 0.0
    for one, p in grammar():
        tokens += p * (len(one) + 1)
        for pair in pairwise(["<sos>", *one, "<eos>"]):
            pairs[pair] += p
            before[pair[0]] += p
    logs = (p * math.log(p / before[first]) for (first, _), p in pairs.items())
    return math.exp(-math.fsum(logs) / tokens)


def sentences(drawn: Random, count):
    """Return sentences of the grammar."""
    every, weights = zip(*grammar(), strict=True)
    return drawn.choices(every, weights, k=count)


SUBJECTS = ("la película", "la música", "el final", "el guion")
VERBS, DEGREES = ("es", "fue", "parece"), ("", "muy", "tan")
ADJECTIVES = (
    ("horrible", "terrible", "deprimente", "lamentable", "insoportable"),
    ("genial", "excelente", "emocionante", "brillante", "agradable"),
)


def reviews(drawn: Random, count):
    """Return reviews, lists of tokens, each with 1 for a good one and 0 for a bad one.

    «no» turns the adjective round, so that no word says by itself which it is.
    """
    found = []
    for _ in range(count):
        good, no = drawn.randrange(2), drawn.randrange(2)
        words = [drawn.choice(SUBJECTS), "no" * no, drawn.choice(VERBS), drawn.choice(DEGREES)]
        words += [drawn.choice(ADJECTIVES[good]), drawn.choice(("", "."))]
        found.append((" ".join(words).split(), good ^ no))
    return found


_WORDS = (
    *("niño", "Ñandú", "pingüino", "CAFÉ", "Árbol", "sí", "él", "ÚLTIMO", "mañana", "Perú"),
    *("1984", "3", "a1", "Lima", "hoy", "y", "QUÉ", "dónde", "SEÑOR"),
)
_BEFORE, _AFTER = (
    ("", "", "", "¿", "¡", "¡¿"),
    ("", "", "", ",", ".", "...", ";", ":", "?", "!", "?!"),
)
_SPACES = (" ", " ", " ", "  ", "\n", "\t")


def awkward(drawn: Random):
    """Return a sentence with ñ, accents, digits, signs on both sides, and odd spaces; or none."""
    words = [
        drawn.choice(_BEFORE) + drawn.choice(_WORDS) + drawn.choice(_AFTER)
        for _ in range(drawn.randrange(7))
    ]
    return drawn.choice(("", " ")) + "".join(one + drawn.choice(_SPACES) for one in words)


def padded(rows):
    """Return rows of numbers as one tensor, filled up with `PAD`, and their lengths."""
    lengths = torch.tensor([len(one) for one in rows])
    longest = int(lengths.max())
    return torch.tensor([[*one, *[PAD] * (longest - len(one))] for one in rows]), lengths
