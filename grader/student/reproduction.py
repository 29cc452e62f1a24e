"""What a check asked, as a notebook cell: the student pastes it and sees the same failure.

Each question that a check asks adds the lines of Python that do the same in the student's own
notebook; what came back gets the name that it has there. A check that fails adds what should hold.
"""

from __future__ import annotations

import ast
import functools
import inspect
import itertools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import torch

from grader.recurrent import stand_ins
from grader.worker import loops

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from grader.student.student import RemoteObject

_NOUNS = {"celda": "celda", "modelo": "modelo", "genera": "datos"}
_LARGEST = 4096  # elements of a tensor that is written out


Code = Callable[[Any], str]
"""What a value that came from the student is called in the cell."""


class Transcript:
    """What one example asked, and what the answers are called in the cell that asks it again.

    Nothing is written before the cell is wanted: most examples pass.
    """

    def __init__(self) -> None:
        self.dtype = torch.float32
        self.events: list[Callable[[], None]] = []
        self.lines: list[str] = []
        self._names: dict[int, tuple[Any, str]] = {}  # by id; the object is kept, so the id is too
        self._refs: dict[int, str] = {}
        self._numbers = itertools.count(1)
        self._replaced: list[str] = []
        self._writers: dict[str, Callable[..., str]] = {
            "seed": self._seed,
            "call": self._call,
            "method": self._method,
            "attribute": self._attribute,
            "load": self._load,
            "state": self._state,
            "backward": self._backward,
            "steps": self._steps,
            "profile": self._profile,
            "loop": self._loop,
        }

    def asked(self, operation: str, arguments: Mapping[str, Any], answer: Any = None) -> None:
        """Note a question and its answer (none if it raised)."""
        writer = self._writers.get(operation)
        if writer:
            self.events.append(lambda: self._name(answer, writer(**arguments)))

    def write(self, lines: Callable[[], Sequence[str]]) -> None:
        """Note lines of the cell that no question stands for."""
        self.events.append(lambda: self.lines.extend(lines()))

    def spell(self, value: torch.Tensor, code: str) -> None:
        """Note what a tensor is called that was not in any answer."""
        self.events.append(lambda: self._names.update({id(value): (value, code)}))

    def replaced(self, names: Iterable[str]) -> None:
        """Note that stand-ins take these names' places: of a cell, for the model over it."""
        cells = [name for name in names if name in stand_ins.CELLS]
        self._replaced += [name for name in cells if name not in self._replaced]

    def cell(self, holds: Callable[[Code], Sequence[str]] = lambda _: ()) -> str:
        """Return the notebook cell; `holds` gives the lines that fail where the check does."""
        while self.events:
            self.events.pop(0)()
        before = [f"torch.set_default_dtype({self.dtype})"]
        after = ["torch.set_default_dtype(torch.float32)"]
        if self.dtype is torch.float32:
            before, after = [], []
        for name in self._replaced:
            before += [f"la_mia = globals().get({name!r})", *_stand_in(name)]
            after += [f"{name} = la_mia"]
        body = [line for text in (*self.lines, *holds(self.code)) for line in text.split("\n")]
        if before:
            body = ["try:", *_indented(body), "finally:", *_indented(after)]
        return "\n".join(["import torch", "", *before, *body])

    def _name(self, value: Any, name: str) -> None:
        """Remember what an answer, and what is in it, is called."""
        if isinstance(value, dict) and list(value) == ["steps"]:
            value = value["steps"]
        if isinstance(value, (torch.Tensor, list, tuple)):
            self._names[id(value)] = (value, name)
        if isinstance(value, (list, tuple)):
            for index, item in enumerate(value):
                self._name(item, f"{name}[{index}]")
        elif isinstance(value, dict):
            for key, item in value.items():
                self._name(item, f"{name}[{key!r}]")
        elif hasattr(value, "ref"):
            self._refs[value.ref.id] = name

    def code(self, value: Any) -> str:
        """Return a value as Python: by its name if it has one."""
        if known := self._names.get(id(value)):
            return known[1]
        if isinstance(value, torch.Tensor):
            return self._leaf(value) if value.requires_grad else self._literal(value)
        if hasattr(value, "ref"):
            return self._refs.get(value.ref.id, "…")
        if isinstance(value, tuple):
            return f"({', '.join(map(self.code, value))}{',' if len(value) == 1 else ''})"
        if isinstance(value, list):
            return f"[{', '.join(map(self.code, value))}]"
        return repr(value)

    def _leaf(self, tensor: torch.Tensor) -> str:
        """Bind a tensor that gathers its gradient to a name of its own."""
        name = self._bind("hoja", f"{self._literal(tensor)}.requires_grad_()")
        self._names[id(tensor)] = (tensor, name)
        return name

    def _literal(self, tensor: torch.Tensor) -> str:
        if tensor.numel() > _LARGEST:
            return f"torch.zeros({tuple(tensor.shape)})"
        kind = "" if tensor.dtype in (self.dtype, torch.int64) else f", dtype={tensor.dtype}"
        if not tensor.numel():
            return f"torch.zeros({tuple(tensor.shape)}{kind})"
        return f"torch.tensor({numbers(tensor)}{kind})"

    def _bind(self, noun: str, expression: str) -> str:
        taken = any(line.startswith(f"{noun} =") for line in self.lines)
        name = f"{noun}_{next(self._numbers)}" if taken else noun
        self.lines.append(f"{name} = {expression}")
        return name

    def _seed(self, seed: int) -> str:
        self.lines += [
            "import random, numpy",
            f"torch.manual_seed({seed}); random.seed({seed}); numpy.random.seed({seed})",
        ]
        return ""

    def _make(self, name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> str:
        given = [*map(self.code, args), *(f"{key}={self.code(v)}" for key, v in kwargs.items())]
        noun = next((noun for start, noun in _NOUNS.items() if name.startswith(start)), "resultado")
        double = ".double()" if self.dtype is torch.float64 and noun in ("celda", "modelo") else ""
        return self._bind(noun, f"{name}({', '.join(given)}){double}")

    def _call(self, name: str, args: list[Any], kwargs: dict[str, Any]) -> str:
        return self._make(name, args, kwargs)

    def _method(
        self, target: RemoteObject, name: str, args: list[Any], kwargs: dict[str, Any]
    ) -> str:
        given = [*map(self.code, args), *(f"{key}={self.code(v)}" for key, v in kwargs.items())]
        method = "" if name == "__call__" else f".{name}"
        return self._bind("resultado", f"{self.code(target)}{method}({', '.join(given)})")

    def _attribute(self, target: RemoteObject, name: str) -> str:
        return f"{self.code(target)}.{name}"

    def _state(self, target: RemoteObject) -> str:
        return f"{self.code(target)}.state_dict()"

    def _load(self, target: RemoteObject, state: Mapping[str, torch.Tensor]) -> str:
        self.lines += self._weights(self.code(target), state)
        return ""

    def _weights(self, name: str, state: Mapping[str, torch.Tensor]) -> Iterator[str]:
        weights = (f"    {key!r}: {self.code(value)}," for key, value in state.items())
        yield "\n".join([f"{name}.load_state_dict({{", *weights, "}, strict=False)"])

    def _backward(self, outputs: list[Any], gradients: list[Any], of: list[Any]) -> str:
        self.lines.append(f"torch.autograd.backward({self.code(outputs)}, {self.code(gradients)})")
        items = (
            f"{{name: p.grad for name, p in {self.code(item)}.named_parameters()}}"
            if hasattr(item, "ref")
            else f"{self.code(item)}.grad"
            for item in of
        )
        return self._bind("gradientes", f"[{', '.join(items)}]")

    def _cell(self, name: str, sizes: Sequence[int], weights: Mapping[str, torch.Tensor]) -> str:
        cell = self._make(name, sizes, {})
        self.lines += self._weights(cell, weights)
        return cell

    def _steps(
        self,
        name: str,
        sizes: list[int],
        weights: dict[str, torch.Tensor],
        inputs: torch.Tensor,
        state: Any,
        *,
        swapped: bool,
    ) -> str:
        """Write a cell run over inputs (T, B, I); its last states are called h_t and c_t."""
        cell = self._cell(name, sizes, weights)
        names = ["h", "c"] if isinstance(state, tuple) else ["h"]
        values = state if isinstance(state, tuple) else (state,)
        for letter, value in zip(names, values, strict=True):
            self.lines.append(f"{letter} = {self.code(value)}")
        before = "(h, c)" if len(names) > 1 else "h"
        if len(inputs) == 1:
            self.lines.append(f"x_t = {self.code(inputs[0])}")
            return self._bind("estados", f"[{cell}(x_t, {before})]")
        after = "estados[-1][::-1]" if swapped else "estados[-1]"
        self.lines += [
            f"x = {self.code(inputs)}",
            "estados = []",
            "for x_t in x:",
            f"    estados.append({cell}(x_t, {after} if estados else {before}))",
        ]
        return "estados"

    def _profile(
        self,
        name: str,
        sizes: list[int],
        weights: dict[str, torch.Tensor],
        inputs: torch.Tensor,
        state: Any,
        *,
        swapped: bool,
    ) -> str:
        """Write a cell run over a long sequence, and the norm of ∂h_T/∂x_t at each step."""
        cell = self._cell(name, sizes, weights)
        self.lines += [
            f"x = {self.code(inputs)}.requires_grad_()",
            f"estado = {self.code(state)}",
            "for x_t in x:",
            f"    estado = {cell}(x_t, estado)" + ("[::-1]" if swapped else ""),
            "h_T = estado[0]" if isinstance(state, tuple) else "h_T = estado",
            "if h_T.requires_grad:",
            "    h_T.sum().backward()",
        ]
        return self._bind("perfil", "[h_T.detach(), x.grad]")

    def _loop(self, name: str, **given: Any) -> str:
        state, (sequences, labels) = given["state"], given["data"]
        rate, size = given["rate"], given["batch_size"]
        self.lines += [
            f"TRAINING_FACTOR = {loops.TRAINING_FACTOR}",
            source(loops.Probe),
            f"modelo = Probe({sequences.shape[1]}).to(globals().get('device', 'cpu'))",
            *self._weights("modelo", state),
            f"modelo.train({rate is None})",
            f"secuencias = {self.code(sequences)}",
            f"etiquetas = {self.code(labels)}",
            "cargador = torch.utils.data.DataLoader(",
            f"    torch.utils.data.TensorDataset(secuencias, etiquetas), batch_size={size})",
            f"perdida = torch.nn.HuberLoss(delta={loops.HUBER_DELTA})",
        ]
        optimizer = f"torch.optim.SGD(modelo.parameters(), {rate}), " if rate is not None else ""
        result = self._bind("resultado", f"{name}(modelo, perdida, {optimizer}cargador)")
        state_code = "modelo.cpu().state_dict()"
        grads = "any(p.grad is not None for p in modelo.parameters())"
        return self._bind("despues", f"[{result}, {state_code}, {grads}, modelo.trace]")


def _indented(lines: Iterable[str]) -> list[str]:
    return [f"    {line}" if line else "" for line in lines]


def _stand_in(name: str) -> list[str]:
    cell = stand_ins.CELLS[name]
    return [source(cell), f"{name} = {cell.__name__}"]


class _Plain(ast.NodeTransformer):
    """Takes annotations, which may name what a notebook has not imported, out of a definition."""

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.annotation = None
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        node.returns = None
        self.generic_visit(node)
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        assert node.value is not None  # noqa: S101 - as ours are
        return ast.copy_location(ast.Assign([node.target], node.value), node)


@functools.cache
def source(definition: Any) -> str:
    """Return a definition of the worker's as it stands in a cell."""
    return ast.unparse(_Plain().visit(ast.parse(inspect.getsource(definition))))


def numbers(tensor: torch.Tensor) -> str:
    """Return a tensor's values as nested lists of Python."""
    text = str(tensor.detach().tolist())
    return text.replace("inf", "float('inf')").replace("nan", "float('nan')")
