"""The course's page in a real browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

pytest.importorskip("selenium")

from gradebooks import Course, grade, lost

if TYPE_CHECKING:
    from pathlib import Path

    from chromium import Browser

OVERFLOW = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
ROW = "#class tbody tr"


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve assignments: Eva has none of the last, and one of hers was not graded."""
    course = Course(tmp_path_factory.mktemp("course"))
    for number in range(11):
        eva = lost("tarea_3", "s02") if number == 3 else grade(f"tarea_{number}", "s02", 9, "x.own")
        ana = grade(f"tarea_{number}", "s01", number % 5 + 1, f"x{number}.padding_counted")
        course.add(f"tarea_{number}", ana, eva)
    course.add("ultima", grade("ultima", "s01", 10))
    course.write("drop_lowest = 1")
    course.run()
    return course.root / "curso" / "index.html"


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1280, 800, 390])
def test_it_fits_and_an_audit_finds_nothing_serious(
    browser: Browser, index: Path, width: int, *, dark: bool
) -> None:
    browser.open(index, width, dark=dark)
    assert browser.audit() == []
    assert browser.complaints() == []
    assert browser.run(OVERFLOW) == 0


def test_it_is_sorted_by_any_assignment_and_who_has_no_mark_is_last(
    browser: Browser, index: Path
) -> None:
    browser.open(index)
    (heading,) = [one for one in browser.all("#class thead button") if "tarea_3" in one.text]
    for _ in range(2):
        heading.click()
        assert [text.split()[0] for text in browser.texts(f"{ROW} th")] == ["Ana", "Eva"]
    (heading,) = [one for one in browser.all("#class thead button") if one.text == "tarea_1"]
    heading.click()
    heading.click()
    assert [text.split()[0] for text in browser.texts(f"{ROW} th")] == ["Eva", "Ana"]


def test_the_table_is_reduced_by_a_mistake_that_comes_back(browser: Browser, index: Path) -> None:
    browser.open(index)
    (option,) = [one for one in browser.all("#choice option") if "El relleno" in one.text]
    option.click()
    assert [text.split()[0] for text in browser.texts(f"{ROW} th")] == ["Ana"]


def test_on_a_phone_each_mark_says_what_it_is_of(browser: Browser, index: Path) -> None:
    browser.open(index, 390)
    said = f"return getComputedStyle(document.querySelector('{ROW} .entry'), '::before').content"
    assert "tarea_0" in browser.run(said)
    assert browser.texts(f"{ROW} .lost")[0] == "sin corregir: tarea_3"
