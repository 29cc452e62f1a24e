"""What runs beside a student's model: notes of what its cell and its last layer are given and give.

See `grader.student.probes`, and `model_traces` for what is believed of the notes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

if TYPE_CHECKING:
    from torch import Tensor

    from grader.student.probes import Notebook


def run_noted(
    notebook: Notebook,  # noqa: ARG001 - the model is there already
    modelo: Any,
    celda: str,
    x: Tensor,
) -> list[Any]:
    """Call a model two times with x; return of each call what it gave and the notes.

    The notes are a list of [given, gave] for the cell and one for `fc`.
    """
    llamadas: list[list[Any]] = []
    for capa in (getattr(modelo, celda), modelo.fc):
        capa.forward = noting(capa.forward, llamadas, capa is modelo.fc)
    resultados = []
    for _ in range(2):
        llamadas.clear()
        y = values(modelo(x))
        pasos = [llamada[1:] for llamada in llamadas if not llamada[0]]
        resultados.append([y, pasos, [llamada[1:] for llamada in llamadas if llamada[0]]])
    return resultados


def noting(forward: Any, llamadas: list[Any], last: bool) -> Any:  # noqa: FBT001 - by position
    """Return a layer's forward that adds to the calls what it is given and what it gives."""

    def noted(*dado: Any, **con_nombre: Any) -> Any:
        recibe = values([*dado, *con_nombre.values()])
        hecho = forward(*dado, **con_nombre)
        llamadas.append([last, recibe, values([hecho])])
        return hecho

    return noted


def values(value: Any) -> Any:
    """Return copies of tensors, in one list however deep they lie; nothing else."""
    if isinstance(value, torch.Tensor):
        return value.detach().cpu().clone()
    if isinstance(value, (tuple, list)):
        found = [values(item) for item in value]
        return [one for item in found for one in (item if isinstance(item, list) else [item])]
    return []
