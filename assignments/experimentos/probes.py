"""What calls the students' functions: factories, clocks, networks and objectives made of data."""

import math
import random
import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from torch.nn.modules.module import register_module_parameter_registration_hook


def numero(valor):
    """Return a number as a tensor of one."""
    return torch.as_tensor(valor).detach().double().reshape(())


def sin_redes(modulo, nombre, _parametro):
    """Refuse to make one of torch's own recurrent networks: its parameters would be counted."""
    if isinstance(modulo, (torch.nn.RNNBase, torch.nn.RNNCellBase)) and nombre:
        raise RuntimeError(
            "aquí se cuenta con una fórmula, sin construir la red / "
            "here one counts by a formula, without making the network"
        )


def parametros(notebook, tipo, input_size, hidden_size, num_layers, bidireccional):
    """Return how many parameters there are; what is not given is left out."""
    dados = [num_layers or 1, bidireccional] if bidireccional is not None else [num_layers]
    if dados == [None]:
        dados = []
    gancho = register_module_parameter_registration_hook(sin_redes)
    try:
        return numero(notebook["cuenta_parametros"](tipo, input_size, hidden_size, *dados))
    finally:
        gancho.remove()


def operaciones(notebook, tipo, input_size, hidden_size, T):
    """Return how many multiplications there are."""
    return numero(notebook["cuenta_operaciones"](tipo, input_size, hidden_size, T))


def tres_sorteos():
    """Return a number of each global generator."""
    return [random.random(), float(np.random.rand()), float(torch.rand(1))]  # noqa: NPY002, S311 - as students draw


def sorteos(notebook, semillas):
    """Return what the three generators give after each seed, three times each."""
    vistos = []
    for semilla in semillas:
        notebook["fija_semillas"](semilla)
        vistos.append([tres_sorteos() for _ in range(3)])
    return vistos


def semillas_bien(notebook, name):
    """Put what seeds all three generators in the place of the student's."""

    def fija_semillas(semilla):
        random.seed(semilla)
        np.random.seed(semilla)  # noqa: NPY002 - what is asked for
        torch.manual_seed(semilla)

    notebook[name] = fija_semillas


def en_numeros(valores):
    """Return the numbers in a list, tuple, tensor or array, or one alone; None of what is none."""
    try:
        return [float(uno) for uno in np.ravel(valores).tolist()]
    except (TypeError, ValueError):
        return None


def comparacion(notebook, nombres, semillas, valores):
    """Return what was made, trained and evaluated, in order, and what came back.

    A factory notes its name, its model's number and three draws; a training the same; an evaluation
    the number that it gave, which is the model's own.
    """
    sucesos = []

    def anota(que, modelo, valor=None):
        sucesos.append([que, modelo.nombre, modelo.numero, tres_sorteos(), valor])

    def fabrica(nombre):
        def nueva():
            sorteados = tres_sorteos()
            modelo = torch.nn.Linear(1, 1)
            modelo.nombre = nombre
            modelo.numero = sum(suceso[0] == "fabrica" for suceso in sucesos)
            sucesos.append(["fabrica", nombre, modelo.numero, sorteados, None])
            return modelo

        return nueva

    def entrena(modelo):
        anota("entrena", modelo)

    def evalua(modelo):
        valor = valores[modelo.numero % len(valores)]
        sucesos.append(["evalua", modelo.nombre, modelo.numero, None, valor])
        return valor

    fabricas = {nombre: fabrica(nombre) for nombre in nombres}
    vuelta = notebook["compara"](fabricas, list(semillas), entrena, evalua)
    es_dict = isinstance(vuelta, Mapping)
    if not es_dict and isinstance(vuelta, (list, tuple)):
        vuelta = dict(zip(nombres, vuelta, strict=False))
    pares = vuelta.items() if isinstance(vuelta, Mapping) else ()
    return [sucesos, es_dict, {str(nombre): en_numeros(uno) for nombre, uno in pares}]


def cronometrado(notebook, duraciones, repeticiones, calentamiento):
    """Return how often f was called, and the time; NaN where the clock was not read.

    The clock stands still but for f, whose calls last as long as is written down.
    """
    duran = duraciones.tolist()
    visto = {"ahora": 16.0, "llamadas": 0, "lecturas": 0}

    def f():
        visto["ahora"] += duran[visto["llamadas"] % len(duran)]
        visto["llamadas"] += 1

    def reloj():
        visto["lecturas"] += 1
        return visto["ahora"]

    tiempo = notebook["cronometra"](f, repeticiones, calentamiento, reloj)
    if not visto["lecturas"]:
        tiempo = math.nan
    return [numero(visto["llamadas"]), numero(tiempo)]


def tres_objetos(semilla, tasa):
    """Return a network with a batch norm, its Adam, and a generator."""
    torch.manual_seed(semilla)
    modelo = torch.nn.Sequential(
        torch.nn.Linear(3, 4), torch.nn.BatchNorm1d(4), torch.nn.Tanh(), torch.nn.Linear(4, 1)
    )
    optimizador = torch.optim.Adam(modelo.parameters(), lr=tasa)
    return modelo, optimizador, torch.Generator().manual_seed(semilla)


def da_pasos(modelo, optimizador, generador, cuantos):
    """Train a network on batches that the generator gives."""
    for _ in range(cuantos):
        x = torch.randn(8, 3, generator=generador)
        optimizador.zero_grad()
        ((modelo(x) - x.sum(1, keepdim=True)) ** 2).mean().backward()
        optimizador.step()


def foto(modelo, optimizador, generador):
    """Return copies of all that a network, an optimizer and a generator hold, and torch's own."""
    estado = torch.optim.Optimizer.state_dict(optimizador)
    memoria = {
        f"{numero}.{nombre}": torch.as_tensor(uno).clone()
        for numero, de_uno in estado["state"].items()
        for nombre, uno in de_uno.items()
    }
    memoria["lr"] = torch.tensor(estado["param_groups"][0]["lr"])
    pesos = {nombre: uno.detach().clone() for nombre, uno in modelo.state_dict().items()}
    return [
        pesos,
        memoria,
        {"estado": generador.get_state()},
        {"estado": torch.random.get_rng_state()},
    ]


def ida_y_vuelta(notebook, semilla, epoca):
    """Train for 5 steps, save, go on for 3; load into others, and go on for 3.

    Return whether there is a file where it should be and whether saving changed anything; what
    there was when it was saved, what there is after loading, the epoch, and the two ends.
    """
    uno, otro = tres_objetos(semilla, 0.05), tres_objetos(semilla + 1, 0.02)
    da_pasos(*uno, 5)
    da_pasos(*otro, 1)
    with tempfile.TemporaryDirectory() as carpeta:
        ruta, movido = f"{carpeta}/punto.pt", f"{carpeta}/movido.pt"
        antes = foto(*uno)
        notebook["guarda_punto"](ruta, uno[0], uno[1], epoca, uno[2])
        despues = foto(*uno)
        archivos = sorted(uno.name for uno in Path(carpeta).iterdir())
        if Path(ruta).is_file():
            ruta = str(Path(ruta).replace(movido))
        da_pasos(*uno, 3)
        recien = foto(*otro)
        devuelta = notebook["carga_punto"](ruta, *otro) if archivos else None
    cargado = foto(*otro)
    da_pasos(*otro, 3)
    devuelta = [float(devuelta)] if isinstance(devuelta, (int, float, torch.Tensor)) else []
    return [archivos, antes, despues, recien, cargado, devuelta, foto(*uno)[0], foto(*otro)[0]]


class Perdida(torch.nn.Module):
    """A loss that tells what comes out from what should."""

    def forward(self, salida, objetivo):
        """Return a number."""
        return ((salida - objetivo) ** 2 + 0.3 * salida * objetivo**2).mean()


def de_una_epoca(notebook, W, b, xs, ys, tasa):
    """Return the losses, the norms, and the weights after an epoch of a linear network."""
    modelo = torch.nn.Linear(W.shape[1], W.shape[0]).to(W)
    modelo.load_state_dict({"weight": W, "bias": b})
    optimizador = torch.optim.SGD(modelo.parameters(), lr=tasa)
    visto = notebook["registra"](modelo, list(zip(xs, ys, strict=True)), Perdida(), optimizador)
    filas = [torch.stack([numero(v) for v in visto[c]]) for c in ("perdida", "norma_gradiente")]
    return [*filas, modelo.weight.detach(), modelo.bias.detach()]


class Celda(torch.nn.Module):
    """An LSTM's step, as in the notebook."""

    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.input_size, self.hidden_size = input_size, hidden_size
        self.x_fc = torch.nn.Linear(input_size, 4 * hidden_size)
        self.h_fc = torch.nn.Linear(hidden_size, 4 * hidden_size)

    def forward(self, x_t, hidden):
        """Return h_t and c_t."""
        h, c = hidden
        i, f, candidato, o = (self.x_fc(x_t) + self.h_fc(h)).chunk(4, dim=-1)
        c_t = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(candidato)
        return torch.sigmoid(o) * torch.tanh(c_t), c_t


def de_una_celda(notebook, W_x, b_x, W_h, b_h, x):
    """Return the three gates of a cell with these weights."""
    celda = Celda(W_x.shape[1], W_h.shape[1]).to(W_x)
    pesos = {"x_fc.weight": W_x, "x_fc.bias": b_x, "h_fc.weight": W_h, "h_fc.bias": b_h}
    celda.load_state_dict(pesos)
    vistas = notebook["puertas"](celda, x)
    return [torch.as_tensor(vistas[nombre]).detach() for nombre in ("i", "f", "o")]


class Objetivo:
    """What a search tries to lower: a value for each configuration, in the order of the first calls.

    `vistas` are the configurations of all calls.
    """

    def __init__(self, valores):
        self.valores, self.vistas, self.conocidas = valores, [], {}

    def __call__(self, config):
        """Note a configuration and return its value."""
        config = {nombre: suelto(valor) for nombre, valor in dict(config).items()}
        self.vistas.append(config)
        numero = self.conocidas.setdefault(str(sorted(config.items())), len(self.conocidas))
        return self.valores[numero % len(self.valores)]


def suelto(valor):
    """Return a value as Python's own, where it is a tensor or an array of one."""
    return valor.item() if hasattr(valor, "item") else valor


def buscado(objetivo, vuelta):
    """Return the calls, the best configuration and the pairs of what a search gave."""
    mejor, todas = vuelta
    if isinstance(mejor, (list, tuple)):
        mejor = mejor[0]
    if not isinstance(mejor, Mapping):
        mejor = {"": mejor}
    limpia = [
        [{nombre: suelto(uno) for nombre, uno in dict(config).items()}, float(valor)]
        for config, valor in todas
    ]
    return [objetivo.vistas, {nombre: suelto(uno) for nombre, uno in dict(mejor).items()}, limpia]


def en_rejilla(notebook, espacio, valores):
    """Return what a grid search tried and gave."""
    objetivo = Objetivo(valores)
    return buscado(objetivo, notebook["busqueda_rejilla"](espacio, objetivo))


def al_azar(notebook, espacio, n, semilla, valores):
    """Return what a random search tried and gave."""
    objetivo, generador = Objetivo(valores), torch.Generator().manual_seed(semilla)
    return buscado(objetivo, notebook["busqueda_aleatoria"](espacio, objetivo, n, generador))


def muchas(notebook, espacio, n, semilla):
    """Return what a random search tried, a row each, a column a name; what comes again, once."""
    filas, generador = [], torch.Generator().manual_seed(semilla)

    def objetivo(config):
        filas.append([float(config[nombre]) for nombre in espacio])
        return float(len(filas))

    notebook["busqueda_aleatoria"](espacio, objetivo, n, generador)
    distintas = list(dict.fromkeys(map(tuple, filas)))
    return torch.tensor(distintas, dtype=torch.float64)


def propuesto(notebook, X, y, candidatos, escala, ruido):
    """Return the index that is proposed for each row of values."""
    indices = [
        torch.as_tensor(notebook["propone"](X, fila, candidatos, escala, ruido)).reshape(())
        for fila in y
    ]
    return torch.stack([uno.long() if uno == uno.round() else uno for uno in indices])


def prediccion(notebook, X, y, X_nuevo, escala, ruido):
    """Return the mean and the variance of new points."""
    dos = notebook["proceso_gaussiano"](X, y, X_nuevo, escala, ruido)
    return [torch.as_tensor(uno).detach() for uno in dos]


def ganancia(notebook, media, varianza, mejor):
    """Return the expected improvements."""
    return torch.as_tensor(notebook["mejora_esperada"](media, varianza, mejor)).detach()
