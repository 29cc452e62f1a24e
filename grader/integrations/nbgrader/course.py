"""A course of nbgrader's: its folder, and what its configuration says of folders and gradebook.

nbgrader reads its own configuration here, so that a course that keeps things elsewhere is found.
"""

from __future__ import annotations

import contextlib
import importlib.util
import logging
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.core.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

CONFIG = "nbgrader_config.py"


@dataclass(frozen=True)
class Course:
    """A course's folder, absolute; `config` is of traitlets, `directory` nbgrader's own object."""

    root: Path
    config: Any
    directory: Any

    def folder(self, step: str, assignment: str, student: str = ".") -> Path:
        """Return the folder of a step (`source`, `submitted`…), as the course calls it."""
        named = getattr(self.directory, f"{step}_directory")
        return Path(os.path.normpath(self.directory.format_path(named, student, assignment)))

    @contextlib.contextmanager
    def entered(self) -> Iterator[None]:
        """Stand in the course's folder: paths and plugins in its configuration are from there."""
        path, paths = os.environ.get("PATH", ""), list(sys.path)
        # nbgrader calls alembic by name, which is there where Python is.
        os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), path])
        sys.path.insert(0, str(self.root))
        try:
            with contextlib.chdir(self.root):
                yield
        finally:
            os.environ["PATH"] = path
            sys.path[:] = paths


def load(root: Path) -> Course:
    """Read a course's configuration. Raises UsageError where there is none to read."""
    require()
    from nbgrader.apps.baseapp import NbGrader

    if not root.is_dir():
        raise UsageError(f"{root} is not a folder: give the course folder, the one with {CONFIG}")
    root = root.resolve()
    quiet()
    app = NbGrader(log_level=logging.ERROR, raise_config_file_errors=True)
    app.load_cwd_config = False  # the course's is read as such, and once
    try:
        with contextlib.chdir(root):
            app.initialize([], root=str(root))
    except (Exception, SystemExit) as error:  # the configuration is a program
        said = f"{type(error).__name__}: {error}"
        raise UsageError(f"{root / CONFIG} cannot be read ({said}): fix it") from error
    return Course(root, app.config, app.coursedir)


def require() -> None:
    """Raise UsageError where nbgrader is not installed."""
    if importlib.util.find_spec("nbgrader") is None:
        raise UsageError("nbgrader is missing: pip install 'rnn-grader[nbgrader]'")


def quiet() -> None:
    """Keep to errors what nbgrader says of each step."""
    logging.getLogger("traitlets").setLevel(logging.ERROR)
