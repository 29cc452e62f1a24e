"""A notebook and the files beside it, as one file: what is graded, kept and compared.

The host puts it together without looking into the notebook; only the worker reads that.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

MARK = b"a notebook and the files beside it, for grader\n"


def with_files(content: bytes, files: Mapping[str, str]) -> bytes:
    """Return a notebook after a line with the texts of files, by name; alone if there are none."""
    return MARK + json.dumps(dict(files)).encode() + b"\n" + content if files else content


def without_files(content: bytes) -> tuple[bytes, dict[str, str]]:
    """Return the notebook, and the texts of the files beside it by name.

    What is not as `with_files` makes it is a notebook without any.
    """
    if not content.startswith(MARK):
        return content, {}
    line, _, notebook = content[len(MARK) :].partition(b"\n")
    try:
        files = json.loads(line)
    except (ValueError, RecursionError):
        return content, {}
    if not isinstance(files, dict):
        return content, {}
    return notebook, {name: text for name, text in files.items() if isinstance(text, str)}
