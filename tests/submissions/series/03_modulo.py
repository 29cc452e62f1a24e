"""Tarea de series, como módulo."""
import math

import torch


DIAS = 600               # N
VENTANA = 24             # w
UNIDADES_OCULTAS = 16    # H
TAM_BATCH = 32           # B
PASOS = 100              # pasos de Adam

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


def ventanas(serie, w, horizonte=1, paso=1):
    """Las ventanas de una serie y lo que viene después de cada una.

    serie  (N,)
    Devuelve X (M, w), Y (M, horizonte).
    """
    N = serie.shape[0]
    M = 0 if N < w + horizonte else (N - w - horizonte) // paso + 1
    X = torch.zeros(M, w, dtype=serie.dtype, device=serie.device)
    Y = torch.zeros(M, horizonte, dtype=serie.dtype, device=serie.device)
    for m in range(M):
        for j in range(w):
            X[m, j] = serie[m * paso + j]
        for k in range(horizonte):
            Y[m, k] = serie[m * paso + w + k]
    return X, Y


def divide_temporal(n, entrenamiento, validacion):
    """Tres listas de índices en el orden del tiempo: (entrenamiento, validación, prueba)."""
    a, b = int(n * entrenamiento), int(n * (entrenamiento + validacion))
    uno, dos, tres = [], [], []
    for i in range(n):
        if i < a:
            uno.append(i)
        elif i < b:
            dos.append(i)
        else:
            tres.append(i)
    return [uno, dos, tres]


class Escalador:
    """Media 0 y desviación 1, según los valores con los que se ajusta."""

    def ajusta(self, x):
        """Mide mu y sigma de x (n,)."""
        self.mu = x.sum() / len(x)
        self.sigma = ((x - self.mu).pow(2).sum() / len(x)).sqrt()
        self.sigma = self.sigma if bool(self.sigma > 0) else 1

    def transforma(self, x):
        """De las unidades de la serie a la escala de la red; de cualquier forma."""
        return (x - self.mu) / self.sigma

    def invierte(self, z):
        """La vuelta: de la escala de la red a las unidades de la serie."""
        return z * self.sigma + self.mu


def prepara(serie, w, horizonte, entrenamiento, validacion):
    """Ventanas escaladas de las tres partes, y el escalador.

    serie  (N,)
    Devuelve {'entrenamiento': (X, Y), 'validacion': (X, Y), 'prueba': (X, Y), 'escalador': ...}
    """
    indices = divide_temporal(len(serie), entrenamiento, validacion)
    a = len(indices[0])
    b = a + len(indices[1])
    escalador = Escalador()
    escalador.ajusta(serie[:a])
    z = escalador.transforma(serie)
    X, Y = ventanas(z, w, horizonte)
    primero = torch.arange(len(X), device=X.device) + w
    ultimo = primero + horizonte - 1
    datos = {"escalador": escalador}
    partes = [("entrenamiento", 0, a), ("validacion", a, b), ("prueba", b, len(serie))]
    for nombre, desde, hasta in partes:
        dentro = (primero >= desde) & (ultimo < hasta)
        datos[nombre] = (X[dentro], Y[dentro])
    return datos


def persistencia(X, horizonte):
    """El último valor de cada ventana, en todo el horizonte: (B, w) -> (B, horizonte)."""
    filas = []
    for fila in X:
        filas.append(torch.stack([fila[-1]] * horizonte))
    return torch.stack(filas)


def persistencia_estacional(X, periodo, horizonte):
    """La última temporada de cada ventana, una y otra vez: (B, w) -> (B, horizonte)."""
    columnas = []
    for k in range(1, horizonte + 1):
        columnas.append(X[:, X.shape[1] - periodo + (k - 1) % periodo])
    return torch.stack(columnas, dim=1)


class modeloSerie(torch.nn.Module):
    """hidden_size, horizonte.  Capas:  celda = GRUCell(1, hidden_size)    fc = Linear(hidden_size, horizonte)"""

    def __init__(self, hidden_size, horizonte):
        super().__init__()
        self.celda = torch.nn.GRUCell(1, hidden_size)
        self.fc = torch.nn.Linear(hidden_size, horizonte)

    def forward(self, x):
        """x (B, w)  ->  (B, horizonte)"""
        h = None
        for valor in x.unbind(dim=1):
            h = self.celda(valor[:, None], h)
        return self.fc(h)


def pronostico_recursivo(modelo, ventana, pasos):
    """Pronósticos de un modelo de un paso, cada uno con los anteriores: (B, w) -> (B, pasos)."""
    modelo.eval()
    filas = []
    for una in ventana:
        historia = una.tolist()
        for _ in range(pasos):
            v = torch.tensor([historia[-len(una):]], dtype=ventana.dtype)
            historia.append(modelo(v).item())
        filas.append(historia[len(una):])
    return torch.tensor(filas, dtype=ventana.dtype)


def mae(y, p):
    """Error absoluto medio de los pronósticos p de los valores y."""
    return torch.nn.functional.l1_loss(p, y)


def rmse(y, p):
    """Raíz del error cuadrático medio."""
    return math.sqrt(torch.nn.functional.mse_loss(p, y).item())


def mape(y, p):
    """Error porcentual absoluto medio, en %; los valores y = 0 se dejan fuera."""
    total, cuantos = 0.0, 0
    for real, dicho in zip(y.flatten().tolist(), p.flatten().tolist()):
        if real == 0:
            continue
        total += abs((real - dicho) / real)
        cuantos += 1
    return 100 * total / cuantos


def mase(y, p, historia, m=1):
    """MAE dividido entre el de repetir, en la historia, el valor de m pasos antes."""
    T = len(historia)
    escala = sum(abs(float(historia[t] - historia[t - m])) for t in range(m, T)) / (T - m)
    return float(mae(y, p)) / escala


def umbral(errores, k=3.0):
    """La media de los errores de validación más k desviaciones."""
    valores = errores.tolist()
    mu = sum(valores) / len(valores)
    sigma = math.sqrt(sum((v - mu) ** 2 for v in valores) / len(valores))
    return mu + k * sigma


def detecta(errores, umbral):
    """Qué errores son mayores que el umbral: un tensor de bool."""
    return torch.tensor([e > umbral for e in errores.tolist()])


def precision_recall(detectadas, verdaderas):
    """Precisión, exhaustividad y F1: (P, R, F1)."""
    d, v = detectadas.tolist(), verdaderas.tolist()
    vp = sum(a and b for a, b in zip(d, v))

    def entre(a, b):
        return a / b if b else 0.0

    P, R = entre(vp, sum(d)), entre(vp, sum(v))
    return [P, R, entre(2 * P * R, P + R)]


if __name__ == "__main__":
    archivo = input("archivo: ")
    print(divide_temporal(len(open(archivo).readlines()), 0.7, 0.15))
