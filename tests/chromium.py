"""A real browser for the tests and the gallery: Debian's Chromium, driven by Selenium."""

from __future__ import annotations

import base64
import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By

from grader.core.errors import SandboxFault

if TYPE_CHECKING:
    from selenium.webdriver.remote.webelement import WebElement

AXE = Path(__file__).parent / "browser/axe/axe.min.js"
_AUDIT = """
const done = arguments[0];
axe.run(document, {resultTypes: ["violations"]}).then(
  ({violations}) => done(violations.map((v) => [v.impact, v.id, v.nodes.map((n) => n.html)])),
  (error) => done([["critical", String(error), []]]),
);
"""


class Browser:
    """A page in Chromium, without a window."""

    def __init__(self) -> None:
        options = ChromeOptions()
        options.binary_location = str(shutil.which("chromium"))
        for argument in (
            "headless=new",
            "disable-gpu",
            "hide-scrollbars",
            "force-color-profile=srgb",
        ):
            options.add_argument(f"--{argument}")
        if os.geteuid() == 0:
            options.add_argument("--no-sandbox")  # which root may not have
        options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
        self.driver = Chrome(options, Service(shutil.which("chromedriver")))

    def open(
        self, page: Path | str, width: int = 1200, height: int = 900, *, dark: bool = False
    ) -> None:
        """Open a page on a screen of this size, in this colour scheme; forget what was logged."""
        self.media("screen", dark=dark)
        screen = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
        self.requests(), self.complaints()
        self.driver.get(page.absolute().as_uri() if isinstance(page, Path) else page)

    def media(self, kind: Literal["screen", "print"], *, dark: bool = False) -> None:
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.driver.execute_cdp_cmd(
            "Emulation.setEmulatedMedia", {"media": kind, "features": [scheme]}
        )

    def all(self, css: str) -> list[WebElement]:
        return self.driver.find_elements(By.CSS_SELECTOR, css)

    def one(self, css: str) -> WebElement:
        return self.driver.find_element(By.CSS_SELECTOR, css)

    def texts(self, css: str) -> list[str]:
        """What is written in the elements that can be seen."""
        return [element.text for element in self.all(css) if element.is_displayed()]

    def run(self, script: str) -> Any:
        return self.driver.execute_script(script)

    def _logged(self, kind: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.driver.get_log(kind)  # type: ignore[no-untyped-call]
        return found

    def requests(self) -> list[str]:
        """The addresses that were asked for since the last time."""
        entries = (json.loads(one["message"])["message"] for one in self._logged("performance"))
        sent = [one["params"] for one in entries if one["method"] == "Network.requestWillBeSent"]
        return [one["request"]["url"] for one in sent]

    def complaints(self) -> list[str]:
        """What the browser wrote to its console: errors, and what the policy refused."""
        return [str(one["message"]) for one in self._logged("browser")]

    def audit(self) -> list[Any]:
        """What axe finds serious or critical on the page."""
        self.driver.execute_script(AXE.read_text(encoding="utf-8"))
        found = self.driver.execute_async_script(_AUDIT)
        return [one for one in found if one[0] in ("serious", "critical")]

    def pdf(self) -> bytes:
        told = self.driver.execute_cdp_cmd("Page.printToPDF", {"printBackground": True})
        return base64.b64decode(told["data"])

    def picture(self) -> bytes:
        """The page's screen as PNG."""
        told = self.driver.execute_cdp_cmd("Page.captureScreenshot", {"format": "png"})
        return base64.b64decode(told["data"])

    def quit(self) -> None:
        self.driver.quit()


def start() -> Browser:
    """Return a browser. Raises SandboxFault where there is none."""
    missing = [name for name in ("chromium", "chromedriver") if not shutil.which(name)]
    if missing or not AXE.exists():
        raise SandboxFault(
            f"no {' and '.join(missing) or 'axe-core'}: run tests/browser/chromium.sh"
        )
    return Browser()
