"""Cells of newer Pythons do here what they do there, or are told with both versions."""

from __future__ import annotations

import ast
import json
import sys
from typing import TYPE_CHECKING, Any

import pytest
from spanish import spanish

from grader.worker.analysis import backported
from grader.worker.analysis.newer import older
from grader.worker.definitions import load
from grader.worker.reading import Reading, read

if TYPE_CHECKING:
    from collections.abc import Iterator

OURS = f"{sys.version_info.major}.{sys.version_info.minor}"
AS_ONCE = {
    "quotes within quotes": ("a = {'n': 3}\nx = f'{a['n']} y {a['n']:>{a['n']}}'", "3 y   3"),
    "three within": ("x = f'{f'{f'{1}'}'}'", "1"),
    "backslash": ("x = f'{'\\n'.join('ab')}'", "a\nb"),
    "comment and line breaks": ("x = f'{\n  1 + # uno\n  2\n}' + 'z'", "3z"),
    "debugging": (
        "n = {'k': 2}\nx = f'{ n['k'] = }|{n['k']=:>3}|{n['k']=!s}'",
        " n['k'] = 2|n['k']=  2|n['k']=2",
    ),
    "conversion": ("x = f'{'año'!a:>10}{'b'!r}'", "  'a\\xf1o''b'"),
    "escapes around": ("x = f'\\t{{{'\\t'}}}\\N{BULLET}'", "\t{\t}•"),
    "raw": ("x = rf'\\d{'\\\\'}'", "\\d\\"),
    "lambda": ("x = f'{(lambda s='a': s * 2)()}{'b'}'", "aab"),
    "in a loop": ("x = ''.join(f'{'-' * n}' for n in range(3))", "---"),
}
MEANS = {
    "alias": "type Par = tuple[int, int]\ndef f(a: Par) -> Par: return a\nx = f((1, 2)) == (1, 2)",
    "alias of itself": "type T = int | list[T]\nx = T.__name__ == 'T'",
    "alias with parameters": "type P[A, *B] = dict[A, int]\nx = len(P.__type_params__) == 2",
    "class": "class C[T]:\n    def g(self, a: T) -> T: return a\nx = C[int]().g(3) == 3",
    "class of others": "class C[T: (int, str), *R, **P](dict): pass\nx = issubclass(C, dict)",
    "function": "def g[T](a: T, n: int = 2) -> list[T]: return [a] * n\nx = g(1) == [1, 1]",
    "method": "class C:\n    def g[U](self, u: U) -> U: return u\nx = C().g(4) == 4",
    "default": "class C[T = int, *R = *tuple[int]]: pass\nx = C().__class__ is C",
    "a name that is taken": "T = 10\ndef g[T](a: T) -> T: return a\nx = T == 10 and g(T) == 10",
    "a local of that name": "def g[T](a: T) -> T:\n    T = a + 1\n    return T\nx = g(1) == 2",
    "coroutine": "async def g[T](a: T) -> T: return a\nx = g.__name__ == 'g'",
    "except": "try:\n    1 / 0\nexcept ValueError, ZeroDivisionError:\n    x = True",
    "except group": "try:\n    1 / 0\nexcept* OSError, ZeroDivisionError:\n    x = True",
    "in a function": "def g():\n    type L = list[int]\n    return L.__name__\nx = g() == 'L'",
    "with a magic": "%time 1\nx = f'{'a'}' == 'a'",
}
NAMES = {
    "override": "from typing import override, List\n@override\ndef f(): return List\nx = bool(f())",
    "attribute": "import typing as t\nclass C(t.TypedDict):\n    a: t.ReadOnly[int]\nx = True",
    "abstract": "from collections.abc import Buffer, Sequence\nx = issubclass(list, Sequence)",
    "under a condition": "if True:\n    from typing import TypeIs, Any\nx = bool(TypeIs[int])",
}
TOO_NEW = {
    "t-string": "x = t'{1}'",
    "t-string within": "def x(a):\n    return [t'{a}']",
    "t-string beside": "x = 1\ny = f'{'a'}'\nz = rt'{x}'",
}


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    """A notebook takes the main module's place."""
    main = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = main


def notebook(*sources: str, python: str = "") -> bytes:
    info = {"name": "python", **({"version": python} if python else {})}
    cells = [{"cell_type": "code", "source": source} for source in sources]
    return json.dumps({"cells": cells, "metadata": {"language_info": info}, "nbformat": 4}).encode()


def both(*sources: str, python: str = "") -> tuple[Reading, dict[str, Any]]:
    found = read(notebook(*sources, python=python), "a.ipynb", ["x"], {"": ["torch.nn.LSTM*"]})
    return found, load(found.program, ["x"]).namespace


def texts(found: Reading) -> str:
    return "\n".join(spanish(one.text) for one in found.notices)


@pytest.mark.parametrize(("source", "value"), AS_ONCE.values(), ids=AS_ONCE)
def test_an_f_string_says_what_it_says_there(source: str, value: str) -> None:
    found, names = both(source, python="3.13.2")
    assert names["x"] == value
    if OURS < "3.12":
        assert "para Python 3.13.2 (f-string)" in texts(found)
        assert f"con Python {OURS}" in texts(found)


@pytest.mark.parametrize("source", MEANS.values(), ids=MEANS)
def test_newer_syntax_means_what_it_means_there(source: str) -> None:
    assert both(source)[1]["x"] is True


@pytest.mark.parametrize("source", NAMES.values(), ids=NAMES)
def test_names_of_newer_typing_are_those_of_typing_extensions(source: str) -> None:
    found, names = both(source)
    assert names["x"] is True
    assert [one.line for one in found.notices if "typing_extensions" in spanish(one.text)] or (
        OURS > "3.11"
    )


@pytest.mark.skipif(OURS >= "3.14", reason="it is read as it is")
@pytest.mark.parametrize("source", TOO_NEW.values(), ids=TOO_NEW)
def test_what_cannot_be_said_here_is_told_with_both_versions(source: str) -> None:
    found, names = both("y = 1", source, python="3.14.1")
    assert "x" not in names
    told = spanish(next(one.text for one in found.notices if one.cell == 2))
    assert ("t-string" in told, "3.14.1" in told, OURS in told) == (True, True, True)
    assert "[2]" in spanish(found.absent["x"])


@pytest.mark.parametrize("source", ["x = = 1", "def x(:", "print 'hola'"])
def test_a_syntax_error_is_told_with_both_versions_where_theirs_is_newer(source: str) -> None:
    assert "Python 3.99" in texts(both(source, python="3.99.0")[0])
    assert f"Python {OURS}" in texts(both(source, python="3.99.0")[0])
    for python in ("", "3.8.1", OURS):
        assert "tiene un error de sintaxis y no se usa" in texts(both(source, python=python)[0])


@pytest.mark.parametrize(
    "source",
    [
        "x = f'{\n1\n}'\ny = 1\nx = 1 / 0",
        "type A = int\n\ny = 1\nx = 1 / 0",
        "def f():\n    a = f'''{'b'\n}'''\n    return a\nx = 1 / 0",
    ],
)
def test_lines_stay_what_they_were(source: str) -> None:
    found = read(notebook(source), "a.ipynb", ["x"])
    told = load(found.program, ["x"]).notices
    assert [one.line for one in told] == [4 if "type" in source else source.count("\n") + 1]


@pytest.mark.parametrize(
    "source",
    [
        "import torch\ndef x(): return f'{torch.nn.LSTM(1, 2)['a']}{'b'}'",
        "import torch\nclass x[T]:\n    def g[U](self): return torch.nn.LSTMCell(1, 2)",
        "import torch\ntype C = torch.nn.LSTM\ndef x(): return C.__value__(1, 2)",
        "import torch\ndef x():\n    try: return 1\n    except A, B: return torch.nn.LSTM(1, 2)",
        "import torch\nx = f'{'a'}{[torch.nn.LSTM(1, 1)]=}'",
    ],
)
def test_what_is_rewritten_is_read_for_conduct(source: str) -> None:
    assert [one.cell for one in both(source)[0].flags] == [1]
    honest = source.replace("torch.nn.LSTMCell", "torch.nn.Linear")
    assert both(honest.replace("torch.nn.LSTM", "torch.nn.Linear"))[0].flags == []


@pytest.mark.parametrize(
    "deep", ["(" * 90_000, "x = " + "[" * 50_000, "f'{" * 30_000, "-" * 200_000]
)
def test_a_cell_that_brings_a_parser_down_is_told_as_any_other(deep: str) -> None:
    found, names = both(deep, "x = 1")
    assert (names["x"], [one.cell for one in found.notices]) == (1, [1])


def test_no_more_processes_are_begun_than_there_may_be() -> None:
    sources = [f"y{number} = f'{{'a'}}'" for number in range(50)]
    found, names = both(*sources, "x = 1")
    assert names["x"] == 1
    assert texts(found).count("(f-string)") == (40 if OURS < "3.12" else 0)


@pytest.mark.parametrize("source", ["x = f'{'a'}'", "def f[T](a: T): pass"])
def test_what_is_not_the_students_has_names_that_the_cell_has_not(source: str) -> None:
    written = older(source + "\n_older = _older_ = 1")
    assert written is not None
    assert written.marks == "_older__"


def test_a_tree_of_older_syntax_compiles() -> None:
    tree, newer = backported.parse("class A[T]:\n    def f(self): return f'{'a'}'")
    compile(tree, "a", "exec")
    assert (newer, len(tree.body)) == ([("3.12", "[T]"), ("3.12", "f-string")], 3)
    assert isinstance(tree.body[-1], ast.ClassDef)
