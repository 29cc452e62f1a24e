"""Trying a student's definition on cases: what it gives, how it does it, what it should give.

All but the equation that is judged is taken as the student has it: the order in which outputs are
returned, the order of stacked pieces, the equations of known mistakes, and every output that comes
before the equation.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import torch

from grader.checks import answers, calls, diagnosing
from grader.checks.agreement import agrees, is_of_kind, require, require_form
from grader.checks.asserts import Mismatch, tolerance
from grader.checks.case import Case, make, mapped
from grader.checks.equations import Graph, parameters
from grader.checks.form import APART, Form, Known, arranged, named
from grader.checks.layers import Over
from grader.checks.skipping import Skipped, skip
from grader.checks.strategies import Numbers
from grader.core.errors import StudentFault
from grader.core.i18n import all_of, tr
from grader.student import probes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from grader.checks.declared import Declared
    from grader.checks.misconceptions import Misconception
    from grader.checks.orders import Named
    from grader.student.probes import Probe
    from grader.student.student import Student

_NUDGE = 1e-7  # relative, of all numbers: what it does to the outputs is how rounding errors grow
_magnitudes: WeakKeyDictionary[Case, dict[Any, float]] = WeakKeyDictionary()
"""By declaration and equations, of cases that are there for all students of a run."""
WRONG = (RuntimeError, ValueError, TypeError, IndexError, ArithmeticError)
"""What equations may raise that do not fit a case, as torch does for shapes."""


@dataclass(frozen=True)
class Trials:
    """A student's definition. `bank` are the mistakes that can be known, with their words, and
    `orders` those of an order, by its name and the places of its pieces.
    """  # noqa: D205 - one sentence

    student: Student
    of: Declared
    bank: tuple[Misconception, ...]
    orders: Named = field(default_factory=dict)

    # What the student's code gives

    def ask(self, case: Case, known: Known) -> dict[str, Any]:
        """Return the outputs for one case by name. Raises StudentFault, Mismatch."""
        self.prepare(known.dtype)
        answer = self._answer(self.question(case, known.dtype, known.form))
        return self.outputs(answer, case, known)

    def ask_all(self, cases: Sequence[Case], known: Known) -> list[dict[str, Any]]:
        """Return the outputs for each case, in one question. Raises StudentFault, Mismatch."""
        self.prepare(known.dtype)
        questions = [self.question(case, known.dtype, known.form) for case in cases]
        answers = self._answers(questions)
        return [
            self.outputs(answer, case, known) for answer, case in zip(answers, cases, strict=True)
        ]

    def alone(self, case: Case) -> Any:
        """Return what comes back for a case in float64, whatever its form. Raises StudentFault."""
        return mapped_alike(self._answer(self.question(case, case.dtype)))

    def question(self, case: Case, dtype: torch.dtype, form: Form | None = None) -> dict[str, Any]:
        """Return what the probes of `calls` are given for a case, or the author's own."""
        of = self.of
        asked: dict[str, Any] = {} if of.probe else {"name": of.name}
        weights = arranged(of, case, form).weights if form else case.weights
        if of.init is not None:
            asked["sizes"] = of.arguments(case.sizes)
        if of.init is not None or (of.probe and weights):
            asked["pesos"] = {name: value.to(dtype) for name, value in weights.items()}
        if of.probe:
            return asked | mapped_by_name(case.inputs, dtype)
        if of.init is not None and of.method != "forward":
            asked["metodo"] = of.method
        asked["entradas"] = grouped(of, sent(case, dtype))
        return asked

    def prepare(self, dtype: torch.dtype) -> None:
        """See that the definition is there, and let it compute in this precision."""
        self.student.precision(dtype)
        self.student.require(self.of.name)
        self._replace_below()
        for name in probes.asked_for(self.of.probe) if self.of.probe else ():
            try:
                self.student.require(name)
            except StudentFault as fault:
                skip(tr("“{name}” has to run first: {why}", name=name, why=fault.said))

    def _replace_below(self) -> None:
        """Put what is right in the place of a part that runs and lost something."""
        lost, unwritten = self.student.lost, self.student.lost_all
        wrong = {name: probe for name, probe in self.of.stand_ins.items() if lost(name)}
        self.student.replace({name: one for name, one in wrong.items() if not unwritten(name)})

    def _answer(self, question: Mapping[str, Any]) -> Any:
        if self.of.probe:
            return self.student.run(self.of.probe, **question)
        return self.student.run(self.probe(), answers.of(list, 1), **question)[0]

    def _answers(self, questions: Sequence[Mapping[str, Any]]) -> list[Any]:
        form = answers.of(list, len(questions))
        if self.of.probe:
            asked = probes.for_each(self.of.probe, questions)
            found: list[Any] = self.student.ask_for(form, "run", **asked)
        else:
            found = self.student.run(self.probe(many=True), form, casos=questions)
        return found

    def probe(self, *, many: bool = False) -> Probe:
        """Return what calls the definition for a case, or for `many`."""
        if self.of.init is None:
            return calls.functions if many else calls.function
        if self.of.method != "forward":
            return calls.methods if many else calls.method
        return calls.modules if many else calls.module

    def outputs(self, answer: Any, case: Case, known: Known) -> dict[str, Any]:
        """Name the outputs. One of another shape will do if that is a known mistake's doing."""
        found = named(self.of, answer, known.form.returned)
        for name, kind_ in self.of.outputs.items():
            try:
                require_form(found[name], kind_, case.sizes, name)
            except Mismatch:
                theirs = known.diagnoses[name]
                if not theirs.misconceptions or not self.gives(
                    self.measured(case, theirs.equations), name, theirs.equations, found, known.form
                ):
                    raise
        return found

    # What it should give

    def expected(
        self,
        case: Case,
        output: str,
        equations: Any,
        given: Mapping[str, Any] | None = None,
        form: Form | None = None,
    ) -> Any:
        """Return an output by equations; `given` are outputs that it is worked out from.

        Of a form it takes the pieces that are used: weights stand as they are declared. Raises
        what the equations do.
        """
        upstream = self.of.upstream[output]
        before = {name: value for name, value in (given or {}).items() if name in upstream}
        with torch.no_grad():
            return self.graph(case, equations, before, form)[output]

    def by_function(self, function: Callable[..., Any], case: Case) -> dict[str, Any]:
        """Return all outputs by a function, torch's own say, that names what it uses as a term."""
        graph = self.graph(case, self.of.right)
        with torch.no_grad():
            answer = function(*(graph[name] for name in parameters(function)))
        names = list(self.of.outputs)
        return dict(zip(names, answer if len(names) > 1 else [answer], strict=True))

    def graph(
        self,
        case: Case,
        equations: Any,
        given: Mapping[str, Any] | None = None,
        form: Form | None = None,
    ) -> Graph:
        """Return all values of a case by equations, over the pieces that the form says."""
        known: dict[str, Any] = {**case.sizes, **case.inputs}
        known |= self._layers(case, form.apart if form else frozenset())
        wide = {name: mapped(value, torch.Tensor.double) for name, value in (given or {}).items()}
        return Graph(self.of.functions(equations), known | wide)

    def measured(self, case: Case, equations: Any) -> Case:
        """Return the case with how much rounding errors grow in it, over pieces of ours."""
        of_case, key = _magnitudes.setdefault(case, {}), (self.of, equations)
        if key not in of_case:
            of_case[key] = self._magnitude(case, equations)
        return replace(case, magnitude=of_case[key])

    def _magnitude(self, case: Case, equations: Any) -> float:
        largest = 0.0
        with torch.no_grad():
            exact = self._numbers(case, equations)
            for seed in range(2):
                signs = torch.Generator().manual_seed(seed)

                def nudge(value: torch.Tensor, signs: torch.Generator = signs) -> torch.Tensor:
                    drawn = torch.randint(0, 2, value.shape, generator=signs) * 2 - 1
                    return value * (1 + _NUDGE * drawn)

                for one, other in zip(
                    exact, self._numbers(case.map(nudge), equations), strict=True
                ):
                    gap = (one - other).abs().nan_to_num(0, 0, 0)
                    largest = max(largest, float(gap.max()) if gap.numel() else 0.0)
        allowed = self.of.tolerance / tolerance(case.dtype, 0.0)
        return max(largest / _NUDGE, allowed)

    def _numbers(self, case: Case, equations: Any) -> list[torch.Tensor]:
        graph, found = self.graph(case, equations, form=APART), []
        for name in self.of.outputs:
            with contextlib.suppress(*WRONG):
                found += [one.double() for one in _tensors(graph[name])]
        return found

    def _layers(self, case: Case, apart: frozenset[str] | None) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for name, layer in self.of.layers.items():
            at = self.of.parameter(name, "")
            own = {
                key.removeprefix(at).removeprefix("."): value
                for key, value in case.weights.items()
                if not at or key == at or key.startswith(f"{at}.")
            }
            made[name] = (
                self._piece(
                    layer,
                    layer.of(case.sizes),
                    own,
                    case.dtype,
                    apart=apart is None or name in apart,
                )
                if isinstance(layer, Over)
                else layer.made(case.sizes, own)
            )
        return made

    def _piece(
        self,
        layer: Over,
        sizes: Mapping[str, int],
        weights: Mapping[str, torch.Tensor],
        dtype: torch.dtype,
        *,
        apart: bool,
    ) -> Callable[..., Any]:
        """Return what calls the student's own piece, or the right one, as a term does."""
        piece = Trials(self.student, layer.piece.declared, ())
        names = list(piece.of.inputs)

        def call(*inputs: Any) -> Any:
            given = dict(zip(names, inputs, strict=False)) | dict.fromkeys(names[len(inputs) :])
            case = Case(sizes, given, weights, dtype=dtype)
            if apart:
                graph = piece.graph(case, piece.of.right, form=APART)
                outputs = tuple(graph[name] for name in piece.of.outputs)
                return outputs if len(outputs) > 1 else outputs[0]
            if not all(map(_is_value, inputs)):
                raise TypeError("no student's code is given that: an equation with a slip gave it")
            try:
                piece.prepare(dtype)
                given = self.student.recall(_key(case, piece.of.key), lambda: piece.alone(case))
            except StudentFault as fault:
                skip(tr("“{name}” has to run first: {why}", name=piece.of.name, why=fault.said))
            if not piece.has_kinds(given):
                raise TypeError("it gives something of another kind")
            return given

        return call

    def known(self) -> Known:
        """Return how this student does it; it is found out once for all checks."""
        key = f"{self.of.key}.known"
        return self.student.recall(key, lambda: diagnosing.find(self))

    def least(self) -> int:
        """Return the smallest size that this student's code works with: where it fails with sizes
        of 1, that is the form's, and all else is judged without them.
        """  # noqa: D205 - one sentence
        key = f"{self.of.key}.least"
        return self.student.recall(key, lambda: 1 if diagnosing.works_with_ones(self) else 2)

    def fresh(self, seed: int) -> Case:
        """Return a case in which nothing vanishes and nothing saturates."""
        return _fresh(self.of, seed)

    def fits(
        self, answer: Any, case: Case, returned: tuple[int, ...], *, shaped: bool = True
    ) -> bool:
        """Whether what came back is of the declared form, in this order; of any shape if not
        `shaped`.
        """  # noqa: D205 - one sentence
        try:
            found = named(self.of, answer, returned)
            for name, kind_ in self.of.outputs.items():
                if shaped or kind_.form(case.sizes) is None:
                    require_form(found[name], kind_, case.sizes, name)
                elif not isinstance(found[name], torch.Tensor):
                    return False
        except Mismatch:
            return False
        return True

    def has_kinds(self, answer: Any) -> bool:
        """Whether what came back are as many values as declared, each of its kind."""
        try:
            found = named(self.of, answer, tuple(range(len(self.of.outputs))))
        except Mismatch:
            return False
        return all(is_of_kind(found[name], kind_) for name, kind_ in self.of.outputs.items())

    def gives(
        self, case: Case, output: str, equations: Any, answer: Mapping[str, Any], form: Form
    ) -> bool:
        """Whether equations give what the student's code gave; what does not fit does not."""
        try:
            expected = self.expected(case, output, equations, answer, form)
        except (*WRONG, Skipped):
            return False
        return agrees(answer[output], expected, case)

    def answers(self, cases: Sequence[Case], dtype: torch.dtype) -> list[Any]:
        """Return what comes back for cases as they are declared, whatever its form.

        Raises StudentFault.
        """
        self.prepare(dtype)
        return self._answers([self.question(case, dtype) for case in cases])

    # The verdict on one case

    def judge(self, case: Case, answer: Mapping[str, Any], term: str, known: Known) -> None:
        """Assert that a term is right, all others being as this student has them.

        What is worked out from nothing but zeros, or from no number, is judged on the right ones:
        else who returns zeros would be right. Raises Mismatch.
        """
        told = {
            name: value
            for name, value in answer.items()
            if known.diagnoses[name].explained or _says_something(value)
        }
        graphs: dict[Any, Graph] = {}  # of outputs that follow from no other
        for output in self.of.judged_in[term]:
            diagnosis = known.diagnoses[output]
            equations = diagnosis.but(term)
            with self.worked_out():
                if self.of.upstream[output]:
                    expected = self.expected(case, output, equations, told, known.form)
                else:
                    if equations not in graphs:
                        graphs[equations] = self.graph(case, equations, form=known.form)
                    with torch.no_grad():
                        expected = graphs[equations][output]
            if not agrees(answer[output], expected, case):
                require(
                    answer[output],
                    expected,
                    quantity=output,
                    case=self.measured(case, equations),
                    misconception=diagnosis.about(term),
                )

    @contextlib.contextmanager
    def worked_out(self) -> Iterator[None]:
        """Skip the check where what a student's piece or output gave fits no equation."""
        try:
            yield
        except WRONG:
            skip(
                tr(
                    "it is built on “{pieces}”, which does not give what is needed here",
                    pieces=all_of([piece.of.name for piece in self.pieces()] or [self.of.name]),
                )
            )

    def pieces(self) -> list[Trials]:
        """Return the student's own pieces that it is built on."""
        layers = self.of.layers.values()
        return [
            Trials(self.student, one.piece.declared, ()) for one in layers if isinstance(one, Over)
        ]


def _says_something(value: Any) -> bool:
    numbers = value if isinstance(value, torch.Tensor) else None
    return numbers is None or bool((numbers.isfinite() & (numbers != 0)).any())


@functools.lru_cache(maxsize=256)
def _fresh(of: Declared, seed: int) -> Case:
    return make(of.inputs, of.shapes, of.fresh_sizes, Numbers(seed, scale=0.7, states=0.9))


def sent(case: Case, dtype: torch.dtype) -> list[Any]:
    """Return a case's inputs as they are sent; those left out at the end are not."""
    values = [mapped(value, lambda one: one.to(dtype)) for value in case.inputs.values()]
    while values and values[-1] is None:
        values.pop()
    return values


def mapped_by_name(inputs: Mapping[str, Any], dtype: torch.dtype) -> dict[str, Any]:
    """Return inputs by name in a precision."""
    return {name: mapped(value, lambda one: one.to(dtype)) for name, value in inputs.items()}


def grouped(of: Declared, values: list[Any]) -> list[Any]:
    """Return inputs as a student's code gets them: those that go together in a tuple."""
    if not of.together:
        return values
    first = list(of.inputs).index(of.together[0])
    last = first + len(of.together)
    return [*values[:first], tuple(values[first:last]), *values[last:]]


def mapped_alike(value: Any) -> Any:
    """Return what a student's piece gave in float64, tuples as tuples."""
    if isinstance(value, (tuple, list)):
        return tuple(mapped_alike(one) for one in value)
    return mapped(value, torch.Tensor.double)


def _key(case: Case, name: str) -> str:
    """Return what a call of a piece is known by: the same call is made once."""
    told = hashlib.blake2b(f"{name} {case.dtype} {case.sizes}".encode())
    for value in (*case.inputs.values(), *case.weights.values()):
        is_tensor = isinstance(value, torch.Tensor)
        told.update(f"{value.shape}{value.dtype}".encode() if is_tensor else repr(value).encode())
        if is_tensor:
            told.update(value.detach().contiguous().numpy().tobytes())
    return f"piece.{told.hexdigest()}"


def _is_value(value: Any) -> bool:
    """Whether something can be an input: a tensor, a number, a flag, or a list of these."""
    if isinstance(value, (list, tuple)):
        return all(map(_is_value, value))
    if isinstance(value, torch.Tensor):
        return value.layout is torch.strided and not value.is_complex()
    return value is None or isinstance(value, (bool, int, float))


def _tensors(value: Any) -> list[torch.Tensor]:
    if isinstance(value, (list, tuple)):
        return [one for item in value for one in _tensors(item)]
    return [value] if isinstance(value, torch.Tensor) else []
