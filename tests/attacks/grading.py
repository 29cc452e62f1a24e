"""One run of `grader grade`, watched from outside."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.core.results import Grade

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PORT = 45613
"""Where this machine listens for what the attacks try to reach."""
MARK = "huella-ataque"
"""What the attacks call the files that they try to leave."""
EARLY = 50
"""Submissions after which the memory of what grades should not grow any more."""
_PATIENCE = 20.0  # seconds for what was killed to be gone
# A run's label is drawn at random; here it is known, to tell its containers from others'.
_START = """
import secrets, sys
label = sys.argv.pop()
secrets.token_hex = lambda _: label
from grader.cli.main import main
main()
"""


@dataclass
class Watched:
    """What was seen of a run: its grades by student, what it said, what it left.

    `memory` has the most bytes that one trusted process had held by then, for each `EARLY`
    submissions.
    """

    status: int
    grades: dict[str, Grade]
    texts: dict[str, str]
    said: str
    memory: list[int]
    seconds: float
    containers: int
    wrong: list[str] = field(default_factory=list)


class _Watch(threading.Thread):
    """Looks at the run while it lasts: its containers, its memory, who calls on a port of ours."""

    def __init__(self, label: str, scratch: Path, out: Path) -> None:
        from grader.sandbox.backends.docker import RUN_LABEL, connect

        super().__init__(daemon=True)
        self.label = f"{RUN_LABEL}={label}"
        self.scratch, self.out = scratch, out
        self.memory: dict[int, int] = {}
        self.ended = threading.Event()
        self.client = connect()
        self.seen: set[str] = set()
        self.wrong: list[str] = []
        self.server = socket.create_server(("", PORT), reuse_port=True)
        self.server.settimeout(0.0)

    def run(self) -> None:
        while not self.ended.wait(0.5):
            with contextlib.suppress(Exception):  # a container may end while it is looked at
                self._look()
            self._weigh()
            with contextlib.suppress(BlockingIOError):
                self.wrong.append(f"somebody reached this machine: {self.server.accept()[1]}")

    def containers(self) -> list[str]:
        """Return the run's containers, running or not."""
        found = self.client.api.containers(all=True, filters={"label": self.label})
        return [container["Id"] for container in found]

    def end(self) -> None:
        """Stop."""
        self.ended.set()
        self.join()
        self.server.close()
        self.client.close()

    def _weigh(self) -> None:
        graded = len(list(self.out.glob("results/*.json")))
        held = [self.memory.get(graded // EARLY, 0), *map(_most_memory, _ours(self.scratch))]
        self.memory[graded // EARLY] = max(held)

    def _look(self) -> None:
        for container in set(self.containers()) - self.seen:
            told = self.client.api.inspect_container(container)
            host = told["HostConfig"]
            self.seen.add(container)
            if host["NetworkMode"] != "none" or host["Binds"] or told["Mounts"]:
                self.wrong.append(f"a container has a network or a mount: {host['NetworkMode']}")
            if not 0 < host["Memory"] == host["MemorySwap"]:
                self.wrong.append("a container's memory has no bound")


def grade(
    work: Path,
    paths: Sequence[Path],
    assignments: Path,
    *,
    seed: str,
    isolation: str,
    jobs: int,
    sandbox: str = "docker",
) -> Watched:
    """Grade submissions with the program itself and see that nothing is left of it.

    `work` is an empty folder: the run's working, temporary and results folders are in it.
    """
    label = secrets.token_hex(8)
    scratch, out = work / "scratch", work / "out"
    scratch.mkdir(parents=True)
    before = {path: _state(path) for path in paths}
    watch = _Watch(label, scratch, out)
    watch.start()
    started = time.monotonic()
    options = ["--assignments", str(assignments), "--assignment", "lstm_gru", "--out", str(out)]
    options += ["--sandbox", sandbox, "--isolation", isolation, "--jobs", str(jobs)]
    options += ["--seed", seed]
    with (work / "said").open("wb") as said:
        process = subprocess.Popen(
            [sys.executable, "-c", _START, "grade", *map(str, paths), *options, label],
            stdout=said,
            stderr=subprocess.STDOUT,
            cwd=scratch,
            env={**os.environ, "TMPDIR": str(scratch)},
        )
        process.wait()
    seconds = time.monotonic() - started
    eventually_gone(lambda: [*watch.containers(), *_processes(scratch)])
    wrong = [f"a container is left: {one}" for one in watch.containers()]
    wrong += [f"a process is left: {one}" for one in _processes(scratch)]
    watch.end()
    texts = _texts(out)
    wrong += watch.wrong + _files(scratch, out, texts)
    wrong += [f"{path} was changed" for path in paths if _state(path) != before[path]]
    # What was printed is kept byte for byte: escapes must show.
    printed = (work / "said").read_bytes().decode("utf-8", "surrogateescape")
    wrong += _leaks(seed, {**texts, **_students_pages(out)}, printed)
    grades = {grade.student: grade for grade in map(Grade.from_json, texts.values())}
    return Watched(
        status=process.returncode,
        grades=grades,
        texts={json.loads(text)["student"]: text for text in texts.values()},
        said=printed,
        memory=list(watch.memory.values()),
        seconds=seconds,
        containers=len(watch.seen),
        wrong=wrong,
    )


def comparable(text: str) -> str:
    """A grade's JSON without timings and environment."""
    told = json.loads(text)
    del told["environment"]
    for check in told["checks"]:
        del check["seconds"], check["cpu_seconds"]
        check["data"].pop("timing", None)
    return json.dumps(told, ensure_ascii=False)


def eventually_gone(left: Any) -> None:
    """Wait until there is nothing left, or patience ends."""
    deadline = time.monotonic() + _PATIENCE
    while left() and time.monotonic() < deadline:
        time.sleep(0.1)


def _processes(scratch: Path) -> list[str]:
    """Return the command lines of what still runs of a run, known by its environment."""
    found = []
    for entry in _ours(scratch):
        with contextlib.suppress(OSError, ValueError):
            found.append((entry / "cmdline").read_text().replace("\0", " "))
    return found


def _ours(scratch: Path) -> Iterator[Path]:
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError):
            if f"TMPDIR={scratch}\0" in (entry / "environ").read_text():
                yield entry


def _most_memory(process: Path) -> int:
    """Return the most bytes of memory that a process has held so far, 0 when it is gone."""
    with contextlib.suppress(OSError, IndexError, ValueError):
        status = (process / "status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) * 1024
    return 0


def _texts(out: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in out.glob("results/*.json")}


def _students_pages(out: Path) -> dict[str, str]:
    pages = (path for path in out.glob("report/*.html") if path.name != "index.html")
    return {path.name: path.read_text(encoding="utf-8") for path in pages}


def _files(scratch: Path, out: Path, texts: dict[str, str]) -> list[str]:
    """Return what was left in the working folder, or anywhere by an attack."""
    expected = {
        "grades.csv",
        "students.csv",
        "journal.sqlite",
        "results",
        *(f"results/{name}" for name in texts),
    }
    pages = ("index.html", ".made.json", *(f"{name.removesuffix('.json')}.html" for name in texts))
    expected |= {"report", *(f"report/{name}" for name in pages)}
    copies = [path for path in out.glob("submissions/*") if _is_a_copy(path)]
    expected |= {"submissions", *(f"submissions/{path.name}" for path in copies)}
    # torch makes an empty folder of this name when it is imported.
    left = [path for path in scratch.rglob("*") if not path.name.startswith("torchinductor_")]
    left += [path for path in out.rglob("*") if str(path.relative_to(out)) not in expected]
    places = [Path(name) for name in ("/tmp", "/var/tmp", "/dev/shm", "/", str(Path.home()))]  # noqa: S108
    left += [path for place in places for path in place.glob(f"*{MARK}*")]
    return [f"a file is left: {path}" for path in left]


def _is_a_copy(path: Path) -> bool:
    """Whether a file is what somebody handed in, under its digest."""
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == path.name


def _leaks(seed: str, texts: dict[str, str], printed: str) -> list[str]:
    """Return where the seed stands, and what could steer a terminal."""
    wrong = [f"{name} holds the seed" for name, text in texts.items() if seed in text]
    wrong += ["what was printed holds the seed"] if seed in printed else []
    steering = sorted({char for char in printed if char != "\n" and not char.isprintable()})
    return wrong + [f"what was printed holds {char!r}" for char in steering]


def _state(path: Path) -> str:
    """Return a digest of a submission, or of a folder's names, sizes and dates."""
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    told = [(str(file), file.lstat().st_size, file.lstat().st_mtime_ns) for file in files]
    return hashlib.sha256(repr(told).encode("utf-8", "surrogateescape")).hexdigest()
