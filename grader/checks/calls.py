"""What calls a definition in the sandbox: a class made with given weights, or a function.

See `grader.student.probes`: these lines are also what a student reads in the notebook cell.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import torch
from torch.nn.parameter import is_lazy

if TYPE_CHECKING:
    from torch import Tensor

    from grader.student.probes import Notebook


def con_pesos(modulo: torch.nn.Module, pesos: dict[str, Tensor]) -> torch.nn.Module:
    """Return a module with these weights; any that are not asked for, a bias say, are at 0."""
    modulo = modulo.to(torch.get_default_dtype())
    torch.nn.Module.load_state_dict(modulo, pesos, strict=False)
    with torch.no_grad():
        for nombre, peso in modulo.named_parameters():
            if nombre not in pesos and not is_lazy(peso):
                peso.zero_()
    return modulo


def made(notebook: Notebook, name: str, sizes: list[int], pesos: dict[str, Tensor]) -> Any:
    """Return an object of a class, with these weights."""
    return con_pesos(notebook[name](*sizes), pesos)


def module(
    notebook: Notebook,
    name: str,
    sizes: list[int],
    pesos: dict[str, Tensor],
    entradas: list[Any],
) -> Any:
    """Return what an object of a class, with these weights, gives for these inputs, in a list."""
    modulo = con_pesos(notebook[name](*sizes), pesos)
    return [modulo(*entradas)]


def method(
    notebook: Notebook,
    name: str,
    metodo: str,
    sizes: list[int],
    pesos: dict[str, Tensor],
    entradas: list[Any],
) -> Any:
    """Return what a method other than forward gives, in a list."""
    modulo = con_pesos(notebook[name](*sizes), pesos)
    return [getattr(modulo, metodo)(*entradas)]


def function(notebook: Notebook, name: str, entradas: list[Any]) -> Any:
    """Return what a function gives for these inputs, in a list."""
    return [notebook[name](*entradas)]


def modules(notebook: Notebook, casos: list[dict[str, Any]]) -> list[Any]:
    """Return what `module` gives in each case."""
    return [module(notebook, **caso)[0] for caso in casos]


def methods(notebook: Notebook, casos: list[dict[str, Any]]) -> list[Any]:
    """Return what `method` gives in each case."""
    return [method(notebook, **caso)[0] for caso in casos]


def functions(notebook: Notebook, casos: list[dict[str, Any]]) -> list[Any]:
    """Return what `function` gives in each case."""
    return [function(notebook, **caso)[0] for caso in casos]


def through(
    notebook: Notebook,
    name: str,
    sizes: list[int],
    pesos: dict[str, Tensor],
    pasos: Tensor,
    estado: Any,
    orden: list[int],
) -> Any:
    """Return what an object gives at the last of some steps, in a list.

    A step gets the state of the one before: what that gave, or the places `orden` of it.
    """
    modulo = con_pesos(notebook[name](*sizes), pesos)
    for x_t in pasos:
        salida = modulo(x_t, estado)
        estado = tuple(salida[lugar] for lugar in orden) if orden else salida
    return [salida]


def all_through(notebook: Notebook, casos: list[dict[str, Any]]) -> list[Any]:
    """Return what `through` gives in each case."""
    return [through(notebook, **caso)[0] for caso in casos]


def after_another(
    notebook: Notebook,
    name: str,
    metodo: str,
    sizes: list[int],
    pesos: dict[str, Tensor],
    antes: list[Any],
    entradas: list[Any],
) -> Any:
    """Return what an object gives for inputs after it was called with others, in a list."""
    modulo = con_pesos(notebook[name](*sizes), pesos)
    getattr(modulo, metodo)(*antes)
    return [getattr(modulo, metodo)(*entradas)]


def function_after_another(
    notebook: Notebook, name: str, antes: list[Any], entradas: list[Any]
) -> Any:
    """Return what a function gives for inputs after it was called with others, in a list."""
    notebook[name](*antes)
    return [notebook[name](*entradas)]


def given_after(
    notebook: Notebook,
    name: str,
    metodo: str,
    sizes: list[int],
    pesos: dict[str, Tensor],
    entradas: list[Any],
) -> Any:
    """Return the inputs as they are after a call with them."""
    modulo = con_pesos(notebook[name](*sizes), pesos)
    getattr(modulo, metodo)(*entradas)
    return entradas


def function_given_after(notebook: Notebook, name: str, entradas: list[Any]) -> Any:
    """Return the inputs of a function as they are after a call with them."""
    notebook[name](*entradas)
    return entradas


def state(notebook: Notebook, name: str, metodo: str, sizes: list[int], entradas: list[Any]) -> Any:
    """Return the shapes of what a new object holds by name, and the names of its parameters.

    One with lazy layers, whose sizes nobody knows before that, is called once. Of what is no module
    the name of its type.
    """
    modulo = notebook[name](*sizes)
    if not isinstance(modulo, torch.nn.Module):
        return type(modulo).__name__
    modulo = modulo.to(torch.get_default_dtype())
    if any(is_lazy(p) for p in modulo.parameters()):
        getattr(modulo, metodo)(*copy.deepcopy(entradas))
    formas = {clave: list(valor.shape) for clave, valor in modulo.state_dict().items()}
    return [formas, [clave for clave, _ in modulo.named_parameters()]]
