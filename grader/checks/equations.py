"""The terms of a definition: a graph of functions whose parameters name what they use.

    @term(3, silent("U_a"))
    def score(v_a, state_term, encoder_term):
        return v_a(torch.tanh(state_term + encoder_term)).squeeze(-1)

A term is worked out once it is wanted. What bears the name of an output is that output. An output
that came back from a student can take its term's place: what follows is then judged on what this
student had, right or wrong.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from grader.checks.case import Isolation

    Function = Callable[..., Any]


@dataclass(frozen=True)
class Term:
    """One equation or rule: what computes it, the weight of its check, and where that looks.

    A weight of 0 has no check: the term is a step on the way. `isolations` silence, in its cases,
    what it does not need.
    """

    function: Function
    weight: float
    isolations: tuple[Isolation, ...]

    @property
    def uses(self) -> tuple[str, ...]:
        """The names of inputs, layers, sizes and terms that it uses."""
        return parameters(self.function)


def term(weight: float, *isolations: Isolation) -> Callable[[Function], Term]:
    """Declare a method of a Definition as a term."""
    return lambda function: Term(function, weight, isolations)


def parameters(function: Function) -> tuple[str, ...]:
    """Return the names of a function's parameters."""
    code = getattr(function, "__code__", None)
    if code is not None:
        return tuple(code.co_varnames[: code.co_argcount + code.co_kwonlyargcount])
    return tuple(inspect.signature(function).parameters)


@dataclass(frozen=True)
class Mistake:
    """A wrong idea: the terms that it replaces, and the edits of the reference that make it.

    Its words stand in words.toml under its id. `loses` are the checks that its mutant loses, with
    the whole. `also` are other ways in which somebody has the same idea. `place` is the file and
    line that declare it.
    """

    id: str
    edit: tuple[tuple[str, str], ...]
    terms: Mapping[str, Any]
    loses: tuple[str, ...]
    also: tuple[Mapping[str, Function], ...] = ()
    place: tuple[str, int] = ("", 0)

    def costs(self, terms: Mapping[str, Function]) -> tuple[str, ...]:
        """Return whose checks it costs, where these are not all the terms that it replaces."""
        lost = tuple(name for name in self.loses if name in {*self.terms, *terms})
        return () if set(lost) == set(terms) else lost


def mistake(
    id: str,  # noqa: A002 - what it is called everywhere
    *,
    edit: tuple[Any, ...] = (),
    loses: tuple[str, ...] | None = None,
    also: tuple[Mapping[str, Function], ...] = (),
    **terms: Any,
) -> Mistake:
    """Declare a wrong idea about terms. `edit` is (old, new), or several of them.

    A term is a function, or an edit of the term's own text; edits of terms are also those of the
    reference unless others are given. Without an edit no mutant is made of it.
    `returned=("c_t", "h_t")` is another order of the outputs; `also` are other terms that have the
    same words and cost the same checks. `loses` are the checks that fail, where that is not each of
    the terms': of "part/check", or of the same definition the name alone.
    """
    own = [_pairs(one) for one in terms.values() if isinstance(one, tuple)]
    edits = _pairs(edit) if edit or not own else tuple(pair for pairs in own for pair in pairs)
    frame = inspect.currentframe()
    caller = frame.f_back if frame else None
    place = (caller.f_code.co_filename, caller.f_lineno) if caller else ("", 0)
    lost = tuple(terms) if loses is None else loses
    return Mistake(id, tuple(edits), terms, lost, tuple(also), place)


def _pairs(edit: tuple[Any, ...]) -> tuple[tuple[str, str], ...]:
    return (edit,) if edit and isinstance(edit[0], str) else edit


def edited(function: Function, edit: tuple[Any, ...], known: Collection[str]) -> Function:
    """Return a term with its text changed, which may use any of the names that are known.

    Raises ValueError for a text that is not there, or that is no Python then.
    """
    text = textwrap.dedent(inspect.getsource(function))
    for old, new in _pairs(edit):
        if old not in text:
            raise ValueError(f"the term does not contain {old!r}: it reads\n{text}")
        text = text.replace(old, new)
    try:
        made = ast.parse(text).body[0]
    except SyntaxError as error:
        raise ValueError(f"the term is no Python then: {error.msg}\n{text}") from error
    assert isinstance(made, ast.FunctionDef)  # noqa: S101 - the source of one
    names = [node for node in ast.walk(made) if isinstance(node, ast.Name)]
    bound = {node.id for node in names if isinstance(node.ctx, ast.Store)}
    used = {node.id for node in names if isinstance(node.ctx, ast.Load)}
    made.args.args = [ast.arg(name) for name in sorted(used & set(known) - bound)]
    made.decorator_list = []
    module = ast.fix_missing_locations(ast.Module([made], []))
    space: dict[str, Any] = {}
    exec(compile(module, function.__code__.co_filename, "exec"), function.__globals__, space)  # noqa: S102 - the author's
    changed: Function = space[made.name]
    return changed


@dataclass
class Graph:
    """Values by name: some known, the rest worked out by functions of others."""

    functions: Mapping[str, Function]
    known: dict[str, Any] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Any:
        """Return a value. Raises what its function does."""
        if name not in self.known:
            function = self.functions[name]
            self.known[name] = function(*(self[other] for other in parameters(function)))
        return self.known[name]


def needed(name: str, functions: Mapping[str, Function], cut: Iterable[str] = ()) -> set[str]:
    """Return the terms that one depends on, itself too, without looking beyond those in `cut`."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        one = waiting.pop()
        if one in found or one not in functions or (one in cut and one != name):
            continue
        found.add(one)
        waiting += parameters(functions[one])
    return found
