"""Files that are whole or not there, on the disk and not only in memory."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from grader.core.errors import UsageError
from grader.core.i18n import tr

if TYPE_CHECKING:
    from pathlib import Path


def write(path: Path, data: bytes, *, lasting: bool = True) -> None:
    """Write a file whole or not at all; leave it alone where it holds these bytes already.

    It survives a power cut, unless it need not be `lasting` because it can be made again. Raises
    OSError, and leaves no draft behind.
    """
    draft = path.with_name(f".{path.name}.new")
    try:
        if path.is_file() and path.read_bytes() == data:
            return
        with draft.open("wb") as file:
            file.write(data)
            if lasting:
                file.flush()
                os.fsync(file.fileno())
        draft.replace(path)
        if lasting:
            _sync(path.parent)
    except OSError:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise


def save(path: Path, data: bytes) -> Path:
    """Write a file that a person asked for, and its folder; return where. Raises UsageError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write(path, data)
    except OSError as error:
        raise _unwritable(path, error) from error
    return path


def _unwritable(path: Path, error: OSError) -> UsageError:
    return UsageError(tr("{path} cannot be written: {why}", path=path, why=error.strerror))


def append(path: Path, data: bytes) -> None:
    """Add bytes to the end of a file, all or none where the disk allows that. Raises OSError."""
    with path.open("ab") as file:
        before = file.tell()
        try:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        except OSError:
            with suppress(OSError):
                os.truncate(path, before)
            raise
    _sync(path.parent)


def _sync(folder: Path) -> None:
    """Have a file's making, or its rename, survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
