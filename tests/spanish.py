"""What a worker tells, as a Spanish reader is told it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.sandbox.decode import said

if TYPE_CHECKING:
    from grader.worker.messages import Translatable


def spanish(told: Translatable) -> str:
    """Return the Spanish of it; raises ValueError for a message that is not in the catalogue."""
    return said(told.to_wire()).es
