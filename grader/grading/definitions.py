"""Definitions of the kit as pytest collects them: a node of its own, and a check each below it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

from grader.grading import marks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.checks.definition import Definition

_MODULE = "grader.checks.definition"  # not imported before an assignment does: it needs torch


class DefinitionNode(pytest.Collector):
    """A Definition that an author declared; it collects the checks that are made from it."""

    definition: type[Definition]

    def collect(self) -> Iterator[pytest.Item]:
        """Yield the checks. Raises AssignmentFault for words that are missing."""
        from grader.checks.generated import checks

        of = self.definition.declared
        self.add_marker(pytest.mark.part(of.part))
        for check in checks(of):
            item: pytest.Function = pytest.Function.from_parent(
                self, name=f"test_{check.name}", callobj=check.run
            )
            item.add_marker(pytest.mark.kind(check.kind))
            item.add_marker(pytest.mark.weight(check.weight))
            item.add_marker(pytest.mark.needs(*check.needs))
            item.stash[marks.PLACE] = ":".join(map(str, check.place))
            yield item


def collected(collector: pytest.Collector, name: str, found: Any) -> DefinitionNode | None:
    """Return the node of what a module defines, if that is a Definition of its own."""
    kit = sys.modules.get(_MODULE)
    if kit is None or not isinstance(found, type) or not issubclass(found, kit.Definition):
        return None
    module = getattr(collector, "obj", None)
    if found is kit.Definition or found.__module__ != getattr(module, "__name__", None):
        return None
    node: DefinitionNode = DefinitionNode.from_parent(collector, name=name)
    node.definition = found
    return node
