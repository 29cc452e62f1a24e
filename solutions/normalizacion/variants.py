"""Right solutions as different people write them; see `grader.validation.solutions.Variant`.

Each fills in what it names and is the reference in all else; all of them must get full marks.
"""

from __future__ import annotations

from grader.validation.solutions import Variant

_NORMS = (
    Variant(
        "var without correction; rsqrt; chunk by hand; in place on the buffers",
        {
            "CapaNorm.forward()": """
                mu = x.mean(-1, keepdim=True)
                v = x.var(-1, keepdim=True, unbiased=False)
                return (x - mu) * torch.rsqrt(v + self.eps) * self.ganancia + self.sesgo
            """,
            "celdaLSTMNorm.forward()": """
                H = h_t_1.shape[1]
                a = self.ln_x(self.x_fc(x_t)) + self.ln_h(self.h_fc(h_t_1)) + self.b
                i = torch.sigmoid(a[:, :H])
                f = torch.sigmoid(a[:, H:2 * H])
                g = torch.tanh(a[:, 2 * H:3 * H])
                o = torch.sigmoid(a[:, 3 * H:])
                c = f * c_t_1 + i * g
                return o * torch.tanh(self.ln_c(c)), c
            """,
            "NormLote.forward()": """
                if self.training:
                    mu, v = x.mean(0), x.var(0, unbiased=False)
                    with torch.no_grad():
                        self.media_movil.mul_(1 - self.momento).add_(mu, alpha=self.momento)
                        self.var_movil.mul_(1 - self.momento).add_(x.var(0), alpha=self.momento)
                else:
                    mu, v = self.media_movil, self.var_movil
                return (x - mu) * torch.rsqrt(v + self.eps) * self.ganancia + self.sesgo
            """,
            "NormLotePorPaso.forward()": """
                if t >= len(self.normas):
                    t = len(self.normas) - 1
                return self.normas[t](x)
            """,
        },
    ),
    Variant(
        "var_mean; lerp; split; detach",
        {
            "CapaNorm.forward()": """
                v, mu = torch.var_mean(x, dim=-1, keepdim=True, correction=0)
                return torch.addcmul(self.sesgo, (x - mu) / (v + self.eps).sqrt(), self.ganancia)
            """,
            "celdaLSTMNorm.forward()": """
                a = torch.add(self.ln_x(self.x_fc(x_t)), self.ln_h(self.h_fc(h_t_1))) + self.b
                i, f, g, o = torch.split(a, a.size(-1) // 4, dim=-1)
                c = torch.addcmul(f.sigmoid() * c_t_1, i.sigmoid(), g.tanh())
                return torch.mul(o.sigmoid(), self.ln_c(c).tanh()), c
            """,
            "NormLote.forward()": """
                if not self.training:
                    mu, v = self.media_movil, self.var_movil
                else:
                    v, mu = torch.var_mean(x, dim=0, correction=0)
                    n = x.shape[0]
                    v_insesgada = v.detach() * n / (n - 1) if n > 1 else v.detach()
                    self.media_movil = torch.lerp(self.media_movil, mu.detach(), self.momento)
                    self.var_movil = torch.lerp(self.var_movil, v_insesgada, self.momento)
                return self.ganancia * (x - mu) / (v + self.eps) ** 0.5 + self.sesgo
            """,
        },
    ),
    Variant(
        "the variance in one pass, E[x²] − μ²",
        {
            "CapaNorm.forward()": """
                media = x.mean(-1, keepdim=True)
                varianza = (x * x).mean(-1, keepdim=True) - media * media
                return (x - media) / torch.sqrt(varianza.clamp(min=0) + self.eps) * self.ganancia + self.sesgo
            """,
            "NormLote.forward()": """
                if self.training:
                    B = len(x)
                    media = x.sum(0) / B
                    varianza = (x ** 2).sum(0) / B - media ** 2
                    b = self.momento
                    nueva = (varianza * (B / max(B - 1, 1))).detach()
                    self.media_movil.copy_((1 - b) * self.media_movil + b * media.detach())
                    self.var_movil.copy_((1 - b) * self.var_movil + b * nueva)
                else:
                    media = self.media_movil
                    varianza = self.var_movil
                escala = self.ganancia / torch.sqrt(varianza + self.eps)
                return x * escala + (self.sesgo - media * escala)
            """,
        },
    ),
    Variant(
        "loops over rows, features and samples",
        {
            "CapaNorm.forward()": """
                filas = []
                for fila in x.reshape(-1, x.shape[-1]):
                    mu = sum(fila) / len(fila)
                    v = sum((uno - mu) ** 2 for uno in fila) / len(fila)
                    filas.append(self.ganancia * (fila - mu) / torch.sqrt(v + self.eps) + self.sesgo)
                return torch.stack(filas).reshape(x.shape)
            """,
            "celdaLSTMNorm.forward()": """
                hs, cs = [], []
                for x, h, c in zip(x_t, h_t_1, c_t_1):
                    a = self.ln_x(self.x_fc(x)) + self.ln_h(self.h_fc(h)) + self.b
                    i, f, g, o = a.view(4, -1)
                    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
                    hs.append(torch.sigmoid(o) * torch.tanh(self.ln_c(c)))
                    cs.append(c)
                return torch.stack(hs), torch.stack(cs)
            """,
            "NormLote.forward()": """
                columnas = []
                for j in range(x.shape[1]):
                    col = x[:, j]
                    if self.training:
                        B = len(col)
                        mu = col.mean()
                        suma = ((col - mu) ** 2).sum()
                        v = suma / B
                        with torch.no_grad():
                            self.media_movil[j] = (1 - self.momento) * self.media_movil[j] + self.momento * mu
                            if B > 1:
                                self.var_movil[j] += self.momento * (suma / (B - 1) - self.var_movil[j])
                    else:
                        mu, v = self.media_movil[j], self.var_movil[j]
                    columnas.append(self.ganancia[j] * (col - mu) / torch.sqrt(v + self.eps) + self.sesgo[j])
                return torch.stack(columnas, dim=1)
            """,
            "NormLotePorPaso.__init__()": """
                self.pasos = pasos
                self.normas = torch.nn.ModuleList()
                for _ in range(pasos):
                    self.normas.append(NormLote(n))
            """,
            "NormLotePorPaso.forward()": """
                for k, norma in enumerate(self.normas):
                    if k == t or (k == self.pasos - 1 and t >= self.pasos):
                        return norma(x)
            """,
        },
    ),
    Variant(
        "a static method for both norms; std; unsqueeze",
        {
            "CapaNorm": """
                class CapaNorm(torch.nn.Module):
                    def __init__(self, n, eps=1e-5):
                        super(CapaNorm, self).__init__()
                        self.n, self.epsilon = n, eps
                        self.register_parameter("ganancia", torch.nn.Parameter(torch.ones(n)))
                        self.register_parameter("sesgo", torch.nn.Parameter(torch.zeros(n)))

                    @staticmethod
                    def normaliza(x, mu, v, eps):
                        return (x - mu) / torch.sqrt(v + eps)

                    def forward(self, x):
                        mu = x.mean(dim=-1).unsqueeze(-1)
                        s = x.std(dim=-1, unbiased=False).unsqueeze(-1) if self.n > 1 else 0 * mu
                        return self.normaliza(x, mu, s ** 2, self.epsilon) * self.ganancia + self.sesgo
            """,
            "NormLote": """
                class NormLote(torch.nn.Module):
                    def __init__(self, n, momento=0.1, eps=1e-5):
                        super().__init__()
                        self.momento, self.eps = momento, eps
                        self.ganancia = torch.nn.Parameter(torch.ones(n))
                        self.sesgo = torch.nn.Parameter(torch.zeros(n))
                        self.register_buffer("media_movil", torch.zeros(n))
                        self.register_buffer("var_movil", torch.ones(n))

                    def forward(self, x):
                        if self.training:
                            mu = torch.mean(x, 0, keepdim=True)
                            v = torch.mean(torch.square(x - mu), 0, keepdim=True)
                            self.actualiza(mu.detach()[0], v.detach()[0], x.shape[0])
                        else:
                            mu, v = self.media_movil[None], self.var_movil[None]
                        return CapaNorm.normaliza(x, mu, v, self.eps) * self.ganancia + self.sesgo

                    def actualiza(self, mu, v, B):
                        v = v * B / (B - 1) if B > 1 else v
                        self.media_movil = self.media_movil + self.momento * (mu - self.media_movil)
                        self.var_movil = self.var_movil + self.momento * (v - self.var_movil)
            """,
        },
    ),
    Variant(
        "as products of matrices: centring is one",
        {
            "CapaNorm.forward()": """
                n = x.shape[-1]
                C = torch.eye(n, dtype=x.dtype, device=x.device) - 1.0 / n
                centrado = x @ C
                v = torch.einsum("...i,...i->...", centrado, centrado) / n
                return torch.einsum("i,...i,...->...i", self.ganancia, centrado, (v + self.eps) ** -0.5) + self.sesgo
            """,
            "celdaLSTMNorm.forward()": """
                H = h_t_1.size(-1)
                ax = self.ln_x(torch.einsum("bi,ji->bj", x_t, self.x_fc.weight))
                ah = self.ln_h(torch.einsum("bk,jk->bj", h_t_1, self.h_fc.weight))
                a = (ax + ah + self.b).reshape(-1, 4, H)
                i, f, o = a[:, [0, 1, 3]].sigmoid().unbind(1)
                c_t = f * c_t_1 + i * a[:, 2].tanh()
                h_t = o * self.ln_c(c_t).tanh()
                return (h_t, c_t)
            """,
            "NormLote.forward()": """
                if self.training:
                    B = x.shape[0]
                    unos = torch.ones(B, dtype=x.dtype, device=x.device) / B
                    media = unos @ x
                    varianza = unos @ (x - media) ** 2
                    with torch.no_grad():
                        for movil, nueva in ((self.media_movil, media),
                                             (self.var_movil, varianza * B / max(1, B - 1))):
                            movil -= self.momento * (movil - nueva)
                else:
                    media = self.media_movil
                    varianza = self.var_movil
                escala = torch.diag(self.ganancia / torch.sqrt(varianza + self.eps))
                return (x - media) @ escala + self.sesgo
            """,
        },
    ),
    Variant(
        "everything in float32",
        {
            "CapaNorm.forward()": """
                x = x.float()
                media = x.mean(dim=-1, keepdim=True)
                varianza = ((x - media) ** 2).mean(dim=-1, keepdim=True)
                return self.ganancia.float() * ((x - media) / torch.sqrt(varianza + self.eps)) + self.sesgo.float()
            """,
            "celdaLSTMNorm.forward()": """
                x_t, h_t_1, c_t_1 = x_t.float(), h_t_1.float(), c_t_1.float()
                ax = torch.nn.functional.linear(x_t, self.x_fc.weight.float())
                ah = torch.nn.functional.linear(h_t_1, self.h_fc.weight.float())
                a = self.ln_x(ax) + self.ln_h(ah) + self.b.float()
                i, f, g, o = a.chunk(4, 1)
                c_t = torch.sigmoid(f) * c_t_1 + torch.sigmoid(i) * torch.tanh(g)
                return torch.sigmoid(o) * torch.tanh(self.ln_c(c_t)), c_t
            """,
            "NormLote.forward()": """
                x = x.float()
                if self.training:
                    B = x.size(0)
                    media = x.mean(dim=0)
                    varianza = ((x - media) ** 2).mean(dim=0)
                    with torch.no_grad():
                        b = self.momento
                        self.media_movil = ((1 - b) * self.media_movil + b * media).float()
                        self.var_movil = ((1 - b) * self.var_movil + b * varianza * B / max(B - 1, 1)).float()
                else:
                    media, varianza = self.media_movil.float(), self.var_movil.float()
                return self.ganancia.float() * (x - media) / torch.sqrt(varianza + self.eps) + self.sesgo.float()
            """,
        },
    ),
)

_CELLS = (
    Variant(
        "the norms written again inside the cell",
        {
            "celdaLSTMNorm.forward()": """
                def norma(x, capa):
                    mu = x.mean(-1, keepdim=True)
                    v = (x - mu).pow(2).mean(-1, keepdim=True)
                    return (x - mu) / torch.sqrt(v + 1e-5) * capa.ganancia + capa.sesgo

                a = norma(x_t @ self.x_fc.weight.T, self.ln_x)
                a = a + norma(h_t_1 @ self.h_fc.weight.T, self.ln_h) + self.b
                i_t, f_t, c_nueva, o_t = a.chunk(4, dim=1)
                c_t = torch.sigmoid(f_t) * c_t_1 + torch.sigmoid(i_t) * torch.tanh(c_nueva)
                h_t = torch.sigmoid(o_t) * torch.tanh(norma(c_t, self.ln_c))
                return h_t, c_t
            """,
        },
    ),
    Variant(
        "one method a gate, prints, more attributes",
        {
            "celdaLSTMNorm": """
                class celdaLSTMNorm(torch.nn.Module):
                    def __init__(self, input_size, hidden_size):
                        super().__init__()
                        self.input_size, self.hidden_size = input_size, hidden_size
                        self.ln_c = CapaNorm(hidden_size)
                        self.ln_h, self.ln_x = CapaNorm(4 * hidden_size), CapaNorm(4 * hidden_size)
                        self.x_fc = torch.nn.Linear(input_size, hidden_size * 4, bias=False)
                        self.h_fc = torch.nn.Linear(hidden_size, hidden_size * 4, bias=False)
                        self.b = torch.nn.Parameter(torch.zeros(hidden_size * 4))
                        self.reset_parameters()

                    def reset_parameters(self):
                        for capa in (self.x_fc, self.h_fc):
                            torch.nn.init.xavier_uniform_(capa.weight)
                        with torch.no_grad():
                            self.b[self.hidden_size:2 * self.hidden_size] = 1.0   # olvido abierto

                    def trozo(self, a, k):
                        return a[:, k * self.hidden_size:(k + 1) * self.hidden_size]

                    def entrada(self, a):
                        return torch.sigmoid(self.trozo(a, 0))

                    def olvido(self, a):
                        return torch.sigmoid(self.trozo(a, 1))

                    def candidato(self, a):
                        return torch.tanh(self.trozo(a, 2))

                    def salida(self, a):
                        return torch.sigmoid(self.trozo(a, 3))

                    def forward(self, x_t, hidden):
                        h, c = hidden[0], hidden[1]
                        del_x = self.ln_x(self.x_fc(x_t))
                        del_h = self.ln_h(self.h_fc(h))
                        a = self.b + del_h + del_x
                        print("a", a.shape)
                        c_nueva = self.candidato(a) * self.entrada(a) + self.olvido(a) * c
                        return self.salida(a) * torch.tanh(self.ln_c(c_nueva)), c_nueva
            """,
        },
    ),
    Variant(
        "sigmoid and tanh from exponentials that do not overflow",
        {
            "celdaLSTMNorm.forward()": """
                def sigmoide(z):
                    return 0.5 * (1 + torch.tanh(z / 2))

                a = self.ln_x(self.x_fc(x_t)) + (self.ln_h(self.h_fc(h_t_1)) + self.b)
                i, f, g, o = a.tensor_split(4, dim=-1)
                g = 2 * sigmoide(2 * g) - 1
                c_t = sigmoide(f) * c_t_1 + sigmoide(i) * g
                salida = self.ln_c(c_t)
                return sigmoide(o) * (2 * sigmoide(2 * salida) - 1), c_t
            """,
        },
    ),
)

_BATCHES = (
    Variant(
        "buffers by .data and .copy_; count of batches; a base class",
        {
            "NormLote": """
                class Norma(torch.nn.Module):
                    def __init__(self, n):
                        super().__init__()
                        self.ganancia = torch.nn.Parameter(torch.ones(n))
                        self.sesgo = torch.nn.Parameter(torch.zeros(n))

                    def escala(self, x, mu, v, eps):
                        return self.ganancia * ((x - mu) / torch.sqrt(v + eps)) + self.sesgo

                class NormLote(Norma):
                    def __init__(self, n, momento=0.1, eps=1e-5):
                        super().__init__(n)
                        self.momento, self.eps = momento, eps
                        self.register_buffer("media_movil", torch.zeros(n))
                        self.register_buffer("var_movil", torch.ones(n))
                        self.register_buffer("lotes", torch.tensor(0))

                    def forward(self, x):
                        if not self.training:
                            return self.escala(x, self.media_movil, self.var_movil, self.eps)
                        self.lotes += 1
                        mu, v = x.mean(0), x.var(0, correction=0)
                        viejo, nuevo = 1 - self.momento, self.momento
                        self.media_movil.data = viejo * self.media_movil + nuevo * mu.data
                        if x.size(0) > 1:
                            self.var_movil.data.copy_(viejo * self.var_movil + nuevo * x.data.var(0))
                        return self.escala(x, mu, v, self.eps)
            """,
            "NormLotePorPaso.forward()": """
                try:
                    norma = self.normas[t]
                except IndexError:
                    norma = self.normas[-1]
                return norma.forward(x)
            """,
        },
    ),
    Variant(
        "an error for a batch of one in training, as torch gives",
        {
            "NormLote": """
                class NormLote(torch.nn.Module):
                    def __init__(self, n, momento=0.1, eps=1e-5):
                        super().__init__()
                        self.momento, self.eps = momento, eps
                        self.ganancia = torch.nn.Parameter(torch.ones(n))
                        self.sesgo = torch.nn.Parameter(torch.zeros(n))
                        self.register_buffer("media_movil", torch.zeros(n))
                        self.register_buffer("var_movil", torch.ones(n))

                    def forward(self, x):
                        if self.training:
                            if x.size(0) == 1:
                                raise ValueError("hacen falta al menos dos muestras para entrenar")
                            media = x.mean(dim=0)
                            varianza = x.sub(media).square().mean(dim=0)
                            self._mueve(x.detach())
                        else:
                            media, varianza = self.media_movil, self.var_movil
                        return (x - media).div((varianza + self.eps).sqrt()).mul(self.ganancia).add(self.sesgo)

                    @torch.no_grad()
                    def _mueve(self, x):
                        for nombre, nueva in (("media_movil", x.mean(0)), ("var_movil", x.var(0))):
                            vieja = getattr(self, nombre)
                            setattr(self, nombre, vieja * (1 - self.momento) + nueva * self.momento)
            """,
        },
    ),
    Variant(
        "transposed, features first; the last norm by a slice",
        {
            "CapaNorm.forward()": """
                columnas = x.movedim(-1, 0)                                 # (n, ...)
                mu = columnas.mean(0)
                v = ((columnas - mu) ** 2).sum(0) / columnas.shape[0]
                normal = ((columnas - mu) / torch.sqrt(v + self.eps)).movedim(0, -1)
                return normal * self.ganancia + self.sesgo
            """,
            "NormLote.forward()": """
                xt = x.t()                                                  # (n, B)
                if self.training:
                    mu = xt.mean(1, keepdim=True)
                    v = ((xt - mu) ** 2).mean(1, keepdim=True)
                    B, b = xt.shape[1], self.momento
                    with torch.no_grad():
                        self.media_movil = self.media_movil * (1 - b) + mu.squeeze(1) * b
                        self.var_movil = self.var_movil * (1 - b) + v.squeeze(1) * (b * B / max(B - 1, 1))
                else:
                    mu, v = self.media_movil.unsqueeze(1), self.var_movil.unsqueeze(1)
                y = (xt - mu) / torch.sqrt(v + self.eps)
                return y.t() * self.ganancia + self.sesgo
            """,
            "NormLotePorPaso.forward()": """
                elegidas = list(self.normas)[: t + 1]
                return elegidas[-1](x)
            """,
        },
    ),
)

VARIANTS = (*_NORMS, *_CELLS, *_BATCHES)
