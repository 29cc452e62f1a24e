"""The catalogue of messages: from the source to locale/, by Babel (`make words`).

Messages are the first argument of `tr`, of `words` and `plural`.
"""

from __future__ import annotations

import io
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(__file__).parents[1] / "grader"
PO = PACKAGE / "locale/es/LC_MESSAGES/grader.po"
KEYWORDS = {"tr": None, "words": None, "notice": None, "plural": (1, 2)}
HEADER = b"""msgid ""
msgstr ""
"Language: es\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

"""
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
METHODS = [("template/**", "ignore"), ("**.py", "python"), ("**.jinja", "jinja2")]


def said() -> Iterator[tuple[str | tuple[str, ...], str]]:
    """Yield each message of the source, and the file that says it."""
    found = extract_from_dir(PACKAGE, METHODS, keywords=KEYWORDS)
    for file, _line, message, _comments, _context in found:
        yield message, file


def stored() -> Catalog:
    """Return the catalogue as the repository has it."""
    with PO.open("rb") as file:
        return read_po(file, locale="es")


def brought_up_to_date() -> Catalog:
    """Return the catalogue with the source's messages and no others; new ones are untranslated."""
    template = Catalog()
    for message, file in sorted(said(), key=lambda found: (found[1], str(found[0]))):
        template.add(message, locations=[(f"grader/{file}", 0)])
    catalogue = stored()
    catalogue.update(template, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    return catalogue


def compiled(catalogue: Catalog) -> bytes:
    """Return what gettext reads."""
    data = io.BytesIO()
    catalogue.creation_date = catalogue.revision_date = EPOCH  # the same bytes whenever it is made
    write_mo(data, catalogue)
    return data.getvalue()


def main() -> int:
    """Write the catalogue; return 1 while a message has no Spanish."""
    catalogue = brought_up_to_date()
    text = io.BytesIO()
    write_po(text, catalogue, sort_output=True, include_lineno=False, omit_header=True, width=100)
    PO.write_bytes(HEADER + text.getvalue())
    PO.with_suffix(".mo").write_bytes(compiled(stored()))
    missing = untranslated(catalogue)
    for one in missing:
        sys.stderr.write(f"no Spanish for {one!r}\n")
    return 1 if missing else 0


def untranslated(catalogue: Catalog) -> list[object]:
    """Return the messages that have no Spanish."""
    return [one.id for one in catalogue if one.id and not (one.string and all(one.string))]


if __name__ == "__main__":
    sys.exit(main())
