"""Each property holds of a right reader, and each has a wrong one that it alone catches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from grader.checks import Mismatch, sequences
from grader.core.errors import StudentFault
from grader.core.limits import Limits
from grader.sandbox.backends.fake import FakeSandbox
from grader.student.student import Student

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from torch import Tensor

B, T, D = 3, 5, 2
N = torch.tensor([2, 5, 1])


def inputs(seed: int = 0) -> Tensor:
    source = torch.Generator().manual_seed(seed)
    return torch.randn(B, T, D, generator=source, dtype=torch.float64)


def real(x: Tensor, lengths: Tensor) -> Tensor:
    return (torch.arange(x.shape[1]) < lengths[:, None])[..., None].to(x.dtype)


def lee(x: Tensor, longitudes: Tensor, estado: Tensor | None = None) -> tuple[Tensor, Tensor]:
    """A running sum of what is real, and the last: right in all four ways."""
    antes = torch.zeros_like(x[:, 0]) if estado is None else estado
    suma = antes[:, None] + (x * real(x, longitudes)).cumsum(1)
    return suma, suma[:, -1]


def con_relleno(x: Tensor, longitudes: Tensor, estado: Any = None) -> tuple[Tensor, Tensor]:
    """Counts padding too."""
    return lee(x, torch.full_like(longitudes, x.shape[1]), estado)


def salta(x: Tensor, longitudes: Tensor, estado: Any = None) -> tuple[Tensor, Tensor]:
    """Reads one step ahead, whole sequences: what comes later, and no padding."""
    suma, _ = lee(x, longitudes, estado)
    suma = torch.cat([suma[:, 1:], suma[:, -1:]], 1)
    return suma, suma[:, -1]


def mezcla(x: Tensor, longitudes: Tensor, estado: Any = None) -> tuple[Tensor, Tensor]:
    """Adds what the samples before this one have."""
    suma, _ = lee(x, longitudes)
    suma = suma.cumsum(0) + (0 if estado is None else estado[:, None])
    return suma, suma[:, -1]


def media_del_lote(x: Tensor, longitudes: Tensor, estado: Any = None) -> tuple[Tensor, Tensor]:
    """Takes the batch's mean away, as a norm over the batch does."""
    suma, _ = lee(x - x.mean(0), longitudes, estado)
    return suma, suma[:, -1]


def olvida(x: Tensor, longitudes: Tensor, estado: Any = None) -> tuple[Tensor, Tensor]:  # noqa: ARG001
    """Starts from nothing whatever it is given."""
    return lee(x, longitudes)


def al_cuadrado(x: Tensor, longitudes: Tensor, estado: Any = None) -> tuple[Tensor, Tensor]:
    """Carries another number on than its last output."""
    suma, ultimo = lee(x, longitudes, estado)
    return suma, 2 * ultimo


FULL = torch.full((B,), T)


def padding(read: Any, x: Tensor, student: Student | None = None) -> None:
    sequences.padding_is_silent(read, x, N, quantity="hs", student=student)


def causal(read: Any, x: Tensor, student: Student | None = None) -> None:
    sequences.is_causal(lambda x: read(x, N)[0], x, quantity="hs", student=student)


def permutes(read: Any, x: Tensor, student: Student | None = None) -> None:
    sequences.permutes(read, (x, N), [2, 0], quantity="hs", student=student)


def concatenates(read: Any, x: Tensor, student: Student | None = None) -> None:
    def call(x: Tensor, state: Any) -> Any:
        return read(x, torch.full((B,), x.shape[1]), state)

    sequences.concatenates(call, x, quantity="hs", student=student)


CHECKS = {check.__name__: check for check in (padding, causal, permutes, concatenates)}
WRONG = {
    con_relleno: {"padding"},
    mezcla: {"permutes"},
    olvida: {"concatenates"},
    al_cuadrado: {"concatenates"},
}


@pytest.fixture(params=["here", "asked"])
def reader(request: pytest.FixtureRequest) -> Iterator[Callable[[Any], Any]]:
    """What makes of a function one to call: itself, or what asks for it over the wire."""
    if request.param == "here":
        yield lambda function: function
        return
    known = (lee, con_relleno, salta, mezcla, media_del_lote, olvida, al_cuadrado)
    definitions = {one.__name__: one for one in known}
    lane = FakeSandbox(**definitions).lane()
    opened = lane.open(b"", "a.ipynb", list(definitions), Limits())
    with opened as session, session.check(0) as check:
        student = Student(check, session.report, {})
        yield lambda function: getattr(student, function.__name__)


def caught(read: Any, x: Tensor) -> set[str]:
    found = set()
    for name, check in CHECKS.items():
        try:
            check(read, x)
        except Mismatch:
            found.add(name)
    return found


@pytest.mark.parametrize("seed", range(3))
def test_a_right_reader_has_all_properties(reader: Any, seed: int) -> None:
    assert caught(reader(lee), inputs(seed)) == set()


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_reader_is_caught_by_its_own_property_alone(reader: Any, wrong: Any) -> None:
    for seed in range(3):
        assert caught(reader(wrong), inputs(seed)) == WRONG[wrong]


def test_what_reads_ahead_is_not_causal_and_keeps_the_others_of_whole_sequences(
    reader: Any,
) -> None:
    """Read in pieces it cannot be the same either: there nothing lies ahead."""
    assert caught(reader(salta), inputs()) == {"causal", "concatenates"}


def test_a_part_of_the_samples_shows_a_mean_over_the_batch(reader: Any) -> None:
    read, x = reader(media_del_lote), inputs()
    sequences.permutes(read, (x, FULL), [2, 0, 1], quantity="hs")
    with pytest.raises(Mismatch, match="muestra 2"):
        sequences.permutes(read, (x, FULL), [2, 0], quantity="hs")


def test_float32_is_compared_within_its_own_rounding() -> None:
    for seed in range(3):
        assert caught(lee, inputs(seed).float()) == set()
        assert caught(con_relleno, inputs(seed).float()) == {"padding"}


# The smallest index that shows it


def test_the_first_step_of_padding_that_is_heard_is_shown() -> None:
    with pytest.raises(Mismatch, match="paso 2 de la muestra 0, que tiene longitud 2") as wrong:
        padding(con_relleno, inputs())
    assert "that is padding" in wrong.value.message.en

    def only_last(x: Tensor, lengths: Tensor) -> Tensor:
        return lee(x, lengths)[0][:, -1] + x[2, 3]

    with pytest.raises(Mismatch, match=r"\[0, 0\].*paso 3 de la muestra 2"):
        padding(only_last, inputs())


def test_padding_that_is_heard_only_together_is_said_as_a_whole() -> None:
    def together(x: Tensor, lengths: Tensor) -> Tensor:
        return lee(x, lengths)[1] + x[0, 3] * (x[0, 4].abs() > 100)

    with pytest.raises(Mismatch, match="se llene"):
        padding(together, sequences.padded(inputs(), N, 0.0))


@pytest.mark.parametrize("ahead", [1, 2, 3])
def test_the_first_step_that_is_read_too_early_is_shown(ahead: int) -> None:
    with pytest.raises(Mismatch) as wrong:
        sequences.is_causal(lambda x: x.roll(-ahead, 1), inputs(), quantity="y")
    assert wrong.value.message.en.startswith(f"y at step 0 changes when the input of step {ahead}")


def test_the_shortest_first_piece_is_shown() -> None:
    with pytest.raises(Mismatch, match=r"antes del paso 1.*\[0, 1, 0\]"):
        concatenates(olvida, inputs())


def test_a_difference_of_the_state_alone_is_seen() -> None:
    def counts(x: Tensor, _: Any) -> tuple[Tensor, Tensor]:
        return x, torch.tensor(x.shape[1])

    with pytest.raises(Mismatch, match="estado"):
        sequences.concatenates(counts, inputs(), quantity="y")


# Axes, kinds, forms


def test_pieces_of_other_shapes_are_not_put_together() -> None:
    def narrower(x: Tensor, state: Any) -> tuple[Tensor, Tensor]:
        return (x[..., :1] if state is not None else x), torch.ones(())

    with pytest.raises(Mismatch, match="forma"):
        sequences.concatenates(narrower, inputs(), quantity="y")


def test_time_may_be_the_first_axis() -> None:
    sequences.is_causal(lambda x: x.cumsum(0), inputs(), quantity="y", time=0)
    with pytest.raises(Mismatch, match="paso 0"):
        sequences.is_causal(lambda x: x.flip(0), inputs(), quantity="y", time=0)


def test_integers_need_what_else_may_stand_there() -> None:
    ids, others = torch.tensor([[1, 2, 3]]), [torch.tensor([[4, 4, 4]])]
    sequences.is_causal(lambda x: x.cumsum(1), ids, quantity="y", others=others)
    with pytest.raises(Mismatch, match="entrada del paso 2"):
        sequences.is_causal(lambda x: x.flip(1), ids, quantity="y", others=others)
    with pytest.raises(ValueError, match="others="):
        sequences.is_causal(lambda x: x, ids, quantity="y")


def test_padding_of_integers_is_filled_with_what_is_given() -> None:
    ids, n = torch.tensor([[1, 2, 0], [3, 1, 2]]), torch.tensor([2, 3])
    sequences.padding_is_silent(lambda x, n: lee(x[..., None], n)[1], ids, n, quantity="y",
                                fills=(1, 3))  # fmt: skip
    with pytest.raises(Mismatch, match="paso 2 de la muestra 0"):
        sequences.padding_is_silent(lambda x, _: x.sum(1), ids, n, quantity="y", fills=(1, 3))


@pytest.mark.parametrize("answer", [None, "texto", [torch.zeros(1), None]])
def test_what_is_no_tensor_is_said(answer: Any) -> None:
    with pytest.raises(Mismatch, match="debería ser un tensor"):
        padding(lambda _x, _n: answer, inputs())


@pytest.mark.parametrize("shape", [(), (B,), (B, T - 1), (T, B)])
def test_an_answer_without_the_steps_is_said(shape: tuple[int, ...]) -> None:
    with pytest.raises(Mismatch, match="en el eje 1 debería tener 5"):
        sequences.is_causal(lambda _: torch.zeros(shape), inputs(), quantity="y")


def test_another_number_of_results_is_said() -> None:
    with pytest.raises(Mismatch, match="resultados para una entrada"):
        padding(lambda x, _: list(x[x > 100][:3]), inputs())


def test_what_changes_by_itself_is_said_so() -> None:
    drawn = iter(range(100))
    with pytest.raises(Mismatch):
        padding(lambda x, _: x[:, 0] + next(drawn), inputs())
    once = iter([0.0, 1.0])
    with pytest.raises(Mismatch, match="distintos"):
        padding(lambda x, _: x[:, 0] * 0 + next(once, 1.0), inputs())


def test_the_cell_repeats_the_two_calls_alone() -> None:
    lane = FakeSandbox(con_relleno=con_relleno).lane()
    opened = lane.open(b"", "a.ipynb", ["con_relleno"], Limits())
    with opened as session, session.check(0) as check:
        student = Student(check, session.report, {})
        with pytest.raises(Mismatch) as wrong:
            padding(student.con_relleno, inputs(), student)
        cell = student.transcript.cell(wrong.value.holds)
    assert cell.count("con_relleno(") == 2
    with pytest.raises(AssertionError, match="not close"):
        exec(cell, {"con_relleno": con_relleno})  # noqa: S102 - as the student does


class Modelo(torch.nn.Module):
    def __init__(self, escala: float) -> None:
        super().__init__()
        self.escala = torch.nn.Parameter(torch.tensor(escala))

    def forward(self, x: Tensor, longitudes: Tensor) -> Tensor:
        return self.escala * con_relleno(x, longitudes)[0][:, -1]


def test_an_object_of_the_students_is_asked_as_it_is() -> None:
    opened = FakeSandbox(Modelo=Modelo).lane().open(b"", "a.ipynb", ["Modelo"], Limits())
    with opened as session, session.check(0) as check:
        student = Student(check, session.report, {})
        student.precision(torch.float64)
        modelo = student.Modelo(3.0)
        sequences.permutes(modelo, (inputs(), N), [2, 0], quantity="h_n")
        student.start_over()
        modelo = student.Modelo(3.0)
        with pytest.raises(Mismatch, match="eso es relleno") as wrong:
            padding(modelo, inputs())
        cell = student.transcript.cell(wrong.value.holds)
    assert cell.count(" resultado(") == 2
    with pytest.raises(AssertionError, match="not close"):
        exec(cell, {"Modelo": Modelo})  # noqa: S102 - as the student does


def test_what_raises_is_in_the_cell() -> None:
    def corta(x: Tensor, longitudes: Tensor) -> Tensor:
        if x.abs().max() > 100:
            raise ValueError("no así")
        return lee(x, longitudes)[1]

    opened = FakeSandbox(corta=corta).lane().open(b"", "a.ipynb", ["corta"], Limits())
    with opened as session, session.check(0) as check:
        student = Student(check, session.report, {})
        with pytest.raises(StudentFault, match="no así"):
            padding(student.corta, inputs(), student)
        cell = student.transcript.cell()
    with pytest.raises(ValueError, match="no así"):
        exec(cell, {"corta": corta})  # noqa: S102 - as the student does


# Lengths and padding


@given(data=st.data(), batch=st.integers(1, 5), steps=st.integers(1, 6))
def test_lengths_have_one_and_all_steps(data: st.DataObject, batch: int, steps: int) -> None:
    drawn = data.draw(sequences.lengths(batch, steps))
    assert (drawn.shape, drawn.dtype) == ((batch,), torch.int64)
    assert int(drawn.max()) == steps
    assert int(drawn.min()) == (1 if batch > 1 else steps)


@pytest.mark.parametrize("shape", [(B, T), (B, T, D), (B, T, D, 2)])
@pytest.mark.parametrize("fill", [sequences.FILL, -sequences.FILL])
def test_padding_is_filled_and_nothing_else(shape: tuple[int, ...], fill: float) -> None:
    x = torch.zeros(shape)
    got = sequences.padded(x, N, fill)
    for sample, length in enumerate(N.tolist()):
        assert (got[sample, :length] == 0).all()
        assert (got[sample, length:] == fill).all()
    assert not x.any()
