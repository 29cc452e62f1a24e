"""What runs a cell in the sandbox: made with given weights, then called at each step of a sequence.

See `grader.student.probes`: these lines are also what a student reads in the notebook cell.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import torch

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

    from grader.student.probes import Notebook


def step(
    notebook: Notebook,
    name: str,
    sizes: list[int],
    pesos: dict[str, Tensor],
    x_t: Tensor,
    estado: Any,
) -> Any:
    """Return what a cell with these weights gives for one input (B, I), in a list."""
    modulo = notebook[name](*sizes).to(x_t.dtype)
    torch.nn.Module.load_state_dict(modulo, pesos, strict=False)
    return [modulo(x_t, estado)]


def steps(
    notebook: Notebook,
    name: str,
    sizes: list[int],
    pesos: dict[str, Tensor],
    x: Tensor,
    estado: Any,
    swapped: bool,  # noqa: FBT001 - by keyword
) -> Any:
    """Return what a cell with these weights gives at each step of inputs (T, B, I).

    `swapped` is for a cell that returns its pair of states the other way round.
    """
    modulo = notebook[name](*sizes).to(x.dtype)
    torch.nn.Module.load_state_dict(modulo, pesos, strict=False)
    estados = []
    for x_t in x:
        estados.append(modulo(x_t, estado))
        estado = estados[-1][::-1] if swapped else estados[-1]
    return estados


def made_instead(notebook: Notebook, name: str, sizes: list[int]) -> list[Any]:
    """Return what a class makes where that is no module, in a list; else nothing."""
    made = notebook[name](*sizes)
    return [] if isinstance(made, torch.nn.Module) else [made]


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
