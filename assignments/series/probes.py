"""How the checks call what has ragged answers, with names for students; what stands in."""

import random

import numpy as np
import torch

SIN_VENTANA = -99.0
"""What fills the rows in which there is no window."""
PARTES = ("entrenamiento", "validacion", "prueba")


def marco(filas, cuantas):
    """Return as many rows; those that are not there are -99."""
    filas = torch.as_tensor(filas)
    huecos = filas.new_full((cuantas, *filas.shape[1:]), SIN_VENTANA)
    return torch.cat([filas, huecos])[:cuantas]


def tabla(valores):
    """Return windows as rows, also where they have an axis more, or one less."""
    filas = torch.as_tensor(valores)
    return filas.unsqueeze(1) if filas.ndim == 1 else filas.flatten(1)


def en_ventanas(notebook, serie, w, horizonte, paso):
    """Return windows and targets; -99 where there is none. What has its default is not said."""
    opciones = [horizonte] * (horizonte > 1 or paso is not None) + [paso] * (paso is not None)
    X, Y = notebook["ventanas"](serie, w, *opciones)
    cuantas = len(serie) - w - horizonte + 2
    return [marco(tabla(X), cuantas), marco(tabla(Y), cuantas)]


def formas(notebook, serie, larga, w, horizonte, paso):
    """Return the shapes of windows and targets, of a series and of a longer one."""
    pares = [notebook["ventanas"](una, w, horizonte, paso) for una in (serie, larga)]
    return [[list(tabla.shape) for tabla in par] for par in pares]


def siembra():
    """Start what draws numbers at the same place."""
    torch.manual_seed(0)
    random.seed(0)
    np.random.seed(0)  # noqa: NPY002 - what students draw from


def en_partes(notebook, n, entrenamiento, validacion):
    """Return the three lists, -99 behind their ends, and whether they are in order of time.

    Where they are not, all indices are put in order and divided as they were.
    """
    siembra()
    partes = notebook["divide_temporal"](n, entrenamiento, validacion)
    listas = [[int(indice) for indice in parte] for parte in partes]
    en_orden = all(lista == sorted(lista) for lista in listas)
    juntos = [indice for lista in listas for indice in lista]
    indices = torch.tensor(juntos if en_orden else sorted(juntos), dtype=torch.float64)
    return [*(marco(parte, n) for parte in indices.split([*map(len, listas)])), en_orden]


def escala(notebook, x, y, z):
    """Return y on the scale of x, and z back from it."""
    escalador = notebook["Escalador"]()
    escalador.ajusta(x)
    return [escalador.transforma(y), escalador.invierte(z)]


def pares(notebook, serie, w, horizonte, entrenamiento, validacion):
    """Return by part the windows, inputs and targets side by side."""
    siembra()
    datos = notebook["prepara"](serie, w, horizonte, entrenamiento, validacion)
    X, Y = zip(*[datos[parte] for parte in PARTES], strict=True)
    return [
        torch.cat([torch.as_tensor(x), torch.as_tensor(y)], 1) for x, y in zip(X, Y, strict=True)
    ]


def preparado(notebook, serie, w, horizonte, entrenamiento, validacion):
    """Return the windows of each part in order of time; -99 where there is none.

    Of a series that only grows it is known in which order they come.
    """
    subida = torch.arange(len(serie), dtype=serie.dtype)
    orden = [
        filas[:, 0].argsort(stable=True)
        for filas in pares(notebook, subida, w, horizonte, entrenamiento, validacion)
    ]
    filas = pares(notebook, serie, w, horizonte, entrenamiento, validacion)
    cuantas = len(serie) - w - horizonte + 2
    return [marco(unas[lugares], cuantas) for unas, lugares in zip(filas, orden, strict=True)]


def con_otro_futuro(notebook, serie, w, horizonte, entrenamiento, validacion, otra):
    """Return what is learned from of a series, and of another that is the same up to some day."""
    pedido = (w, horizonte, entrenamiento, validacion)
    antes = pares(notebook, serie, *pedido)[0]
    despues = pares(notebook, otra, *pedido)[0]
    return [antes, despues]


def de_vuelta(notebook, serie, w, horizonte, entrenamiento, validacion):
    """Return the targets to be learned as they are, and by the scaler back in the series' units."""
    datos = notebook["prepara"](serie, w, horizonte, entrenamiento, validacion)
    Y = torch.as_tensor(datos["entrenamiento"][1])
    return [Y, torch.as_tensor(datos["escalador"].invierte(Y))]


class Lineal(torch.nn.Module):
    """A model of one step: y = Σ w_i x_i, of a window of any length."""

    def __init__(self, pesos):
        super().__init__()
        self.pesos = torch.nn.Parameter(pesos)

    def forward(self, ventana):
        """Return the forecast (B, 1)."""
        return ventana @ self.pesos[-ventana.shape[1] :, None]


def recursivo(notebook, ventana, pesos_del_modelo, pasos):
    """Return the forecasts of a linear model, step by step."""
    modelo = Lineal(pesos_del_modelo)
    return notebook["pronostico_recursivo"](modelo, ventana, pasos).detach()


def numero(valor):
    """Return a number as a tensor without axes."""
    valor = torch.as_tensor(valor).detach().double()
    return valor.reshape(()) if valor.numel() == 1 else valor


def error_medio(notebook, y, p):
    """Return the MAE."""
    return numero(notebook["mae"](y, p))


def error_cuadratico(notebook, y, p):
    """Return the RMSE."""
    return numero(notebook["rmse"](y, p))


def error_porcentual(notebook, y, p):
    """Return the MAPE."""
    return numero(notebook["mape"](y, p))


def error_escalado(notebook, y, p, historia, m):
    """Return the MASE; m is not said where it is 1 by default."""
    opciones = [] if m is None else [m]
    return numero(notebook["mase"](y, p, historia, *opciones))


def limite(notebook, errores, k):
    """Return the threshold; k is not said where it is 3 by default."""
    opciones = [] if k is None else [k]
    return numero(notebook["umbral"](errores, *opciones))


def deteccion(notebook, errores, corte):
    """Return what is detected, True or False for each error."""
    return torch.as_tensor(notebook["detecta"](errores, corte)).bool()


def de_anomalias(notebook, detectadas, verdaderas):
    """Return precision, recall and F1."""
    return [numero(valor) for valor in notebook["precision_recall"](detectadas, verdaderas)]


def suplente(notebook, name):
    """Put what is right in the place of what is not right yet."""
    notebook[name] = SUPLENTES[name]


def ventanas_bien(serie, w, horizonte=1, paso=1):
    """Cut a series into windows and what follows each."""
    inicios = range(0, len(serie) - w - horizonte + 1, paso)
    lugares = torch.tensor(list(inicios), dtype=torch.int64)[:, None]
    return serie[lugares + torch.arange(w)], serie[lugares + torch.arange(w, w + horizonte)]


def division_bien(n, entrenamiento, validacion):
    """Divide indices in three parts, in order."""
    a, b = int(n * entrenamiento), int(n * (entrenamiento + validacion))
    return list(range(a)), list(range(a, b)), list(range(b, n))


class EscaladorBien:
    """Mean 0 and deviation 1."""

    def ajusta(self, x):
        """Measure."""
        self.mu, self.sigma = x.mean(), x.std(correction=0)
        self.sigma = self.sigma if self.sigma > 0 else 1.0
        return self

    def transforma(self, x):
        """Scale."""
        return (x - self.mu) / self.sigma

    def invierte(self, z):
        """Scale back."""
        return z * self.sigma + self.mu


def prepara_bien(serie, w, horizonte, entrenamiento, validacion):
    """Scale by what is learned from, and give each window to the part of its targets."""
    a, b = (int(len(serie) * uno) for uno in (entrenamiento, entrenamiento + validacion))
    escalador = EscaladorBien().ajusta(serie[:a])
    X, Y = ventanas_bien(escalador.transforma(serie), w, horizonte)
    primero = torch.arange(len(X)) + w
    datos = {"escalador": escalador}
    for parte, desde, hasta in zip(PARTES, (0, a, b), (a, b, len(serie)), strict=True):
        dentro = (primero >= desde) & (primero + horizonte <= hasta)
        datos[parte] = (X[dentro], Y[dentro])
    return datos


class SerieBien(torch.nn.Module):
    """A cell that reads a window, and a layer that forecasts from its last state."""

    def __init__(self, hidden_size, horizonte):
        super().__init__()
        self.celda = torch.nn.GRUCell(1, hidden_size)
        self.fc = torch.nn.Linear(hidden_size, horizonte)

    def forward(self, x):
        """Return forecasts (B, horizonte)."""
        h = x.new_zeros(len(x), self.celda.hidden_size)
        for valor in x.split(1, 1):
            h = self.celda(valor, h)
        return self.fc(h)


def mae_bien(y, p):
    """Return the MAE."""
    return (y - p).abs().mean()


SUPLENTES = {
    "ventanas": ventanas_bien,
    "divide_temporal": division_bien,
    "Escalador": EscaladorBien,
    "prepara": prepara_bien,
    "modeloSerie": SerieBien,
    "mae": mae_bien,
}


def aprende(notebook, serie, w, partes, pesos, lotes, tasa):
    """Return the weights of a network that was trained on what `prepara` gives."""
    X, Y = notebook["prepara"](serie, w, 1, *partes)["entrenamiento"]
    X, Y = torch.as_tensor(X).float(), torch.as_tensor(Y).float()
    red = notebook["modeloSerie"](pesos["celda.weight_hh"].shape[1], 1)
    torch.nn.Module.load_state_dict(red, pesos, strict=False)
    optimizador = torch.optim.Adam(red.parameters(), tasa)
    for lote in lotes:
        filas = lote % len(X)
        optimizador.zero_grad()
        torch.nn.functional.mse_loss(red(X[filas]), Y[filas]).backward()
        optimizador.step()
    return {clave: valor.detach() for clave, valor in red.state_dict().items()}
