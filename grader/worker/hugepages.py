"""Large pages for what every student's process is forked from: forking copies page tables.

With 4 KiB pages the 250 MB that torch and Python hold after their imports cost 10 ms of CPU at
each fork and end of a process, with 2 MiB pages 3 ms. A student's process that writes to a large
page copies 4 KiB of it, as before.
"""

from __future__ import annotations

import ctypes
from pathlib import Path

_LARGE = 1 << 21
_MADV_COLLAPSE = 25  # since Linux 6.1; an older kernel refuses it, and small pages stay


def collapse() -> int:
    """Put this process's private memory into large pages; return how many bytes of it were."""
    try:
        areas = Path("/proc/self/maps").read_text().splitlines()
        madvise = ctypes.CDLL(None).madvise
    except (OSError, AttributeError):  # no Linux
        return 0
    madvise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    done = 0
    for area in areas:
        span, mode, _, _, inode, *name = area.split(maxsplit=5)
        if mode != "rw-p" or inode != "0" or name not in ([], ["[heap]"]):
            continue
        start, end = (int(edge, 16) for edge in span.split("-"))
        start, end = -(-start // _LARGE) * _LARGE, end // _LARGE * _LARGE
        if start < end and madvise(start, end - start, _MADV_COLLAPSE) == 0:
            done += end - start
    return done
