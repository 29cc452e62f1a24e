"""What calls a module of unknown layers in the sandbox. See `grader.student.probes`."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import torch

if TYPE_CHECKING:
    from collections.abc import Callable

    from grader.student.probes import Notebook


def one_step(
    notebook: Notebook,  # noqa: ARG001 - the module is there already
    modulo: Callable[..., Any],
    sizes: list[int],
) -> None:
    """Call a module of these sizes (input, hidden…) once, in the way that it takes.

    On a sequence (1, 1, I), or on an input (1, I) and one state or two, (1, H) each. Raises what
    the last way does.
    """
    x, h = torch.zeros(1, sizes[0]), torch.zeros(1, sizes[1])
    with torch.no_grad():
        for argumentos in ((x[:, None],), (x, h)):
            with contextlib.suppress(Exception):
                modulo(*argumentos)
                return
        modulo(x, (h, h))
