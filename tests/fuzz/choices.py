"""Bytes read as choices, so that whoever mutates them (Hypothesis, atheris) makes structure."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

One = TypeVar("One")


class Choices:
    """A stream of choices; once the bytes are used up, all choices are the first."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._place = 0

    def take(self, count: int) -> bytes:
        """Return the next bytes, fewer at the end."""
        self._place += count
        return self._data[self._place - count : self._place]

    def below(self, limit: int) -> int:
        """Return a number from 0 to limit - 1."""
        width = ((limit - 1).bit_length() + 7) // 8
        return int.from_bytes(self.take(width), "little") % limit

    def pick(self, options: Sequence[One]) -> One:
        """Return one of the options."""
        return options[self.below(len(options))]

    def times(self, most: int) -> Iterator[int]:
        """Yield 0, 1, 2…, `most` times at most, and no longer than there are bytes."""
        for number in range(self.below(most + 1)):
            if self._place >= len(self._data):
                return
            yield number

    def rest(self) -> bytes:
        """Return all bytes that are left."""
        return self.take(max(0, len(self._data) - self._place))


def mutated(content: bytes, choices: Choices) -> bytes:
    """Return the bytes with some stretches removed, replaced, repeated or put in."""
    changed = bytearray(content)
    for _ in choices.times(6):
        start = choices.below(len(changed) + 1)
        stop = start + choices.pick([0, 1, 1, 2, 4, 16, 200])
        match choices.below(4):
            case 0:
                del changed[start:stop]
            case 1:
                changed[start:stop] = choices.take(stop - start)
            case 2:
                changed[start:start] = changed[start:stop] * choices.pick([1, 2, 100])
            case _:
                changed[start:start] = choices.take(choices.below(8))
    return bytes(changed)
