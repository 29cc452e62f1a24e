"""One submission's run through the checks: from pytest's reports to CheckResults."""

from __future__ import annotations

import hashlib
import hmac
import inspect
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest
import torch
from hypothesis.errors import Flaky
from hypothesis.internal.conjecture import providers

from grader.checks import Mismatch, Skipped, skip
from grader.core.errors import (
    AssignmentFault,
    BrokenCheck,
    Delegated,
    Place,
    SandboxFault,
    StudentFault,
    StudentProcessLost,
)
from grader.core.i18n import Bilingual, same, tr
from grader.core.results import CheckResult, Flag, Misconception
from grader.sandbox import gpus
from grader.sandbox.api import Usage
from grader.student.student import Student

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from grader.assignments.assignment import Assignment
    from grader.core.results import Outcome
    from grader.sandbox.api import Session

_PROFILE = "grader"
_MOST_CALLS_AFTER_FAILURE = 1500
"""How often the student's code is asked, once it has failed, to find a smaller counterexample. A
count and not a time, so that a slow machine reports the same one."""
_SETTINGS = "_hypothesis_internal_use_settings"

hypothesis.settings.register_profile(
    _PROFILE,
    max_examples=10,
    deadline=None,
    database=None,
    phases=(hypothesis.Phase.explicit, hypothesis.Phase.generate, hypothesis.Phase.shrink),
    report_multiple_bugs=False,
    suppress_health_check=list(hypothesis.HealthCheck),
)


class ShrinkBudgetExceeded(BaseException):
    """Looking for a smaller counterexample has taken long enough.

    Not an `Exception`, so that Hypothesis lets it pass.
    """


class CheckRun:
    """A pytest plugin object that runs an assignment's checks over one session.

    `gpus` is how many the checks that are marked `gpu` may choose from; without any they run as all
    others do. `results` are in the order of the checks; `fault` is set when a check, or the
    machine, broke: then the results mean nothing.
    """

    def __init__(
        self,
        assignment: Assignment,
        session: Session,
        seed: str,
        only: Collection[str] = (),
        gpus: int = 0,
    ) -> None:
        self.assignment = assignment
        self.session = session
        self.seed = seed
        self.only = only
        self.gpus = gpus
        self.results: list[CheckResult] = []
        self.fault: AssignmentFault | SandboxFault | None = None
        self.flags = [Flag(**flag) for flag in session.report.flags]
        self.memory: dict[str, Any] = {}
        self.seconds = 0.0
        self.usage = Usage()
        self.limits = assignment.limits
        self.data: dict[str, Any] = {}
        self.best: tuple[Mismatch, str] | None = None
        self.current: Student | None = None
        self.profile_before = ""

    def pytest_configure(self) -> None:
        """Use our settings of Hypothesis for this run, and one thread: these tensors are small."""
        torch.set_num_threads(1)
        # What Hypothesis finds in the modules that happen to be imported would change the cases
        # from one process to another.
        providers._get_local_constants = providers.Constants  # type: ignore[attr-defined] # noqa: SLF001
        self.profile_before = hypothesis.settings.get_current_profile_name()
        hypothesis.settings.load_profile(_PROFILE)

    def pytest_unconfigure(self) -> None:
        """Put the settings back."""
        hypothesis.settings.load_profile(self.profile_before)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Check the marks, put the parts in their order, and give each check its own seed."""
        try:
            _require_points(self.assignment, items)
        except AssignmentFault as fault:
            self.fault = self.fault or fault
        if self.fault is not None:
            items.clear()
            return
        parts = [part for part in self.assignment.points if not self.only or part in self.only]
        items[:] = [item for part in parts for item in items if _part(item) == part]
        for item in items:
            self._watch(item)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Notice checks that cannot even be imported."""
        if report.failed:
            lines = str(report.longrepr).strip().splitlines()
            self.fault = AssignmentFault(f"{report.nodeid} cannot be read: {lines[-1]}")

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Skip a check whose prerequisites did not pass."""
        self.best, self.seconds, self.usage, self.data = None, 0.0, Usage(), {}
        self._require_time()
        if flag := self._delegation(_part(item)):
            raise Delegated(flag.text, flag.part)
        marker = item.get_closest_marker("needs")
        for name in marker.args if marker else ():
            needed = name if "/" in name else f"{_part(item)}/{name}"
            for result in self.results:
                if result.id == needed and result.outcome != "passed":
                    skip(tr("“{title}” has to pass first", title=_short_title(result)))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Iterator[None]:
        """Turn what came of a check into its result."""
        report = yield
        if call.when == "call":
            self.seconds = call.duration
        failure = call.excinfo.value if call.excinfo else None
        if call.when == "call" or failure is not None:
            self._record(item, failure)
        elif call.when == "teardown" and self.results:
            self._account()
        return report

    @contextmanager
    def student(self, item: pytest.Item) -> Iterator[Student]:
        """Open a process for one check, on a GPU if it is one to run there."""
        on_gpu = self.gpus > 0 and item.get_closest_marker("gpu") is not None
        entropy = self._number(_identity(item), "worker")
        with (
            gpus.taken(self.gpus) if on_gpu else nullcontext() as which,
            self.session.check(entropy, which, _part(item)) as check,
        ):
            outcomes = {result.id: result.outcome for result in self.results}
            self.current = Student(check, self.session.report, self.memory, outcomes, on_gpu=on_gpu)
            yield self.current
        self.data = self.current.data
        self.current = None
        self.usage = check.usage

    def case_seed(self, item: pytest.Item) -> int:
        """Return a check's own number to draw a case from."""
        return self._number(_identity(item), "case")

    def _account(self) -> None:
        last = self.results[-1]
        self.results[-1] = replace(
            last, cpu_seconds=round(self.usage.cpu_seconds, 4), data={**last.data, **self.data}
        )

    def _require_time(self) -> None:
        """Assert that the submission has time left for another check. Raises StudentProcessLost."""
        for spent, most, of_what in (
            (
                self.session.spent.cpu_seconds,
                self.limits.total_cpu_seconds,
                tr("of processor time"),
            ),
            (self.session.spent.seconds, self.limits.total_seconds, tr("of waiting")),
        ):
            if spent > most:
                text = tr(
                    "the checks before this one used up the {seconds} s {of_what} of the "
                    "whole submission: this one was not made any more",
                    seconds=f"{most:g}",
                    of_what=of_what,
                )
                raise StudentProcessLost("timeout", text)

    def _delegation(self, part: str) -> Flag | None:
        """Return the flag of a part whose work is done by what the assignment shuts."""
        return next((f for f in self.flags if (f.kind, f.part) == ("delegation", part)), None)

    def _take_away(self, delegated: Delegated, part: str) -> None:
        """Flag a part that was seen to run what is shut; it has no points, whatever passed."""
        part = delegated.part if delegated.part in self.assignment.points else part
        if self._delegation(part) is None:
            place = delegated.place
            text = tr(
                "when it runs it uses {operator}: what it does is for you to write",
                operator=delegated.operator,
            )
            cell, line = (place.cell, place.line) if place else (None, None)
            self.flags.append(Flag("delegation", part, text.es, cell, line, text.en))
        for index, result in enumerate(self.results):
            if result.part == part and result.outcome == "passed":
                why = self._why(part)
                lost = replace(result, points=0.0, outcome="failed", message=why.es)
                self.results[index] = replace(lost, message_en=why.en)

    def _why(self, part: str) -> Bilingual:
        flag = self._delegation(part)
        if flag is None:
            return same("")
        text = Bilingual(flag.text, flag.text_en or flag.text)
        why = tr("“{name}” {what}", name=part, what=text)
        return why.at(Place(flag.cell, flag.line).said) if flag.cell and flag.line else why

    def _record(self, item: pytest.Item, failure: BaseException | None) -> None:
        if isinstance(failure, Delegated):
            self._take_away(failure, _part(item))
        outcome, message, witness, cell = self._judge(failure)
        if outcome == "failed":
            message = message if message.es else self._why(_part(item))
        if isinstance(failure, SandboxFault):
            self.fault = failure
        elif outcome is None:
            text = f"{_identity(item)} is broken: {type(failure).__name__}: {failure}"
            self.fault = BrokenCheck(text)
        if outcome is None:
            item.session.shouldstop = "the check or the sandbox is broken"
            return
        if self.results and self.results[-1].id == _identity(item):
            return  # a teardown that failed after the check was judged
        points = float(item.get_closest_marker("points").args[0])  # type: ignore[union-attr]
        es, en = _titles(item)
        place = None if outcome in ("passed", "skipped") else self._place(_part(item))
        self.results.append(
            CheckResult(
                id=_identity(item),
                part=_part(item),
                title=es,
                title_en=en,
                points=points if outcome == "passed" else 0.0,
                max_points=points,
                outcome=outcome,
                message=message.es,
                message_en=message.en,
                counterexample=witness.counterexample if witness else None,
                reproduce=cell,
                misconception=_misconception(witness),
                cell=place.cell if place else None,
                line=place.line if place else None,
                seconds=round(self.seconds, 4),
            )
        )

    def _judge(  # noqa: PLR0911 - one line an outcome
        self, failure: BaseException | None
    ) -> tuple[Outcome | None, Bilingual, Mismatch | None, str | None]:
        """Return outcome, message, counterexample and the cell that repeats it.

        There is no outcome for what is not the student's.
        """
        best, cell = self.best or (None, None)
        match failure:
            case None:
                return "passed", same(""), None, None
            case Mismatch():
                return "failed", failure.message, failure, self._cell(failure)
            case StudentFault():
                return failure.outcome, failure.said, None, self._cell()
            case Delegated():
                return "failed", self._why(failure.part), None, None
            case ShrinkBudgetExceeded() | StudentProcessLost() if best is not None:
                return "failed", best.message, best, cell
            case StudentProcessLost():
                return failure.outcome, failure.message, None, None
            case Flaky():
                text = tr("with the same input it gives now one result and now another")
                return "failed", text, best, cell
            case Skipped():
                return "skipped", failure.said, None, None
            case pytest.skip.Exception():
                return "skipped", same(str(failure.msg)), None, None
            case _:
                return None, same(""), None, None

    def _cell(self, failure: Mismatch | None = None) -> str | None:
        """Return the notebook cell that repeats what the check under way just asked."""
        if self.current is None:
            return None
        return self.current.transcript.cell(failure.holds if failure else lambda _: ())

    def _place(self, part: str) -> Place | None:
        """Return where the student defines a part, or the one definition that a check asked for."""
        asked = self.current.asked if self.current else set()
        name = next(iter(asked)) if part not in self.assignment.names and len(asked) == 1 else part
        return self.session.report.places.get(name)

    def _watch(self, item: pytest.Item) -> None:
        """Seed a check that draws cases, and keep the smallest failure that it comes by."""
        test: Any = getattr(item, "obj", None)
        if not hypothesis.is_hypothesis_test(test):
            return
        settings = getattr(test, _SETTINGS, None)
        hypothesis.seed(self._number(_identity(item), "cases"))(test)
        setattr(test, _SETTINGS, settings)  # `seed` makes new ones that keep these, each time
        inner: Callable[..., None] = test.hypothesis.inner_test
        inner = getattr(inner, "unwatched", inner)

        def watched(*args: Any, **kwargs: Any) -> None:
            if self.current:
                self.current.start_over()
            try:
                inner(*args, **kwargs)
            except Mismatch as disagreement:
                self._keep(disagreement)
                if self.current and self.current.calls > _MOST_CALLS_AFTER_FAILURE:
                    raise ShrinkBudgetExceeded from disagreement
                raise

        watched.unwatched = inner  # type: ignore[attr-defined]
        test.hypothesis.inner_test = watched

    def _keep(self, found: Mismatch) -> None:
        if self.best is None or _size(found) < _size(self.best[0]):
            self.best = found, self._cell(found) or ""

    def _number(self, *purpose: str) -> int:
        """Derive a number from the secret seed, from which the seed cannot be found."""
        text = "\0".join(purpose).encode()
        digest = hmac.digest(self.seed.encode(), text, hashlib.sha256)
        return int.from_bytes(digest[:7], "big")


def _misconception(found: Mismatch | None) -> Misconception | None:
    misconception = found.misconception if found else None
    return (
        Misconception(misconception.id, misconception.es, misconception.en, misconception.term)
        if misconception
        else None
    )


def _size(found: Mismatch) -> int:
    inputs = found.counterexample["inputs"]
    return sum(len(str(tensor.get("values", "x" * 10_000))) for tensor in inputs.values())


def _require_points(assignment: Assignment, items: list[pytest.Item]) -> None:
    """Check that every check has a part and points, and that they sum to its part's."""
    sums = dict.fromkeys(assignment.points, 0.0)
    for item in items:
        marker = item.get_closest_marker("points")
        if marker is None or len(marker.args) != 1:
            raise AssignmentFault(
                f"{item.nodeid} has no points: mark it with pytest.mark.points(n)"
            )
        if _part(item) not in sums:
            raise AssignmentFault(
                f"{item.nodeid}: assignment.toml gives no points to {_part(item)!r}"
            )
        sums[_part(item)] += float(marker.args[0])
    for part, total in sums.items():
        if total != assignment.points[part]:
            raise AssignmentFault(
                f"the checks of {part} are worth {total:g} points, "
                f"assignment.toml says {assignment.points[part]:g}"
            )


def _part(item: pytest.Item) -> str:
    marker = item.get_closest_marker("part")
    return str(marker.args[0]) if marker and marker.args else ""


def _identity(item: pytest.Item) -> str:
    return f"{_part(item)}/{_name(item)}"


def _name(item: pytest.Item) -> str:
    """Return a check's name within its part: its function's, without `test_`."""
    return item.name.removeprefix("test_")


def _short_title(result: CheckResult) -> Bilingual:
    return Bilingual(result.title.split(":")[0], result.title_en.split(":")[0])


def _titles(item: pytest.Item) -> tuple[str, str]:
    """Return a check's title in Spanish and in English: its docstring's paragraphs."""
    text = inspect.getdoc(getattr(item, "function", None)) or _name(item)
    es, _, en = text.partition("\n\n")
    return " ".join(es.split()), " ".join((en or es).split())
