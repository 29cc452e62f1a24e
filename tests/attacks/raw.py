"""What cases that are no Python are made with: notebooks, zips, names.

A function under `raw` makes a submission in a folder and returns the student's id; `name` is the
file's name, where the name is not the attack.
"""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    Make = Callable[[Path, str], str]

REFERENCE = Path(__file__).parent.parent.parent / "solutions" / "lstm_gru" / "lstm_gru.ipynb"
CASES: list[tuple[str, dict[str, Any], Make]] = []


def raw(title: str, verdict: str, group: str = "Notebooks", **more: Any) -> Callable[[Make], Make]:
    """Register a function as a case. Rejected cases have 0 points, others 100."""
    rejected = {"points": 0, "status": "rejected"} if verdict == "R" else {"points": 100}

    def add(make: Make) -> Make:
        told = {"title": title, "group": group, "verdict": verdict, **rejected, **more}
        CASES.append((make.__name__, told, make))
        return make

    return add


def notebook(folder: Path, name: str, content: bytes) -> str:
    (folder / f"{name}.ipynb").write_bytes(content)
    return name


def reference() -> Any:
    return json.loads(REFERENCE.read_bytes())


def code(*sources: str) -> list[dict[str, Any]]:
    return [
        {"cell_type": "code", "metadata": {}, "outputs": [], "source": source} for source in sources
    ]


def zipped(folder: Path, name: str, *members: tuple[str | zipfile.ZipInfo, bytes]) -> str:
    with zipfile.ZipFile(folder / f"{name}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in members:
            archive.writestr(member, content)
    return name


def member(name: str, mode: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    return info
