"""One submission's supervisor: passes questions on, keeps the time, and cleans up.

It runs as the lane's own user, outside the reach of the student's processes, and is the only one
that writes to the host. It holds no verdict and no expected value; of what the student's
processes say it believes nothing but that it is a frame of a permitted size. What the reader finds
in a notebook it has passed on before the first line of it runs; what rings the bell, it counts.
"""

from __future__ import annotations

import contextlib
import os
import platform
import signal
import socket
import sys
import time
from typing import TYPE_CHECKING, Any, TypeVar

from grader.protocol import wire
from grader.worker import accounts, bell, endings, host_stream, reading, reference, submission
from grader.worker.channel import (
    Channel,
    ChannelClosed,
    DeadlineExceeded,
    HostLeft,
    Readable,
    first_readable,
    message,
    pair,
)
from grader.worker.endings import Lost, Tripped
from grader.worker.messages import Translatable, notice
from grader.worker.trap import ACTS
from grader.worker.users import adopt_orphans

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from grader.worker.bell import Bell, Stroke
    from grader.worker.users import User, Users

_R = TypeVar("_R", bound=Readable)
CLEAN, DIRTY, HOST_LEFT = 0, 1, 2
# What the submission's own process says is small, and is encoded anew for the host.
_REPORT_CAPS = wire.Caps(header=1 << 19, body=0)
_READING_CAPS = wire.Caps(header=1 << 19, body=1 << 28)
_MOST_STROKES = 20
_LOOKS = 20
_LEAST_STARVED = 0.05  # seconds without a core that are worth waiting for
_GRACE = 2.0  # seconds for the student's process to say how a check ended


def run(incoming: int, outgoing: int, users: Users, gpus: list[str]) -> int:
    """Serve one session on the host's stream; return CLEAN, DIRTY or HOST_LEFT."""
    supervisor = Supervisor(users, incoming, gpus)
    while True:
        try:
            frame, question = host_stream.read_frame(incoming)
            answer = supervisor.answer(question, frame)
            supervisor.account.sent += len(answer)
            host_stream.write_all(outgoing, answer)
        except (EOFError, OSError, HostLeft, wire.WireError):
            supervisor.close()
            return HOST_LEFT
        if question["op"] == "close":
            return CLEAN if supervisor.clean else DIRTY


class Supervisor:
    """The session's state: the student's process, the check under way, the time it has left."""

    def __init__(self, users: Users, host: int, gpus: list[str]) -> None:
        self.users = users
        self.host = host
        self.gpus = gpus
        self.gpu: str | None = None
        self.user: User | None = None
        self.ours: User | None = None
        self.pid = 0
        self.control: Channel | None = None
        self.check: Channel | None = None
        self.bell: Bell | None = None
        self.opened: wire.Message = {}
        self.program = b""
        self.limits: dict[str, Any] = {}
        self.account = accounts.Account(apart=users.separate and not users.shared)
        self.waited = self.waited_before = self.starved = 0.0
        self.cpu_before = 0.0
        self.kills_before = 0
        self.clean = True
        if not self.account.own_clock:  # else the lane's own first process has them
            adopt_orphans()

    def answer(self, question: wire.Message, frame: bytes) -> bytes:
        """Return the frame that answers one question of the host, which came as this frame."""
        nonce = question["nonce"]
        own: dict[str, Callable[[wire.Message], dict[str, Any]]] = {
            "hello": self._hello,
            "open": self._open,
            "define": self._define,
            "begin": self._begin,
            "end": self._end,
            "used": self._used,
            "reference": self._reference,
            "close": self._close,
        }
        try:
            if question["op"] in own:
                return message(nonce, **own[question["op"]](question))
            return self._relay(frame)
        except wire.WireError:  # from encoding the student's report anew
            self._destroy()
            return Lost("crashed", notice("the notebook could not be read")).frame(nonce)
        except Lost as lost:
            self._destroy()
            return lost.frame(nonce)
        except Tripped as tripped:
            self._destroy()
            return message(nonce, tripped=tripped.told)

    def close(self) -> None:
        """Kill and remove whatever this session left."""
        self._destroy()
        if self.ours is not None:
            self.ours.wipe()
            self.ours = None

    def _hello(self, _: wire.Message) -> dict[str, Any]:
        torch = sys.modules["torch"]
        versions = {"python": platform.python_version(), "torch": str(torch.__version__)}
        return {**versions, "gpus": len(self.gpus)}

    def _open(self, question: wire.Message) -> dict[str, Any]:
        """Read the notebook; return what is said of it."""
        self.opened = question
        self.limits = question["limits"]
        # Made before a student's code can have taken the last of the files that there may be.
        self.ours = self.users.new()
        return {"reading": self._read()}

    def _read(self) -> dict[str, Any]:
        """Have a process read the notebook, and end it; keep what is to run, return the rest."""
        theirs = self._prepare()
        self.pid = os.fork()
        if self.pid == 0:
            reading.serve(theirs, self._process_user(), self.opened)
        theirs.close()
        assert self.control is not None  # noqa: S101 - set by _prepare
        try:
            self._await([self.control], self.limits["load_seconds"])
            told = self.control.receive(_READING_CAPS, time.monotonic() + _GRACE)
            report, self.program = reading.parse(told)
        except DeadlineExceeded:
            raise Lost("timeout", notice("it takes too long to read the notebook")) from None
        except ChannelClosed:
            raise self._autopsy(notice("while the notebook was read"), "load_seconds") from None
        self._destroy()
        return report

    def _define(self, _: wire.Message) -> dict[str, Any]:
        """Run the definitions; return what came of it, and what rang meanwhile."""
        strokes: list[Stroke] = []
        try:
            report = self._start(strokes)
        except Lost as lost:
            self._destroy()
            report = {"lost": [lost.outcome, lost.text.to_wire()]}
        known = [stroke for stroke in strokes if stroke.operator or stroke.act in ACTS]
        return {"ran": report, "tripped": list(map(endings.told, known[:_MOST_STROKES]))}

    def _start(self, strokes: list[Stroke] | None = None) -> dict[str, Any]:
        """Fork the submission's process and have it run the definitions; return its report.

        What it rings meanwhile is added to the strokes.
        """
        theirs = self._prepare()
        self.bell, rope = bell.pair()
        self.pid = os.fork()
        if self.pid == 0:
            user = self._process_user()
            submission.run(theirs, rope, user, self.opened, self.program, self.gpu)
        theirs.close()
        rope.close()
        assert self.control is not None  # noqa: S101 - set by _prepare
        try:
            self._await([self.control], self.limits["load_seconds"])
            report = self.control.receive(_REPORT_CAPS, time.monotonic() + _GRACE)["report"]
        except DeadlineExceeded:
            text = notice("the notebook's definitions never finish running")
            raise Lost("timeout", text) from None
        except (ChannelClosed, KeyError):
            when = notice("while the notebook's definitions ran")
            raise self._autopsy(when, "load_seconds") from None
        finally:
            heard = self.bell.listen()
            if strokes is not None:
                strokes += heard
        return report if isinstance(report, dict) else {}

    def _prepare(self) -> Channel:
        """Make a user and a channel for a process to be forked; return the channel's other end."""
        self.user = self.users.new()
        if self.user is None:
            raise Lost("crashed", notice("the process crashed too many times"))
        self.control, theirs = pair()
        self.kills_before = accounts.memory_kills()
        self.starved = 0.0
        return theirs

    def _process_user(self) -> User:
        assert self.user is not None  # noqa: S101 - set by _prepare
        return self.user

    def _begin(self, question: wire.Message) -> dict[str, Any]:
        self.limits = {**self.opened["limits"], **question["limits"]}
        self.cpu_before = self.account.cpu()
        self.waited = 0.0
        which = question.get("gpu")
        if which is not None:
            self._destroy()  # that process saw no GPU
        self.gpu = None if which is None else self.gpus[which]
        if self.user is None:
            self._start()
        assert self.control is not None  # noqa: S101 - set by _start
        self.check, theirs = pair()
        self.waited_before, self.starved = self.waited, 0.0
        self.kills_before = accounts.memory_kills()
        plan = message(b"", cpu_seconds=self.limits["cpu_seconds"], entropy=question["entropy"])
        try:
            self.control.send(plan, time.monotonic() + _GRACE)
            socket.send_fds(self.control.socket, [b"!"], [theirs.socket.fileno()])
        except (DeadlineExceeded, ChannelClosed, OSError):
            raise self._autopsy(notice("between two checks")) from None
        finally:
            theirs.close()
        return {}

    def _relay(self, frame: bytes) -> bytes:
        """Pass a question on to the check's process and its answer back, both unread."""
        if self.check is None or self.control is None:
            raise Lost("crashed", notice("the process that runs the notebook has ended"))
        try:
            self.check.send(frame, time.monotonic() + self._left())
            self._await_answer(self.check, self.control)
            answer = self._receive(self.check)
        except DeadlineExceeded:
            seconds = f"{self.limits['seconds']:g}"
            text = notice(
                "it did not finish within {seconds} s: is there a loop that never ends, or a wait?",
                seconds=seconds,
            )
            raise Lost("timeout", text) from None
        except ChannelClosed as gone:
            self._require_silence()
            if str(gone):
                raise endings.malformed(gone) from None
            raise self._autopsy() from None
        self._require_silence()
        return answer

    def _left(self) -> float:
        """Return the seconds for which this check may still be waited for."""
        left: float = self.limits["seconds"] - (self.waited - self.waited_before)
        return left

    def _await_answer(self, check: Channel, control: Channel) -> None:
        """Wait for the check's process to answer.

        Raises DeadlineExceeded, and ChannelClosed once it has ended.
        """
        ready: Channel | Bell | None = None
        while ready is not check:
            heard: list[Channel | Bell] = [check, control]
            if self.bell is not None and not self.bell.is_cut:
                heard.insert(0, self.bell)
            ready = self._await(heard, self._left())
            self._require_silence()
            if ready is control:
                raise ChannelClosed

    def _require_silence(self) -> None:
        """See that the bell has not rung. Raises Tripped, and Lost."""
        if self.bell is not None:
            endings.require_silence(self.bell.listen())

    def _receive(self, check: Channel) -> bytes:
        """Return the frame that has begun to arrive, unread.

        Raises DeadlineExceeded and ChannelClosed.
        """
        started = time.monotonic()
        try:
            return check.receive_raw(self._caps(), started + max(self._left(), _GRACE))
        finally:
            self.waited += time.monotonic() - started

    def _await(self, channels: Sequence[_R], seconds: float) -> _R:
        """Wait for the student's process to say something. Raises DeadlineExceeded.

        Time in which it could have run and had no core is the machine's, not the student's.
        """
        while True:
            started = time.monotonic()
            try:
                return first_readable(channels, started + seconds, self.host)
            except DeadlineExceeded:
                seconds = self._starved()
                if seconds < _LEAST_STARVED:
                    raise
                self.waited -= seconds
            finally:
                self.waited += time.monotonic() - started

    def _starved(self) -> float:
        """Return the seconds for which what is waited for had no core, since this last told."""
        assert self.user is not None  # noqa: S101 - its process is waited for
        waiting = [pid for pid in self.user.processes() if pid != self.pid or self.check is None]
        loading = self.check is None
        limit = self.limits["load_seconds" if loading else "seconds"]
        used = self.account.cpu() - (self.account.cpu_before if loading else self.cpu_before)
        starved = min(accounts.starved(waiting, used), limit * self.limits["patience"])
        before, self.starved = self.starved, max(self.starved, starved)
        return self.starved - before

    def _end(self, _: wire.Message) -> dict[str, Any]:
        """End the check's process; whatever it left behind ends the submission's as well."""
        report = self._last_words() if self.check is not None else {}
        strokes = self.bell.listen() if self.bell is not None else []
        used = self.account.cpu() - self.cpu_before
        told = report.get("cpu_seconds")
        if not self.users.separate and isinstance(told, float):
            used = told  # finer than what /proc tells of processes that live
        kept = report and self.gpu is None
        if self.user is not None and not (kept and self._is_tidy(self.user)):
            self._destroy()
        tripped = [endings.told(stroke) for stroke in strokes if stroke.operator][:1]
        return {"cpu_seconds": max(0.0, used), "seconds": self.waited, "tripped": tripped}

    def _is_tidy(self, user: User) -> bool:
        return user.processes() == [self.pid] and user.has_empty_folder()

    def _used(self, _: wire.Message) -> dict[str, Any]:
        """Tell the CPU seconds that the check has used so far."""
        return {"cpu_seconds": max(0.0, self.account.cpu() - self.cpu_before)}

    def _reference(self, question: wire.Message) -> dict[str, Any]:
        """Run probes of the host's in a process of their own; tell what the last of them took.

        It is forked from this process, which never ran a student's code; the student's processes
        are held for as long, so that they cannot slow it.
        """
        assert self.user is not None  # noqa: S101 - there is a check
        assert self.ours is not None  # noqa: S101 - it was made when the notebook was opened
        with self.user.held():
            found = reference.run(question["questions"], self.ours, self.limits, self.gpu)
        seconds, cpu_seconds = found
        if not seconds:
            return {"failed": True}
        self.account.ours += cpu_seconds
        return {"seconds": seconds[-1], "cpu_seconds": cpu_seconds}

    def _last_words(self) -> wire.Message:
        """Close the check's channel and return what the submission's process says of its end."""
        if self.check is not None:
            self.check.close()
            self.check = None
        assert self.control is not None  # noqa: S101 - there was a check
        try:
            return self.control.receive(_REPORT_CAPS, time.monotonic() + _GRACE)
        except (DeadlineExceeded, ChannelClosed):
            return {}

    def _close(self, _: wire.Message) -> dict[str, Any]:
        self.close()
        return {"clean": self.clean, "usage": self.account.usage()}

    def _destroy(self) -> None:
        """Kill all of the student's processes, wipe what they wrote, and see that it is so."""
        for channel in (self.check, self.control, self.bell):
            if channel is not None:
                channel.close()
        self.check = self.control = self.bell = None
        if self.user is None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)  # reaches all of them where there is no /proc
        self.user.kill()
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self.pid, 0)
        self.user.wipe()
        self.clean = self.clean and not self.user.processes() and not self.user.folder.exists()
        self.user = None

    def _autopsy(
        self,
        when: Translatable | None = None,
        limit: str = "cpu_seconds",
    ) -> Lost:
        """Say how the student's process ended, from the kernel's account where there is one."""
        killed_for_memory = accounts.memory_kills() > self.kills_before
        told = self._last_words().get("status")
        status = told or self._own_end()
        if killed_for_memory:
            return Lost("out_of_memory", notice("it ran out of memory"))
        # A check that withstands SIGXCPU meets SIGKILL; its mother may have been killed by it.
        if status == -signal.SIGXCPU or told == -signal.SIGKILL:
            return endings.out_of_time(self.limits[limit])
        return endings.by_itself(status, when)

    def _own_end(self) -> int:
        """Return how the submission's own process ended, 0 while it lives."""
        how = os.WEXITED | os.WNOWAIT | os.WNOHANG
        for _ in range(_LOOKS):  # its sockets close a moment before it has ended
            ended = os.waitid(os.P_PID, self.pid, how)
            if ended is not None:
                killed = ended.si_code in (os.CLD_KILLED, os.CLD_DUMPED)
                return -ended.si_status if killed else ended.si_status
            time.sleep(0.01)
        return 0

    def _caps(self) -> wire.Caps:
        return wire.Caps(body=int(self.limits["output"]))
