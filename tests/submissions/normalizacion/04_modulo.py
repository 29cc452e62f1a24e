"""Tarea de normalización. Grupo 4."""

import math

import torch

class CapaNorm(torch.nn.Module):
    """Norma de capa: centra y escala cada vector con su propia media y su propia varianza."""

    def __init__(self, n, eps=1e-5):
        super().__init__()
        # self.ganancia: (n,), unos      self.sesgo: (n,), ceros      los dos Parameter
        self.eps = eps
        self.ganancia = torch.nn.Parameter(torch.ones(n))
        self.sesgo = torch.nn.Parameter(torch.zeros(n))

    def forward(self, x):
        """De x (..., n) a su norma, de la misma forma."""
        media = x.mean(dim=-1, keepdim=True)                        # (..., 1)
        varianza = ((x - media) ** 2).mean(dim=-1, keepdim=True)    # (..., 1)
        normal = (x - media) / torch.sqrt(varianza + self.eps)      # (..., n)
        return self.ganancia * normal + self.sesgo                  # (..., n)


class celdaLSTMNorm(torch.nn.Module):
    """Un paso de una LSTM con norma de capa en la entrada, en el estado y en la memoria."""

    def __init__(self, input_size, hidden_size):
        super().__init__()
        # self.x_fc: de I a 4H      self.h_fc: de H a 4H      las dos sin sesgo
        # self.b: (4H,), ceros      self.ln_x, self.ln_h: CapaNorm(4H)      self.ln_c: CapaNorm(H)
        self.x_fc = torch.nn.Linear(input_size, 4 * hidden_size, bias=False)
        self.h_fc = torch.nn.Linear(hidden_size, 4 * hidden_size, bias=False)
        self.b = torch.nn.Parameter(torch.zeros(4 * hidden_size))
        self.ln_x = CapaNorm(4 * hidden_size)
        self.ln_h = CapaNorm(4 * hidden_size)
        self.ln_c = CapaNorm(hidden_size)

    def forward(self, x_t, hidden):
        """De x_t y (h_{t-1}, c_{t-1}) a (h_t, c_t)."""
        h_t_1, c_t_1 = hidden
        # x_t: (B, I)    h_t_1, c_t_1: (B, H)
        # devuelve (h_t, c_t): (B, H) cada uno
        a_t = self.ln_x(self.x_fc(x_t)) + self.ln_h(self.h_fc(h_t_1)) + self.b   # (B, 4H)
        i_t, f_t, candidato, o_t = a_t.chunk(4, dim=-1)                          # (B, H) cada una

        i_t = torch.sigmoid(i_t)                                                 # (B, H)
        f_t = torch.sigmoid(f_t)                                                 # (B, H)
        candidato = torch.tanh(candidato)                                        # (B, H)
        o_t = torch.sigmoid(o_t)                                                 # (B, H)

        c_t = f_t * c_t_1 + i_t * candidato                                      # (B, H)
        h_t = o_t * torch.tanh(self.ln_c(c_t))                                   # (B, H)
        return h_t, c_t


class NormLote(torch.nn.Module):
    """Norma de lote: centra y escala cada característica con las muestras del lote."""

    def __init__(self, n, momento=0.1, eps=1e-5):
        super().__init__()
        # self.ganancia: (n,), unos        self.sesgo: (n,), ceros        los dos Parameter
        # self.media_movil: (n,), ceros    self.var_movil: (n,), unos     los dos buffers
        self.momento = momento
        self.eps = eps
        self.ganancia = torch.nn.Parameter(torch.ones(n))
        self.sesgo = torch.nn.Parameter(torch.zeros(n))
        self.register_buffer("media_movil", torch.zeros(n))
        self.register_buffer("var_movil", torch.ones(n))

    def forward(self, x):
        """De x (B, n) a su norma (B, n); al entrenar mueve las medias móviles."""
        if self.training:
            B = x.size(0)
            media = x.mean(dim=0)                                   # (n,)
            varianza = ((x - media) ** 2).mean(dim=0)               # (n,)
            with torch.no_grad():
                insesgada = varianza * B / max(B - 1, 1)            # (n,)
                self.media_movil = (1 - self.momento) * self.media_movil + self.momento * media
                self.var_movil = (1 - self.momento) * self.var_movil + self.momento * insesgada
        else:
            media, varianza = self.media_movil, self.var_movil      # (n,), (n,)
        normal = (x - media) / torch.sqrt(varianza + self.eps)      # (B, n)
        return self.ganancia * normal + self.sesgo                  # (B, n)


class NormLotePorPaso(torch.nn.Module):
    """Una norma de lote para cada uno de los primeros pasos; después, la última."""

    def __init__(self, n, pasos):
        super().__init__()
        # self.normas: ModuleList de P NormLote(n)
        self.normas = torch.nn.ModuleList([NormLote(n) for _ in range(pasos)])

    def forward(self, x, t):
        """De x (B, n), en el paso t, a su norma (B, n)."""
        cual = min(t, len(self.normas) - 1)
        return self.normas[cual](x)                      # (B, n)


if __name__ == "__main__":
    celda = celdaLSTMNorm(3, 5)
    print(celda(torch.randn(2, 3), (torch.zeros(2, 5), torch.zeros(2, 5)))[0].shape)
