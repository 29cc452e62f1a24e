"""What grading relies on in Hypothesis is there, and does what it is relied on for.

Run this under another version before it is allowed in pyproject.toml.
"""

from __future__ import annotations

import importlib
import subprocess
import sys
import tomllib
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.requirements import Requirement

from grader.core.errors import GraderError
from grader.grading import hypothesis_adapter as adapter

if TYPE_CHECKING:
    from collections.abc import Callable

    from grader.grading.hypothesis_adapter import Example

ROOT = Path(__file__).parents[2]
DRAWS = """
import sys
import rara
from hypothesis import HealthCheck, given, seed, settings, strategies as st
from grader.grading import hypothesis_adapter

drawn = []

@seed(0)
@settings(max_examples=2000, database=None, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers())
def draw(number):
    drawn.append(number)

if sys.argv[1] == "ours":
    with hypothesis_adapter.our_settings():
        draw()
else:
    draw()
print(rara.NUMBER in drawn)
"""


class Stop(BaseException):
    """Ends a check for good."""


def check(examples: int | None = None) -> tuple[Any, list[int]]:
    """A check that draws numbers, and the list that it adds them to."""
    drawn: list[int] = []

    @given(st.integers(0, 10**6))
    def test(number: int) -> None:
        drawn.append(number)

    return (settings(max_examples=examples)(test) if examples else test), drawn


def cases(test: Callable[[], None], drawn: list[int]) -> list[int]:
    """What one run of a check draws."""
    drawn.clear()
    test()
    return list(drawn)


@pytest.mark.parametrize(("whose", "is_drawn"), [("theirs", "True"), ("ours", "False")])
def test_no_number_is_drawn_because_a_module_holds_it(
    tmp_path: Path, whose: str, is_drawn: str
) -> None:
    """Under Hypothesis's own ways it is: that is why they are not ours."""
    (tmp_path / "rara.py").write_text("NUMBER = 918273645\n")
    (tmp_path / "draws.py").write_text(DRAWS)
    ran = subprocess.run(
        [sys.executable, tmp_path / "draws.py", whose],
        env={"PYTHONPATH": f"{tmp_path}:{ROOT}:{':'.join(sys.path)}"},
        cwd=tmp_path,
        check=True,
        capture_output=True,
        text=True,
    )
    assert ran.stdout.strip() == is_drawn


def test_cases_follow_from_the_number_alone() -> None:
    with adapter.our_settings():
        test, drawn = check()
        found = {}
        for number in (1, 2):
            adapter.draw_from(test, number)
            found[number] = cases(test, drawn)
            assert cases(test, drawn) == found[number]
    assert found[1] != found[2]
    assert len(found[1]) == 10


def test_a_checks_own_settings_outlast_its_seeds() -> None:
    with adapter.our_settings():
        test, drawn = check(examples=7)
        before = test._hypothesis_internal_use_settings
        for number in range(3):
            adapter.draw_from(test, number)
        assert test._hypothesis_internal_use_settings is before
        assert len(cases(test, drawn)) == 7


def test_settings_are_put_back() -> None:
    before = hypothesis.settings.get_current_profile_name()
    with adapter.our_settings():
        assert settings().database is None
        assert settings().deadline is None
        assert hypothesis.settings.get_current_profile_name() != before
    assert hypothesis.settings.get_current_profile_name() == before


def test_each_example_is_tried_by_who_watches_last_and_by_nobody_else() -> None:
    seen: dict[str, int] = {"first": 0, "second": 0}

    def watcher(name: str) -> Callable[[Example], None]:
        def try_(example: Example) -> None:
            seen[name] += 1
            example()

        return try_

    with adapter.our_settings():
        test, drawn = check()
        adapter.watch(test, watcher("first"))
        adapter.watch(test, watcher("second"))
        assert seen == {"first": 0, "second": len(cases(test, drawn))}


def test_a_failure_that_was_watched_is_shrunk_and_raised() -> None:
    failed: list[int] = []
    with adapter.our_settings():
        test, drawn = check()

        def try_(example: Example) -> None:
            example()
            if drawn[-1] > 99:
                failed.append(drawn[-1])
                raise AssertionError

        adapter.draw_from(test, 0)
        adapter.watch(test, try_)
        with pytest.raises(AssertionError):
            test()
    assert min(failed) == 100


def test_what_is_no_exception_ends_the_check_at_once() -> None:
    with adapter.our_settings():
        test, drawn = check()

        def try_(example: Example) -> None:
            example()
            raise Stop

        adapter.watch(test, try_)
        with pytest.raises(Stop):
            test()
    assert len(drawn) == 1


def test_a_check_without_cases_is_told_apart() -> None:
    assert adapter.draws_cases(check()[0])
    assert not adapter.draws_cases(test_settings_are_put_back)
    assert not adapter.draws_cases(None)


@pytest.mark.parametrize("name", ["Constants", "_get_local_constants", "CONSTANTS_CACHE"])
def test_a_version_that_draws_otherwise_is_told(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    providers = importlib.import_module("hypothesis.internal.conjecture.providers")
    monkeypatch.setattr(providers, "_get_local_constants", None)
    monkeypatch.delattr(providers, name)
    says = rf"Hypothesis {hypothesis.__version__} has no {name}.*pip install 'hypothesis>="
    with pytest.raises(GraderError, match=says), adapter.our_settings():
        pass


def test_a_version_that_draws_elsewhere_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    name = "hypothesis.internal.conjecture.providers"
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(GraderError, match=f"has no {name}"), adapter.our_settings():
        pass


def test_a_version_that_keeps_its_checks_otherwise_is_told() -> None:
    with pytest.raises(GraderError, match="has no _hypothesis_internal_use_settings"):
        adapter.draw_from(SimpleNamespace(), 0)
    with pytest.raises(GraderError, match="has no inner_test"):
        adapter.watch(SimpleNamespace(hypothesis=SimpleNamespace()), lambda example: example())


def test_the_versions_that_may_be_installed_are_those_that_were_tried() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    requirements = map(Requirement, project["dependencies"])
    (allowed,) = (one.specifier for one in requirements if one.name == "hypothesis")
    pins = (ROOT / "constraints.txt").read_text().splitlines()
    (pinned,) = (line.partition("==")[2] for line in pins if line.startswith("hypothesis=="))
    assert str(allowed) == str(Requirement(f"hypothesis{adapter.VERSIONS}").specifier)
    assert pinned in allowed
    assert hypothesis.__version__ in allowed, (
        f"Hypothesis {hypothesis.__version__} is installed; pyproject.toml allows {allowed}"
    )
