"""What a notebook imports, and where it sees to it itself if that is not there."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from grader.worker.analysis.statements import Statement

_CATCHES = frozenset({"ImportError", "ModuleNotFoundError", "Exception", "BaseException"})


def optional(chosen: Iterable[Statement]) -> list[tuple[int, int]]:
    """Return the places (cell, line) of imports whose failure the notebook handles."""
    return sorted({(item.cell, line) for item in chosen for line in _tried(item.node)})


def _tried(root: ast.stmt) -> Iterator[int]:
    for node in ast.walk(root):
        if isinstance(node, ast.Try) and any(map(_catches, node.handlers)):
            for inner in (one for part in node.body for one in ast.walk(part)):
                if isinstance(inner, (ast.Import, ast.ImportFrom)):
                    yield inner.lineno


def _catches(handler: ast.ExceptHandler) -> bool:
    """Whether a handler is one of an import that fails."""
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(
        kind is None or (isinstance(kind, ast.Name) and kind.id in _CATCHES) for kind in kinds
    )
