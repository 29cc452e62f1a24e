"""The student's objects, by number, and the questions that can be asked of them.

Every answer is plain values and tensor bytes; what cannot be sent stays here and is named by a
`wire.Ref`. An exception in the student's code is an answer too: its type, message and place.
"""

from __future__ import annotations

import builtins
import contextlib
import random
import traceback
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch.nn.parameter import is_lazy

from grader.protocol import tensors, wire
from grader.worker import gpus
from grader.worker.messages import Text, Translatable, TranslatableError, notice, sendable
from grader.worker.missing import Missing
from grader.worker.program import cell_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_LONGEST_NAME = 200
_LONGEST_MESSAGE = 2000
_BUILTINS = dict(vars(builtins))
"""What probes use, whatever the notebook does to its own."""
_PLAIN = (bool, int, float, str, bytes, type(None))
_PROBES = "piezas"  # the file of their code, which is in no cell of the notebook


class Unsendable(TranslatableError, TypeError):
    """A value that is no plain number, text or dense tensor."""


class Objects:
    """The objects of one check. `namespace` holds the student's definitions by name."""

    def __init__(self, namespace: dict[str, Any]) -> None:
        self.namespace = namespace
        self.kept: dict[int, Any] = {}
        self.probes: dict[str, dict[str, Any]] = {}  # what their sources define
        self.operations: dict[str, Callable[..., Any]] = {
            "precision": self._precision,
            "seed": self._seed,
            "call": self._call,
            "method": self._method,
            "attribute": self._attribute,
            "load": self._load,
            "state": self._state,
            "backward": self._backward,
            "run": self._run,
        }

    def answer(self, question: wire.Message) -> bytes:
        """Return the frame that answers one question."""
        nonce = question["nonce"]
        try:
            operation = self.operations[question["op"]]
            arguments = {key: self._in(value) for key, value in question["args"].items()}
            return wire.encode({"nonce": nonce, "value": self._out(operation(**arguments))})
        except BaseException as error:  # noqa: BLE001 - the student's, SystemExit too
            with contextlib.suppress(BaseException):  # what they hold may be all the memory
                traceback.clear_frames(error.__traceback__)
            return wire.encode({"nonce": nonce, "raised": describe(error)})

    def _precision(self, dtype: str) -> None:
        torch.set_default_dtype(getattr(torch, dtype))

    def _seed(self, seed: int) -> None:
        start_random(seed)

    def _call(self, name: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
        made = self.namespace[name](*args, **kwargs)
        if isinstance(made, torch.nn.Module):
            made = made.to(torch.get_default_dtype())
        return made

    def _method(self, target: Any, name: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
        return getattr(target, name)(*args, **kwargs)

    def _attribute(self, target: Any, name: str) -> Any:
        return getattr(target, name)

    def _load(self, target: torch.nn.Module, state: dict[str, torch.Tensor]) -> Any:
        """Copy a state in; return the names that it lacks and those that it has no use for."""
        load = torch.nn.Module.load_state_dict  # a class may have a method of its own by this name
        missing, unexpected = load(target, state, strict=False)
        return list(missing), list(unexpected)

    def _state(self, target: torch.nn.Module) -> dict[str, torch.Tensor]:
        state = torch.nn.Module.state_dict(target)
        return {name: _value(value) for name, value in state.items()}

    def _backward(
        self, outputs: list[torch.Tensor], gradients: list[torch.Tensor], of: list[Any]
    ) -> list[Any]:
        """Run backward from those outputs that have a history; return the gradient of each leaf,
        and of each parameter of each module in `of` (a dict by name).
        """  # noqa: D205 - one sentence
        pairs = zip(outputs, gradients, strict=True)
        live = [(output, gradient) for output, gradient in pairs if output.requires_grad]
        if live:
            torch.autograd.backward([pair[0] for pair in live], [pair[1] for pair in live])
        return [_gradients(item) for item in of]

    def _run(self, source: str, name: str, args: dict[str, Any]) -> Any:
        """Call a function of the host's, of which this is the source, on the student's names."""
        if source not in self.probes:
            pieces = self.probes[source] = {"__name__": _PROBES, "__builtins__": _BUILTINS}
            exec(compile(source, _PROBES, "exec", dont_inherit=True), pieces)  # noqa: S102 - the host's
        return self.probes[source][name](self.namespace, **args)

    def _in(self, value: Any) -> Any:
        if isinstance(value, wire.Array):
            return self._tensor(value)
        if isinstance(value, wire.Ref):
            return self.kept[value.id]
        if isinstance(value, dict):
            return {key: self._in(item) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return type(value)(self._in(item) for item in value)
        return value

    def _tensor(self, array: wire.Array) -> torch.Tensor:
        if array.ref is not None and array.ref in self.kept:
            known: torch.Tensor = self.kept[array.ref]
            return known
        tensor = tensors.from_array(array)
        if array.ref is not None:
            self.kept[array.ref] = tensor.requires_grad_()
        return tensor

    def _out(self, value: Any) -> Any:
        if isinstance(value, torch.Tensor):
            return _sent(value, self._keep(value) if value.requires_grad else None)
        if type(value) in _PLAIN:
            return value
        if isinstance(value, (list, tuple)):
            items = [self._out(item) for item in value]
            return tuple(items) if isinstance(value, tuple) else items
        if type(value) is dict:
            return {str(key): self._out(item) for key, item in value.items()}
        if type(value) is Missing:
            raise value.error()
        return wire.Ref(self._keep(value), type(value).__name__)

    def _keep(self, value: Any) -> int:
        number = -len(self.kept) % (1 << 62)  # counts down: the host's leaves count up
        self.kept[number] = value
        return number


def start_random(seed: int) -> None:
    """Start the usual generators anew, so that a check does not depend on those before it."""
    torch.default_generator.manual_seed(seed)
    if gpus.shown():  # torch.manual_seed looks for accelerators of five kinds, for 3 ms a process
        torch.cuda.manual_seed_all(seed)
    random.seed(seed)
    np.random.seed(seed % 2**32)  # noqa: NPY002 - the generator that students use


def describe(error: BaseException) -> list[Any]:
    """Return [type, message, code cell, line, out of memory] of an exception, the place in the
    student's own code where it can be told.
    """  # noqa: D205 - one sentence
    name, text = described(error)
    memory = isinstance(error, MemoryError) or "can't allocate memory" in str(text)
    said = text.to_wire() if isinstance(text, Translatable) else text
    return [name, said, *place_of(error), memory]


def described(error: BaseException) -> tuple[str, Text]:
    """Return an exception's type and what it says: a message of ours, or a text of any other's."""
    name = text = ""
    with contextlib.suppress(BaseException):  # both may be the student's own code
        name = sendable(type(error).__name__)[:_LONGEST_NAME]
        text = sendable(str(error))[:_LONGEST_MESSAGE]
    return name, error.told if isinstance(error, TranslatableError) else text


def place_of(error: BaseException) -> tuple[int | None, int | None]:
    """Return the cell and line of the student's own code that an exception came by."""
    return place(traceback.extract_tb(error.__traceback__))


def place(frames: Iterable[traceback.FrameSummary]) -> tuple[int | None, int | None]:
    """Return the code cell and line of the innermost frame that is the student's."""
    for frame in reversed(list(frames)):
        if cell := cell_of(frame.filename):
            return cell, frame.lineno
    return None, None


def _value(tensor: torch.Tensor) -> torch.Tensor:
    """Return a tensor's value: nothing, of a lazy layer's that has not been called."""
    return torch.empty(0) if is_lazy(tensor) else tensor.detach()


def _gradients(item: Any) -> Any:
    if isinstance(item, torch.nn.Module):
        return {name: value.grad for name, value in item.named_parameters()}
    return item.grad


def _sent(tensor: torch.Tensor, ref: int | None) -> wire.Array:
    try:
        return tensors.to_array(tensor, ref)
    except tensors.NotDense:
        why = notice("the tensor is not dense (sparse, nested or without data)")
    except tensors.UnknownDtype as error:
        why = notice("the tensor is of dtype {dtype}", dtype=error.dtype)
    except tensors.TooLarge as error:
        why = notice("the tensor is too large: {shape}", shape=error.shape)
    raise Unsendable(why)
