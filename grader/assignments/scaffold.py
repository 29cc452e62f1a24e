"""Make a new assignment: a small one that is complete and validates at once, to be changed.

The template stands in `grader/assignments/template/` as it would in a course, under the name NAME.
"""

from __future__ import annotations

import keyword
import re
from pathlib import Path

from grader.core.errors import UsageError

TEMPLATE = Path(__file__).parent / "template"
_NAME = "NAME"
_KINDS = (".toml", ".py", ".ipynb")


def create(name: str, root: Path) -> list[Path]:
    """Write an assignment into the folder of assignments, and its solutions beside that folder.

    Return the files. Raises UsageError for a name that will not do, or where there is something.
    """
    if not name.isidentifier() or keyword.iskeyword(name):
        raise UsageError(
            f"{name!r} cannot be the name of an assignment: use letters, digits and _, as in "
            "celda_rnn"
        )
    folder = root / name
    solutions = folder.parent.parent / "solutions" / name  # where grader validate looks
    for path in (folder, solutions):
        if path.exists() or path.is_symlink():
            raise UsageError(f"{path} already exists: choose another name, or move it away")
    try:
        return [*_copy("assignments", folder), *_copy("solutions", solutions)]
    except OSError as error:
        raise UsageError(
            f"{error.filename or folder} cannot be created: {error.strerror}"
        ) from error


def _copy(kind: str, folder: Path) -> list[Path]:
    folder.mkdir(parents=True)
    written = []
    for source in sorted((TEMPLATE / kind / _NAME).iterdir()):
        if source.suffix in _KINDS:
            target = folder / source.name.replace(_NAME, folder.name)
            text = re.sub(rf"\b{_NAME}\b", folder.name, source.read_text(encoding="utf-8"))
            target.write_text(text, encoding="utf-8", newline="\n")
            written.append(target)
    return written


def next_steps(name: str, root: Path, chosen: Path | None) -> str:
    """Return the commands to go on with."""
    folder = root / name
    reference = folder.parent.parent / "solutions" / name / f"{name}.ipynb"
    where = f" --assignments {chosen}" if chosen else ""
    return f"grader validate {name}{where}\npytest {folder} --submission {reference}"
