"""The checks that docs/authors/topics.md shows tell right from wrong."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import torch

from grader.checks import Mismatch
from grader.core.limits import Limits
from grader.sandbox.backends.fake import FakeSandbox
from grader.student.student import Student

if TYPE_CHECKING:
    from types import ModuleType

    from torch import Tensor

PAGE = Path(__file__).parents[2] / "docs" / "authors" / "topics.md"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    """The page's code, as a module."""
    fenced = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
    (code,) = fenced.findall(PAGE.read_text("utf-8"))
    file = tmp_path_factory.mktemp("page") / "page_of_topics.py"
    file.write_text(code, encoding="utf-8")
    spec = importlib.util.spec_from_file_location(file.stem, file)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class DropoutVariacional(torch.nn.Module):
    def __init__(self, p: float) -> None:
        super().__init__()
        self.p = p

    def forward(self, x: Tensor) -> Tensor:
        kept = torch.rand(x.shape[0], 1, x.shape[2]) >= self.p
        return x * kept / (1 - self.p)


class EachStep(DropoutVariacional):
    def forward(self, x: Tensor) -> Tensor:
        return torch.nn.functional.dropout(x, self.p)


class OneForAll(DropoutVariacional):
    def forward(self, x: Tensor) -> Tensor:
        return x * (torch.rand(1, 1, x.shape[2]) >= self.p) / (1 - self.p)


class Kept(DropoutVariacional):
    def forward(self, x: Tensor) -> Tensor:
        return x * (torch.rand(x.shape[0], 1, x.shape[2]) < self.p) / self.p


def acumula(x: Tensor, longitudes: Tensor) -> Tensor:
    reales = torch.arange(x.shape[1]) < longitudes[:, None]
    return (x * reales[..., None]).cumsum(1)


def tokeniza(texto: str) -> list[str]:
    return re.findall(r"\w+|[^\w\s]", texto.lower())


RIGHT: dict[str, Any] = {
    "test_mask": DropoutVariacional,
    "test_reader": acumula,
    "test_tokens": tokeniza,
}
WRONG = [
    ("test_mask", EachStep, "cambia a lo largo del eje 1"),
    ("test_mask", OneForAll, "0 y 1 tienen los mismos sorteos"),
    ("test_mask", Kept, "Los ceros"),
    ("test_reader", lambda x, _: x.cumsum(1), "eso es relleno"),
    ("test_reader", lambda x, n: acumula(x, n).flip(1).cumsum(1).flip(1), "lee lo que viene"),
    ("test_reader", lambda x, n: acumula(x, n).cumsum(0), "de la muestra"),
    ("test_tokens", str.split, "«Hola» da ['Hola']; se esperaba ['hola']"),
]


def judge(page: ModuleType, check: str, definition: Any) -> None:
    name = RIGHT[check].__name__
    opened = FakeSandbox(**{name: definition}).lane().open(b"", "a.ipynb", [name], Limits())
    with opened as session, session.check(0) as asked:
        getattr(page, check)(Student(asked, session.report, {}))


@pytest.mark.parametrize("check", RIGHT)
def test_what_is_right_passes(page: ModuleType, check: str) -> None:
    judge(page, check, RIGHT[check])


@pytest.mark.parametrize(("check", "definition", "said"), WRONG)
def test_what_is_wrong_is_caught(page: ModuleType, check: str, definition: Any, said: str) -> None:
    with pytest.raises(Mismatch) as wrong:
        judge(page, check, definition)
    assert said in wrong.value.message.es
