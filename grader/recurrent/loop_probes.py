"""What runs beside the student's loops: a model of ours, and notes of what a loop does with it.

See `grader.student.probes`. The model behaves differently in training and in evaluation, but draws
no random numbers, so that a loop's result says in which mode it ran and does not depend on what
else it draws. The notes are taken by torch's own hooks; the student's process writes them, and
`training_trace` believes of them what it can compute itself.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import torch
from torch.optim import optimizer as optimizers
from torch.utils.data import DataLoader, TensorDataset

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor

    from grader.student.probes import Notebook

TRAINING_FACTOR = 1.5
HUBER_DELTA = 1.2
MOST_NOTES = 4000


class LinearModel(torch.nn.Module):
    """A linear layer over a whole sequence, (B, T, 1) to (B, 1); larger in training mode."""

    def __init__(self, steps: int) -> None:
        super().__init__()
        self.fc = torch.nn.Linear(steps, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Return (B, 1)."""
        y: Tensor = self.fc(x.flatten(1))
        return TRAINING_FACTOR * y if self.training else y


class Notes:
    """What a loop does, in order, with the parameters and their gradients at that time.

    `forward` has x, what the layer makes of it, and the model's mode; `loss` what the loss function
    is given and gives, first what has a gradient. `backward` has the gradient that comes to the
    layer's output in a forward, by its number, `loss_backward` that to a loss, `given_backward`
    that to what it was given; `accumulated` stands after a backward, `step` and `stepped` around a
    step.
    """

    def __init__(self, modelo: LinearModel, optimizador: Any = None) -> None:
        self.modelo = modelo
        self.optimizador = optimizador
        self.lista: list[dict[str, Any]] = []
        self.numero = 0

    def note(self, what: str, **more: Any) -> None:
        """Add a note."""
        fc = self.modelo.fc
        now: dict[str, Any] = {"what": what}
        if "loss" not in what and what != "given_backward":
            now["weights"] = [*fc.weight.tolist()[0], *fc.bias.tolist()]
            grads = fc.weight.grad, fc.bias.grad
            now["gradients"] = [grad if grad is None else grad.flatten().tolist() for grad in grads]
        if self.lista and what == self.lista[-1]["what"] == "accumulated":
            self.lista.pop()  # of the weight; now of the bias too
        if len(self.lista) < MOST_NOTES:
            self.lista.append(now | more)

    def forward(self, capa: Any, dado: Any, y: Tensor) -> None:
        """Note a call of the model, by its layer's (of a copy's none)."""
        if capa is self.modelo.fc:
            x = dado[0].unsqueeze(-1).tolist()
            self.note("forward", x=x, y=y.tolist(), training=self.modelo.training)
            self.follow(backward=y)

    def loss(self, _modulo: Any, dado: Any, con_nombre: Any, perdida: Tensor) -> None:
        """Note a call of the loss function."""
        given = sorted([*dado, *con_nombre.values()], key=lambda one: not one.requires_grad)
        a, b = (one.tolist() for one in given)
        self.note("loss", a=a, b=b, loss=perdida.tolist())
        self.follow(given_backward=given[0], loss_backward=perdida)

    def follow(self, **tensors: Tensor) -> None:
        """Note the gradients that come to tensors of the last note, by its number."""
        number = self.numero = self.numero + 1
        self.lista[-1]["number"] = number
        for what, tensor in tensors.items():
            if tensor.requires_grad:
                tensor.register_hook(  # type: ignore[no-untyped-call]
                    lambda g, what=what: self.note(what, of=number, g=g.tolist())
                )

    def accumulated(self, _parametro: Any) -> None:
        """Note the gradients after a backward."""
        self.note("accumulated")

    def step(self, uno: Any, *_: Any) -> None:
        """Note that an optimizer is about to step."""
        self.note("step", own=uno is self.optimizador, kind=type(uno).__name__)

    def stepped(self, *_: Any) -> None:
        """Note that an optimizer has stepped."""
        self.note("stepped")


@contextmanager
def noted(modelo: Any, perdida: Any, optimizador: Any = None) -> Iterator[list[Any]]:
    """Take notes of what is done with a model, a loss function and optimizers."""
    notes = Notes(modelo, optimizador)
    hooks = [
        modelo.fc.register_forward_hook(notes.forward),
        perdida.register_forward_hook(notes.loss, with_kwargs=True),
        optimizers.register_optimizer_step_pre_hook(notes.step),
        optimizers.register_optimizer_step_post_hook(notes.stepped),
        *(one.register_post_accumulate_grad_hook(notes.accumulated) for one in modelo.parameters()),
    ]
    try:
        yield notes.lista
    finally:
        for hook in hooks:
            hook.remove()
    notes.note("end")


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

    `secuencias` is (N, T, 1), `etiquetas` (N,). Return the model's state after it and the notes of
    what the loop did; what it returns is not judged.
    """
    modelo = LinearModel(secuencias.shape[1]).to(secuencias.dtype)
    modelo.load_state_dict(pesos)
    modelo.to(notebook.get("device", "cpu")).eval()
    perdida = torch.nn.HuberLoss(delta=HUBER_DELTA)
    optimizador = torch.optim.SGD(modelo.parameters(), rate)
    cargador = DataLoader(TensorDataset(secuencias, etiquetas), batch_size=batch_size)
    with noted(modelo, perdida, optimizador) as notas:
        notebook[name](modelo, perdida, optimizador, cargador)
    despues = {parametro: valor.cpu() for parametro, valor in modelo.state_dict().items()}
    return [despues, notas]


def measure_once(
    notebook: Notebook,
    name: str,
    pesos: dict[str, Tensor],
    secuencias: Tensor,
    etiquetas: Tensor,
    batch_size: int,
) -> list[Any]:
    """Call a test loop with a model of ours in training mode.

    Return what it gave, the model's state after it, whether there are gradients, and the notes.
    """
    modelo = LinearModel(secuencias.shape[1]).to(secuencias.dtype)
    modelo.load_state_dict(pesos)
    modelo.to(notebook.get("device", "cpu")).train()
    perdida = torch.nn.HuberLoss(delta=HUBER_DELTA)
    cargador = DataLoader(TensorDataset(secuencias, etiquetas), batch_size=batch_size)
    with noted(modelo, perdida) as notas:
        medido = plain_numbers(notebook[name](modelo, perdida, cargador))
    despues = {parametro: valor.cpu() for parametro, valor in modelo.state_dict().items()}
    gradientes = any(peso.grad is not None for peso in modelo.parameters())
    return [medido, despues, gradientes, notas]


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
