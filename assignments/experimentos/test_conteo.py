"""Parts 1 and 2: how many parameters a network has, beside torch's own, and what its products cost."""

import torch

from grader.checks.kit import Definition, Flag, Float, One, given, mistake, term, whole

from . import probes

ONE, RNN = given(num_layers=1, bidireccional=False), given(tipo="RNN")
PIECES = '{"RNN": 1, "GRU": 3, "LSTM": 4}'
FEWER = {"RNN": 1, "GRU": 2, "LSTM": 3}


def pieces(counts):
    """Return the term that counts so."""
    return lambda tipo: counts[tipo]


GATES_ALONE = mistake(
    "exp.gates_miscounted",
    piezas=pieces(FEWER),
    also=({"piezas": pieces(FEWER | {"LSTM": 4})}, {"piezas": pieces(FEWER | {"GRU": 3})}),
    edit=(PIECES, PIECES.replace("3", "2").replace("4", "3")),
)
"""Who counts gates and no candidate, of both cells or of one."""


def number(value):
    """Return a count as the probes do."""
    return torch.tensor(float(value), dtype=torch.float64)


def of_torch(tipo, input_size, hidden_size, num_layers, bidireccional):
    """Return the count of torch's own network."""
    network = getattr(torch.nn, tipo)(
        input_size, hidden_size, num_layers or 1, bidirectional=bool(bidireccional)
    )
    return number(sum(one.numel() for one in network.parameters()))


class cuenta_parametros(Definition):
    probe = probes.parametros
    inputs = {
        "tipo": One("LSTM", "GRU", "RNN"),
        "input_size": One(3, 1, 2, 10),
        "hidden_size": One(4, 2, 1, 7, 20),
        "num_layers": One(2, 3, 1, 4, optional=True),
        "bidireccional": Flag(optional=True),
    }
    outputs = {"total": Float("")}
    weights = {"ones": 0}
    whole = whole(like=of_torch)

    @term(4, RNN, ONE)
    def sesgos(hidden_size):
        return 2 * hidden_size

    @term(2, RNN, ONE)
    def pesos(hidden_size):
        return lambda entrada: hidden_size * (entrada + hidden_size)

    @term(5, ONE)
    def piezas(tipo):
        return {"RNN": 1, "GRU": 3, "LSTM": 4}[tipo]

    @term(3, RNN, given(num_layers=1))
    def direcciones(bidireccional):
        return 2 if bidireccional else 1

    @term(4, RNN, given(num_layers=2))
    def lee(direcciones, hidden_size):
        return direcciones * hidden_size

    @term(2, RNN, given(bidireccional=False))
    def capas(num_layers):
        return num_layers or 1

    @term(0)
    def total(piezas, sesgos, direcciones, pesos, lee, capas, input_size):
        first, above = (pesos(one) + sesgos for one in (input_size, lee))
        return number(direcciones * piezas * (first + (capas - 1) * above))

    mistakes = (
        GATES_ALONE,
        mistake(
            "exp.state_not_multiplied",
            pesos=lambda hidden_size: lambda entrada: hidden_size * entrada,
            edit=("(entrada + hidden_size)", "entrada"),
        ),
        mistake("exp.one_bias", sesgos=("2 * hidden_size", "hidden_size")),
        mistake(
            "exp.no_bias", sesgos=("2 * hidden_size", "0"), edit=("sesgos = 2 * hidden_size", "sesgos = 0")
        ),
        mistake(
            "exp.upper_layers_read_input",
            lee=lambda input_size: input_size,
            edit=("if capa == 0 else direcciones * hidden_size", ""),
        ),
        mistake(
            "exp.upper_layers_one_direction",
            lee=("direcciones * hidden_size", "hidden_size"),
            edit=("else direcciones * hidden_size", "else hidden_size"),
        ),
        mistake(
            "exp.one_direction",
            direcciones=lambda: 1,
            edit=("2 if bidireccional else 1", "1"),
        ),
        mistake(
            "exp.layers_ignored",
            capas=lambda: 1,
            edit=("range(num_layers)", "range(1)"),
        ),
    )  # fmt: skip


def of_matrices(tipo, input_size, hidden_size, T):
    """Return the count by the matrices of torch's own network, each once a step."""
    network = getattr(torch.nn, tipo)(input_size, hidden_size)
    return number(T * sum(one.numel() for one in network.parameters() if one.ndim > 1))


PRODUCTS = "hidden_size * (input_size + hidden_size)"


class cuenta_operaciones(Definition):
    probe = probes.operaciones
    inputs = {
        "tipo": One("LSTM", "GRU", "RNN"),
        "input_size": One(3, 1, 2, 10),
        "hidden_size": One(4, 2, 1, 7, 20),
        "T": One(5, 1, 2, 50),
    }
    outputs = {"total": Float("")}
    weights = {"ones": 0}
    whole = whole(like=of_matrices)

    @term(2, RNN, given(T=1))
    def productos(hidden_size, input_size):
        return hidden_size * (input_size + hidden_size)

    @term(2, RNN)
    def pasos(T):
        return T

    @term(2, given(T=1))
    def piezas(tipo):
        return {"RNN": 1, "GRU": 3, "LSTM": 4}[tipo]

    @term(0)
    def total(piezas, productos, pasos):
        return number(piezas * productos * pasos)

    mistakes = (
        GATES_ALONE,
        mistake("exp.steps_forgotten", pasos=lambda: 1, edit=("return T * por_paso", "return por_paso")),
        mistake(
            "exp.state_not_multiplied",
            productos=("(input_size + hidden_size)", "input_size"),
        ),
        mistake(
            "exp.biases_counted",
            productos=lambda hidden_size, input_size: hidden_size * (input_size + hidden_size + 2),
            also=({"productos": lambda hidden_size, input_size: hidden_size * (input_size + hidden_size + 1)},),
            edit=(PRODUCTS, "hidden_size * (input_size + hidden_size + 2)"),
        ),
        mistake(
            "exp.additions_counted",
            productos=(PRODUCTS, f"2 * {PRODUCTS}"),
            edit=(PRODUCTS, f"2 * {PRODUCTS}"),
        ),
    )  # fmt: skip
