"""Notebooks that are the same, byte for byte: one is graded, and its grade is that of all.

A grade is what its fingerprint makes it, whoever handed the notebook in: the seed is the run's, and
no sandbox is told a name.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING

from grader.archives import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from grader.results import Grade
    from grader.submission import Submission

Copies = dict[str, list["Submission"]]
"""By a submission's id, the later ones with the same notebook."""


def copies(submissions: Iterable[Submission]) -> Copies:
    """Return who handed in what an earlier one did; a file that cannot be read is like no other.

    Raises GraderError where a file is gone from the disk.
    """
    first: dict[tuple[str, bool], str] = {}
    found: Copies = defaultdict(list)
    for submission in submissions:
        try:
            content = submission.read()
        except UnreadableError:
            continue
        key = (sha256(content).hexdigest(), submission.filename.lower().endswith(".py"))
        original = first.setdefault(key, submission.id)
        if original != submission.id:
            found[original].append(submission)
    return dict(found)


def shared(grade: Grade, others: Sequence[Submission]) -> Iterator[Grade]:
    """Yield a grade as that of each of the others, marked with whose it was."""
    environment = grade.environment | {"same_as": grade.submission}
    for other in others:
        yield replace(grade, submission=other.id, student=other.student, environment=environment)


def spread(grades: Iterable[Grade], others: Mapping[str, Sequence[Submission]]) -> Iterator[Grade]:
    """Yield each grade, and after it those of whoever handed in the same."""
    for grade in grades:
        yield grade
        yield from shared(grade, others.get(grade.submission, ()))
