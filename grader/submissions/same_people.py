"""Who is who over several places: the people of a course's results folders, and of its roster.

As a roster does within one folder: by any id that two have in common, and, of those whom no id
finds in the other place, by the name, where one person alone has it in each.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING

from grader.core.errors import UsageError
from grader.core.i18n import all_of, tr
from grader.core.text import plain
from grader.submissions.roster import keys_of, spellings

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from grader.core.results import Person


@dataclass(frozen=True)
class Seen:
    """Somebody in one of the places, by its number; `sure` where that is the course's roster."""

    place: int
    person: Person
    sure: bool = False


@dataclass(frozen=True)
class One:
    """One person, as seen in all places."""

    seen: tuple[Seen, ...]

    @cached_property
    def person(self) -> Person:
        """Who it is: as the course's roster says, or a folder's, or the first that knows."""
        by_trust = sorted(self.seen, key=lambda one: (not one.sure, not one.person.listed))
        people = [one.person for one in by_trust]
        ids = {place: known for one in reversed(people) for place, known in one.ids.items()}
        return replace(
            people[0],
            submission="",
            at="",
            late=False,
            name=next((one.name for one in people if one.name), ""),
            email=next((one.email for one in people if one.email), ""),
            ids=ids,
        )

    @property
    def places(self) -> set[int]:
        """Where they were seen."""
        return {one.place for one in self.seen}

    @property
    def names(self) -> set[str]:
        """The spellings of what they are called."""
        return {spelling for one in self.seen for spelling in spellings(one.person.name)}

    @property
    def told(self) -> set[str]:
        """The spellings of their names, and of what stands in the place of an id."""
        ids = (spelling for one in self.seen for spelling in spellings(one.person.student))
        return self.names | set(ids)

    def at(self, place: int) -> Person | None:
        """Return who that is in one place: of two lines for one id that with a submission."""
        there = [one.person for one in self.seen if one.place == place]
        return max(there, key=lambda person: bool(person.submission), default=None)


@dataclass(frozen=True)
class Everybody:
    """The people; which of them are one by their names alone, and which names leave that open:
    several have one, and somebody elsewhere, who may be any of them.
    """  # noqa: D205 - one sentence

    people: tuple[One, ...]
    by_name: tuple[One, ...]
    alike: tuple[str, ...]


def everybody(places: Sequence[Path], seen: Iterable[Seen]) -> Everybody:
    """Return who is who. Raises UsageError where an id is two people's."""
    by_id = [One(tuple(found)) for found in _by_id(list(seen))]
    for one in by_id:
        _refuse_two(one, places)
    people: list[One] = []
    by_name: list[One] = []
    names: list[str] = []
    for group in _by_name(by_id):
        if len(group) == 1:
            people += group
        elif any(one.places & other.places for one, other in combinations(group, 2)):
            people += group
            if any(not one.places & other.places for one, other in combinations(group, 2)):
                names.append(next(one.person.name for one in group if one.person.name))
        else:
            both = One(tuple(each for one in group for each in one.seen))
            people.append(both)
            by_name.append(both)
    return Everybody(tuple(people), tuple(by_name), tuple(names))


def _by_id(seen: list[Seen]) -> Iterator[list[Seen]]:
    links: dict[Hashable, list[int]] = defaultdict(list)
    for number, one in enumerate(seen):
        for key in keys_of(one.person):
            links[key].append(number)
    for group in _connected(len(seen), links):
        yield [seen[number] for number in group]


def _by_name(people: list[One]) -> Iterator[list[One]]:
    """Yield who may be one: a name, and the same name, or an id that is written so."""
    called: dict[str, list[int]] = defaultdict(list)
    for number, one in enumerate(people):
        for spelling in one.names:
            called[spelling].append(number)
    links: dict[Hashable, list[int]] = {
        (number, spelling): [number, *called[spelling]]
        for number, one in enumerate(people)
        for spelling in one.told & called.keys()
    }
    for group in _connected(len(people), links):
        yield [people[number] for number in group]


def _connected(count: int, links: Mapping[Hashable, Sequence[int]]) -> Iterator[list[int]]:
    """Yield the numbers below `count` by what links them, each group where its first one stands."""
    first = list(range(count))

    def root(number: int) -> int:
        while first[number] != number:
            first[number] = first[first[number]]
            number = first[number]
        return number

    for linked in links.values():
        for other in linked[1:]:
            one, two = sorted((root(linked[0]), root(other)))
            first[two] = one
    groups: dict[int, list[int]] = defaultdict(list)
    for number in range(count):
        groups[root(number)].append(number)
    yield from groups.values()


def _refuse_two(one: One, places: Sequence[Path]) -> None:
    """Raise UsageError where what ids make one is two people: in one place, or by their names."""
    for place in one.places:
        there = [each.person for each in one.seen if each.place == place]
        students = dict.fromkeys(person.student for person in there)
        if len(students) > 1 or sum(bool(person.submission) for person in there) > 1:
            raise UsageError(
                tr(
                    "{folder}: an id that another folder has could be {names}: name a roster in "
                    "the course's file (roster = …) that gives each person ids of their own",
                    folder=places[place],
                    names=all_of(plain(student) for student in students),
                )
            )
    if any(each.sure for each in one.seen):
        return
    named = [each for each in one.seen if each.person.name]
    for this, that in combinations(named, 2):
        if not _words(this.person.name) & _words(that.person.name):
            raise UsageError(
                tr(
                    "{name} in {folder} and {other} in {other_folder} have the same id: if they "
                    "are one person, name a roster in the course's file (roster = …) that has the "
                    "id; if not, give them other ids and grade again",
                    name=plain(this.person.name),
                    folder=places[this.place],
                    other=plain(that.person.name),
                    other_folder=places[that.place],
                )
            )


def _words(name: str) -> set[str]:
    return {
        word for spelling in spellings(name) for word in spelling.split() if " " in spelling
    } or (spellings(name))
