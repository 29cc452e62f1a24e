"""One submission's run through the checks, as a plugin of pytest."""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import torch

from grader.checks import Unlike, skip
from grader.core.errors import (
    AssignmentFault,
    BrokenCheck,
    Delegated,
    SandboxFault,
    StudentProcessLost,
)
from grader.core.i18n import Bilingual, tr
from grader.core.results import Flag
from grader.grading import collection, delegation, hypothesis_adapter, judging, marks
from grader.grading.attempt import Attempt
from grader.grading.seeds import Seeds
from grader.sandbox import gpus
from grader.student.student import Student

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from grader.assignments.assignment import Assignment
    from grader.core.errors import Place
    from grader.core.limits import Limits
    from grader.core.results import CheckResult
    from grader.grading.judging import Verdict
    from grader.sandbox.api import Session, Usage


class CheckRun:
    """A pytest plugin object that runs an assignment's checks over one session.

    It counts on `hypothesis_adapter.our_settings` being in force.

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
        self.seeds = Seeds(seed)
        self.only = only
        self.gpus = gpus
        self.results: list[CheckResult] = []
        self.fault: AssignmentFault | SandboxFault | None = None
        self.flags = [Flag(**flag) for flag in session.report.flags]
        self.memory: dict[str, Any] = {}
        self.misnamed: dict[str, str] = {}
        """By what students define, the check whose points a name off by a letter costs."""
        self.limits = assignment.limits
        self.attempt = Attempt()

    def pytest_configure(self) -> None:
        """Use one thread: these tensors are small."""
        torch.set_num_threads(1)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Check the marks, put the parts in their order, and give each check its own seed."""
        try:
            collection.require(items, self.assignment)
        except AssignmentFault as fault:
            self.fault = self.fault or fault
        if self.fault is not None:
            items.clear()
            return
        parts = [part for part in self.assignment.points if not self.only or part in self.only]
        items[:] = marks.in_order(items, parts)
        for item in items:
            self._prepare(item)

    def pytest_exception_interact(self, call: pytest.CallInfo[None]) -> None:
        """Notice what an author declared wrongly."""
        if call.excinfo and isinstance(call.excinfo.value, AssignmentFault) and not self.fault:
            self.fault = call.excinfo.value

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Notice checks that cannot even be imported."""
        if report.failed and self.fault is None:
            lines = str(report.longrepr).strip().splitlines()
            self.fault = AssignmentFault(f"{report.nodeid} cannot be read: {lines[-1]}")

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Skip a check that there is no time for, or whose prerequisites did not pass."""
        self.attempt = Attempt()
        require_time(self.session.spent, self.limits)
        for name in self._whose(item):
            if flag := delegation.flag_of(self.flags, name):
                raise Delegated(flag.text, flag.part)
        require_passed(marks.needs(item), self.results, self.misnamed.values())

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Iterator[None]:
        """Turn what came of a check into its result."""
        report = yield
        if call.when == "call":
            self.attempt.seconds = call.duration
        failure = call.excinfo.value if call.excinfo else None
        if call.when == "call" or failure is not None:
            self._record(item, failure)
        elif call.when == "teardown" and self.results:
            self.results[-1] = _accounted(self.results[-1], self.attempt)
        return report

    @contextmanager
    def student(self, item: pytest.Item) -> Iterator[Student]:
        """Open a process for one check, on a GPU if it is one to run there."""
        on_gpu = self.gpus > 0 and marks.for_gpu(item)
        entropy = self.seeds.worker(marks.identity(item))
        with (
            gpus.taken(self.gpus) if on_gpu else nullcontext() as which,
            self.session.check(entropy, which, marks.part(item)) as check,
        ):
            student = Student(
                check, self.session.report, self.memory, self._outcomes(), on_gpu=on_gpu
            )
            self.attempt.student = student
            yield student
        self.attempt.ended(check.usage)

    def case_seed(self, item: pytest.Item) -> int:
        """Return a check's own number to draw a case from."""
        return self.seeds.case(marks.identity(item))

    def _prepare(self, item: pytest.Item) -> None:
        """Seed a check that draws cases, and follow its examples."""
        test = getattr(item, "obj", None)
        if hypothesis_adapter.draws_cases(test):
            hypothesis_adapter.draw_from(test, self.seeds.cases(marks.identity(item)))
            hypothesis_adapter.watch(test, self._try)

    def _try(self, example: hypothesis_adapter.Example) -> None:
        """Try one example of the check that is then under way."""
        self.attempt.example(example)

    def _record(self, item: pytest.Item, failure: BaseException | None) -> None:
        """Add a check's result, or set the fault and end the run."""
        if isinstance(failure, Delegated):
            self._take_away(failure, marks.part(item))
        if isinstance(failure, Unlike):
            self._take_back(failure)
        verdict = judging.judge(failure, self.attempt.smallest, self.attempt.cell)
        if verdict is None:
            self.fault = _fault(item, failure)
            item.session.shouldstop = "the check or the sandbox is broken"
        elif not self.results or self.results[-1].id != marks.identity(item):
            self.results.append(self._result(item, failure, verdict))
        # else a teardown that failed after the check was judged

    def _result(
        self, item: pytest.Item, failure: BaseException | None, verdict: Verdict
    ) -> CheckResult:
        part = marks.part(item)
        verdict = self._named(item, verdict)
        if verdict.outcome == "failed" and not verdict.message.es:
            parts = (failure.part, part) if isinstance(failure, Delegated) else (part,)
            verdict = replace(verdict, message=delegation.why(self.flags, *parts))
        place = getattr(failure, "place", None) or self._place(part)
        return judging.result(item, verdict, place, self.attempt.seconds)

    def _whose(self, item: pytest.Item) -> Iterable[str]:
        """Return by whom a check's points are earned: its part, and what it is a definition of.

        A check that stands beside definitions, in a part that is no name, is all of theirs.
        """
        part = marks.part(item)
        asked = collection.definitions([item])
        if not asked and part not in self.assignment.names:
            beside = [one for one in item.session.items if marks.part(one) == part]
            asked = collection.definitions(beside)
        return dict.fromkeys([part, *(one.name for one in asked)])

    def _outcomes(self) -> dict[str, str]:
        """Return the outcomes so far, a name off by a letter aside: that costs once."""
        excused = set(self.misnamed.values())
        return {one.id: "passed" if one.id in excused else one.outcome for one in self.results}

    def _named(self, item: pytest.Item, verdict: Verdict) -> Verdict:
        """Have the first check of what has another name than it should fail for that alone."""
        name = self._checked(marks.part(item))
        written = self.session.report.renamed.get(name)
        if not written or name in self.misnamed or verdict.outcome == "skipped":
            return verdict
        if verdict.outcome != "passed":
            self.misnamed[name] = ""
            return verdict
        self.misnamed[name] = marks.identity(item)
        text = tr("you define {written}: it is to be called {name}", written=written, name=name)
        return replace(verdict, outcome="failed", message=text)

    def _take_away(self, delegated: Delegated, part: str) -> None:
        """Flag a part that was seen to run torch's cells; it has no points, whatever passed."""
        if delegated.part not in self.assignment.points and delegation.flag_of(
            self.flags, delegated.part
        ):
            return  # told of already: only what asks for it has no points
        part = delegation.whose(delegated, part, self.assignment.points)
        if delegation.flag_of(self.flags, part) is None:
            self.flags.append(delegation.flag(delegated, part))
        why = delegation.why(self.flags, part)
        self.results = delegation.without_points(self.results, part, why)

    def _take_back(self, unlike: Unlike) -> None:
        """Flag a part that passed its checks and does something else; it has no points either."""
        told = tr("it does in its own checks what it does not do elsewhere")
        self.flags.append(Flag("conduct", unlike.part, told.es, text_en=told.en))
        self.results = delegation.without_points(self.results, unlike.part, unlike.message)

    def _place(self, part: str) -> Place | None:
        """Return where the method stands that a check asked last of a part, else the definition.

        Of a part that is no definition it is the one that the check asked for.
        """
        name, report = self._checked(part), self.session.report
        return report.outline.method(name, self.attempt.method) or report.places.get(name)

    def _checked(self, part: str) -> str:
        """Return the name of the definition that the check under way is about."""
        asked = self.attempt.asked_for()
        return next(iter(asked)) if part not in self.assignment.names and len(asked) == 1 else part


def require_time(spent: Usage, limits: Limits) -> None:
    """See that a submission has time left for another check. Raises StudentProcessLost."""
    for taken, most, of_what in (
        (spent.cpu_seconds, limits.total_cpu_seconds, tr("of processor time")),
        (spent.seconds, limits.total_seconds, tr("of waiting")),
    ):
        if taken > most:
            text = tr(
                "the checks before this one used up the {seconds} s {of_what} that a "
                "submission has in total, so this one was not run",
                seconds=f"{most:g}",
                of_what=of_what,
            )
            raise StudentProcessLost("timeout", text)


def require_passed(
    needed: Iterable[str], results: Collection[CheckResult], excused: Collection[str] = ()
) -> None:
    """Skip the check under way unless those that it needs, of the ones that ran, have passed.

    Those that are `excused` failed for a reason that is no other check's.
    """
    for name in needed:
        for result in results:
            if result.id == name and result.outcome != "passed" and name not in excused:
                titles = (result.title, result.title_en)
                es, en = (text.split(":")[0].removesuffix(".") for text in titles)
                skip(tr("“{title}” has to pass first", title=Bilingual(es, en)))


def _fault(item: pytest.Item, failure: BaseException | None) -> AssignmentFault | SandboxFault:
    if isinstance(failure, SandboxFault):
        return failure
    error = f"{type(failure).__name__}: {failure}"
    return BrokenCheck(
        tr("the check {check} is broken: {error}", check=marks.identity(item), error=error)
    )


def _accounted(result: CheckResult, attempt: Attempt) -> CheckResult:
    """Return a result with what the student's process took, and what the check wants kept."""
    seconds = round(attempt.usage.cpu_seconds, 4)
    return replace(result, cpu_seconds=seconds, data={**result.data, **attempt.data})
