"""Tarea de redes híbridas. Grupo 2."""

import torch
import torch.nn.functional as F


def convolucion1d(x, pesos, sesgo, relleno=0, paso=1, dilatacion=1):
    """Convolución en el tiempo, como la de PyTorch.

    x  (B, C, T)      pesos  (K, C, k)      sesgo  (K,)
    relleno  ceros a cada lado      paso  de una salida a la siguiente
    dilatacion  distancia entre dos pesos vecinos
    Devuelve (B, K, T').
    """
    B, C, T = x.shape
    K, _, k = pesos.shape
    largo = longitud_salida(T, k, relleno, paso, dilatacion)
    y = torch.zeros(B, K, largo, dtype=x.dtype, device=x.device)
    for b in range(B):
        for f in range(K):
            for t in range(largo):
                suma = sesgo[f]
                for c in range(C):
                    for i in range(k):
                        lugar = t * paso + i * dilatacion - relleno
                        if 0 <= lugar < T:
                            suma = suma + pesos[f, c, i] * x[b, c, lugar]
                y[b, f, t] = suma
    return y


def convolucion_causal(x, pesos, sesgo, dilatacion=1):
    """Convolución en la que la salida t depende de x_0, …, x_t.

    x  (B, C, T)      pesos  (K, C, k)      sesgo  (K,)
    Devuelve (B, K, T).
    """
    B, C, T = x.shape
    K, _, k = pesos.shape
    y = torch.zeros(B, K, T, dtype=x.dtype, device=x.device)
    for t in range(T):
        for i in range(k):
            antes = t - dilatacion * (k - 1 - i)
            if antes >= 0:
                y[:, :, t] += x[:, :, antes] @ pesos[:, :, i].T
        y[:, :, t] += sesgo
    return y


def longitud_salida(T, k, relleno=0, paso=1, dilatacion=1):
    """Cuántas salidas da una convolución de T pasos: un entero."""
    cuantas = 0
    donde = 0
    while donde + dilatacion * (k - 1) < T + 2 * relleno:
        cuantas += 1
        donde += paso
    return cuantas


def campo_receptivo(capas):
    """Cuántos pasos de la entrada abarca una salida de la última capa.

    capas  lista de (k, paso, dilatacion), de la primera a la última
    Devuelve un entero.
    """
    visto = 1
    for k, p, d in capas[::-1]:
        visto = (visto - 1) * p + d * (k - 1) + 1
    return visto


class modeloConvRNN(torch.nn.Module):
    """Filtros causales, ReLU, una celda GRU y una respuesta por paso."""

    def __init__(self, canales, filtros, k, hidden_size, clases):
        super().__init__()
        # self.conv: Conv1d      self.gru: GRUCell      self.fc: Linear
        self.conv = torch.nn.Conv1d(canales, filtros, k)
        self.gru = torch.nn.GRUCell(filtros, hidden_size)
        self.fc = torch.nn.Linear(hidden_size, clases)

    def forward(self, x):
        """x (B, T, C) -> puntajes (B, T, N)"""
        salidas = []
        for serie in x:
            s = F.pad(serie.T, (self.conv.kernel_size[0] - 1, 0))
            r = torch.relu(self.conv(s.unsqueeze(0)))[0]
            h = torch.zeros(1, self.gru.hidden_size, dtype=x.dtype)
            fila = []
            for t in range(r.shape[1]):
                h = self.gru(r[:, t].unsqueeze(0), h)
                fila.append(self.fc(h)[0])
            salidas.append(torch.stack(fila))
        return torch.stack(salidas)


class modeloCNNLSTM(torch.nn.Module):
    """Filtros en cada cuadro, ReLU, una celda LSTM y una respuesta por paso."""

    def __init__(self, canales, filtros, lado, hidden_size, clases):
        super().__init__()
        # self.conv: Conv2d de 3 con padding 1      self.lstm: LSTMCell      self.fc: Linear
        self.conv = torch.nn.Conv2d(canales, filtros, 3, padding=1)
        self.lstm = torch.nn.LSTMCell(filtros * lado * lado, hidden_size)
        self.fc = torch.nn.Linear(hidden_size, clases)

    def forward(self, x):
        """x (B, T, C, S, S) -> puntajes (B, T, N)"""
        salidas = []
        for video in x:
            h = torch.zeros(1, self.lstm.hidden_size, dtype=x.dtype)
            c = torch.zeros(1, self.lstm.hidden_size, dtype=x.dtype)
            fila = []
            for cuadro in video:
                r = torch.relu(self.conv(cuadro.unsqueeze(0))).view(1, -1)
                h, c = self.lstm(r, (h, c))
                fila.append(self.fc(h))
            salidas.append(torch.cat(fila))
        return torch.stack(salidas)


if __name__ == "__main__":
    print(longitud_salida(10, 5, paso=3))
