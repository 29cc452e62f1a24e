"""Right solutions as different people write them; see `grader.validation.solutions.Variant`.

Each fills in what it names and is the reference in all else; all of them must get full marks.
"""

from __future__ import annotations

from grader.validation.solutions import Variant

_LAYERS = (
    Variant(
        "bernoulli, and a branch for p = 1",
        {
            "Dropout.forward()": """
                if self.training:
                    if self.p == 1:
                        return x * 0
                    mascara = torch.bernoulli(torch.full_like(x, 1 - self.p))
                    x = x * mascara / (1 - self.p)
                return x
            """,
            "DropoutVariacional.forward()": """
                if self.training is False or self.p == 0:
                    return x
                B, T, D = x.shape
                mascara = torch.bernoulli(torch.full((B, D), 1.0 - self.p, device=x.device))
                y = torch.zeros_like(x)
                for t in range(T):
                    y[:, t] = x[:, t] * mascara * (0 if self.p == 1 else 1 / (1 - self.p))
                return y
            """,
            "celdaDropConnect.nueva_mascara()": """
                self.m = torch.bernoulli(torch.full_like(self.h_fc.weight.data, 1 - self.p))
            """,
            "celdaDropConnect.forward()": """
                W = self.h_fc.weight
                if self.training:
                    W = W * self.m / (1 - self.p)
                return (self.x_fc(x_t) + torch.nn.functional.linear(h_t_1, W, self.h_fc.bias)).tanh()
            """,
        },
    ),
    Variant(
        "dropout of ones, from part 1",
        {
            "DropoutVariacional": """
                class DropoutVariacional(torch.nn.Module):
                    def __init__(self, p):
                        super().__init__()
                        self.dropout = Dropout(p)

                    def forward(self, x):
                        unos = torch.ones_like(x[:, :1, :])
                        return x * self.dropout(unos)
            """,
            "celdaDropConnect": """
                class celdaDropConnect(torch.nn.Module):
                    def __init__(self, input_size, hidden_size, p):
                        super().__init__()
                        self.x_fc = torch.nn.Linear(input_size, hidden_size)
                        self.h_fc = torch.nn.Linear(hidden_size, hidden_size)
                        self.apaga = Dropout(p)
                        self.factor = None

                    def nueva_mascara(self):
                        self.factor = self.apaga.train()(torch.ones_like(self.h_fc.weight)).detach()

                    def forward(self, x_t, h_t_1):
                        if self.factor is None:
                            self.nueva_mascara()
                        W = self.h_fc.weight * self.factor if self.training else self.h_fc.weight
                        return torch.tanh(self.x_fc(x_t) + h_t_1 @ W.t() + self.h_fc.bias)
            """,
        },
    ),
    Variant(
        "masked_fill and where; a buffer for the mask",
        {
            "Dropout.forward()": """
                if not self.training:
                    return x
                apagado = torch.rand(x.shape, device=x.device, dtype=x.dtype) < self.p
                y = x.masked_fill(apagado, 0.0)
                return y if self.p == 1 else y / (1 - self.p)
            """,
            "DropoutVariacional.forward()": """
                if not self.training:
                    return x
                queda = torch.rand_like(x[:, 0]) >= self.p                  # (B, D)
                queda = queda.unsqueeze(1).expand_as(x)
                return torch.where(queda, x / max(1 - self.p, 1e-12), torch.zeros_like(x))
            """,
            "celdaDropConnect": """
                class celdaDropConnect(torch.nn.Module):
                    def __init__(self, input_size, hidden_size, p):
                        super().__init__()
                        self.p = p
                        self.x_fc = torch.nn.Linear(input_size, hidden_size)
                        self.h_fc = torch.nn.Linear(hidden_size, hidden_size)
                        self.register_buffer("mascara", torch.ones(hidden_size, hidden_size))

                    def nueva_mascara(self):
                        self.mascara = (torch.rand(self.mascara.shape) >= self.p).double()

                    def forward(self, x_t, h_t_1):
                        W = self.h_fc.weight
                        if self.training:
                            W = torch.where(self.mascara > 0, W, torch.zeros_like(W)) / (1 - self.p)
                        r = torch.einsum("bi,hi->bh", x_t, self.x_fc.weight) + self.x_fc.bias
                        r = r + torch.einsum("bj,hj->bh", h_t_1, W) + self.h_fc.bias
                        return torch.tanh(r)
            """,
        },
    ),
    Variant(
        "numpy draws; the masked weights worked out once a sequence",
        {
            "Dropout.forward()": """
                import numpy as np
                if not self.training or self.p == 0:
                    return x
                if self.p == 1:
                    return torch.zeros_like(x)
                m = np.random.binomial(1, 1 - self.p, size=tuple(x.shape))
                return x * torch.as_tensor(m, dtype=x.dtype, device=x.device) / (1 - self.p)
            """,
            "celdaDropConnect": """
                class celdaDropConnect(torch.nn.Module):
                    def __init__(self, input_size, hidden_size, p):
                        super().__init__()
                        self.p, self.hidden_size = p, hidden_size
                        self.x_fc = torch.nn.Linear(input_size, hidden_size)
                        self.h_fc = torch.nn.Linear(hidden_size, hidden_size)
                        self.nueva_mascara()

                    def nueva_mascara(self):
                        azar = torch.rand(self.hidden_size, self.hidden_size)
                        m = (azar > self.p).to(self.h_fc.weight)
                        self.W_h = self.h_fc.weight * m / (1 - self.p)

                    def forward(self, x_t, h_t_1):
                        W_h = self.W_h if self.training else self.h_fc.weight
                        return torch.tanh(self.x_fc(x_t) + h_t_1 @ W_h.T + self.h_fc.bias)
            """,
        },
    ),
    Variant(
        "a subclass, and a loop over samples",
        {
            "DropoutVariacional": """
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
            """,
        },
    ),
)

_STEPS = (
    Variant(
        "loops; pow; add_ on copies",
        {
            "penalizacion_l2()": """
                total = 0
                for p in parametros:
                    total = total + p.pow(2).sum()
                return lam * total / 2
            """,
            "paso_l2()": """
                nuevos = []
                for p, g in zip(parametros, gradientes):
                    nuevo = p.clone()
                    nuevo.mul_(1 - tasa * lam)
                    nuevo.sub_(tasa * g)
                    nuevos.append(nuevo)
                return nuevos
            """,
            "paso_adam()": """
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
            """,
        },
    ),
    Variant(
        "norm squared, dot, tuples",
        {
            "penalizacion_l2()": """
                return 0.5 * lam * sum(torch.norm(p) ** 2 for p in parametros)
            """,
            "paso_l2()": """
                return tuple(p - tasa * g - tasa * lam * p for p, g in zip(parametros, gradientes))
            """,
            "paso_adam()": """
                if not desacoplado:
                    gradientes = [g + lam * p for p, g in zip(parametros, gradientes)]
                m = [0.9 * a + (1 - 0.9) * g for a, g in zip(m, gradientes)]
                v = [0.999 * a + (1 - 0.999) * torch.square(g) for a, g in zip(v, gradientes)]
                def uno(p, a, b):
                    a, b = a / (1 - 0.9 ** t), b / (1 - 0.999 ** t)
                    nuevo = p - tasa * a / (b ** 0.5 + 1e-8)
                    return nuevo - tasa * lam * p if desacoplado else nuevo
                return [uno(*trio) for trio in zip(parametros, m, v)], m, v
            """,
        },
    ),
    Variant(
        "all numbers in one vector",
        {
            "penalizacion_l2()": """
                todo = torch.cat([p.reshape(-1) for p in parametros])
                return lam * (todo @ todo) / 2
            """,
            "paso_l2()": """
                with torch.no_grad():
                    return [torch.sub(p, g + p * lam, alpha=tasa) for p, g in zip(parametros, gradientes)]
            """,
        },
    ),
)

_SCHEDULES = (
    Variant(
        "step by step, with torch and numpy",
        {
            "tasa_escalonada()": """
                tasa = tasa0
                for e in range(1, epoca + 1):
                    if e % cada == 0:
                        tasa = tasa * gamma
                return tasa
            """,
            "tasa_exponencial()": """
                tasa = tasa0
                for _ in range(epoca):
                    tasa *= gamma
                return tasa
            """,
            "tasa_coseno()": """
                angulo = torch.tensor(torch.pi * epoca / total, dtype=torch.float64)
                return minima + 0.5 * (tasa0 - minima) * (1 + torch.cos(angulo))
            """,
            "tasa_calentamiento()": """
                return tasa0 * (paso + 1) / pasos if paso < pasos else tasa0
            """,
        },
    ),
    Variant(
        "floor, exp of log, numpy's cosine",
        {
            "tasa_escalonada()": """
                return tasa0 * math.pow(gamma, math.floor(epoca / cada))
            """,
            "tasa_exponencial()": """
                return tasa0 * math.exp(epoca * math.log(gamma))
            """,
            "tasa_coseno()": """
                import numpy as np
                coseno = np.cos(np.pi * epoca / total)
                return tasa0 * (1 + coseno) / 2 + minima * (1 - coseno) / 2
            """,
            "tasa_calentamiento()": """
                return min(tasa0, tasa0 * (paso + 1) / pasos)
            """,
        },
    ),
)

_OTHERS = (
    Variant(
        "None for no loss yet; clones; a counter that runs down",
        {
            "ParadaTemprana.__init__()": """
                self.best_val_loss = None
                self.best_state = {}
                self.quedan = patience
            """,
            "ParadaTemprana.actualiza()": """
                perdida = float(perdida)
                anterior = float("inf") if self.best_val_loss is None else self.best_val_loss
                if not math.isnan(perdida) and anterior - perdida > self.min_delta:
                    self.best_val_loss = perdida
                    self.best_state = {k: v.detach().clone() for k, v in estado.items()}
                    self.quedan = self.patience
                    return False
                self.quedan -= 1
                return self.quedan <= 0
            """,
            "promedia_ensamble()": """
                total = torch.zeros_like(logits[0])
                for z in logits:
                    e = torch.exp(z - z.max(dim=1, keepdim=True).values)
                    total = total + e / e.sum(dim=1, keepdim=True)
                return total / len(logits)
            """,
        },
    ),
    Variant(
        "the history kept; the answer as a tensor",
        {
            "ParadaTemprana.__init__()": """
                self.best_val_loss = torch.tensor(float("inf"))
                self.best_state = None
                self.historia = []
            """,
            "ParadaTemprana.actualiza()": """
                mejora = perdida < self.best_val_loss - self.min_delta
                self.historia.append(bool(mejora))
                if mejora:
                    self.best_val_loss = torch.as_tensor(perdida, dtype=torch.float64)
                    self.best_state = copy.deepcopy(estado)
                ultimas = self.historia[-self.patience:]
                return len(ultimas) == self.patience and not any(ultimas)
            """,
            "promedia_ensamble()": """
                return sum(z.softmax(-1) for z in logits) / len(logits)
            """,
        },
    ),
    Variant(
        "mean of log-softmax exponentials; the state by items",
        {
            "ParadaTemprana.actualiza()": """
                if perdida < self.best_val_loss - self.min_delta:
                    self.best_val_loss, self.malas = perdida, 0
                    self.best_state = type(estado)((k, copy.copy(v).clone()) for k, v in estado.items())
                    return False
                else:
                    self.malas = self.malas + 1
                    if self.malas >= self.patience:
                        return True
                    return False
            """,
            "promedia_ensamble()": """
                apilados = torch.stack(list(logits), dim=-1)                 # (B, C, R)
                return torch.log_softmax(apilados, dim=1).exp().mean(-1)
            """,
        },
    ),
)

_NARROW = (
    Variant(
        "results in float32, whatever comes in",
        {
            "celdaDropConnect.forward()": """
                W = self.h_fc.weight.float()
                if self.training:
                    W = W * self.mascara.float() * (1 / (1 - self.p))
                r = x_t.float() @ self.x_fc.weight.float().T + self.x_fc.bias.float()
                return torch.tanh(r + h_t_1.float() @ W.T + self.h_fc.bias.float())
            """,
            "penalizacion_l2()": """
                return (lam / 2) * sum((p.float() * p.float()).sum() for p in parametros)
            """,
            "paso_l2()": """
                return [(p - tasa * (g + lam * p)).float() for p, g in zip(parametros, gradientes)]
            """,
            "promedia_ensamble()": """
                return torch.stack([z.float().softmax(-1) for z in logits]).mean(0)
            """,
        },
    ),
)

VARIANTS = (*_NARROW, *_LAYERS, *_STEPS, *_SCHEDULES, *_OTHERS)
