"""Tarea de atención. Grupo 7."""

import math

import matplotlib.pyplot as plt
import torch


def calcular_pesos_atencion_bahdanau(estado_decoder_anterior, estados_encoder, W_a, U_a, v_a):
    """Puntajes y pesos de atención de un paso del decodificador, para una muestra.

    estado_decoder_anterior  (D_d,)       estados_encoder  (N, D_e)
    W_a  (A, D_d)      U_a  (A, D_e)      v_a  (A,)
    Devuelve (e, alfa): (N,) cada uno; alfa suma 1.
    """
    puntajes = []
    for h_j in estados_encoder:
        puntajes.append(v_a @ torch.tanh(W_a @ estado_decoder_anterior + U_a @ h_j))
    e = torch.stack(puntajes)
    exponenciales = [torch.exp(e_j - e.max()) for e_j in e]
    alfa = torch.stack([x / sum(exponenciales) for x in exponenciales])
    return e, alfa


def softmax_enmascarado(e, mascara):
    """Softmax de cada fila sobre las posiciones reales; el relleno recibe exactamente 0.

    e  (B, N)      mascara  (B, N) bool, True = real
    Devuelve alfa (B, N): cada fila suma 1, o es de ceros si no tiene ninguna posición real.
    """
    filas = []
    for e_b, m_b in zip(e, mascara):
        fila = torch.zeros_like(e_b)
        if m_b.any():
            fila[m_b] = torch.softmax(e_b[m_b], dim=0)
        filas.append(fila)
    return torch.stack(filas)


def atencion_producto(query, key, value, mascara=None, escalada=True):
    """Atención de producto escalar.

    query  (B, M, D)    key  (B, N, D)    value  (B, N, V)    mascara  (B, N) bool o None
    Devuelve (contexto, alfa): (B, M, V) y (B, M, N).
    """
    B, M, D = query.shape
    N = key.shape[1]
    if mascara is None:
        mascara = torch.ones(B, N, dtype=torch.bool, device=query.device)
    contextos, pesos = [], []
    for b in range(B):
        e = torch.stack([key[b] @ query[b, i] for i in range(M)])     # (M, N)
        if escalada:
            e = e / D ** 0.5
        alfa = softmax_enmascarado(e, mascara[b].repeat(M, 1))
        pesos.append(alfa)
        contextos.append(torch.stack([
            sum(alfa[i, j] * value[b, j] for j in range(N)) for i in range(M)
        ]))
    return torch.stack(contextos), torch.stack(pesos)


class AtencionAditiva(torch.nn.Module):
    """La atención de Bahdanau para un lote."""

    def __init__(self, dim_decoder, dim_encoder, dim_atencion):
        super().__init__()
        # self.W_a: de D_d a A      self.U_a: de D_e a A      self.v_a: de A a 1      sin sesgo
        self.W_a = torch.nn.Linear(dim_decoder, dim_atencion, bias=False)
        self.U_a = torch.nn.Linear(dim_encoder, dim_atencion, bias=False)
        self.v_a = torch.nn.Linear(dim_atencion, 1, bias=False)

    def forward(self, s, hs, mascara=None):
        """De s (B, D_d) y hs (B, N, D_e) a (contexto, alfa)."""
        # mascara: (B, N) bool, o None si todo es real
        # devuelve contexto (B, D_e) y alfa (B, N)
        columnas = []
        for j in range(hs.shape[1]):
            columnas.append(self.v_a(torch.tanh(self.W_a(s) + self.U_a(hs[:, j]))))
        e = torch.cat(columnas, dim=1)                                   # (B, N)
        alfa = e.softmax(1) if mascara is None else softmax_enmascarado(e, mascara)
        contexto = torch.zeros_like(hs[:, 0])
        for j in range(hs.shape[1]):
            contexto = contexto + alfa[:, j:j + 1] * hs[:, j]
        return contexto, alfa


class pasoDecoder(torch.nn.Module):
    """Un paso de un decodificador con atención aditiva."""

    def __init__(self, vocab_size, emb_dim, hidden_size):
        super().__init__()
        # self.embedding: de números de palabra a emb_dim
        # self.attention: una AtencionAditiva con los tres tamaños iguales a H
        # self.gru: una GRUCell de emb_dim + H a H      self.fc: de 2H a vocab_size
        self.embedding = torch.nn.Embedding(vocab_size, emb_dim)
        self.attention = AtencionAditiva(hidden_size, hidden_size, hidden_size)
        self.gru = torch.nn.GRUCell(emb_dim + hidden_size, hidden_size)
        self.fc = torch.nn.Linear(2 * hidden_size, vocab_size)

    def forward(self, token, s, hs, mascara=None):
        """De token (B,), s (B, H) y hs (B, N, H) a (logits, s_t, alfa)."""
        # mascara: (B, N) bool, o None si todo es real
        # devuelve logits (B, vocab_size), s_t (B, H) y alfa (B, N)
        contexto, alfa = self.attention(s, hs, mascara)                  # (B, H), (B, N)
        palabra = self.embedding(token)                                  # (B, emb_dim)
        entrada = torch.cat([palabra, contexto], dim=-1)                 # (B, emb_dim + H)
        s_t = self.gru(entrada, s)                                       # (B, H)
        logits = self.fc(torch.cat([s_t, contexto], dim=-1))             # (B, vocab_size)
        return logits, s_t, alfa


def mapa_atencion(alfas, longitudes):
    """Los pesos de todos los pasos en un tensor, con ceros en el relleno.

    alfas  lista de T' tensores (B, N)      longitudes  (B,) int64
    Devuelve el mapa (B, T', N).
    """
    B, N = alfas[0].shape
    mapa = torch.zeros(B, len(alfas), N, dtype=alfas[0].dtype, device=alfas[0].device)
    for t, alfa in enumerate(alfas):
        for b, n in enumerate(longitudes.tolist()):
            mapa[b, t, :n] = alfa[b, :n]
    return mapa


if __name__ == "__main__":
    torch.manual_seed(0)
    print(AtencionAditiva(2, 3, 4)(torch.randn(5, 2), torch.randn(5, 6, 3)))
