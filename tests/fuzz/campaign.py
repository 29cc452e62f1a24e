"""Let atheris, which is guided by the code's coverage, look for bytes that break a target.

    python tests/fuzz/campaign.py SECONDS [TARGET…]

What breaks one is printed as a literal, to be kept in `test_found.py`, and ends it.
"""

from __future__ import annotations

import importlib
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType

TARGETS = ("wire", "notebook", "reader", "finder", "answers")
LONGEST = 2000  # bytes of choices
SECONDS_OF_ONE = 30  # what takes longer hangs
MEGABYTES = 2048


def main(seconds: str, *names: str) -> int:
    """Run each campaign in a process of its own; return 1 if one found something."""
    commands = [[sys.executable, __file__, "--one", seconds, name] for name in names or TARGETS]
    codes = [subprocess.run(command, check=False).returncode for command in commands]
    return int(any(codes))


def campaign(seconds: str, name: str) -> None:
    """Try one target for so many seconds. Does not return."""
    import atheris

    with atheris.instrument_imports(include=["grader", "nbformat", "msgpack", "zipfile"]):
        module = importlib.import_module(f"fuzz_{name}")
    with tempfile.TemporaryDirectory() as folder:
        for number, data in enumerate(module.corpus()):
            Path(folder, str(number)).write_bytes(data)
        arguments = [
            *(f"-max_total_time={seconds}", f"-max_len={LONGEST}", f"-timeout={SECONDS_OF_ONE}"),
            *(f"-rss_limit_mb={MEGABYTES}", f"-artifact_prefix={folder}/", "-print_final_stats=1"),
        ]
        print(f"fuzz: {name}, {seconds} s", flush=True)  # noqa: T201
        atheris.Setup([name, *arguments, folder], lambda data: _tried(module, data))
        atheris.Fuzz()


def _tried(module: ModuleType, data: bytes) -> None:
    try:
        module.target(data)
    except BaseException:
        print(f"fuzz: {module.__name__}.target({data!r}) raised", flush=True)  # noqa: T201
        raise


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        campaign(*sys.argv[2:])
    else:
        sys.exit(main(*sys.argv[1:]))
