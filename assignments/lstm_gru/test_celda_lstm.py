"""celdaLSTM, equation by equation (SEED 2.2)."""

import pytest
from hypothesis import given, settings

from grader.checks import assert_close, construct, parameters
from grader.recurrent import lstm
from grader.student.student import Student

pytestmark = [pytest.mark.part("celdaLSTM"), pytest.mark.needs("parameters", "interface")]


@pytest.mark.points(1)
def test_parameters(student: Student) -> None:
    """Parámetros: x_fc = Linear(input_size, 4·hidden_size) y h_fc = Linear(hidden_size, 4·hidden_size).

    Parameters: x_fc = Linear(input_size, 4·hidden_size), h_fc = Linear(hidden_size, 4·hidden_size).
    """
    cell = construct(student, "celdaLSTM", 3, 5)
    parameters.require(cell, {"x_fc.weight": (20, 3), "h_fc.weight": (20, 5)})


@pytest.mark.points(1)
def test_interface(student: Student) -> None:
    """El método forward recibe x_t y (h, c) y devuelve (h_t, c_t), cada uno (lote, hidden_size).

    The method forward takes x_t and (h, c) and returns (h_t, c_t), each of shape (batch, hidden_size).
    """
    lstm.require_interface(student)


@pytest.mark.points(1)
@given(case=lstm.cases())
def test_returns_order(student: Student, case: lstm.Case) -> None:
    """Devuelve (h_t, c_t), en este orden.

    Returns (h_t, c_t), in this order.
    """
    trial = lstm.trial(student, case, judging="returns_order")
    assert_close(
        trial.c,
        trial.expected.c,
        quantity="c_t",
        case=trial.case,
        misconception=trial.misconception,
    )


@pytest.mark.points(1)
@given(case=lstm.cases())
def test_stacking_order(student: Student, case: lstm.Case) -> None:
    """Orden de las 4·hidden_size filas: entrada, olvido, candidato, salida.

    Order of the 4·hidden_size rows: input, forget, candidate, output.
    """
    trial = lstm.trial(student, case, judging="stacking_order")
    assert_close(
        trial.c,
        trial.expected.c,
        quantity="c_t",
        case=trial.case,
        misconception=trial.misconception,
    )
    assert_close(
        trial.h,
        trial.expected.h,
        quantity="h_t",
        case=trial.case,
        misconception=trial.misconception,
    )


@pytest.mark.points(1)
@given(case=lstm.cases(isolate="preactivation"))
def test_preactivation(student: Student, case: lstm.Case) -> None:
    """La entrada llega a las puertas: W_x x_t, sumado tal cual.

    The input reaches the gates: W_x x_t, added as it is.
    """
    trial = lstm.trial(student, case, judging="preactivation")
    assert_close(
        trial.c,
        trial.expected.c,
        quantity="c_t",
        case=trial.case,
        misconception=trial.misconception,
    )


@pytest.mark.points(2)
@given(case=lstm.cases(isolate="recurrent"))
def test_recurrent(student: Student, case: lstm.Case) -> None:
    """El estado anterior llega a las puertas: W_h h_{t-1}.

    The previous state reaches the gates: W_h h_{t-1}.
    """
    trial = lstm.trial(student, case, judging="recurrent")
    assert_close(
        trial.c,
        trial.expected.c,
        quantity="c_t",
        case=trial.case,
        misconception=trial.misconception,
    )


@pytest.mark.points(1)
@given(case=lstm.cases(isolate="biases"))
def test_biases(student: Student, case: lstm.Case) -> None:
    """Los dos sesgos, el de x_fc y el de h_fc, se suman.

    Both biases, that of x_fc and that of h_fc, are added.
    """
    trial = lstm.trial(student, case, judging="biases")
    assert_close(
        trial.c,
        trial.expected.c,
        quantity="c_t",
        case=trial.case,
        misconception=trial.misconception,
    )


@pytest.mark.points(2)
@given(case=lstm.cases(isolate="input_gate"))
def test_input_gate(student: Student, case: lstm.Case) -> None:
    """Puerta de entrada: i_t = σ(W_xi x_t + W_hi h_{t-1} + b_i).

    Input gate: i_t = σ(W_xi x_t + W_hi h_{t-1} + b_i).
    """
    trial = lstm.trial(student, case, judging="input_gate")
    assert_close(
        trial.c,
        trial.expected.c,
        quantity="c_t",
        case=trial.case,
        misconception=trial.misconception,
    )


@pytest.mark.points(2)
@given(case=lstm.cases(isolate="forget_gate"))
def test_forget_gate(student: Student, case: lstm.Case) -> None:
    """Puerta de olvido: f_t = σ(W_xf x_t + W_hf h_{t-1} + b_f).

    Forget gate: f_t = σ(W_xf x_t + W_hf h_{t-1} + b_f).
    """
    trial = lstm.trial(student, case, judging="forget_gate")
    assert_close(
        trial.c,
        trial.expected.c,
        quantity="c_t",
        case=trial.case,
        misconception=trial.misconception,
    )


@pytest.mark.points(2)
@given(case=lstm.cases(isolate="candidate"))
def test_candidate(student: Student, case: lstm.Case) -> None:
    """Candidato: c̃_t = tanh(W_xc x_t + W_hc h_{t-1} + b_c).

    Candidate: c̃_t = tanh(W_xc x_t + W_hc h_{t-1} + b_c).
    """
    trial = lstm.trial(student, case, judging="candidate")
    assert_close(
        trial.c,
        trial.expected.c,
        quantity="c_t",
        case=trial.case,
        misconception=trial.misconception,
    )


@pytest.mark.points(2)
@given(case=lstm.cases(isolate="output_gate"))
def test_output_gate(student: Student, case: lstm.Case) -> None:
    """Puerta de salida: o_t = σ(W_xo x_t + W_ho h_{t-1} + b_o).

    Output gate: o_t = σ(W_xo x_t + W_ho h_{t-1} + b_o).
    """
    trial = lstm.trial(student, case, judging="output_gate")
    assert_close(
        trial.h,
        trial.h_from_own_c,
        quantity="h_t",
        case=trial.case,
        misconception=trial.misconception,
    )


@pytest.mark.points(2)
@given(case=lstm.cases(isolate="cell_update"))
def test_cell_update(student: Student, case: lstm.Case) -> None:
    """Estado de la celda: c_t = f_t ⊙ c_{t-1} + i_t ⊙ c̃_t.

    Cell state: c_t = f_t ⊙ c_{t-1} + i_t ⊙ c̃_t.
    """
    trial = lstm.trial(student, case, judging="cell_update")
    assert_close(
        trial.c,
        trial.expected.c,
        quantity="c_t",
        case=trial.case,
        misconception=trial.misconception,
    )


@pytest.mark.points(2)
@given(case=lstm.cases(isolate="hidden_state"))
def test_hidden_state(student: Student, case: lstm.Case) -> None:
    """Estado oculto: h_t = o_t ⊙ tanh(c_t).

    Hidden state: h_t = o_t ⊙ tanh(c_t).
    """
    trial = lstm.trial(student, case, judging="hidden_state")
    assert_close(
        trial.h,
        trial.h_from_own_c,
        quantity="h_t",
        case=trial.case,
        misconception=trial.misconception,
    )


@pytest.mark.points(1)
@settings(max_examples=25)
@given(case=lstm.cases(large=True))
def test_torch_lstm_cell(student: Student, case: lstm.Case) -> None:
    """La celda entera da lo mismo que torch.nn.LSTMCell, también con números muy grandes.

    The whole cell gives what torch.nn.LSTMCell gives, with very large numbers too.
    """
    trial = lstm.trial(student, case)
    expected = lstm.like_torch(trial)
    assert_close(trial.c, expected.c, quantity="c_t", case=trial.case)
    assert_close(trial.h, expected.h, quantity="h_t", case=trial.case)


@pytest.mark.points(1)
@settings(max_examples=25)
@given(case=lstm.sequences())
def test_torch_lstm(student: Student, case: lstm.Case) -> None:
    """Paso a paso por una secuencia, la celda da lo mismo que torch.nn.LSTM.

    Step by step through a sequence, the cell gives what torch.nn.LSTM gives.
    """
    trial = lstm.trial(student, case)
    expected = lstm.like_torch(trial)
    assert_close(trial.c, expected.c, quantity="c_t", case=trial.case)
    assert_close(trial.h, expected.h, quantity="h_t", case=trial.case)


@pytest.mark.needs("parameters")
@pytest.mark.points(2)
def test_reset_parameters(student: Student) -> None:
    """reset_parameters: cada parámetro uniforme entre −√(3/hidden_size) y +√(3/hidden_size).

    reset_parameters: every parameter uniform from −√(3/hidden_size) to +√(3/hidden_size).
    """
    state = parameters.reset(student, "celdaLSTM", (32, 64))
    parameters.require_uniform(state, bound=(3 / 64) ** 0.5)
