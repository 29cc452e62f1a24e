"""What of a module's source goes with a probe."""

from __future__ import annotations

import math
from functools import partial as bind
from typing import TYPE_CHECKING, Any

import pytest

from grader.core.i18n import tr
from grader.student.probes import source

if TYPE_CHECKING:
    from collections.abc import Callable

    from grader.student.probes import Notebook

LIMIT: int = 3
UNUSED = 4


class Base:
    """Ours."""


class Child(Base):
    size: int = LIMIT

    def area(self, radius: float) -> float:
        """Return the area."""
        return math.pi * radius**2


def helper(x: Any) -> Any:
    """Help."""
    return bind(abs, x)()


def probe(notebook: Notebook, name: str, kind: Callable[..., Any] | None = None) -> Any:
    """Use some of it."""
    return [notebook[name], Child().area(1), helper(2), kind]


def of_ours(_notebook: Notebook) -> str:
    return str(tr("it is not defined"))


SOURCE = """import math
from functools import partial as bind
LIMIT = 3
class Base:
    pass
class Child(Base):
    size = LIMIT

    def area(self, radius):
        return math.pi * radius ** 2
def helper(x):
    return bind(abs, x)()
def probe(notebook, name, kind=None):
    return [notebook[name], Child().area(1), helper(2), kind]"""


def test_what_a_probe_uses_of_its_module_goes_along_in_order_and_no_more() -> None:
    assert source(probe) == SOURCE


def test_it_runs_where_nothing_of_the_module_is() -> None:
    pieces: dict[str, Any] = {}
    exec(source(probe), pieces)  # noqa: S102 - as the worker does
    assert pieces["probe"]({"f": 1}, name="f") == [1, math.pi, 2, None]


def test_a_probe_that_uses_this_program_is_refused_with_the_way_out() -> None:
    with pytest.raises(ValueError, match="define it in the probe's own module"):
        source(of_ours)


def test_a_function_within_a_function_is_no_probe() -> None:
    def inside(_notebook: Notebook) -> None:
        pass

    with pytest.raises(ValueError, match="is none"):
        source(inside)
    with pytest.raises(ValueError, match="is none"):
        source(Child.area)
