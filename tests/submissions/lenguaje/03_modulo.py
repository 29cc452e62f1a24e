"""Tarea de lenguaje, como módulo."""
import math
import random
import re
from collections import Counter

import torch


ESPECIALES = ["<pad>", "<unk>", "<sos>", "<eos>"]   # sus números son 0, 1, 2 y 3

TAM_EMBEDDING = 16       # E
UNIDADES_OCULTAS = 32    # H
TAM_BATCH = 32           # B
PASOS = 150              # pasos de Adam

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


def tokeniza(texto):
    """Los tokens de un texto: una lista de cadenas en minúsculas, cada signo aparte."""
    tokens, palabra = [], ""
    for letra in texto.lower() + " ":
        if letra.isalnum():
            palabra += letra
            continue
        if palabra:
            tokens.append(palabra)
            palabra = ""
        if letra in ".,;:!?¿¡":
            tokens.append(letra)
    return tokens


def build_vocab(textos, min_freq=1):
    """El número de cada token: los especiales, y después por frecuencia y alfabeto.

    textos  lista de listas de tokens
    Devuelve un dict {token: número}.
    """
    todos = sorted(token for tokens in textos for token in tokens)
    distintos = sorted(set(todos))
    distintos.sort(key=todos.count, reverse=True)
    validos = [t for t in distintos if todos.count(t) >= min_freq]
    return dict(zip(ESPECIALES + validos, range(len(validos) + 4)))


def codifica(tokens, vocab):
    """Los números de unos tokens, una lista de int; los que no están en vocab son <unk>."""
    return torch.tensor([vocab.get(t, 1) for t in tokens], dtype=torch.long)


def decodifica(ids, vocab):
    """Los tokens de unos números, una lista de str; un número que no está en vocab es <unk>."""
    inverso = dict(zip(vocab.values(), vocab.keys()))
    return [inverso[int(i)] if int(i) in inverso else ESPECIALES[1] for i in ids]


def pares_lm(ids, vocab):
    """Lo que lee y lo que debe predecir un modelo de lenguaje: (entrada, objetivo)."""
    entrada, objetivo = list(ids), list(ids)
    entrada.insert(0, vocab["<sos>"])
    objetivo.append(vocab["<eos>"])
    return (torch.tensor(entrada), torch.tensor(objetivo))


class modeloLenguaje(torch.nn.Module):
    """Capas:  embedding = Embedding(vocab_size, emb_dim)
               lstm = LSTMCell(emb_dim, hidden_size)      fc = Linear(hidden_size, vocab_size)
    """

    def __init__(self, vocab_size, emb_dim, hidden_size):
        super().__init__()
        self.embedding = torch.nn.Embedding(vocab_size, emb_dim)
        self.lstm = torch.nn.LSTMCell(emb_dim, hidden_size)
        self.fc = torch.nn.Linear(hidden_size, vocab_size)

    def forward(self, x, estado=None):
        """x (B, T), estado None o (h, c) de (B, H)  ->  (logits (B, T, V), (h, c))"""
        B, T = x.shape
        if estado is None:
            h = torch.zeros(B, self.lstm.hidden_size, dtype=self.fc.weight.dtype, device=x.device)
            c = torch.zeros_like(h)
            estado = (h, c)
        salidas = []
        for t in range(T):
            estado = self.lstm(self.embedding(x[:, t]), estado)
            salidas.append(self.fc(estado[0]))
        return torch.stack(salidas, 1), estado


def perplejidad(logits, objetivos):
    """exp de la entropía cruzada media sobre los objetivos que no son <pad> (0).

    logits  (B, T, V)      objetivos  (B, T) int64
    """
    total, cuantas = 0.0, 0
    for fila, objetivo in zip(logits, objetivos):
        for z, y in zip(fila, objetivo.tolist()):
            if y == 0:
                continue
            total = total + torch.logsumexp(z, 0) - z[y]
            cuantas += 1
    return torch.exp(total / cuantas)


def probabilidades(logits, temperatura=1.0, k=None):
    """softmax(logits / temperatura), solo entre las k palabras de mayor logit.

    logits  (B, V)
    Devuelve (B, V): cada fila suma 1, y es 0 fuera de las k.
    """
    filas = []
    for fila in logits:
        orden = torch.argsort(fila, descending=True)[:k]
        exponentes = torch.exp((fila[orden] - fila.max()) / temperatura)
        p = torch.zeros_like(fila)
        p[orden] = exponentes / exponentes.sum()
        filas.append(p)
    return torch.stack(filas)


def muestrea(logits, temperatura=1.0, k=None, generador=None):
    """Un número de palabra al azar por fila, según `probabilidades`: (B, V) -> (B,) int64."""
    p = probabilidades(logits, temperatura, k)
    if generador is None:
        return torch.distributions.Categorical(probs=p).sample()
    return torch.multinomial(p, 1, generator=generador).reshape(-1)


class clasificadorSentimiento(torch.nn.Module):
    """Capas:  embedding = Embedding(vocab_size, emb_dim)
               lstm = LSTMCell(emb_dim, hidden_size)      fc = Linear(hidden_size, clases)
    """

    def __init__(self, vocab_size, emb_dim, hidden_size, clases):
        super().__init__()
        self.embedding = torch.nn.Embedding(vocab_size, emb_dim)
        self.lstm = torch.nn.LSTMCell(emb_dim, hidden_size)
        self.fc = torch.nn.Linear(hidden_size, clases)

    def forward(self, x, longitudes):
        """x (B, T), longitudes (B,)  ->  logits (B, C)"""
        h, c = None, None
        B, T = x.shape
        estado = None
        salida = torch.zeros(B, self.lstm.hidden_size, dtype=self.fc.weight.dtype, device=x.device)
        for t in range(T):
            h, c = self.lstm(self.embedding(x[:, t]), estado)
            estado = (h, c)
            es_ultimo = (longitudes == t + 1).unsqueeze(1)
            salida = torch.where(es_ultimo, h, salida)
        return self.fc(salida)


class etiquetador(torch.nn.Module):
    """Capas:  embedding = Embedding(vocab_size, emb_dim)
               adelante, atras = GRUCell(emb_dim, hidden_size)      fc = Linear(2 * hidden_size, clases)
    """

    def __init__(self, vocab_size, emb_dim, hidden_size, clases):
        super().__init__()
        self.embedding = torch.nn.Embedding(vocab_size, emb_dim)
        self.adelante = torch.nn.GRUCell(emb_dim, hidden_size)
        self.atras = torch.nn.GRUCell(emb_dim, hidden_size)
        self.fc = torch.nn.Linear(2 * hidden_size, clases)

    def forward(self, x, longitudes):
        """x (B, T), longitudes (B,)  ->  logits (B, T, C)"""
        B, T = x.shape
        H = self.adelante.hidden_size
        emb = self.embedding(x)
        filas = []
        for b in range(B):
            n = int(longitudes[b])
            ida, h = [], emb.new_zeros(1, H)
            for t in range(n):
                h = self.adelante(emb[b : b + 1, t], h)
                ida.append(h)
            vuelta, h = [], emb.new_zeros(1, H)
            for t in range(n - 1, -1, -1):
                h = self.atras(emb[b : b + 1, t], h)
                vuelta.insert(0, h)
            hs = torch.cat([torch.cat(ida), torch.cat(vuelta)], dim=1)
            filas.append(torch.cat([hs, emb.new_zeros(T - n, 2 * H)]))
        return self.fc(torch.stack(filas))


def exactitud(pred, objetivos, mascara):
    """La parte de las posiciones reales en que pred y objetivos coinciden; 0 si no hay ninguna."""
    bien = total = 0
    for p, y, m in zip(pred.flatten().tolist(), objetivos.flatten().tolist(), mascara.flatten().tolist()):
        if m:
            total += 1
            bien += p == y
    return bien / max(total, 1)


def precision_recall_f1(pred, objetivos, mascara, clase=1):
    """Precisión, exhaustividad y F1 de una clase entre las posiciones reales: (P, R, F1)."""
    pares = [
        (p == clase, y == clase)
        for p, y, m in zip(pred.view(-1), objetivos.view(-1), mascara.view(-1))
        if m
    ]
    vp = sum(1 for p, y in pares if p and y)
    fp = sum(1 for p, y in pares if p and not y)
    fn = sum(1 for p, y in pares if y and not p)

    def entre(a, b):
        return a / b if b != 0 else 0.0

    return [entre(vp, vp + fp), entre(vp, vp + fn), entre(2 * vp, 2 * vp + fp + fn)]


def f1_macro(pred, objetivos, mascara, clases):
    """El promedio de la F1 de las clases que están o se predijeron, entre 0 y clases - 1."""
    total, cuantas = 0.0, 0
    for clase in range(clases):
        dicha = (pred == clase) & mascara
        cierta = (objetivos == clase) & mascara
        union = int(dicha.sum() + cierta.sum())
        if union == 0:
            continue
        total += 2 * int((dicha & cierta).sum()) / union
        cuantas += 1
    return total / cuantas if cuantas else 0.0


if __name__ == "__main__":
    print(tokeniza(input("texto: ")))
