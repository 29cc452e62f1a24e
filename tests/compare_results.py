"""Are the grades in two results folders the same, check by check? Timings and versions aside.

python tests/compare_results.py results-before results-after
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

_ASIDE = "--words-aside"
_WORDS = {"message", "reason", "flags", "notices", "text", "text_en", "quantity", "quantity_en"}
COMPARED = ("outcome", "points", "max_points", "misconception", "counterexample", "message")


def main() -> int:
    """Print what differs; return 0 where nothing does."""
    folders = [Path(word) for word in sys.argv[1:] if word != _ASIDE]
    before, after = (grades(folder) for folder in folders)
    if _ASIDE in sys.argv:
        before, after = without_words(before), without_words(after)
    found = [f"{name}: only in one" for name in sorted(before.keys() ^ after.keys())]
    count = 0
    for name in sorted(before.keys() & after.keys()):
        was, is_ = before[name], after[name]
        count += len(is_["checks"])
        found += [f"{name}: {line}" for line in differences(was, is_)]
    for line in found:
        sys.stdout.write(f"{line}\n")
    sys.stdout.write(f"{len(after)} grades, {count} checks, {len(found)} differences\n")
    return 1 if found else 0


def grades(folder: Path) -> dict[str, Any]:
    """Return the grades of a results folder, by submission."""
    files = (folder / "results").glob("[!.]*.json")
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in files}


def without_words(told: Any) -> Any:
    """Return what results hold without their texts for people."""
    if isinstance(told, dict):
        return {key: without_words(one) for key, one in told.items() if key not in _WORDS}
    return [without_words(one) for one in told] if isinstance(told, list) else told


def differences(was: Any, is_: Any) -> list[str]:
    """Return in what two grades of one submission differ."""
    found = [
        f"{key}: {was[key]} → {is_[key]}" for key in ("status", "score") if was[key] != is_[key]
    ]
    texts = ("reason", "flags", "notices")
    found += [f"{key} differ" for key in texts if was.get(key) != is_.get(key)]
    checks, others = ({one["id"]: one for one in grade["checks"]} for grade in (was, is_))
    if list(checks) != list(others):
        return [*found, "the checks are others, or in another order"]
    for identity, one in checks.items():
        fields = ("outcome", "points") if timed(one, others[identity]) else COMPARED
        found += [
            f"{identity}: {key}" for key in fields if one.get(key) != others[identity].get(key)
        ]
    return found


def timed(*checks: Any) -> bool:
    """Whether a check measures time, which is never twice the same."""
    return any("timing" in check["data"] for check in checks)


if __name__ == "__main__":
    sys.exit(main())
