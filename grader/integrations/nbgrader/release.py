"""The notebook that students get, made from the reference by nbgrader's own preprocessors.

`grader release` puts both where nbgrader looks for them; the skeletons under assignments/ are made
by the same steps, those of `nbgrader generate_assignment` but for the gradebook's.
"""

from __future__ import annotations

import json
import re
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat

from grader.assignments import assignment as assignments_
from grader.core import files
from grader.core.errors import AssignmentFault, UsageError
from grader.core.i18n import Words
from grader.integrations.nbgrader import course as courses

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

STUB = "# ESCRIBE TU CÓDIGO AQUÍ\nraise NotImplementedError()"
SETTING = (
    r'c.ClearSolutions.code_stub = {"python": "# ESCRIBE TU CÓDIGO AQUÍ\nraise'
    r' NotImplementedError()"}'
)
"""What makes `nbgrader generate_assignment` write the same notebook."""
NO_HEADER = 'c.IncludeHeaderFooter.header = ""'
QUICKSTARTS_HEADER = "source/header.ipynb"
INSTALL = "`pip install rnn_grader-*.whl`, con el archivo que te da tu curso"
"""How a reference says that students install grader, in whose place a course puts its own line."""


_POINTS = re.compile(r"\{\{points\.(\w+)\}\}")
"""How a reference says what a part is worth, in whose place assignment.toml's number is put."""


def with_points(reference: Path, points: Mapping[str, float]) -> str:
    """Return a reference's JSON with what its parts are worth.

    Raises AssignmentFault where it names a part that is none.
    """
    text = reference.read_text(encoding="utf-8")

    def worth(found: re.Match[str]) -> str:
        if found[1] not in points:
            raise AssignmentFault(
                f"{reference} has {found[0]}, which is no part: the parts are {', '.join(points)}"
            )
        return Words("es").number(points[found[1]])

    return _POINTS.sub(worth, text)


def with_install(reference: Path, line: str, points: Mapping[str, float]) -> str:
    """Return a reference's JSON, points filled in, with the course's own line that installs grader.

    "" leaves the line as it is. Raises UsageError where the reference does not speak of it, or the
    line is several, and as `with_points` does.
    """
    text = with_points(reference, points)
    if not line:
        return text
    if not line.isprintable():
        raise UsageError(f"--install takes what students run, on one line, and got {line!r}")
    if INSTALL not in text:
        raise UsageError(
            f"{reference} does not say how to install grader, so there is no place for --install: "
            f"write {INSTALL} in one of its text cells"
        )
    return text.replace(INSTALL, json.dumps(f"`{line}`", ensure_ascii=False)[1:-1])


def skeleton(
    reference: Path,
    config: Any = None,
    install: str = "",
    points: Mapping[str, float] | None = None,
) -> str:
    """Return what students get: solutions emptied, cells locked and with checksums, no outputs.

    `config` is a course's, `install` its line that installs grader, `points` what the parts are
    worth. Raises AssignmentFault when the marks or the cells' metadata will not do, UsageError
    where nbgrader is not installed and as `with_install` does.
    """
    courses.require()
    from traitlets.config import Config

    settings = Config({"ClearSolutions": {"code_stub": {"python": STUB}}})
    settings.merge(config or {})
    text = with_install(reference, install, points or {})
    notebook = nbformat.reads(text, as_version=4)  # type: ignore[no-untyped-call]
    courses.quiet()
    try:
        with warnings.catch_warnings(action="ignore"):  # of a header's cells without ids
            for step in _steps(settings):
                notebook, _ = step(notebook, {})
    except Exception as error:  # of five kinds, and all are about what stands in the notebook
        raise AssignmentFault(f"{reference}: {error}") from error
    text = str(nbformat.writes(notebook))  # type: ignore[no-untyped-call]
    return text.rstrip("\n") + "\n"


def _steps(config: Any) -> Iterator[Any]:
    """Yield what `nbgrader generate_assignment` does to a notebook, the gradebook aside."""
    from nbgrader.converters import GenerateAssignment
    from nbgrader.preprocessors import SaveCells

    for step in GenerateAssignment(config=config).preprocessors:
        if step is not SaveCells:
            yield step(config=config)


def release(
    name: str, out: Path, root: Path | None, *, force: bool = False, install: str = ""
) -> Iterator[Path]:
    """Write the reference and the student's notebook into a course; yield each file.

    Both say the course's own line that installs grader, if it has one: `install`. Its configuration
    is written where there is none. Raises UsageError where there is no such assignment or
    reference, or no place for the line, or the course has another one already and not `force`.
    """
    reference = reference_of(name, root)
    points = assignments_.choose(assignments_.folder_of_assignments(root), name).points
    courses.require()
    yield from _configuration(out.resolve())
    course = courses.load(out)
    with course.entered():
        texts = {
            "source": with_install(reference, install, points),
            "release": skeleton(reference, course.config, install, points),
        }
    source = course.folder("source", name) / reference.name
    if not force and source.exists() and source.read_bytes() != texts["source"].encode():
        raise UsageError(f"{source} already exists and is different: move it away, or use --force")
    for step, text in texts.items():
        path = course.folder(step, name) / reference.name
        files.save(path, text.encode())
        yield path


def reference_of(name: str, root: Path | None) -> Path:
    """Return an assignment's reference. Raises UsageError where there is none: no wheel has one."""
    assignment = assignments_.choose(assignments_.folder_of_assignments(root), name)
    folder = assignment.folder.parent
    reference = folder.parent / "solutions" / name / f"{name}.ipynb"
    if reference.is_file():
        return reference.resolve()
    if folder.name == "_assignments":
        raise UsageError(
            f"what pip installed has no reference solutions, and the students' notebook is made "
            f"from {name}'s: run this in grader's repository, or give --assignments the folder of "
            f"assignments beside which is solutions/{name}/{name}.ipynb"
        )
    raise UsageError(
        f"there is no reference at {reference}: put it there, for the students' notebook is made "
        "from it"
    )


def write_skeleton(name: str, root: Path | None) -> Path:
    """Write the notebook that students get beside an assignment's checks; return its path.

    Raises what `reference_of` and `skeleton` do.
    """
    assignment = assignments_.choose(assignments_.folder_of_assignments(root), name)
    text = skeleton(reference_of(name, root), points=assignment.points)
    path = assignment.folder / f"{assignment.name}.ipynb"
    files.save(path, text.encode())
    return path


def is_stale(assignment: assignments_.Assignment) -> bool:
    """Whether the notebook that students get is not what the reference gives.

    Where nbgrader is not installed nobody can say, and it is not.
    """
    folder = assignment.folder
    reference = folder.parent.parent / "solutions" / assignment.name / f"{assignment.name}.ipynb"
    path = folder / reference.name
    if not path.is_file() or not reference.is_file():
        return False
    try:
        made = skeleton(reference, points=assignment.points)
    except UsageError:
        return False
    return made != path.read_text(encoding="utf-8")


def missing_setting(out: Path) -> str:
    """Return the lines that a course's configuration lacks: where it says no stub of its own, and
    where students would get the header of nbgrader's quickstart, which says other things.
    """  # noqa: D205 - one sentence
    config = courses.load(out).config
    stub = "" if "code_stub" in config.ClearSolutions else SETTING
    header = str(config.IncludeHeaderFooter.get("header", ""))
    return "\n".join(filter(None, (stub, NO_HEADER if header == QUICKSTARTS_HEADER else "")))


def _configuration(out: Path) -> Iterator[Path]:
    path = out / courses.CONFIG
    if not path.exists():
        course_id = out.name
        text = f"c = get_config()\n\nc.CourseDirectory.course_id = {course_id!r}\n{SETTING}\n"
        files.save(path, text.encode())
        yield path


def main() -> None:
    """Write the skeleton of every assignment that has a reference, and the template's."""
    for root in (Path(), Path("grader/assignments/template")):
        for reference in sorted((root / "solutions").glob("*/*.ipynb")):
            target = root / "assignments" / reference.parent.name / reference.name
            points = assignments_.load(target.parent).points
            target.write_text(skeleton(reference, points=points), encoding="utf-8")
            sys.stdout.write(f"{target}\n")


if __name__ == "__main__":
    main()
