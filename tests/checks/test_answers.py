"""Whether an answer is what a probe can give."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from grader.checks import answers
from grader.protocol.wire import Ref
from grader.student.student import RemoteObject

ONE = torch.zeros(2)
REMOTE = RemoteObject(None, Ref(1, "Linear"))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        (list, []),
        (list, [ONE, None]),
        (list[tuple[torch.Tensor, float]], [(ONE, 1.0), (torch.nn.Parameter(ONE), 2)]),
        (dict[str, torch.Tensor], {"w": ONE}),
        (torch.Tensor | None, None),
        (list[torch.Tensor | None], [ONE, None]),
        (tuple[dict[str, torch.Tensor], list[float]], [{}, [float("nan")]]),
        (RemoteObject, REMOTE),
        (list[bool], [True]),
        (Any, REMOTE),
    ],
)
def test_what_a_probe_gives(kind: Any, answer: Any) -> None:
    assert answers.of(kind)(answer)


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        (list, None),
        (list, "ab"),
        (list, {"a": 1}),
        (list, ONE),
        (list, REMOTE),
        (list[tuple[torch.Tensor, float]], [(ONE,)]),
        (list[tuple[torch.Tensor, float]], [(ONE, ONE)]),
        (list[float], ["1"]),
        (list[float], [True]),
        (list[int], [1.5]),
        (list[bool], [1]),
        (dict, ONE),
        (dict, REMOTE),
        (dict[str, torch.Tensor], ONE),
        (dict[str, torch.Tensor], {1: ONE}),
        (dict[str, torch.Tensor], {"w": 1.0}),
        (torch.Tensor | None, 0),
        (torch.Tensor, REMOTE),
        (RemoteObject, ONE),
        (RemoteObject, None),
    ],
)
def test_what_it_does_not(kind: Any, answer: Any) -> None:
    assert not answers.of(kind)(answer)


def test_the_length_is_the_outermost() -> None:
    assert answers.of(list, 2)([[1], [2]])
    assert not answers.of(list, 2)([[1, 2]])
    assert not answers.of(list[list[int]], 0)([[]])
