"""What runs beside the student's definitions: cells over sequences, and the timed training.

See `grader.student.probes`; `loop_probes` has those of the loops.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch.utils.data import DataLoader, TensorDataset

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

    from grader.student.probes import Notebook


def unroll(
    notebook: Notebook,  # noqa: ARG001 - the cell is there already
    celda: Callable[[Tensor, Any], Any],
    x: Tensor,
    estado: Any,
    swapped: bool,  # noqa: FBT001 - by keyword
) -> Any:
    """Run a cell over inputs (T, B, I) from a state; return what it gave at each step."""
    estados = []
    for x_t in x:
        estados.append(celda(x_t, estado))
        estado = estados[-1][::-1] if swapped else estados[-1]
    return estados


def profile(
    notebook: Notebook,
    name: str,
    sizes: list[int],
    pesos: dict[str, Tensor],
    pasos: Tensor,
    estado: Any,
    orden: list[int],
) -> list[Any]:
    """Run a new cell over inputs (T, B, I); return h_T (B, H) and the gradient of its sum by them.

    A step gets what the one before gave, or the places `orden` of that.
    """
    pasos.requires_grad_()
    celda = notebook[name](*sizes).to(pasos.dtype)
    torch.nn.Module.load_state_dict(celda, pesos, strict=False)
    for x_t in pasos:
        salida = celda(x_t, estado)
        estado = tuple(salida[lugar] for lugar in orden) if orden else salida
    h_T = estado[0] if orden else estado  # noqa: N806 - as in SEED
    if h_T.requires_grad:
        h_T.sum().backward()
    return [h_T.detach(), pasos.grad]


def train_network(
    notebook: Notebook,
    model: str,
    loop: str,
    state: dict[str, Tensor],
    sequences: Tensor,
    labels: Tensor,
    *,
    hidden_size: int,
    batch_size: int,
    epochs: int,
    rate: float,
    cell: str = "",
    first: Any = None,
) -> dict[str, Any]:
    """Train a model with a loop, by their names, an equal part of the data each epoch.

    Return the model's state after each epoch and, for pictures, each batch's loss and the norm of
    the gradient at each step of the optimizer. Where `cell` is the name of the model's own cell,
    `seen` has what model and cell give after each epoch, as they are in the midst of training: y of
    the epoch's first batch, and a step from the states `first`.
    """
    device = notebook.get("device", "cpu")
    made = notebook[model](1, hidden_size, 1)
    torch.nn.Module.load_state_dict(made, state, strict=False)
    made.to(device)
    parameters = list(made.parameters())
    optimizer = torch.optim.Adam(parameters, rate)
    loss_function = torch.nn.MSELoss()
    losses: list[float] = []
    norms: list[float] = []
    states: list[dict[str, Tensor]] = []
    seen: list[Any] = []
    if cell:
        first = tuple(h.to(device) for h in first) if isinstance(first, tuple) else first.to(device)

    def note_norm(*_: Any) -> None:
        grads = [p.grad.flatten() for p in parameters if p.grad is not None]
        norms.append(float(torch.cat(grads).norm()) if grads else 0.0)

    loss_function.register_forward_hook(lambda _m, _i, loss: losses.append(float(loss.detach())))
    optimizer.register_step_pre_hook(note_norm)
    count = len(labels) // epochs
    for start in range(0, count * epochs, count):
        part = TensorDataset(sequences[start : start + count], labels[start : start + count])
        notebook[loop](made, loss_function, optimizer, DataLoader(part, batch_size=batch_size))
        after = torch.nn.Module.state_dict(made)
        states.append({name: value.detach().cpu().clone() for name, value in after.items()})
        if cell:
            x = sequences[start : start + batch_size].to(device)
            step = getattr(made, cell)(x[:, 0], first)
            step = step if isinstance(step, (tuple, list)) else [step]
            seen.append([one.detach().cpu().clone() for one in (made(x), *step)])
    return {"states": states, "losses": losses, "gradient_norms": norms, "seen": seen}


def warm_up(notebook: Notebook) -> None:  # noqa: ARG001 - nothing of the student's
    """Start CUDA's driver, if there is a GPU to be seen, so that no measured time holds that."""
    if torch.cuda.is_available():
        ones = torch.ones(2, 2, device="cuda", requires_grad=True)
        torch.autograd.backward((ones @ ones).sum())
        torch.cuda.synchronize()
