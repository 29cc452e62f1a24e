"""The pytest plugin: the `student` fixture, the marks, and reports turned into CheckResults.

    pytest assignments/NAME --submission solution.ipynb

runs an assignment's checks like any tests, over one submission in the process sandbox. Without
`--submission` the plugin does nothing.

Marks: `part(name)` (a module's), `points(n)`, `needs(check, …)`: checks of the same part that must
have passed; of those it names, the ones that run before it; and `gpu`: runs on a GPU where a run
has one to use. `marks` reads them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from grader.grading import definitions, marks

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from grader.grading.check_run import CheckRun
    from grader.student.student import Student

RUN = "grader-run"
"""The name under which a run is registered with pytest's plugin manager."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options for running checks by hand."""
    group = parser.getgroup("grader")
    group.addoption("--submission", metavar="NOTEBOOK", help="run an assignment's checks on it")
    group.addoption("--grader-seed", metavar="SEED", default="pytest", help="the run's secret seed")


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marks; open the submission that was given on the command line."""
    for mark in marks.DECLARED:
        config.addinivalue_line("markers", mark)
    path = config.getoption("--submission")
    if path and not config.pluginmanager.has_plugin(RUN):
        _run_by_hand(config, path)


def pytest_pycollect_makeitem(
    collector: pytest.Collector, name: str, obj: Any
) -> pytest.Collector | None:
    """Collect the checks that are made from a Definition of the kit."""
    return definitions.collected(collector, name, obj)


@pytest.fixture
def student(request: pytest.FixtureRequest) -> Iterator[Student]:
    """Give a check the submission, in a process of its own."""
    run: CheckRun | None = request.config.pluginmanager.get_plugin(RUN)
    if run is None:
        pytest.skip("no submission: give one with --submission NOTEBOOK")
    with run.student(request.node) as student:
        yield student


@pytest.fixture
def case_seed(request: pytest.FixtureRequest) -> int:
    """Give a check that draws its own case a number to start from, its own in each run."""
    run: CheckRun | None = request.config.pluginmanager.get_plugin(RUN)
    return run.case_seed(request.node) if run else 0


def _run_by_hand(config: pytest.Config, path: str) -> None:
    from contextlib import ExitStack
    from pathlib import Path

    from grader.assignments import assignment as assignments
    from grader.grading.check_run import CheckRun
    from grader.grading.hypothesis_adapter import our_settings
    from grader.sandbox.backends.process import ProcessSandbox

    folder = _assignment_folder(config)
    assignment = assignments.load(folder)
    config.option.importmode = "importlib"  # as in a run: checks import what stands beside them
    resources = ExitStack()
    config.add_cleanup(resources.close)
    resources.enter_context(our_settings())
    lane = ProcessSandbox().lane()
    resources.callback(lane.close)
    notebook = Path(path)
    session = resources.enter_context(
        lane.open(
            notebook.read_bytes(),
            notebook.name,
            list(assignment.names),
            assignment.limits,
            assignment.shut,
        )
    )
    if session.report.lost:
        raise pytest.UsageError(str(session.report.lost.message))
    run = CheckRun(assignment, session, config.getoption("--grader-seed"))
    config.pluginmanager.register(run, RUN)
    resources.callback(config.pluginmanager.unregister, run)


def _assignment_folder(config: pytest.Config) -> Path:
    from pathlib import Path

    from grader.assignments.digests import FILE

    for argument in config.args:
        path = Path(argument.split("::")[0]).resolve()
        for folder in (path, *path.parents):
            if (folder / FILE).is_file():
                return folder
    raise pytest.UsageError(
        "--submission needs the assignment's folder: pytest FOLDER --submission NOTEBOOK"
    )
