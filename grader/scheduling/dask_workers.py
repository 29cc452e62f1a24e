"""The workers of a Dask cluster that take part in a run; the rest of the program knows no Dask.

What a worker is to do is pickled here and unpickled there: the scheduler sees bytes, and needs no
grader of ours. Every task is pinned to its worker, so that it is known whose loss costs what.
"""

from __future__ import annotations

import contextlib
import logging
import pickle
import secrets
import threading
import time
from typing import TYPE_CHECKING, Any

from grader.core.errors import SandboxFault, UsageError
from grader.scheduling import lanes
from grader.scheduling.lanes import LOST, START_SECONDS, UNFIT, Answer, unpacked

if TYPE_CHECKING:
    from collections.abc import Callable

    from grader.core.console import Tell
    from grader.scheduling.lanes import Order

CONNECT_SECONDS = 15.0
WORKERS_SECONDS = 60.0
"""How long a run waits for a worker where there is none; Dask's nannies start a lost one again."""
EXAMINE_SECONDS = START_SECONDS + 60.0
_SCHEDULER_SECONDS = 30.0
_END_SECONDS = 10.0
_TICK = 1.0
_MENTIONED = 3


def connect(address: str) -> Any:
    """Return a Dask client. Raises UsageError for no address, SandboxFault where nobody answers."""
    try:
        import dask
        from distributed import Client
    except ModuleNotFoundError as error:
        raise UsageError("--cluster needs Dask: pip install 'rnn-grader[cluster]'") from error
    for name in [
        name for name in logging.root.manager.loggerDict if name.startswith("distributed")
    ]:
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what matters is told by us
    dask.config.set({"distributed.admin.large-graph-warning-threshold": "1GB"})
    try:
        client: Any = Client  # which has no types
        return client(address, timeout=CONNECT_SECONDS, set_as_default=False, name="grader")
    except OSError as error:  # TimeoutError too
        raise SandboxFault(
            f"no Dask scheduler answers at {address}: see that it runs there, and that this "
            "machine can reach it"
        ) from error
    except (ValueError, TypeError, RuntimeError) as error:
        raise UsageError(
            f"{address!r} is not a scheduler's address, such as tcp://host:8786 or "
            f"tls://host:8786: {error}"
        ) from error


class DaskWorkers:
    """The workers that were examined and found fit: `fit` has their threads, by address."""

    def __init__(self, client: Any, order: Order, tell: Tell) -> None:
        self.client = client
        self.order = order
        self.tell = tell
        self.fit: dict[str, int] = {}
        self.lanes: dict[str, Any] = {}
        self.examined: dict[str, tuple[Any, float]] = {}
        self.given_up: set[str] = set()
        self.unfit: list[str] = []
        self.bell = threading.Event()
        self.alone_since = time.monotonic()

    def begin(self) -> None:
        """Examine every worker before there is a task for any.

        Raises UsageError where one cannot take part, SandboxFault where none comes.
        """
        self._look()
        while self.examined or not (self.fit or self.unfit):
            self.rest()
            self._look()
        if self.unfit:
            more = len(self.unfit) - _MENTIONED
            said = "; ".join(self.unfit[:_MENTIONED])
            raise UsageError(f"{said}; and {more} more" if more > 0 else said)

    def look(self) -> None:
        """Notice who came and went. Raises SandboxFault where nobody is there for too long."""
        self._look()
        while self.unfit:
            self.tell(self.unfit.pop())

    def _look(self) -> None:
        there = self._there()
        for worker in self.lanes.keys() - there.keys():
            self.forget(worker)
        for worker in there.keys() - self.lanes.keys() - self.given_up:
            self._examine(worker)
        for worker, (future, deadline) in list(self.examined.items()):
            answer = self.answer(future)
            if answer is None and time.monotonic() > deadline:
                answer = SandboxFault.__name__, "it does not answer"
            if answer is not None:
                self._admit(worker, there[worker], answer)
        if self.fit or self.examined or self.unfit:
            self.alone_since = time.monotonic()
        elif time.monotonic() > self.alone_since + WORKERS_SECONDS:
            raise SandboxFault(
                f"no worker at {self.client.scheduler.address} can grade: start some "
                "(docker/cluster.sh), and run again"
            )

    def grade(self, worker: str, submission: bytes) -> Any:
        """Send a pickled submission to a worker; return a future for `answer`."""
        return self._send("grade", worker, lanes.Lanes.grade, self.lanes[worker], submission)

    def answer(self, future: Any) -> Answer | None:
        """Return what a worker answered, or None while it has not."""
        if future.status == "pending":
            return None
        try:
            fault, text = future.result(timeout=_END_SECONDS)
        except OSError:  # it is lost with what it answered, or TimeoutError: slow
            return None
        except Exception as error:  # noqa: BLE001 - whatever happened to a task on another machine
            return _told(error)
        return str(fault), str(text)

    def rest(self) -> None:
        """Wait until something may have happened."""
        self.bell.wait(_TICK)
        self.bell.clear()

    def forget(self, worker: str) -> None:
        """Take a worker for lost; one that comes back under the same address is a new one."""
        if worker in self.fit:
            self.tell(f"the worker {worker} was lost: other workers grade its submissions")
        for known in (self.fit, self.lanes, self.examined):
            known.pop(worker, None)

    def give_up(self, worker: str) -> None:
        """Do without a worker from now on: it is there and does not answer."""
        self.given_up.add(worker)
        self.forget(worker)

    def close(self) -> None:
        """End the lanes, in the middle of something too, and leave the cluster."""
        keys = [future.key for future in self.lanes.values()]
        with contextlib.suppress(Exception):  # it may be gone
            self.client.run(
                _stop(keys),
                workers=list(self.fit),
                wait=False,
                on_error="ignore",
                callback_timeout=_END_SECONDS,
            )
        with contextlib.suppress(Exception):
            self.client.close(timeout=_END_SECONDS)

    def _there(self) -> dict[str, int]:
        """Return the scheduler's workers, with their threads. Raises SandboxFault."""
        try:
            there = self.client.sync(
                self.client.scheduler.ncores, callback_timeout=_SCHEDULER_SECONDS
            )
        except Exception as error:
            raise SandboxFault(
                "the Dask scheduler no longer answers: start it and its workers again, and "
                "run again to continue from here"
            ) from error
        return {str(worker): int(threads) for worker, threads in there.items() if threads}

    def _examine(self, worker: str) -> None:
        held = self.lanes[worker] = self._send("lanes", worker, lanes.Lanes, None, self.order)
        future = self._send("examine", worker, lanes.Lanes.examine, held)
        self.examined[worker] = future, time.monotonic() + EXAMINE_SECONDS

    def _admit(self, worker: str, threads: int, answer: Answer) -> None:
        fault, text = answer
        del self.examined[worker]
        if not fault:
            self.fit[worker] = threads
            return
        self.given_up.add(worker)
        self.forget(worker)
        advice = "; install the same versions there, or stop it" if fault == UNFIT else ""
        self.unfit.append(f"the worker {worker} cannot take part: {unpacked(text).en}{advice}")

    def _send(
        self, what: str, worker: str, do: Callable[..., object], first: Any, *arguments: object
    ) -> Any:
        """Have a worker call a function; `first` is a future that it holds, if anything."""
        future = self.client.submit(
            _call(),
            pickle.dumps((do, arguments)),
            *([] if first is None else [first]),
            key=f"{what}-{secrets.token_hex(8)}",
            workers=[worker],
            allow_other_workers=False,
            pure=False,
        )
        future.add_done_callback(lambda _: self.bell.set())
        return future


def _told(error: Exception) -> Answer:
    if isinstance(error, (ImportError, AttributeError, TypeError)):  # our code is not as it is here
        return UNFIT, f"its grader is not the same as this machine's ({error})"
    if type(error).__name__ == "KilledWorker":
        return LOST, "it was lost more than once"
    return SandboxFault.__name__, f"{type(error).__name__}: {error}"


def _call() -> Callable[..., object]:
    """Return what a task runs: a function within a function, which Dask sends by value."""

    def call(pickled: bytes, *first: object) -> object:
        import pickle

        do, arguments = pickle.loads(pickled)  # noqa: S301 - Dask lets whoever is there run code
        return do(*first, *arguments)

    return call


def _stop(keys: list[str]) -> Callable[..., object]:
    """Return what tells a worker's lanes to end, in its event loop: its threads may be busy."""

    async def stop(dask_worker: Any) -> None:
        for key in keys:
            if key in dask_worker.data:
                dask_worker.data[key].stop()

    return stop
