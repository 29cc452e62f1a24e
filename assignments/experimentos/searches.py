"""What the checks of both searches share: what a search asked and gave, and whether that is right."""

from typing import Any

from grader.checks import answers
from grader.checks.asserts import Mismatch
from grader.core.i18n import Bilingual

VALUES = [0.5, -0.25, 2.0, 0.125, -1.5, 1.0, 0.75, -0.75, 3.0, 0.25, -2.5, 1.5, -0.5, 0.0, 2.5]
"""What an objective of ours says, of the first configuration, the second…"""
BEST, PAIR = "min(todas", "todas.append((config, objetivo(config)))"
TWICE = (PAIR, f"objetivo(config)\n        {PAIR}")
LIST = ("    todas = []\n", "    todas, config = [], {}\n")


class Search:
    """What is judged of searches has no pieces."""


Config = dict[str, Any]
is_search = answers.of(tuple[list[Config], Config, list[tuple[Config, float]]])
"""Whether an answer is the calls, the best configuration and the pairs."""


class Seen:
    """What a search asked and gave; `bank` has its mistakes."""

    def __init__(self, bank, answer):
        self.bank, self.answer = bank, answer
        self.calls, self.best, self.pairs = answer
        firsts = [one for n, one in enumerate(self.calls) if one not in self.calls[:n]]
        self.values = [(one, VALUES[n % len(VALUES)]) for n, one in enumerate(firsts)]

    def fails(self, es, en, holds, about=None, got=None, expected=None):
        """Return the failure, with the line that fails where it does, or what gives the lines."""
        return Mismatch(
            Bilingual(es, en),
            quantity=self.bank.name,
            got=got,
            expected=expected,
            holds=lambda code: [
                f"vistas, mejor, todas = {code(self.answer)}",
                "print(vistas)",
                "print(mejor)",
                "print(todas)",
                *([holds] if isinstance(holds, str) else holds(code)),
            ],
            misconception=self.bank[about] if about else None,
        )

    def require_calls(self, right, es, en, about=None):
        """Assert that these configurations were tried, each once. Raises Mismatch."""
        if len(self.calls) == len(right) and all(one in self.calls for one in right):
            return
        twice = len(self.calls) > len(right) and all(one in self.calls for one in right)
        raise self.fails(
            f"{es}, y objetivo se llamó {len(self.calls)} veces",
            f"{en}, and objetivo was called {len(self.calls)} times",
            f"assert len(vistas) == {len(right)} and all(una in vistas for una in {right!r})",
            "exp.evaluated_twice" if twice else about,
            self.calls,
            right,
        )

    def require_pairs(self):
        """Assert that there is a pair for each configuration. Raises Mismatch."""
        right, got = [list(one) for one in self.values], [list(one) for one in self.pairs]
        if len(got) == len(right) and all(one in got for one in right):
            return
        alike = len(got) > 1 and all(one[0] == got[0][0] for one in got)
        raise self.fails(
            f"objetivo dijo {right[:2]}…, y la lista es {got[:2]}…",
            f"objetivo said {right[:2]}…, and the list is {got[:2]}…",
            f"assert all(par in [list(uno) for uno in todas] for par in {right!r})",
            "exp.one_dict_for_all" if alike else None,
            got,
            right,
        )

    def require_best(self):
        """Assert that the configuration with the least value is the best. Raises Mismatch.

        Of a list that is wrong, its own least will do.
        """
        right, most = (of(self.values, key=lambda one: one[1]) for of in (min, max))
        own = min(self.pairs, key=lambda one: one[1])[0] if self.pairs else None
        if self.best in (right[0], own):
            return
        about = "exp.maximising" if self.best == most[0] else None
        if set(self.best) == {""}:
            about = "exp.value_for_configuration"
        shown = self.best.get("", self.best)
        raise self.fails(
            f"la mejor es {right[0]}, con {right[1]}, y se devuelve {shown}",
            f"the best is {right[0]}, with {right[1]}, and {shown} is returned",
            f"assert mejor == {right[0]!r}",
            about,
            shown,
            right[0],
        )
