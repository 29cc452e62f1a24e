"""What torch computes recurrent cells with in Python, of other operators, and how it is emptied.

A notebook could borrow it and no tripwire would ring: those are on torch's own operators. Where
students' code runs these functions have no body, neither as source nor as bytecode; the modules
import as ever. `torch.nn.modules.rnn` stays: it calls the operators that are watched.

    python3 borrowed.py FOLDER      # the packages' folder, when an image is made

`tests/test_borrowed.py` searches an image for what is not in this list.
"""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

FUNCTIONS = {
    "torch/_decomp/decompositions.py": r".*(lstm|gru|rnn|one_layer).*",
    "torch/export/_patches.py": r".*(lstm|gru).*",
    "torch/ao/nn/quantizable/modules/rnn.py": r".*\.forward",
}
"""By file, the qualified names of the functions that compute."""
_BODY = ast.parse("raise NotImplementedError('it is not here: this is what students write')").body


def emptied(source: str, functions: str) -> str:
    """Return a module's source without the bodies of some functions, nor what stands in them."""
    tree = ast.parse(source)
    stack: list[tuple[str, ast.AST]] = [("", tree)]
    while stack:
        above, node = stack.pop()
        for child in ast.iter_child_nodes(node):
            name = f"{above}.{getattr(child, 'name', '')}".strip(".")
            if not isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
                stack.append((name, child))
            elif re.fullmatch(functions, name):
                child.body = list(_BODY)
            else:
                stack.append((name, child))
    return ast.unparse(tree) + "\n"


def sources(folder: Path) -> dict[str, str]:
    """Return, by path in a folder of packages, the sources that take the place of torch's."""
    found = {name: folder / name for name in FUNCTIONS if (folder / name).is_file()}
    return {
        name: emptied(path.read_text(encoding="utf-8"), FUNCTIONS[name])
        for name, path in found.items()
    }


if __name__ == "__main__":
    packages = Path(sys.argv[1])
    for name, text in sources(packages).items():
        (packages / name).write_text(text, encoding="utf-8")
