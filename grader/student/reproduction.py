"""What a check asked, as a notebook cell: the student pastes it and sees the same failure.

Each question that a check asks adds the lines of Python that do the same in the student's own
notebook; what came back gets the name that it has there. A probe's lines are its own. A check that
fails adds what should hold.
"""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import torch

from grader.student import inlining, probes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from grader.student.student import RemoteObject

_REACHED = {"call": "__init__", "run": "forward", "backward": "forward", "__call__": "forward"}
_LARGEST = 4096  # elements of a tensor that is written out
_CLASS = re.compile(r"([^\W\dA-Z_]+)[A-Z]")
_IMPORT = ("import ", "from ")
_PLAIN = (bool, int, float, str, bytes, type(None))


Code = Callable[[Any], str]
"""What a value that came from the student is called in the cell."""


class Transcript:
    """What one example asked, and what the answers are called in the cell that asks it again.

    Nothing is written before the cell is wanted: most examples pass.
    """

    def __init__(self) -> None:
        self.dtype = torch.float32
        self.method = ""
        """The method of the student's objects that was asked last."""
        self.events: list[Callable[[], None]] = []
        self.lines: list[str] = []
        self._values: dict[int, tuple[Any, str]] = {}  # by id; the object is kept, so the id is too
        self._refs: dict[int, str] = {}
        self._bound = {"torch"}
        self._pieces = {"torch": "import torch"}  # by the names that they define
        self._replaced: dict[str, str] = {}
        self._before: list[str] = []  # what puts stand-ins in the students' definitions' places
        self._writers: dict[str, Callable[..., str]] = {
            "seed": self._seed,
            "call": self._call,
            "method": self._method,
            "attribute": self._attribute,
            "load": self._load,
            "state": self._state,
            "backward": self._backward,
            "run": self._run,
        }

    def asked(self, operation: str, arguments: Mapping[str, Any], answer: Any = None) -> None:
        """Note a question and its answer (none if it raised)."""
        self.method = _method(operation, arguments) or self.method
        writer = self._writers.get(operation)
        if writer:
            self.events.append(lambda: self._name(answer, writer(**arguments)))

    def define(self, source: str) -> None:
        """Note definitions of ours that lines of the cell use."""
        self.events.append(lambda: self._define(ast.parse(source).body))

    def write(self, lines: Callable[[], Sequence[str]]) -> None:
        """Note lines of the cell that no question stands for."""
        self.events.append(lambda: self.lines.extend(lines()))

    def spell(self, value: torch.Tensor, code: str) -> None:
        """Note what a tensor is called that was not in any answer."""
        self.events.append(lambda: self._values.update({id(value): (value, code)}))

    def replaced(self, name: str, question: Mapping[str, Any]) -> None:
        """Note that a stand-in has this name's place, and the probe that put it there."""
        if name not in self._replaced:
            self._replaced[name] = ""
            self.events.append(lambda: self._stand_in(name, question))

    def cell(self, holds: Callable[[Code], Sequence[str]] = lambda _: ()) -> str:
        """Return the notebook cell; `holds` gives the lines that fail where the check does."""
        while self.events:
            self.events.pop(0)()
        body = [*self.lines, *holds(self.code)]
        before = [f"torch.set_default_dtype({self.dtype})"]
        after = ["torch.set_default_dtype(torch.float32)"]
        if self.dtype is torch.float32:
            before, after = [], []
        before += self._before
        after += [f"{name} = {theirs}" for name, theirs in self._replaced.items()]
        if before:
            body = ["try:", *_indented(body), "finally:", *_indented(after)]
        return "\n".join([*self._ours(), "", *before, *body])

    def _ours(self) -> Iterator[str]:
        """Yield what probes use, imports first: a line each, or a definition."""
        pieces = sorted(self._pieces.values(), key=lambda text: not text.startswith(_IMPORT))
        for text in dict.fromkeys(pieces):
            yield f"\n{text}" if "\n" in text else text

    def _name(self, value: Any, name: str) -> None:
        """Remember what an answer, and what is in it, is called."""
        if isinstance(value, (torch.Tensor, list, tuple)):
            self._values[id(value)] = (value, name)
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
        if known := self._values.get(id(value)):
            return known[1]
        if isinstance(value, torch.Tensor):
            return self._leaf(value) if value.requires_grad else self._literal(value)
        if hasattr(value, "ref"):
            return self._refs.get(value.ref.id, "…")
        return self._plain(value)

    def _plain(self, value: Any) -> str:
        match value:
            case tuple():
                return f"({', '.join(map(self.code, value))}{',' if len(value) == 1 else ''})"
            case list():
                return f"[{', '.join(map(self.code, value))}]"
            case dict():
                items = (f"    {key!r}: {self.code(item)}," for key, item in value.items())
                return "\n".join(["{", *items, "}"])
            case float():
                return _numbers(repr(value))
            case _:
                return repr(value)

    def _leaf(self, tensor: torch.Tensor) -> str:
        """Bind a tensor that gathers its gradient to a name of its own."""
        name = self._bind("hoja", f"{self._literal(tensor)}.requires_grad_()")
        self._values[id(tensor)] = (tensor, name)
        return name

    def _literal(self, tensor: torch.Tensor) -> str:
        if tensor.numel() > _LARGEST:
            return f"torch.zeros({tuple(tensor.shape)})"
        kind = "" if tensor.dtype in (self.dtype, torch.int64) else f", dtype={tensor.dtype}"
        if not tensor.numel():
            return f"torch.zeros({tuple(tensor.shape)}{kind})"
        return f"torch.tensor({numbers(tensor)}{kind})"

    def _bind(self, noun: str, expression: str) -> str:
        """Bind an expression to a name that nothing in the cell has; return the name."""
        name = self._free([noun])[noun]
        self.lines.append(f"{name} = {expression}")
        return name

    def _free(self, names: Iterable[str], others: Iterable[str] = ()) -> dict[str, str]:
        """Return names to use in place of these, of which some may be taken; take them."""
        wanted = list(names)
        taken = {*self._bound, *self._pieces, *others}
        clashing = [name for name in wanted if name in taken]
        number = next(
            number
            for number in itertools.count(2)
            if not any(f"{name}_{number}" in taken for name in clashing)
        )
        free = {name: f"{name}_{number}" if name in taken else name for name in wanted}
        self._bound |= set(free.values())
        return free

    def _seed(self, seed: int) -> str:
        self.lines += [
            "import random, numpy",
            f"torch.manual_seed({seed}); random.seed({seed}); numpy.random.seed({seed})",
        ]
        return ""

    def _call(self, name: str, args: list[Any], kwargs: Mapping[str, Any]) -> str:
        self._bound.add(name)
        noun = _CLASS.match(name)
        double = ".double()" if noun and self.dtype is torch.float64 else ""
        made = f"{name}({self._given(args, kwargs)}){double}"
        return self._bind(noun[1] if noun else "resultado", made)

    def _method(
        self, target: RemoteObject, name: str, args: list[Any], kwargs: Mapping[str, Any]
    ) -> str:
        method = "" if name == "__call__" else f".{name}"
        given = self._given(args, kwargs)
        return self._bind("resultado", f"{self.code(target)}{method}({given})")

    def _given(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> str:
        named = (f"{key}={self.code(value)}" for key, value in kwargs.items())
        return ", ".join([*map(self.code, args), *named])

    def _attribute(self, target: RemoteObject, name: str) -> str:
        return f"{self.code(target)}.{name}"

    def _state(self, target: RemoteObject) -> str:
        return f"{self.code(target)}.state_dict()"

    def _load(self, target: RemoteObject, state: Mapping[str, torch.Tensor]) -> str:
        name = self.code(target)
        self.lines.append(f"{name}.load_state_dict({self.code(dict(state))}, strict=False)")
        return ""

    def _backward(self, outputs: list[Any], gradients: list[Any], of: list[Any]) -> str:
        self.lines.append(f"torch.autograd.backward({self.code(outputs)}, {self.code(gradients)})")
        items = (
            f"{{name: p.grad for name, p in {self.code(item)}.named_parameters()}}"
            if hasattr(item, "ref")
            else f"{self.code(item)}.grad"
            for item in of
        )
        return self._bind("gradientes", f"[{', '.join(items)}]")

    def _stand_in(self, name: str, question: Mapping[str, Any]) -> None:
        """Write, before all else, what a probe does that puts a stand-in in a name's place."""
        body, self.lines = self.lines, self._before
        self._replaced[name] = self._bind("la_mia", f"globals().get({name!r})")
        self._run(**question)
        self.lines = body

    def _run(self, source: str, name: str, args: Mapping[str, Any]) -> str:
        """Write a probe's own lines, or a call of it; return what its answer is called."""
        nodes = ast.parse(source).body
        probe = next(n for n in nodes if isinstance(n, ast.FunctionDef) and n.name == name)
        inlined = inlining.can_be(probe)
        self._define(node for node in nodes if node is not probe or not inlined)
        if inlined:
            return self._inlined(probe, args)
        names = self._free(key for key, value in args.items() if not self._is_short(value))
        for key, own in names.items():
            self.lines.append(f"{own} = {self.code(args[key])}")
        given = [f"{key}={names.get(key) or self.code(value)}" for key, value in args.items()]
        return self._bind("resultado", f"{name}({', '.join(['globals()', *given])})")

    def _inlined(self, probe: ast.FunctionDef, args: Mapping[str, Any]) -> str:
        _, *parameters = inlining.parameters(probe)
        values = {key: self.code(args[key]) for key in args if self._is_short(args[key])}
        values |= {
            key: ast.unparse(value)
            for key, value in inlining.defaults(probe).items()
            if key not in args
        }
        variables = inlining.variables(probe)
        substituted = {key: text for key, text in values.items() if key not in variables}
        body = inlining.replaced(probe, substituted)
        bound = [one for one in parameters if one not in substituted and body.reads(one)]
        names = self._free([*bound, *sorted(variables - set(bound))], body.definitions)
        self._bound |= body.definitions
        for key in bound:
            self.lines.append(f"{names[key]} = {values.get(key) or self.code(args[key])}")
        lines, result = body.lines(names)
        self.lines += lines
        return result if result.isidentifier() or not result else self._bind("resultado", result)

    def _define(self, nodes: Iterable[ast.stmt]) -> None:
        """Have definitions and imports of ours stand in the cell, once."""
        for node in nodes:
            text = ast.unparse(node)
            for name in probes.bound(node):
                if self._pieces.setdefault(name, text) != text and not _is_import(node):
                    self._pieces[name] = text  # another module's definition has the same name
                    self.lines.append(text)

    def _is_short(self, value: Any) -> bool:
        """Whether a value can stand in a line as it is: it has a name there, or is plain."""
        if id(value) in self._values or hasattr(value, "ref") or isinstance(value, _PLAIN):
            return True
        return isinstance(value, (list, tuple)) and all(map(self._is_plain, value))

    def _is_plain(self, value: Any) -> bool:
        if isinstance(value, (list, tuple)):
            return all(map(self._is_plain, value))
        return isinstance(value, _PLAIN)


def _is_import(node: ast.stmt) -> bool:
    return isinstance(node, (ast.Import, ast.ImportFrom))


def _method(operation: str, arguments: Mapping[str, Any]) -> str:
    """Return the method of the student's that a question is for, as far as that is known."""
    if operation == "method":
        name = str(arguments["name"])
        return _REACHED.get(name, name)
    return _REACHED.get(operation, "")


def _indented(lines: Iterable[str]) -> list[str]:
    return [f"    {line}" if line else "" for text in lines for line in text.split("\n")]


def numbers(tensor: torch.Tensor) -> str:
    """Return a tensor's values as nested lists of Python."""
    return _numbers(str(tensor.detach().tolist()))


def _numbers(text: str) -> str:
    return text.replace("inf", "float('inf')").replace("nan", "float('nan')")
