"""What is said from in here: a message of the host's catalogue, and its values apart from it.

The catalogue is not here. The host says the message in every language, if it has it; whatever the
values are, they are shown as they stand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

_LONGEST_VALUE = 300  # a student's name for something may be of any length


@dataclass(frozen=True)
class Translatable:
    """A message in English, with {holes}, and what to put there."""

    message: str
    values: tuple[tuple[str, str | Translatable], ...] = ()

    def __str__(self) -> str:
        return self.message.format_map(dict(self.values))

    def to_wire(self) -> list[Any]:
        """Return it as it crosses the wire: the message, and its values by name."""
        values = {
            name: value.to_wire() if isinstance(value, Translatable) else value
            for name, value in self.values
        }
        return [self.message, values]


Text: TypeAlias = str | Translatable


class TranslatableError(Exception):
    """An exception of ours in the midst of the student's code; `told` is what it says."""

    def __init__(self, told: Translatable) -> None:
        super().__init__(str(told))
        self.told = told


def notice(message: str, /, **values: object) -> Translatable:
    """Return a message of the catalogue with its values, texts that are cut, or told ones."""
    pairs = ((name, _value(value)) for name, value in values.items())
    return Translatable(message, tuple(pairs))


def error(name: str, text: Text) -> Text:
    """Return an exception's type and text on one line, as Python does."""
    if isinstance(text, Translatable):
        return notice("{error}: {text}", error=name, text=text)
    return f"{name}: {text}"


def sendable(text: str) -> str:
    """Return a text without lone surrogates, which UTF-8 refuses."""
    return text.encode("utf-8", "backslashreplace").decode()


def _value(value: object) -> str | Translatable:
    return value if isinstance(value, Translatable) else sendable(str(value)[:_LONGEST_VALUE])
