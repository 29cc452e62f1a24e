"""genera_dataset: labels that are something else than the sum are told as what they are."""

from __future__ import annotations

import pytest
import torch

from grader.recurrent import dataset

X = torch.randint(0, 2, (60, 9, 1), generator=torch.Generator().manual_seed(0)).float()


def reading(labels: torch.Tensor) -> str | None:
    found = dataset.labelled(dataset.Samples(X, labels))
    return found.en if found else None


def test_the_sum_has_no_reading() -> None:
    assert reading(X.sum(dim=(1, 2))) is None


@pytest.mark.parametrize("which", range(len(dataset.LABELS)))
def test_each_is_told_from_all_others(which: int) -> None:
    name, label = dataset.LABELS[which]
    said = reading(label(X.double().flatten(1)))
    assert said == f"what you get is what {name.en} gives"


def test_what_is_none_of_them_is_not_guessed() -> None:
    assert reading(X.sum(dim=(1, 2)) ** 2 + 3) is None
