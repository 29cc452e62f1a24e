"""Run the definitions of a notebook and say what came of it."""

from __future__ import annotations

import builtins
import sys
import types
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import torch

from grader.worker import devices
from grader.worker.analysis.notebook import Notice
from grader.worker.analysis.wanted import BOUND_AGAIN
from grader.worker.messages import Translatable, error, notice
from grader.worker.missing import Missing, importer
from grader.worker.objects import described, place_of
from grader.worker.program import NOTEBOOK
from grader.worker.reading import MOST_NOTICES, located, to_wire, while_defining

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from grader.worker.program import Program, Step


@dataclass
class Loaded:
    """A notebook's namespace, and what came of running its definitions.

    `failed` says of the names that a failing statement would have bound why they are absent.
    """

    namespace: dict[str, Any] = field(default_factory=dict)
    notices: list[Notice] = field(default_factory=list)
    defined: list[str] = field(default_factory=list)
    failed: dict[str, Translatable] = field(default_factory=dict)

    def report(self) -> dict[str, Any]:
        """Return what may cross the wire: names and texts, nothing of the student's objects."""
        return {
            "defined": self.defined,
            "failed": {name: why.to_wire() for name, why in self.failed.items()},
            "notices": [to_wire(one) for one in self.notices[:MOST_NOTICES]],
        }


class _Magics:
    """Stands for IPython's shell inside functions that use magics: does nothing, quietly."""

    def __getattr__(self, _: str) -> Any:
        return lambda *_arguments, **_options: None


def load(program: Program, wanted: Sequence[str]) -> Loaded:
    """Run a program. Never raises for what it may do."""
    loaded = Loaded(notices=_devices(program))
    loaded.namespace = _namespace(program, loaded.notices)
    program.show_sources()
    errors: dict[str, Translatable] = {}
    for step in program.steps:
        before = {name: loaded.namespace.get(name) for name in wanted}
        try:
            exec(step.code, loaded.namespace)  # noqa: S102 - this is what the sandbox is for
        except BaseException as raised:  # noqa: BLE001 - the student's, SystemExit too
            text = error(*described(raised))
            cell, line = place_of(raised)
            where = (cell, line) if cell else (step.cell, step.line)
            loaded.notices.append(while_defining(text, *where))
            errors |= dict.fromkeys(step.binds, located(text, *where))
        loaded.notices += _definitions_kept(loaded.namespace, before, step)
    for name in wanted:
        if isinstance(loaded.namespace.get(name), Missing):
            errors[name] = loaded.namespace.pop(name).error().told
    loaded.defined = [name for name in wanted if name in loaded.namespace]
    loaded.failed = {
        name: errors[name] for name in wanted if name in errors and name not in loaded.namespace
    }
    return loaded


def _definitions_kept(
    namespace: dict[str, Any], before: dict[str, Any], step: Step
) -> list[Notice]:
    """Give wanted names their definitions back where a step bound them to something else."""
    lost = [
        name
        for name, value in before.items()
        if _is_definition(value) and not _is_definition(namespace.get(name))
    ]
    namespace.update((name, before[name]) for name in lost)
    return [Notice(notice(BOUND_AGAIN, name=name), step.cell, step.line) for name in lost]


def _is_definition(value: Any) -> bool:
    """Whether a value can be what a name is asked for: a class, or what else is called."""
    return callable(value) and torch.nn.Module not in type.mro(type(value))


def _namespace(program: Program, notices: list[Notice]) -> dict[str, Any]:
    module = types.ModuleType(NOTEBOOK)
    sys.modules[NOTEBOOK] = module  # dataclasses and inspect look a class's module up

    def missing(package: str, cell: int, line: int) -> None:
        text = notice("“{package}” is not here; what uses it does nothing", package=package)
        if text not in (one.text for one in notices):
            notices.append(Notice(text, cell, line))

    module.__dict__.update(
        __name__=NOTEBOOK,
        __builtins__=_builtins(program, missing),
        get_ipython=_Magics,
        display=lambda *_, **__: None,
    )
    return module.__dict__


def _builtins(program: Program, missing: Callable[[str, int, int], None]) -> types.ModuleType:
    """Return Python's own names, with a way to import that a missing package does not end."""
    own = types.ModuleType("builtins")
    own.__dict__.update(vars(builtins))
    own.__dict__["__import__"] = importer(
        builtins.__import__,
        frozenset(program.own),
        frozenset(program.optional),
        missing,
        devices.stand_in,
    )
    return own


def _devices(program: Program) -> list[Notice]:
    """Say which devices are asked for and are not here."""
    gone = devices.absent() if program.asked else frozenset()
    return [
        Notice(
            notice("“{name}” asks for a GPU, but there is none; the CPU is used", name=one.words),
            one.cell,
            one.line,
        )
        for one in program.asked
        if gone
    ]
