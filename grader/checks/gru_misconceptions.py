"""What students believe about the GRU cell, and how to tell them."""

from __future__ import annotations

import torch
from torch import Tensor, sigmoid, tanh

from grader.checks.reading import Misconception
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grader.checks.gru import Terms


def _complement(total: Tensor) -> Tensor:
    return 1 - sigmoid(total)


def _identity(total: Tensor) -> Tensor:
    return total


def _after(terms: Terms) -> Tensor:
    return terms.x + terms.r * terms.product(terms.h)


def _after_without_bias(terms: Terms) -> Tensor:
    bias = terms.product(0 * terms.h)
    return terms.x + terms.r * (terms.product(terms.h) - bias) + bias


def _on_x(terms: Terms) -> Tensor:
    return terms.r * terms.x + terms.product(terms.h)


def _on_both(terms: Terms) -> Tensor:
    return terms.r * (terms.x + terms.product(terms.h))


_SIGMOID_ES = "puede valer menos que 0. Una puerta vale entre 0 y 1: σ."
_SIGMOID_EN = "can be less than 0. A gate goes from 0 to 1: σ."

BANK: tuple[Misconception, ...] = (
    Misconception(
        "gru.reset_and_update_exchanged",
        {"layers": "zrh"},
        "Las capas de reinicio y de actualización están cruzadas: x_r_fc y h_r_fc son de r_t, "
        "x_z_fc y h_z_fc son de z_t (o, visto al revés, usas r_t donde va z_t).",
        "The reset and update layers are crossed: x_r_fc and h_r_fc belong to r_t, x_z_fc and "
        "h_z_fc to z_t (or, seen the other way, you use r_t where z_t belongs).",
    ),
    Misconception(
        "gru.reset_after_product",
        {"reset_before_product": _after},
        "Aplicas la puerta de reinicio después del producto, r_t ⊙ (U h_{t-1} + b'), como hace "
        "torch.nn.GRU. Aquí (Cho et al., 2014) actúa antes: primero se apagan componentes de "
        "h_{t-1} y luego se multiplica por U.",
        "You apply the reset gate after the product, r_t ⊙ (U h_{t-1} + b'), as torch.nn.GRU does. "
        "Here (Cho et al., 2014) it acts before: components of h_{t-1} are turned down first, and "
        "then multiplied by U.",
    ),
    Misconception(
        "gru.reset_after_product_without_bias",
        {"reset_before_product": _after_without_bias},
        "Aplicas la puerta de reinicio después del producto, r_t ⊙ (U h_{t-1}). Aquí (Cho et al., "
        "2014) actúa antes: primero se apagan componentes de h_{t-1} y luego se multiplica por U.",
        "You apply the reset gate after the product, r_t ⊙ (U h_{t-1}). Here (Cho et al., 2014) it "
        "acts before: components of h_{t-1} are turned down first, and then multiplied by U.",
    ),
    Misconception(
        "gru.reset_on_input",
        {"reset_before_product": _on_x},
        "La puerta de reinicio multiplica a la parte de x_t; lo que reinicia es el estado h_{t-1}.",
        "The reset gate multiplies the part of x_t; what it resets is the state h_{t-1}.",
    ),
    Misconception(
        "gru.reset_on_everything",
        {"reset_before_product": _on_both},
        "La puerta de reinicio multiplica a toda la suma del candidato; lo que reinicia es solo el "
        "estado h_{t-1}.",
        "The reset gate multiplies the candidate's whole sum; what it resets is the state h_{t-1} "
        "alone.",
    ),
    Misconception(
        "gru.reset_unused",
        {"reset_gate": torch.ones_like},
        "La puerta de reinicio no interviene: el candidato usa h_{t-1} entero, valga r_t lo que "
        "valga.",
        "The reset gate plays no part: the candidate uses all of h_{t-1}, whatever r_t is.",
    ),
    Misconception(
        "gru.reset_complemented",
        {"reset_gate": _complement},
        "Usas 1 − r_t donde va r_t: con r_t = 1 el candidato debe ver todo el estado anterior.",
        "You use 1 − r_t where r_t belongs: with r_t = 1 the candidate must see all of the former "
        "state.",
    ),
    Misconception(
        "gru.reset_gate_with_tanh",
        {"reset_gate": tanh},
        f"La puerta de reinicio usa tanh y {_SIGMOID_ES}",
        f"The reset gate uses tanh and {_SIGMOID_EN}",
    ),
    Misconception(
        "gru.update_gate_with_tanh",
        {"update_gate": tanh},
        f"La puerta de actualización usa tanh y {_SIGMOID_ES}",
        f"The update gate uses tanh and {_SIGMOID_EN}",
    ),
    Misconception(
        "gru.candidate_with_sigmoid",
        {"candidate": sigmoid},
        "El candidato usa σ y nunca es negativo; le corresponde tanh, entre −1 y 1.",
        "The candidate uses σ and is never negative; its function is tanh, from −1 to 1.",
    ),
    Misconception(
        "gru.candidate_without_activation",
        {"candidate": _identity},
        "El candidato no pasa por ninguna activación; le corresponde tanh, entre −1 y 1.",
        "The candidate goes through no activation; its function is tanh, from −1 to 1.",
    ),
    Misconception(
        "gru.update_exchanged",
        {"state_update": lambda z, h, candidate: (1 - z) * h + z * candidate},
        "z_t y 1 − z_t están cruzados: aquí z_t = 1 conserva el estado anterior y z_t = 0 toma el "
        "candidato. (Otros textos lo escriben al revés; sigue las ecuaciones del enunciado.)",
        "z_t and 1 − z_t are crossed: here z_t = 1 keeps the former state and z_t = 0 takes the "
        "candidate. (Other texts write it the other way; follow the assignment's equations.)",
    ),
    Misconception(
        "gru.update_on_candidate_only",
        {"state_update": lambda z, h, candidate: h + (1 - z) * candidate},
        "La puerta de actualización multiplica solo al candidato: h_{t-1} entra entero en h_t.",
        "The update gate multiplies the candidate alone: all of h_{t-1} enters h_t.",
    ),
    Misconception(
        "gru.update_on_candidate_only_by_z",
        {"state_update": lambda z, h, candidate: h + z * candidate},
        "La puerta de actualización multiplica solo al candidato: h_{t-1} entra entero en h_t.",
        "The update gate multiplies the candidate alone: all of h_{t-1} enters h_t.",
    ),
    Misconception(
        "gru.update_on_state_only",
        {"state_update": lambda z, h, candidate: z * h + candidate},
        "La puerta de actualización multiplica solo a h_{t-1}: el candidato entra entero en h_t.",
        "The update gate multiplies h_{t-1} alone: the whole candidate enters h_t.",
    ),
    Misconception(
        "gru.state_not_kept",
        {"state_update": lambda z, _, candidate: (1 - z) * candidate},
        "h_t no conserva nada de h_{t-1}: falta el término z_t ⊙ h_{t-1}.",
        "h_t keeps nothing of h_{t-1}: the term z_t ⊙ h_{t-1} is missing.",
    ),
    Misconception(
        "gru.x_ignored",
        {"input_terms": ""},
        "Tu celda da lo mismo sea cual sea x_t: faltan los productos W x_t.",
        "Your cell gives the same whatever x_t is: the products W x_t are missing.",
    ),
    *(
        Misconception(
            f"gru.x_ignored_in_{name}",
            {"input_terms": left},
            f"x_t no interviene en {es}: falta el producto W x_t.",
            f"x_t plays no part in {en}: the product W x_t is missing.",
        )
        for name, left, es, en in (
            ("reset_gate", "zh", "la puerta de reinicio", "the reset gate"),
            ("update_gate", "rh", "la puerta de actualización", "the update gate"),
            ("candidate", "rz", "el candidato", "the candidate"),
        )
    ),
    Misconception(
        "gru.h_ignored",
        {"recurrent_terms": ""},
        "El estado h_{t-1} no interviene ni en las puertas ni en el candidato: faltan los "
        "productos U h_{t-1}.",
        "The state h_{t-1} plays no part in the gates or the candidate: the products U h_{t-1} are "
        "missing.",
    ),
    *(
        Misconception(
            f"gru.h_ignored_in_{name}",
            {"recurrent_terms": left},
            f"h_(t-1) no interviene en {es}: falta el producto U h_(t-1).",
            f"h_(t-1) plays no part in {en}: the product U h_(t-1) is missing.",
        )
        for name, left, es, en in (
            ("gates", "h", "las puertas", "the gates"),
            ("reset_gate", "zh", "la puerta de reinicio", "the reset gate"),
            ("update_gate", "rh", "la puerta de actualización", "the update gate"),
            ("candidate", "rz", "el candidato", "the candidate"),
        )
    ),
    Misconception(
        "gru.x_biases_missing",
        {"biases": ("bh",)},
        "Faltan los sesgos de las capas de x (¿bias=False, o solo se usa su weight?).",
        "The biases of the layers of x are missing (bias=False, or only their weight is used?).",
    ),
    Misconception(
        "gru.h_biases_missing",
        {"biases": ("bx",)},
        "Faltan los sesgos de las capas de h (¿bias=False, o solo se usa su weight?).",
        "The biases of the layers of h are missing (bias=False, or only their weight is used?).",
    ),
    Misconception(
        "gru.biases_missing",
        {"biases": ()},
        "Faltan los sesgos de todas las capas.",
        "The biases of all the layers are missing.",
    ),
)
