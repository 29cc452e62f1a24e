"""Parts 5 to 8: forecasts that need no network, a network of one step or more, and a forecast that
feeds itself.
"""  # noqa: D205 - one sentence

from dataclasses import replace

import torch

from grader.checks.case import Isolation
from grader.checks.kit import Definition, Float, Size, mistake, term, whole

from . import probes

WEIGHTS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")


def along(values, horizonte):
    """Return values (B,) at every step of the horizon."""
    return values[:, None].expand(-1, horizonte)


class persistencia(Definition):
    inputs = {"X": Float("B W"), "horizonte": Size("K")}
    outputs = {"pronostico": Float("B K")}
    fresh_sizes = {"W": 5, "K": 3}
    weights = {"interface": 0.5, "ones": 0.5}

    @term(1)
    def ultimo(X):
        return X[:, -1]

    @term(1)
    def pronostico(ultimo, horizonte):
        return along(ultimo, horizonte)

    mistakes = (
        mistake("ser.first_value", ultimo=("[:, -1]", "[:, 0]"), edit=("X[:, -1:]", "X[:, :1]")),
        mistake(
            "ser.mean_of_window",
            ultimo=lambda X: X.mean(1),
            edit=("X[:, -1:]", "X.mean(dim=1, keepdim=True)"),
        ),
        mistake(
            "ser.window_again",
            pronostico=lambda X, horizonte: X.repeat(1, horizonte)[:, -horizonte:],
            edit=("X[:, -1:].repeat(1, horizonte)", "X.repeat(1, horizonte)[:, -horizonte:]"),
        ),
    )


SEASON, TURN = "X[:, -periodo:]", "k % periodo"


class persistencia_estacional(Definition):
    inputs = {"X": Float("B P+E-1"), "periodo": Size("P"), "horizonte": Size("K")}
    outputs = {"pronostico": Float("B K")}
    largest = {"K": 8, "P": 4}
    fresh_sizes = {"P": 3, "E": 4, "K": 8}
    weights = {"interface": 0.5, "ones": 0.5}

    @term(2)
    def temporada(X, periodo):
        return X[:, X.shape[1] - periodo :]

    @term(2)
    def lugares(horizonte, periodo):
        return [k % periodo for k in range(horizonte)]

    @term(0)
    def pronostico(temporada, lugares):
        return temporada[:, lugares]

    mistakes = (
        mistake(
            "ser.first_season",
            temporada=lambda X, periodo: X[:, :periodo],
            edit=(SEASON, "X[:, :periodo]"),
        ),
        mistake(
            "ser.season_shifted",
            lugares=("k % periodo", "(k + 1) % periodo"),
            edit=(TURN, "(k + 1) % periodo"),
        ),
        mistake(
            "ser.season_turned",
            lugares=("k % periodo", "-1 - k % periodo"),
            edit=(TURN, "-1 - k % periodo"),
        ),
        mistake(
            "ser.season_once",
            lugares=lambda horizonte, periodo: [min(k, periodo - 1) for k in range(horizonte)],
            edit=(TURN, "min(k, periodo - 1)"),
        ),
        mistake(
            "ser.one_value_of_a_season",
            lugares=lambda horizonte: [0] * horizonte,
            edit=(TURN, "0"),
        ),
        mistake(
            "ser.last_value_always",
            lugares=lambda horizonte: [-1] * horizonte,
            edit=(TURN, "-1"),
        ),
    )


STEP, READ = "h = self.celda(x[:, t : t + 1], h)", "self.fc(h)"


def read(celda, columns, h):
    """Return the states of a cell after each value."""
    found = []
    for value in columns:
        h = celda(value, h)
        found.append(h)
    return found


def of_torch(celda, fc, x, H):
    """Return what torch's own network gives."""
    network = torch.nn.GRU(1, H, batch_first=True).double()
    weights = {f"{name}_l0": getattr(celda, name) for name in WEIGHTS}
    _, h = torch.func.functional_call(network, weights, (x[..., None],))
    return fc(h[0])


class modeloSerie(Definition):
    init = "hidden_size=H horizonte=K"
    layers = {"celda": "GRUCell 1 -> H", "fc": "H -> K"}
    inputs = {"x": Float("B T")}
    outputs = {"pronostico": Float("B K")}
    largest = {"T": 5}
    fresh_sizes = {"T": 4, "K": 2}
    weights = {"gradient": 1.5}
    whole = whole(like=of_torch)

    @term(1.5)
    def entradas(x):
        return x.split(1, 1)

    @term(1.5)
    def inicio(x, H):
        return torch.zeros(len(x), H, dtype=torch.float64)

    @term(3)
    def pasos(celda, entradas, inicio):
        return read(celda, entradas, inicio)

    @term(2)
    def estado(pasos):
        return pasos[-1]

    @term(3)
    def pronostico(fc, estado):
        return fc(estado)

    mistakes = (
        mistake(
            "ser.first_value_alone",
            entradas=lambda x: [x[:, :1]] * x.shape[1],
            edit=("x[:, t : t + 1]", "x[:, :1]"),
        ),
        mistake(
            "ser.ones_at_first",
            inicio=("zeros", "ones"),
            edit=("x.new_zeros", "x.new_ones"),
        ),
        mistake(
            "ser.state_reset",
            pasos=lambda celda, entradas: [celda(value) for value in entradas],
            edit=(STEP, "h = self.celda(x[:, t : t + 1])"),
        ),
        mistake(
            "ser.read_backwards",
            pasos=lambda celda, entradas, inicio: read(celda, entradas[::-1], inicio),
            edit=("in range(x.size(1))", "in reversed(range(x.size(1)))"),
        ),
        mistake(
            "ser.last_value_unread",
            pasos=lambda celda, entradas, inicio: [inicio, *read(celda, entradas[:-1], inicio)],
            edit=("range(x.size(1))", "range(x.size(1) - 1)"),
        ),
        mistake(
            "ser.mean_of_states",
            estado=lambda pasos: torch.stack(pasos).mean(0),
            edit=(
                (STEP, f"{STEP}\n            hs = [*hs, h] if t else [h]"),
                (READ, "self.fc(torch.stack(hs).mean(dim=0))"),
            ),
        ),
        mistake(
            "ser.relu_before_fc",
            pronostico=("fc(estado)", "fc(estado.relu())"),
            edit=(READ, "self.fc(h.relu())"),
        ),
        mistake(
            "ser.tanh_of_forecast",
            pronostico=("fc(estado)", "fc(estado).tanh()"),
            edit=(READ, "torch.tanh(self.fc(h))"),
        ),
        mistake(
            "ser.relu_of_forecast",
            pronostico=("fc(estado)", "fc(estado).relu()"),
            edit=(READ, "torch.relu(self.fc(h))"),
        ),
        mistake(
            "ser.change_for_value",
            pronostico=lambda fc, estado, x: x[:, -1:] + fc(estado),
            edit=(READ, "x[:, -1:] + self.fc(h)"),
        ),
    )


def newest(case):
    """Return a case whose model looks at the newest value alone."""
    weights = case.inputs["pesos_del_modelo"].clone()
    weights[:-1] = 0
    return replace(case, inputs={**case.inputs, "pesos_del_modelo": weights})


def one_step(ventana, pesos):
    """Return the forecast of the linear model, (B, 1)."""
    return ventana @ pesos[-ventana.shape[1] :, None]


NEXT, ALL = "torch.cat([ventana[:, 1:], y], dim=1)", "torch.cat(pronosticos, dim=1)"


class pronostico_recursivo(Definition):
    probe = probes.recursivo
    inputs = {
        "ventana": Float("B W"),
        "pesos_del_modelo": Float("W+K"),
        "pasos": Size("K"),
    }
    outputs = {"pronosticos": Float("B K")}
    largest = {"W": 4, "K": 5}
    fresh_sizes = {"W": 3, "K": 5}

    @term(5, Isolation(("pesos_del_modelo",), newest))
    def entra():
        return lambda y, ventana, k: y

    @term(5)
    def avanza():
        return lambda ventana, nuevo: torch.cat([ventana[:, 1:], nuevo], 1)

    @term(0)
    def todos(ventana, pesos_del_modelo, pasos, entra, avanza):
        found, now = [], ventana
        for k in range(pasos):
            found.append(one_step(now, pesos_del_modelo))
            now = avanza(now, entra(found[-1], ventana, k))
        return found

    @term(3)
    def pronosticos(todos):
        return torch.cat(todos, 1)

    mistakes = (
        mistake(
            "ser.truth_fed_back",
            entra=lambda: lambda y, ventana, k: ventana[:, k % ventana.shape[1], None],
            also=({"entra": lambda: lambda y, ventana, k: ventana[:, -1:]},),
            edit=(
                ("pronosticos = []", "pronosticos, vista = [], ventana"),
                ("for _ in", "for k in"),
                (NEXT, "torch.cat([ventana[:, 1:], vista[:, [k % vista.size(1)]]], dim=1)"),
            ),
        ),
        mistake(
            "ser.zeros_fed_back",
            entra=lambda: lambda y, ventana, k: 0 * y,
            edit=(NEXT, "torch.cat([ventana[:, 1:], torch.zeros_like(y)], dim=1)"),
        ),
        mistake(
            "ser.window_fixed",
            avanza=lambda: lambda ventana, nuevo: ventana,
            edit=(NEXT, "ventana"),
        ),
        mistake(
            "ser.last_replaced",
            avanza=lambda: lambda ventana, nuevo: torch.cat([ventana[:, :-1], nuevo], 1),
            edit=(NEXT, "torch.cat([ventana[:, :-1], y], dim=1)"),
        ),
        mistake(
            "ser.enters_in_front",
            avanza=lambda: lambda ventana, nuevo: torch.cat([nuevo, ventana[:, :-1]], 1),
            also=(
                {"avanza": lambda: lambda ventana, nuevo: torch.cat([nuevo, ventana[:, 1:]], 1)},
            ),
            edit=(NEXT, "torch.cat([y, ventana[:, :-1]], dim=1)"),
        ),
        mistake(
            "ser.window_grows",
            avanza=lambda: lambda ventana, nuevo: torch.cat([ventana, nuevo], 1),
            edit=(NEXT, "torch.cat([ventana, y], dim=1)"),
        ),
        mistake(
            "ser.last_forecast_alone",
            pronosticos=lambda todos: todos[-1],
            edit=(ALL, "pronosticos[-1]"),
        ),
        mistake(
            "ser.forecasts_turned",
            pronosticos=lambda todos: torch.cat(todos[::-1], 1),
            edit=(ALL, "torch.cat(pronosticos[::-1], dim=1)"),
        ),
        mistake(
            "ser.first_forecast_left_out",
            pronosticos=lambda todos: torch.cat([*todos[1:], todos[-1]], 1),
            edit=(ALL, "torch.cat(pronosticos[1:] + pronosticos[-1:], dim=1)"),
        ),
    )
