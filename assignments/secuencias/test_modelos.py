"""Parts 11 and 12: a stack of cells, and two directions, over the student's own `corre`."""

import torch

from grader.checks.kit import Definition, Float, Lengths, Over, Padded, mistake, term
from grader.checks.kit import whole as whole_

from . import probes
from .loops import at, below, by_torch, layer, only, states, turned, zeros

INPUTS = {"x": Padded(Float("B T D"), "longitudes"), "longitudes": Lengths("B", "T")}
CELLS = "[torch.nn.GRUCell(n, hidden_size) for n in entradas]"
SHARED = CELLS.replace("n, h", "input_size, h").replace(" for n in entradas", "")
SHARED += " + [torch.nn.GRUCell(hidden_size, hidden_size)] * (num_layers - 1)"
STACK = "torch.stack(finales)"


def stacked(D, H, K):
    """Return the cells of a stack."""
    return torch.nn.ModuleList(torch.nn.GRUCell(H if k else D, H) for k in range(K))


class modeloApilado(Definition):
    init = "input_size=D hidden_size=H num_layers=K"
    layers = {"capas": stacked}
    inputs = INPUTS
    outputs = {"hs": Float("B T H"), "h_n": Float("K B H")}
    weights = {"gradient": 1}
    largest = {"K": 3}
    fresh_sizes = {"B": 5, "T": 6}
    whole = whole_(like=lambda capas, x, longitudes: by_torch(list(capas), x, longitudes))
    stand_ins = below("")
    called = {"lee": "feeds_next"}

    @term(3)
    def own_weights(capas):
        return list(capas)

    @term(5)
    def lee():
        return lambda x, hs: hs

    @term(1)
    def inicio():
        return lambda h: None

    @term(0)
    def todas(own_weights, lee, inicio, x, longitudes):
        hs, h_n, found = x, None, []
        for cell in own_weights:
            hs, h_n = layer(cell, lee(x, hs), longitudes, inicio(h_n))
            found.append((hs, h_n))
        return found

    @term(1)
    def hs(todas):
        return todas[-1][0]

    @term(3)
    def h_n(todas):
        return torch.stack([h_n for _, h_n in todas])

    mistakes = (
        mistake(
            "sec.shared_layers",
            own_weights=lambda capas: [capas[0], *([capas[-1]] * (len(capas) - 1))],
            also=({"own_weights": lambda capas: [capas[-1]] * len(capas)},),
            loses=("own_weights", "gradient"),
            edit=(CELLS, SHARED),
        ),
        mistake(
            "sec.all_get_x",
            lee=lambda: lambda x, hs: x,
            edit=("corre(celda, hs,", "corre(celda, x,"),
        ),
        mistake(
            "sec.state_passed_up",
            inicio=lambda: lambda h: h,
            edit=(
                ("hs, finales = x, []", "hs, finales, h_n = x, [], None"),
                ("corre(celda, hs, longitudes)", "corre(celda, hs, longitudes, h_n)"),
            ),
        ),
        mistake(
            "sec.first_layer_returned",
            hs=lambda todas: todas[0][0],
            edit=(
                ("finales.append(h_n)", "finales.append(h_n)\n            salidas.append(hs)"),
                ("hs, finales = x, []", "hs, finales, salidas = x, [], []"),
                ("return hs,", "return salidas[0],"),
            ),
        ),
        mistake(
            "sec.last_column",
            h_n=lambda todas: torch.stack([hs[:, -1] for hs, _ in todas]),
            edit=("finales.append(h_n)", "finales.append(hs[:, -1])"),
        ),
        mistake(
            "sec.layers_reversed",
            h_n=lambda todas: torch.stack([h_n for _, h_n in todas[::-1]]),
            edit=(STACK, "torch.stack(finales[::-1])"),
        ),
        mistake(
            "sec.layers_second",
            h_n=lambda todas: torch.stack([h_n for _, h_n in todas], 1),
            edit=(STACK, "torch.stack(finales, dim=1)"),
        ),
        mistake(
            "sec.last_layer_alone",
            h_n=lambda todas: todas[-1][1],
            edit=(STACK, "finales[-1]"),
        ),
    )


AHEAD, BACK = (
    "corre(self.adelante, x, longitudes)",
    "corre(self.atras, invierte(x, longitudes), longitudes)",
)
TURNED = "vuelta = invierte(vuelta, longitudes)"
PAIR = "torch.cat([ida, vuelta], dim=-1), torch.cat([h_ida, h_vuelta], dim=-1)"
FULL = "torch.full_like(longitudes, x.shape[1])"


def both_by_torch(adelante, atras, x, longitudes):
    """Return what torch's GRU in two directions gives."""
    outputs, last = by_torch([adelante, atras], x, longitudes, both_ways=True)
    return outputs, torch.cat([last[0], last[1]], -1)


def over_padding(cell, x):
    """Return all states of a cell, of padding too, and the last ones."""
    found = states(cell, x, zeros(cell, x))
    return found, found[:, -1]


def back_over_padding(atras, leida):
    """Return the same of the other direction."""
    return over_padding(atras, leida)


class modeloBidireccional(Definition):
    init = "input_size=D hidden_size=H"
    layers = {"adelante": "GRUCell D -> H", "atras": "GRUCell D -> H"}
    inputs = INPUTS
    outputs = {"salidas": Float("B T 2*H"), "h_n": Float("B 2*H")}
    weights = {"gradient": 1}
    largest = {"T": 4}
    fresh_sizes = {"B": 4, "T": 6, "D": 2}
    whole = whole_(like=both_by_torch)
    stand_ins = below("")
    called = {"leida": "reversal", "alineada": "alignment", "salidas": "concat"}

    @term(0)
    def ida(adelante, x, longitudes):
        return layer(adelante, x, longitudes)

    @term(4)
    def leida(x, longitudes):
        return turned(x, longitudes)

    @term(1)
    def vuelta(atras, leida, longitudes):
        return layer(atras, leida, longitudes)

    @term(4)
    def alineada(vuelta, longitudes):
        return turned(vuelta[0], longitudes)

    @term(2)
    def salidas(ida, alineada):
        return torch.cat([ida[0], alineada], -1)

    @term(3)
    def h_n(ida, vuelta):
        return torch.cat([ida[1], vuelta[1]], -1)

    mistakes = (
        mistake(
            "sec.flip_whole",
            leida=lambda x: x.flip(1),
            alineada=lambda vuelta: vuelta[0].flip(1),
            loses=("leida",),
            also=({"leida": lambda x: x.flip(1)},),
            edit=(("invierte(x, longitudes)", "x.flip(1)"), (TURNED, "vuelta = vuelta.flip(1)")),
        ),
        mistake(
            "sec.runs_over_padding",
            ida=("layer(adelante, x, longitudes)", "over_padding(adelante, x)"),
            leida=lambda x: x.flip(1),
            vuelta=back_over_padding,
            alineada=lambda vuelta: vuelta[0].flip(1),
            loses=("leida",),
            also=(
                {
                    "leida": lambda x: x.flip(1),
                    "vuelta": back_over_padding,
                    "alineada": lambda vuelta, longitudes: only(vuelta[0].flip(1), longitudes),
                },
            ),
            edit=(
                ("x, longitudes)\n        vuelta, h", f"x, {FULL})\n        vuelta, h"),
                (BACK, f"corre(self.atras, x.flip(1), {FULL})"),
                (TURNED, "vuelta = vuelta.flip(1)"),
            ),
        ),
        mistake(
            "sec.both_forward",
            leida=lambda x: x,
            alineada=lambda vuelta: vuelta[0],
            loses=("leida",),
            edit=(("invierte(x, longitudes)", "x"), (f"        {TURNED}", "        #")),
        ),
        mistake(
            "sec.one_cell_for_both",
            vuelta=("(atras,", "(adelante,"),
            edit=("corre(self.atras,", "corre(self.adelante,"),
        ),
        mistake(
            "sec.backward_not_realigned",
            alineada=lambda vuelta: vuelta[0],
            also=({"alineada": lambda vuelta: vuelta[0].flip(1)},),
            edit=(f"        {TURNED}", "        #"),
        ),
        mistake(
            "sec.backward_last",
            h_n=lambda ida, alineada: torch.cat([ida[1], alineada[:, -1]], -1),
            also=(
                {
                    "h_n": lambda ida, alineada, longitudes: torch.cat(
                        [ida[1], at(alineada, longitudes - 1)], -1
                    )
                },
                {"h_n": lambda ida, vuelta: torch.cat([ida[1], vuelta[0][:, -1]], -1)},
            ),
            edit=(
                "torch.cat([h_ida, h_vuelta], dim=-1)",
                "torch.cat([h_ida, vuelta[:, -1]], dim=-1)",
            ),
        ),
        mistake(
            "sec.last_column",
            h_n=lambda salidas: salidas[:, -1],
            edit=(PAIR, "(juntas := torch.cat([ida, vuelta], dim=-1)), juntas[:, -1]"),
        ),
        mistake(
            "sec.halves_exchanged",
            salidas=lambda ida, alineada: torch.cat([alineada, ida[0]], -1),
            h_n=lambda ida, vuelta: torch.cat([vuelta[1], ida[1]], -1),
            loses=("salidas",),
            also=({"salidas": lambda ida, alineada: torch.cat([alineada, ida[0]], -1)},),
            edit=(
                ("cat([ida, vuelta]", "cat([vuelta, ida]"),
                ("cat([h_ida, h_vuelta]", "cat([h_vuelta, h_ida]"),
            ),
        ),
    )


class Suma(Definition, part="modeloBidireccional", name="modeloBidireccional", prefix="sum_"):
    init = "input_size=D hidden_size=H"
    probe = probes.suma
    layers = {"concat": Over(modeloBidireccional, {"D": "D", "H": "H", "B": "B", "T": "T"}, "")}
    inputs = INPUTS
    outputs = {"sumadas": Float("B T H"), "h_sumada": Float("B H")}
    weights = {"parameters": 0, "interface": 0.5, "ones": 0.5, "returned": 0}
    largest = {"T": 4}
    fresh_sizes = {"B": 4, "T": 6, "D": 2}
    whole = whole_(weight=0)
    stand_ins = modeloBidireccional.stand_ins

    @term(0)
    def mitades(concat, x, longitudes):
        return [one.chunk(2, -1) for one in concat(x, longitudes)]

    @term(1)
    def combina():
        return torch.add

    @term(0)
    def sumadas(mitades, combina):
        return combina(*mitades[0])

    @term(0)
    def h_sumada(mitades, combina):
        return combina(*mitades[1])

    mistakes = (
        mistake(
            "sec.combina_ignored",
            combina=lambda: lambda one, other: torch.cat([one, other], -1),
            edit=('self.combina == "suma"', "False"),
        ),
        mistake(
            "sec.mean_for_sum",
            combina=lambda: lambda one, other: (one + other) / 2,
            edit=(
                "return ida + vuelta, h_ida + h_vuelta",
                "return (ida + vuelta) / 2, (h_ida + h_vuelta) / 2",
            ),
        ),
        mistake(
            "sec.product_for_sum",
            combina=lambda: torch.mul,
            edit=("return ida + vuelta, h_ida + h_vuelta", "return ida * vuelta, h_ida * h_vuelta"),
        ),
    )
