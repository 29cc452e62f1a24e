"""Group work: what one hands in for several, as the roster's column `group` tells."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from grader.core.i18n import all_of, tr
from grader.core.spreadsheet import alike
from grader.core.text import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from grader.submissions.model import Submission

LARGEST_TEAM = 8
"""People who hand in one work together, at most; a column with more in a group has sections."""

Claims = dict[str, list["Submission"]]
"""By the id that the roster has, what each person handed in, alone or with others."""


@dataclass(frozen=True)
class Groups:
    """The groups of a roster: the name of each person's."""

    by_person: Mapping[str, str] = field(default_factory=dict)

    @property
    def are_sections(self) -> bool:
        """Whether these are parts of a course, whose students work alone, and no teams."""
        return any(len(people) > LARGEST_TEAM for people in self._together())

    def members(self, submission: Submission) -> list[str]:
        """Return who is in the group whose name a submission bears; nobody where it bears none."""
        bare = submission.student.partition("(")[0]  # Sakai puts an id behind the name
        names = {_letters(one) for one in (submission.student, submission.about.name, bare)} - {""}
        return [person for person, group in self.by_person.items() if _letters(group) in names]

    def share(self, claims: Claims) -> None:
        """Give what one of a group handed in to those of it who handed in nothing themselves.

        Where members handed in different files nothing is chosen for the others; nor in sections.
        """
        for people in [] if self.are_sections else self._together():
            found = different(one for person in people for one in claims.get(person, []))
            for person in people:
                if found and not claims.get(person):
                    claims[person] = [self._noted(one, person) for one in found]

    def _together(self) -> list[list[str]]:
        """Return the people of each group."""
        together: dict[str, list[str]] = defaultdict(list)
        for person, group in self.by_person.items():
            together[_letters(group)].append(person)
        return list(together.values())

    def _noted(self, submission: Submission, person: str) -> Submission:
        note = tr(
            "handed in for the group {group}, as {file}",
            group=plain(self.by_person[person]),
            file=submission.filename,
        )
        return replace(submission, notes=(*submission.notes, note))


def different(submissions: Iterable[Submission]) -> list[Submission]:
    """Return one submission of each file: a copy is the same."""
    by_source = {(one.source, one.aside, one.student): one for one in submissions}
    sources = {one.source if one.source is not None else key: one for key, one in by_source.items()}
    if len(sources) < len(("one", "another")):
        return list(sources.values())
    by_bytes = {
        one.student if one.problem or one.source is None else one.digest: one
        for one in sources.values()
    }
    return list(by_bytes.values())


def settled(found: list[Submission], person: str) -> Submission:
    """Return what counts of a person's submissions; set aside where that is not one file."""
    (first, *others) = different(found)
    if not others:
        return replace(first, student=person, there=first.there or first.student)
    said = tr(
        "several submissions could be this person's, so none was graded: {files}. Remove all but "
        "one, or correct the roster",
        files=all_of(sorted(_file(one) for one in (first, *others))),
    )
    about = next((one.about for one in found if one.about.name), first.about)
    return replace(
        first,
        student=person,
        there=first.there or first.student,
        source=None,
        problem=None,
        about=about,
        aside=said,
        notes=(),
    )


def _file(submission: Submission) -> str:
    """Return what to call a submission: its place's name for it, and the file."""
    source = submission.source
    if source is None or isinstance(source, bytes):
        return submission.filename
    within = plain("/".join(source.path.parts[-2:]))
    return " » ".join((within, *map(plain, source.members)))


def _letters(name: str) -> str:
    return "".join(char for char in alike(name) if char.isalnum())
