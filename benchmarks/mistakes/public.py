"""Tests as public assignments have them: a few fixed numbers, shapes, one seed, a loss that falls.

They are what a careful teacher writes in an evening, and no caricature: each compares with torch or
with numbers by hand where it can. A part's points are shared equally by its tests.
"""

from __future__ import annotations

import contextlib
import io
import json
from typing import TYPE_CHECKING, Any

import torch
from torch.utils.data import DataLoader, TensorDataset

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Namespace = dict[str, Any]
Test = "Callable[[Namespace], None]"
TESTS: dict[str, dict[str, list[Callable[[Namespace], None]]]] = {}


def costs(assignment: str, content: bytes) -> Mapping[str, float]:
    """Return, by part, the share of its tests that a notebook fails."""
    tests = TESTS[assignment]
    namespace = _definitions(content)
    return {
        part: sum(not _passes(test, namespace) for test in several) / len(several)
        for part, several in tests.items()
    }


def _definitions(content: bytes) -> Namespace:
    """Run the cells that define something or import."""
    namespace: Namespace = {"device": torch.device("cpu")}
    for cell in json.loads(content)["cells"]:
        source = "".join(cell["source"])
        defines = source.startswith(("import ", "def ", "class "))
        if cell["cell_type"] == "code" and defines and "genera_tabla" not in source:
            exec(source, namespace)  # noqa: S102 - our own wrong solutions
    return namespace


def _passes(test: Callable[[Namespace], None], namespace: Namespace) -> bool:
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            test(namespace)
    except Exception:  # noqa: BLE001 - whatever a wrong solution raises
        return False
    return True


def _of(assignment: str, part: str) -> Callable[[Any], Any]:
    def register(test: Callable[[Namespace], None]) -> Callable[[Namespace], None]:
        TESTS.setdefault(assignment, {}).setdefault(part, []).append(test)
        return test

    return register


def _filled(module: torch.nn.Module, value: float) -> torch.nn.Module:
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.fill_(value)
    return module


def _near(got: torch.Tensor, wanted: Any) -> None:
    torch.testing.assert_close(got, torch.as_tensor(wanted), atol=1e-4, rtol=1e-4)


# lstm_gru


@_of("lstm_gru", "genera_dataset")
def _dataset_shapes(given: Namespace) -> None:
    xs, ys = given["genera_dataset"](10, 50).tensors
    assert (xs.shape, ys.shape, xs.dtype) == ((50, 10, 1), (50,), torch.float32)


@_of("lstm_gru", "genera_dataset")
def _dataset_labels(given: Namespace) -> None:
    xs, ys = given["genera_dataset"](10, 50).tensors
    assert set(xs.unique().tolist()) <= {0.0, 1.0}
    _near(ys, xs.sum(dim=(1, 2)))


@_of("lstm_gru", "celdaLSTM")
def _lstm_shapes(given: Namespace) -> None:
    h, c = given["celdaLSTM"](3, 5)(torch.randn(2, 3), (torch.zeros(2, 5), torch.zeros(2, 5)))
    assert h.shape == c.shape == (2, 5)


@_of("lstm_gru", "celdaLSTM")
def _lstm_numbers(given: Namespace) -> None:
    cell = _filled(given["celdaLSTM"](2, 2), 0.1)
    h, c = cell(torch.ones(1, 2), (torch.zeros(1, 2), torch.zeros(1, 2)))
    _near(h, [[0.1339, 0.1339]])
    _near(c, [[0.2275, 0.2275]])


@_of("lstm_gru", "celdaLSTM")
def _lstm_beside_torch(given: Namespace) -> None:
    torch.manual_seed(0)
    mine, theirs = given["celdaLSTM"](3, 4), torch.nn.LSTMCell(3, 4)
    theirs.load_state_dict(
        {
            "weight_ih": mine.x_fc.weight,
            "weight_hh": mine.h_fc.weight,
            "bias_ih": mine.x_fc.bias,
            "bias_hh": mine.h_fc.bias,
        }
    )
    x, state = torch.randn(2, 3), (torch.randn(2, 4), torch.randn(2, 4))
    for got, wanted in zip(mine(x, state), theirs(x, state), strict=True):
        _near(got, wanted)


@_of("lstm_gru", "celdaLSTM")
def _lstm_parameters(given: Namespace) -> None:
    shapes = [tuple(one.shape) for one in given["celdaLSTM"](3, 5).parameters()]
    assert sorted(shapes) == sorted([(20, 3), (20,), (20, 5), (20,)])


@_of("lstm_gru", "modeloLSTM")
def _lstm_model_shape(given: Namespace) -> None:
    assert given["modeloLSTM"](1, 4, 1)(torch.zeros(3, 6, 1)).shape == (3, 1)


@_of("lstm_gru", "modeloLSTM")
def _lstm_model_steps(given: Namespace) -> None:
    torch.manual_seed(0)
    model, x = given["modeloLSTM"](1, 4, 2), torch.randn(3, 5, 1)
    state = torch.zeros(3, 4), torch.zeros(3, 4)
    for x_t in x.unbind(1):
        state = model.lstm(x_t, state)
    _near(model(x), model.fc(state[0]))


@_of("lstm_gru", "celdaGRU")
def _gru_shapes(given: Namespace) -> None:
    assert given["celdaGRU"](3, 5)(torch.randn(2, 3), torch.zeros(2, 5)).shape == (2, 5)


@_of("lstm_gru", "celdaGRU")
def _gru_numbers(given: Namespace) -> None:
    cell = _filled(given["celdaGRU"](2, 2), 0.1)
    _near(cell(torch.ones(1, 2), torch.zeros(1, 2)), [[0.1525, 0.1525]])


@_of("lstm_gru", "celdaGRU")
def _gru_by_hand(given: Namespace) -> None:
    torch.manual_seed(0)
    cell, x, h = given["celdaGRU"](3, 4), torch.randn(2, 3), torch.randn(2, 4)
    z = torch.sigmoid(cell.x_z_fc(x) + cell.h_z_fc(h))
    r = torch.sigmoid(cell.x_r_fc(x) + cell.h_r_fc(h))
    n = torch.tanh(cell.x_h_fc(x) + cell.hr_h_fc(r * h))
    _near(cell(x, h), z * h + (1 - z) * n)


@_of("lstm_gru", "modeloGRU")
def _gru_model_shape(given: Namespace) -> None:
    assert given["modeloGRU"](1, 4, 1)(torch.zeros(3, 6, 1)).shape == (3, 1)


@_of("lstm_gru", "modeloGRU")
def _gru_model_steps(given: Namespace) -> None:
    torch.manual_seed(0)
    model, x = given["modeloGRU"](1, 4, 2), torch.randn(3, 5, 1)
    h = torch.zeros(3, 4)
    for x_t in x.unbind(1):
        h = model.gru(x_t, h)
    _near(model(x), model.fc(h))


def _line(samples: int) -> DataLoader[Any]:
    torch.manual_seed(0)
    xs = torch.randn(samples, 3)
    return DataLoader(TensorDataset(xs, xs.sum(dim=1)), batch_size=8)


@_of("lstm_gru", "modelo_entrenamiento")
def _the_loss_falls(given: Namespace) -> None:
    loader, model, loss = _line(40), torch.nn.Linear(3, 1), torch.nn.MSELoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    before = _measured(model, loader)
    for _ in range(5):
        given["modelo_entrenamiento"](model, loss, optimizer, loader)
    assert _measured(model, loader) < before / 2


@_of("lstm_gru", "modelo_entrenamiento")
def _the_weights_move(given: Namespace) -> None:
    loader, model = _line(40), torch.nn.Linear(3, 1)
    before = model.weight.clone()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    given["modelo_entrenamiento"](model, torch.nn.MSELoss(), optimizer, loader)
    assert not torch.equal(before, model.weight)
    assert model.training


def _measured(model: torch.nn.Module, loader: DataLoader[Any]) -> float:
    with torch.no_grad():
        return sum(float(((model(x)[:, 0] - y) ** 2).sum()) for x, y in loader)


@_of("lstm_gru", "modelo_prueba")
def _two_numbers(given: Namespace) -> None:
    loss, accuracy = given["modelo_prueba"](torch.nn.Linear(3, 1), torch.nn.MSELoss(), _line(40))
    assert loss >= 0
    assert 0 <= accuracy <= 1


@_of("lstm_gru", "modelo_prueba")
def _the_loss_of_the_test(given: Namespace) -> None:
    loader, model = _line(40), torch.nn.Linear(3, 1)
    loss, _ = given["modelo_prueba"](model, torch.nn.MSELoss(), loader)
    _near(torch.tensor(loss), _measured(model, loader) / 40)


@_of("lstm_gru", "modelo_prueba")
def _a_perfect_model(given: Namespace) -> None:
    model = _filled(torch.nn.Linear(3, 1, bias=False), 1.0)
    xs = torch.randint(0, 3, (32, 3)).float()
    loader = DataLoader(TensorDataset(xs, xs.sum(dim=1)), batch_size=8)
    assert given["modelo_prueba"](model, torch.nn.MSELoss(), loader)[1] == 1


# atencion


def _bahdanau() -> tuple[torch.Tensor, ...]:
    torch.manual_seed(0)
    return torch.randn(2), torch.randn(4, 3), torch.randn(5, 2), torch.randn(5, 3), torch.randn(5)


@_of("atencion", "calcular_pesos_atencion_bahdanau")
def _weights_sum_to_one(given: Namespace) -> None:
    e, alfa = given["calcular_pesos_atencion_bahdanau"](*_bahdanau())
    assert e.shape == alfa.shape == (4,)
    _near(alfa.sum(), 1.0)


@_of("atencion", "calcular_pesos_atencion_bahdanau")
def _weights_by_hand(given: Namespace) -> None:
    s, hs, w, u, v = _bahdanau()
    e, alfa = given["calcular_pesos_atencion_bahdanau"](s, hs, w, u, v)
    wanted = torch.stack([v @ torch.tanh(w @ s + u @ h) for h in hs])
    _near(e, wanted)
    _near(alfa, torch.softmax(wanted, 0))


@_of("atencion", "softmax_enmascarado")
def _padding_gets_nothing(given: Namespace) -> None:
    mask = torch.tensor([[True, True, False]])
    alfa = given["softmax_enmascarado"](torch.tensor([[1.0, 2.0, 3.0]]), mask)
    _near(alfa, [[0.2689, 0.7311, 0.0]])


@_of("atencion", "softmax_enmascarado")
def _rows_sum_to_one(given: Namespace) -> None:
    torch.manual_seed(0)
    alfa = given["softmax_enmascarado"](torch.randn(3, 5), torch.ones(3, 5, dtype=torch.bool))
    _near(alfa.sum(-1), torch.ones(3))


@_of("atencion", "atencion_producto")
def _product_beside_torch(given: Namespace) -> None:
    torch.manual_seed(0)
    q, k, v = torch.randn(2, 3, 4), torch.randn(2, 5, 4), torch.randn(2, 5, 6)
    context, alfa = given["atencion_producto"](q, k, v)
    assert alfa.shape == (2, 3, 5)
    _near(context, torch.nn.functional.scaled_dot_product_attention(q, k, v))


@_of("atencion", "atencion_producto")
def _product_with_a_mask(given: Namespace) -> None:
    torch.manual_seed(0)
    q, k, v = torch.randn(1, 3, 4), torch.randn(1, 5, 4), torch.randn(1, 5, 6)
    mask = torch.tensor([[True, True, True, False, False]])
    _near(given["atencion_producto"](q, k, v, mask)[1].sum(-1), torch.ones(1, 3))


@_of("atencion", "AtencionAditiva")
def _additive_shapes(given: Namespace) -> None:
    context, alfa = given["AtencionAditiva"](2, 3, 5)(torch.randn(4, 2), torch.randn(4, 6, 3))
    assert (context.shape, alfa.shape) == ((4, 3), (4, 6))


@_of("atencion", "AtencionAditiva")
def _additive_by_hand(given: Namespace) -> None:
    torch.manual_seed(0)
    made, s, hs = given["AtencionAditiva"](2, 3, 5), torch.randn(4, 2), torch.randn(4, 6, 3)
    context, alfa = made(s, hs)
    e = made.v_a(torch.tanh(made.W_a(s)[:, None] + made.U_a(hs)))[..., 0]
    _near(alfa, torch.softmax(e, -1))
    _near(context, torch.einsum("bn,bnd->bd", torch.softmax(e, -1), hs))


@_of("atencion", "pasoDecoder")
def _step_shapes(given: Namespace) -> None:
    step = given["pasoDecoder"](9, 2, 4)
    logits, s, alfa = step(torch.tensor([1, 0, 8]), torch.zeros(3, 4), torch.randn(3, 5, 4))
    assert (logits.shape, s.shape, alfa.shape) == ((3, 9), (3, 4), (3, 5))


@_of("atencion", "pasoDecoder")
def _step_by_hand(given: Namespace) -> None:
    torch.manual_seed(0)
    step, token = given["pasoDecoder"](9, 2, 4), torch.tensor([1, 0, 8])
    s, hs = torch.randn(3, 4), torch.randn(3, 5, 4)
    logits, s_t, _ = step(token, s, hs)
    context, _ = step.attention(s, hs)
    wanted = step.gru(torch.cat([step.embedding(token), context], -1), s)
    _near(s_t, wanted)
    _near(logits, step.fc(torch.cat([wanted, context], -1)))


@_of("atencion", "mapa_atencion")
def _map_shape(given: Namespace) -> None:
    drawn = given["mapa_atencion"]([torch.full((2, 4), 0.25)] * 3, torch.tensor([4, 2]))
    assert drawn.shape == (2, 3, 4)
    _near(drawn[1], [[0.25, 0.25, 0.0, 0.0]] * 3)
