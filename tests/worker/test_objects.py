from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pytest
import torch

from grader.protocol import wire
from grader.protocol.wire import Array, Ref
from grader.worker.objects import Objects, describe
from grader.worker.program import File, Program

if TYPE_CHECKING:
    from collections.abc import Callable


def objects(**namespace: Any) -> Objects:
    return Objects(namespace)


def ask(asked: Objects, op: str, **args: Any) -> wire.Message:
    frame = asked.answer({"nonce": b"n", "op": op, "args": args})
    start = wire.PREFIX_SIZE
    return wire.decode(wire.read_prefix(frame[:start], wire.Caps()), frame[start:])


def give(value: Any) -> wire.Message:
    """The answer to a call of a function that returns this value."""
    return ask(objects(f=lambda: value), "call", name="f", args=[], kwargs={})


def called(asked: Objects, *args: Any) -> Any:
    return ask(asked, "call", name="f", args=list(args), kwargs={})


def floats(*values: float, ref: int | None = None) -> Array:
    tensor = torch.tensor(values, dtype=torch.float64)
    return Array("float64", tuple(tensor.shape), tensor.numpy().tobytes(), ref)


def numbers(array: Array) -> list[float]:
    read: list[float] = torch.frombuffer(bytearray(array.data), dtype=torch.float64).tolist()
    return read


def test_an_answer_carries_the_questions_nonce() -> None:
    assert give(1) == {"nonce": b"n", "value": 1}


@pytest.mark.parametrize("value", [None, True, -1, 1.5, "ñ", b"b", [1, (2,)], {"a": [1]}])
def test_plain_values_cross(value: object) -> None:
    assert give(value)["value"] == value


UNSENDABLE: dict[str, Callable[[], Any]] = {
    "sparse": lambda: torch.eye(3).to_sparse(),
    "meta": lambda: torch.ones(3, device="meta"),
    "complex": lambda: torch.ones(3, dtype=torch.complex64),
    "nested": lambda: torch.nested.nested_tensor(
        [torch.ones(1), torch.ones(2)], layout=torch.jagged
    ),
    "huge expand": lambda: torch.ones(1).expand(10**15),
    "float8": lambda: torch.ones(3).to(torch.float8_e4m3fn),
    "inside a list": lambda: [torch.ones(1), (torch.ones(3, device="meta"),)],
}


@pytest.mark.parametrize("name", UNSENDABLE)
def test_a_tensor_that_cannot_be_sent_is_the_students_fault(name: str) -> None:
    name_of_error, text, *_ = give(UNSENDABLE[name]())["raised"]
    assert (name_of_error, text[0][:10]) == ("Unsendable", "the tensor")


SENDABLE = {
    "0-d": torch.tensor(1.5),
    "empty": torch.ones(0, 3),
    "not contiguous": torch.arange(6.0).reshape(2, 3).T,
    "stride 0": torch.ones(1).expand(4),
    "bool": torch.tensor([True, False]),
    "int8": torch.tensor([-1], dtype=torch.int8),
    "bfloat16": torch.tensor([1.5, -2.0], dtype=torch.bfloat16),
    "float16": torch.tensor([1.5, -2.0], dtype=torch.float16),
    "nan": torch.tensor([math.nan, math.inf]),
    "a parameter": torch.nn.Parameter(torch.ones(2)),
}


@pytest.mark.parametrize("name", SENDABLE)
def test_a_dense_tensor_arrives_as_it_was(name: str) -> None:
    tensor = SENDABLE[name]
    array = give(tensor)["value"]
    dtype = getattr(torch, array.dtype)
    data = torch.frombuffer(bytearray(array.data), dtype=dtype) if array.data else torch.empty(0)
    expected = tensor.detach().contiguous()
    assert array.dtype == str(tensor.dtype).removeprefix("torch.")
    assert torch.equal(data.reshape(array.shape).nan_to_num(7), expected.nan_to_num(7))


class Liar(torch.Tensor):
    """A tensor that says it equals everything."""

    def __eq__(self, other: object) -> Any:
        return True

    __hash__ = torch.Tensor.__hash__


def test_of_a_tensor_subclass_only_the_numbers_cross() -> None:
    array = give(torch.ones(2, dtype=torch.float64).as_subclass(Liar))["value"]
    assert type(array) is Array
    assert numbers(array) == [1.0, 1.0]


@pytest.mark.parametrize("value", [2**64, [10**100], "\ud800"])
def test_a_value_too_odd_for_a_frame_is_the_students_fault(value: object) -> None:
    assert give(value)["raised"][0] == "WireError"


def test_a_list_that_holds_itself_is_the_students_fault() -> None:
    endless: list[Any] = []
    endless.append(endless)
    assert give(endless)["raised"][0] == "RecursionError"


@pytest.mark.parametrize("value", [object(), {1, 2}, 1j, torch.nn.Linear(1, 1)])
def test_any_other_object_stays_and_is_named(value: object) -> None:
    assert give(value)["value"].type == type(value).__name__


def test_an_object_that_stayed_can_be_used_again() -> None:
    asked = objects(f=lambda size: torch.nn.Linear(size, 1))
    ref = called(asked, 2)["value"]
    state = ask(asked, "state", target=ref)["value"]
    assert {name: array.shape for name, array in state.items()} == {"weight": (1, 2), "bias": (1,)}


def test_an_object_that_was_never_given_is_an_error() -> None:
    assert ask(objects(), "state", target=Ref(77))["raised"][0] == "KeyError"


def test_load_says_what_is_missing_and_what_is_too_much() -> None:
    asked = objects(f=lambda: torch.nn.Linear(1, 1))
    ref = called(asked)["value"]
    one = Array("float32", (1, 1), bytes(4))
    answer = ask(asked, "load", target=ref, state={"weight": one, "otro": one})
    assert answer["value"] == (["bias"], ["otro"])


def test_a_module_is_made_in_the_chosen_precision() -> None:
    asked = objects(f=lambda: torch.nn.Linear(1, 1, dtype=torch.float16))
    before = torch.get_default_dtype()
    try:
        ask(asked, "precision", dtype="float64")
        state = ask(asked, "state", target=called(asked)["value"])["value"]
    finally:
        torch.set_default_dtype(before)
    assert {array.dtype for array in state.values()} == {"float64"}


def test_gradients_reach_leaves_and_parameters() -> None:
    asked = objects(f=lambda x, layer: (layer(x) * x, layer), g=None)
    asked.namespace["make"] = lambda: torch.nn.Linear(1, 1, bias=False).double()
    layer = asked._keep(asked.namespace["make"]())
    ask(
        asked,
        "load",
        target=Ref(layer),
        state={"weight": Array("float64", (1, 1), floats(3.0).data)},
    )
    x = Array("float64", (1, 1), floats(2.0).data, ref=1)
    out, _ = called(asked, x, Ref(layer))["value"]
    gradients = ask(
        asked,
        "backward",
        outputs=[out],
        gradients=[Array("float64", (1, 1), floats(1.0).data)],
        of=[x, Ref(layer)],
    )["value"]
    assert numbers(gradients[0]) == [12.0]
    assert numbers(gradients[1]["weight"]) == [4.0]


def test_a_leaf_that_nothing_came_of_has_no_gradient() -> None:
    asked = objects(f=lambda x: x * 2)
    out = called(asked, floats(1.0, ref=1))["value"]
    other = floats(1.0, ref=2)
    answer = ask(asked, "backward", outputs=[out], gradients=[floats(1.0)], of=[other])
    assert answer["value"] == [None]


PROBE = """
made = []
def probe(notebook, cell, inputs, state):
    made.append(notebook["f"])
    return [*(cell(x, state) for x in inputs), len(made)]
"""


def test_a_probe_is_given_the_namespace_and_what_the_question_holds() -> None:
    asked = objects(f=1)
    inputs = Array("float64", (3, 1), floats(1.0, 2.0, 3.0).data)
    cell = Ref(asked._keep(lambda x, h: h + x))
    args: dict[str, Any] = {"cell": cell, "inputs": inputs, "state": floats(4.0)}
    *steps, _ = ask(asked, "run", source=PROBE, name="probe", args=args)["value"]
    assert [numbers(step) for step in steps] == [[5.0], [6.0], [7.0]]


def test_a_probes_source_is_run_once() -> None:
    asked = objects(f=1)
    args: dict[str, Any] = {"cell": None, "inputs": [], "state": None}
    told = [ask(asked, "run", source=PROBE, name="probe", args=args)["value"] for _ in range(2)]
    assert told == [[1], [2]]


def test_a_probes_own_lines_are_no_place_in_the_notebook() -> None:
    args = {"cell": None, "inputs": [1], "state": None}
    raised = ask(objects(f=1), "run", source=PROBE, name="probe", args=args)["raised"]
    assert raised[0] == "TypeError"
    assert raised[2:4] == [None, None]


class Silent(Exception):
    """An exception that cannot be shown."""

    def __str__(self) -> str:
        raise ValueError


class _Nameless(type):
    @property
    def __name__(cls) -> str:  # type: ignore[override]
        raise ValueError


class Nameless(Exception, metaclass=_Nameless):
    """An exception whose type has no name."""


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (Silent(), ["Silent", ""]),
        (Nameless("x"), ["", ""]),
        (ValueError("\ud800"), ["ValueError", "\\ud800"]),
        (ValueError("x" * 10**6), ["ValueError", "x" * 2000]),
        (SystemExit(3), ["SystemExit", "3"]),
        (KeyboardInterrupt(), ["KeyboardInterrupt", ""]),
    ],
    ids=lambda value: "" if isinstance(value, list) else type.__call__(type, value).__qualname__,
)
def test_any_exception_is_an_answer(error: BaseException, said: list[str]) -> None:
    def f() -> None:
        raise error

    assert called(objects(f=f))["raised"][:2] == said


def test_running_out_of_memory_is_told_apart() -> None:
    assert describe(MemoryError())[4] is True
    assert describe(ValueError())[4] is False


def test_an_exception_says_its_place_in_the_notebook() -> None:
    cell = File(4, "celda [4]", "\ndef f():\n    json.loads('{')")
    Program([cell]).show_sources()
    namespace: dict[str, Any] = {"json": __import__("json")}
    exec(compile(cell.source, cell.name, "exec"), namespace)  # noqa: S102 - ours
    assert called(objects(**namespace))["raised"][2:4] == [4, 3]


def test_an_unknown_operation_is_an_answer_too() -> None:
    assert ask(objects(), "nada")["raised"][0] == "KeyError"


def test_a_single_number_cut_out_of_a_row_is_sent() -> None:
    asked = objects()
    column = torch.arange(6.0).reshape(3, 2)[:1, 1]
    assert column.stride() == (2,)
    assert asked._out(column) == Array("float32", (1,), torch.tensor([1.0]).numpy().tobytes())
