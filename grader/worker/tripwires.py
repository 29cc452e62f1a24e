"""Alarms on torch's own recurrent cells: whatever the spelling, they all end here when they run.

Every way to them (`torch.nn.LSTM`, `_VF`, TorchScript, `torch.ops`, a pickled module…) passes
through torch's dispatcher, where each operator's kernels give way to one that calls the handler.
The few cells that torch writes in Python, of other operators, have their code exchanged.
"""

from __future__ import annotations

import ctypes
import inspect
import re
import sys
import threading
import types
import warnings
from typing import TYPE_CHECKING, Any, NoReturn

import torch

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

_CELL = re.compile(r"celda \[(\d+)\]")
_KINDS = ("lstm", "gru", "rnn_tanh", "rnn_relu")
# Not those that check or arrange weights, which making a layer calls without running it.
_OPERATORS = {
    "aten": (
        *(f"{kind}_cell" for kind in _KINDS),
        *(f"{kind}.{overload}" for kind in _KINDS for overload in ("input", "data")),
        *(f"quantized_{kind}_cell" for kind in _KINDS),
        *(
            f"quantized_{kind}.{overload}"
            for kind in ("lstm", "gru")
            for overload in ("input", "data", "input_legacy", "data_legacy")
        ),
        *("_thnn_fused_lstm_cell", "_thnn_fused_lstm_cell.out"),
        *("_thnn_fused_gru_cell", "_thnn_fused_gru_cell.out"),
        *("mkldnn_rnn_layer", "mkldnn_rnn_layer.out", "_cudnn_rnn", "_cudnn_rnn.out"),
        *("miopen_rnn", "miopen_rnn.out", "_lstm_mps", "_lstm_mps.out"),
    ),
    "quantized": tuple(f"quantized_{kind}_cell_dynamic" for kind in _KINDS),
}
# Where an operator may have a kernel that computes; the others (autocast, tracing, batching) lead
# to one of these.
_KEYS = (
    *("CompositeImplicitAutograd", "CompositeExplicitAutograd", "Autograd"),
    *("CPU", "CUDA", "MkldnnCPU", "QuantizedCPU"),
)
# Modules that hold cells written in Python, and which of their functions compute.
_IN_PYTHON = {
    "torch._decomp.decompositions": re.compile(r"\w*(lstm|gru|rnn)\w*"),
    "torch.ao.nn.quantizable.modules.rnn": re.compile(r"\w*LSTM\w*\.forward"),
}

# A class of the student's may answer for itself; these ask Python.
_NAME_OF_CLASS = type.__dict__["__name__"].__get__
_DICTIONARY_OF_CLASS = type.__dict__["__dict__"].__get__

_armed = threading.Event()


def arm(handler: Callable[[str], NoReturn]) -> None:
    """Have `handler` called with the operator's name whenever a recurrent cell of torch's runs.

    It holds for this process and those that it forks, for good. Raises RuntimeError the second
    time. Of the modules with cells in Python it reaches those imported so far.
    """
    if _armed.is_set():
        raise RuntimeError("the tripwires are armed already")
    _armed.set()
    with warnings.catch_warnings(action="ignore"):  # torch's, that a kernel is overridden
        for namespace, operators in _OPERATORS.items():
            _override(namespace, operators, handler)
    for module, computes in _IN_PYTHON.items():
        for function in _functions(module):
            if computes.fullmatch(function.__qualname__) and not function.__closure__:
                _exchange(function, handler)


def place_and_part(wanted: Collection[str]) -> tuple[str | None, int | None, int | None]:
    """Return (part, cell, line) of the student's code that is running, the innermost of each.

    A frame belongs to a part by where its code is written (`celdaLSTM.forward`), or else by the
    object that it works on, for methods that a class inherits or was given later. Runs no code of
    the student's.
    """
    part: str | None = None
    cell: int | None = None
    line: int | None = None
    frame = inspect.currentframe()
    while frame is not None and (part is None or cell is None):
        match = _CELL.fullmatch(frame.f_code.co_filename)
        if match and cell is None:
            cell, line = int(match[1]), frame.f_lineno
        part = part or (_written_in(frame, wanted) if match else None) or _method_of(frame, wanted)
        frame = frame.f_back
    return part, cell, line


def _written_in(frame: types.FrameType, wanted: Collection[str]) -> str | None:
    first = str.split(frame.f_code.co_qualname, ".")[0]
    return first if first in wanted else None


def _method_of(frame: types.FrameType, wanted: Collection[str]) -> str | None:
    """Return the wanted class of the object that a method works on."""
    code = frame.f_code
    # Only a function's locals are sure to be a dictionary: a class body's may be the student's.
    if not code.co_flags & inspect.CO_OPTIMIZED or not code.co_argcount:
        return None
    for ancestor in type.mro(type(frame.f_locals.get(code.co_varnames[0]))):
        name = _NAME_OF_CLASS(ancestor)
        module = dict.get(dict(_DICTIONARY_OF_CLASS(ancestor)), "__module__")
        if type(name) is type(module) is str and module == "cuaderno" and name in wanted:
            return name
    return None


def _override(
    namespace: str, operators: tuple[str, ...], handler: Callable[[str], NoReturn]
) -> None:
    """Put a kernel of ours in the place of each that the operators have.

    `torch.library.Library` does the same, but leaves the object whose end would undo it where
    the student's code could find it.
    """
    dispatch: Any = torch._C  # noqa: SLF001
    library = dispatch._dispatch_library("IMPL", namespace, "", __file__, 0)  # noqa: SLF001
    for operator in operators:
        full = f"{namespace}::{operator}"
        if not dispatch._dispatch_has_kernel(full):  # noqa: SLF001 - another version of torch
            continue
        kernel = _kernel(_readable(namespace, operator), handler)
        for key in _KEYS:
            if dispatch._dispatch_has_kernel_for_dispatch_key(full, key):  # noqa: SLF001
                library.impl(operator, key, kernel, False)  # noqa: FBT003 - no set of keys, thanks
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(library))  # the overrides last as long as it does


def _kernel(name: str, handler: Callable[[str], NoReturn]) -> Callable[..., NoReturn]:
    def alarm(*_arguments: Any, **_options: Any) -> NoReturn:
        handler(name)
        raise RuntimeError(f"{name} is not to be used")  # should the handler return

    return alarm


def _readable(namespace: str, operator: str) -> str:
    name = operator.partition(".")[0]
    return f"torch.{name}" if namespace == "aten" else f"torch.ops.{namespace}.{name}"


def _functions(module_name: str) -> Iterator[types.FunctionType]:
    """Yield the functions and the methods that a module defines, if it was imported."""
    module = sys.modules.get(module_name)
    for item in list(vars(module).values()) if module else []:
        if getattr(item, "__module__", None) == module_name:
            held = vars(item).values() if isinstance(item, type) else [item]
            yield from (one for one in held if isinstance(one, types.FunctionType))


def _exchange(function: types.FunctionType, handler: Callable[[str], NoReturn]) -> None:
    """Have a function of torch's call the handler, whoever holds a reference to it."""
    name = f"{function.__module__}.{function.__qualname__}".removesuffix(".forward")
    function.__code__ = _alarm.__code__
    function.__kwdefaults__ = {"alarm": _kernel(name, handler)}


def _alarm(*_arguments: Any, alarm: Callable[[], NoReturn], **_options: Any) -> NoReturn:
    alarm()  # its code runs with the globals of torch's module, so it is told whom to call
