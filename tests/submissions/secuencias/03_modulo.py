"""Tarea de secuencias."""

import torch
import torch.nn.functional as F


def rellena(secuencias, valor=0.0):
    """Junta secuencias de distinta longitud en un lote; las cortas se completan por detrás.

    secuencias  lista de B tensores (L_b, D)      valor  número con que se completa
    Devuelve (lote, longitudes): (B, T, D), con T la longitud mayor, y (B,) int64.
    """
    T = 0
    for s in secuencias:
        if s.shape[0] > T:
            T = s.shape[0]
    D = secuencias[0].shape[1]
    lote = torch.zeros(len(secuencias), T, D, dtype=secuencias[0].dtype)
    longitudes = []
    for b in range(len(secuencias)):
        n = secuencias[b].shape[0]
        longitudes.append(n)
        for t in range(T):
            for d in range(D):
                lote[b, t, d] = secuencias[b][t, d] if t < n else valor
    return lote, torch.tensor(longitudes)


def crea_mascara(longitudes, T=None):
    """Máscara de un lote: True en los pasos reales.

    longitudes  (B,) int64      T  número de columnas; sin él, la longitud mayor
    Devuelve (B, T) bool.
    """
    if T is None:
        T = max(longitudes.tolist())
    filas = []
    for n in longitudes.tolist():
        filas.append([True] * n + [False] * (T - n))
    return torch.tensor(filas)


def collate_fn(batch):
    """Junta las muestras de un DataLoader en un lote.

    batch  lista de B pares (x, y): x (L_b, D), y entero
    Devuelve (lote, longitudes, y): (B, T, D), (B,) int64 y (B,) int64.
    """
    secuencias = [x for x, _ in batch]
    etiquetas = [y for _, y in batch]
    lote, longitudes = rellena(secuencias)
    return lote, longitudes, torch.tensor(etiquetas)


def media_enmascarada(x, mascara):
    """Media de los pasos reales de cada secuencia; ceros si no tiene ninguno.

    x  (B, T, D)      mascara  (B, T) bool, True = real
    Devuelve (B, D).
    """
    salida = torch.zeros(x.shape[0], x.shape[2], dtype=x.dtype)
    for b in range(x.shape[0]):
        reales = x[b][mascara[b]]
        if len(reales) > 0:
            salida[b] = reales.mean(0)
    return salida


def perdida_enmascarada(logits, objetivos, mascara):
    """Entropía cruzada media de los pasos reales de todo el lote.

    logits  (B, T, C)      objetivos  (B, T) int64      mascara  (B, T) bool, True = real
    Devuelve un tensor sin ejes.
    """
    total, n = 0.0, 0
    for b in range(logits.shape[0]):
        for t in range(logits.shape[1]):
            if mascara[b, t]:
                total = total - logits[b, t].log_softmax(0)[objetivos[b, t]]
                n = n + 1
    return total / n if n else torch.tensor(0.0)


def ultimo_estado(hs, longitudes):
    """Estado de cada secuencia en su último paso real.

    hs  (B, T, H)      longitudes  (B,) int64
    Devuelve (B, H).
    """
    filas = torch.arange(len(hs), device=hs.device)            # (B,)
    return hs[filas, longitudes - 1]                           # (B, H)


def empaqueta(lote, longitudes):
    """Un lote sin relleno: las secuencias de mayor a menor longitud, paso a paso.

    lote  (B, T, D)      longitudes  (B,) int64; la mayor es T
    Devuelve (datos, batch_sizes, orden): (N, D), (T,) int64 y (B,) int64.
    """
    B, T = lote.shape[0], lote.shape[1]
    orden = sorted(range(B), key=lambda b: int(longitudes[b]), reverse=True)
    datos, batch_sizes = [], []
    for t in range(T):
        n = 0
        for b in orden:
            if longitudes[b] > t:
                datos.append(lote[b, t])
                n += 1
        batch_sizes.append(n)
    return torch.stack(datos), torch.tensor(batch_sizes), torch.tensor(orden)


def desempaqueta(datos, batch_sizes, orden):
    """Deshace empaqueta.

    datos  (N, D)      batch_sizes  (T,) int64      orden  (B,) int64
    Devuelve (lote, longitudes): (B, T, D), con ceros en el relleno, y (B,) int64.
    """
    T, B = len(batch_sizes), int(batch_sizes[0])
    lote = torch.zeros(B, T, datos.shape[1], dtype=datos.dtype)
    longitudes = torch.zeros(B, dtype=torch.long)
    k = 0
    for t in range(T):
        for i in range(int(batch_sizes[t])):
            b = int(orden[i])
            lote[b, t] = datos[k]
            longitudes[b] = t + 1
            k += 1
    return lote, longitudes


def corre(celda, x, longitudes, h0=None):
    """Recorre un lote con una celda; el estado de cada secuencia se congela en su final.

    celda  de (B, D) y (B, H) a (B, H)      x  (B, T, D)
    longitudes  (B,) int64                  h0  (B, H), o None: ceros
    Devuelve (hs, h_n): (B, T, H), con ceros después del final, y (B, H).
    """
    hs = torch.zeros(x.shape[0], x.shape[1], celda.hidden_size, dtype=x.dtype)
    finales = []
    for b, n in enumerate(longitudes.tolist()):
        h = x.new_zeros(1, celda.hidden_size) if h0 is None else h0[b:b + 1]
        for t in range(n):
            h = celda(x[b:b + 1, t], h)
            hs[b, t] = h[0]
        finales.append(h[0])
    return hs, torch.stack(finales)


def invierte(lote, longitudes):
    """Da la vuelta a la parte real de cada secuencia; el relleno se queda detrás.

    lote  (B, T, D)      longitudes  (B,) int64
    Devuelve (B, T, D).
    """
    salida = lote.clone()
    for b, n in enumerate(longitudes.tolist()):
        salida[b, :n] = lote[b, :n].flip(0)
    return salida


class modeloApilado(torch.nn.Module):
    """Pila de celdas GRU: cada una lee las salidas de la anterior."""

    def __init__(self, input_size, hidden_size, num_layers):
        super().__init__()
        # self.capas: ModuleList de num_layers GRUCell
        entradas = [input_size] + [hidden_size] * (num_layers - 1)
        self.capas = torch.nn.ModuleList([torch.nn.GRUCell(n, hidden_size) for n in entradas])

    def forward(self, x, longitudes):
        """x (B, T, D), longitudes (B,) -> hs (B, T, H) de la última capa, h_n (K, B, H)."""
        hs, finales = x, []
        for celda in self.capas:
            hs, h_n = corre(celda, hs, longitudes)
            finales.append(h_n)
        return hs, torch.stack(finales)


class modeloBidireccional(torch.nn.Module):
    """Dos celdas GRU, una en cada dirección; combina es "concat" o "suma"."""

    def __init__(self, input_size, hidden_size, combina="concat"):
        super().__init__()
        # self.adelante, self.atras: GRUCell
        self.combina = combina
        self.adelante = torch.nn.GRUCell(input_size, hidden_size)
        self.atras = torch.nn.GRUCell(input_size, hidden_size)

    def forward(self, x, longitudes):
        """x (B, T, D), longitudes (B,) -> salidas (B, T, 2H | H), h_n (B, 2H | H)."""
        ida, h_ida = corre(self.adelante, x, longitudes)
        vuelta, h_vuelta = corre(self.atras, invierte(x, longitudes), longitudes)
        vuelta = invierte(vuelta, longitudes)                  # la salida t habla de la posición t
        if self.combina == "suma":
            return ida + vuelta, h_ida + h_vuelta
        return torch.cat([ida, vuelta], dim=-1), torch.cat([h_ida, h_vuelta], dim=-1)


def agrupa_por_longitud(longitudes, tam_batch):
    """Reparte índices en lotes de longitudes parecidas.

    longitudes  (B,) int64      tam_batch  entero
    Devuelve una lista de listas de índices; cada índice, una vez.
    """
    pares = sorted((int(n), i) for i, n in enumerate(longitudes))
    lotes, actual = [], []
    for _, i in pares:
        actual.append(i)
        if len(actual) == tam_batch:
            lotes.append(actual)
            actual = []
    if actual:
        lotes.append(actual)
    return lotes


if __name__ == "__main__":
    print(empaqueta(torch.ones(2, 3, 1), torch.tensor([1, 3])))
