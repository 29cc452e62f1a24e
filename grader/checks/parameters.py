"""A module's parameters: names, shapes, and how they are drawn."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import torch

from grader.checks import laws
from grader.checks.asserts import Mismatch, dimensions, kind
from grader.checks.misconceptions import Misconception
from grader.checks.probes import one_step
from grader.core.errors import StudentFault
from grader.core.i18n import tr
from grader.student.student import RemoteObject

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grader.core.i18n import Bilingual
    from grader.student.student import Student

_FALSE_ALARM = 1e-11
"""The chance, for each of the statistics of one tensor, that right code fails: over the three
statistics of four tensors less than 1e-9 in all."""

_DEVIATIONS = 6.9  # a normal variable leaves ±6.9 standard deviations with a chance of 5e-12

NORMAL = Misconception(
    "init.normal",
    {},
    "√(3/hidden_size) es el límite de una distribución uniforme, no la desviación de una normal; "
    "la varianza que resulta es 1/hidden_size.",
    "√(3/hidden_size) is the bound of a uniform distribution, not the deviation of a normal one; "
    "the variance that results is 1/hidden_size.",
)

NEVER_CALLED = Misconception(
    "init.never_called",
    {},
    "reset_parameters reparte bien los parámetros, pero una celda recién creada no los tiene así: "
    "¿quién llama a ese método?",
    "reset_parameters draws the parameters well, but a new cell does not have them so: who calls "
    "that method?",
)


def construct(student: Student, name: str, *sizes: int) -> RemoteObject:
    """Return an object of the student's class. Raises StudentFault, and Mismatch if none."""
    made = getattr(student, name)(*sizes)
    if not isinstance(made, RemoteObject):
        raise _no_module(name, sizes, made)
    made.sizes = sizes
    return made


def _no_module(name: str, sizes: tuple[int, ...], made: Any) -> Mismatch:
    return Mismatch(
        tr("{call} should create a module but gives {got}", call=f"{name}{sizes}", got=kind(made)),
        quantity=f"{name}{sizes}",
        expected="torch.nn.Module",
        got=kind(made),
        holds=lambda _: [f"assert isinstance({name}{sizes}, torch.nn.Module)"],
    )


def drawn(
    student: Student, name: str, sizes: tuple[int, ...], *, again: bool
) -> dict[str, torch.Tensor]:
    """Return the layers' parameters of a new module by name; `again`: after `reset_parameters`.

    Buffers, and whatever else a module may hold, are its own. Raises StudentFault, Mismatch.
    """
    student.seed(0)
    module = construct(student, name, *sizes)
    with student.unrecorded():
        state_of(module)
    if again:
        module.reset_parameters()
    named = ("weight", "bias")
    return {key: v for key, v in module.state_dict().items() if key.endswith(named) and v.numel()}


def require_drawn(
    student: Student, name: str, sizes: tuple[int, ...], bound: float, within: tuple[str, str]
) -> None:
    """Assert that `reset_parameters` draws in ±bound, and that somebody calls it.

    That may be who makes the module: a model, `within`, that has it under an attribute. With lazy
    layers nobody can while it is made. Raises StudentFault, Mismatch.
    """
    require_uniform(drawn(student, name, sizes, again=True), bound)
    student.start_over()
    if _is_lazy(construct(student, name, *sizes)):
        return
    student.start_over()
    try:
        require_uniform(drawn(student, name, sizes, again=False), bound, NEVER_CALLED)
    except Mismatch as mismatch:
        if not _is_called_by(student, *within, sizes, bound):
            raise mismatch from None


def _is_called_by(
    student: Student, model: str, attribute: str, sizes: tuple[int, ...], bound: float
) -> bool:
    """Whether a model of the student's has drawn its piece's parameters so."""
    try:
        with student.unrecorded():
            state = drawn(student, model, (*sizes, 1), again=False)
        own = {key: value for key, value in state.items() if key.startswith(f"{attribute}.")}
        require_uniform(own, bound)
    except (StudentFault, Mismatch):
        return False
    return bool(own)


def state_of(module: RemoteObject) -> dict[str, torch.Tensor]:
    """Return a module's parameters and buffers by name.

    One with lazy layers, whose sizes nobody knows before that, is called once. Raises StudentFault.
    """
    state = module.state_dict()
    if len(module.sizes) < len(("input", "hidden")) or not _is_lazy(module):
        return state
    module.student.run(one_step, modulo=module, sizes=list(module.sizes))
    return module.state_dict()


def _is_lazy(module: RemoteObject) -> bool:
    return not all(one.numel() for one in module.state_dict().values())


def require(module: RemoteObject, shapes: Mapping[str, tuple[int, ...]]) -> None:
    """Assert that a module has parameters of these names and shapes. Raises Mismatch."""
    state = state_of(module)
    for name, shape in shapes.items():
        got = tuple(state[name].shape) if name in state else None
        if got == shape:
            continue
        raise _wrong_shape(module, sorted(map(str, state)), name, shape, got)


def _wrong_shape(
    module: RemoteObject,
    names: list[str],
    name: str,
    shape: tuple[int, ...],
    got: tuple[int, ...] | None,
) -> Mismatch:
    known = ", ".join(names[:12]) or tr("none")
    return Mismatch(
        tr("there is no parameter {name} (there are: {known})", name=repr(name), known=known)
        if got is None
        else tr(
            "{name} has shape {got}, but {shape} was expected",
            name=name,
            got=dimensions(got),
            shape=dimensions(shape),
        ),
        quantity=name,
        expected=dimensions(shape),
        got=known if got is None else dimensions(got),
        holds=lambda code: [
            f"pesos = {code(module)}.state_dict()",
            f"assert {name!r} in pesos, sorted(pesos)",
            f"assert tuple(pesos[{name!r}].shape) == {shape}",
        ],
    )


def require_uniform(
    state: Mapping[str, torch.Tensor], bound: float, otherwise: Misconception | None = None
) -> None:
    """Assert that every one of these tensors could be uniform in ±bound. Raises Mismatch.

    What explains those that could not is what they are drawn from, or `otherwise`.
    """
    for name, tensor in state.items():
        try:
            _require_uniform(name, tensor, bound)
        except Mismatch as mismatch:
            mismatch.misconception = otherwise or _drawn_from(tensor, bound)
            raise


def _drawn_from(tensor: torch.Tensor, bound: float) -> Misconception | None:
    if laws.normal(bound).could_give(tensor):
        return NORMAL
    law = laws.seen(tensor) if bool(tensor.isfinite().all()) else None
    return laws.read(law, 3 / bound**2) if law else None


def _require_uniform(name: str, tensor: torch.Tensor, bound: float) -> None:
    """Assert it of one tensor.

    Three statistics a tensor, each with a false alarm under `_FALSE_ALARM`: no value beyond the
    bound, the largest near enough to it, mean and variance within `_DEVIATIONS` of theirs.
    """
    values = tensor.to(torch.float64).flatten()
    count = values.numel()
    largest, mean = float(values.abs().max()), float(values.mean())
    variance, spread = float(values.square().mean()), bound**2 * math.sqrt(4 / 45 / count)
    drift, least = (
        _DEVIATIONS * bound / math.sqrt(3 * count),
        bound * _FALSE_ALARM ** (1 / count),
    )
    if not largest <= bound * (1 + 1e-6):
        raise _not_uniform(
            tr(
                "{name} has values up to {largest}; the bound is {bound}",
                name=name,
                largest=f"{largest:.4f}",
                bound=f"{bound:.4f}",
            ),
            (name, tensor, "abs().max()", f"<= {bound * (1 + 1e-6):.7g}"),
            (_up_to(bound), _up_to(largest)),
        )
    if largest < least:
        raise _not_uniform(
            tr(
                "{name} never goes beyond {largest}; with a bound of {bound}, some values "
                "should come close to it",
                name=name,
                largest=f"{largest:.4f}",
                bound=f"{bound:.4f}",
            ),
            (name, tensor, "abs().max()", f">= {least:.7g}"),
            (tr("nearly up to {number}", number=f"{bound:.4f}"), _up_to(largest)),
        )
    if abs(mean) > drift:
        raise _not_uniform(
            tr("{name} has mean {mean}; it should be nearly 0", name=name, mean=f"{mean:.4f}"),
            (name, tensor, "mean().abs()", f"<= {drift:.7g}"),
            (tr("mean {number}", number=0), tr("mean {number}", number=f"{mean:.4f}")),
        )
    if abs(variance - bound**2 / 3) > _DEVIATIONS * spread:
        raise _not_uniform(
            tr(
                "{name} has variance {variance}; a uniform distribution with this bound "
                "has {right}",
                name=name,
                variance=f"{variance:.5f}",
                right=f"{bound**2 / 3:.5f}",
            ),
            (
                name,
                tensor,
                f"square().mean().sub({bound**2 / 3:.7g}).abs()",
                f"<= {_DEVIATIONS * spread:.7g}",
            ),
            (_variance(bound**2 / 3), _variance(variance)),
        )


def _up_to(number: float) -> Bilingual:
    return tr("up to {number}", number=f"{number:.4f}")


def _variance(number: float) -> Bilingual:
    return tr("variance {number}", number=f"{number:.5f}")


def _not_uniform(
    message: Bilingual,
    statement: tuple[str, torch.Tensor, str, str],
    numbers: tuple[Bilingual, Bilingual],
) -> Mismatch:
    """Return the failure of a statistic of one tensor, and how to see it."""
    name, tensor, statistic, relation = statement
    return Mismatch(
        message,
        quantity=name,
        expected=numbers[0],
        got=numbers[1],
        holds=lambda code: [
            f"valor = {code(tensor)}.{statistic}",
            "print(valor.item())",
            f"assert valor {relation}",
        ],
    )
