"""An assignment's checks, run by pytest in this process."""

from __future__ import annotations

import contextlib
import io
from typing import TYPE_CHECKING

import pytest

from grader.core.errors import AssignmentFault
from grader.grading import collection, hypothesis_adapter
from grader.grading.plugin import RUN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.assignments.assignment import Assignment
    from grader.checks.declared import Declared
    from grader.grading.check_run import CheckRun

_QUIET = (
    "--import-mode=importlib",
    # Plugins that happen to be installed could reorder or leave out checks; importing them costs.
    "--disable-plugin-autoload",
    "-p", "grader.grading.plugin",
    "-p", "no:cacheprovider",
    "-p", "no:terminal",
    "-p", "no:logging",
    "-p", "no:warnings",
    "-p", "no:faulthandler",
    # These two collect all garbage after each run, for a second of CPU in a process with torch.
    "-p", "no:unraisableexception",
    "-p", "no:threadexception",
)  # fmt: skip


def execute(run: CheckRun, *, hasty: bool, watchers: Sequence[object]) -> None:
    """Run the checks of a run's assignment; its results, or its fault, are then in the run.

    `hasty` ends with the first check that is lost; `watchers` are objects with pytest's hooks.
    Raises GraderError under a version of Hypothesis that grader does not know.
    """
    arguments = _arguments(run.assignment)
    arguments += ["--exitfirst"] if hasty else []
    said = io.StringIO()
    with (
        hypothesis_adapter.our_settings(),
        contextlib.redirect_stdout(said),
        contextlib.redirect_stderr(said),
    ):
        code = pytest.main(arguments, plugins=[_Registered(run), *watchers])
    if run.fault is None and code not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        text = said.getvalue().strip()[-2000:]
        folder = run.assignment.folder
        run.fault = AssignmentFault(f"pytest could not run the checks in {folder}: {text}")


def collect(assignment: Assignment, *, titled: bool = True) -> list[pytest.Item]:
    """Return an assignment's checks, with their points.

    `titled` wants more than a run does: titles in both languages. Raises AssignmentFault.
    """
    found = _Collected(assignment, titled=titled)
    said = io.StringIO()
    with (
        hypothesis_adapter.our_settings(),  # a check takes those that are in force at its import
        contextlib.redirect_stdout(said),
        contextlib.redirect_stderr(said),
    ):
        pytest.main([*_arguments(assignment), "--collect-only"], plugins=[found])
    if found.fault is not None:
        raise found.fault
    return found.items


def definitions(assignment: Assignment) -> list[Declared]:
    """Return what an assignment's definitions declare. Raises AssignmentFault."""
    return collection.definitions(collect(assignment))


def _arguments(assignment: Assignment) -> list[str]:
    # From two folders up a check is `assignments.NAME.test_part`: it can import what stands beside
    # it (`from . import probes`), and no two assignments have modules of one name.
    folder = assignment.folder.resolve()
    return [str(folder), f"--rootdir={folder.parent.parent}", "-c", "/dev/null", *_QUIET]


class _Collected:
    """Keeps the checks that pytest finds, or what is wrong with them."""

    def __init__(self, assignment: Assignment, *, titled: bool) -> None:
        self.assignment = assignment
        self.titled = titled
        self.items: list[pytest.Item] = []
        self.fault: AssignmentFault | None = None

    def pytest_exception_interact(
        self, call: pytest.CallInfo[None], report: pytest.CollectReport
    ) -> None:
        failure = call.excinfo.value if call.excinfo else None
        text = f"{report.nodeid} cannot be read: {type(failure).__name__}: {failure}"
        fault = failure if isinstance(failure, AssignmentFault) else AssignmentFault(text)
        self.fault = self.fault or fault

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        try:
            collection.require(items, self.assignment)
            if self.titled:
                collection.require_titles(items)
        except AssignmentFault as fault:
            self.fault = self.fault or fault
        self.items = list(items)


class _Registered:
    """Registers a run under the name by which the plugin finds it."""

    def __init__(self, run: CheckRun) -> None:
        self.run = run

    def pytest_configure(self, config: pytest.Config) -> None:
        config.pluginmanager.register(self.run, RUN)
        # Nobody sees pytest's own report, whose sources cost a third of a failing check.
        config.option.tbstyle = "native"
