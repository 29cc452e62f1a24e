"""autograder.zip: what Gradescope asks for, the assignment, and the program that grades it."""

from __future__ import annotations

import json
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from grader.assignments import assignment as assignments
from grader.core import files
from grader.core.errors import UsageError
from grader.core.i18n import LANGUAGES
from grader.exports.zips import zipped
from grader.integrations.gradescope import wheel
from grader.integrations.gradescope.settings import FILE, FOLDER, Settings
from grader.sandbox.backends.recipe import added

if TYPE_CHECKING:
    from grader.assignments.assignment import Assignment

_SCRIPTS = ("setup.sh", "run_autograder")
_PIP = "pip.conf"
_PACKAGES = "packages.txt"
_FILE, _PROGRAM, _SECRET = 0o644, 0o755, 0o600


def make(
    name: str,
    out: Path,
    root: Path | None,
    lang: str,
    seed: str | None = None,
    index: str | None = None,
) -> Path:
    """Write the zip; return where. Raises UsageError and AssignmentFault.

    `seed` repeats an earlier zip's cases; `index` is one more place for pip to look for packages.
    """
    assignment = assignments.choose(assignments.folder_of_assignments(root), name)
    if lang not in LANGUAGES:
        raise UsageError(f"there is no language {lang!r}; choose one of: {', '.join(LANGUAGES)}")
    settings = Settings(assignment.folder.name, lang, seed or secrets.token_hex(16))
    content = {name: (Path(__file__).parent / name).read_bytes() for name in _SCRIPTS}
    content[FILE] = json.dumps(settings.to_json(), indent=2).encode()
    content |= _checks(assignment)
    wheel_name, program = wheel.files()
    content[wheel_name] = zipped(program)
    content[_PACKAGES] = "".join(f"{each}\n" for each in added(assignment.packages)).encode()
    if index is not None:
        content[_PIP] = _pip_configuration(index)
    return files.save(out, zipped(content, _mode))


def _checks(assignment: Assignment) -> dict[str, bytes]:
    """Return the assignment's files, the same that its digest is made of."""
    top = f"{FOLDER}/{assignment.folder.name}"
    return {f"{top}/{name}": data for name, data in assignment.files().items()}


def _pip_configuration(index: str) -> bytes:
    if not index.isprintable() or " " in index:
        raise UsageError(f"{index!r} is not the address of a package index")
    return f"[global]\nextra-index-url = {index}\n".encode()


def _mode(name: str) -> int:
    if name in _SCRIPTS:
        return _PROGRAM
    return _SECRET if name == FILE else _FILE
