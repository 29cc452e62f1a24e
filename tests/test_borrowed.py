"""Nothing in an image computes a recurrent step otherwise than through operators that are watched.

The search looks at every source and at all bytecode: for what calls σ and tanh, which a gated cell
needs, and for what is called after a recurrent layer. What may stay is listed, each with
the reason.
"""

from __future__ import annotations

import ast
import json
from typing import TYPE_CHECKING, Any

import pytest

from grader.core.limits import Limits
from grader.sandbox.backends.borrowed import FUNCTIONS, emptied

if TYPE_CHECKING:
    from collections.abc import Callable

# Run in the image by itself: it prints what it found as a list of [file, name, kind].
SEARCH = r"""
import ast, json, marshal, pathlib, re, sys, types
root = pathlib.Path("/opt/worker")
RECURRENT = re.compile(r"(?i)lstm|(?<![a-z])gru(?![a-z])|(?<![a-z])rnn(?![a-z])")
found = set()
def called(node):
    for one in ast.walk(node):
        if isinstance(one, ast.Call):
            yield (getattr(one.func, "attr", None) or getattr(one.func, "id", "")).strip("_").lower()
def in_source(path, tree):
    stack = [("", tree)]
    while stack:
        above, node = stack.pop()
        for child in ast.iter_child_nodes(node):
            name = f"{above}.{child.name}".strip(".") if hasattr(child, "body") and hasattr(child, "name") else above
            if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
                calls = set(called(child))
                if any("sigmoid" in c for c in calls) and any(c.endswith("tanh") for c in calls):
                    found.add((path, name, "gates"))
                body = [one for one in child.body if not isinstance(one, ast.Expr)]
                empty = len(body) == 1 and isinstance(body[0], ast.Raise)
                if RECURRENT.search(child.name) and not empty:
                    found.add((path, name, "name"))
            stack.append((name, child))
def codes(code):
    yield code
    for one in code.co_consts:
        if isinstance(one, types.CodeType): yield from codes(one)
for path in sorted(root.rglob("*.py")):
    try: in_source(path.relative_to(root).as_posix(), ast.parse(path.read_bytes()))
    except (SyntaxError, ValueError): pass
for path in sorted(root.rglob("*.pyc")):
    try: module = marshal.loads(path.read_bytes()[16:])
    except (ValueError, EOFError): continue
    source = path.parent.parent / (path.name.partition(".")[0] + ".py")
    for code in codes(module):
        if code.co_name == "<module>": continue  # names what it defines, and computes nothing
        names = {name.strip("_").lower() for name in code.co_names}
        if any("sigmoid" in n for n in names) and any(n.endswith("tanh") for n in names):
            found.add((source.relative_to(root).as_posix(), code.co_qualname, "bytecode"))
print(json.dumps(sorted(found)))
"""  # noqa: E501 - a program of its own

# By file, what is left there and why it is of no use to a notebook.
MAY_STAY = {
    "torch/ao/nn/quantized/": "calls the watched operators, of quantised weights",
    "torch/ao/": "finds, configures, prunes or swaps layers; computes no step",
    "torch/_meta_registrations.py": "shapes of what operators give, without numbers",
    "torch/_inductor/": "hands the watched onednn operator over to a compiler that is not there",
    "torch/onnx/": "writes nodes of an ONNX graph; nothing runs one here",
    "torch/nn/utils/_expanded_weights/": "sets up gradients by sample of the watched operators",
    "torch/export/_patches.py": "the context in which the emptied decompositions are put in place",
    "torch/_functorch/partitioners.py": "a list of operators",
    "torch/_decomp/__init__.py::_core_aten_decompositions_post_autograd": "a list of operators",
    "torch/_decomp/decompositions.py::mish_backward": "the derivative of an activation",
    "torch/overrides.py": "a table of what can be overridden, with lambdas that compute nothing",
    "torch/_vendor/quack/activation.py": "derivatives of activations, for a GPU's compiler",
    "torch/testing/_internal/": "what torch's own tests are made of: inputs and single functions",
}


def outside(found: list[list[str]]) -> list[list[str]]:
    """What is found and not listed."""
    return [one for one in found if not f"{one[0]}::{one[1]}".startswith(tuple(MAY_STAY))]


@pytest.fixture(scope="module")
def in_the_image(docker_client: Any) -> list[list[str]]:
    from grader.sandbox.backends.docker import DockerSandbox

    told = docker_client.containers.run(
        DockerSandbox(Limits()).image,
        entrypoint=["python3", "-c", SEARCH],
        command=[],
        network_mode="none",
        remove=True,
    )
    found: list[list[str]] = json.loads(told)
    return found


@pytest.mark.docker
def test_nothing_is_left_in_the_image_but_what_may_stay(in_the_image: list[list[str]]) -> None:
    assert outside(in_the_image) == []


@pytest.mark.docker
def test_the_search_finds_what_is_there(in_the_image: list[list[str]]) -> None:
    seen = {(file, kind) for file, _, kind in in_the_image}
    assert ("torch/_decomp/decompositions.py", "gates") in seen  # mish, which computes no cell
    assert ("torch/_decomp/decompositions.py", "bytecode") in seen


CELL = """
import torch
def register(one): return lambda f: f
class Cell:
    def __init__(self): self.size = 1
    def forward(self, x):
        return x.sigmoid() * x.tanh()
@register("lstm")
def lstm_cell(x):
    'What it does.'
    def inner(y): return y.tanh()
    return inner(x).sigmoid()
def linear(x): return x + 1
"""


@pytest.mark.parametrize(
    ("pattern", "empty", "whole"),
    [
        (r".*lstm.*", "lstm_cell", "linear"),
        (r".*\.forward", "forward", "__init__"),
        (r"nothing", None, "lstm_cell"),
    ],
)
def test_functions_are_emptied_and_the_rest_stays(
    pattern: str, empty: str | None, whole: str
) -> None:
    functions = {
        node.name: node
        for node in ast.walk(ast.parse(emptied(CELL, pattern)))
        if isinstance(node, ast.FunctionDef)
    }
    if empty:
        assert [type(one) for one in functions[empty].body] == [ast.Raise]
        assert functions[empty].args.args
    assert not isinstance(functions[whole].body[-1], ast.Raise)
    assert ("inner" in functions) == (empty != "lstm_cell")


def test_an_emptied_function_raises_when_it_is_called() -> None:
    names: dict[str, Callable[..., Any]] = {}
    exec(emptied(CELL, r".*lstm.*"), names)  # noqa: S102 - the text above
    with pytest.raises(NotImplementedError, match="what students write"):
        names["lstm_cell"](1)
    assert names["linear"](1) == 2


@pytest.mark.parametrize("file", FUNCTIONS)
def test_this_torch_has_what_is_emptied(file: str) -> None:
    import torch

    path = torch.__path__[0] + file.removeprefix("torch")
    with open(path, encoding="utf-8") as source:  # noqa: PTH123 - as it is written
        text = source.read()
    assert text.count("raise NotImplementedError") < emptied(text, FUNCTIONS[file]).count(
        "raise NotImplementedError"
    )
