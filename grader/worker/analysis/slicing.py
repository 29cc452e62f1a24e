"""Which statements of a notebook to run: those that define the wanted names, and what they need.

Real notebooks train for hours at top level, mount drives and raise. Work is found by the names
that students define; what a definition needs is followed through the whole notebook, wherever it
stands, and nothing else runs.
"""

from __future__ import annotations
import __future__

import ast
import builtins
from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from grader.worker.analysis.notebook import Notice
from grader.worker.analysis.statements import DEFINITIONS, called_now
from grader.worker.messages import notice

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from grader.worker.analysis.statements import Statement

_SETTINGS = frozenset({"set_default_dtype", "set_default_device", "set_default_tensor_type"})


_MOST_FOLLOWED = 1000  # functions that a statement's calls may call in their turn


@dataclass
class Slice:
    """The statements to run, in order, and what to tell their author."""

    statements: list[Statement] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)


def choose(everything: list[Statement], wanted: Iterable[str]) -> Slice:
    """Return what must run for the wanted names to be defined."""
    notices: list[Notice] = []
    chosen = _closure(everything, wanted, frozenset(), notices)
    return Slice(_in_order(chosen, notices), notices)


def places(everything: list[Statement], wanted: Iterable[str]) -> dict[str, list[int]]:
    """Return the cell and line of each wanted name's definition, the last one, where there is one.

    What is defined is known before any of it runs.
    """
    binders = Index(everything).binders
    last = {name: binders[name][-1] for name in wanted if name in binders}
    return {name: [item.cell, item.node.lineno] for name, item in last.items()}


def slice_of(
    name: str, everything: list[Statement], stop_at: Iterable[str] = ()
) -> list[Statement]:
    """Return, by place, what one name's definition needs, leaving out what others define."""
    chosen = _closure(everything, [name], frozenset(stop_at) - {name}, [])
    return [chosen[order] for order in sorted(chosen)]


def _closure(
    everything: list[Statement],
    wanted: Iterable[str],
    stop_at: frozenset[str],
    notices: list[Notice],
) -> dict[int, Statement]:
    """Return, by order, the statements that the wanted names need, not following `stop_at`."""
    index = Index(everything)
    chosen: dict[int, Statement] = {}
    queue: list[tuple[str, int | None]] = [(name, None) for name in wanted]
    seen: set[tuple[str, int | None]] = set()
    taken: dict[tuple[str, int], int] = {}  # up to which binder, by name and first binder

    def take(item: Statement) -> None:
        if item.order not in chosen:
            chosen[item.order] = item
            queue.extend((name, item.order) for name in item.needs_now - stop_at)
            queue.extend((name, None) for name in item.needs_later - stop_at)

    for item in everything:
        if _is_setting(item.node) or future(item.node) or "*" in item.binds:
            take(item)
    while queue:
        need = queue.pop()
        if need not in seen:
            seen.add(need)
            name, before = need
            start, stop = index.span(name, before)
            if before is None and start:
                notices += index.defined_again(name)
            done = taken.get((name, start), start)
            taken[name, start] = max(done, stop)
            for item in reversed(index.binders[name][done:stop]):
                take(item)
            for item in index.unseen_extenders(name, start):
                take(item)
    return chosen


class Index:
    """The statements of a notebook by the names that they bind and extend, in order."""

    def __init__(self, everything: list[Statement]) -> None:
        self.binders: defaultdict[str, list[Statement]] = defaultdict(list)
        self.extenders: defaultdict[str, list[Statement]] = defaultdict(list)
        for item in everything:
            for name in item.binds:
                self.binders[name].append(item)
            for name in item.extends:
                self.extenders[name].append(item)
        for name, items in self.binders.items():
            self.binders[name] = [item for item in items if not item.is_loop] or items
        self._starts = {name: _starts(name, items) for name, items in self.binders.items()}
        self._seen: dict[str, int] = {}

    def span(self, name: str, before: int | None) -> tuple[int, int]:
        """Return where among a name's binders those begin and end that give it its value.

        The value is the last one; for what a statement needs at once, the last one `before` it, if
        there is any. The span begins where the name is bound without using its former value.
        """
        binders = self.binders.get(name, [])
        stop = len(binders) if before is None else bisect_left(binders, before, key=_order)
        stop = stop or len(binders)
        return (self._starts[name][stop - 1], stop) if stop else (0, 0)

    def providers(self, name: str, before: int | None) -> list[Statement]:
        """Return what gives a name its value, last first, and what extends it."""
        start, stop = self.span(name, before)
        return self.binders[name][start:stop][::-1] + self._extenders_after(name, start)

    def unseen_extenders(self, name: str, start: int) -> list[Statement]:
        """Return what extends a name after its binder `start`, but for what was returned before."""
        found = self._extenders_after(name, start)
        seen = self._seen.get(name, 0)
        self._seen[name] = max(seen, len(found))
        return found[: len(found) - seen]

    def defined_again(self, name: str) -> list[Notice]:
        """Say that of several definitions the last one counts."""
        last = self.binders[name][-1]
        count = len(self.binders[name])
        text = notice("“{name}” is defined {count} times; the last counts", name=name, count=count)
        definition = isinstance(last.node, DEFINITIONS)
        return [Notice(text, last.cell, last.node.lineno)] if definition else []

    def _extenders_after(self, name: str, start: int) -> list[Statement]:
        """Return what extends a name's value; the first one's too where it stands above it."""
        extenders, binders = self.extenders.get(name, []), self.binders.get(name)
        first = binders[start].order if binders and start else -1
        return extenders[bisect_left(extenders, first + 1, key=_order) :]


def _order(item: Statement) -> int:
    return item.order


def _starts(name: str, binders: list[Statement]) -> list[int]:
    """Return for each binder the last one up to it that does not use the name's former value."""
    starts: list[int] = []
    for place, item in enumerate(binders):
        starts.append(place if _replaces(item, name) or not starts else starts[-1])
    return starts


def _replaces(item: Statement, name: str) -> bool:
    """Whether a statement binds the name for certain and without using its former value."""
    simple = (*DEFINITIONS, ast.Assign, ast.AnnAssign, ast.Import, ast.ImportFrom)
    given = not isinstance(item.node, ast.AnnAssign) or item.node.value is not None
    return isinstance(item.node, simple) and given and name not in item.needs_now


def _in_order(chosen: dict[int, Statement], notices: list[Notice]) -> list[Statement]:
    """Sort by place, but put what a statement needs at once before it.

    What is moved up brings along what it needs of what stands before it.
    """
    arranger = _Arranger([chosen[order] for order in sorted(chosen)], notices)
    arranger.arrange()
    return arranger.ordered


class _Arranger:
    """Puts statements in an order in which they can run."""

    def __init__(self, chosen: list[Statement], notices: list[Notice]) -> None:
        self.chosen = chosen
        self.notices = notices
        self.ordered: list[Statement] = []
        self.pending: list[Statement] = []
        self.bound: set[str] = set()
        self.placed: set[int] = set()
        self.binders: defaultdict[str, list[Statement]] = defaultdict(list)
        self.providers: defaultdict[str, list[Statement]] = defaultdict(list)
        for item in chosen:
            for name in item.binds:
                self.binders[name].append(item)
            for name in item.binds | item.extends:
                self.providers[name].append(item)

    def arrange(self) -> None:
        """Fill `ordered`."""
        stack = [iter(self.chosen)]
        while stack:
            item = next(stack[-1], None)
            if item is None:
                stack.pop()
                if self.pending:
                    self.ordered.append(self.pending.pop())
                    self.bound |= self.ordered[-1].binds
            elif item.order not in self.placed:
                self.placed.add(item.order)
                self.pending.append(item)
                stack.append(self._first(item, moved_up=len(self.pending) > 1))

    def _first(self, item: Statement, *, moved_up: bool) -> Iterator[Statement]:
        """Yield what must run before a statement and has not run."""
        if moved_up:
            yield from self._brought_along(item)
        for name in sorted(item.needs_now - item.binds):
            yield from self._later(name, item)
        for name in sorted(self._needed_by_calls(item) - item.binds - self.bound):
            yield from self._later(name, item)

    def _later(self, name: str, item: Statement) -> Iterator[Statement]:
        """Yield the first statement after `item` that binds a name which nothing has bound."""
        if name in self.bound or hasattr(builtins, name):
            return
        others = self.binders[name] or self.binders["*"]
        for later in others[bisect_left(others, item.order + 1, key=_order) :][:1]:
            if later.order not in self.placed and name in later.binds:
                text = notice(
                    "“{name}” is used before it is defined; its definition is run first", name=name
                )
                self.notices.append(Notice(text, item.cell, item.node.lineno))
            yield later
            waiting = frozenset().union(*(one.binds for one in self.pending))
            for other in self.providers[name]:
                if other.order > later.order and not other.needs & waiting:
                    yield other

    def _brought_along(self, item: Statement) -> list[Statement]:
        """Return, in order, what a statement needs of what stands above it, now or when called."""
        found: dict[int, Statement] = {}
        queue = [item]
        while queue:
            for name in queue.pop().needs:
                for other in self.providers[name]:
                    above = other.order < item.order and other.order not in self.placed
                    if above and other.order not in found:
                        found[other.order] = other
                        queue.append(other)
        return [found[order] for order in sorted(found)]

    def _needed_by_calls(self, item: Statement) -> set[str]:
        """Return the names that the functions which a statement calls at once need, and theirs."""
        needed: set[str] = set()
        queue = list(called_now(item.node))
        seen = set(queue)
        while queue and len(seen) < _MOST_FOLLOWED:
            for other in self.binders[queue.pop()][-1:]:
                if isinstance(other.node, DEFINITIONS):
                    needed |= other.needs_later
                    new = other.needs_later - seen
                    seen |= new
                    queue += new
        return needed


def _is_setting(node: ast.stmt) -> bool:
    """Whether a statement is `torch.set_default_dtype(…)` or the like."""
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Call)
        and isinstance(node.value.func, ast.Attribute)
        and node.value.func.attr in _SETTINGS
    )


def future(node: ast.stmt) -> int:
    """Return the compiler's flags that a `from __future__ import …` sets, else 0."""
    flags = 0
    if isinstance(node, ast.ImportFrom) and node.module == "__future__":
        for alias in node.names:
            flags |= getattr(getattr(__future__, alias.name, None), "compiler_flag", 0)
    return flags
