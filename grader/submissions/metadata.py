"""Who handed something in, and when, where what a place hands out tells it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

TIMESTAMP = "timestamp.txt"


@dataclass(frozen=True)
class HandedIn:
    """A person's name and address, the moment (ISO 8601, UTC), and whether the place said late.

    `also` are other ids that the place may know the person by.
    """

    name: str = ""
    email: str = ""
    at: str = ""
    late: bool = False
    also: tuple[str, ...] = ()


UNKNOWN = HandedIn()


def moment(when: datetime) -> str:
    """Return a moment as ISO 8601 in UTC, to the second; one without a zone is taken for UTC."""
    zoned = when if when.tzinfo else when.replace(tzinfo=UTC)
    return zoned.astimezone(UTC).isoformat(timespec="seconds")


def timestamp(content: bytes) -> str:
    """Return the moment in nbgrader's timestamp.txt, such as `2026-11-25 10:30:00.5 UTC`.

    A zone may be a name of the tz database or an offset. Empty where it is none of these.
    """
    words = content.decode("utf-8", "replace").split()
    try:
        when = datetime.fromisoformat(" ".join(words[:2]))
        if when.tzinfo is None and len(words) > len(("date", "time")):
            when = when.replace(tzinfo=ZoneInfo(words[2]))
        return moment(when)
    except (ValueError, OSError, OverflowError):  # ZoneInfo raises all of these
        return ""


def gradescope(content: bytes) -> dict[str, list[tuple[str, HandedIn]]]:
    """Read Gradescope's submission_metadata.yml: for each submission's folder, its students.

    A student's id is the `:sid:`, or else the email, or the name. What is not as documented is
    left out, so that its folder keeps its own name.
    """
    import yaml

    try:
        told = yaml.safe_load(content)
    except (yaml.YAMLError, ValueError, RecursionError):
        return {}
    people: dict[str, list[tuple[str, HandedIn]]] = {}
    for folder, fields in told.items() if isinstance(told, dict) else ():
        if not isinstance(fields, dict):
            continue
        created = fields.get(":created_at")
        at = moment(created) if isinstance(created, datetime) else ""
        submitters = fields.get(":submitters")
        found = [_person(one, at) for one in submitters] if isinstance(submitters, list) else []
        if kept := [one for one in found if one is not None]:
            people[str(folder)] = kept
    return people


def _person(submitter: object, at: str) -> tuple[str, HandedIn] | None:
    if not isinstance(submitter, dict):
        return None
    name, sid, email = (
        str(submitter.get(f":{key}") or "").strip() for key in ("name", "sid", "email")
    )
    student = sid or email or name
    return (student, HandedIn(name, email, at)) if student else None
