"""Entrega de regularización, como módulo."""
import copy
import math

import matplotlib.pyplot as plt
import torch

class Dropout(torch.nn.Module):
    """Apaga al entrenar cada número con probabilidad p; al evaluar no hace nada."""

    def __init__(self, p):
        super().__init__()
        self.p = p

    def forward(self, x):
        """De x, de cualquier forma, a y, de la misma."""
        if not self.training:
            return x
        queda = 1 - self.p                                     # probabilidad de seguir encendido
        mascara = torch.rand_like(x) < queda                   # la forma de x, bool
        escala = 1 / queda if queda > 0 else 0.0
        return x * mascara * escala

class DropoutVariacional(Dropout):
    def forward(self, x):
        if not self.training:
            return x
        filas = []
        for muestra in x:                                    # (T, D)
            m = (torch.rand(muestra.shape[-1], device=x.device) >= self.p).to(x.dtype)
            filas.append(muestra * m)
        y = torch.stack(filas)
        return y / (1 - self.p) if self.p < 1 else y

class celdaDropConnect(torch.nn.Module):
    """Una celda recurrente simple que apaga al entrenar pesos de h_fc."""

    def __init__(self, input_size, hidden_size, p):
        super().__init__()
        self.p = p
        # self.x_fc: Linear de input_size a hidden_size    self.h_fc: Linear de hidden_size a hidden_size
        # y la primera máscara, para que la celda se pueda usar recién creada
        self.x_fc = torch.nn.Linear(input_size, hidden_size)
        self.h_fc = torch.nn.Linear(hidden_size, hidden_size)
        self.nueva_mascara()

    def nueva_mascara(self):
        """Sortea la máscara de h_fc.weight, que dura hasta la llamada siguiente."""
        self.mascara = torch.rand_like(self.h_fc.weight) < 1 - self.p    # (H, H), bool

    def forward(self, x_t, h_t_1):
        """De x_t (B, I) y h_t_1 (B, H) a h_t (B, H)."""
        pesos = self.h_fc.weight                                          # (H, H)
        if self.training:
            pesos = pesos * self.mascara.to(pesos) / (1 - self.p)
        return torch.tanh(self.x_fc(x_t) + h_t_1 @ pesos.T + self.h_fc.bias)

def penalizacion_l2(parametros, lam):
    """La mitad de lam por la suma de todos los cuadrados de una lista de tensores."""
    total = 0
    for p in parametros:
        total = total + p.pow(2).sum()
    return lam * total / 2

def paso_l2(parametros, gradientes, tasa, lam):
    """Un paso de descenso por gradiente con decaimiento lam; devuelve la lista nueva."""
    nuevos = []
    for p, g in zip(parametros, gradientes):
        nuevo = p.clone()
        nuevo.mul_(1 - tasa * lam)
        nuevo.sub_(tasa * g)
        nuevos.append(nuevo)
    return nuevos

def paso_adam(parametros, gradientes, m, v, t, tasa, lam=0.0, desacoplado=False):
    """Un paso de Adam, o de AdamW con desacoplado=True.

    Cuatro listas de tensores; t entero desde 1. Devuelve (parametros, m, v), listas nuevas.
    """
    beta1, beta2, eps = 0.9, 0.999, 1e-8
    P, M, V = [], [], []
    for i in range(len(parametros)):
        p, g = parametros[i].clone(), gradientes[i].clone()
        if lam != 0 and not desacoplado:
            g.add_(p, alpha=lam)
        if desacoplado:
            p.mul_(1 - tasa * lam)
        M.append(m[i] * beta1 + g * (1 - beta1))
        V.append(v[i] * beta2 + g * g * (1 - beta2))
        denominador = (V[-1].sqrt() / math.sqrt(1 - beta2**t)).add_(eps)
        p.addcdiv_(M[-1], denominador, value=-tasa / (1 - beta1**t))
        P.append(p)
    return P, M, V

def tasa_escalonada(tasa0, epoca, cada, gamma):
    """La tasa de la época (desde 0), que se multiplica por gamma cada tantas épocas."""
    return tasa0 * math.pow(gamma, math.floor(epoca / cada))

def tasa_exponencial(tasa0, epoca, gamma):
    """La tasa de la época (desde 0), que se multiplica por gamma en cada una."""
    return tasa0 * math.exp(epoca * math.log(gamma))

def tasa_coseno(tasa0, epoca, total, minima=0.0):
    """La tasa de la época (desde 0), de tasa0 a minima en total épocas."""
    import numpy as np
    coseno = np.cos(np.pi * epoca / total)
    return tasa0 * (1 + coseno) / 2 + minima * (1 - coseno) / 2

def tasa_calentamiento(tasa0, paso, pasos):
    """La tasa del paso (desde 0), que sube en línea recta hasta tasa0 en tantos pasos."""
    return min(tasa0, tasa0 * (paso + 1) / pasos)

class ParadaTemprana:
    """Recuerda la mejor pérdida de validación y dice cuándo parar."""

    def __init__(self, patience=3, min_delta=1e-4):
        self.patience = patience
        self.min_delta = min_delta
        # self.best_val_loss y self.best_state: la mejor pérdida, y una copia del estado que la dio
        self.best_val_loss = math.inf
        self.best_state = None
        self.malas = 0

    def actualiza(self, perdida, estado):
        """Toma nota de una época; devuelve True si hay que parar."""
        if perdida < self.best_val_loss - self.min_delta:
            self.best_val_loss = perdida
            self.best_state = copy.deepcopy(estado)
            self.malas = 0
        else:
            self.malas += 1
        return self.malas >= self.patience

def promedia_ensamble(logits):
    """La media de las probabilidades de varias redes: lista de (B, C) a (B, C)."""
    probabilidades = [torch.softmax(z, dim=-1) for z in logits]
    return torch.stack(probabilidades).mean(dim=0)

if __name__ == "__main__":
    print(paso_l2([torch.ones(2)], [torch.ones(2)], 0.1, 0.0))
