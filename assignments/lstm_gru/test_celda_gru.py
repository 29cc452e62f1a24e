"""celdaGRU, equation by equation (SEED 3.2; Cho et al. 2014)."""

import pytest
from hypothesis import given, settings

from grader.checks import assert_close, construct, parameters
from grader.recurrent import gru
from grader.student.student import Student

pytestmark = [pytest.mark.part("celdaGRU"), pytest.mark.needs("parameters", "interface")]


@pytest.mark.points(1)
def test_parameters(student: Student) -> None:
    """Parámetros: x_r_fc, x_z_fc, x_h_fc = Linear(input_size, hidden_size); h_r_fc, h_z_fc, hr_h_fc = Linear(hidden_size, hidden_size).

    Parameters: x_r_fc, x_z_fc, x_h_fc = Linear(input_size, hidden_size); h_r_fc, h_z_fc,
    hr_h_fc = Linear(hidden_size, hidden_size).
    """
    layers = [f"x_{gate}_fc.weight" for gate in "rzh"]
    states = [f"{name}_fc.weight" for name in ("h_r", "h_z", "hr_h")]
    shapes = dict.fromkeys(layers, (5, 3)) | dict.fromkeys(states, (5, 5))
    parameters.require(construct(student, "celdaGRU", 3, 5), shapes)


@pytest.mark.points(1)
def test_interface(student: Student) -> None:
    """El método forward recibe x_t y h_{t-1} y devuelve h_t, de forma (lote, hidden_size).

    The method forward takes x_t and h_{t-1} and returns h_t, of shape (batch, hidden_size).
    """
    gru.require_interface(student)


@pytest.mark.points(1)
@given(case=gru.cases())
def test_layers(student: Student, case: gru.Case) -> None:
    """Cada capa en su puerta: x_r_fc y h_r_fc en r_t; x_z_fc y h_z_fc en z_t.

    Each layer in its gate: x_r_fc and h_r_fc in r_t; x_z_fc and h_z_fc in z_t.
    """
    trial = gru.trial(student, case, judging="layers")
    assert_close(
        trial.h, trial.expected, quantity="h_t", case=trial.case, misconception=trial.misconception
    )


@pytest.mark.points(1)
@given(case=gru.cases(isolate="input_terms"))
def test_input_terms(student: Student, case: gru.Case) -> None:
    """La entrada interviene en r_t, en z_t y en el candidato: W x_t.

    The input plays its part in r_t, in z_t and in the candidate: W x_t.
    """
    trial = gru.trial(student, case, judging="input_terms")
    assert_close(
        trial.h, trial.expected, quantity="h_t", case=trial.case, misconception=trial.misconception
    )


@pytest.mark.points(2)
@given(case=gru.cases(isolate="recurrent_terms"))
def test_recurrent_terms(student: Student, case: gru.Case) -> None:
    """El estado anterior interviene en r_t, en z_t y en el candidato: U h_{t-1}.

    The previous state plays its part in r_t, in z_t and in the candidate: U h_{t-1}.
    """
    trial = gru.trial(student, case, judging="recurrent_terms")
    assert_close(
        trial.h, trial.expected, quantity="h_t", case=trial.case, misconception=trial.misconception
    )


@pytest.mark.points(1)
@given(case=gru.cases(isolate="biases"))
def test_biases(student: Student, case: gru.Case) -> None:
    """Los sesgos de todas las capas se suman.

    The biases of all the layers are added.
    """
    trial = gru.trial(student, case, judging="biases")
    assert_close(
        trial.h, trial.expected, quantity="h_t", case=trial.case, misconception=trial.misconception
    )


@pytest.mark.points(2)
@given(case=gru.cases(isolate="update_gate"))
def test_update_gate(student: Student, case: gru.Case) -> None:
    """Puerta de actualización: z_t = σ(W_z x_t + U_z h_{t-1} + b_z).

    Update gate: z_t = σ(W_z x_t + U_z h_{t-1} + b_z).
    """
    trial = gru.trial(student, case, judging="update_gate")
    assert_close(
        trial.h, trial.expected, quantity="h_t", case=trial.case, misconception=trial.misconception
    )


@pytest.mark.points(2)
@given(case=gru.cases(isolate="reset_gate"))
def test_reset_gate(student: Student, case: gru.Case) -> None:
    """Puerta de reinicio: r_t = σ(W_r x_t + U_r h_{t-1} + b_r).

    Reset gate: r_t = σ(W_r x_t + U_r h_{t-1} + b_r).
    """
    trial = gru.trial(student, case, judging="reset_gate")
    assert_close(
        trial.h, trial.expected, quantity="h_t", case=trial.case, misconception=trial.misconception
    )


@pytest.mark.points(2)
@given(case=gru.cases(isolate="candidate"))
def test_candidate(student: Student, case: gru.Case) -> None:
    """Activación del candidato: h̃_t = tanh(…).

    The candidate's activation: h̃_t = tanh(…).
    """
    trial = gru.trial(student, case, judging="candidate")
    assert_close(
        trial.h, trial.expected, quantity="h_t", case=trial.case, misconception=trial.misconception
    )


@pytest.mark.points(3)
@given(case=gru.cases(isolate="reset_before_product"))
def test_reset_before_product(student: Student, case: gru.Case) -> None:
    """El reinicio actúa antes del producto: h̃_t = tanh(W x_t + U (r_t ⊙ h_{t-1}) + b).

    The reset acts before the product: h̃_t = tanh(W x_t + U (r_t ⊙ h_{t-1}) + b).
    """
    trial = gru.trial(student, case, judging="reset_before_product")
    assert_close(
        trial.h, trial.expected, quantity="h_t", case=trial.case, misconception=trial.misconception
    )


@pytest.mark.points(2)
@given(case=gru.cases(isolate="state_update"))
def test_state_update(student: Student, case: gru.Case) -> None:
    """Estado oculto: h_t = z_t ⊙ h_{t-1} + (1 − z_t) ⊙ h̃_t.

    Hidden state: h_t = z_t ⊙ h_{t-1} + (1 − z_t) ⊙ h̃_t.
    """
    trial = gru.trial(student, case, judging="state_update")
    assert_close(
        trial.h, trial.expected, quantity="h_t", case=trial.case, misconception=trial.misconception
    )


@pytest.mark.points(1)
@settings(max_examples=25)
@given(case=gru.like_torch(sequence=False))
def test_torch_gru_cell(student: Student, case: gru.Case) -> None:
    """Donde el orden del reinicio no importa, la celda da lo mismo que torch.nn.GRUCell.

    Where the order of the reset does not matter, the cell gives what torch.nn.GRUCell gives.
    """
    trial = gru.trial(student, case)
    assert_close(trial.h, gru.like_torch_or_reading(trial), quantity="h_t", case=trial.case)


@pytest.mark.points(1)
@settings(max_examples=25)
@given(case=gru.like_torch(sequence=True))
def test_torch_gru(student: Student, case: gru.Case) -> None:
    """Paso a paso por una secuencia, donde el orden del reinicio no importa, lo mismo que torch.nn.GRU.

    Step by step through a sequence, where the order of the reset does not matter, what
    torch.nn.GRU gives.
    """
    trial = gru.trial(student, case)
    assert_close(trial.h, gru.like_torch_or_reading(trial), quantity="h_t", case=trial.case)
