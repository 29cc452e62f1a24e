"""Who is measured: grader in three ways, nbgrader, Otter, and the limit that none can pass.

A contestant is prepared once and then grades classes of any size, each time in a new folder and
from nothing. It sees to it that every submission got full marks.
"""

from __future__ import annotations

import csv
import json
import os
import secrets
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from benchmarks import checks, notebooks
from benchmarks.measure import Cost, measure
from benchmarks.notebooks import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

BUILD = ROOT / "build" / "benchmark"
FOUR = "four_checks"
TORCH = "torch>=2.6,<2.14"
NBGRADER = "nbgrader>=0.9.5,<0.10"
OTTER = "otter-grader==7.0.0"
FULL = 100.0
NBGRADER_NAME, OTTER_NAME, LIMIT = "nbgrader autograde", "otter run", "the limit"


Command = list[str | Path]


@dataclass(frozen=True)
class Run:
    """A class that was graded: how many, what it cost, and CPU seconds of stages by name."""

    contestant: str
    size: int
    cost: Cost
    stages: Mapping[str, float] = field(default_factory=dict)


class Contestant(Protocol):
    """Grades a class."""

    @property
    def name(self) -> str:
        """What it is called."""

    def prepare(self) -> None:
        """Install and make what every run needs."""

    def run(self, folder: Path, size: int) -> Run:
        """Grade so many submissions in a new folder."""


@dataclass(frozen=True)
class Grader:
    """`grader grade` in Docker, of one assignment, as it is used."""

    name: str
    assignment: Path
    submissions: Sequence[bytes]
    isolation: str
    jobs: int

    def prepare(self) -> None:
        """Make the image, which only a first run would do."""
        _call([sys.executable, "-m", "grader.sandbox.backends.image"], ROOT)

    def run(self, folder: Path, size: int) -> Run:
        """Grade a class; stages are from the results' own figures."""
        label = secrets.token_hex(8)
        _hand_in(folder / "submissions", self.submissions[:size])
        command: Command = [
            sys.executable,
            "-m",
            "benchmarks.grade_labelled",
            label,
            "report.txt",
            "grade",
        ]
        command += ["submissions", "--out", "out", "--sandbox", "docker", "--seed", "benchmark"]
        command += ["--assignments", self.assignment.parent, "--assignment", self.assignment.name]
        command += ["--isolation", self.isolation, "--jobs", str(self.jobs)]
        path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
        environment = os.environ | {"PYTHONPATH": path}
        cost = measure(command, folder=folder, environment=environment, label=label)
        grades = [json.loads(one.read_bytes()) for one in (folder / "out/results").glob("*.json")]
        _require_full(self, size, {grade["submission"]: grade["score"] for grade in grades})
        student = sum(check["cpu_seconds"] for grade in grades for check in grade["checks"])
        used = sum(grade["environment"]["usage"]["cpu_seconds"] for grade in grades)
        report = float((folder / "report.txt").read_text(encoding="utf-8"))
        stages = {
            "load": used - student,
            "student": student,
            "lane": cost.lanes - used,
            "report": report,
            "trusted": cost.cpu - cost.lanes - report,
        }
        return Run(self.name, size, cost, stages)


@dataclass(frozen=True)
class Nbgrader:
    """`nbgrader autograde`: a kernel for each notebook, one after another."""

    submissions: Sequence[bytes]
    name: str = NBGRADER_NAME

    def prepare(self) -> None:
        """Install nbgrader and make a course whose assignment is generated."""
        constraints = ["--constraint", str(ROOT / "constraints.txt")]
        _install("nbgrader", TORCH, NBGRADER, "ipykernel", *constraints)
        course = _emptied(BUILD / "course")
        source = course / "source" / FOUR
        source.mkdir(parents=True)
        tested = notebooks.short(self.submissions[0], tested=True)
        (source / f"{FOUR}.ipynb").write_bytes(tested)
        shutil.copy(checks.__file__, source / "checks.py")
        (course / "nbgrader_config.py").write_text(
            "c = get_config()\n"
            "c.CourseDirectory.course_id = 'course'\n"
            "c.ExecutePreprocessor.timeout = 600\n"
            "c.Execute.timeout = 600\n",
            encoding="utf-8",
        )
        _call([_bin("nbgrader", "nbgrader"), "generate_assignment", FOUR], course)

    def run(self, folder: Path, size: int) -> Run:
        """Grade a class in a copy of the course."""
        shutil.copytree(BUILD / "course", folder)
        for number, content in enumerate(self.submissions[:size]):
            submitted = folder / "submitted" / _student(number) / FOUR
            submitted.mkdir(parents=True)
            tested = notebooks.short(content, tested=True)
            (submitted / f"{FOUR}.ipynb").write_bytes(tested)
        command: Command = [_bin("nbgrader", "nbgrader"), "autograde", FOUR]
        cost = measure(command, folder=folder, environment=_environment(Path(command[0])))
        _call([_bin("nbgrader", "nbgrader"), "export", "--to", "grades.csv"], folder)
        with (folder / "grades.csv").open(encoding="utf-8", newline="") as file:
            scores = {row["student_id"]: float(row["score"] or 0) for row in csv.DictReader(file)}
        _require_full(self, size, scores)
        return Run(self.name, size, cost)


@dataclass(frozen=True)
class Otter:
    """`otter run`, Otter without its container: a process for each notebook."""

    submissions: Sequence[bytes]
    name: str = OTTER_NAME

    def prepare(self) -> None:
        """Install Otter and make the autograder's zip by `otter generate`."""
        from importlib.metadata import version

        ours = version("torch").partition("+")[0]
        _install("otter", TORCH, f"torch=={ours}", OTTER, "ipykernel")
        folder = _emptied(BUILD / "autograder")
        (folder / "tests").mkdir()
        for check in checks.CHECKS:
            text = notebooks.otter_test(check.__name__)
            (folder / "tests" / f"{check.__name__}.py").write_text(text, encoding="utf-8")
        shutil.copy(checks.__file__, folder / "checks.py")
        _call([_bin("otter", "otter"), "generate", "checks.py"], folder)

    def run(self, folder: Path, size: int) -> Run:
        """Grade a class."""
        contents = [notebooks.short(content) for content in self.submissions[:size]]
        files = _hand_in(folder / "submissions", contents)
        loop = Path(__file__).with_name("otter_loop.py")
        archive = BUILD / "autograder" / "autograder.zip"
        command: Command = [_bin("otter", "python"), loop, archive, "scores.json", *files]
        cost = measure(command, folder=folder, environment=_environment(Path(command[0])))
        _require_full(self, size, json.loads((folder / "scores.json").read_bytes()))
        return Run(self.name, size, cost)


@dataclass(frozen=True)
class Limit:
    """The checks alone; see `benchmarks.limit`. Only its CPU seconds mean something."""

    submissions: Sequence[bytes]
    jobs: int
    name: str = LIMIT

    def prepare(self) -> None:
        """Nothing."""

    def run(self, folder: Path, size: int) -> Run:
        """Check a class; the cost is what the process itself counted."""
        files = _hand_in(folder, [notebooks.short(one) for one in self.submissions[:size]])
        path = {"PYTHONPATH": str(ROOT)}
        command: Command = [sys.executable, "-m", "benchmarks.limit", str(self.jobs), *files]
        measured = measure(command, folder=folder, environment=os.environ | path)
        told = json.loads((folder / "printed.txt").read_bytes())
        stages = {name: sum(one[name] for one in told) for name in told[0]}
        cpu = sum(stages.values())
        return Run(self.name, size, Cost(cpu, cpu, 0.0, measured.memory), stages)


def everybody(size: int, jobs: int) -> list[Contestant]:
    """Return the contestants, for classes of up to this size."""
    whole = notebooks.whole(size)
    four = [notebooks.short(content) for content in whole]
    ours = ROOT / "benchmarks" / "assignments" / FOUR
    return [
        Grader("grader, lanes", ours, four, "lane", jobs),
        Nbgrader(whole),
        Grader("grader, strict", ours, four, "strict", jobs),
        Otter(whole),
        Limit(whole, jobs),
        Grader("grader, lanes, lstm_gru", ROOT / "assignments/lstm_gru", whole, "lane", jobs),
    ]


def versions() -> dict[str, str]:
    """Return the versions of what those of the other graders' environments hold that are there."""
    asked = "import importlib.metadata as m, sys; print(*map(m.version, sys.argv[1:]))"
    found: dict[str, str] = {}
    for environment, package in (("nbgrader", "nbgrader"), ("otter", "otter-grader")):
        if not _bin(environment, "python").exists():
            continue
        command: Command = [_bin(environment, "python"), "-c", asked, package, "torch"]
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
        found |= {environment: told[0], f"{environment}'s torch": told[1]}
    return found


def _hand_in(folder: Path, contents: Sequence[bytes]) -> list[Path]:
    folder.mkdir(parents=True)
    files = [folder / f"{_student(number)}.ipynb" for number in range(len(contents))]
    for file, content in zip(files, contents, strict=True):
        file.write_bytes(content)
    return files


def _student(number: int) -> str:
    return f"s{number:03}"


def _require_full(contestant: Contestant, size: int, scores: Mapping[str, float]) -> None:
    """See that all got full marks: else other things would be compared. Raises ValueError."""
    wrong = {name: score for name, score in scores.items() if abs(score - FULL) > 1e-6}  # noqa: PLR2004
    if wrong or len(scores) != size:
        raise ValueError(f"{contestant.name}: {len(scores)} of {size} graded, wrongly {wrong}")


def _install(name: str, *requirements: str) -> None:
    """Make a virtual environment with these packages, unless it is there with just these."""
    folder, stamp = BUILD / name, BUILD / name / "requirements.txt"
    wanted = "\n".join(one for one in requirements if ROOT.as_posix() not in one)
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
        return
    _call([Path(sys.executable), "-m", "venv", folder], ROOT)
    pip: Command = [
        _bin(name, "python"),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
    ]
    _call([*pip, *requirements], ROOT)
    stamp.write_text(wanted, encoding="utf-8")


def _bin(environment: str, program: str) -> Path:
    return BUILD / environment / "bin" / program


def _environment(program: Path) -> dict[str, str]:
    """Return this process's environment without what would lead another Python astray.

    What lies beside the program is found first: nbgrader calls alembic.

    Jupyter's folders are empty ones, so that nobody's configuration has a say.
    """
    ours = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    home = BUILD / "home"
    folders = {"IPYTHONDIR": "ipython", "JUPYTER_CONFIG_DIR": "config", "JUPYTER_DATA_DIR": "data"}
    own = {key: str(home / name) for key, name in folders.items()}
    return ours | own | {"PATH": f"{program.parent}{os.pathsep}{ours['PATH']}"}


def _call(command: Sequence[str | Path], folder: Path) -> None:
    """Run a command that is not measured. Raises CalledProcessError, with what it said."""
    done = subprocess.run(
        command,
        cwd=folder,
        env=_environment(Path(command[0])),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = (done.stdout + done.stderr)[-2000:]
        raise subprocess.CalledProcessError(done.returncode, command, said)


def _emptied(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
