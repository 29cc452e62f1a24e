"""What runs beside the student's definitions: cells over sequences, loops, and the timed training.

See `grader.student.probes`. The model of ours that loops are given behaves differently in training
and in evaluation, but draws no random numbers, so that a loop's result says in which mode it ran
and does not depend on what else it draws.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch.utils.data import DataLoader, TensorDataset

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

    from grader.student.probes import Notebook

TRAINING_FACTOR = 1.5
HUBER_DELTA = 0.5


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
    x: Tensor,
    estado: Any,
    swapped: bool,  # noqa: FBT001 - by keyword
) -> list[Any]:
    """Run a new cell over inputs (T, B, I); return h_T (B, H) and the gradient of its sum by them.

    `swapped` is for a cell that returns its pair of states the other way round.
    """
    x.requires_grad_()
    celda = notebook[name](*sizes).to(x.dtype)
    torch.nn.Module.load_state_dict(celda, pesos, strict=False)
    for x_t in x:
        estado = celda(x_t, estado)
        if swapped:
            estado = estado[::-1]
    h_T = estado[0] if isinstance(estado, (tuple, list)) else estado  # noqa: N806 - as in SEED
    if h_T.requires_grad:
        h_T.sum().backward()
    return [h_T.detach(), x.grad]


class LinearModel(torch.nn.Module):
    """A linear layer over a whole sequence, (B, T, 1) to (B, 1); larger in training mode.

    `trace` is the gradient of its weight as it stood after each backward.
    """

    def __init__(self, steps: int) -> None:
        super().__init__()
        self.fc = torch.nn.Linear(steps, 1)
        trace = self.trace = list[torch.Tensor]()
        # A hook that knows its model would keep it for ever: torch's are no part of what Python
        # collects.
        self.fc.weight.register_post_accumulate_grad_hook(  # type: ignore[no-untyped-call]
            lambda weight: trace.append(weight.grad.detach().cpu().clone())
        )

    def forward(self, x: Tensor) -> Tensor:
        """Return (B, 1)."""
        y: Tensor = self.fc(x.flatten(1))
        return TRAINING_FACTOR * y if self.training else y


def train_once(
    notebook: Notebook,
    name: str,
    pesos: dict[str, Tensor],
    secuencias: Tensor,
    etiquetas: Tensor,
    batch_size: int,
    rate: float,
) -> list[Any]:
    """Call a training loop with a model of ours in evaluation mode, and plain SGD.

    `secuencias` is (N, T, 1), `etiquetas` (N,). Return the model's state after it and the gradient
    of its weight after each backward; what the loop returns is not judged.
    """
    modelo = LinearModel(secuencias.shape[1]).to(secuencias.dtype)
    modelo.load_state_dict(pesos)
    modelo.to(notebook.get("device", "cpu")).eval()
    perdida = torch.nn.HuberLoss(delta=HUBER_DELTA)
    optimizador = torch.optim.SGD(modelo.parameters(), rate)
    cargador = DataLoader(TensorDataset(secuencias, etiquetas), batch_size=batch_size)
    notebook[name](modelo, perdida, optimizador, cargador)
    despues = {parametro: valor.cpu() for parametro, valor in modelo.state_dict().items()}
    return [despues, modelo.trace]


def measure_once(
    notebook: Notebook,
    name: str,
    pesos: dict[str, Tensor],
    secuencias: Tensor,
    etiquetas: Tensor,
    batch_size: int,
) -> list[Any]:
    """Call a test loop with a model of ours in training mode.

    Return what it gave, the model's state after it, and whether there are gradients.
    """
    modelo = LinearModel(secuencias.shape[1]).to(secuencias.dtype)
    modelo.load_state_dict(pesos)
    modelo.to(notebook.get("device", "cpu")).train()
    perdida = torch.nn.HuberLoss(delta=HUBER_DELTA)
    cargador = DataLoader(TensorDataset(secuencias, etiquetas), batch_size=batch_size)
    medido = plain_numbers(notebook[name](modelo, perdida, cargador))
    despues = {parametro: valor.cpu() for parametro, valor in modelo.state_dict().items()}
    return [medido, despues, any(peso.grad is not None for peso in modelo.parameters())]


def measure_network(
    notebook: Notebook,
    name: str,
    modelo: str,
    sizes: list[int],
    pesos: dict[str, Tensor],
    secuencias: Tensor,
    etiquetas: Tensor,
    batch_size: int,
) -> Any:
    """Call a test loop with the student's own network, as a notebook does; return what it gave."""
    red = notebook[modelo](*sizes)
    torch.nn.Module.load_state_dict(red, pesos, strict=False)
    red.to(notebook.get("device", "cpu")).train()
    cargador = DataLoader(TensorDataset(secuencias, etiquetas), batch_size=batch_size)
    return plain_numbers(notebook[name](red, torch.nn.HuberLoss(delta=HUBER_DELTA), cargador))


def plain_numbers(given: Any) -> Any:
    """Return what a loop gave with its tensors of one element as plain numbers."""
    if isinstance(given, (tuple, list)):
        return [plain_numbers(item) for item in given]
    if hasattr(given, "item") and torch.as_tensor(given).numel() == 1:
        return given.item()
    return given if isinstance(given, (int, float)) else None


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
