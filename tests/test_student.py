from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import torch
from torch import Tensor

from grader.core.errors import StudentFault, StudentProcessLost
from grader.core.limits import Limits
from grader.protocol.wire import Array
from grader.sandbox.backends.fake import FakeSandbox
from grader.student.student import RemoteObject, Student

if TYPE_CHECKING:
    from collections.abc import Iterator


class celdaLSTM(torch.nn.Module):  # noqa: N801 - as students must
    """A right cell: torch's own, behind the assignment's names."""

    def __init__(self, input_size: int, hidden_size: int) -> None:
        super().__init__()
        self.x_fc = torch.nn.Linear(input_size, 4 * hidden_size)
        self.h_fc = torch.nn.Linear(hidden_size, 4 * hidden_size)

    def forward(self, x: Tensor, hidden: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
        h, c = hidden
        i, f, g, o = (self.x_fc(x) + self.h_fc(h)).chunk(4, dim=1)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        return o.sigmoid() * c.tanh(), c


def estropea(x: Tensor) -> Tensor:
    return x.fill_(7)


def falla(_: Any) -> None:
    raise ValueError("así no")


@pytest.fixture
def student() -> Iterator[Student]:
    lane = FakeSandbox(
        celdaLSTM=celdaLSTM, estropea=estropea, falla=falla, igual=lambda *x: x, nada=lambda: None
    ).lane()
    names = ["celdaLSTM", "estropea", "falla", "igual", "nada", "celdaGRU"]
    with lane.open(b"", "a.ipynb", names, Limits()) as session, session.check(0) as check:
        yield Student(check, session.report, {})


@pytest.fixture
def ours() -> celdaLSTM:
    torch.manual_seed(0)
    return celdaLSTM(3, 5)


X, H, C = torch.randn(2, 3), torch.randn(2, 5), torch.randn(2, 5)


def test_a_remote_cell_is_called_like_torchs(student: Student, ours: celdaLSTM) -> None:
    h, c = student.celdaLSTM(3, 5).load(ours.state_dict())(X, (H, C))
    right_h, right_c = ours(X, (H, C))
    assert torch.equal(h, right_h)
    assert torch.equal(c, right_c)


def test_what_comes_back_asks_for_no_gradient_here(student: Student) -> None:
    h, _ = student.celdaLSTM(3, 5)(X, (H, C))
    assert not h.requires_grad


def test_a_state_comes_back_as_it_was_loaded(student: Student, ours: celdaLSTM) -> None:
    state = student.celdaLSTM(3, 5).load(ours.state_dict()).state_dict()
    assert list(state) == list(ours.state_dict())
    assert all(torch.equal(state[name], value) for name, value in ours.state_dict().items())


def test_weights_that_the_module_lacks_are_passed_over(student: Student) -> None:
    cell = student.celdaLSTM(3, 5).load({"otro": torch.ones(1)})
    assert "otro" not in cell.state_dict()


def test_gradients_are_those_of_torch(student: Student, ours: celdaLSTM) -> None:
    x, h, c = (tensor.clone().requires_grad_() for tensor in (X, H, C))
    out, _ = ours(x, (h, c))
    out.backward(torch.ones_like(out))
    cell = student.celdaLSTM(3, 5).load(ours.state_dict())
    theirs = [tensor.detach().clone().requires_grad_() for tensor in (X, H, C)]
    got, _ = cell(theirs[0], (theirs[1], theirs[2]))
    *inputs, parameters = student.gradients([got], [torch.ones_like(got)], of=[*theirs, cell])
    right = [x.grad, h.grad, c.grad, *(parameter.grad for parameter in ours.parameters())]
    got_all = [*inputs, *(parameters[name] for name, _ in ours.named_parameters())]
    torch.testing.assert_close(got_all, right, rtol=0, atol=0)


def test_a_tensor_that_plays_no_part_has_no_gradient(student: Student) -> None:
    unused = torch.ones(1, requires_grad=True)
    (out,) = student.igual(torch.ones(1, requires_grad=True))
    assert student.gradients([out], [torch.ones(1)], of=[unused]) == [None]


def last(notebook: dict[str, Any], name: str, cell: Any, inputs: Tensor, state: Any) -> Any:
    for x in inputs:
        state = notebook[name](*cell(x, state))
    return [*state]


def add(notebook: dict[str, Any], name: str) -> None:
    notebook[name] = lambda *x: [sum(x)]


def test_a_probe_runs_beside_what_the_student_defined(student: Student, ours: celdaLSTM) -> None:
    inputs = torch.randn(4, 2, 3)
    cell = student.celdaLSTM(3, 5).load(ours.state_dict())
    h, c = student.run(last, name="igual", cell=cell, inputs=inputs, state=(H, C))
    state = (H, C)
    for x in inputs:
        state = ours(x, state)
    assert torch.equal(h, state[0])
    assert torch.equal(c, state[1])


def test_whoever_answers_a_probe_in_another_form_is_lost(student: Student) -> None:
    asked = {"name": "igual", "cell": student.celdaLSTM(3, 5), "inputs": X[None], "state": (H, C)}
    with pytest.raises(StudentProcessLost, match="envió una respuesta mal formada"):
        student.run(last, lambda answer: isinstance(answer, dict), **asked)


def test_a_stand_in_takes_a_names_place(student: Student) -> None:
    with pytest.raises(StudentFault):
        student.celdaGRU(1, 2)
    student.replace({"celdaGRU": add, "igual": add})
    assert [student.celdaGRU(1, 2), student.igual(3)] == [[3], [3]]
    assert "celdaGRU" in student.transcript.cell()


def test_a_probe_apart_has_a_notebook_of_its_own(student: Student) -> None:
    usage = student.reference("a", (add, {"name": "f"}), (twice, {"name": "f"}))
    assert usage.cpu_seconds >= 0
    assert student.reference("a") is usage
    with pytest.raises(StudentFault, match="KeyError"):
        student.reference("b", (twice, {"name": "igual"}))


def twice(notebook: dict[str, Any], name: str) -> Any:
    return notebook[name](1, 1)


def test_what_the_student_does_to_its_inputs_does_not_reach_ours(student: Student) -> None:
    mine = torch.zeros(3)
    assert student.estropea(mine).tolist() == [7, 7, 7]
    assert mine.tolist() == [0, 0, 0]


def test_what_comes_back_is_a_copy(student: Student) -> None:
    (first,) = student.igual(torch.zeros(2))
    first.fill_(7)
    (again,) = student.igual(torch.zeros(2))
    assert again.tolist() == [0, 0]


@pytest.mark.parametrize(
    "tensor",
    [torch.tensor(2.0), torch.ones(0, 3), torch.arange(6).reshape(2, 3).T, torch.tensor([True])],
    ids=["0-d", "empty", "transposed", "bool"],
)
def test_tensors_come_back_as_they_went(student: Student, tensor: Tensor) -> None:
    (back,) = student.igual(tensor)
    assert back.dtype == tensor.dtype
    assert torch.equal(back, tensor)


def test_plain_values_come_back_as_they_went(student: Student) -> None:
    assert student.igual(1, "a", [None, 2.5]) == (1, "a", [None, 2.5])


def test_what_cannot_cross_stays_there(student: Student) -> None:
    assert isinstance(student.celdaLSTM(3, 5), RemoteObject)


def test_precision_holds_for_modules_made_from_then_on(student: Student) -> None:
    student.precision(torch.float64)
    state = student.celdaLSTM(3, 5).state_dict()
    assert {tensor.dtype for tensor in state.values()} == {torch.float64}


def test_an_undefined_name_is_the_students_fault_and_says_why(student: Student) -> None:
    with pytest.raises(StudentFault, match="«celdaGRU»: no está definido"):
        student.celdaGRU(3, 5)


def test_an_exception_is_the_students_fault_with_its_words(student: Student) -> None:
    with pytest.raises(StudentFault, match="ValueError: así no"):
        student.falla(1)


def test_a_method_that_is_not_there_is_the_students_fault(student: Student) -> None:
    with pytest.raises(StudentFault, match="AttributeError"):
        student.celdaLSTM(3, 5).reset_parameters()


def test_a_private_name_is_no_question_to_the_student(student: Student) -> None:
    with pytest.raises(AttributeError):
        _ = student._secreto


def test_what_was_found_out_is_remembered(student: Student) -> None:
    assert [student.recall("a", lambda: 1), student.recall("a", lambda: 2)] == [1, 1]


def test_a_shape_that_torch_has_no_number_for_loses_the_student() -> None:
    lane = FakeSandbox(f=lambda: None).lane()
    with lane.open(b"", "a.ipynb", ["f"], Limits()) as session, session.check(0) as check:
        student = Student(check, session.report, {})
        with pytest.raises(StudentProcessLost, match="tensor imposible"):
            student._in(Array("int64", (2**63, 0), b""))
