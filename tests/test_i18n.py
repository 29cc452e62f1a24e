"""The catalogue of messages is complete, in use and up to date."""

from __future__ import annotations

import ast
import re
import string
from datetime import UTC, datetime

import catalogue
import pytest

from grader.core.i18n import Words, knows, tr

ALIKE = {"Total", "{error}: {text}", "{message}: {name}"}  # in both languages
# Titles and misconceptions, which have both languages beside each other, code for notebooks, and
# what columns are called in others' files.
CONTENT = (
    *("checks/", "recurrent/", "exports/moodle.py", "assignments/template/"),
    *("integrations/nbgrader/release.py", "student/"),
)


def test_every_message_has_its_spanish_and_is_said() -> None:
    assert catalogue.untranslated(catalogue.brought_up_to_date()) == []
    assert {one.id for one in catalogue.stored()} == {
        one.id for one in catalogue.brought_up_to_date()
    }


def test_what_gettext_reads_is_what_the_catalogue_says() -> None:
    stored = catalogue.PO.with_suffix(".mo").read_bytes()
    assert stored == catalogue.compiled(catalogue.stored())


def test_a_translation_has_the_holes_of_its_message() -> None:
    differing = [one.id for one in catalogue.stored() if holes(one.id) != holes(one.string)]
    assert [message for message in differing if message] == []


def holes(texts: object) -> set[str]:
    parsed = string.Formatter().parse(str(texts))
    return {name for _, name, _, _ in parsed if name}


def test_no_message_is_left_as_it_was_in_english() -> None:
    assert {one.id for one in catalogue.stored() if one.id and one.id == one.string} == ALIKE


def test_no_spanish_is_written_beside_the_catalogue() -> None:
    files = sorted(catalogue.PACKAGE.rglob("*.py"))
    names = {file: file.relative_to(catalogue.PACKAGE).as_posix() for file in files}
    beside = {
        (name, text)
        for file, name in names.items()
        if not name.startswith(CONTENT)
        for text in texts_of(ast.parse(file.read_text(encoding="utf-8")))
        if re.search("[áéíóúñ¿¡«]", text, re.IGNORECASE)
    }
    assert beside == set()


def texts_of(tree: ast.AST) -> set[str]:
    """All texts of a module but its docstrings."""
    nodes = list(ast.walk(tree))
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = {ast.get_docstring(n, clean=False) for n in nodes if isinstance(n, documented)}
    constants = {n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str)}
    return constants - docstrings


def test_a_message_within_a_message_is_said_in_the_same_language() -> None:
    within = tr("{what}", what=tr("expected"))
    assert (within.es, within.en) == ("esperado", "expected")


def test_a_value_that_is_missing_is_an_error() -> None:
    with pytest.raises(KeyError):
        tr("{missing}", other=1)


@pytest.mark.parametrize(
    ("lang", "number", "percent"), [("es", "0,5", "42 %"), ("en", "0.5", "42%")]
)
def test_numbers_are_written_as_the_language_does(lang: str, number: str, percent: str) -> None:
    words = Words(lang)
    assert (words.number(0.50), words.percent(0.42)) == (
        number,
        percent.replace(" ", "\N{NO-BREAK SPACE}"),
    )


def test_dates_are_written_as_the_language_does() -> None:
    moment = datetime(2026, 3, 1, 14, 5, tzinfo=UTC)
    assert Words("es").date(moment).startswith("1 mar 2026")
    assert Words("en").date(moment).startswith("Mar 1, 2026")


def test_a_hole_holds_a_name_and_nothing_more() -> None:
    """Values may be a student's: a message neither looks into them nor asks how to format them."""
    parsed = [
        piece for one in catalogue.stored() for piece in string.Formatter().parse(str(one.id))
    ]
    holes = [(name, spec, conversion) for _, name, spec, conversion in parsed if name is not None]
    assert all(
        name.isidentifier() and not spec and not conversion for name, spec, conversion in holes
    )


def test_the_catalogue_knows_its_own_messages_alone() -> None:
    assert [knows(text) for text in ("expected", "", "esperado")] == [True, False, False]
