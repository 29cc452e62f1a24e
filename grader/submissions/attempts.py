"""Of several attempts that the place itself dates, the latest counts; the others are named."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from grader.core.i18n import all_of, tr
from grader.core.text import plain
from grader.submissions.places import STAMPED, VERSION

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from grader.core.i18n import Bilingual
    from grader.submissions.archives import Entry

Item = TypeVar("Item")


def latest(files: Sequence[Item], moment: Callable[[Item], str]) -> tuple[list[Item], list[Item]]:
    """Return the files of the latest attempt, and those of earlier ones.

    All are of one attempt where the place does not date each of them.
    """
    moments = [moment(one) for one in files]
    if not all(moments):
        return list(files), []
    last = max(moments, default="")
    counts = [one for one, at in zip(files, moments, strict=True) if at == last]
    return counts, [one for one, at in zip(files, moments, strict=True) if at != last]


def of_folder(entry: Entry) -> str:
    """Return the attempt of a file within a student's folder: `Version 2/…`, or a stamp.

    ILIAS puts fourteen digits before a file's name; empty where there is neither.
    """
    for part in entry.parts[:-1]:
        if match := VERSION.fullmatch(part):
            return match["number"].zfill(6)
    match = STAMPED.fullmatch(entry.parts[-1])
    return match["at"] if match else ""


def named(earlier: Sequence[str]) -> Bilingual:
    """Say which attempts do not count."""
    return tr(
        "the latest attempt counts; there are earlier ones: {files}",
        files=all_of(plain(one) for one in earlier),
    )
