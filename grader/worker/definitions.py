"""Run the definitions of a notebook and say what came of it."""

from __future__ import annotations

import builtins
import re
import sys
import types
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import torch

from grader.worker.analysis.notebook import Notice
from grader.worker.messages import Translatable, error, notice
from grader.worker.objects import described, place_of
from grader.worker.reading import MOST_NOTICES, located, to_wire, while_defining

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.worker.program import Program, Step

_CUDA = re.compile(r"cuda(:\d+)?")


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
    loaded = Loaded(_namespace())
    program.show_sources()
    errors: dict[str, Translatable] = {}
    for step in program.steps:
        try:
            exec(step.code, loaded.namespace)  # noqa: S102 - this is what the sandbox is for
        except BaseException as raised:  # noqa: BLE001 - the student's, SystemExit too
            text = error(*described(raised))
            cell, line = place_of(raised)
            where = (cell, line) if cell else (step.cell, step.line)
            loaded.notices.append(while_defining(text, *where))
            errors |= dict.fromkeys(step.binds, located(text, *where))
        _settle_devices(loaded, step)
    loaded.defined = [name for name in wanted if name in loaded.namespace]
    loaded.failed = {
        name: errors[name] for name in wanted if name in errors and name not in loaded.namespace
    }
    return loaded


def _namespace() -> dict[str, Any]:
    module = types.ModuleType("cuaderno")
    sys.modules["cuaderno"] = module  # dataclasses and inspect look a class's module up
    module.__dict__.update(
        __name__="cuaderno",
        __builtins__=builtins,
        get_ipython=_Magics,
        display=lambda *_, **__: None,
    )
    return module.__dict__


def _settle_devices(loaded: Loaded, step: Step) -> None:
    """Let a notebook that insists on a GPU run where there is none."""
    if torch.cuda.is_available():
        return
    for name in step.binds:
        value = loaded.namespace.get(name)
        if isinstance(value, (str, torch.device)) and _CUDA.fullmatch(str(value)):
            loaded.namespace[name] = "cpu" if isinstance(value, str) else torch.device("cpu")
            text = notice("“{name}” asks for a GPU, but there is none; the CPU is used", name=name)
            loaded.notices.append(Notice(text, step.cell, step.line))
    if torch.get_default_device().type == "cuda":
        torch.set_default_device("cpu")
        text = notice("set_default_device asks for a GPU, but there is none; the CPU is used")
        loaded.notices.append(Notice(text, step.cell, step.line))
