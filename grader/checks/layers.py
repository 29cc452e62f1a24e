"""The layers of a definition, as an author declares them.

    "I -> H"             torch.nn.Linear(I, H)
    "I -> 4*H, no bias"  the same without a bias
    "V x E"              torch.nn.Embedding(V, E)
    "GRUCell I -> H"     any class of torch.nn that takes these two sizes
    "H"                  a bare parameter of this shape
    lambda H: …          whatever module the sizes make
    Over(celda, {…})     a piece that the student wrote too; its letters under those of this one

A term sees a layer as the module of torch that it is, in float64.
"""

from __future__ import annotations

import copy
import functools
import inspect
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import torch

from grader.checks.values import letters, shaped, size

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from grader.checks.readings.operators import Role
    from grader.checks.values import Sizes

_FROM_TO = re.compile(r"(?:([A-Z]\w+) )?(\S+) -> (\S+?)(, no bias)?")
_TABLE = re.compile(r"(\S+) x (\S+)")


@dataclass(frozen=True)
class Over:
    """A piece of the student's own that a definition is built on.

    `piece` is its Definition, `letters` say what its letters are here, each a size. What is built
    on it is judged over the piece as the student wrote it, right or wrong. Its parameters stand
    under its own name, or `at` another's: two methods of one object share them, and of the very
    object that is judged they stand at "".
    """

    piece: Any
    sizes: Mapping[str, str] = field(default_factory=dict)
    at: str | None = None

    @property
    def letters(self) -> frozenset[str]:
        """The letters of the definition that is built on it."""
        found: frozenset[str] = frozenset()
        return found.union(*(letters(text) for text in self.sizes.values()))

    def of(self, sizes: Sizes) -> dict[str, int]:
        """Return the sizes of the piece in a definition of these sizes."""
        return {letter: size(text, sizes) for letter, text in self.sizes.items()}

    def shapes(self, sizes: Sizes) -> dict[str, tuple[int, ...]]:
        """Return the shapes of its parameters by name."""
        found: dict[str, tuple[int, ...]] = self.piece.declared.shapes(self.of(sizes))
        return found


@dataclass(frozen=True)
class Layer:
    """A layer of torch's, or a bare parameter; `build` makes it from sizes.

    Its `role` in an equation is that of a Linear, of another piece, or of a tensor.
    """

    build: Callable[[Sizes], Any]
    letters: frozenset[str]
    role: Role = "layer"

    def shapes(self, sizes: Sizes) -> dict[str, tuple[int, ...]]:
        """Return the shapes of its parameters by name; a bare parameter's name is empty."""
        made = _plain(self, tuple(sizes.items()))
        if isinstance(made, torch.Tensor):
            return {"": tuple(made.shape)}
        return {name: tuple(value.shape) for name, value in made.named_parameters()}

    def made(self, sizes: Sizes, weights: Mapping[str, torch.Tensor]) -> Any:
        """Return it with these weights, which keep their gradients' history."""
        if "" in weights:
            return weights[""]
        plain = _plain(self, tuple(sizes.items()))
        if any("." in name for name in weights):
            made = copy.deepcopy(plain)
            for name, value in weights.items():
                owner, _, key = name.rpartition(".")
                module = made.get_submodule(owner)
                delattr(module, key)
                setattr(module, key, value)
            return made
        made = plain.__class__.__new__(plain.__class__)
        left = {
            name: one for name, one in vars(plain)["_parameters"].items() if name not in weights
        }
        vars(made).update(vars(plain) | {"_parameters": left} | dict(weights))
        return made


@functools.lru_cache(maxsize=256)
def _plain(layer: Layer, sizes: tuple[tuple[str, int], ...]) -> Any:
    """Return a layer of these sizes with weights of no matter: to make one takes long."""
    return layer.build(dict(sizes)).to(torch.float64)


def read(spec: Any) -> Layer | Over:
    """Return the layer that an author declares so. Raises ValueError for what is none."""
    if isinstance(spec, Over):
        return spec
    if callable(spec):
        names = tuple(inspect.signature(spec).parameters)
        return Layer(
            lambda sizes: spec(*(sizes[name] for name in names)), frozenset(names), "piece"
        )
    if found := _FROM_TO.fullmatch(spec):
        kind, first, last, plain = found.groups()
        made = getattr(torch.nn, kind or "Linear", None)
        if made is None:
            raise ValueError(f"torch.nn has no {kind}")
        more = {"bias": False} if plain else {}
        return Layer(
            lambda sizes: made(size(first, sizes), size(last, sizes), **more),
            letters(f"{first} {last}"),
            "piece" if kind else "layer",
        )
    if found := _TABLE.fullmatch(spec):
        rows, columns = found.groups()
        return Layer(
            lambda sizes: torch.nn.Embedding(size(rows, sizes), size(columns, sizes)),
            letters(f"{rows} {columns}"),
            "piece",
        )
    return Layer(lambda sizes: torch.empty(shaped(spec, sizes)), letters(spec), "tensor")
