"""What stands under `if __name__ == "__main__":`, which is true in a notebook."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def opened(nodes: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield statements, those under a guard as if they stood outside it."""
    stack = [iter(nodes)]
    while stack:
        node = next(stack[-1], None)
        if node is None:
            stack.pop()
        elif (branches := _branches(node)) is not None:
            stack.append(iter(branches[0]))
        else:
            yield node


def closed(nodes: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the statements of a module that is imported: there a guard is false."""
    for node in nodes:
        branches = _branches(node)
        yield from [node] if branches is None else branches[1]


def _branches(node: ast.stmt) -> tuple[list[ast.stmt], list[ast.stmt]] | None:
    """Return the branch of a guard that a notebook runs, and the other; None for what is none."""
    match node:
        case ast.If(ast.Compare(left, [ast.Eq() | ast.NotEq() as relation], [right])):
            match left, right:
                case (ast.Name("__name__"), ast.Constant("__main__")) | (
                    ast.Constant("__main__"),
                    ast.Name("__name__"),
                ):
                    branches = node.body, node.orelse
                    return branches if isinstance(relation, ast.Eq) else branches[::-1]
    return None
