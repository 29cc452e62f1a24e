"""Which names a notebook seems to define: its text is searched, and nothing of it is parsed."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from grader.submissions.members import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Collection

    from grader.submissions.model import Submission

_LINE = r'(?:^|"|\\n)'
"""How a line begins, in a script and in a notebook's JSON."""
_INDENT = r"(?:[ \t]|\\t)*"

_MARKS = "\ufeff\ufffd"
"""What the mark at the beginning of a file reads as, whichever encoding it is of."""


def defined(submission: Submission, names: Collection[str]) -> set[str]:
    """Return which of these names a submission defines, as far as its text shows.

    A file that cannot be read, and one in which no line begins with a definition, defines none.
    Raises GraderError where the file is gone from the disk.
    """
    try:
        content = submission.read()
    except UnreadableError:
        return set()
    return defined_in(content, names)


def defined_in(content: bytes, names: Collection[str]) -> set[str]:
    """Return which of these names a notebook's or a script's bytes define, in any encoding."""
    text = content.replace(b"\0", b"").decode("utf-8", "replace").lstrip(_MARKS)
    return {name for name in names if _definition(name).search(text)}


def _definition(name: str) -> re.Pattern[str]:
    """Return what a name's definition looks like, as it is or as JSON writes it.

    A value that is given to a name further in is a local one.
    """
    spelt = "|".join(re.escape(one) for one in {name, json.dumps(name)[1:-1]})
    made = rf"{_INDENT}(?:class|def|async[ \t]+def)[ \t]+(?:{spelt})\b"
    return re.compile(rf"{_LINE}(?:{made}|(?:{spelt})[ \t]*=(?!=))", re.MULTILINE)
