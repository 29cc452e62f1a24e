"""More right solutions: slow, odd, in narrow precision, or with operations that few would choose.

As in `variants.py`, each fills in what it names, and all must get full marks.
"""

from __future__ import annotations

from grader.validation.solutions import Variant

_PRECISION = (
    Variant(
        "the model draws its cell's parameters",
        {
            "celdaLSTM.__init__()": """
                self.x_fc = torch.nn.Linear(input_size, 4 * hidden_size)
                self.h_fc = torch.nn.Linear(hidden_size, 4 * hidden_size)
            """,
            "modeloLSTM.__init__()": """
                self.lstm = celdaLSTM(input_size, hidden_size)
                self.lstm.reset_parameters()
                self.fc = torch.nn.Linear(hidden_size, output_size)
            """,
        },
    ),
    Variant(
        "float32 inside, x_t's dtype outside",
        {
            "celdaLSTM.forward()": """
                tipo = x_t.dtype
                W, U = self.x_fc.weight.float(), self.h_fc.weight.float()
                a = x_t.float() @ W.T + self.x_fc.bias.float()
                a = a + h_t_1.float() @ U.T + self.h_fc.bias.float()
                i, f, g, o = a.chunk(4, -1)
                c = f.sigmoid() * c_t_1.float() + i.sigmoid() * g.tanh()
                return (o.sigmoid() * c.tanh()).to(tipo), c.to(tipo)
            """,
            "celdaGRU.forward()": """
                def capa(fc, v):
                    return torch.nn.functional.linear(v.float(), fc.weight.float(), fc.bias.float())
                h = h_t_1.float()
                r = (capa(self.x_r_fc, x_t) + capa(self.h_r_fc, h)).sigmoid()
                z = (capa(self.x_z_fc, x_t) + capa(self.h_z_fc, h)).sigmoid()
                n = (capa(self.x_h_fc, x_t) + capa(self.hr_h_fc, r * h)).tanh()
                return (z * h + (1 - z) * n).type_as(x_t)
            """,
        },
    ),
    Variant(
        "models in float32, cells in what they get",
        {
            "modeloLSTM.forward()": """
                h = c = torch.zeros(x.shape[0], self.hidden_size, dtype=self.fc.weight.dtype)
                for t in range(x.shape[1]):
                    h, c = self.lstm(x[:, t].to(h.dtype), (h, c))
                return self.fc(h)
            """,
            "modeloGRU.forward()": """
                h = torch.zeros(x.shape[0], self.hidden_size).to(self.fc.weight)
                for t in range(x.shape[1]):
                    h = self.gru(x[:, t].to(h), h)
                return self.fc(h)
            """,
        },
    ),
    Variant(
        "float64 inside the gates",
        {
            "celdaLSTM.forward()": """
                a = (self.x_fc(x_t) + self.h_fc(h_t_1)).double()
                i, f, g, o = a.chunk(4, dim=1)
                c = f.sigmoid() * c_t_1.double() + i.sigmoid() * g.tanh()
                h = o.sigmoid() * c.tanh()
                return h.to(h_t_1.dtype), c.to(c_t_1.dtype)
            """,
        },
    ),
)

_ODD_CELLS = (
    Variant(
        "einsum; tanh for every gate",
        {
            "celdaLSTM.forward()": """
                a = torch.einsum("bi,gi->bg", x_t, self.x_fc.weight) + self.x_fc.bias
                a = a + torch.einsum("bh,gh->bg", h_t_1, self.h_fc.weight) + self.h_fc.bias
                i, f, g, o = torch.tensor_split(a, 4, dim=1)
                s = lambda v: 0.5 * (1 + torch.tanh(0.5 * v))
                c_t = s(f) * c_t_1 + s(i) * torch.tanh(g)
                return s(o) * torch.tanh(c_t), c_t
            """,
            "celdaGRU.forward()": """
                s = lambda v: (torch.tanh(v / 2) + 1) / 2
                z = s(self.x_z_fc(x_t) + self.h_z_fc(h_t_1))
                r = s(self.x_r_fc(x_t) + self.h_r_fc(h_t_1))
                n = torch.tanh(self.x_h_fc(x_t) + self.hr_h_fc(torch.mul(r, h_t_1)))
                return n + z * (h_t_1 - n)
            """,
        },
    ),
    Variant(
        "one product of [x, h]",
        {
            "celdaLSTM.forward()": """
                W = torch.cat([self.x_fc.weight, self.h_fc.weight], dim=1)
                a = torch.cat([x_t, h_t_1], dim=1) @ W.t() + (self.x_fc.bias + self.h_fc.bias)
                H = self.hidden_size
                i, f, o = torch.sigmoid(a[:, :H]), torch.sigmoid(a[:, H:2 * H]), a[:, -H:].sigmoid()
                c_t = torch.addcmul(f * c_t_1, i, torch.tanh(a[:, 2 * H:-H]))
                return torch.tanh(c_t).mul(o), c_t
            """,
            "celdaGRU.forward()": """
                xh = torch.cat([x_t, h_t_1], 1)
                def puerta(de_x, de_h):
                    W = torch.cat([de_x.weight, de_h.weight], 1)
                    return torch.addmm(de_x.bias + de_h.bias, xh, W.T)
                r = torch.sigmoid(puerta(self.x_r_fc, self.h_r_fc))
                z = torch.sigmoid(puerta(self.x_z_fc, self.h_z_fc))
                candidato = self.x_h_fc(x_t).add(self.hr_h_fc(r.mul(h_t_1))).tanh()
                return torch.where(torch.ones_like(z, dtype=torch.bool), z * h_t_1 + (1 - z) * candidato, z)
            """,
        },
    ),
    Variant(
        "gates in a dictionary",
        {
            "celdaLSTM.forward()": """
                nombres = ["entrada", "olvido", "candidato", "salida"]
                partes = dict(zip(nombres, (self.x_fc(x_t) + self.h_fc(h_t_1)).chunk(4, 1)))
                valores = {
                    n: torch.tanh(v) if n == "candidato" else torch.sigmoid(v) for n, v in partes.items()
                }
                c_t = valores["olvido"] * c_t_1
                c_t = c_t + valores["entrada"] * valores["candidato"]
                estado = {"h": valores["salida"] * torch.tanh(c_t), "c": c_t}
                return estado["h"], estado["c"]
            """,
            "celdaGRU.forward()": """
                p = {}
                for letra in "zr":
                    de_x, de_h = getattr(self, f"x_{letra}_fc"), getattr(self, f"h_{letra}_fc")
                    p[letra] = torch.sigmoid(de_x(x_t) + de_h(h_t_1))
                p["n"] = torch.tanh(self.x_h_fc(x_t) + self.hr_h_fc(p["r"] * h_t_1))
                return sum((p["z"] * h_t_1, (1 - p["z"]) * p["n"]))
            """,
        },
    ),
    Variant(
        "sigmoid by exp, never of a large number",
        {
            "celdaLSTM.forward()": """
                def sigma(v):
                    e = torch.exp(torch.where(v >= 0, -v, v))
                    return torch.where(v >= 0, 1 / (1 + e), e / (1 + e))
                a = self.x_fc(x_t) + self.h_fc(h_t_1)
                i, f, g, o = a.chunk(4, dim=-1)
                c_t = sigma(f) * c_t_1 + sigma(i) * torch.tanh(g)
                return sigma(o) * torch.tanh(c_t), c_t
            """,
        },
    ),
    Variant(
        "layers as ModuleDict members kept under the names asked for",
        {
            "celdaGRU": """
                class celdaGRU(torch.nn.Module):
                    def __init__(self, input_size, hidden_size):
                        super().__init__()
                        for nombre in ("x_r_fc", "x_z_fc", "x_h_fc"):
                            self.add_module(nombre, torch.nn.Linear(input_size, hidden_size))
                        for nombre in ("h_r_fc", "h_z_fc", "hr_h_fc"):
                            self.add_module(nombre, torch.nn.Linear(hidden_size, hidden_size))

                    def forward(self, x_t, h_t_1):
                        capas = dict(self.named_children())
                        r = torch.sigmoid(capas["x_r_fc"](x_t) + capas["h_r_fc"](h_t_1))
                        z = torch.sigmoid(capas["x_z_fc"](x_t) + capas["h_z_fc"](h_t_1))
                        n = torch.tanh(capas["x_h_fc"](x_t) + capas["hr_h_fc"](r * h_t_1))
                        return (1.0 - z).mul_(n).add(z * h_t_1)
            """,
        },
    ),
    Variant(
        "a cell that inherits from one of its own, with helpers",
        {
            "celdaLSTM": """
                class _Celda(torch.nn.Module):
                    activaciones = (torch.sigmoid, torch.sigmoid, torch.tanh, torch.sigmoid)

                    def puertas(self, x, h):
                        total = self.x_fc(x) + self.h_fc(h)
                        trozos = total.reshape(len(x), 4, -1).transpose(0, 1)
                        return [funcion(trozo) for funcion, trozo in zip(self.activaciones, trozos)]


                class celdaLSTM(_Celda):
                    def __init__(self, input_size: int, hidden_size: int) -> None:
                        super().__init__()
                        self.input_size, self.hidden_size = input_size, hidden_size
                        self.x_fc = torch.nn.Linear(input_size, 4 * hidden_size)
                        self.h_fc = torch.nn.Linear(hidden_size, 4 * hidden_size)
                        self.reset_parameters()

                    @torch.no_grad()
                    def reset_parameters(self):
                        k = (3 / self.hidden_size) ** 0.5
                        for p in self.parameters():
                            p.copy_(torch.rand_like(p) * 2 * k - k)

                    def forward(self, x_t, hidden):
                        h, c = hidden
                        i, f, g, o = self.puertas(x_t, h)
                        c = f * c + i * g
                        return o * c.tanh(), c
            """,
        },
    ),
    Variant(
        "activations as modules; __call__ of Sequential",
        {
            "celdaLSTM": """
                class celdaLSTM(torch.nn.Module):
                    def __init__(self, input_size, hidden_size):
                        super(celdaLSTM, self).__init__()
                        self.hidden_size = hidden_size
                        self.x_fc = torch.nn.Linear(input_size, hidden_size * 4, bias=True)
                        self.h_fc = torch.nn.Linear(hidden_size, hidden_size * 4, bias=True)
                        self.sigma, self.tanh = torch.nn.Sigmoid(), torch.nn.Tanh()
                        self.reset_parameters()

                    def reset_parameters(self):
                        limite = math.sqrt(3 / self.hidden_size)
                        self.apply(lambda m: [p.data.uniform_(-limite, limite) for p in m.parameters(recurse=False)])

                    def forward(self, x_t, hidden):
                        h, c = hidden
                        a = self.x_fc(x_t).add(self.h_fc(h))
                        i, f, g, o = [a.narrow(1, k * self.hidden_size, self.hidden_size) for k in range(4)]
                        c = self.sigma(f) * c + self.sigma(i) * self.tanh(g)
                        return self.sigma(o) * self.tanh(c), c
            """,
        },
    ),
    Variant(
        "bounds by numpy; state with a tuple of names",
        {
            "celdaLSTM.reset_parameters()": """
                import numpy as np

                limite = np.sqrt(3.0 / self.hidden_size)
                for _, parametro in self.named_parameters():
                    valores = np.random.uniform(-limite, limite, tuple(parametro.shape))
                    parametro.data = torch.as_tensor(valores, dtype=parametro.dtype)
            """,
            "celdaLSTM.forward()": """
                from collections import namedtuple

                Puertas = namedtuple("Puertas", "i f g o")
                p = Puertas(*torch.chunk(self.h_fc(h_t_1) + self.x_fc(x_t), 4, dim=1))
                c_t = c_t_1 * p.f.sigmoid() + p.g.tanh() * p.i.sigmoid()
                return c_t.tanh() * p.o.sigmoid(), c_t
            """,
        },
    ),
    Variant(
        "in place on what is its own",
        {
            "celdaLSTM.forward()": """
                a = self.x_fc(x_t)
                a += self.h_fc(h_t_1)
                i, f, g, o = a.chunk(4, 1)
                c_t = c_t_1.clone()
                c_t *= f.sigmoid()
                c_t += i.sigmoid() * g.tanh()
                h_t = c_t.tanh()
                h_t = h_t * o.sigmoid()
                return h_t, c_t
            """,
        },
    ),
    Variant(
        "transposed: features first",
        {
            "celdaLSTM.forward()": """
                a = self.x_fc.weight @ x_t.T + self.x_fc.bias[:, None]
                a = a + self.h_fc.weight @ h_t_1.T + self.h_fc.bias[:, None]
                i, f, g, o = a.view(4, self.hidden_size, -1)
                c = f.sigmoid() * c_t_1.T + i.sigmoid() * g.tanh()
                return (o.sigmoid() * c.tanh()).T.contiguous(), c.T
            """,
            "celdaGRU.forward()": """
                T = torch.transpose
                def W(fc, v):
                    return torch.matmul(fc.weight, v) + fc.bias.unsqueeze(-1)
                x, h = T(x_t, 0, 1), T(h_t_1, 0, 1)
                z = torch.sigmoid(W(self.x_z_fc, x) + W(self.h_z_fc, h))
                r = torch.sigmoid(W(self.x_r_fc, x) + W(self.h_r_fc, h))
                n = torch.tanh(W(self.x_h_fc, x) + W(self.hr_h_fc, r * h))
                return T(z * h + (1 - z) * n, 0, 1)
            """,
        },
    ),
    Variant(
        "torch.special, baddbmm, lerp with the gate turned",
        {
            "celdaLSTM.forward()": """
                expit = torch.special.expit
                a = torch.baddbmm(self.x_fc(x_t)[None], h_t_1[None], self.h_fc.weight.T[None])[0] + self.h_fc.bias
                i, f, g, o = a.split([self.hidden_size] * 4, -1)
                c_t = torch.stack((expit(f) * c_t_1, expit(i) * g.tanh())).sum(0)
                return torch.prod(torch.stack((expit(o), c_t.tanh())), 0), c_t
            """,
            "celdaGRU.forward()": """
                expit = torch.special.expit
                r, z = [
                    expit(a(x_t) + b(h_t_1))
                    for a, b in ((self.x_r_fc, self.h_r_fc), (self.x_z_fc, self.h_z_fc))
                ]
                n = torch.tanh(self.x_h_fc(x_t) + self.hr_h_fc(r * h_t_1))
                return torch.lerp(h_t_1, n, 1 - z)
            """,
        },
    ),
    Variant(
        "logaddexp and logsigmoid",
        {
            "celdaGRU.forward()": """
                from torch.nn.functional import logsigmoid

                z = torch.exp(logsigmoid(self.x_z_fc(x_t) + self.h_z_fc(h_t_1)))
                r = logsigmoid(self.x_r_fc(x_t) + self.h_r_fc(h_t_1)).exp()
                n = 2 * torch.sigmoid(2 * (self.x_h_fc(x_t) + self.hr_h_fc(r * h_t_1))) - 1
                return z * h_t_1 + torch.sub(1, z) * n
            """,
        },
    ),
    Variant(
        "hidden unpacked in other ways",
        {
            "celdaLSTM": """
                class celdaLSTM(torch.nn.Module):
                    def __init__(self, input_size, hidden_size):
                        super().__init__()
                        self.hidden_size = hidden_size
                        self.x_fc = torch.nn.Linear(input_size, 4 * hidden_size)
                        self.h_fc = torch.nn.Linear(hidden_size, 4 * hidden_size)
                        celdaLSTM.reset_parameters(self)

                    def reset_parameters(self):
                        for p in self.parameters():
                            torch.nn.init.uniform_(p, a=-(3 / self.hidden_size) ** 0.5, b=(3 / self.hidden_size) ** 0.5)

                    def forward(self, x_t, hidden=None, *, verbose=False):
                        if hidden is None:
                            hidden = [x_t.new_zeros(x_t.shape[0], self.hidden_size)] * 2
                        h_previo = hidden[0]
                        c_previo = hidden[1]
                        i, f, g, o = (self.x_fc(x_t) + self.h_fc(h_previo)).chunk(4, dim=1)
                        if verbose:
                            print(i.shape)
                        c = torch.sigmoid(f) * c_previo + torch.sigmoid(i) * torch.tanh(g)
                        return [torch.sigmoid(o) * torch.tanh(c), c]
            """,
        },
    ),
)

_ODD_MODELS = (
    Variant(
        "recursion over the steps",
        {
            "modeloLSTM.forward()": """
                def hasta(t):
                    if t == 0:
                        ceros = torch.zeros(len(x), self.hidden_size, dtype=x.dtype, device=x.device)
                        return ceros, ceros
                    return self.lstm(x[:, t - 1], hasta(t - 1))
                return self.fc(hasta(x.shape[1])[0])
            """,
            "modeloGRU.forward()": """
                from functools import reduce

                inicio = torch.zeros_like(x[:, 0, :1]).repeat(1, self.hidden_size)
                return self.fc(reduce(lambda h, x_t: self.gru(x_t, h), x.unbind(1), inicio))
            """,
        },
    ),
    Variant(
        "every state kept in a tensor; fc on all, the last taken",
        {
            "modeloLSTM.forward()": """
                B, T, _ = x.shape
                h, c = x.new_zeros(2, B, self.hidden_size)
                salidas = []
                for t in range(T):
                    h, c = self.lstm(x[:, t], (h, c))
                    salidas.append(h)
                salidas = torch.stack(salidas, dim=1)
                return self.fc(salidas)[:, -1]
            """,
            "modeloGRU.forward()": """
                B, T, _ = x.size()
                estados = [x.new_zeros(B, self.hidden_size)]
                while len(estados) <= T:
                    estados += [self.gru(x.select(1, len(estados) - 1), estados[-1])]
                return self.fc(torch.cat([e.unsqueeze(1) for e in estados], 1)[:, -1, :])
            """,
        },
    ),
    Variant(
        "a model with more than is asked for",
        {
            "modeloGRU": """
                class modeloGRU(torch.nn.Module):
                    def __init__(self, input_size, hidden_size, output_size, *, traza=False):
                        super().__init__()
                        self.hidden_size, self.traza = hidden_size, traza
                        self.register_buffer("pasos", torch.zeros(()))
                        self.gru = celdaGRU(input_size, hidden_size)
                        self.fc = torch.nn.Linear(hidden_size, output_size)

                    def inicial(self, x):
                        return torch.zeros(x.size(0), self.hidden_size, dtype=x.dtype, device=x.device)

                    def forward(self, x):
                        h = self.inicial(x)
                        for numero, paso in enumerate(x.transpose(0, 1).contiguous()):
                            h = self.gru(paso, h)
                            if self.traza:
                                print(numero, h.norm())
                        return self.fc(h)
            """,
        },
    ),
    Variant(
        "try, assert and isinstance around what is right",
        {
            "modeloLSTM.forward()": """
                assert x.dim() == 3, "se espera (B, T, I)"
                estado = None
                for x_t in torch.split(x, 1, dim=1):
                    x_t = x_t.squeeze(1)
                    if estado is None:
                        cero = torch.zeros(x_t.size(0), self.hidden_size).to(x_t)
                        estado = (cero, cero.clone())
                    try:
                        estado = self.lstm(x_t, estado)
                    except RuntimeError as error:
                        raise ValueError("tamaños incompatibles") from error
                h, _ = estado
                return self.fc(h)
            """,
        },
    ),
)

_ODD_LOOPS = (
    Variant(
        "iter and next; set_to_none; loss kept in a deque",
        {
            "modelo_entrenamiento()": """
                from collections import deque

                ultimas = deque(maxlen=3)
                modelo.train()
                lotes = iter(data_loader)
                while True:
                    try:
                        x, y = next(lotes)
                    except StopIteration:
                        break
                    optimizer.zero_grad(set_to_none=False)
                    p = loss_function(modelo(x.to(device))[:, 0], y.to(device))
                    p.backward()
                    optimizer.step()
                    ultimas.append(p.item())
                return list(ultimas)
            """,
            "modelo_prueba()": """
                estaba = modelo.training
                modelo.eval()
                predicciones, reales = [], []
                with torch.inference_mode():
                    for x, y in data_loader:
                        predicciones.append(modelo(x.to(device)).reshape(-1))
                        reales.append(y.to(device).reshape(-1))
                    p, r = torch.cat(predicciones), torch.cat(reales)
                    perdida = sum(
                        float(loss_function(a, b)) * len(b) for a, b in zip(predicciones, reales)
                    ) / len(r)
                modelo.train(estaba)
                return perdida, (torch.round(p) == r).double().mean().item()
            """,
        },
    ),
    Variant(
        "gradients by autograd.grad",
        {
            "modelo_entrenamiento()": """
                modelo.train()
                parametros = [p for p in modelo.parameters() if p.requires_grad]
                for x, y in data_loader:
                    salida = modelo(x.to(device)).squeeze(dim=1)
                    perdida = loss_function(salida, y.to(device))
                    gradientes = torch.autograd.grad(perdida, parametros, allow_unused=True)
                    for p, g in zip(parametros, gradientes):
                        p.grad = g
                    optimizer.step()
            """,
        },
    ),
    Variant(
        "a closure for step",
        {
            "modelo_entrenamiento()": """
                modelo.train()
                for x, y in data_loader:
                    x, y = x.to(device), y.to(device)

                    def cierre():
                        optimizer.zero_grad()
                        perdida = loss_function(modelo(x).flatten(), y)
                        perdida.backward()
                        return perdida

                    optimizer.step(cierre)
            """,
            "modelo_prueba()": """
                modelo.eval()
                perdida = aciertos = total = 0
                torch.set_grad_enabled(False)
                try:
                    for x, y in data_loader:
                        x, y = x.to(device), y.to(device)
                        y_ = modelo(x).flatten()
                        perdida += loss_function(y_, y) * y.numel()
                        aciertos += int(((y_ - y).abs() < 0.5).sum())
                        total += y.numel()
                finally:
                    torch.set_grad_enabled(True)
                return (perdida / total).item(), aciertos / total
            """,
        },
    ),
    Variant(
        "zero_grad after the step; a learning-rate printed",
        {
            "modelo_entrenamiento()": """
                modelo.train()
                optimizer.zero_grad()
                for paso, lote in enumerate(data_loader, start=1):
                    x, y = (t.to(device) for t in lote)
                    salida = modelo(x)
                    loss_function(salida.view_as(y), y).backward()
                    optimizer.step()
                    optimizer.zero_grad(set_to_none=True)
                    if paso % 10 == 0:
                        print(paso, optimizer.param_groups[0]["lr"])
            """,
        },
    ),
    Variant(
        "labels given the model's shape; sums in tensors",
        {
            "modelo_entrenamiento()": """
                modelo.train()
                for x, y in data_loader:
                    optimizer.zero_grad()
                    y = y[:, None].to(device)
                    perdida = loss_function(modelo(x.to(device)), y)
                    perdida.backward()
                    optimizer.step()
            """,
            "modelo_prueba()": """
                modelo.eval()
                suma = torch.tensor(0.0, dtype=torch.float64)
                aciertos = torch.tensor(0)
                vistos = torch.tensor(0)
                with torch.no_grad():
                    for x, y in data_loader:
                        x, y = x.to(device), y.to(device).unsqueeze(-1)
                        salida = modelo(x)
                        suma += loss_function(salida, y).double() * x.size(0)
                        aciertos += torch.eq(salida.round(), y).sum()
                        vistos += x.size(0)
                return (suma / vistos).item(), (aciertos / vistos).item()
            """,
        },
    ),
    Variant(
        "a helper class runs both loops",
        {
            "modelo_entrenamiento": """
                class Epoca:
                    def __init__(self, modelo, criterio, optimizador=None):
                        self.modelo, self.criterio, self.optimizador = modelo, criterio, optimizador
                        self.perdida = self.aciertos = self.n = 0

                    def lote(self, x, y):
                        x, y = x.to(device), y.to(device)
                        y_hat = self.modelo(x).squeeze(1)
                        perdida = self.criterio(y_hat, y)
                        if self.optimizador is not None:
                            self.optimizador.zero_grad()
                            perdida.backward()
                            self.optimizador.step()
                        self.perdida += perdida.item() * len(y)
                        self.aciertos += (y_hat.detach().round() == y).sum().item()
                        self.n += len(y)

                    def corre(self, cargador):
                        self.modelo.train(self.optimizador is not None)
                        with torch.set_grad_enabled(self.optimizador is not None):
                            for x, y in cargador:
                                self.lote(x, y)
                        return self.perdida / self.n, self.aciertos / self.n


                def modelo_entrenamiento(modelo, loss_function, optimizer, data_loader):
                    return Epoca(modelo, loss_function, optimizer).corre(data_loader)
            """,
            "modelo_prueba": """
                def modelo_prueba(modelo, loss_function, data_loader):
                    return Epoca(modelo, loss_function).corre(data_loader)
            """,
        },
    ),
)

_ODD_DATA = (
    Variant(
        "Python's random; tensors from lists",
        {
            "genera_dataset()": """
                import random

                filas = [[random.choice((0.0, 1.0)) for _ in range(longitud_secuencia)] for _ in range(muestras)]
                x = torch.tensor(filas).reshape(muestras, longitud_secuencia, 1)
                return TensorDataset(x, torch.tensor([sum(fila) for fila in filas]))
            """,
        },
    ),
    Variant(
        "thresholded normals; norm counts the ones",
        {
            "genera_dataset()": """
                x = (torch.randn(muestras, longitud_secuencia, 1) > 0).type(torch.FloatTensor)
                y = torch.norm(x.squeeze(2), p=1, dim=1)
                return TensorDataset(x, y)
            """,
        },
    ),
    Variant(
        "as many ones as drawn, then shuffled",
        {
            "genera_dataset()": """
                unos = torch.randint(0, longitud_secuencia + 1, (muestras, 1))
                orden = torch.rand(muestras, longitud_secuencia).argsort(dim=1)
                x = (orden < unos).float().unsqueeze(-1)
                return TensorDataset(x, unos.squeeze(1).float())
            """,
        },
    ),
    Variant(
        "einops-like by reshape; bernoulli_ in place",
        {
            "genera_dataset()": """
                x = torch.empty(muestras * longitud_secuencia).bernoulli_(0.5)
                x = x.reshape(muestras, longitud_secuencia)
                y = torch.cumsum(x, dim=1)[:, -1]
                return TensorDataset(x[..., None], y)
            """,
        },
    ),
)

VARIANTS = (*_PRECISION, *_ODD_CELLS, *_ODD_MODELS, *_ODD_LOOPS, *_ODD_DATA)
