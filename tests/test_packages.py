"""Packages that an assignment adds to those that every sandbox has."""

from __future__ import annotations

import pytest

from grader.core.errors import SandboxFault
from grader.sandbox.backends import view
from grader.sandbox.backends.image import ImageSpec, _sources, context_digest
from grader.sandbox.backends.recipe import added


def shown(*packages: str) -> set[str]:
    """What a bubblewrap worker sees of this Python's packages."""
    return {each for each in view.options(packages) if each.startswith(f"{view.WORKER}/")}


def test_what_is_there_already_adds_nothing() -> None:
    assert added(["torch", "numpy", "math", "random"]) == []
    assert added(["torch", "einops>=0.8"]) == ["einops>=0.8"]


def test_an_image_is_made_with_the_packages_and_named_after_them() -> None:
    plain, same, more = ImageSpec(), ImageSpec(packages=("math",)), ImageSpec(packages=("einops",))
    assert context_digest(plain) == context_digest(same) != context_digest(more)
    assert b"\neinops" in _sources(more)["requirements.txt"]


def test_bubblewrap_shows_a_package_and_what_it_needs() -> None:
    new = shown("rich") - shown()
    assert f"{view.WORKER}/rich" in new
    assert f"{view.WORKER}/markdown_it" in new


def test_a_package_that_is_not_installed_is_named_with_what_to_do() -> None:
    with pytest.raises(SandboxFault, match=r"pip install 'no-such-package>=2'"):
        shown("no-such-package>=2")
