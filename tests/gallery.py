"""Take the pictures of docs/gallery from a results folder (`make gallery`).

    python tests/gallery.py RESULTS PICTURES

They are small: sixty-four colours are enough for text on plain ground.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

import chromium
from PIL import Image

from grader.storage.stored import StoredResults

STUDENT = "29_dos_errores.html"
COLOURS = 64
DESK, PHONE = (1100, 1000), (400, 860)
# Name, page, language, screen, dark, and what stands at the top.
SHOTS = (
    ("class-es", "index.html", "es", DESK, False, ""),
    ("class-es-dark", "index.html", "es", DESK, True, ""),
    ("class-en", "index.html", "en", DESK, False, ""),
    ("class-en-students", "index.html", "en", DESK, False, "#students"),
    ("class-es-checks", "index.html", "es", DESK, False, "#checks"),
    ("class-es-phone", "index.html", "es", PHONE, False, ""),
    ("class-en-phone-dark", "index.html", "en", PHONE, True, "#students"),
    ("student-es", STUDENT, "es", DESK, False, ""),
    ("student-es-failure", STUDENT, "es", DESK, False, "#f1"),
    ("student-es-dark", STUDENT, "es", DESK, True, "#f1"),
    ("student-en", STUDENT, "en", DESK, False, "#f1"),
    ("student-en-pictures", STUDENT, "en", DESK, False, "#pictures"),
    ("student-es-phone", STUDENT, "es", PHONE, False, ""),
    ("student-en-phone-dark", STUDENT, "en", PHONE, True, "#f1"),
)


def small(picture: bytes) -> bytes:
    """Return a picture in few colours."""
    data = io.BytesIO()
    image = (
        Image.open(io.BytesIO(picture)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    )
    image.save(data, "png", optimize=True)
    return data.getvalue()


def main(results: str, pictures: str) -> None:
    """Make the pages in both languages and take every picture."""
    out = Path(pictures)
    out.mkdir(parents=True, exist_ok=True)
    browser = chromium.start()
    try:
        for lang in ("es", "en"):
            index = StoredResults.read(Path(results)).report(lang)
            for name, page, language, (width, height), dark, top in SHOTS:
                if language == lang:
                    browser.open(index.with_name(page), width, height, dark=dark)
                    if top:
                        browser.run(f"document.querySelector('{top}').scrollIntoView()")
                    (out / f"{name}.png").write_bytes(small(browser.picture()))
    finally:
        browser.quit()


if __name__ == "__main__":
    main(*sys.argv[1:])
