"""What a probe of ours can give, as a type: whoever answers otherwise has forged the reply.

    student.run(losses, answers.of(list[tuple[torch.Tensor, float]]), …)
    student.run(both, answers.of(list, 2), …)

Say what the probe makes itself, and no more: what is the student's own, as in the list that
`calls.function` gives, can be anything (`typing.Any`), and a check looks at it before it uses it.
An integer does for a float; None, a tensor, a `RemoteObject` are types as any other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable


def of(kind: Any, length: int | None = None) -> Callable[[Any], bool]:
    """Return whether an answer is of a type, and of a length: what `Student.run` takes."""

    def can_be(answer: Any) -> bool:
        try:
            msgspec.convert(answer, kind)
        except (msgspec.ValidationError, AttributeError):  # a tensor is no dict, and has no keys
            return False
        return length is None or len(answer) == length

    return can_be
