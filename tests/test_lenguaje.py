"""The texts of `lenguaje`: what is drawn, and a text of a student's own through every function."""

from __future__ import annotations

import json
import math
from collections import Counter
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
import torch
from campaign_lenguaje import SOLUTIONS, alarms, module
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.validation.solutions import vary

if TYPE_CHECKING:
    from collections.abc import Callable

texts = module("texts")
WRITTEN = (
    *("¿Qué pasó, señor Núñez?\n", "«El pingüino» costó 3,50 € — ¡increíble!\r\n", "😀👍🏽 "),
    *("\t¡¿Cómo?! ", "e\u0301l ", "AÑO 1984; ", "… ", "s/n ", "\u00a0", "unk <> "),
)
SIZE = 10_000
SIGNS = ".,;:!?¿¡"


def definitions(notebook: bytes) -> dict[str, Any]:
    """What a notebook defines that is to be filled in."""
    names: dict[str, Any] = {}
    for cell in json.loads(notebook)["cells"]:
        to_fill_in = cell["metadata"].get("nbgrader", {}).get("solution")
        if to_fill_in or cell.get("id") in ("importaciones", "constantes"):
            source = "".join(cell["source"]).replace("import matplotlib.pyplot as plt\n", "")
            exec(source, names)  # noqa: S102 - ours
    return names


EVERY = [
    definitions(SOLUTIONS.reference),
    *(definitions(vary(SOLUTIONS.notebook, one)) for one in SOLUTIONS.variants),
]
written = st.lists(st.sampled_from(WRITTEN), min_size=1, max_size=30).map(
    lambda pieces: ("".join(pieces) * SIZE)[:SIZE]
)


@pytest.mark.parametrize("names", EVERY[:3])
@settings(max_examples=5, deadline=None)
@given(text=written)
def test_a_text_of_a_student_s_own_breaks_nothing(names: dict[str, Any], text: str) -> None:
    """Ten thousand letters through every function; what is unknown is <unk>."""
    tokens = names["tokeniza"](text)
    assert all(one and one == one.lower() for one in tokens)
    assert Counter(one for one in tokens if one in SIGNS) == Counter(c for c in text if c in SIGNS)
    vocab = names["build_vocab"]([tokens], 2)
    assert sorted(vocab.values()) == list(range(len(vocab)))
    ids = [int(one) for one in names["codifica"](tokens, vocab)]
    known = [one if one in vocab else "<unk>" for one in tokens]
    assert names["decodifica"](ids, vocab) == known
    assert names["decodifica"]([*ids, len(vocab)], vocab)[-1] == "<unk>"
    read, said = (torch.as_tensor(one)[None, :40] for one in names["pares_lm"](ids, vocab))
    torch.manual_seed(0)
    logits, (h, c) = names["modeloLenguaje"](len(vocab), 4, 5)(read)
    assert logits.shape == (*read.shape, len(vocab))
    assert h.shape == c.shape == (1, 5)
    if bool((said != 0).any()):
        assert math.isfinite(float(names["perplejidad"](logits.detach(), said)))
    p = names["probabilidades"](logits[:, -1].detach(), 0.7, 3)
    assert float(p.sum()) == pytest.approx(1, abs=1e-5)
    drawn = names["muestrea"](logits[:, -1].detach(), 0.7, 3)
    assert float(p[0, drawn[0]]) > 0
    lengths = torch.tensor([read.shape[1]])
    assert names["clasificadorSentimiento"](len(vocab), 4, 5, 2)(read, lengths).shape == (1, 2)
    tags = names["etiquetador"](len(vocab), 4, 5, 3)(read, lengths).argmax(-1)
    real = torch.ones_like(tags, dtype=torch.bool)
    assert float(names["exactitud"](tags, tags, real)) == pytest.approx(1)
    assert float(names["f1_macro"](tags, tags, real, 3)) == pytest.approx(1)
    found = int(tags[0, 0])
    assert [float(one) for one in names["precision_recall_f1"](tags, tags, real, found)] == (
        pytest.approx([1, 1, 1])
    )


def test_sentences_agree() -> None:
    """Article, noun and both adjectives end alike, and no sentence is impossible."""
    every = texts.grammar()
    assert math.fsum(p for _, p in every) == pytest.approx(1)
    endings = {article: end for end, article in texts.ARTICLES.items()}
    for article, noun, first, *more in (one for one, _ in every):
        end = endings[article]
        assert noun.endswith("s") == end.endswith("s")
        for adjective in (first, *more[1:]):
            stem = next(one for one in texts.STEMS if adjective.startswith(one))
            assert adjective == stem + end
        assert not more or more[1][:4] != first[:4]


def test_the_least_perplexity_is_that_of_the_grammar_s_own_probabilities() -> None:
    """By a tree of prefixes, word by word: what follows each, and how likely it is."""
    after: dict[tuple[str, ...], Counter[str]] = {}
    for one, p in texts.grammar():
        for place, token in enumerate([*one, "<eos>"]):
            after.setdefault(tuple(one[:place]), Counter())[token] += p
    total = math.fsum(math.fsum(next_.values()) for next_ in after.values())
    surprise = -math.fsum(
        p * math.log(p / math.fsum(next_.values()))
        for next_ in after.values()
        for p in next_.values()
    )
    assert texts.best_perplexity() == pytest.approx(math.exp(surprise / total))
    assert texts.best_perplexity() < texts.of_bigrams()


def test_no_word_of_a_review_says_by_itself_which_it_is() -> None:
    reviews = texts.reviews(Random(1), 4000)  # noqa: S311 - no secret
    for token in ("no", "es", "genial", "horrible", "muy"):
        labels = [good for one, good in reviews if token in one]
        assert 0.4 < sum(labels) / len(labels) < 0.6
    both = {(one[-1] if one[-1] != "." else one[-2], "no" in one): good for one, good in reviews}
    assert all(
        both[word, "no" in said] == good
        for said, good in reviews
        for word in [said[-1] if said[-1] != "." else said[-2]]
    )


@pytest.mark.parametrize("names", EVERY)
def test_all_right_solutions_cut_awkward_sentences_alike(names: dict[str, Any]) -> None:
    cut: Callable[[str], list[str]] = EVERY[0]["tokeniza"]
    drawn = Random(2)  # noqa: S311 - no secret
    for _ in range(200):
        sentence = texts.awkward(drawn)
        assert list(names["tokeniza"](sentence)) == cut(sentence)


@pytest.mark.parametrize("names", EVERY)
def test_ties_at_the_edge_of_top_k_leave_best_ones(names: dict[str, Any]) -> None:
    tied = module("test_muestreo").TIED
    for k in (1, 2, 3, 9):
        p = names["probabilidades"](tied, 1.0, k)
        kept = (p > 0).sum(-1)
        assert bool((kept >= min(k, tied.shape[1])).all())
        assert torch.allclose(p.sum(-1), torch.ones(len(tied)))


def test_draws_alarm_as_often_as_they_should() -> None:
    """At three standard errors, over a few runs; the campaign has 10,000."""
    derived, seen, wrong = alarms(60)
    assert wrong == 0
    assert abs(seen - derived) < 0.006


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_right_networks_learn_and_forgetful_ones_do_not(seed: int) -> None:
    import campaign_lenguaje as campaign

    run = module("test_aprendizaje")
    for name in campaign.NAMES:
        assert run.passes(name, campaign.values(run, name, "right", 1)[0], margin=0.05)
        wrong = campaign.own(run, name, campaign.forgetful(run), seed)
        assert not run.passes(name, wrong)
