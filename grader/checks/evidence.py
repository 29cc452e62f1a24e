"""What a student's code gave for some cases, and whether equations give the same."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import torch

from grader.checks.agreement import agrees
from grader.checks.asserts import tolerance
from grader.checks.equations import Graph
from grader.checks.form import arranged, named
from grader.checks.skipping import Skipped

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from grader.checks.case import Case
    from grader.checks.form import Form
    from grader.checks.trial import Trials


@dataclass(frozen=True)
class Look:
    """What came back for cases in one precision, and the forms that it may have.

    `of_other_shape` are those that it may have but for the shapes.
    """

    dtype: torch.dtype
    seen: Sequence[tuple[Case, Any]]
    forms: Sequence[Form] = ()
    of_other_shape: Sequence[Form] = ()


class Evidence:
    """The cases of a look as a student of this form has them."""

    def __init__(self, trials: Trials, look: Look, form: Form) -> None:
        self.look = look
        self._trials, self._form = trials, form
        self._values: dict[tuple[int, str], _Values] = {}

    def explains(self, equations: Any, outputs: Sequence[str], *, nearly: bool = False) -> bool:
        """Whether equations give these outputs; `nearly`: within what float32 is off."""
        return all(
            self._of(number, output).agrees(equations, nearly=nearly)
            for output in outputs
            for number in range(len(self.look.seen))
        )

    def _of(self, number: int, output: str) -> _Values:
        if (number, output) not in self._values:
            case, answer = self.look.seen[number]
            of = self._trials.of
            case = arranged(of, case, self._form, back=True)
            given = named(of, answer, self._form.returned)
            self._values[number, output] = _Values(self._trials, case, given, self._form, output)
        return self._values[number, output]


class View:
    """What came back in each precision, under one form."""

    def __init__(self, trials: Trials, looks: Sequence[Look], form: Form) -> None:
        self.form = form
        self._all = [Evidence(trials, look, form) for look in looks]

    def explains(self, equations: Any, outputs: Sequence[str], *, widest: bool = False) -> bool:
        """Whether equations give these outputs in some precision, or in the `widest`."""
        near = self._all[0].explains(equations, outputs, nearly=True)
        looks = self._all[:1] if widest else self._all
        return near and any(one.explains(equations, outputs) for one in looks)

    @property
    def narrow(self) -> torch.dtype:
        """The precision of who computes in float32 inside, whatever it is given."""
        first = self._all[0].look
        given = [value for _, answer in first.seen for value in tensors(answer)]
        is_single = all(torch.equal(value.double(), value.float().double()) for value in given)
        return torch.float32 if is_single else first.dtype

    def look(self, equations: Any, outputs: Sequence[str]) -> Look:
        """Return the first look that equations explain, else the first."""
        found = (one.look for one in self._all if one.explains(equations, outputs))
        return next(found, self._all[0].look)


def tensors(value: Any) -> list[torch.Tensor]:
    """Return the tensors of numbers in what came back."""
    if isinstance(value, (list, tuple)):
        return [one for item in value for one in tensors(item)]
    is_numbers = isinstance(value, torch.Tensor) and value.is_floating_point()
    return [value] if is_numbers else []


class _Values:
    """What an output's terms are for one case, whatever does not change worked out once."""

    def __init__(
        self, trials: Trials, case: Case, answer: Mapping[str, Any], form: Form, output: str
    ) -> None:
        of = trials.of
        self._of, self._output, self._given = of, output, answer[output]
        self._case, self._loose = case, replace(case, dtype=torch.float32)
        is_real = isinstance(self._given, torch.Tensor) and not self._given.is_complex()
        numbers = self._given if is_real else torch.empty(0)
        self._first = float(numbers.flatten()[0]) if numbers.numel() else None
        largest = (
            float(numbers.double().abs().nan_to_num(0, 0, 0).max()) if numbers.numel() else 0.0
        )
        self._bound = 2 * tolerance(torch.float32, case.magnitude, case.steps, largest)
        before = {name: answer[name] for name in of.upstream[output]}
        self._right = trials.graph(case, of.right, before, form)
        self._fixed = dict(self._right.known)
        self._apart: dict[frozenset[str], dict[str, Any]] = {}

    def agrees(self, equations: Any, *, nearly: bool) -> bool:
        """Whether the equations give what the student's code gave; what does not fit does not."""
        of = self._of
        changed = frozenset(
            name for name, term in of.terms.items() if getattr(equations, name) is not term.function
        )
        try:
            with torch.no_grad():
                graph = Graph(of.functions(equations), dict(self._unchanged(changed)))
                found = graph[self._output]
                case = self._loose if nearly else self._case
                return not self._is_far(found) and agrees(self._given, found, case)
        except (Exception, Skipped):  # noqa: BLE001 - equations with a slip may raise anything
            return False

    def _is_far(self, found: Any) -> bool:
        """Whether the first number alone says that it is another: most equations end here."""
        if self._first is None or not isinstance(found, torch.Tensor) or not found.numel():
            return False
        return abs(float(found.flatten()[0]) - self._first) > self._bound

    def _unchanged(self, changed: frozenset[str]) -> dict[str, Any]:
        """Return all that is known and does not depend on some terms."""
        if changed not in self._apart:
            found = self._apart[changed] = dict(self._fixed)
            for name, needed in self._of.needed.items():
                if name not in found and not changed & needed:
                    try:
                        found[name] = self._right[name]
                    except (Exception, Skipped):  # noqa: BLE001, S112 - it need not fit this case
                        continue
        return self._apart[changed]
