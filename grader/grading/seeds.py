"""Numbers that follow from a run's secret seed: the same for every student, known to none."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Seeds:
    """The numbers of a run's checks, each check's own, by its id and by what the number is for.

    From one number neither the secret nor another number can be found.
    """

    secret: str = field(repr=False)

    def cases(self, check: str) -> int:
        """Return the number from which Hypothesis draws a check's cases."""
        return self._number(check, "cases")

    def case(self, check: str) -> int:
        """Return the number for a check that draws its one case by itself."""
        return self._number(check, "case")

    def worker(self, check: str) -> int:
        """Return the number from which the generators of the student's process start."""
        return self._number(check, "worker")

    def _number(self, *purpose: str) -> int:
        """Return 56 bits."""
        text = "\0".join(purpose).encode()
        digest = hmac.digest(self.secret.encode(), text, hashlib.sha256)
        return int.from_bytes(digest[:7], "big")
