"""A grade as a piece of HTML that stands below a notebook's cell, in light and in dark.

It is Jupyter's page, or VS Code's or Colab's: it has no script, all its style begins with its own
class, and its colours are those of the text around it.
"""

from __future__ import annotations

import io
from functools import cache
from typing import TYPE_CHECKING

from markupsafe import Markup
from rich.console import Console

from grader.core.console import plain as printable
from grader.core.i18n import Words
from grader.feedback import pages, student_page, student_terminal, verdicts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.core.results import Grade

_WIDTH = 100
"""Of the same as plain text, in characters."""


def html(grade: Grade | None, lang: str, remarks: Sequence[str] = (), log: str = "") -> str:
    """Return a grade, where there is one, and what else there is to say; `log` is folded."""
    words, begun = Words(lang), verdicts.begun(grade) if grade else None
    unbegun = verdicts.unbegun(grade) if grade else []
    template = pages.environment(lang).get_template("fragment.html.jinja")
    return template.render(
        style=_style(),
        grade=grade,
        reason=student_page.reason_of(grade, lang) if grade else None,
        failures=student_page.failures_of(begun, words) if begun else [],
        unbegun=words("Not written yet: {names}.", names=", ".join(unbegun)) if unbegun else "",
        parts=student_page.parts_of(grade, lang) if grade else [],
        skipped=student_page.skipped_of(begun, lang) if begun else [],
        flags=student_page.flags_of(grade, words) if grade else [],
        remarks=remarks,
        log=log,
    )


def plain(grade: Grade | None, lang: str, remarks: Sequence[str] = (), log: str = "") -> str:
    """Return the same without HTML."""
    file = io.StringIO()
    console = Console(
        file=file, width=_WIDTH, highlight=False, color_system=None, force_jupyter=False
    )
    for remark in [*remarks, *log.splitlines()]:
        console.print(printable(remark), markup=False, soft_wrap=True)
    if grade:
        console.print(student_terminal.render(grade, lang), soft_wrap=True)
    return file.getvalue().rstrip()


@cache
def _style() -> Markup:
    text = (pages.FOLDER / "fragment.css").read_text(encoding="utf-8")
    return Markup(text.strip())  # noqa: S704 - a file of ours
