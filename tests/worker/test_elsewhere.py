"""What is not here, devices and packages, costs right work nothing; else it is named."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import pytest

from grader.core.errors import StudentFault
from grader.core.limits import Limits
from grader.worker.analysis.devices import asked
from grader.worker.analysis.notebook import Cell
from grader.worker.analysis.statements import statements

if TYPE_CHECKING:
    from grader.sandbox.api import Report
    from grader.sandbox.backends.process import ProcessSandbox

HEAD = "import torch\nfrom torch import nn\nfrom torch.utils.data import *\n"
ON_THE_CPU = {
    "default": "torch.set_default_device('mps')\ndef f(): return torch.ones(2).sum().item()",
    "method": "def f(): return torch.ones(2).cuda(0).sum().item()",
    "module": "def f(): return nn.Linear(1, 2).cuda().to('xpu').weight.numel() * 1.0",
    "call": "def f(): return torch.ones(2, device='cuda:1').sum().item()",
    "default argument": "def f(d='mps'): return torch.ones(2).to(d).sum().item()",
    "by number": "def f(): return torch.ones(2).to(0).sum().item()",
    "configuration": "C = {'d': 'cuda'}\ndef f(): return torch.ones(2, device=C['d']).sum().item()",
    "generator": "def f(): return 2.0 + 0 * torch.rand("
    "1, generator=torch.Generator(device='cuda')).item()",
    "context": "def f():\n with torch.device('cuda'): return torch.ones(2).sum().item()",
    "autocast": "def f():\n d = torch.device('cuda')\n with torch.autocast(d.type):"
    "\n  return (torch.ones(1, 2) @ torch.ones(2, 1)).sum().item()",
    "global": "def g():\n global d\n d = torch.device('cuda')\ng()\n"
    "def f(): return torch.ones(2, device=d).sum().item()",
    "xla": "import torch_xla.core.xla_model as xm\nd = xm.xla_device()\n"
    "def f(): return torch.ones(2).to(d).sum().item()",
    "calls": "def f():\n torch.cuda.synchronize(); torch.mps.empty_cache()\n"
    " torch.cuda.manual_seed(1); torch.cuda.get_device_name(0)\n"
    " return torch.ones(2).pin_memory().sum().item()",
    "event": "def f():\n e = torch.cuda.Event(enable_timing=True); e.record()\n return 2.0",
    "loaders": "def f():\n d = DataLoader(TensorDataset(torch.ones(2)), 1, num_workers=2,"
    " pin_memory=True)\n return sum(x.item() for x, in d)",
    "compile": "@torch.compile(dynamic=True)\ndef g(x): return x.sum()\n"
    "def f():\n m = nn.Linear(1, 1); m.compile()\n return torch.compile(g)(torch.ones(2)).item()",
}
INERT = {
    "logger": "import wandb\nwandb.init(project='p')\ndef f():\n wandb.log({'a': 1})\n return 2.0",
    "types": "from jaxtyping import Float\ndef f(x: Float[torch.Tensor, 'a'] | None = None):"
    " return 2.0",
    "decorator": "from beartype import beartype\n@beartype\ndef f(): return 2.0",
    "options": "from typeguard import checked\n@checked(strict=True)\ndef f(): return 2.0",
    "writer": "from torch.utils.tensorboard import SummaryWriter\nw = SummaryWriter('d')\n"
    "def f():\n w.add_scalar('a', 1, 2)\n return 2.0",
    "context": "import mlflow\ndef f():\n with mlflow.start_run() as r: return 2.0",
    "in a function": "def f():\n import comet_ml\n comet_ml.start()\n return 2.0",
    "bar": "from rich_bars import track\ndef f(): return sum(track([1.0, 1.0]))",
    "handled": "try:\n import not_there\nexcept ImportError:\n not_there = 2.0\n"
    "def f(): return not_there",
}
COMPUTED = {
    "metric": "from not_there.metrics import score\ndef f(): return score([1], [2]) * 2",
    "returned": "import not_there\ndef f(): return not_there.score([1], [2])",
    "tensor": "import not_there\ndef f(): return torch.ones(1) + not_there.score(1, 2)",
    "condition": "import not_there\ndef f():\n if not_there.stop(1, 2): return 1",
    "iterated": "import not_there\ndef f(): return [x for x in not_there.folds([1], 2)]",
}


def answer(sandbox: ProcessSandbox, source: str) -> tuple[object, Report]:
    lane = sandbox.lane()
    try:
        with (
            lane.open((HEAD + source).encode(), "a.py", ["f"], Limits()) as session,
            session.check(1) as check,
        ):
            return check.ask("call", name="f", args=[], kwargs={}), session.report
    finally:
        lane.close()


@pytest.mark.parametrize("source", ON_THE_CPU.values(), ids=ON_THE_CPU)
def test_a_device_that_is_not_here_is_the_cpu(process_sandbox: ProcessSandbox, source: str) -> None:
    assert answer(process_sandbox, source)[0] == pytest.approx(2.0)


@pytest.mark.parametrize("source", INERT.values(), ids=INERT)
def test_what_only_looks_on_costs_nothing(process_sandbox: ProcessSandbox, source: str) -> None:
    assert answer(process_sandbox, source)[0] == pytest.approx(2.0)


@pytest.mark.parametrize("source", COMPUTED.values(), ids=COMPUTED)
def test_what_computes_is_named(process_sandbox: ProcessSandbox, source: str) -> None:
    with pytest.raises(StudentFault, match=r"«not_there», que se importa en la celda \[1\]"):
        answer(process_sandbox, source)


def test_a_wanted_name_of_a_missing_package_is_not_defined(process_sandbox: ProcessSandbox) -> None:
    lane = process_sandbox.lane()
    try:
        with lane.open(b"from not_there import f", "a.py", ["f"], Limits()) as session:
            assert "“not_there”" in session.report.missing["f"].en
    finally:
        lane.close()


GUARDED = (
    "d = 'cuda' if torch.cuda.is_available() else 'cpu'",
    "use = torch.cuda.is_available()\nd = 'cuda' if use else 'cpu'",
    "if torch.backends.mps.is_available(): d = 'mps'",
    "torch.cuda.manual_seed_all(1)",
)


@pytest.mark.parametrize("source", GUARDED)
def test_who_asks_first_asks_for_nothing(source: str) -> None:
    assert asked(statements([Cell(1, source, tuple(ast.parse(source).body))])) == []
