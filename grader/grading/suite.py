"""An assignment's checks, run by pytest in this process."""

from __future__ import annotations

import contextlib
import io
from typing import TYPE_CHECKING

import pytest

from grader.core.errors import AssignmentFault
from grader.grading import hypothesis_adapter
from grader.grading.plugin import RUN

if TYPE_CHECKING:
    from collections.abc import Sequence

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
    folder = run.assignment.folder.resolve()
    # From two folders up a check is `assignments.NAME.test_part`: it can import what stands beside
    # it (`from . import probes`), and no two assignments have modules of one name.
    root = folder.parent.parent
    arguments = [str(folder), f"--rootdir={root}", "-c", "/dev/null", *_QUIET]
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
        run.fault = AssignmentFault(f"pytest could not run the checks in {folder}: {text}")


class _Registered:
    """Registers a run under the name by which the plugin finds it."""

    def __init__(self, run: CheckRun) -> None:
        self.run = run

    def pytest_configure(self, config: pytest.Config) -> None:
        config.pluginmanager.register(self.run, RUN)
