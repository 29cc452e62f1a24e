"""What an assignment shuts, whatever it is called: by torch's own names, and by all others.

An assignment lists patterns of torch's names (`torch.nn.Conv*`). What else the same thing is called
and what computes it stands in `torch_cells.toml`, in families; what no family has is known by the
names that fit a pattern, and to the reader alone.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    Lists = Mapping[str, Sequence[str]]
    """Patterns by the name of what a student defines, and those for all of it under ""."""

_KNOWN = tomllib.loads(Path(__file__).with_name("torch_cells.toml").read_text(encoding="utf-8"))
_FRAMEWORKS = frozenset(_KNOWN["frameworks"])
_APART = tuple(_KNOWN["apart"])
_UNWATCHED = re.compile(
    r"torch\.(_decomp|_refs|_prims|_inductor|export|onnx|ao\.nn\.quantizable)\b"
)
_NAMESPACES = tuple(f"{one}::" for one in _KNOWN["namespaces"])
_OPERATOR = re.compile(rf"\b(?:{'|'.join(_KNOWN['namespaces'])})::(\w+)")
_ALIASES = [(re.compile(pattern), name) for pattern, name in _KNOWN["aliases"].items()]


@dataclass(frozen=True)
class Family:
    """One thing that has many names; `functions` are torch's own that compute it in Python."""

    names: tuple[str, ...]
    spelt: str
    operators: frozenset[str]
    functions: frozenset[str] = frozenset()


FAMILIES = tuple(
    Family(
        tuple(one["names"]),
        one["spelt"],
        frozenset(one["operators"]),
        frozenset(one.get("functions", ())),
    )
    for one in _KNOWN["families"].values()
)


@dataclass(frozen=True)
class Shut:
    """What is shut for one part: dotted names, and families with all of their spellings."""

    names: re.Pattern[str]
    spelt: re.Pattern[str]
    families: tuple[Family, ...]

    def name(self, dotted: str) -> str | None:
        """Return what is shut that a dotted name is or belongs to: `torch.nn.LSTM.forward` does."""
        parts = dotted.split(".")
        in_family = parts[0] in _FRAMEWORKS and not dotted.startswith(_APART)
        for count, part in enumerate(parts[1:], start=2):
            name = ".".join(parts[:count])
            if (in_family and self.spelt.search(part)) or self.names.fullmatch(_usual(name)):
                return name
        return None

    def rings(self, name: str) -> bool:
        """Whether a tripwire tells when what has this name runs: it is torch's own operator, or
        leads to one.
        """  # noqa: D205 - one sentence
        if not name.startswith(("torch.", *_NAMESPACES)) or _UNWATCHED.match(name):
            return False
        last = re.split(r"[.:]", name)[-1]
        return any(
            re.search(one.spelt, last) or _usual(name) in one.names
            for one in self.families
            if one.operators
        )

    def operator(self, text: str) -> str | None:
        """Return the operator that is shut and that a text names: `aten::lstm_cell`."""
        for match in _OPERATOR.finditer(text):
            if self.spelt.search(match[1]) or self.names.fullmatch(f"torch.{match[1]}"):
                return match[0]
        return None

    def operators(self) -> set[str]:
        """Return the operators through which nothing runs but what is shut."""
        free = {name for one in FAMILIES if one not in self.families for name in one.operators}
        return {name for one in self.families for name in one.operators} - free

    def functions(self) -> set[str]:
        """Return torch's own functions in which nothing is computed but what is shut."""
        return {name for one in self.families for name in one.functions}


def for_part(shut: Lists, part: str) -> Shut:
    """Return what is shut for a part: for all, and for it alone. The part "" is no part's code."""
    return _shut(tuple(dict.fromkeys([*shut.get("", ()), *shut.get(part, ())])))


@cache
def _shut(patterns: tuple[str, ...]) -> Shut:
    names = _any(re.escape(one).replace(r"\*", "[^.]*") for one in patterns)
    families = tuple(one for one in FAMILIES if any(map(names.fullmatch, one.names)))
    return Shut(names, _any(one.spelt for one in families), families)


def _any(patterns: Iterable[str]) -> re.Pattern[str]:
    """Return one pattern for all of several; for none, one that fits nothing."""
    return re.compile("|".join(f"(?:{one})" for one in patterns) or "(?!)", re.DOTALL)


def _usual(dotted: str) -> str:
    """Return the name under which authors know what torch has under several."""
    for alias, name in _ALIASES:
        dotted = alias.sub(name, dotted, count=1)
    return dotted
