"""What to know of a session's definitions: which are not there, or not the last ones typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.assignments.assignment import Assignment
    from grader.core.i18n import Words
    from grader.integrations.jupyter.live import Session


def interrupted(parts: Sequence[str], words: Words) -> str:
    """Return that nothing is known of the work, and how to go on."""
    told = words(
        "The check was interrupted before it ended, so it says nothing about your work. Run the "
        "cell again to check from the start."
    )
    if len(parts) == 1:
        return told
    return told + " " + words("One part alone takes less: %check {part}", part=parts[0])


def is_there(part: str, assignment: Assignment, session: Session) -> bool:
    """Whether a part can be checked: what it is about is defined, or all is."""
    return all(
        name in session.namespace and session.holds_definition(name)
        for name in _needed(part, assignment)
    )


def _needed(part: str, assignment: Assignment) -> list[str]:
    """Return the names that a part is about."""
    return [part] if part in assignment.names else list(assignment.names)


def remarks_of(
    assignment: Assignment, asked: Sequence[str], session: Session, words: Words
) -> list[str]:
    """Return what to know about definitions that are not there, or not the last ones typed."""
    remarks = []
    missing = [name for name in assignment.names if name not in session.namespace]
    if asked:
        missing = [name for name in missing if name in asked]
    if len(missing) == len(asked or assignment.names) and missing:
        remarks.append(
            words(
                "Not defined in this session: {names}. Run the cell that defines it, then "
                "check again.",
                names=", ".join(missing),
            )
        )
    elif missing:
        remarks.append(words("Not defined yet, so not checked: {names}.", names=", ".join(missing)))
    remarks += _replaced(assignment, asked, session, words)
    for name in asked or assignment.names:
        remarks += _about(name, session, words)
    return remarks


def _replaced(
    assignment: Assignment, asked: Sequence[str], session: Session, words: Words
) -> list[str]:
    """Return which names hold something else by now than the definition, and what to do."""
    needed = [name for part in asked or assignment.names for name in _needed(part, assignment)]
    remarks = []
    for name in dict.fromkeys(needed):
        if name not in session.namespace or session.holds_definition(name):
            continue
        told = words(
            "{name} now holds an object of type {type} in place of your definition, so it is not "
            "checked.",
            name=name,
            type=type(session.namespace[name]).__name__,
        )
        cell, _ = session.defined_in(name)
        if cell:
            told += " " + words(
                "Run cell [{cell}] again, which defines it, and give the object another name.",
                cell=cell,
            )
        remarks.append(told)
    return remarks


def _about(name: str, session: Session, words: Words) -> list[str]:
    """Return whether a definition's last text is another than the live one."""
    if file := session.file_of(name):
        return [
            words(
                "{name} comes from {file}, not from a cell of this notebook.",
                name=name,
                file=file,
            )
        ]
    execution = session.execution_of(name) or 0
    later = [one for one in session.dead.get(name, []) if one[0] > execution]
    if not later:
        return []
    number, syntax = later[-1]
    told = (
        words(
            "Cell [{cell}] has a syntax error, so its {name} was not run. Fix it and run the cell.",
            cell=number,
            name=name,
        )
        if syntax
        else words(
            "Cell [{cell}] stopped at an error before it defined {name}. Fix it and run the cell.",
            cell=number,
            name=name,
        )
    )
    if execution:
        told += " " + words("The one in cell [{cell}] is checked instead.", cell=execution)
    return [told]
