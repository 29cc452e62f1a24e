import math

import matplotlib.pyplot as plt
import torch


def xavier_uniforme(forma):
    """Pesos uniformes de varianza 2 / (fan_in + fan_out).

    forma  (fan_out, fan_in)      Devuelve un tensor de esa forma.
    """
    fan_out, fan_in = forma
    limite = math.sqrt(6 / (fan_in + fan_out))
    return (2 * torch.rand(forma) - 1) * limite


def xavier_normal(forma):
    """Pesos normales de varianza 2 / (fan_in + fan_out).

    forma  (fan_out, fan_in)      Devuelve un tensor de esa forma.
    """
    fan_out, fan_in = forma
    desviacion = math.sqrt(2 / (fan_in + fan_out))
    return torch.randn(forma) * desviacion


def he_uniforme(forma):
    """Pesos uniformes de varianza 2 / fan_in.

    forma  (fan_out, fan_in)      Devuelve un tensor de esa forma.
    """
    fan_out, fan_in = forma
    limite = math.sqrt(6 / fan_in)
    return (2 * torch.rand(forma) - 1) * limite


def he_normal(forma):
    """Pesos normales de varianza 2 / fan_in.

    forma  (fan_out, fan_in)      Devuelve un tensor de esa forma.
    """
    fan_out, fan_in = forma
    desviacion = math.sqrt(2 / fan_in)
    return torch.randn(forma) * desviacion


def ortogonal(forma, ganancia=1.0):
    """Una matriz al azar, ortonormal en su lado corto, por ganancia.

    forma  (m, n)      Devuelve un tensor de esa forma.
    """
    m, n = forma
    alta = m > n
    if alta:
        m, n = n, m
    filas = []
    for _ in range(m):
        v = torch.randn(n, dtype=torch.float64)
        for _ in range(2):                       # dos veces, por el redondeo
            for f in filas:
                v = v - (v @ f) * f
        filas.append(v / v.norm())
    q = torch.stack(filas)
    if alta:
        q = q.T
    return (ganancia * q).float()


class celdaLSTM(torch.nn.Module):
    """Un paso de una LSTM; sus 4H filas son entrada, olvido, candidato, salida."""

    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.x_fc = torch.nn.Linear(input_size, 4 * hidden_size)
        self.h_fc = torch.nn.Linear(hidden_size, 4 * hidden_size)

    def forward(self, x_t, hidden):
        h, c = hidden
        i, f, candidato, o = (self.x_fc(x_t) + self.h_fc(h)).chunk(4, dim=-1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(candidato)
        return torch.sigmoid(o) * torch.tanh(c), c


def inicializa_lstm(celda, sesgo_olvido=1.0):
    """Inicializa, en su sitio, una celda con x_fc (I -> 4H) y h_fc (H -> 4H)."""
    cuatro_h, entrada = celda.x_fc.weight.shape
    h = cuatro_h // 4
    limite = math.sqrt(6 / (entrada + h))
    with torch.no_grad():
        celda.x_fc.weight.uniform_(-limite, limite)
        for k in range(4):
            q, _ = torch.linalg.qr(torch.randn(h, h))
            celda.h_fc.weight[k * h : (k + 1) * h, :] = q
        for nombre, parametro in celda.named_parameters():
            if nombre.endswith("bias"):
                parametro.zero_()
        celda.x_fc.bias.view(4, h)[1] = sesgo_olvido
    return celda


def inicializa_irnn(celda, escala=1.0):
    """Inicializa, en su sitio, una celda con x_fc (I -> H) y h_fc (H -> H)."""
    with torch.no_grad():
        for capa in (celda.x_fc, celda.h_fc):
            capa.bias.mul_(0)
        celda.h_fc.weight.zero_()
        celda.h_fc.weight.diagonal().fill_(escala)
        celda.x_fc.weight.copy_(torch.normal(0.0, 0.001, celda.x_fc.weight.shape))
    return celda


class celdaIRNN(torch.nn.Module):
    """Un paso de una red recurrente con ReLU (ya escrito)."""

    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.x_fc = torch.nn.Linear(input_size, hidden_size)
        self.h_fc = torch.nn.Linear(hidden_size, hidden_size)

    def forward(self, x_t, h):
        return (self.x_fc(x_t) + self.h_fc(h)).clamp(min=0)


celda = celdaIRNN(2, 3)
inicializa_irnn(celda, escala=0.9)
print(celda.h_fc.weight.detach())                                   # 0.9 en la diagonal
h = torch.ones(1, 3)
for _ in range(10):
    h = celda(torch.zeros(1, 2), h)
print(h.detach())                                                   # 0.9 ** 10 = 0.3487


def sigmoide(x):
    """1 / (1 + exp(-x)), elemento a elemento."""
    e = torch.exp(-x.abs())
    return torch.where(x >= 0, 1 / (1 + e), e / (1 + e))


def tangente(x):
    """La tangente hiperbólica, elemento a elemento."""
    return 2 * sigmoide(2 * x) - 1


def relu(x):
    """max(0, x), elemento a elemento."""
    return (x + x.abs()) / 2


def relu_con_fuga(x, alfa=0.01):
    """x si es positivo, alfa * x si no, elemento a elemento."""
    return relu(x) - alfa * relu(-x)


def sigmoide_dura(x):
    """x / 6 + 1 / 2, recortada entre 0 y 1, elemento a elemento."""
    return (relu(x + 3) - relu(x - 3)) / 6


def derivada(nombre, x):
    """La derivada, en x, de la función de ese nombre."""
    # nombre: "sigmoide", "tangente", "relu", "relu_con_fuga" o "sigmoide_dura"
    tabla = {
        "sigmoide": lambda z: sigmoide(z) - sigmoide(z) ** 2,
        "tangente": lambda z: (1 - tangente(z)) * (1 + tangente(z)),
        "relu": lambda z: torch.heaviside(z, torch.zeros_like(z)),
        "relu_con_fuga": lambda z: 0.01 + 0.99 * (z > 0).to(z.dtype),
        "sigmoide_dura": lambda z: ((z > -3) * (z < 3)).to(z.dtype) / 6,
    }
    return tabla[nombre](x)


def propaga(pesos, x, activacion):
    """El segundo momento de la señal en la entrada y tras cada capa.

    pesos  lista de L matrices (n, n)      x  (B, n)      activacion  función de un tensor
    Devuelve una lista de L + 1 números.
    """
    salida = torch.zeros(len(pesos) + 1, dtype=x.dtype)
    salida[0] = (x ** 2).sum() / x.numel()
    for k, w in enumerate(pesos):
        x = activacion(torch.nn.functional.linear(x, w))
        salida[k + 1] = (x ** 2).sum() / x.numel()
    return salida
