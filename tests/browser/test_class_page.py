"""The class's page in a real browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import classroom
import pytest

pytest.importorskip("selenium")

from selenium.webdriver.common.keys import Keys

if TYPE_CHECKING:
    from pathlib import Path

    from chromium import Browser


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return classroom.write(tmp_path_factory.mktemp("report"), classroom.grades())


@pytest.fixture
def page(browser: Browser, index: Path) -> Browser:
    browser.open(index)
    return browser


def names(browser: Browser) -> list[str]:
    """The students that can be seen, in order, by first name."""
    return [text.split()[0] for text in browser.texts("#class tbody th")]


def heading(browser: Browser, name: str) -> str:
    """The way of sorting that a heading tells."""
    (found,) = [th for th in browser.all("#class thead th") if name in th.text]
    return str(found.get_attribute("aria-sort"))


def press(browser: Browser, name: str, key: str = Keys.ENTER) -> None:
    """Press a heading's button by the keyboard."""
    (button,) = [one for one in browser.all("#class thead button") if name in one.text]
    button.send_keys(key)


def test_without_a_script_everybody_is_there_and_no_control(browser: Browser, index: Path) -> None:
    browser.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        browser.open(index)
        assert len(browser.texts("#class tbody th")) == 9
        assert browser.texts("button, input, select") == []
    finally:
        browser.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_marks_are_sorted_as_numbers_both_ways_and_who_has_none_is_last(page: Browser) -> None:
    press(page, "Nota")
    assert heading(page, "Nota") == "ascending"
    up = names(page)
    press(page, "Nota", Keys.SPACE)
    assert heading(page, "Nota") == "descending"
    down = names(page)
    assert (up[0], up[-2], up[-1]) == ("Ana", "Zoe", "Xabier")
    assert (down[0], down[-1]) == ("Zoe", "Xabier")


def test_names_are_sorted_as_the_language_sorts(page: Browser) -> None:
    press(page, "Estudiante")
    assert heading(page, "Estudiante") == "descending"
    assert heading(page, "Nota") == "None"
    assert names(page) == sorted(names(page), reverse=True)


def test_a_student_is_found_without_accents(page: Browser) -> None:
    page.one("#text").send_keys("nunez")
    assert names(page) == ["Ana"]
    assert page.one("#shown").text == "se muestran 1 de 9"
    page.one("#clear").click()
    assert len(names(page)) == 9


@pytest.mark.parametrize(
    ("option", "found"),
    [
        ("sin corregir (1)", ["Xabier"]),
        ("con alertas (1)", ["Ana"]),
        ("con puntos decididos por una persona (1)", ["Bruno"]),
        ("c_t no depende de c_{t-1}: falta el término f_t ⊙ c_{t-1}. (2)", ["Ana", "Bruno"]),
    ],
)
def test_the_table_is_reduced_by_status_flag_decision_and_misconception(
    page: Browser, option: str, found: list[str]
) -> None:
    (chosen,) = [one for one in page.all("#choice option") if one.text.strip() == option]
    chosen.click()
    assert sorted(names(page)) == found


def test_the_count_of_a_check_shows_who_did_not_pass_it(page: Browser) -> None:
    (button,) = [one for one in page.all(".failed button") if one.text == "2"]
    assert button.accessible_name == "Mostrar quiénes no la superan: 2"
    button.send_keys(Keys.ENTER)
    assert names(page) == ["Ana", "Bruno"]
    assert page.run("return document.activeElement.id") == "choice"


def test_a_flag_is_named_in_the_reader_s_language(page: Browser) -> None:
    assert page.texts("#class .flags .bad") == ["⚑ conducta"]


def test_on_a_phone_a_check_s_figures_say_what_they_count(browser: Browser, index: Path) -> None:
    browser.open(index, 400)
    said = "return getComputedStyle(document.querySelector('.rates .failed'), '::before').content"
    assert "No la superan" in browser.run(said)


def test_a_check_that_nearly_everybody_fails_is_marked(page: Browser) -> None:
    assert page.texts(".suspicious") == ["falla casi todo el mundo"]
    assert "modeloGRU" in page.texts(".rates tbody tr")[0]


def test_each_name_leads_to_a_page_and_that_holds_no_seed(page: Browser) -> None:
    for number in range(9):
        page.all("#class tbody th a")[number].click()
        assert page.one("h1").text != "La clase"
        assert classroom.SEED not in page.driver.page_source
        page.driver.back()
    assert classroom.SEED in page.one("#run + p + dl").text
