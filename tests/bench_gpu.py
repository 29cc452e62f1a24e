"""A timed run on a GPU beside the CPU's: how long, how far apart, and how slow a student may be.

    python tests/bench_gpu.py [SEEDS]

The distance is between the weights that the reference comes to on the GPU and on the CPU, of the
way that they go; the check allows `training.APART`. Wall seconds; they depend on the machine.
"""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path

import torch

from grader.assignments import assignment as assignments
from grader.grading.grade import Terms, grade
from grader.recurrent import models, network, probes, training
from grader.recurrent.stand_ins import epoch
from grader.sandbox.backends.process import ProcessSandbox
from grader.submissions.discovery import find
from grader.submissions.model import Submission

ROOT = Path(__file__).parent.parent


def main(seeds: int) -> None:
    tell(f"torch {torch.__version__}, {torch.cuda.get_device_name()}")
    torch.set_num_threads(1)
    probes.warm_up({})
    for kind in (models.LSTM, models.GRU):
        apart, cpu, cuda = [], [], []
        for seed in range(seeds):
            data = network.Data(kind, seed, stand_in=False)
            started = time.monotonic()
            right = network.right_course(data)
            cpu.append(time.monotonic() - started)
            model = network.Reference(kind, stand_in=False).model
            started = time.monotonic()
            notebook = {"model": lambda *_, m=model: m, "loop": epoch, "device": "cuda"}
            told = probes.train_network(notebook, "model", "loop", **network.given(data))
            cuda.append(time.monotonic() - started)
            apart.append(network.apart(data, network.course(data, told), right))
        tell(
            f"{kind.name}, {seeds} seeds: a run takes {statistics.median(cpu):.2f} s on the CPU, "
            f"{statistics.median(cuda):.2f} s on the GPU; apart by {statistics.median(apart):.1e}, "
            f"at most {max(apart):.1e} (allowed {training.APART})"
        )
    assignment = assignments.load(ROOT / "assignments" / "lstm_gru")
    path = ROOT / "solutions" / "lstm_gru" / "lstm_gru.ipynb"
    submission = Submission("reference", "reference", path.name, path.read_bytes())
    sandbox = ProcessSandbox()
    lane = sandbox.lane()
    for device in ("cpu", "cuda", "cuda"):
        started = time.monotonic()
        graded = grade(submission, Terms(assignment, "b", sandbox.image, "process", device), lane)
        ratios = [one.data["timing"]["ratio"] for one in graded.checks if "timing" in one.data]
        seconds = {
            one.id: round(one.seconds, 2) for one in graded.checks if one.part == "aprendizaje"
        }
        tell(
            f"--device {device}: {graded.score:g} points in {time.monotonic() - started:.1f} s; "
            f"ratios {ratios}; {seconds}"
        )
    for sample in find([ROOT / "tests" / "submissions" / assignment.name], assignment.name):
        terms = Terms(assignment, "b", sandbox.image, "process", "cuda")
        graded = grade(sample, terms, lane, only=("aprendizaje",))
        ratios = [one.data["timing"]["ratio"] for one in graded.checks if "timing" in one.data]
        tell(f"{sample.id}: {graded.score:g} of 8; ratios {ratios}")
    lane.close()


def tell(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
