"""What of our own a grade depends on: the code that grades, and the libraries beside it."""

from __future__ import annotations

import hashlib
import importlib.metadata
import platform
from pathlib import Path

from grader.core.version import __version__

PACKAGES = (
    *("protocol", "core", "worker", "assignments", "submissions", "sandbox", "student", "checks"),
    *("recurrent", "grading", "locale"),
)
"""The packages of ours that a grade depends on; the others show grades, or hand them on."""
LIBRARIES = ("hypothesis", "numpy", "pytest", "torch")
"""What draws the cases and computes the right answers beside them."""


def versions() -> dict[str, str]:
    """Return the versions of Python and of those libraries, as they are here."""
    libraries = {name: importlib.metadata.version(name) for name in LIBRARIES}
    return {"python": platform.python_version(), **libraries}


def own_digest() -> str:
    """Return the SHA-256, in hexadecimal, of the code of ours that grades, and of its libraries."""
    package = Path(__file__).parents[1]
    digest = hashlib.sha256(__version__.encode())
    for name in LIBRARIES:
        digest.update(f"\0{name} {importlib.metadata.version(name)}".encode())
    files = (path for name in PACKAGES for path in (package / name).rglob("*") if path.is_file())
    for path in sorted(path for path in files if "__pycache__" not in path.parts):
        data = path.read_bytes()
        digest.update(f"\0{path.relative_to(package).as_posix()}\0{len(data)}\0".encode() + data)
    return digest.hexdigest()
