"""Properties of what reads sequences: no right answer is needed, the student's code is asked twice.

    padding_is_silent(student.model, x, lengths, quantity="logits")
    is_causal(lambda x: student.modelo(x)[0], x, quantity="logits", student=student)

`call` asks the student's code: an object, a function, or a lambda that picks from its answer. It
takes tensors with samples along axis 0 and steps along axis 1, and gives tensors, or lists, tuples
and dicts of them. What an answer holds where no data are may be anything; blank it with `padded`.

What is wrong raises Mismatch with the smallest index that shows it. The search for that is left
out of the cell that students paste where `student` is known: give it with a function or a lambda.
Numbers are compared within `asserts.tolerance`; ask in float64, where it is tight.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from hypothesis import strategies as st

from grader.checks.asserts import Mismatch, dimensions, kind
from grader.checks.twice import along, gap, magnitude, mismatch, pairs, require, tensor_of
from grader.checks.values import FILL as FILL  # noqa: PLC0414 - authors have it from here
from grader.core.i18n import tr
from grader.student.student import RemoteObject

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from hypothesis.strategies import DrawFn

    from grader.checks.twice import Call, Judge, Tensors
    from grader.core.i18n import Bilingual
    from grader.student.student import Student


@st.composite
def lengths(draw: DrawFn, batch: int, steps: int) -> torch.Tensor:
    """Draw lengths, int64 (batch,), from 1 to `steps`: both are among them, in any order.

    A batch of one has the length `steps`.
    """
    others = [draw(st.integers(1, steps)) for _ in range(batch - 2)]
    return torch.tensor(draw(st.permutations([steps, 1, *others][:batch])))


def padded(x: torch.Tensor, lengths: torch.Tensor, fill: float = FILL) -> torch.Tensor:
    """Return x, (B, T, …), with `fill` at and after each sample's length, (B,)."""
    beyond = torch.arange(x.shape[1]) >= lengths[:, None]
    return x.masked_fill(beyond.reshape(*beyond.shape, *[1] * (x.ndim - 2)), fill)


def padding_is_silent(
    call: Call,
    x: torch.Tensor,
    lengths: torch.Tensor,
    *,
    quantity: Bilingual | str,
    fills: Sequence[float] = (FILL, -FILL),
    student: Student | None = None,
) -> None:
    """Assert that call(x, lengths) is the same whatever lies beyond the lengths in x, (B, T, …).

    `fills` are put there one after another; for x of integers they are some that the code knows.
    Raises Mismatch, with the first step of padding that alone changes something.
    """
    size = max(magnitude(x), *map(abs, fills))
    empty = [(b, t) for b, n in enumerate(lengths.tolist()) for t in range(n, x.shape[1])]

    def judge_at(where: tuple[int, int] | None) -> Judge:
        def judge(right: Any, got: Any) -> Mismatch | None:
            for name, a, b in pairs(right, got, quantity):
                if (index := gap(a, b, size, x.shape[1])) is not None:
                    return mismatch(_heard(name, index, where, lengths), name, (a, b), x)
            return None

        return judge

    def candidates() -> Iterable[tuple[Tensors, Judge]]:
        for fill in fills if empty else ():
            yield (padded(x, lengths, fill), lengths), judge_at(None)

    def smaller(found: Tensors) -> Iterable[tuple[Tensors, Judge]]:
        for where in empty:
            changed = x.clone()
            changed[where] = found[0][where]
            yield (changed, lengths), judge_at(where)

    require(call, (x, lengths), candidates(), _owner(call, student), smaller)


def is_causal(
    call: Call,
    x: torch.Tensor,
    *,
    quantity: Bilingual | str,
    others: Sequence[torch.Tensor] = (),
    time: int = 1,
    student: Student | None = None,
) -> None:
    """Assert that call(x) at a step depends on x, (B, T, …), up to that step alone.

    At each step in turn x becomes what `others`, of its shape, have there: x + 1 and x − 1 unless
    given, as they must be for integers. `time` is the axis of the steps, of x and of the answer.
    Raises Mismatch, with the smallest step whose change shows before it.
    """
    if not (others or x.is_floating_point()):
        raise ValueError("what else may stand in x, which holds no floats? Give it as others=")
    others, steps = others or (x + 1, x - 1), x.shape[time]
    size = magnitude(x, *others)

    def judge_at(late: int) -> Judge:
        def judge(right: Any, got: Any) -> Mismatch | None:
            for name, a, b in pairs(right, got, quantity):
                one, other = (
                    along(each, time, steps, name).narrow(time, 0, late) for each in (a, b)
                )
                if (index := gap(one, other, size, steps)) is not None:
                    text = tr(
                        "{quantity} at step {early} changes when the input of step {late} does: "
                        "it reads what comes later",
                        quantity=name,
                        early=index[time] if index else 0,
                        late=late,
                    )
                    return mismatch(
                        text,
                        name,
                        (one, other),
                        x,
                        lambda code: [f"{code(t)}.narrow({time}, 0, {late})" for t in (a, b)],  # noqa: B023
                    )
            return None

        return judge

    def candidates() -> Iterable[tuple[Tensors, Judge]]:
        for late in range(1, steps):
            for other in others:
                changed = x.clone()
                changed.select(time, late).copy_(other.select(time, late))
                yield (changed,), judge_at(late)

    require(call, (x,), candidates(), _owner(call, student))


def permutes(
    call: Call,
    inputs: Sequence[torch.Tensor],
    order: Sequence[int],
    *,
    quantity: Bilingual | str,
    student: Student | None = None,
) -> None:
    """Assert that samples do not mix: call(*inputs) of samples in an order is its answer in it.

    `order` need not have all: with a part of the samples a mean over the batch shows too. Raises
    Mismatch, with the first sample that comes out otherwise.
    """
    count = len(inputs[0])
    size, steps = magnitude(*inputs), max(one.shape[1] if one.ndim > 1 else 1 for one in inputs)

    def judge(right: Any, got: Any) -> Mismatch | None:
        for name, a, b in pairs(right, got, quantity):
            chosen = along(a, 0, count, name)[list(order)]
            if (index := gap(chosen, along(b, 0, len(order), name), size, steps)) is not None:
                text = tr(
                    "{quantity} of sample {sample} is something else when the batch is made of the "
                    "samples {order}: it depends on the others, or on its place among them",
                    quantity=name,
                    sample=order[index[0]] if index else 0,
                    order=list(order),
                )
                return mismatch(
                    text,
                    name,
                    (chosen, b),
                    inputs[0],
                    lambda code: [f"{code(a)}[{list(order)}]", code(b)],  # noqa: B023
                )
        return None

    reordered = tuple(one[list(order)] for one in inputs)
    require(call, tuple(inputs), [(reordered, judge)], _owner(call, student))


def concatenates(
    call: Call,
    x: torch.Tensor,
    state: Any = None,
    *,
    quantity: Bilingual | str,
    student: Student | None = None,
) -> None:
    """Assert that reading x, (B, T, …), in two pieces with the state carried on is reading it once.

    call(x, state) gives (outputs, (B, T, …), and the state after the last step). Raises Mismatch,
    with the shortest first piece, and the first step, that show it.
    """
    steps, size = x.shape[1], magnitude(x)

    def ask(x: torch.Tensor, first: int) -> tuple[Any, Any]:
        if not first:
            return _two(call(x, state), quantity)
        before, carried = _two(call(x[:, :first], state), quantity)
        after, last = _two(call(x[:, first:], carried), quantity)
        pieces = ((before, first), (after, steps - first))
        one, other = (along(tensor_of(one, quantity), 1, n, quantity) for one, n in pieces)
        return _joined(one, other, quantity), last

    def judge_at(first: int) -> Judge:
        def judge(right: Any, got: Any) -> Mismatch | None:
            both = [*pairs(right[0], got[0], quantity), *pairs(right[1], got[1], tr("state"))]
            for name, a, b in both:
                if (index := gap(a, b, size, steps)) is not None:
                    text = tr(
                        "read in two pieces, cut before step {count}, {quantity} is not what it is "
                        "in one: {index} differs. Is the state carried on?",
                        count=first,
                        quantity=name,
                        index=list(index),
                    )
                    return mismatch(text, name, (a, b), x)
            return None

        return judge

    tried = [((x, first), judge_at(first)) for first in range(1, steps)]
    require(ask, (x, 0), tried, _owner(call, student))


def _heard(
    name: Bilingual | str,
    index: Sequence[int],
    where: tuple[int, int] | None,
    lengths: torch.Tensor,
) -> Bilingual:
    if where is None:
        return tr(
            "{quantity} changes at {index} with what the padding is filled with",
            quantity=name,
            index=list(index),
        )
    sample, step = where
    return tr(
        "{quantity} changes at {index} with what lies at step {step} of sample {sample}, which "
        "has a length of {length}: that is padding",
        quantity=name,
        index=list(index),
        step=step,
        sample=sample,
        length=int(lengths[sample]),
    )


def _joined(one: torch.Tensor, other: torch.Tensor, quantity: Bilingual | str) -> torch.Tensor:
    """Return outputs of steps that follow each other as one. Raises Mismatch."""
    shape = (one.shape[0], other.shape[1], *one.shape[2:])
    if other.shape == shape:
        return torch.cat([one, other], 1)
    raise Mismatch(
        tr(
            "{quantity} has shape {got}, but {shape} was expected",
            quantity=quantity,
            got=dimensions(other.shape),
            shape=dimensions(shape),
        ),
        quantity=quantity,
        expected=dimensions(shape),
        got=dimensions(other.shape),
    )


def _two(answer: Any, quantity: Bilingual | str) -> tuple[Any, Any]:
    if isinstance(answer, (list, tuple)) and len(answer) == len(("outputs", "state")):
        return answer[0], answer[1]
    raise Mismatch(
        tr("{quantity} and the state were expected, but not {got}", quantity=quantity,
           got=kind(answer)),
        quantity=quantity,
        got=kind(answer),
    )  # fmt: skip


def _owner(call: Call, student: Student | None) -> Student | None:
    return call.student if student is None and isinstance(call, RemoteObject) else student
