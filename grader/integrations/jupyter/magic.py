"""`%check` in a notebook: the feedback of `grader check` below the cell, on the live definitions.

The check is a process of its own that is given a notebook of what was run. The kernel is left as
it was: no module, default dtype, random state or figure of it is touched.
"""

from __future__ import annotations

import os
import re
import shlex
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from IPython import get_ipython
from IPython.core.error import UsageError
from IPython.core.magic_arguments import MagicArgumentParser
from IPython.display import display as _display

from grader.assignments import assignment as assignments_
from grader.assignments.fitting import choose_fitting
from grader.core.errors import GraderError, told_to_students
from grader.core.i18n import LANGUAGES, Words
from grader.core.text import nearest
from grader.feedback import fragment
from grader.integrations.jupyter.live import Session
from grader.integrations.jupyter.live_check import Failed, Interrupted, run
from grader.integrations.jupyter.remarks import interrupted, is_there, remarks_of

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Sequence

    from grader.assignments.assignment import Assignment
    from grader.assignments.fitting import Defines
    from grader.core.results import Grade

_OPTIONS = {"--lang": "es|en", "--strict": "", "--assignment": "NAME", "--assignments": "DIR"}
"""What `%check` takes beside names, and the form of its value."""
_LANG = re.compile(r"--lang[ =](\w+)")
_NAMES_APART = re.compile(r"[\s,;()]+")
_EXECUTION = re.compile(r"In\s*\[(\d+)\]")


def register(shell: Any) -> None:
    """Give a shell the magic `%check`."""
    shell.register_magic_function(check, "line", "check")


def check(line: str) -> None:
    """Check definitions of this notebook as they are now.

    %check                       all that the assignment asks for and that is defined
    %check celdaLSTM modeloLSTM  only these
    %check --lang en             in English
    %check --assignment NAME     which assignment, where the names do not tell
    %check celdaLSTM --strict    a check that is not passed is also an error of the cell
    """
    options = _options(line)
    _check(
        options.names,
        options.assignment,
        Path(options.assignments) if options.assignments else None,
        options.lang,
        strict=options.strict,
    )


class NotAllRight(Exception):
    """Some of what was checked is not right; `nbgrader validate` sees that a cell raised this."""

    def _render_traceback_(self) -> list[str]:
        """Return what IPython shows: a sentence, for the lines of `%check` are nobody's mistake."""
        return [str(self)]


def check_definitions(
    definitions: Sequence[object],
    assignment: str | None,
    assignments: Path | str | None,
    lang: str,
) -> None:
    """Check definitions that are given themselves, or by name."""
    names = [_name(definition) for definition in definitions]
    _check(names, assignment, Path(assignments) if assignments else None, lang)


@dataclass(frozen=True)
class Below:
    """What stands below the cell: HTML, and the same as text where that cannot be shown."""

    html: str
    plain: str

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return {"text/html": self.html, "text/plain": self.plain}


class _Output:
    """One place below the cell, whose content changes; only the last of it outside a kernel."""

    def __init__(self, lang: str, *, live: bool) -> None:
        self.lang = lang
        self.live = live
        self.handle: Any = None

    def show(self, grade: Grade | None, remarks: Sequence[str], log: str = "") -> None:
        """Show what came of it."""
        forms = (fragment.html, fragment.plain)
        below = Below(*(form(grade, self.lang, remarks, log) for form in forms))
        if self.handle:
            self.handle.update(below)
        else:
            self.handle = _display(below, display_id=self.live or None)  # type: ignore[no-untyped-call]

    def progress(self, remark: str) -> None:
        """Show how far it is."""
        if self.live:
            self.show(None, [remark])


def _check(
    names: Iterable[str],
    name: str | None,
    root: Path | None,
    lang: str,
    *,
    strict: bool = False,
) -> None:
    """Check and show.

    Raises IPython's UsageError, which it shows as one line; NotAllRight if `strict`.
    """
    shell = get_ipython()
    words = Words(lang if lang in LANGUAGES else LANGUAGES[0])
    if shell is None:
        raise UsageError(
            words("grader.check works in a notebook; in a terminal: grader check NOTEBOOK")
        )
    if lang not in LANGUAGES:
        raise UsageError(words("lang has to be one of {known}", known=", ".join(LANGUAGES)))
    try:
        with told_to_students():
            root = assignments_.folder_of_assignments(root or _root())
            asked = tuple(dict.fromkeys(names))
            assignment = choose_fitting(root, name, asked, lambda: [_defines(shell)])
            for part in asked:
                assignments_.require_part(assignment, part)
    except GraderError as error:
        raise UsageError(error.said.to(lang)) from error
    output = _Output(lang, live=getattr(shell, "kernel", None) is not None)
    grade = _check_session(_session(shell), assignment, asked, output)
    if strict:
        _require_all_right(grade, assignment, asked or list(assignment.points), words)


def _require_all_right(
    grade: Grade | None, assignment: Assignment, parts: Sequence[str], words: Words
) -> None:
    """Raise NotAllRight unless every check of these parts was made and passed."""
    if grade is None:
        names = ", ".join(parts)
        raise NotAllRight(
            words("{names}: not checked. The output of the cell says why.", names=names)
        )
    checks = grade.checks
    passed = {check.part for check in checks} - {c.part for c in checks if c.outcome != "passed"}
    if passed.issuperset(parts):
        return
    raise NotAllRight(
        words(
            "{names}: {score} of {most} points. The output of the cell says what is missing.",
            names=", ".join(parts),
            score=words.number(sum(check.points for check in checks)),
            most=words.number(sum(assignment.points[part] for part in parts)),
        )
    )


def _check_session(
    session: Session, assignment: Assignment, asked: Sequence[str], output: _Output
) -> Grade | None:
    """Check what is there and show it; return the grade where there is one."""
    words = Words(output.lang)
    content = session.notebook()
    parts = [part for part in asked or assignment.points if is_there(part, assignment, session)]
    remarks = remarks_of(assignment, asked, session, words)
    if not parts:
        output.show(None, remarks)
        return None

    def tell(done: int, total: int, part: str) -> None:
        output.progress(
            words("Checking {part}: {done} of {total}", part=part, done=done, total=total)
        )

    output.progress(words("Checking…"))
    try:
        grade = run(content, assignment, parts, output.lang, tell)
    except Interrupted:
        output.show(None, [interrupted(parts, words)])
    except Failed as failed:
        said = words("The check could not be run: {why}", why=failed.said)
        output.show(None, [said], failed.log)
    else:
        output.show(
            replace(grade, notices=()), remarks
        )  # they are about cells that nobody asked of
        return grade
    return None


def _defines(shell: Any) -> Defines:
    """Return what tells which names a shell has."""
    return lambda names: [name for name in names if name in shell.user_ns]


def _name(definition: object) -> str:
    """Return the name of a definition; of an object, its class's."""
    if isinstance(definition, str):
        return definition
    return str(getattr(definition, "__name__", type(definition).__name__))


def _session(shell: Any) -> Session:
    """Return what a shell has run so far, this cell included."""

    def cell_of(file: str) -> int | None:
        told = shell.compile.format_code_name(file)
        found = _EXECUTION.search(told[1]) if told else None
        return int(found[1]) if found else None

    cells = list(shell.history_manager.input_hist_raw[1:])
    return Session(cells, shell.user_ns, cell_of, shell.transform_cell)


def _root() -> Path | None:
    """Return the folder of assignments that the environment names, as `grader check` reads it."""
    named = os.environ.get("GRADER_ASSIGNMENTS")
    return Path(named) if named else None


def _options(line: str) -> argparse.Namespace:
    """Return what a line asks for: names apart by spaces or commas, up to a `#`.

    Raises IPython's UsageError, in the language that the line asks for.
    """
    asked = _LANG.search(line)
    words = Words(asked[1] if asked and asked[1] in LANGUAGES else LANGUAGES[0])
    try:
        options, unknown = _parser().parse_known_intermixed_args(shlex.split(line, comments=True))
    except (ValueError, UsageError) as error:  # a quote that is not closed, an option's value
        raise _misused(line, words) from error
    if unknown:
        raise _misused(unknown[0], words)
    options.names = [name for text in options.names for name in _NAMES_APART.split(text) if name]
    return options


def _misused(what: str, words: Words) -> UsageError:
    """Return what to tell who wrote an argument that there is none of."""
    what = what.strip()
    meant = nearest(what.split("=")[0], _OPTIONS)
    told = words("%check does not understand “{what}”.", what=what)
    if meant:
        told = words(
            "%check does not understand “{what}”; did you mean {meant}?", what=what, meant=meant
        )
    how = words(
        "Write the parts to check, as in %check celdaLSTM celdaGRU, and after them, if you need "
        "them, these options: {options}.",
        options=", ".join(f"{name} {value}".strip() for name, value in _OPTIONS.items()),
    )
    text = f"{told} {how}"
    return UsageError(text)


def _parser() -> argparse.ArgumentParser:
    parser = MagicArgumentParser("%check", description=check.__doc__, add_help=False)  # type: ignore[no-untyped-call]
    parser.add_argument("names", nargs="*")
    for option in _OPTIONS:
        if option != "--strict":
            parser.add_argument(option)
    parser.set_defaults(lang=LANGUAGES[0])
    parser.add_argument("--strict", action="store_true")
    return parser
