"""What this program needs of Hypothesis beyond its public interface, and nothing else of it.

Cases must not depend on the machine, and each example that a check tries is to be seen. For this
three things are private of Hypothesis, and none is promised to stay:

- `providers._get_local_constants`, which mixes numbers found in the modules that happen to be
  imported into what is drawn (where it comes from: `providers.Constants`, `CONSTANTS_CACHE`);
- `_hypothesis_internal_use_settings`, a check's settings, which `hypothesis.seed` makes anew;
- `hypothesis.inner_test`, the check's own function, which Hypothesis lets others wrap.

Tried with 6.140.0, 6.150.0, 6.160.0, 6.170.0, 6.170.15 and 6.170.17:
tests/grading/test_hypothesis_adapter.py passes under each. 6.135.0 and those before lack what the
profile of settings needs. To raise the cap, run that test under the new version, grade the samples
and see that the grades are as before (tests/compare_results.py).
"""

from __future__ import annotations

import functools
import importlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import hypothesis

from grader.core.errors import GraderError
from grader.core.i18n import tr

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Example = Callable[[], None]
    """Runs a check's function on one example."""

VERSIONS = ">=6.140,<6.171"
"""Those that pyproject.toml allows."""
_PROFILE = "grader"
_PROVIDERS = "hypothesis.internal.conjecture.providers"
_SETTINGS = "_hypothesis_internal_use_settings"

hypothesis.settings.register_profile(
    _PROFILE,
    # Not what is current when this is imported: Hypothesis has other settings where CI is set.
    parent=hypothesis.settings.get_profile("default"),
    max_examples=10,
    deadline=None,
    database=None,
    phases=(hypothesis.Phase.explicit, hypothesis.Phase.generate, hypothesis.Phase.shrink),
    report_multiple_bugs=False,
    suppress_health_check=list(hypothesis.HealthCheck),
)


@contextmanager
def our_settings() -> Iterator[None]:
    """Use our profile of settings meanwhile, and from now on draw no numbers from modules.

    Raises GraderError under a version of Hypothesis that does this differently.
    """
    _draw_nothing_local()
    before = hypothesis.settings.get_current_profile_name()
    hypothesis.settings.load_profile(_PROFILE)
    try:
        yield
    finally:
        hypothesis.settings.load_profile(before)


def draws_cases(test: Any) -> bool:
    """Whether a check has cases that Hypothesis draws."""
    return bool(hypothesis.is_hypothesis_test(test))


def draw_from(test: Any, number: int) -> None:
    """Let a check's cases follow from a number. Raises GraderError as `our_settings` does."""
    settings = _relied_on(test, _SETTINGS)
    hypothesis.seed(number)(test)
    setattr(test, _SETTINGS, settings)  # `seed` makes new ones that keep these, each time


def watch(test: Any, try_: Callable[[Example], None]) -> None:
    """Let `try_` run each example of a check, in the place of whoever did so before.

    What it raises counts as the check's; Hypothesis lets pass what is no `Exception`. Raises
    GraderError as `our_settings` does.
    """
    handle = _relied_on(test, "hypothesis")
    inner: Callable[..., None] = _relied_on(handle, "inner_test")
    inner = getattr(inner, "unwatched", inner)

    def watched(*args: Any, **kwargs: Any) -> None:
        try_(functools.partial(inner, *args, **kwargs))

    watched.unwatched = inner  # type: ignore[attr-defined]
    handle.inner_test = watched


def _draw_nothing_local() -> None:
    """Let what is drawn be the same whatever modules are imported."""
    try:
        providers: Any = importlib.import_module(_PROVIDERS)
    except ModuleNotFoundError as error:
        raise _unknown(_PROVIDERS) from error
    constants = _relied_on(providers, "Constants")
    if _relied_on(providers, "_get_local_constants") is not constants:
        providers._get_local_constants = constants  # noqa: SLF001
        _relied_on(_relied_on(providers, "CONSTANTS_CACHE"), "cache").clear()


def _relied_on(holder: Any, name: str) -> Any:
    try:
        return getattr(holder, name)
    except AttributeError as error:
        raise _unknown(name) from error


def _unknown(name: str) -> GraderError:
    return GraderError(
        tr(
            "Hypothesis {version} has no {name}, which grader relies on: install a version that "
            "grader was tried with: pip install 'hypothesis{versions}'",
            version=hypothesis.__version__,
            name=name,
            versions=VERSIONS,
        )
    )
