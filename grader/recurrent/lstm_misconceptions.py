"""Misconceptions about the LSTM cell, and the words that explain them to students."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from torch import Tensor, sigmoid, tanh

from grader.checks.misconceptions import Misconception
from grader.recurrent.lstm_equations import GATES, Equations, exchanged, linear

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.checks.cells import Block

_ES = {"i": "entrada", "f": "olvido", "c": "candidato", "o": "salida"}
_EN = {"i": "input", "f": "forget", "c": "candidate", "o": "output"}


def _orders() -> Iterator[Misconception]:
    """Yield every other order of the four blocks; two exchanged get a name of their own."""
    for letters in itertools.permutations(GATES):
        order = "".join(letters)
        moved = [right for right, got in zip(GATES, order, strict=True) if right != got]
        if not moved:
            continue
        es = ", ".join(_ES[gate] for gate in order)
        en = ", ".join(_EN[gate] for gate in order)
        name = (
            f"lstm.{_EN[moved[0]]}_and_{_EN[moved[1]]}_exchanged"
            if len(moved) == len("ab")
            else f"lstm.stacked_{order}"
        )
        yield Misconception(
            name,
            {"stacking_order": order},
            f"Tus ecuaciones son correctas si las 4·hidden_size filas se leen en el orden {es}; el "
            "enunciado pide entrada, olvido, candidato, salida. También puede verse al revés: "
            "cortas bien las filas y usas un bloque en el lugar de otro. Mira el orden de las "
            "variables a la izquierda de tu chunk o split.",
            f"Your equations are right if the 4·hidden_size rows are read in the order {en}; the "
            "assignment asks for input, forget, candidate, output. Or, seen the other way: you cut "
            "the rows rightly and use one block in another's place. Look at the order of the "
            "variables to the left of your chunk or split.",
        )


def _without_x(block: Block, x: Tensor, h: Tensor, equations: Equations) -> Tensor:
    return linear(block, 0 * x, h, equations)


def _without_x_layer(block: Block, x: Tensor, h: Tensor, equations: Equations) -> Tensor:
    return linear(block, x, h, equations) - x @ block.x.T - block.bx


def _squashed(block: Block, x: Tensor, h: Tensor, equations: Equations) -> Tensor:
    return tanh(linear(block, x, h, equations))


def _complement(total: Tensor) -> Tensor:
    return 1 - sigmoid(total)


def _identity(total: Tensor) -> Tensor:
    return total


BANK: tuple[Misconception, ...] = (
    *_orders(),
    *(
        Misconception(
            "lstm.x_ignored",
            {"preactivation": preactivation},
            "Tu celda da lo mismo sea cual sea x_t: falta W_x x_t en las puertas.",
            "Your cell gives the same whatever x_t is: W_x x_t is missing from the gates.",
            term="W_x x_t",
        )
        for preactivation in (_without_x, _without_x_layer)
    ),
    Misconception(
        "lstm.x_and_h_weights_exchanged",
        {"preactivation": exchanged},
        "x_fc recibe el estado y h_fc la entrada: están intercambiadas. x_fc debe multiplicar "
        "a x_t y h_fc a h_{t-1}.",
        "x_fc is given the state and h_fc the input: they are swapped. x_fc should multiply "
        "x_t, and h_fc should multiply h_{t-1}.",
        term="W_x x_t",
    ),
    Misconception(
        "lstm.tanh_before_split",
        {"preactivation": _squashed},
        "Aplicas tanh a la suma de las puertas antes de dividirla: cada puerta pasa así por dos "
        "funciones. La suma es lineal; cada parte lleva después su propia activación.",
        "You apply tanh to the gates' sum before splitting it, so each gate goes through two "
        "functions. The sum is linear; each part then gets its own activation.",
    ),
    *(
        Misconception(
            "lstm.h_ignored",
            {"recurrent": left},
            "El estado h_{t-1} no influye en tus puertas: falta W_h h_{t-1}. Sin él la celda no "
            "recuerda lo que vio.",
            "The state h_{t-1} has no influence on your gates: W_h h_{t-1} is missing. Without it "
            "the cell does not remember what it saw.",
            term="W_h h_{t-1}",
        )
        for left in (("bias",), ())
    ),
    Misconception(
        "lstm.x_bias_missing",
        {"biases": ("bh",)},
        "Falta el sesgo de x_fc (¿bias=False, o solo se usa su weight?).",
        "The bias of x_fc is missing (bias=False, or only its weight is used?).",
        term="x_fc",
    ),
    Misconception(
        "lstm.h_bias_missing",
        {"biases": ("bx",)},
        "Falta el sesgo de h_fc (¿bias=False, o solo se usa su weight?).",
        "The bias of h_fc is missing (bias=False, or only its weight is used?).",
        term="h_fc",
    ),
    Misconception(
        "lstm.biases_missing",
        {"biases": ()},
        "Faltan los dos sesgos, el de x_fc y el de h_fc.",
        "Both biases are missing, that of x_fc and that of h_fc.",
    ),
    Misconception(
        "lstm.input_gate_with_tanh",
        {"input_gate": tanh},
        "La puerta de entrada usa tanh y puede valer menos que 0. Una puerta deja pasar una "
        "fracción entre 0 y 1: σ.",
        "The input gate uses tanh and can be less than 0. A gate lets a fraction from 0 to 1 pass: "
        "σ.",
        term="σ",
    ),
    Misconception(
        "lstm.forget_gate_with_tanh",
        {"forget_gate": tanh},
        "La puerta de olvido usa tanh y puede valer menos que 0. Una puerta deja pasar una "
        "fracción entre 0 y 1: σ.",
        "The forget gate uses tanh and can be less than 0. A gate lets a fraction from 0 to 1 "
        "pass: σ.",
        term="σ",
    ),
    Misconception(
        "lstm.output_gate_with_tanh",
        {"output_gate": tanh},
        "La puerta de salida usa tanh y puede valer menos que 0. Una puerta deja pasar una "
        "fracción entre 0 y 1: σ.",
        "The output gate uses tanh and can be less than 0. A gate lets a fraction from 0 to 1 "
        "pass: σ.",
        term="σ",
    ),
    Misconception(
        "lstm.forget_gate_complemented",
        {"forget_gate": _complement},
        "Usas 1 − f_t donde va f_t: con la puerta de olvido abierta (f_t = 1) el estado debe "
        "conservarse, y el tuyo se borra.",
        "You use 1 − f_t where f_t belongs: with the forget gate open (f_t = 1) the state must be "
        "kept, and yours is erased.",
        term="f_t",
    ),
    Misconception(
        "lstm.candidate_with_sigmoid",
        {"candidate": sigmoid},
        "El candidato usa σ y nunca es negativo: el estado de la celda solo podría crecer. Le "
        "corresponde tanh, entre −1 y 1.",
        "The candidate uses σ and is never negative: the cell state could only grow. Its function "
        "is tanh, from −1 to 1.",
        term="tanh",
    ),
    Misconception(
        "lstm.candidate_without_activation",
        {"candidate": _identity},
        "El candidato no pasa por ninguna activación; le corresponde tanh, entre −1 y 1.",
        "The candidate goes through no activation; its function is tanh, from −1 to 1.",
        term="tanh",
    ),
    Misconception(
        "lstm.no_forget_term",
        {"cell_update": lambda _f, _c, i, candidate: i * candidate},
        "c_t no depende de c_{t-1}: falta el término f_t ⊙ c_{t-1}. Es la memoria de la celda.",
        "c_t does not depend on c_{t-1}: the term f_t ⊙ c_{t-1} is missing. It is the cell's "
        "memory.",
        term="f_t ⊙ c_{t-1}",
    ),
    Misconception(
        "lstm.candidate_not_gated",
        {"cell_update": lambda f, c, _i, candidate: f * c + candidate},
        "El candidato entra entero en c_t: la puerta de entrada i_t no lo multiplica.",
        "The whole candidate enters c_t: the input gate i_t does not multiply it.",
        term="i_t",
    ),
    Misconception(
        "lstm.cell_not_gated",
        {"cell_update": lambda _f, c, i, candidate: c + i * candidate},
        "c_{t-1} pasa entero a c_t: la puerta de olvido f_t no lo multiplica.",
        "The whole of c_{t-1} passes to c_t: the forget gate f_t does not multiply it.",
        term="f_t",
    ),
    Misconception(
        "lstm.hidden_without_tanh",
        {"hidden_state": lambda o, c: o * c},
        "h_t = o_t ⊙ c_t: falta tanh alrededor de c_t, que mantiene h_t entre −1 y 1.",
        "h_t = o_t ⊙ c_t: tanh is missing around c_t; it keeps h_t between −1 and 1.",
        term="tanh",
    ),
    Misconception(
        "lstm.hidden_without_output_gate",
        {"hidden_state": lambda _, c: tanh(c)},
        "h_t = tanh(c_t): la puerta de salida o_t no interviene.",
        "h_t = tanh(c_t): the output gate o_t plays no part.",
        term="o_t",
    ),
    Misconception(
        "lstm.returns_cell_first",
        {"returns_order": "ch"},
        "forward devuelve (c_t, h_t); se espera (h_t, c_t), en el mismo orden en que recibe el "
        "estado.",
        "forward returns (c_t, h_t); it should return (h_t, c_t), the order in which it "
        "receives the state.",
        term="(h_t, c_t)",
    ),
)
