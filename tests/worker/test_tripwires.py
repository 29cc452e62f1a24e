"""The tripwires, in processes of their own: this file is also the script that they run."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import torch

from grader.worker import tripwires, zygote
from grader.worker.analysis.shut import FAMILIES
from grader.worker.program import File, Program

if TYPE_CHECKING:
    from collections.abc import Callable

SETUP = '''
import io, copy, pickle, threading, torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils.rnn import pack_sequence
x, s, h = torch.zeros(2, 3), torch.zeros(4, 2, 3), torch.zeros(2, 4)
hc = (h, h)
W = [torch.zeros(16, 3), torch.zeros(16, 4), torch.zeros(16), torch.zeros(16)]
U = [torch.zeros(12, 3), torch.zeros(12, 4), torch.zeros(12), torch.zeros(12)]
packed = pack_sequence([torch.zeros(3, 3), torch.zeros(2, 3)])
C, L, G = nn.LSTMCell(3, 4), nn.LSTM(3, 4), nn.GRU(3, 4)
whole = (s, (h[None], h[None]), W, True, 1, 0.0, False, False, False)
onednn = (h[None], h[None], False, [], 2, 4, 1, True, False, False, False)
composite = torch._C.DispatchKey.CompositeImplicitAutograd
script = """def f(x, h, c, p, q, r, s):
  return torch.lstm_cell(x, [h, c], p, q, r, s)
"""
def quantized(layer):
    return torch.ao.quantization.quantize_dynamic(nn.Sequential(layer), {type(layer)})[0]
'''
# By name: what the handler is told, and the code that sets it off.
SPELLINGS = {
    "LSTM": ("torch.lstm", "L(s)"),
    "LSTMCell": ("torch.lstm_cell", "C(x)"),
    "GRU": ("torch.gru", "G(s)"),
    "GRUCell": ("torch.gru_cell", "nn.GRUCell(3, 4)(x)"),
    "RNN": ("torch.rnn_tanh", "nn.RNN(3, 4)(s)"),
    "RNN of relu": ("torch.rnn_relu", "nn.RNN(3, 4, nonlinearity='relu')(s)"),
    "RNNCell": ("torch.rnn_tanh_cell", "nn.RNNCell(3, 4)(x)"),
    "RNNCell of relu": ("torch.rnn_relu_cell", "nn.RNNCell(3, 4, nonlinearity='relu')(x)"),
    "bidirectional": ("torch.lstm", "nn.LSTM(3, 4, 2, bidirectional=True, batch_first=True)(s)"),
    "projection": ("torch.lstm", "nn.LSTM(3, 4, proj_size=2)(s)"),
    "packed LSTM": ("torch.lstm", "L(packed)"),
    "packed GRU": ("torch.gru", "G(packed)"),
    "packed RNN": ("torch.rnn_tanh", "nn.RNN(3, 4)(packed)"),
    "torch.lstm_cell": ("torch.lstm_cell", "torch.lstm_cell(x, hc, *W)"),
    "_VF": ("torch.lstm_cell", "torch._VF.lstm_cell(x, hc, *W)"),
    "_VariableFunctions": (
        "torch.gru_cell",
        "torch._C._VariableFunctions.gru_cell(x, h, *U)",
    ),
    "ops": ("torch.lstm_cell", "torch.ops.aten.lstm_cell(x, hc, *W)"),
    "an overload": ("torch.lstm_cell", "torch.ops.aten.lstm_cell.default(x, hc, *W)"),
    "decompose": ("torch.lstm_cell", "torch.ops.aten.lstm_cell.default.decompose(x, hc, *W)"),
    "the kernel itself": (
        "torch.lstm_cell",
        "torch.ops.aten.lstm_cell.default._op_dk(composite, x, hc, *W)",
    ),
    "the JIT's operator": (
        "torch.lstm_cell",
        "torch._C._jit_get_operation('aten::lstm_cell')[0](x, hc, *W)",
    ),
    "oneDNN": ("torch.mkldnn_rnn_layer", "torch.mkldnn_rnn_layer(s, *W, *onednn)"),
    "oneDNN in inference": (
        "torch.mkldnn_rnn_layer",
        "with torch.inference_mode(): torch.mkldnn_rnn_layer(s, *W, *onednn)",
    ),
    "fused": (
        "torch._thnn_fused_lstm_cell",
        "torch.ops.aten._thnn_fused_lstm_cell(W[0].T, W[0].T, h)",
    ),
    "without gradients": ("torch.lstm", "with torch.no_grad(): L(s)"),
    "inference": (
        "torch.lstm_cell",
        "with torch.inference_mode(): nn.LSTMCell(3, 4)(torch.zeros(2, 3))",
    ),
    "below autograd": ("torch.lstm", "with torch._C._AutoDispatchBelowAutograd(): L(s)"),
    "no torch function": ("torch.lstm", "with torch._C.DisableTorchFunction(): L(s)"),
    "no subclasses": ("torch.lstm", "with torch._C.DisableTorchFunctionSubclass(): L(s)"),
    "autocast": ("torch.lstm", "with torch.autocast('cpu'): L(s)"),
    "float64": ("torch.lstm_cell", "copy.deepcopy(C).double()(x.double())"),
    "meta": ("torch.lstm_cell", "copy.deepcopy(C).to('meta')(x.to('meta'))"),
    "script": ("torch.lstm_cell", "torch.jit.script(C)(x)"),
    "trace": ("torch.lstm", "torch.jit.trace(L, s)"),
    "CompilationUnit": (
        "torch.lstm_cell",
        "torch.jit.CompilationUnit(script).f(x, *hc, *W)",
    ),
    "a module from bytes": ("torch.lstm_cell", "pickle.loads(pickle.dumps(C))(x)"),
    "functional_call": (
        "torch.lstm_cell",
        "torch.func.functional_call(C, dict(C.named_parameters()), (x,))",
    ),
    "func.grad": ("torch.lstm_cell", "torch.func.grad(lambda y: C(y)[0].sum())(x)"),
    "func.jacrev": ("torch.lstm_cell", "torch.func.jacrev(lambda y: C(y)[0])(x)"),
    "functionalize": ("torch.lstm_cell", "torch.func.functionalize(C)(x)"),
    "checkpoint": (
        "torch.lstm_cell",
        "torch.utils.checkpoint.checkpoint(C, x, use_reentrant=False)",
    ),
    "a thread": (
        "torch.lstm_cell",
        """
thread = threading.Thread(target=C, args=(x,))
thread.start()
thread.join()
""",
    ),
    "inside backward": (
        "torch.lstm_cell",
        """
z = torch.ones(1, requires_grad=True)
z.register_hook(lambda g: C(x))
z.sum().backward()
""",
    ),
    "a subclass": ("torch.lstm_cell", "type('Mia', (nn.LSTMCell,), {})(3, 4)(x)"),
    "quantized LSTM": ("torch.quantized_lstm", "quantized(nn.LSTM(3, 4))(s)"),
    "quantized packed": ("torch.quantized_lstm", "quantized(nn.LSTM(3, 4))(packed)"),
    "quantized GRU": ("torch.quantized_gru", "quantized(nn.GRU(3, 4))(s)"),
    "quantized LSTMCell": (
        "torch.ops.quantized.quantized_lstm_cell_dynamic",
        "quantized(nn.LSTMCell(3, 4))(x)",
    ),
    "quantized GRUCell": (
        "torch.ops.quantized.quantized_gru_cell_dynamic",
        "quantized(nn.GRUCell(3, 4))(x)",
    ),
    "an override that is taken back": (
        "torch.lstm_cell",
        """
own = torch.library.Library("aten", "IMPL")
own.impl("lstm_cell", lambda *_: (x, x), "CompositeImplicitAutograd")
assert torch.lstm_cell(x, hc, *W)[0] is not None
own._destroy()
torch.lstm_cell(x, hc, *W)
""",
    ),
    "try and except": ("torch.lstm", "try: L(s)\nexcept Exception: pass"),
}  # fmt: skip
HONEST = {
    "making layers": "nn.LSTM(3, 4).to(torch.float64); nn.GRUCell(3, 4).state_dict()",
    "a cell by hand": """
class celdaLSTM(nn.Module):
    def __init__(self, i, h):
        super().__init__()
        self.x_fc, self.h_fc = nn.Linear(i, 4 * h), nn.Linear(h, 4 * h)
    def forward(self, x, hidden: tuple[torch.Tensor, torch.Tensor]):
        i, f, g, o = (self.x_fc(x) + self.h_fc(hidden[0])).chunk(4, -1)
        c = torch.sigmoid(f) * hidden[1] + torch.sigmoid(i) * torch.tanh(g)
        return torch.sigmoid(o) * torch.tanh(c), c
cell = celdaLSTM(3, 4)
for optimizer in (torch.optim.Adam(cell.parameters()), torch.optim.SGD(cell.parameters(), 0.1)):
    optimizer.zero_grad()
    loss = F.mse_loss(cell(x, hc)[0], h + 1)
    loss.backward()
    optimizer.step()
torch.jit.script(cell)(x, hc)
torch.jit.trace(cell, (x, hc))
torch.func.vmap(lambda y: cell(y, (h[0], h[0]))[0])(x)
torch.func.jacrev(lambda y: cell(y, hc)[0])(x)
exact = [one.double().requires_grad_() for one in (x, h, h)]
torch.autograd.gradcheck(lambda y, h, c: copy.deepcopy(cell).double()(y, (h, c)), exact)
with torch.inference_mode(): cell(x, hc)
with torch.autocast("cpu"): cell(x, hc)
buffer = io.BytesIO(); torch.save(cell.state_dict(), buffer); buffer.seek(0)
cell.load_state_dict(torch.load(buffer))
""",
    "attention": """
nn.MultiheadAttention(4, 2)(*[torch.zeros(4, 2, 4)] * 3)
nn.TransformerEncoderLayer(4, 2, 8).eval()(torch.zeros(4, 2, 4))
F.softmax(x, -1); F.scaled_dot_product_attention(s, s, s)
""",
    "layers": """
nn.Embedding(3, 4)(torch.zeros(2, dtype=torch.long))
nn.Conv1d(2, 3, 1)(s); nn.BatchNorm1d(3)(x); nn.Dropout(0.5)(x); nn.LayerNorm(3)(x)
nn.Bilinear(3, 3, 2)(x, x); torch.einsum("ij,kj->ik", x, x); x @ x.T; torch.bmm(s, s.mT)
quantized(nn.Linear(3, 4))(x)
""",
    "sequences": "nn.utils.rnn.pad_packed_sequence(packed); nn.utils.rnn.pad_sequence([x, x])",
    "a data loader": """
from torch.utils.data import DataLoader, TensorDataset
for one, other in DataLoader(TensorDataset(x, h), batch_size=1, shuffle=True): one.sum() + other
""",
}  # fmt: skip
LIES = """
class Miente(type):
    def __getattribute__(cls, name): raise SystemError
    def __eq__(cls, other): raise SystemError
    __name__ = property(lambda cls: 1 / 0)
    __module__ = property(lambda cls: 1 / 0)
    __hash__ = type.__hash__
"""
MAKE = "prueba = celdaLSTM()"
# In cells of their own. By name: the place and part that are found, and the code; `prueba` runs it.
PLACES: dict[str, tuple[list[Any], list[str]]] = {
    "in the cell itself": (
        ["celdaLSTM", 1, 3],
        ["class celdaLSTM(nn.Module):\n  def forward(self, x):\n    return C(x)", MAKE],
    ),
    "in a helper": (
        ["celdaLSTM", 1, 1],
        [
            "def ayuda(x): return C(x)",
            "class celdaLSTM(nn.Module):\n  def forward(self, x): return ayuda(x)",
            "class modeloLSTM(nn.Module):\n  def forward(self, x): return celdaLSTM()(x)",
            "prueba = modeloLSTM()",
        ],
    ),
    "in a comprehension": (
        ["celdaLSTM", 1, 3],
        ["class celdaLSTM:\n  def __call__(self, x):\n    return [C(y) for y in [x]]", MAKE],
    ),
    "in the model": (
        ["modeloLSTM", 2, 2],
        [
            "class celdaLSTM(nn.Module): pass",
            "class modeloLSTM(nn.Module):\n  def forward(self, x): return C(x)",
            "prueba = modeloLSTM()",
        ],
    ),
    "in a function": (
        ["genera_dataset", 1, 1],
        ["def genera_dataset(x): return C(x)", "prueba = genera_dataset"],
    ),
    "in a class that inherits it": (
        ["celdaLSTM", None, None],
        ["class celdaLSTM(nn.LSTMCell): pass\nprueba = celdaLSTM(3, 4)"],
    ),
    "in a method of a base class": (
        ["celdaLSTM", 1, 2],
        [
            "class Base(nn.Module):\n  def forward(self, x): return C(x)",
            "class celdaLSTM(Base): pass\nprueba = celdaLSTM()",
        ],
    ),
    "in a method attached later": (
        ["celdaLSTM", 2, 1],
        [
            "class celdaLSTM(nn.Module): pass",
            "def paso(self, x): return C(x)\nceldaLSTM.forward = paso",
            "class modeloLSTM(nn.Module):\n  def forward(self, x): return celdaLSTM()(x)",
            "prueba = modeloLSTM()",
        ],
    ),
    "in nobody's part": ([None, 1, 1], ["def otra(x): return C(x)", "prueba = otra"]),
    "outside the notebook": ([None, None, None], ["prueba = C"]),
    "in a class that lies": (
        ["celdaLSTM", 2, 2],
        [
            LIES,
            "class Rara(metaclass=Miente):\n  def metodo(self, x): return C(x)",
            "methods = type.__dict__['__dict__'].__get__(Rara)",
            """
class celdaLSTM(nn.Module):
    def forward(self, x): return methods["metodo"](object.__new__(Rara), x)
""",
            MAKE,
        ],
    ),
}  # fmt: skip
SHUT = {"": ["torch.nn.LSTM*", "torch.nn.GRU*", "torch.nn.RNN*"]}
"""As lstm_gru has it."""
WANTED = ("celdaLSTM", "modeloLSTM", "genera_dataset")


DECOMPOSED = "torch._decomp.decomposition_table[torch.ops.aten.lstm.input](*whole)"
# What may be used by whoever does not have to write it, twice: what lets it pass goes on watching.
FREE = f"""
for _ in range(2):
    cell = copy.deepcopy(C).double()
    exact = [one.double().requires_grad_() for one in (x, h, h)]
    assert torch.autograd.gradcheck(lambda y, a, b: cell(y, (a, b)), exact)
    L(s)[0].sum().backward()
    assert all(one.grad is not None for one in L.parameters())
    with torch.inference_mode(): G(packed), torch.mkldnn_rnn_layer(s, *W, *onednn)
    quantized(nn.LSTM(3, 4))(s), quantized(nn.GRUCell(3, 4))(x), torch.jit.script(C)(x)
    torch.testing.assert_close({DECOMPOSED}[0].shape, torch.Size([4, 2, 4]))
    torch.func.vmap(lambda y: nn.RNNCell(3, 4)(y[None]), randomness="same")(x)
"""


class Tripped(BaseException):
    """Stands for the end of the process."""


def run(code: str, names: dict[str, Any], cell: int = 99) -> str:
    """Run a cell; return the error that it ends with, if any."""
    filename = f"celda [{cell}]"
    Program([File(cell, filename, code)]).show_sources()
    try:
        exec(compile(code, filename, "exec"), names)  # noqa: S102
    except Tripped:
        return "Tripped"
    except BaseException as error:  # noqa: BLE001 - TorchScript makes another of ours
        return repr(error)
    return ""


def armed() -> dict[str, Any]:
    """Arm and set everything off; for a process of its own."""
    told: list[str] = []
    places: list[Any] = []

    def handler(name: str) -> Any:
        told.append(name)
        places.append(tripwires.place_and_part(WANTED))
        raise Tripped

    warnings.simplefilter("error")
    tripwires.arm(handler, SHUT)
    warnings.simplefilter("ignore")
    threading.excepthook = lambda _: None
    names: dict[str, Any] = {"__name__": "__main__"}
    assert run(SETUP, names) == ""
    result: dict[str, Any] = {"spellings": {}, "honest": {}, "places": {}}
    for label, (_, code) in SPELLINGS.items():
        told.clear()
        error = run(code, dict(names))
        result["spellings"][label] = told[0] if told else f"nothing: {error}"
    for label, code in HONEST.items():
        told.clear()
        result["honest"][label] = [run(code, dict(names)), *told]
    for label, (_, cells) in PLACES.items():
        places.clear()
        own = dict(names)
        errors = [run(code, own, number) for number, code in enumerate(cells, 1)]
        try:
            own["prueba"](own["x"])
        except Tripped:
            result["places"][label] = places[0]
        except BaseException as error:  # noqa: BLE001
            result["places"][label] = [repr(error), *errors]
    result["twice"] = run("arm()", {"arm": lambda: tripwires.arm(handler, SHUT)})
    return result


def partly() -> dict[str, Any]:
    """Arm for one part alone; run as that part and as everybody else."""
    told: list[str] = []

    def handler(name: str) -> Any:
        told.append(name)
        raise Tripped

    untouched = run(f"{SETUP}{FREE}", {"__name__": "__main__"})
    tripwires.arm(handler, {"celdaLSTM": SHUT[""]}, WANTED)
    warnings.simplefilter("ignore")
    names: dict[str, Any] = {"__name__": "__main__"}
    free = run(f"{SETUP}{FREE}", names)
    said = list(told)
    part = "class celdaLSTM(nn.Module):\n  def forward(self, x, way): return eval(way)"
    ways = ("C(x)", "L(s)", "nn.GRUCell(3, 4)(x)", "torch.jit.script(C)(x)")
    errors = [run(part, names), *(run(f"celdaLSTM()(x, {way!r})", names) for way in ways)]
    return {"untouched": untouched, "free": free, "said": said, "told": told, "errors": errors}


ATTENTION = ["torch.nn.MultiheadAttention", "torch.nn.functional.multi_head_attention_forward"]
ATTENDING = {
    "module": "nn.MultiheadAttention(4, 2)(q, q, q)",
    "weights": "M(q, q, q, need_weights=True)",
    "training": "M.train()(q, q, q)",
    "put together": "getattr(nn, 'Multihead' + 'Attention')(4, 2)(q, q, q)",
    "held before": "held(q, q, q, 4, 2, *rest)",
    "within a layer": "nn.TransformerEncoderLayer(4, 2, 8).train()(q)",
}
"""Ways to attention that torch works out in Python; `rest` are the weights of M."""


def attending() -> dict[str, Any]:
    """Arm where attention is shut, and set it off."""

    def handler(_: str) -> Any:
        raise Tripped

    names: dict[str, Any] = {"__name__": "__main__"}
    setup = """
import torch
from torch import nn
from torch.nn.functional import multi_head_attention_forward as held
q, M = torch.zeros(3, 2, 4), nn.MultiheadAttention(4, 2)
rest = (M.in_proj_weight, M.in_proj_bias, None, None, False, 0.0, M.out_proj.weight, None)
"""
    warnings.simplefilter("ignore")
    assert run(setup + "M(q, q, q)", names) == ""
    tripwires.arm(handler, {"": ATTENTION})
    return {label: run(code, dict(names)) for label, code in ATTENDING.items()}


def with_nothing_shut() -> dict[str, Any]:
    """Arm where nothing is shut, and see that torch is as it was."""
    tripwires.arm(sys.exit, {}, WANTED)
    warnings.simplefilter("ignore")
    error = run(f"{SETUP}{FREE}", {"__name__": "__main__"})
    return {"error": error}


def unarmed() -> dict[str, Any]:
    names: dict[str, Any] = {"__name__": "__main__"}
    warnings.simplefilter("ignore")
    return {"error": run(SETUP + "C(x); L(s); G(packed); quantized(nn.LSTM(3, 4))(s)", names)}


def silent() -> dict[str, Any]:
    """Arm with the standard streams led into a file, and return what it holds."""
    with tempfile.TemporaryFile() as file:
        kept = os.dup(1), os.dup(2)
        for descriptor in (1, 2):
            os.dup2(file.fileno(), descriptor)
        tripwires.arm(sys.exit, SHUT)
        sys.stdout.flush()
        sys.stderr.flush()
        for descriptor, copy in zip((1, 2), kept, strict=True):
            os.dup2(copy, descriptor)
        file.seek(0)
        return {"said": file.read().decode()}


PROCESSES = (armed, partly, with_nothing_shut, unarmed, silent, attending)


def in_fork(function: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        with os.fdopen(writing, "w") as pipe:
            json.dump(function(), pipe)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        answer: dict[str, Any] = json.load(pipe)
    os.waitpid(pid, 0)
    return answer


@pytest.fixture(scope="module")
def answers() -> dict[str, Any]:
    """What processes forked as the worker's are had to say, the armed one first."""
    done = subprocess.run(
        [sys.executable, __file__], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("label", SPELLINGS)
def test_every_way_to_a_recurrent_cell_trips(answers: dict[str, Any], label: str) -> None:
    assert answers["armed"]["spellings"][label] == SPELLINGS[label][0]


@pytest.mark.parametrize("label", HONEST)
def test_honest_code_does_not_trip(answers: dict[str, Any], label: str) -> None:
    assert answers["armed"]["honest"][label] == [""]


@pytest.mark.parametrize("label", PLACES)
def test_the_place_and_the_part_are_found(answers: dict[str, Any], label: str) -> None:
    assert answers["armed"]["places"][label] == PLACES[label][0]


def test_what_is_shut_for_one_part_is_free_for_the_others(answers: dict[str, Any]) -> None:
    found = answers["partly"]
    assert [found["untouched"], found["free"], found["said"]] == ["", "", []]
    assert found["told"] == ["torch.lstm_cell", "torch.lstm", "torch.gru_cell", "torch.lstm_cell"]
    assert found["errors"][0] == ""
    assert all(found["errors"][1:])


def test_where_nothing_is_shut_nothing_is_touched(answers: dict[str, Any]) -> None:
    assert answers["with_nothing_shut"] == {"error": ""}


def test_a_process_beside_it_is_not_armed(answers: dict[str, Any]) -> None:
    assert answers["unarmed"] == {"error": ""}


@pytest.mark.parametrize("label", ATTENDING)
def test_attention_that_torch_works_out_in_python_trips(
    answers: dict[str, Any], label: str
) -> None:
    """Whoever holds the function, and since whenever."""
    assert answers["attending"][label] == "Tripped"


def test_arming_says_nothing(answers: dict[str, Any]) -> None:
    assert answers["silent"] == {"said": ""}


def test_arming_twice_is_a_mistake(answers: dict[str, Any]) -> None:
    assert "armed already" in answers["armed"]["twice"]


def test_no_operator_of_this_torch_is_forgotten() -> None:
    known = {name for family in FAMILIES for name in family.operators}
    names = {
        schema.name + "." * bool(schema.overload_name) + schema.overload_name
        for schema in torch._C._jit_get_all_schemas()
    }
    found = {name for name in names if re.search("lstm|gru|rnn|attention|transformer", name)}
    assert known == {name for name in found if not re.search("flatten_weight|reorder", name)}


def test_outside_a_notebook_there_is_no_place() -> None:
    assert tripwires.place_and_part(WANTED) == (None, None, None)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))
    zygote.preload()
    print(json.dumps({one.__name__: in_fork(one) for one in PROCESSES}))  # noqa: T201
