"""Notebooks that are the same, byte for byte: one is graded, and its grade is that of all.

A grade is what its fingerprint makes it, whoever handed the notebook in: the seed is the run's, and
no check is told a name.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING

from grader.core.i18n import tr
from grader.grading.grade import not_graded, noted
from grader.submissions.archives import Source
from grader.submissions.members import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from grader.core.results import Grade
    from grader.grading.grade import Terms
    from grader.submissions.model import Submission

Groups = dict[str, list["Submission"]]
"""By the id of the first of those with the same notebook, all of them."""
_REPLACED = tr("the file, or an exact copy of it, was replaced during the run: run again")


def groups(submissions: Iterable[Submission]) -> Groups:
    """Return who handed in the same; a file that cannot be read is like no other.

    Raises GraderError where a file is gone from the disk.
    """
    found: dict[tuple[str, bool], list[Submission]] = defaultdict(list)
    for submission in submissions:
        try:
            content = submission.read()
        except UnreadableError:
            continue
        kind = submission.filename.lower().endswith(".py")
        found[sha256(content).hexdigest(), kind].append(submission)
    return {same[0].id: same for same in found.values() if len(same) > 1}


def shared(grade: Grade, same: Sequence[Submission], terms: Terms) -> Iterator[Grade]:
    """Yield the grade of the first of some submissions as that of each of the others.

    It is marked with whose it was, but where all of a group handed in one file together.
    """
    if not same:
        return
    first, *others = same
    found = noted(first)
    read = tuple(notice for notice in grade.notices if notice not in found)
    for other in others:
        if terms.fingerprint(other) != grade.fingerprint:
            yield not_graded(other, terms, _REPLACED)
            continue
        together = isinstance(other.source, Source) and other.source == first.source
        mark = {} if together else {"same_as": first.id}
        yield replace(
            grade,
            submission=other.id,
            student=other.student,
            notices=(*noted(other), *read),
            environment=grade.environment | mark,
        )


def spread(
    grades: Iterable[Grade], same: Mapping[str, Sequence[Submission]], terms: Terms
) -> Iterator[Grade]:
    """Yield each grade, and after it those of whoever handed in the same."""
    for grade in grades:
        yield grade
        yield from shared(grade, same.get(grade.submission, ()), terms)
