"""What is answered, and how."""

from __future__ import annotations

import struct
from dataclasses import replace
from typing import TYPE_CHECKING

from grader.core.errors import Place
from grader.protocol import wire
from grader.sandbox.conformance.case import SMALL, Promises, submission

if TYPE_CHECKING:
    from grader.sandbox.api import Sandbox

PROMISES = Promises()


@PROMISES.of_all
def tensors_cross_exactly(sandbox: Sandbox) -> None:
    """Tensors come back bit for bit: NaN, infinities, −0, subnormals; empty; every dtype."""
    data = struct.pack("<6d", float("nan"), float("inf"), -0.0, 5e-324, 0.1, -1e308)
    sent = [wire.Array("float64", (2, 3), data), wire.Array("int64", (0, 4), b"")]
    sent += [wire.Array(dtype, (1,), b"\1" * size) for dtype, size in wire.ITEM_SIZES.items()]
    with submission(sandbox, "def f(*x): return x") as opened:
        assert opened.f(*sent) == tuple(sent)


@PROMISES.of_all
def a_notebook_may_hold_pictures(sandbox: Sandbox) -> None:
    """Some megabytes of notebook are loaded like any other."""
    with submission(sandbox, f"# {'x' * (5 << 20)}\ndef f(): return 7") as opened:
        assert opened.f() == 7


@PROMISES.of_all
def a_limit_may_be_larger_than_another(sandbox: Sandbox) -> None:
    """A check may take longer than the definitions, and the definitions than a check."""
    for seconds in (1, 60):
        limits = replace(SMALL, load_seconds=30, cpu_seconds=seconds)
        with submission(sandbox, "def f(): return 7", limits) as opened:
            assert opened.f() == 7


@PROMISES.of_all
def an_exception_has_its_place(sandbox: Sandbox) -> None:
    """An exception is an answer, with its type, text, cell and line; the process lives on."""
    with submission(sandbox, "def f(x):\n    y = x\n    raise ValueError(y)") as opened:
        fault = opened.is_fault("no")
        assert (fault.message.es, fault.place) == ("ValueError: no", Place(1, 3)), fault


@PROMISES.of_all
def sys_exit_is_an_exception(sandbox: Sandbox) -> None:
    """SystemExit ends nothing."""
    with submission(sandbox, "import sys\ndef f(): sys.exit(0)") as opened:
        assert opened.is_fault().message.es.startswith("SystemExit")


@PROMISES.of_all
def chance_starts_from_the_entropy(sandbox: Sandbox) -> None:
    """The usual generators start from the check's entropy and from nothing else."""
    source = "import random, torch\ndef f(): return random.random(), torch.rand(3)"
    with submission(sandbox, source) as opened:
        first, again, other = opened.f(entropy=7), opened.f(entropy=7), opened.f(entropy=8)
        assert first == again != other
