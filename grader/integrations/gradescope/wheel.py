"""A wheel of this very program, made of its installed files.

pip would need the source tree, which an installation lacks, and the build backend, which it would
fetch. A wheel is a zip of the package and of what pip knows of it already, from an editable
checkout as from an installed wheel.
"""

from __future__ import annotations

import base64
import hashlib
from importlib.metadata import PackageNotFoundError, distribution
from typing import TYPE_CHECKING

from grader.core.errors import UsageError
from grader.sandbox.backends.recipe import PACKAGE, docker_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_NAME = "rnn-grader"
_METADATA = ("METADATA", "entry_points.txt", "licenses/LICENSE")
_WHEEL = "Wheel-Version: 1.0\nGenerator: rnn-grader\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
_LEFT_OUT = {"__pycache__", "_assignments", "_docker", "template"}
"""Other assignments, and a new one's solution, are nobody's business there."""


def files() -> tuple[str, dict[str, bytes]]:
    """Return the wheel's name, and its content by name. Raises UsageError."""
    try:
        installed = distribution(_NAME)
    except PackageNotFoundError as error:
        raise UsageError(
            "grader is not installed, so it cannot be put into the zip: run pip install -e . "
            "in its folder"
        ) from error
    stem = f"rnn_grader-{installed.version}"
    content = dict(_own(PACKAGE, "grader")) | dict(_own(docker_folder(), "grader/_docker"))
    for name in _METADATA:
        if (text := installed.read_text(name)) is not None:
            content[f"{stem}.dist-info/{name}"] = text.encode()
    content[f"{stem}.dist-info/WHEEL"] = _WHEEL.encode()
    content[f"{stem}.dist-info/RECORD"] = _record(content, f"{stem}.dist-info/RECORD")
    return f"{stem}-py3-none-any.whl", content


def _own(folder: Path, name: str) -> Iterator[tuple[str, bytes]]:
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        parts = path.relative_to(folder).parts
        if not _LEFT_OUT & set(parts) and not any(part.startswith(".") for part in parts):
            yield "/".join((name, *parts)), path.read_bytes()


def _record(content: dict[str, bytes], own_name: str) -> bytes:
    lines = [
        f"{name},sha256={_digest(data)},{len(data)}\n" for name, data in sorted(content.items())
    ]
    return "".join([*lines, f"{own_name},,\n"]).encode()


def _digest(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
