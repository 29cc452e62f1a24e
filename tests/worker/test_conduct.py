"""Reading code for cells that somebody else wrote: all spellings, and nothing that is honest."""

from __future__ import annotations

import ast
import textwrap
from pathlib import Path

import pytest
from spanish import spanish

from grader.worker.analysis import notebook
from grader.worker.analysis.conduct import Finding, findings
from grader.worker.analysis.documents import Unreadable
from grader.worker.analysis.notebook import Cell
from grader.worker.analysis.statements import statements

NAMES = (
    *("celdaLSTM", "modeloLSTM", "celdaGRU", "modeloGRU"),
    *("genera_dataset", "modelo_entrenamiento", "modelo_prueba"),
)
SHUT = {"": ["torch.nn.LSTM*", "torch.nn.GRU*", "torch.nn.RNN*"]}
"""As lstm_gru has it."""
IMPORTS = "import torch\nfrom torch import nn"
ROOT = Path(__file__).parents[2]
SUBMISSIONS = sorted(
    path
    for path in (ROOT / "tests/submissions/lstm_gru").iterdir()
    if path.suffix in (".ipynb", ".py") and path.stem != "42_torch_por_dentro"
)


def read(*sources: str) -> list[Finding]:
    """The findings in these cells."""
    dedented = [textwrap.dedent(source).strip("\n") for source in sources]
    cells = [
        Cell(number, source, tuple(ast.parse(source).body))
        for number, source in enumerate(dedented, 1)
    ]
    return findings(statements(cells), NAMES, SHUT)


HAND = ", que aquí hay que escribir a mano"


def in_cell(*lines: str) -> list[Finding]:
    """The findings in a cell whose `forward` holds these lines."""
    body = "\n".join(f"        {line}" for line in "\n".join(lines).splitlines())
    return read(IMPORTS, f"class celdaLSTM(nn.Module):\n    def forward(self, x, hidden):\n{body}")


def said(found: list[Finding], kind: str = "delegation") -> list[str]:
    """The names of the cells that were found, or of what else is to be looked at."""
    texts = [
        (one.kind if HAND not in spanish(one.text) else "delegation", spanish(one.text))
        for one in found
    ]
    return [
        text.removeprefix("usa ").split(": ")[0].removesuffix(HAND)
        for what, text in texts
        if what == kind
    ]


SPELLINGS = {
    "torch.nn.LSTM": "torch.nn.LSTM(1, 2)",
    "torch.nn.GRU": "nn.GRU(1, 2)",
    "torch.nn.GRUCell": "nn.GRUCell(1, 2)(x)",
    "torch.nn.RNN": "nn.RNN(1, 2)",
    "torch.nn.RNNBase": "nn.RNNBase('LSTM', 1, 2)",
    "torch.nn.modules.rnn.LSTMCell": "torch.nn.modules.rnn.LSTMCell(1, 2)",
    "torch.lstm_cell": "torch.lstm_cell(x, hidden, *pesos)",
    "torch.gru": "torch.gru(x, *pesos)",
    "torch.rnn_tanh": "torch.rnn_tanh(x, *pesos)",
    "torch.quantized_lstm_cell": "torch.quantized_lstm_cell(x)",
    "torch._VF.lstm": "torch._VF.lstm(x)",
    "torch._C._VariableFunctions.lstm_cell": "torch._C._VariableFunctions.lstm_cell(x)",
    "torch.ops.aten.lstm": "torch.ops.aten.lstm.input(x)",
    "torch.ops.aten._thnn_fused_lstm_cell": "torch.ops.aten._thnn_fused_lstm_cell(x)",
    "torch.ops.mkldnn.mkldnn_rnn_layer": "torch.ops.mkldnn.mkldnn_rnn_layer(x)",
    "torch.ao.nn.quantizable.LSTM": "torch.ao.nn.quantizable.LSTM(1, 2)",
    "torch.ao.nn.quantized.dynamic.GRU": "torch.ao.nn.quantized.dynamic.GRU(1, 2)",
    "torch._decomp.decompositions.lstm_impl": "torch._decomp.decompositions.lstm_impl(x)",
    "torch.nn.functional.torch.lstm_cell": "nn.functional.torch.lstm_cell(x)",
}


@pytest.mark.parametrize(("name", "code"), SPELLINGS.items(), ids=list(SPELLINGS))
def test_a_cell_of_torchs_is_named(name: str, code: str) -> None:
    assert said(in_cell(f"return {code}")) == [name]


DISGUISES = [
    'getattr(nn, "LSTM")(1, 2)',
    'getattr(nn, "LSTM", None)(1, 2)',
    'getattr(nn, "LS" + "TM")(1, 2)',
    'getattr(nn, "".join(["L", "S", "T", "M"]))(1, 2)',
    'getattr(nn, "".join(map(chr, [76, 83, 84, 77])))(1, 2)',
    'getattr(nn, chr(76) + chr(83) + "TM")(1, 2)',
    'getattr(nn, "MTSL"[::-1])(1, 2)',
    'getattr(nn, "xLSTMx"[1:-1])(1, 2)',
    'getattr(nn, "".join(reversed("MTSL")))(1, 2)',
    'getattr(nn, "{}{}".format("LS", "TM"))(1, 2)',
    "getattr(nn, f\"{'LS'}TM\")(1, 2)",
    'getattr(nn, "%s%s" % ("LS", "TM"))(1, 2)',
    'getattr(nn, "lstm".upper())(1, 2)',
    'getattr(nn, "L-S-T-M".replace("-", ""))(1, 2)',
    'getattr(nn, "LINEAR LSTM".split()[1])(1, 2)',
    'getattr(nn, b"LSTM".decode())(1, 2)',
    "getattr(nn, bytes([76, 83, 84, 77]).decode())(1, 2)",
    'getattr(nn, ("Linear", "LSTM")[1])(1, 2)',
    'getattr(nn, {"a": "LSTM"}["a"])(1, 2)',
    'getattr(nn, "LSTM" if x else "GRU")(1, 2)',
    'getattr(getattr(torch, "nn"), "LSTM")(1, 2)',
    'nn.__dict__["LSTM"](1, 2)',
    'torch.nn.__dict__.get("LSTM")(1, 2)',
    'vars(nn)["LSTM"](1, 2)',
    'dict(vars(nn))["LSTM"](1, 2)',
    'vars(torch)["nn"].LSTM(1, 2)',
    'nn.__getattribute__("LSTM")(1, 2)',
    'object.__getattribute__(nn, "LSTM")(1, 2)',
    '__builtins__.getattr(nn, "LSTM")(1, 2)',
    '__import__("torch").nn.LSTM(1, 2)',
    '__import__("torch.nn").nn.LSTM(1, 2)',
    '__import__("torch.nn", fromlist=["LSTM"]).LSTM(1, 2)',
    'globals()["nn"].LSTM(1, 2)',
    'globals()["torch"].__dict__["nn"].__dict__["LSTM"](1, 2)',
    "(nn if x else torch.nn).LSTM(1, 2)",
    "(modulo := nn).LSTM(1, 2)",
    "[nn][0].LSTM(1, 2)",
    '{"m": nn}["m"].LSTM(1, 2)',
    "(lambda: nn)().LSTM(1, 2)",
    'eval("nn.LSTM(1, 2)")',
    'eval("torch.nn." + "LSTM")(1, 2)',
    "eval(\"getattr(nn, 'LSTM')\")(1, 2)",
    "eval('eval(\"nn.LSTM\")')(1, 2)",
    'eval(compile("nn.LSTM", "", "eval"))(1, 2)',
]


@pytest.mark.parametrize("code", DISGUISES)
def test_a_disguise_is_seen_through(code: str) -> None:
    found = set(said(in_cell(f"return {code}")))
    assert "torch.nn.LSTM" in found
    assert found <= {"torch.nn.LSTM", "torch.nn.GRU"}  # of the two in the conditional


IN_STATEMENTS = [
    "base = nn.LSTM\nreturn base(1, 2)",
    "n = torch.nn\nreturn n.LSTM(1, 2)",
    "n = torch\nn = n.nn\nreturn n.LSTM(1, 2)",
    "a, b = torch, torch.nn\nreturn b.LSTM(1, 2)",
    "for nombre in ('LSTM',):\n    return getattr(nn, nombre)(1, 2)",
    "nombre = 'LS'\nnombre2 = nombre + 'TM'\nreturn getattr(nn, nombre2)(1, 2)",
    "from torch.nn import LSTM\nreturn LSTM(1, 2)",
    "from torch.nn import LSTM as Capa\nreturn Capa(1, 2)",
    "import torch.nn as n\nreturn n.LSTM(1, 2)",
    "import torch.nn as n\nreturn n.LSTM.forward(1, 2)",
    "import importlib\nreturn importlib.import_module('torch.nn').LSTM(1, 2)",
    "from importlib import import_module as i\nreturn i('torch.nn').LSTM(1, 2)",
    "from importlib import import_module as i\nreturn i('.nn', 'torch').LSTM(1, 2)",
    "import operator\nreturn operator.attrgetter('LSTM')(nn)(1, 2)",
    "import operator\nreturn operator.attrgetter('nn.LSTM')(torch)(1, 2)",
    "import operator\nreturn operator.itemgetter('LSTM')(vars(nn))(1, 2)",
    "import builtins\nreturn builtins.getattr(nn, 'LSTM')(1, 2)",
    "import inspect\nreturn inspect.getattr_static(nn, 'LSTM')(1, 2)",
    "import pkgutil\nreturn pkgutil.resolve_name('torch.nn:LSTM')(1, 2)",
    "import pydoc\nreturn pydoc.locate('torch.nn.LSTM')(1, 2)",
    "g = getattr\nreturn g(nn, 'LSTM')(1, 2)",
    "f = lambda: nn.LSTM(1, 2)\nreturn f()",
    "def f(capa=nn.LSTM):\n    return capa(1, 2)\nreturn f()",
    "def f(m=nn):\n    return m.LSTM(1, 2)\nreturn f()",
    "def f():\n    return nn\nreturn f().LSTM(1, 2)",
    "self.n = nn\nreturn self.n.LSTM(1, 2)",
    "return [capa(1, 2) for capa in (nn.LSTM,)]",
    "try:\n    return nn.LSTM(1, 2)\nexcept Exception:\n    return x",
    "try:\n    return x.mal()\nexcept Exception:\n    return nn.LSTM(1, 2)",
    "if x is None:\n    return nn.LSTM(1, 2)\nreturn x",
    "exec('capa = nn.LSTM(1, 2)')\nreturn x",
    "exec('''\n    from torch.nn import LSTM as X\n    capa = X(1, 2)\n''')\nreturn x",
    "return type('Mia', (nn.LSTM,), {})(1, 2)",
    "class Mia(nn.LSTM):\n    pass\nreturn Mia(1, 2)",
    "return isinstance(x, (K := nn.LSTM)) or K(1, 2)",
]


@pytest.mark.parametrize("code", IN_STATEMENTS)
def test_a_detour_is_followed(code: str) -> None:
    assert "torch.nn.LSTM" in said(in_cell(code))


def test_base64_that_is_run_is_read() -> None:
    found = in_cell("import base64", 'return eval(base64.b64decode("bm4uTFNUTQ==").decode())(1, 2)')
    assert said(found) == ["torch.nn.LSTM"]
    assert said(found, "conduct") == [
        "base64.b64decode, que decodifica datos que podrían ser código"
    ]


def test_rot13_that_is_run_is_read() -> None:
    assert said(in_cell("import codecs", "return eval(codecs.decode('aa.YFGZ', 'rot13'))")) == [
        "torch.nn.LSTM"
    ]


TORCHSCRIPT = "def f(x, h, a, b):\n  return torch.lstm_cell(x, h, a, b)"


@pytest.mark.parametrize(
    "code",
    [
        f"torch.jit.CompilationUnit({TORCHSCRIPT!r}).f(x)",
        f"self.guion.define({TORCHSCRIPT!r})",
        'getattr(torch, "lst" + "m_cell")(x)',
    ],
)
def test_torchscript_in_a_text_is_read(code: str) -> None:
    assert said(in_cell(f"return {code}")) == ["torch.lstm_cell"]


def test_an_operator_by_its_inner_name() -> None:
    assert said(in_cell("return torch._C._jit_get_operation('aten::lstm_cell')[0](x)")) == [
        "aten::lstm_cell"
    ]


@pytest.mark.parametrize(
    ("imports", "call", "name"),
    [
        ("from torch import *", "lstm_cell(x, hidden)", "torch.lstm_cell"),
        ("from torch.nn import *", "LSTM(1, 2)", "torch.nn.LSTM"),
        ("from torch import _VF", "_VF.gru(x)", "torch._VF.gru"),
        ("from torch.nn.modules import rnn", "rnn.GRU(1, 2)", "torch.nn.modules.rnn.GRU"),
        ("from torch.ao.nn import quantizable as q", "q.LSTM()", "torch.ao.nn.quantizable.LSTM"),
        ("import tensorflow as tf", "tf.keras.layers.LSTM(2)", "tensorflow.keras.layers.LSTM"),
        ("from keras.layers import GRU", "GRU(2)", "keras.layers.GRU"),
        ("from keras.layers import SimpleRNN as S", "S(2)", "keras.layers.SimpleRNN"),
        ("import flax.linen as ln", "ln.OptimizedLSTMCell(2)", "flax.linen.OptimizedLSTMCell"),
        ("from jax.experimental import rnn", "rnn.lstm(2)", "jax.experimental.rnn.lstm"),
        ("from mxnet.gluon import rnn", "rnn.LSTM(2)", "mxnet.gluon.rnn.LSTM"),
        ("import haiku as hk", "hk.LSTM(2)", "haiku.LSTM"),
        ("base = torch.nn.GRUCell", "base(1, 2)", "torch.nn.GRUCell"),
        ("n = torch.nn", "n.GRUCell(1, 2)", "torch.nn.GRUCell"),
        ("if True:\n    import torch.nn as n", "n.GRUCell(1, 2)", "torch.nn.GRUCell"),
        ("try:\n    import torch.nn as n\nexcept OSError:\n    n = 1", "n.GRU()", "torch.nn.GRU"),
    ],
)  # fmt: skip
def test_what_the_notebook_imports_is_known(imports: str, call: str, name: str) -> None:
    cell = f"class celdaLSTM(nn.Module):\n    def forward(self, x, hidden):\n        return {call}"
    assert set(said(read(IMPORTS, imports, cell))) == {name}


@pytest.mark.parametrize(
    "definition",
    [
        "class celdaLSTM(nn.LSTMCell): pass",
        "class Base(nn.LSTMCell): pass\nclass celdaLSTM(Base): pass",
        "class celdaLSTM(nn.Module):\n    capa = nn.LSTMCell",
        "class celdaLSTM(nn.Module):\n    from torch.nn import LSTMCell",
        "celdaLSTM = nn.LSTMCell",
        "def celdaLSTM(a, b): return nn.LSTMCell(a, b)",
        "class celdaLSTM(nn.Module): pass\nceldaLSTM.forward = nn.LSTMCell.forward",
        "class celdaLSTM(nn.Module): pass\nsetattr(celdaLSTM, 'capa', nn.LSTMCell)",
        "@decora\nclass celdaLSTM(nn.Module): pass\ndef decora(c): return nn.LSTMCell",
        "class Pieza:\n    capa = nn.LSTMCell\nclass celdaLSTM(nn.Module):\n    pieza = Pieza",
    ],
)
def test_a_definition_that_hands_the_work_over(definition: str) -> None:
    found = [one for one in read(IMPORTS, definition) if one.part == "celdaLSTM"]
    assert said(found) == ["torch.nn.LSTMCell"]


def test_the_text_and_the_place() -> None:
    (found,) = read(IMPORTS, "# la celda\nclass celdaLSTM(nn.Module):\n    capa = nn.LSTM")
    assert (found.kind, found.part, found.cell, found.line) == ("conduct", "celdaLSTM", 2, 3)
    assert spanish(found.text) == (
        "usa torch.nn.LSTM, que aquí hay que escribir a mano: "
        "si eso se ejecuta en una comprobación, la parte no tiene puntos"
    )


def test_code_in_a_text_stands_where_it_is_run() -> None:
    (found,) = in_cell("x = 1", "exec('a = 1\\nb = nn.LSTM(1, 2)')")
    assert (found.cell, found.line) == (2, 4)


def test_the_part_that_builds_on_it_is_not_to_blame() -> None:
    found = read(
        IMPORTS,
        "class celdaLSTM(nn.Module):\n    capa = nn.LSTMCell",
        "class modeloLSTM(nn.Module):\n    def forward(self, x): return celdaLSTM(1, 2)(x)",
    )
    assert [one.part for one in found] == ["celdaLSTM"]


def test_the_model_alone_may_be_to_blame() -> None:
    found = read(
        IMPORTS,
        "class celdaLSTM(nn.Module): pass",
        "class modeloLSTM(nn.Module):\n    def __init__(self): self.lstm = nn.LSTM(1, 2)",
    )
    assert [(one.part, one.cell, one.line) for one in found] == [("modeloLSTM", 3, 2)]


def test_a_helper_is_everybodys_who_uses_it() -> None:
    found = read(
        IMPORTS,
        "def capa(a, b): return nn.LSTM(a, b)",
        "class celdaLSTM(nn.Module):\n    def forward(self, x): return capa(1, 2)(x)",
        "class modeloLSTM(nn.Module):\n    def forward(self, x): return capa(1, 2)(x)",
        "class celdaGRU(nn.Module): pass",
    )
    assert [(one.part, one.cell) for one in found] == [("celdaLSTM", 2), ("modeloLSTM", 2)]


@pytest.mark.parametrize(
    ("code", "what"),
    [
        (
            "eval(x)",
            "eval, que ejecuta código que está en una cadena de texto, y la cadena se calcula",
        ),
        (
            "exec(x + 'a')",
            "exec, que ejecuta código que está en una cadena de texto, y la cadena se calcula",
        ),
        (
            "compile(x, '', 'exec')",
            "compile, que ejecuta código que está en una cadena de texto, y la cadena",
        ),
        ("list(map(eval, x))", "eval, que ejecuta código"),
        ("__import__(x)", "__import__, que ejecuta código"),
        ("importlib.import_module(x)", "importlib.import_module, que importa un módulo"),
        ("base64.b64decode(x)", "base64.b64decode, que decodifica"),
        ("marshal.loads(x)", "marshal.loads, que decodifica"),
        ("pickle.load(x)", "pickle.load, que decodifica"),
        ("bytes.fromhex(x)", "bytes.fromhex, que decodifica"),
        ("codecs.decode(x, y)", "codecs.decode, que decodifica"),
        ("ctypes.CDLL(None)", "ctypes, que llama a código"),
        ("grader.worker", "grader, que es el propio corrector"),
        ("'grader.worker' in sys.modules", "grader, que es el propio corrector"),
        ("sys.modules", "sys.modules, que mira por dentro"),
        ("getattr(sys, 'modules')", "sys.modules, que mira por dentro"),
        ("sys._getframe(1)", "sys._getframe, que mira por dentro"),
        ("gc.get_objects()", "gc.get_objects, que mira por dentro"),
        ("gc.get_referrers(x)", "gc.get_referrers, que mira por dentro"),
        ("inspect.stack()", "inspect.stack, que mira por dentro"),
        ("inspect.currentframe()", "inspect.currentframe, que mira por dentro"),
        ("x.f_back", ".f_back, que mira por dentro"),
        ("nn.Module.__subclasses__()", ".__subclasses__, que mira por dentro"),
        ("getattr(x, '__globals__')", ".__globals__, que mira por dentro"),
        ("subprocess.run(x)", "subprocess, que arranca otros programas"),
        ("os.system('python')", "os.system, que arranca otros programas"),
        ("os.forkpty()", "os.forkpty, que arranca otros programas"),
        ("multiprocessing.Process()", "multiprocessing.Process, que arranca otros programas"),
        ("torch.jit.load(x)", "torch.jit.load, que carga código"),
        ("torch.hub.load(x)", "torch.hub, que carga código"),
        ("torch.library.Library('aten', 'IMPL')", "torch.library, que carga código"),
        (
            "getattr(torch.ops.aten, x)",
            "torch.ops.aten, que no hace falta aquí y busca algo por un nombre",
        ),
        ("torch._VF.__dict__[x]", "torch._VF, que no hace falta aquí y busca algo por un nombre"),
    ],
)
def test_what_a_person_should_look_at(code: str, what: str) -> None:
    modules = "base64 codecs ctypes gc importlib inspect marshal multiprocessing os pickle"
    found = read(
        IMPORTS,
        f"import {modules.replace(' ', ', ')}, subprocess, sys",
        "import grader" if "grader" in code else "",
        f"class celdaLSTM(nn.Module):\n    def forward(self, x, y):\n        return {code}",
    )
    texts = [spanish(one.text) for one in found]
    assert {one.kind for one in found} == {"conduct"}
    assert any(text.startswith(f"usa {what}") for text in texts), texts
    assert all(text.endswith(": conviene que lo mire una persona") for text in texts)


def test_importing_the_grader_is_enough() -> None:
    found = in_cell("from grader.worker import objects", "return x")
    assert said(found, "conduct") == ["grader, que es el propio corrector"]


def test_sys_modules_leads_on() -> None:
    found = in_cell("import sys", "return sys.modules['torch.nn'].LSTM(1, 2)")
    assert said(found) == ["torch.nn.LSTM"]


def test_a_method_that_nothing_calls_is_for_a_person() -> None:
    method = "    def compara(self):\n        return nn.LSTMCell(1, 2)"
    found = read(IMPORTS, f"class celdaLSTM(nn.Module):\n{method}")
    assert [(one.kind, spanish(one.text)) for one in found] == [
        ("conduct", "menciona torch.nn.LSTMCell donde nada lo ejecuta")
    ]
    called = f"class celdaLSTM(nn.Module):\n{method}\n    def forward(self, x): self.compara()"
    assert said(read(IMPORTS, called)) == ["torch.nn.LSTMCell"]


@pytest.mark.parametrize("test", ["False", "0", "None"])
def test_a_branch_that_never_runs_is_for_a_person(test: str) -> None:
    found = in_cell(f"if {test}:", "    nn.LSTMCell(1, 2)(x)", "return x")
    assert [spanish(one.text) for one in found] == [
        "menciona torch.nn.LSTMCell donde nada lo ejecuta"
    ]
    assert said(in_cell("if True:", "    pass", "else:", "    nn.LSTMCell(1, 2)(x)")) == []
    assert said(in_cell(f"if {test}:", "    pass", "else:", "    nn.LSTM(1, 2)(x)")) == [
        "torch.nn.LSTM"
    ]


@pytest.mark.parametrize(
    "code",
    [
        "def g(y: nn.LSTMCell(1, 2)(x)): return g",
        "def g() -> nn.LSTMCell(1, 2): return g",
        "y: nn.LSTMCell(1, 2) = 1",
        "def g(y: nn.LSTMCell): return g.__annotations__['y'](1, 2)",
        "import typing\ndef g(y: nn.LSTMCell): return typing.get_type_hints(g)['y'](1, 2)",
        "def g(y=nn.LSTMCell(1, 2)): return y",
        "def g(*, y=nn.LSTMCell): return y(1, 2)",
        "class G:\n    def g(self, y: dict[str, nn.LSTMCell(1, 2)]): return y",
        "return f'{nn.LSTMCell(1, 2)(x)}'",
        "return f'{x:{nn.LSTMCell(1, 2)(x)}}'",
        "match x:\n    case 1 if nn.LSTMCell(1, 2)(x): return x",
        "match nn.LSTMCell(1, 2)(x):\n    case y: return y",
        "@nn.LSTMCell\ndef g(): return g",
        "class G(metaclass=nn.LSTMCell): pass",
        "try: pass\nexcept nn.LSTMCell(1, 2)(x): pass",
        "assert x, nn.LSTMCell(1, 2)(x)",
        "lambda y=nn.LSTMCell(1, 2): y",
    ],
)
def test_everything_that_can_run_is_read(code: str) -> None:
    assert said(in_cell(*code.split("\n"))) == ["torch.nn.LSTMCell"]


HONEST = {
    "names of the student's": """
        class celdaLSTM(nn.Module):
            def __init__(self, lstm, gru):
                super().__init__()
                self.lstm, self.GRU = lstm, nn.Linear(1, 2)
                rnn = self.lstm
                self.rnn_tanh = rnn
                self.f_back = {"f_back": self.GRU}["f_back"]
            def forward(self, x, LSTM):
                return self.lstm(x) + self.GRU(x) + self.f_back(x) + self.rnn_tanh(x) + LSTM(x)
    """,
    "own class LSTM": """
        class LSTM(nn.Module):
            def forward(self, x): return x
        def GRUCell(x): return x
        class celdaLSTM(LSTM):
            def forward(self, x): return LSTM()(GRUCell(x))
    """,
    "own class beside a star import": """
        from torch.nn import *
        class LSTM(Module):
            def forward(self, x): return x
        class celdaLSTM(Module):
            def forward(self, x): return LSTM()(x)
    """,
    "own class that shadows an import": """
        from torch.nn import LSTM, Linear
        class LSTM(nn.Module): pass
        class celdaLSTM(nn.Module):
            def forward(self, x): return LSTM()(Linear(1, 2)(x))
    """,
    "an import that is not used": """
        from torch.nn import LSTM, GRU, Linear
        class celdaLSTM(nn.Module):
            def forward(self, x): return Linear(1, 2)(x)
    """,
    "prose": '''
        class celdaLSTM(nn.Module):
            """Como torch.nn.LSTM, pero a mano."""
            def forward(self, x):
                # torch.nn.LSTM(1, 2)
                print("igual que torch.nn.LSTM", f"{x} nn.LSTM", {"LSTM": 1, "GRU": 2})
                assert x is not None, "nn.LSTM(1, 2)"
                return {"LSTM": x}["LSTM"]
    ''',
    "annotations": """
        from typing import Union
        Capa = Union[nn.Linear, nn.LSTM]
        class celdaLSTM(nn.Module):
            capa: torch.nn.LSTM
            def forward(self, x: torch.nn.LSTM, y: Capa = None) -> "torch.nn.LSTM | nn.LSTM":
                otra: nn.LSTM = x
                return otra
            def mira(self) -> torch.nn.LSTM: ...
    """,
    "tests of type": """
        class celdaLSTM(nn.Module):
            def forward(self, x):
                if isinstance(x, nn.LSTM) or type(x) in (nn.LSTM, nn.GRU) or type(x) is nn.GRU:
                    raise TypeError
                match x:
                    case nn.LSTM(): return None
                return x
    """,
    "layers by name": """
        class celdaLSTM(nn.Module):
            def __init__(self, i, h):
                super().__init__()
                for nombre in ("lstm", "gru", "x_fc"):
                    setattr(self, nombre, nn.Linear(i, h))
                self.capas = {"lstm": nn.Linear(i, h)}
            def forward(self, x):
                for nombre in ("lstm", "gru"):
                    x = getattr(self, nombre)(x) + getattr(self, f"{nombre}")(x)
                return self.capas["lstm"](x) + getattr(self, "LS" + "TM")(x) + vars(self)["lstm"]
    """,
    "functions by name": """
        def activa(nombre): return getattr(torch, nombre)
        class celdaLSTM(nn.Module):
            def __init__(self, activacion="Tanh"):
                self.a = getattr(nn, activacion)()
                self.f = getattr(torch.nn.functional, activacion.lower())
            def forward(self, x): return activa("sigmoid")(x) + getattr(torch, "tanh")(x)
    """,
    "the rest of torch": """
        import math, random, time, copy
        import numpy as np
        import torch.nn.functional as F
        from torch.nn.utils.rnn import pad_sequence, pack_padded_sequence
        import torch.nn.utils.rnn as rnn
        class celdaLSTM(nn.Module):
            def __init__(self):
                super().__init__()
                self.fc = nn.Linear(1, 2)
                self.att = nn.MultiheadAttention(2, 1)
                self.reset_parameters()
            def reset_parameters(self):
                for p in self.parameters(): nn.init.uniform_(p, -1, 1)
            def forward(self, x):
                x = pad_sequence([x]) + rnn.pad_sequence([x]) + pack_padded_sequence(x, [1])
                with torch.no_grad():
                    a, b, c, d = self.fc(x).chunk(4, -1)
                return torch.sigmoid(a) * F.softmax(b, -1) @ torch.einsum("ij,jk->ik", c, d)
        def modelo_entrenamiento(modelo, loss_function, optimizer, data_loader):
            modelo.train()
            mejor = copy.deepcopy(modelo.state_dict())
            for x, y in data_loader:
                optimizer.zero_grad(); loss_function(modelo(x), y).backward(); optimizer.step()
            torch.save(mejor, "a.pt"); modelo.load_state_dict(torch.load("a.pt"))
            rapido = torch.compile(modelo)
            modelo.eval()
            torch.manual_seed(1); random.seed(1); np.random.seed(1); time.time()
    """,
    "where it runs": """
        import importlib.util, sys
        EN_COLAB = "google.colab" in sys.modules or importlib.util.find_spec("google") is not None
        class celdaLSTM(nn.Module):
            def forward(self, x): return x if EN_COLAB else -x
    """,
    "a pattern that is compiled": """
        import re
        class celdaLSTM(nn.Module):
            def forward(self, x): return re.compile(x)
    """,
}


@pytest.mark.parametrize("source", HONEST.values(), ids=list(HONEST))
def test_honest_code_is_not_flagged(source: str) -> None:
    assert read(IMPORTS, source) == []


def test_what_no_part_needs_is_not_flagged() -> None:
    assert (
        read(
            IMPORTS,
            "class celdaLSTM(nn.Module):\n    def forward(self, x): return x",
            "ref = nn.LSTM(1, 2)\nprint(ref(torch.zeros(1, 1, 1)))",
            "class Baseline(nn.Module):\n    def __init__(self): self.celda = nn.LSTM(1, 2)",
            "import grader, sys\nsys.modules.clear()\neval(input())",
        )
        == []
    )


def test_an_attribute_of_a_class_that_no_part_needs_says_nothing_of_ones_own() -> None:
    assert (
        read(
            IMPORTS,
            "class Baseline(nn.Module):\n    def __init__(self): self.celda = nn.LSTM",
            "class modeloLSTM(nn.Module):\n    def forward(self, x): return self.celda(x)",
        )
        == []
    )


def test_a_name_that_a_text_makes_is_fit_to_be_shown() -> None:
    code = r"getattr(nn, 'LSTM\x1b[31m<b>\ud800' + 'x' * 1000)"
    (found,) = in_cell(f"return {code}")
    assert spanish(found.text).startswith("usa torch.nn.LSTM??31m?b??xxx")
    assert len(spanish(found.text)) < 220


def test_many_findings_are_cut_but_not_the_certain_ones() -> None:
    found = in_cell("import gc", *["gc.get_objects()"] * 500, "return nn.LSTM(1, 2)")
    assert len(found) == 20
    assert said(found) == ["torch.nn.LSTM"]


@pytest.mark.parametrize(
    "path",
    [*SUBMISSIONS, ROOT / "solutions/lstm_gru/lstm_gru.ipynb"],
    ids=lambda path: path.stem,
)
def test_real_notebooks_are_not_flagged(path: Path) -> None:
    try:
        cells, _ = notebook.read(path.read_bytes(), path.name)
    except Unreadable:
        return
    assert findings(statements(cells), NAMES, SHUT) == []


STRANGE = {
    "a long sum": "x = " + " + ".join(["'a'"] * 900) + "\ny = getattr(nn, x)",
    "names in a circle": "x = getattr(nn, y)\ny = getattr(nn, x)\nx = y + y\nx = x + x",
    "a text that doubles": "x0 = 'a' * 1000\n"
    + "\n".join(f"x{n + 1} = x{n} + x{n}" for n in range(60))
    + "\ny = getattr(nn, x60)",
    "a tuple that doubles": "x0 = ('a', nn)\n"
    + "\n".join(f"x{n + 1} = (x{n}, x{n}, x{n})" for n in range(60))
    + "\ny = getattr(nn, x60)",
    "a text that is repeated": "y = getattr(nn, 'a' * 10**9 + 'a' * 1000000000)",
    "a width": "y = getattr(nn, '{:1000000000}'.format('a') + '%1000000000s' % 'a')",
    "a text that runs itself": "y = 'exec(y)'\nexec(y)",
    "a text that grows and runs itself": "y = 'y = \"1;\" + y\\nexec(y)'\nexec(y)",
    "values that multiply": "a = (" + " or ".join(f"'{n}'" for n in range(40)) + ")\n"
    "y = getattr(nn, f'{a}{a}{a}{a}{a}{a}{a}{a}')\nz = (a, a, a, a, a, a)",
}  # fmt: skip


@pytest.mark.parametrize("source", STRANGE.values(), ids=list(STRANGE))
def test_strange_code_is_read_to_its_end(source: str) -> None:
    """Whoever follows its values takes days, or all memory."""
    body = textwrap.indent(source, "    ")
    found = read(IMPORTS, source, f"def celdaLSTM():\n{body}\n    return nn.GRU, y, z")
    assert "torch.nn.GRU" in said(found)
