"""Entrega de experimentos."""
import math
import random
import statistics

import numpy as np
import torch

PIEZAS = {"RNN": 1, "GRU": 3, "LSTM": 4}


def cuenta_parametros(tipo, input_size, hidden_size, num_layers=1, bidireccional=False):
    lados = 2 if bidireccional else 1

    def una(lee):
        return PIEZAS[tipo] * hidden_size * (lee + hidden_size + 2)

    return lados * (una(input_size) + (num_layers - 1) * una(lados * hidden_size))


def cuenta_operaciones(tipo, input_size, hidden_size, T):
    return sum(PIEZAS[tipo] * hidden_size * (input_size + hidden_size) for _ in range(T))


def fija_semillas(semilla):
    for fija in (random.seed, np.random.seed, torch.manual_seed):
        fija(semilla)


def _una(fabrica, semilla, entrena, evalua):
    fija_semillas(semilla)
    modelo = fabrica()
    entrena(modelo)
    return evalua(modelo)


def compara(fabricas, semillas, entrena, evalua):
    return {n: tuple(_una(f, s, entrena, evalua) for s in semillas) for n, f in fabricas.items()}


def cronometra(f, repeticiones, calentamiento, reloj):
    for _ in range(calentamiento):
        f()
    instantes = [reloj()]
    for _ in range(repeticiones):
        f()
        instantes.append(reloj())
    return statistics.median(b - a for a, b in zip(instantes, instantes[1:]))


def guarda_punto(ruta, modelo, optimizador, epoca, generador):
    estados = [modelo.state_dict(), optimizador.state_dict(), generador.get_state(), epoca]
    with open(ruta, "wb") as archivo:
        torch.save(estados, archivo)


def carga_punto(ruta, modelo, optimizador, generador):
    with open(ruta, "rb") as archivo:
        pesos, memoria, estado, epoca = torch.load(archivo)
    modelo.load_state_dict(pesos)
    optimizador.load_state_dict(memoria)
    generador.set_state(estado)
    return epoca


def registra(modelo, lotes, perdida, optimizador):
    p, n = [], []
    for x, y in lotes:
        optimizador.zero_grad()
        L = perdida(modelo(x), y)
        L.backward()
        p.append(L.item())
        n.append(math.sqrt(sum(w.grad.pow(2).sum().item() for w in modelo.parameters())))
        optimizador.step()
    return {"perdida": p, "norma_gradiente": n}


def puertas(celda, x):
    H = celda.h_fc.in_features
    h, c = x.new_zeros(len(x), H), x.new_zeros(len(x), H)
    pasos = []
    for x_t in x.transpose(0, 1):
        pasos.append(torch.sigmoid(celda.x_fc(x_t) + celda.h_fc(h)))
        h, c = celda(x_t, (h, c))
    todo = torch.stack(pasos, dim=1)
    return {"i": todo[..., :H], "f": todo[..., H:2 * H], "o": todo[..., 3 * H:]}


def busqueda_rejilla(espacio, objetivo):
    configs = [{}]
    for nombre, valores in espacio.items():
        configs = [{**config, nombre: valor} for config in configs for valor in valores]
    todas = [(config, objetivo(config)) for config in configs]
    return min(todas, key=lambda uno: uno[1])[0], todas


def busqueda_aleatoria(espacio, objetivo, n, generador):
    def sortea(bajo, alto, escala):
        u = float(torch.rand(1, generator=generador))
        if escala == "log":
            return math.exp(math.log(bajo) * (1 - u) + math.log(alto) * u)
        return bajo + u * (alto - bajo)

    todas = []
    for _ in range(n):
        config = {nombre: sortea(*uno) for nombre, uno in espacio.items()}
        todas.append((config, objetivo(config)))
    return min(todas, key=lambda uno: uno[1])[0], todas


def proceso_gaussiano(X, y, X_nuevo, escala, ruido):
    def k(A, B):
        return torch.exp(-((A[:, None] - B) ** 2).sum(-1) / (2 * escala * escala))

    L = torch.linalg.cholesky(k(X, X) + ruido * torch.eye(len(X), dtype=X.dtype))
    V = torch.linalg.solve_triangular(L, k(X, X_nuevo), upper=False)
    return V.T @ torch.linalg.solve_triangular(L, y[:, None], upper=False)[:, 0], 1 - V.pow(2).sum(0)


def mejora_esperada(media, varianza, mejor):
    sigma = varianza.sqrt()
    d = mejor - media
    z = d / sigma
    normal = d * torch.special.ndtr(z) + sigma * torch.exp(-z * z / 2) / (2 * math.pi) ** 0.5
    return torch.where(sigma == 0, torch.relu(d), normal)


def propone(X, y, candidatos, escala, ruido):
    media, varianza = proceso_gaussiano(X, y, candidatos, escala, ruido)
    return mejora_esperada(media, varianza, y.min()).argmax()


if __name__ == "__main__":
    print("¿Qué semilla?", input())
