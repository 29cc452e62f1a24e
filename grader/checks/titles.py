"""The titles of the checks that every definition has, for where words.toml gives none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.core.i18n import Bilingual, tr

if TYPE_CHECKING:
    from collections.abc import Callable

    from grader.checks.declared import Declared
    from grader.checks.words import Words
    from grader.student.student import Student

    Run = Callable[[Student, int], None]


def titled(run: Run, of: Declared, check: str, words: Words, where: str, name: str) -> Run:
    """Return a check with its title as its docstring. Raises AssignmentFault if it has none."""
    key = f"{of.part}/{name}"
    common = _common(of, check)
    said = words.texts.get(key, common) if common else words.require(key, f"the check {key}", where)
    run.__doc__ = f"{said.es}\n\n{said.en}"
    run.__name__ = f"test_{name}"
    return run


def _common(of: Declared, check: str) -> Bilingual | None:
    outputs = ", ".join(of.outputs)
    if len(of.outputs) > 1:
        outputs = f"({outputs})"
    like = getattr(of.whole.like, "__name__", "")
    said = {
        "parameters": tr(
            "Parameters: {layers}, each of its shape, and no others.", layers="; ".join(of.layers)
        ),
        "interface": tr(
            "It takes {inputs} and returns {outputs}, of the shapes of the statement.",
            inputs=", ".join(of.inputs),
            outputs=outputs,
        ),
        "ones": tr("It works with sizes of 1 too: a batch of one, say."),
        "returned": tr("What it returns, in this order: {outputs}.", outputs=outputs),
        "gradient": tr("The gradient flows back through all of it."),
        "precision": tr("It computes in the precision of what it is given."),
        "whole": tr("All together: it gives what torch gives.")
        if like
        else tr("All together: it gives what the equations give."),
    }
    return said.get(check)
