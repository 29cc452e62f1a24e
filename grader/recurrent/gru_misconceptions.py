"""Misconceptions about the GRU cell, and the words that explain them to students."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, sigmoid, tanh

from grader.checks.misconceptions import Misconception
from grader.recurrent.gru_equations import BIASES, GATES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.recurrent.gru_equations import Terms


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

_WHERE = (
    ("rzh", "", "ni en las puertas ni en el candidato", "in neither the gates nor the candidate"),
    ("rz", "_in_gates", "en las puertas", "in the gates"),
    ("r", "_in_reset_gate", "en la puerta de reinicio", "in the reset gate"),
    ("z", "_in_update_gate", "en la puerta de actualización", "in the update gate"),
    ("h", "_in_candidate", "en el candidato", "in the candidate"),
)


def _ignored(of: str, field: str, product: str) -> Iterator[Misconception]:
    """Yield those without the products of x or h in some gates, with or without bias."""
    for gates, suffix, es, en in _WHERE:
        for dropped in (gates.upper(), ""):  # the product alone, the whole layer
            left = "".join(gate for gate in GATES if gate not in gates) + dropped
            yield Misconception(
                f"gru.{of}_ignored{suffix}",
                {field: left},
                f"Falta el producto {product} {es}.",
                f"The product {product} is missing {en}.",
                term=product,
            )


def _biases() -> Iterator[Misconception]:
    """Yield those without the biases of some layers."""
    names = {"xr": "x_r_fc", "xz": "x_z_fc", "xh": "x_h_fc"}
    names |= {"hr": "h_r_fc", "hz": "h_z_fc", "hh": "hr_h_fc"}
    missing = {
        "x_biases_missing": ("xr", "xz", "xh"),
        "h_biases_missing": ("hr", "hz", "hh"),
        "biases_missing": BIASES,
        **{f"bias_of_{name}_missing": (key,) for key, name in names.items()},
    }
    for name, without in missing.items():
        layers = ", ".join(names[key] for key in without)
        yield Misconception(
            f"gru.{name}",
            {"biases": tuple(key for key in BIASES if key not in without)},
            f"Falta el sesgo de {layers} (¿bias=False, o solo se usa su weight?).",
            f"The bias of {layers} is missing (bias=False, or only its weight is used?).",
        )


BANK: tuple[Misconception, ...] = (
    Misconception(
        "gru.reset_and_update_exchanged",
        {"layers": "zrh"},
        "Las capas de reinicio y de actualización están cruzadas: x_r_fc y h_r_fc son de r_t, "
        "x_z_fc y h_z_fc son de z_t (o, visto al revés, usas r_t donde va z_t).",
        "The reset and update layers are swapped: x_r_fc and h_r_fc belong to r_t, x_z_fc and "
        "h_z_fc to z_t (or, seen the other way round, you use r_t where z_t belongs).",
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
        term="U (r_t ⊙ h_{t-1})",
    ),
    Misconception(
        "gru.reset_after_product_without_bias",
        {"reset_before_product": _after_without_bias},
        "Aplicas la puerta de reinicio después del producto, r_t ⊙ (U h_{t-1}). Aquí (Cho et al., "
        "2014) actúa antes: primero se apagan componentes de h_{t-1} y luego se multiplica por U.",
        "You apply the reset gate after the product, r_t ⊙ (U h_{t-1}). Here (Cho et al., 2014) it "
        "acts before: components of h_{t-1} are turned down first, and then multiplied by U.",
        term="U (r_t ⊙ h_{t-1})",
    ),
    Misconception(
        "gru.reset_on_input",
        {"reset_before_product": _on_x},
        "La puerta de reinicio multiplica a la parte de x_t; debe reiniciar el estado h_{t-1}.",
        "The reset gate multiplies the part of x_t; it should reset the state h_{t-1}.",
        term="r_t ⊙ h_{t-1}",
    ),
    Misconception(
        "gru.reset_on_everything",
        {"reset_before_product": _on_both},
        "La puerta de reinicio multiplica a toda la suma del candidato; solo debe reiniciar "
        "el estado h_{t-1}.",
        "The reset gate multiplies the candidate's whole sum; it should reset only the state "
        "h_{t-1}.",
        term="r_t ⊙ h_{t-1}",
    ),
    Misconception(
        "gru.reset_unused",
        {"reset_gate": torch.ones_like},
        "La puerta de reinicio no interviene: el candidato usa h_{t-1} entero, valga r_t lo que "
        "valga.",
        "The reset gate plays no part: the candidate uses all of h_{t-1}, whatever r_t is.",
        term="r_t",
    ),
    Misconception(
        "gru.reset_complemented",
        {"reset_gate": _complement},
        "Usas 1 − r_t donde va r_t: con r_t = 1 el candidato debe ver todo el estado anterior.",
        "You use 1 − r_t where r_t belongs: with r_t = 1 the candidate must see all of the "
        "previous state.",
        term="r_t",
    ),
    Misconception(
        "gru.reset_gate_with_tanh",
        {"reset_gate": tanh},
        f"La puerta de reinicio usa tanh y {_SIGMOID_ES}",
        f"The reset gate uses tanh and {_SIGMOID_EN}",
        term="σ",
    ),
    Misconception(
        "gru.update_gate_with_tanh",
        {"update_gate": tanh},
        f"La puerta de actualización usa tanh y {_SIGMOID_ES}",
        f"The update gate uses tanh and {_SIGMOID_EN}",
        term="σ",
    ),
    Misconception(
        "gru.candidate_with_sigmoid",
        {"candidate": sigmoid},
        "El candidato usa σ y nunca es negativo; le corresponde tanh, entre −1 y 1.",
        "The candidate uses σ and is never negative; its function is tanh, from −1 to 1.",
        term="tanh",
    ),
    Misconception(
        "gru.candidate_without_activation",
        {"candidate": _identity},
        "El candidato no pasa por ninguna activación; le corresponde tanh, entre −1 y 1.",
        "The candidate goes through no activation; its function is tanh, from −1 to 1.",
        term="tanh",
    ),
    Misconception(
        "gru.update_exchanged",
        {"state_update": lambda z, h, candidate: (1 - z) * h + z * candidate},
        "z_t y 1 − z_t están cruzados: aquí z_t = 1 conserva el estado anterior y z_t = 0 toma el "
        "candidato. (Otros textos lo escriben al revés; sigue las ecuaciones del enunciado.)",
        "z_t and 1 − z_t are swapped: here z_t = 1 keeps the previous state and z_t = 0 takes "
        "the candidate. (Other texts write it the other way round; follow the assignment's "
        "equations.)",
        term="z_t ⊙ h_{t-1} + (1 − z_t)",
    ),
    Misconception(
        "gru.update_on_candidate_only",
        {"state_update": lambda z, h, candidate: h + (1 - z) * candidate},
        "La puerta de actualización multiplica solo al candidato: h_{t-1} entra entero en h_t.",
        "The update gate multiplies only the candidate: all of h_{t-1} enters h_t.",
        term="z_t ⊙ h_{t-1}",
    ),
    Misconception(
        "gru.update_on_candidate_only_by_z",
        {"state_update": lambda z, h, candidate: h + z * candidate},
        "La puerta de actualización multiplica solo al candidato: h_{t-1} entra entero en h_t.",
        "The update gate multiplies only the candidate: all of h_{t-1} enters h_t.",
        term="z_t ⊙ h_{t-1} + (1 − z_t)",
    ),
    Misconception(
        "gru.update_on_state_only",
        {"state_update": lambda z, h, candidate: z * h + candidate},
        "La puerta de actualización multiplica solo a h_{t-1}: el candidato entra entero en h_t.",
        "The update gate multiplies only h_{t-1}: the whole candidate enters h_t.",
        term="(1 − z_t)",
    ),
    Misconception(
        "gru.state_not_kept",
        {"state_update": lambda z, _, candidate: (1 - z) * candidate},
        "h_t no conserva nada de h_{t-1}: falta el término z_t ⊙ h_{t-1}.",
        "h_t keeps nothing of h_{t-1}: the term z_t ⊙ h_{t-1} is missing.",
        term="z_t ⊙ h_{t-1}",
    ),
    *_ignored("x", "input_terms", "W x_t"),
    *_ignored("h", "recurrent_terms", "U h_{t-1}"),
    *_biases(),
)
