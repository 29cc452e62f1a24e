"""Both kinds of page in a real browser: everywhere, for everybody, whoever wrote the texts."""

from __future__ import annotations

import re
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING

import classroom
import pytest

pytest.importorskip("selenium")

from selenium.webdriver.common.by import By

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from chromium import Browser

OVERFLOW = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
PHONE = 400


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    classroom.write(folder, classroom.grades())
    return folder


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("hostile")
    classroom.write(folder, classroom.hostile(classroom.grades()))
    return sorted(folder.glob("*.html"))


@pytest.fixture
def ana(report: Path) -> Path:
    (page,) = report.glob("Ana*.html")
    return page


def pages(report: Path) -> list[Path]:
    """The class, and a student of each status."""
    return [report / "index.html", *(next(report.glob(f"{n}*.html")) for n in ("An", "Ra", "Xa"))]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1200, PHONE])
def test_an_audit_finds_nothing_serious(
    browser: Browser, report: Path, width: int, *, dark: bool
) -> None:
    for page in pages(report):
        browser.open(page, width, dark=dark)
        assert browser.audit() == []


def test_dark_is_dark_and_light_is_light(browser: Browser, report: Path) -> None:
    shades = []
    for dark in (False, True):
        browser.open(report / "index.html", dark=dark)
        colour = browser.one("body").value_of_css_property("background-color")
        shades.append(sum(map(int, re.findall(r"\d+", colour)[:3])))
    assert shades[0] > 700
    assert shades[1] < 120


def test_a_phone_shows_all_of_it(browser: Browser, report: Path) -> None:
    for page in pages(report):
        browser.open(page, PHONE)
        assert browser.run(OVERFLOW) <= 0


def test_it_prints_with_what_was_folded_and_without_controls(browser: Browser, ana: Path) -> None:
    browser.open(ana.with_name("index.html"))
    assert len(re.findall(rb"/Type /Page\b", browser.pdf())) in range(1, 6)
    browser.media("print")
    assert not browser.one(".controls").is_displayed()
    browser.open(ana)
    browser.media("print")
    assert browser.run("return document.querySelector('.reproduce pre').checkVisibility()")
    assert not browser.one(".copy").is_displayed()


def test_the_code_is_copied(browser: Browser, ana: Path) -> None:
    browser.open(ana)
    allow = {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]}
    browser.driver.execute_cdp_cmd("Browser.grantPermissions", allow)
    browser.one(".reproduce summary").click()
    button = browser.one("button.copy")
    button.click()
    said = "navigator.clipboard.readText().then(arguments[0], (e) => arguments[0](String(e)))"
    assert browser.driver.execute_async_script(said) == classroom.FAILED.reproduce
    assert (button.text, browser.one("#status").get_attribute("textContent")) == ("Copiado",) * 2


def test_the_keyboard_reaches_the_contents_first_and_sees_where_it_is(
    browser: Browser, report: Path
) -> None:
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys

    browser.open(report / "index.html")
    ActionChains(browser.driver).send_keys(Keys.TAB).perform()
    skip = browser.driver.switch_to.active_element
    assert (skip.get_attribute("class"), skip.rect["x"] >= 0) == ("skip", True)
    ActionChains(browser.driver).send_keys(Keys.TAB).perform()
    link = browser.driver.switch_to.active_element
    assert link.value_of_css_property("outline-style") == "solid"


def test_hostile_texts_run_nothing_ask_for_nothing_and_break_no_layout(
    browser: Browser, hostile: list[Path]
) -> None:
    for page in hostile:
        for width in (1200, PHONE):
            browser.open(page, width)
            assert browser.run("return window.ran") is None
            assert browser.run(OVERFLOW) <= 0, page
            assert browser.requests() == [page.as_uri()]
            assert browser.complaints() == []
            assert not browser.all("img, iframe, object, textarea")


def test_an_audit_finds_nothing_serious_in_hostile_pages_on_a_small_screen(
    browser: Browser, hostile: list[Path]
) -> None:
    for page in hostile:
        browser.open(page, 320)
        assert browser.audit() == [], page


def test_what_is_hostile_is_shown_as_it_was_written(browser: Browser, hostile: list[Path]) -> None:
    browser.open(next(page for page in hostile if page.name == "index.html"))
    names = [one.text for one in browser.driver.find_elements(By.CSS_SELECTOR, "#class tbody th")]
    assert any("<script>window.ran=1</script>" in name for name in names)
    assert any("{{7*7}}" in name for name in names)


def test_the_policy_refuses_what_would_get_in_all_the_same(browser: Browser, report: Path) -> None:
    for page in pages(report):
        browser.open(page)
        browser.run(
            "const s = document.createElement('script'); s.textContent = 'window.ran = 1';"
            "document.body.append(s);"
            "const i = new Image(); i.src = 'https://example.invalid/x.png';"
            "document.body.append(i); i.setAttribute('onclick', 'window.ran = 1'); i.click();"
        )
        assert browser.run("return window.ran") is None
        assert len([one for one in browser.complaints() if "Content Security Policy" in one]) >= 3


@pytest.fixture
def server(report: Path) -> Iterator[str]:
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None: ...

    serving = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(report)))
    Thread(target=serving.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{serving.server_port}/"
    serving.shutdown()
    serving.server_close()


def test_any_server_of_files_will_do(browser: Browser, server: str) -> None:
    browser.open(server)
    browser.one("#class tbody a").click()
    assert browser.one("h1").text == "Ana Núñez"
    asked = [address for address in browser.requests() if not address.endswith("/favicon.ico")]
    assert len(asked) == 2
    assert browser.complaints() == []
