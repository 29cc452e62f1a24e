"""What may be added to a results folder: grades of one folder are compared with each other.

So all of them have the same checks, sandbox, seed and grader; what would mix with others is refused
before anything is graded.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from grader.core.errors import UsageError
from grader.core.i18n import joined, some_of, tr
from grader.core.version import __version__
from grader.storage.origins import place

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from grader.core.i18n import Bilingual
    from grader.core.results import Fingerprint
    from grader.storage.journal import Journal
    from grader.submissions.model import Submission

_MENTIONED = 3
_CHANGES = {
    "grader": tr("the version of grader, or of a library that it uses, has changed"),
    "assignment": tr("the assignment's files were edited"),
    "image": tr("the sandbox or its image has changed"),
    "device": tr("the device has changed"),
    "seed": tr("the seed has changed"),
}


def refuse_other_assignments(journal: Journal, assignment: str) -> None:
    """Refuse grades of another assignment than the folder has. Raises UsageError."""
    names = {row.assignment for row in journal.rows.values()} - {assignment}
    if names:
        raise UsageError(
            tr(
                "{folder} has grades of {names}: choose another --out for {assignment}",
                folder=journal.folder,
                names=", ".join(sorted(names)),
                assignment=assignment,
            )
        )


def refuse_unknown(results: Path, unknown: Collection[str]) -> None:
    """Refuse grades of which nobody knows how they were given. Raises UsageError."""
    if unknown:
        raise UsageError(
            tr(
                "{folder} has grades ({names}) that the journal does not know: it was damaged or "
                "removed, or --regrade did not finish. Give all the submissions, or choose another "
                "--out",
                folder=results,
                names=_some(unknown),
            )
        )


def refuse_others(
    journal: Journal, asked: Collection[str], now: Fingerprint, *, regrade: bool
) -> None:
    """Refuse grades that a folder's others could not be compared with. Raises UsageError.

    `now` is what the run's grades depend on, whatever the notebook. `regrade` takes the place of
    the former grades of the submissions that are `asked` for, and so does away with theirs.
    """
    others = _others(journal, now)
    if not others:
        return
    said = tr(
        "{folder} has grades ({names}) from an earlier run: {changes}",
        folder=journal.folder,
        names=_some(others),
        changes=_told(journal, others),
    )
    if not regrade:
        raise UsageError(
            tr(
                "{said}. Grades are not mixed: grade everything again with --regrade, or choose "
                "another --out",
                said=said,
            )
        )
    if left := others.keys() - set(asked):
        raise UsageError(
            tr(
                "{said}, and these submissions do not include {names}. Grades are not mixed: give "
                "all the submissions, or choose another --out",
                said=said,
                names=_some(left),
            )
        )


def refuse_other_ids(journal: Journal, submissions: Collection[Submission]) -> None:
    """Refuse files that the folder has under other ids: nobody counts twice. Raises UsageError."""
    now = {place(one): one.id for one in submissions if any(place(one))}
    asked = {one.id for one in submissions}
    others = {
        name: now[where]
        for name, one in journal.origins().items()
        if name in journal.rows.keys() - asked and (where := (one.path, one.entry)) in now
    }
    if others:
        pairs = [f"{then} → {now}" for then, now in sorted(others.items())]
        raise UsageError(
            tr(
                "{folder} has grades of these same files under other ids ({pairs}): give the "
                "roster that they were graded with (--roster), or choose another --out",
                folder=journal.folder,
                pairs=some_of(pairs, _MENTIONED),
            )
        )


def _others(journal: Journal, now: Fingerprint) -> dict[str, list[str]]:
    """Return the measured submissions whose grades this run could not have given, and why."""
    wanted = asdict(now)
    return {
        name: found
        for name, row in journal.rows.items()
        if row.status != "not_graded"
        and (found := [it for it in _CHANGES if getattr(row.fingerprint, it) != wanted[it]])
    }


def _told(journal: Journal, others: Mapping[str, Collection[str]]) -> Bilingual:
    """Return what is not as it was when the others were graded."""
    changes = {
        field: text
        for field, text in _CHANGES.items()
        if any(field in found for found in others.values())
    }
    version = _version(journal, next((name for name in others if "grader" in others[name]), ""))
    if version != __version__:
        changes["grader"] = tr(
            "grader was version {then}, and is {now}", then=version, now=__version__
        )
    return joined(tr(" and "), changes.values())


def _version(journal: Journal, name: str) -> str:
    """Return the version of grader that gave a grade."""
    grade = journal.grade(name) if name else None
    return str(grade.environment.get("grader", __version__)) if grade else __version__


def _some(names: Collection[str]) -> Bilingual:
    return some_of(sorted(names), _MENTIONED)
