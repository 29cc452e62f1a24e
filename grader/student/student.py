"""What a check sees of a submission: the student's classes and functions, called like torch.

    cell = student.celdaLSTM(3, 5).load(weights)
    h, c = cell(x, (h, c))
    gradients = student.gradients([h], [torch.ones_like(h)], of=[x, cell])
    answer = student.run(a_function_of_ours, x=x)  # beside what the student defined: a probe

Everything runs in the sandbox. Tensors go there as bytes, and what comes back is dense, of a
dtype and a shape that were checked, and a copy: nothing that the student does to it, or to what
it was given, reaches the trusted side.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import torch

from grader.core.errors import StudentFault, StudentProcessLost
from grader.core.i18n import tr
from grader.protocol import tensors, wire
from grader.student import probes
from grader.student.reproduction import Transcript

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from grader.core.i18n import Bilingual
    from grader.sandbox.api import Check, Report, Usage
    from grader.student.probes import Probe

Found = TypeVar("Found")


def _any(_answer: Any) -> bool:
    return True


class Student:
    """A submission, as one check sees it. Attributes are what the student defined.

    `memory` is shared by all the checks of a submission, for what need not be found out twice;
    `outcomes` are those of the checks before this one, by id. `on_gpu` is whether there is a GPU
    for the student's code to compute on. `data` is what a check wants kept with its result, for
    pictures; `transcript` is what it asked, as a notebook cell.
    """

    def __init__(
        self,
        check: Check,
        report: Report,
        memory: dict[str, Any],
        outcomes: Mapping[str, str] | None = None,
        *,
        on_gpu: bool = False,
    ) -> None:
        self._check = check
        self._report = report
        self._memory = memory
        self._outcomes = outcomes or {}
        self.on_gpu = on_gpu
        self._refs: dict[int, tuple[torch.Tensor, int]] = {}
        self._dtype: torch.dtype | None = None  # whatever the notebook made it
        self._replaced: set[str] = set()
        self.asked: set[str] = set()
        """Which of the student's own definitions the check has asked for."""
        self.calls = 0
        self.data: dict[str, Any] = {}
        self.transcript = Transcript()

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("_"):
            raise AttributeError(name)

        def call(*args: Any, **kwargs: Any) -> Any:
            self.require(name)
            return self.ask("call", name=name, args=list(args), kwargs=kwargs)

        return call

    def require(self, name: str) -> None:
        """Assert that a name is defined (or replaced). Raises StudentFault, which says why not."""
        if name in self._replaced:
            return
        self.asked.add(name)
        if name not in self._report.defined:
            self.transcript.write(lambda: [f"{name}  # no está definido"])
            absent = tr("it is not defined in the notebook")
            why = self._report.missing.get(name, absent)
            raise StudentFault(tr("“{name}”: {why}", name=name, why=why))

    def recall(self, key: str, find: Callable[[], Found]) -> Found:
        """Return what was found under this key for this submission; find it the first time."""
        if key not in self._memory:
            with self.unrecorded():
                self._memory[key] = find()
        found: Found = self._memory[key]
        return found

    @contextmanager
    def unrecorded(self) -> Iterator[None]:
        """Ask without adding to the transcript: what its reader need not repeat."""
        before, self.transcript = self.transcript, Transcript()
        try:
            yield
        finally:
            self.transcript = before

    def start_over(self) -> None:
        """Forget what was asked so far: another example begins."""
        self.transcript = Transcript()

    def lost(self, *checks: str) -> bool:
        """Whether any of these checks ("part", or "part/check") was run and did not pass."""
        return any(
            outcome != "passed" and name in (check, check.partition("/")[0])
            for check, outcome in self._outcomes.items()
            for name in checks
        )

    def lost_all(self, part: str) -> bool:
        """Whether checks of a part were run before this one, and none passed: it is not written."""
        of_part = [one for name, one in self._outcomes.items() if name.startswith(f"{part}/")]
        return bool(of_part) and "passed" not in of_part

    def passed(self, *parts: str) -> bool:
        """Whether checks of each of these parts were run before this one, and all passed."""
        return not self.lost(*parts) and all(
            any(check.startswith(f"{part}/") for check in self._outcomes) for part in parts
        )

    def replace(self, stand_ins: Mapping[str, Probe]) -> None:
        """Let stand-ins of ours take the place of some of the student's definitions.

        Each is a probe that takes the name, `name`, and puts something there. Whatever builds on
        a name that was replaced uses the stand-in.
        """
        for name, probe in stand_ins.items():
            question = probes.question(probe, {"name": name})
            self.transcript.replaced(name, question)
            if name not in self._replaced:
                self._replaced.add(name)
                with self.unrecorded():
                    self.ask("run", **question)

    def replaced(self, name: str) -> bool:
        """Whether a stand-in has taken this name's place."""
        return name in self._replaced

    def remark(self, said: Bilingual) -> None:
        """Say something that the author should know and that costs nothing: a notice."""
        told = {"text": said.es, "text_en": said.en}
        self.data.setdefault("notices", []).append(told)

    def seed(self, seed: int) -> None:
        """Start the generators that the student's code may draw from at this number."""
        self.ask("seed", seed=seed)

    def used(self) -> float:
        """Return the CPU seconds that the student's process has used, by the kernel's account."""
        return self._check.used()

    def reference(
        self, key: str, *asked: tuple[Probe, Mapping[str, Any]], again: bool = False
    ) -> Usage:
        """Run probes, each with its arguments, one after another in the same sandbox but apart.

        They share a notebook of their own, which is empty at first. Return what the last one took;
        what is known by this key in the lane will do, unless it is to be measured `again`.
        """
        if again or key not in self._check.known:
            questions = [self._out(probes.question(*one)) for one in asked]
            self._check.known[key] = self._check.reference(questions)
        return self._check.known[key]

    def precision(self, dtype: torch.dtype) -> None:
        """Make the student's modules and torch's default of this floating dtype from now on."""
        if dtype is not self._dtype:
            self._dtype = dtype
            self.ask("precision", dtype=tensors.dtype_name(dtype))

    def gradients(
        self,
        outputs: Sequence[torch.Tensor],
        weights: Sequence[torch.Tensor],
        of: Sequence[torch.Tensor | RemoteObject],
    ) -> list[Any]:
        """Run the student's backward from outputs that a call returned, weighted like them.

        Return, for each tensor in `of` (sent with requires_grad), its gradient or None, and for
        each module the gradients of its parameters by name.
        """
        asked = {"outputs": list(outputs), "gradients": list(weights), "of": list(of)}
        gradients: list[Any] = self.ask_for(
            lambda answer: (
                _is_list(answer, len(of))
                and all(
                    _are_gradients(given)
                    if isinstance(item, RemoteObject)
                    else _is_gradient(given, item)
                    for given, item in zip(answer, of, strict=True)
                )
            ),
            "backward",
            **asked,
        )
        return gradients

    def run(self, probe: Probe, form: Callable[[Any], bool] = _any, /, **arguments: Any) -> Any:
        """Run a function of ours beside the student's definitions; see `grader.student.probes`.

        `form` is whether something can be its answer. Raises what `ask_for` does.
        """
        return self.ask_for(form, "run", **probes.question(probe, arguments))

    def ask_for(self, form: Callable[[Any], bool], operation: str, **arguments: Any) -> Any:
        """Ask a question whose answer has a form over there; whoever forges another is lost."""
        answer = self.ask(operation, **arguments)
        if not form(answer):
            raise StudentProcessLost("crashed", tr("the sandbox sent a malformed reply"))
        return answer

    def ask(self, operation: str, **arguments: Any) -> Any:
        """Ask the sandbox; see `grader.sandbox.Check.ask` for what it raises."""
        self.calls += 1
        self.transcript.dtype = self._dtype or torch.float32
        value = None
        try:
            sent = {key: self._out(value) for key, value in arguments.items()}
            value = self._in(self._check.ask(operation, **sent))
        except RecursionError as error:
            text = tr("it returned lists nested without end")
            raise StudentProcessLost("crashed", text) from error
        finally:
            self.transcript.asked(operation, arguments, value)
        return value

    def _out(self, value: Any) -> Any:
        if isinstance(value, torch.Tensor):
            return self._array(value)
        if isinstance(value, RemoteObject):
            return value.ref
        if isinstance(value, dict):
            return {key: self._out(item) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return type(value)(self._out(item) for item in value)
        return value

    def _array(self, tensor: torch.Tensor) -> wire.Array:
        """Return a tensor's bytes; one that requires a gradient is a leaf on the other side."""
        known = self._refs.get(id(tensor))
        if known is None and tensor.requires_grad:
            known = (tensor, len(self._refs) + 1)
            self._refs[id(tensor)] = known
        try:
            return tensors.to_array(tensor, known and known[1])
        except tensors.TensorError as error:
            why = tr("what it returned cannot be sent back to it")
            raise StudentProcessLost("crashed", why) from error

    def _in(self, value: Any) -> Any:
        if isinstance(value, wire.Array):
            try:
                tensor = tensors.from_array(value)
            except tensors.TensorError as error:
                text = tr("it returned an impossible tensor, of shape {shape}", shape=value.shape)
                raise StudentProcessLost("crashed", text) from error
            if value.ref is not None:
                self._refs[id(tensor)] = (tensor, value.ref)
            return tensor
        if isinstance(value, wire.Ref):
            return RemoteObject(self, value)
        if isinstance(value, dict):
            return {key: self._in(item) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return type(value)(self._in(item) for item in value)
        return value


class RemoteObject:
    """An object of the student's that stays in the sandbox; its methods can be called."""

    def __init__(self, student: Student, ref: wire.Ref) -> None:
        self.student = student
        self.ref = ref
        self.sizes: tuple[int, ...] = ()
        """What it was made with, where that is known."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the object: a module's forward."""
        return self._call("__call__", args, kwargs)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("_"):
            raise AttributeError(name)
        return lambda *args, **kwargs: self._call(name, args, kwargs)

    def __repr__(self) -> str:
        return f"<{self.ref.type} of the student>"

    def load(self, weights: Mapping[str, torch.Tensor]) -> RemoteObject:
        """Copy weights in by name; those that the module lacks are passed over."""
        self.student.ask("load", target=self, state=dict(weights))
        return self

    def state_dict(self) -> dict[str, torch.Tensor]:
        """Return the module's parameters and buffers by name; anything else is left out."""
        state = self.student.ask("state", target=self)
        items = state.items() if isinstance(state, dict) else ()
        return {
            name: value
            for name, value in items
            if isinstance(name, str) and isinstance(value, torch.Tensor)
        }

    def attribute(self, name: str) -> Any:
        """Return one of the object's attributes: a submodule stays in the sandbox."""
        return self.student.ask("attribute", target=self, name=name)

    def _call(self, name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        return self.student.ask(
            "method", target=self, name=name, args=list(args), kwargs=dict(kwargs)
        )


_MAYBE_TENSOR = (torch.Tensor, type(None))


def _is_list(value: Any, length: int) -> bool:
    return isinstance(value, list) and len(value) == length


def _is_gradient(value: Any, of: torch.Tensor) -> bool:
    if value is None:
        return True
    return isinstance(value, torch.Tensor) and (value.shape, value.dtype) == (of.shape, of.dtype)


def _are_gradients(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(one, _MAYBE_TENSOR) for one in value.values())
