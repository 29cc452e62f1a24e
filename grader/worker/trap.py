"""What happens when what is shut runs in the student's process: the bell rings, and it ends."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, NoReturn

from grader.worker.messages import Translatable, TranslatableError, notice
from grader.worker.tripwires import place_and_part

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from grader.worker.bell import Ring

ACTS = {
    "library": notice("it opens a library of native code, or looks something up in one"),
    "memory": notice("it reads or writes memory by its address"),
    "code": notice("it copies or exchanges code of torch's or of the grader's"),
    "interpreter": notice("it starts another interpreter"),
}
"""What no notebook needs, by the bell's word for it."""


class Forbidden(TranslatableError, RuntimeError):
    """What is shut ran while definitions did."""


def spring_of(
    ring: Ring, names: Collection[str], *, loads_alone: bool = True
) -> Callable[[str], NoReturn]:
    """Return what is called with a line of the bell's when what is shut runs.

    It rings before anything else, and looks up nothing for that which the student's code could
    exchange. While definitions run, the statement then fails; in a check the process ends.
    `names` are those of all parts; `loads_alone` is whether this process runs definitions alone,
    and forks for checks.
    """
    loader = os.getpid() if loads_alone else None
    refused = RuntimeError("this is not allowed here")
    end, which = os._exit, os.getpid

    def spring(line: str) -> NoReturn:
        ring(line)
        try:
            _tell_place(ring, names)
        finally:
            if which() != loader:
                end(1)
        _refuse(line)
        raise refused

    return spring


def _tell_place(ring: Ring, names: Collection[str]) -> None:
    with contextlib.suppress(Exception):
        ring("@" + "\t".join(str(one or "") for one in place_and_part(names)))


def _refuse(line: str) -> NoReturn:
    raise Forbidden(_said(line[:1], line[1:]))


def _said(kind: str, what: str) -> Translatable:
    if kind == "!":
        return notice("{operator} has to be written by hand here", operator=what)
    return notice("this is not allowed in a notebook: {act}", act=ACTS[what])
