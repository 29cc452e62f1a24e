"""The student's page: a grade as one HTML file that needs nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.feedback import pages

if TYPE_CHECKING:
    from grader.results import Grade


def render(grade: Grade, lang: str) -> str:
    """Return a student's page in one language; the same grade gives the same page."""
    return pages.page("student.html.jinja", lang, grade=grade)
