"""What an author declared in a Definition, read when the assignment is loaded."""

from __future__ import annotations

from dataclasses import dataclass, field, make_dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from grader.checks import layers as layers_
from grader.checks.case import PLAIN, Isolation
from grader.checks.equations import Mistake, Term, edited, needed
from grader.checks.values import letters, size
from grader.core.errors import AssignmentFault
from grader.core.text import nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from grader.checks.layers import Layer, Over
    from grader.checks.values import Kind, Sizes
    from grader.student.probes import Probe
    from grader.student.student import Student

LARGEST = 3
"""The largest size of a case: what is wrong shows at small sizes."""
BATCH = "B"
"""The letter that is the batch by custom; its fresh size differs from the others'."""
WEIGHTS = {
    "parameters": 1.0,
    "interface": 1.0,
    "ones": 1.0,
    "returned": 1.0,
    "gradient": 0.0,
    "precision": 0.0,
}
"""What the checks weigh that every definition has; at 0 there is none."""
FIELDS = (
    *("init", "method", "probe", "layers", "inputs", "outputs", "orders", "mistakes"),
    *("weights", "whole", "largest", "fresh_sizes", "extremes", "symbols", "together", "carried"),
    *("called", "tolerance", "stand_ins", "steady"),
)
"""What an author may set in a Definition, beside its terms."""


@dataclass(frozen=True)
class Order:
    """Pieces of a weight whose order is the definition's: rows of gates, what is concatenated.

    `pieces` are their sizes, `weights` the parameters' names, `axis` where they are stacked. Where
    another order explains a student's numbers, the check of this name fails, and it alone.

    With `names` of the pieces, each other order is a mistake with a name: of two exchanged
    `{id}.{name}_and_{name}_exchanged`, else `{id}.stacked_` and initials. In words.toml its words
    are those of `{id}.stacked`, where {theirs} and {right} stand for the orders, and a piece's
    those of `{id}.stacked/{name}`.
    """

    pieces: str
    weights: tuple[str, ...]
    axis: int = 0
    weight: float = 1.0
    id: str = ""
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Whole:
    """The check of the definition as it stands; see `whole`."""

    weight: float | None = None
    like: Callable[..., Any] | None = None
    isolations: tuple[Isolation, ...] = ()
    steps: Callable[..., Any] | None = None
    sizes: Mapping[str, int] = field(default_factory=dict)
    also: Callable[[Student, int], None] | None = None


def whole(
    *isolations: Isolation,
    like: Callable[..., Any] | None = None,
    steps: Callable[..., Any] | None = None,
    weight: float | None = None,
    sizes: Mapping[str, int] | None = None,
    also: Callable[[Student, int], None] | None = None,
) -> Whole:
    """Say what the whole is compared with: a function of torch's, where the isolations hold.

    `like` names, as a term does, what it uses, and returns all outputs. So does `steps`, which
    gets the first input with an axis of steps in front, and returns the outputs of the last one.
    Of a `weight` that is not given the kit takes care. `sizes` by letter, long sequences say, are
    those of one case more. `also` gets the student and a seed, and asserts what no case shows: a
    rate, say.
    """
    return Whole(weight, like, isolations, steps, sizes or {}, also)


@dataclass(frozen=True)
class Place:
    """A file and a line of an author's."""

    file: str
    line: int

    def fault(self, text: str) -> AssignmentFault:
        """Return the error that says so."""
        return AssignmentFault(f"{self.file}:{self.line}: {text}")


@dataclass(frozen=True, eq=False)
class Declared:
    """A definition as declared. `init` has the size of each argument of a class by name; it is
    None of a function.
    """  # noqa: D205 - one sentence

    name: str
    part: str
    prefix: str
    place: Place
    letters: frozenset[str]
    init: Mapping[str, str] | None
    method: str
    layers: Mapping[str, Layer | Over]
    inputs: Mapping[str, Kind]
    outputs: Mapping[str, Kind]
    terms: Mapping[str, Term]
    orders: Mapping[str, Order]
    mistakes: tuple[Mistake, ...]
    weights: Mapping[str, float]
    whole: Whole
    largest: Mapping[str, int]
    fresh_sizes: Mapping[str, int]
    extremes: tuple[float, ...] = ()
    steady: tuple[Isolation, ...] = ()
    probe: Probe | None = None
    tolerance: float = 0.0
    symbols: Mapping[str, str] = field(default_factory=dict)
    together: tuple[str, ...] = ()
    carried: Mapping[str, str] = field(default_factory=dict)
    called: Mapping[str, str] = field(default_factory=dict)
    stand_ins: Mapping[str, Probe] = field(default_factory=dict)
    equations: type[Any] = field(default=object, repr=False)

    @property
    def key(self) -> str:
        """What no other definition of the assignment is called."""
        return f"{self.part}/{self.prefix}{self.name}"

    @property
    def right(self) -> Any:
        """The equations as they are right."""
        return self.equations()

    def functions(self, equations: Any) -> dict[str, Callable[..., Any]]:
        """Return the function of each term in these equations."""
        return {name: getattr(equations, name) for name in self.terms}

    def shapes(self, sizes: Sizes) -> dict[str, tuple[int, ...]]:
        """Return the shapes of all parameters by name."""
        return {
            parameter: shape
            for name, layer in self.layers.items()
            for key, shape in layer.shapes(sizes).items()
            for parameter in (self.parameter(name, key),)
        }

    def parameter(self, layer: str, key: str) -> str:
        """Return what a parameter of a layer is called: "W_a.weight", "U" of a bare one."""
        at = getattr(self.layers[layer], "at", None)
        return ".".join(name for name in (layer if at is None else at, key) if name)

    def arguments(self, sizes: Sizes) -> list[int]:
        """Return what its class is made with."""
        return [size(text, sizes) for text in (self.init or {}).values()]

    @cached_property
    def judged_in(self) -> dict[str, tuple[str, ...]]:
        """By term: the outputs in which it shows first, with no other output between."""
        functions = {name: term.function for name, term in self.terms.items()}
        cut = set(self.outputs)
        reach = {output: needed(output, functions, cut) for output in self.outputs}
        return {
            name: tuple(output for output in self.outputs if name in reach[output])
            for name in self.terms
        }

    @cached_property
    def upstream(self) -> dict[str, frozenset[str]]:
        """By output: the other outputs that it is worked out from, all the way."""
        functions = {name: term.function for name, term in self.terms.items()}
        return {
            output: frozenset(needed(output, functions) & set(self.outputs) - {output})
            for output in self.outputs
        }

    @cached_property
    def needed(self) -> dict[str, frozenset[str]]:
        """By term: the terms that it depends on, itself too."""
        functions = {name: term.function for name, term in self.terms.items()}
        return {name: frozenset(needed(name, functions)) for name in functions}

    def identity(self, check: str) -> str:
        """Return what one of its checks is called in results; of another part it stays."""
        return check if "/" in check else f"{self.part}/{self.full(check)}"

    def full(self, check: str) -> str:
        """Return what one of its checks is called among those of its part."""
        return f"{self.prefix}{self.called.get(check, check)}"

    @cached_property
    def alike(self) -> dict[str, str]:
        """By letter, the first one that has its size in the cases of a diagnosis."""
        first: dict[int, str] = {}
        return {
            letter: first.setdefault(self.fresh_sizes[letter], letter) for letter in self.largest
        }


def read(cls: type[Any], part: str, name: str, prefix: str, place: Place) -> Declared:
    """Return what an author's class declares. Raises AssignmentFault."""
    body = {key: value for key, value in vars(cls).items() if not key.startswith("__")}
    terms = {key: value for key, value in body.items() if isinstance(value, Term)}
    for key in body.keys() - terms.keys() - set(FIELDS):
        meant = nearest(key, FIELDS)
        told = f"did you mean {meant}?" if meant else f"it may set {', '.join(FIELDS)}, and terms"
        raise place.fault(f"{cls.__name__} sets {key!r}, which is nothing of the kit's: {told}")
    for key in terms.keys() & set(FIELDS):
        raise place.fault(f"{cls.__name__}: {key!r} is what a definition sets: rename the term")
    called = name or cls.__name__
    try:
        layers = {key: layers_.read(spec) for key, spec in cls.layers.items()}
        of_torch = [one for one in layers.values() if not isinstance(one, layers_.Over)]
        init = _init(cls.init) if cls.init or of_torch else None
        alphabet = _alphabet(init or {}, layers, cls.inputs)
    except ValueError as error:
        raise place.fault(f"{called}: {error}") from error
    known = {*alphabet, *layers, *cls.inputs, *terms}
    return Declared(
        name=called,
        part=part or called,
        prefix=prefix,
        place=place,
        letters=frozenset(alphabet),
        init=init,
        method=cls.method,
        layers=layers,
        inputs=dict(cls.inputs),
        outputs=dict(cls.outputs),
        terms=terms,
        orders=dict(cls.orders),
        mistakes=tuple(_written(one, terms, known) for one in cls.mistakes),
        weights={**WEIGHTS, **cls.weights},
        whole=cls.whole,
        largest=dict.fromkeys(sorted(alphabet), LARGEST) | dict(cls.largest),
        fresh_sizes={letter: LARGEST + (letter == BATCH) for letter in alphabet}
        | dict(cls.fresh_sizes),
        extremes=tuple(scale for scale in cls.extremes if scale not in PLAIN),
        probe=cls.probe,
        tolerance=cls.tolerance,
        symbols=dict(cls.symbols),
        together=tuple(cls.together),
        carried=dict(cls.carried),
        called=dict(cls.called),
        stand_ins=dict(cls.stand_ins),
        steady=tuple(cls.steady),
        equations=make_dataclass(
            "Equations",
            [(key, Any, field(default=term.function)) for key, term in terms.items()],
            frozen=True,
        ),
    )


def _written(one: Mistake, terms: Mapping[str, Term], known: set[str]) -> Mistake:
    """Return a mistake whose edits of terms are functions. Raises AssignmentFault."""
    changed: dict[str, Any] = {}
    for name, made in one.terms.items():
        try:
            is_edit = isinstance(made, tuple) and name in terms
            changed[name] = edited(terms[name].function, made, known) if is_edit else made
        except ValueError as error:
            raise Place(*one.place).fault(f"the mistake {one.id!r}, {name!r}: {error}") from error
    return replace(one, terms=changed)


def _init(text: str) -> dict[str, str]:
    pairs = [pair.partition("=") for pair in text.split()]
    for name, _, value in pairs:
        if not name.isidentifier() or not value:
            raise ValueError(f"init is {text!r}: write it as 'input_size=I hidden_size=H'")
        letters(value)
    return {name: value for name, _, value in pairs}


def _alphabet(
    init: Mapping[str, str], layers: Mapping[str, Layer | Over], inputs: Mapping[str, Kind]
) -> set[str]:
    found: set[str] = set()
    for text in init.values():
        found |= letters(text)
    for layer in layers.values():
        found |= layer.letters
    for kind in inputs.values():
        found |= kind.letters
    return found
