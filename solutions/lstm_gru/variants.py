"""Right solutions as different people write them; see `grader.validation.solutions.Variant`.

Each fills in what it names and is the reference in all else; all of them must get full marks.
"""

from __future__ import annotations

from grader.validation.solutions import Variant

_SEQUENCE_PARTS = (
    Variant(
        "nn.functional, split; lerp; bernoulli",
        {
            "genera_dataset()": """
                secuencias = torch.bernoulli(torch.full((muestras, longitud_secuencia, 1), 0.5))
                return TensorDataset(secuencias, secuencias.sum(1).squeeze(-1))
            """,
            "celdaLSTM.forward()": """
                F = torch.nn.functional
                a = F.linear(x_t, self.x_fc.weight, self.x_fc.bias)
                a = a + F.linear(h_t_1, self.h_fc.weight, self.h_fc.bias)
                i, f, g, o = torch.split(a, self.hidden_size, dim=1)
                c_t = F.sigmoid(f) * c_t_1 + F.sigmoid(i) * F.tanh(g)
                return F.sigmoid(o) * F.tanh(c_t), c_t
            """,
            "celdaGRU.forward()": """
                r = torch.sigmoid(self.x_r_fc(x_t) + self.h_r_fc(h_t_1))
                z = torch.sigmoid(self.x_z_fc(x_t) + self.h_z_fc(h_t_1))
                nuevo = torch.tanh(self.x_h_fc(x_t) + self.hr_h_fc(r * h_t_1))
                return torch.lerp(nuevo, h_t_1, z)
            """,
            "modelo_entrenamiento()": """
                modelo.train()
                for x, y in data_loader:
                    x, y = x.to(device), y.to(device)
                    perdida = loss_function(modelo(x).view(-1), y)
                    optimizer.zero_grad()
                    perdida.backward()
                    optimizer.step()
                print(f"última pérdida: {perdida.item():.3f}")
            """,
        },
    ),
    Variant(
        "slices of the gates; every state kept; zero_grad last",
        {
            "genera_dataset()": """
                x = (torch.rand(muestras, longitud_secuencia, 1) > 0.5).float()
                y = x.view(muestras, -1).sum(dim=1)
                return TensorDataset(x, y)
            """,
            "celdaLSTM.forward()": """
                H = self.hidden_size
                a = self.h_fc(h_t_1) + self.x_fc(x_t)
                i = torch.sigmoid(a[:, :H])
                f = torch.sigmoid(a[:, H:2 * H])
                c_nuevo = torch.tanh(a[:, 2 * H:3 * H])
                o = torch.sigmoid(a[:, 3 * H:])
                c = i * c_nuevo + f * c_t_1
                return (o * c.tanh(), c)
            """,
            "modeloLSTM.forward()": """
                B, T, _ = x.shape
                h = torch.zeros(B, self.hidden_size, device=x.device, dtype=x.dtype)
                c = torch.zeros_like(h)
                salidas = []
                for t in range(T):
                    h, c = self.lstm(x[:, t], (h, c))
                    salidas.append(h)
                salidas = torch.stack(salidas, dim=1)  # (B, T, H)
                return self.fc(salidas[:, -1])
            """,
            "modeloGRU.forward()": """
                estados = [torch.zeros(x.shape[0], self.hidden_size).to(x)]
                for t in range(x.shape[1]):
                    estados.append(self.gru(x[:, t], estados[-1]))
                return self.fc(estados[-1])
            """,
            "modelo_entrenamiento()": """
                modelo.train()
                perdidas = []
                for i, (x, y) in enumerate(data_loader):
                    salida = modelo(x.to(device)).squeeze(1)
                    perdida = loss_function(salida, y.to(device))
                    perdida.backward()
                    optimizer.step()
                    optimizer.zero_grad()
                    perdidas.append(perdida.item())
                    print(f"lote {i}: {perdidas[-1]:.4f}")
                return perdidas
            """,
        },
    ),
    Variant(
        "view and unbind; permute; labels get an axis",
        {
            "genera_dataset()": """
                x = torch.randint(2, (muestras, longitud_secuencia, 1), dtype=torch.float32)
                return TensorDataset(x, x.cumsum(1)[:, -1, 0])
            """,
            "celdaLSTM.forward()": """
                a = (self.x_fc(x_t) + self.h_fc(h_t_1)).view(-1, 4, self.hidden_size)
                i, f, g, o = a.unbind(dim=1)
                c = f.sigmoid() * c_t_1 + i.sigmoid() * g.tanh()
                h = o.sigmoid() * c.tanh()
                return h, c
            """,
            "modeloLSTM.forward()": """
                x = x.permute(1, 0, 2)  # (T, B, I)
                hidden = (x.new_zeros(x.shape[1], self.hidden_size),) * 2
                for x_t in x:
                    hidden = self.lstm(x_t, hidden)
                return self.fc(hidden[0])
            """,
            "modeloGRU.forward()": """
                h = torch.zeros(len(x), self.gru.hidden_size, dtype=x.dtype, device=x.device)
                for x_t in x.unbind(1):
                    h = self.gru(x_t, h)
                return self.fc(h)
            """,
            "modelo_entrenamiento()": """
                modelo.train(True)
                total = 0
                for secuencias, etiquetas in data_loader:
                    modelo.zero_grad()
                    salida = modelo(secuencias.to(device))  # (B, 1)
                    perdida = loss_function(salida, etiquetas.to(device).unsqueeze(1))  # (B, 1)
                    perdida.backward()
                    optimizer.step()
                    total += perdida.detach() * len(secuencias)
                return {"perdida": float(total) / len(data_loader.dataset)}
            """,
            "modelo_prueba()": """
                modelo.train(False)
                n = len(data_loader.dataset)
                perdida = exactitud = 0.0
                for secuencias, etiquetas in data_loader:
                    with torch.no_grad():
                        salida = modelo(secuencias.to(device))
                    etiquetas = etiquetas.to(device).unsqueeze(1)
                    perdida += loss_function(salida, etiquetas).item() * len(etiquetas) / n
                    exactitud += (torch.round(salida) == etiquetas).float().sum().item() / n
                return [perdida, exactitud]
            """,
        },
    ),
    Variant(
        "one product of x and h; reduce; random and lists",
        {
            "genera_dataset()": """
                import random
                filas = [[random.randint(0, 1) for _ in range(longitud_secuencia)]
                         for _ in range(muestras)]
                secuencias = torch.tensor(filas, dtype=torch.float32).unsqueeze(-1)
                etiquetas = torch.tensor([float(sum(fila)) for fila in filas])
                return TensorDataset(secuencias, etiquetas)
            """,
            "celdaLSTM.forward()": """
                xh = torch.cat([x_t, h_t_1], dim=1)                            # (B, I + H)
                W = torch.cat([self.x_fc.weight, self.h_fc.weight], dim=1)     # (4H, I + H)
                a = xh @ W.T + self.x_fc.bias + self.h_fc.bias
                H = self.hidden_size
                i, f, g, o = (a[:, k * H:(k + 1) * H] for k in range(4))
                i, f, o = map(torch.sigmoid, (i, f, o))
                c_t = f * c_t_1 + i * torch.tanh(g)
                return o * torch.tanh(c_t), c_t
            """,
            "modeloGRU.forward()": """
                from functools import reduce
                h_0 = x.new_zeros((x.shape[0], self.hidden_size))
                return self.fc(reduce(lambda h, x_t: self.gru(x_t, h), x.unbind(1), h_0))
            """,
            "modelo_prueba()": """
                modelo.eval()
                salidas, todas = [], []
                with torch.no_grad():
                    for secuencias, etiquetas in data_loader:
                        salidas.append(modelo(secuencias.to(device)).flatten())
                        todas.append(etiquetas.to(device))
                salidas, todas = torch.cat(salidas), torch.cat(todas)
                exactitud = torch.eq(salidas.round(), todas).float().mean()
                return loss_function(salidas, todas), exactitud
            """,
        },
    ),
    Variant(
        "einsum; addcmul; gradients cleared by hand",
        {
            "celdaLSTM.forward()": """
                a = torch.einsum("bi,gi->bg", x_t, self.x_fc.weight) + self.x_fc.bias
                a = a + torch.einsum("bh,gh->bg", h_t_1, self.h_fc.weight) + self.h_fc.bias
                i, f, g, o = torch.chunk(a, 4, 1)
                c_t = torch.addcmul(f.sigmoid() * c_t_1, i.sigmoid(), g.tanh())
                h_t = torch.mul(torch.sigmoid(o), torch.tanh(c_t))
                return h_t, c_t
            """,
            "celdaGRU.forward()": """
                def capa(fc, v):
                    return torch.einsum("ij,bj->bi", fc.weight, v) + fc.bias

                z_t = torch.sigmoid(capa(self.x_z_fc, x_t) + capa(self.h_z_fc, h_t_1))
                r_t = torch.sigmoid(capa(self.x_r_fc, x_t) + capa(self.h_r_fc, h_t_1))
                h_c = torch.tanh(capa(self.x_h_fc, x_t) + capa(self.hr_h_fc, r_t * h_t_1))
                return h_c + z_t * (h_t_1 - h_c)
            """,
            "modelo_entrenamiento()": """
                modelo.train()
                for secuencias, etiquetas in data_loader:
                    for p in modelo.parameters():
                        p.grad = None
                    salida = modelo(secuencias.to(device))[:, 0]
                    perdida = loss_function(salida, etiquetas.to(device))
                    perdida.backward()
                    optimizer.step()
                return None
            """,
        },
    ),
    Variant(
        "addmm; baddbmm; while",
        {
            "celdaLSTM.forward()": """
                a = torch.addmm(self.x_fc.bias, x_t, self.x_fc.weight.t())
                a = torch.addmm(a + self.h_fc.bias, h_t_1, self.h_fc.weight.t())
                i, f, g, o = a.tensor_split(4, dim=1)
                i, f, g, o = i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()
                c = torch.add(torch.mul(f, c_t_1), torch.mul(i, g))
                return torch.mul(o, torch.tanh(c)), c
            """,
            "celdaGRU.forward()": """
                capas_x = (self.x_z_fc, self.x_r_fc, self.x_h_fc)
                W = torch.stack([capa.weight.T for capa in capas_x])              # (3, I, H)
                b = torch.stack([capa.bias[None] for capa in capas_x])            # (3, 1, H)
                z, r, n = torch.baddbmm(b, x_t.expand(3, -1, -1), W)              # (B, H) cada uno
                z = torch.sigmoid(z + self.h_z_fc(h_t_1))
                r = torch.sigmoid(r + self.h_r_fc(h_t_1))
                n = torch.tanh(n + self.hr_h_fc(torch.mul(r, h_t_1)))
                return torch.add(z * h_t_1, (1.0 - z) * n)
            """,
            "modeloLSTM.forward()": """
                h = c = torch.zeros(x.size(0), self.hidden_size, dtype=x.dtype).to(x.device)
                t = 0
                while t < x.size(1):
                    h, c = self.lstm(x[:, t, :], (h, c))
                    t += 1
                return self.fc(h)
            """,
            "modelo_entrenamiento()": """
                modelo.train()
                lotes = iter(data_loader)
                while True:
                    try:
                        secuencias, etiquetas = next(lotes)
                    except StopIteration:
                        break
                    optimizer.zero_grad(set_to_none=False)
                    salida = modelo(secuencias.to(device)).reshape(-1)
                    loss_function(salida, etiquetas.to(device)).backward()
                    optimizer.step()
            """,
            "modelo_prueba()": """
                modelo.eval()
                perdida, bien, n = 0.0, 0, 0
                with torch.inference_mode():
                    for secuencias, etiquetas in data_loader:
                        salida = modelo(secuencias.to(device)).view(-1)
                        etiquetas = etiquetas.to(device)
                        perdida += loss_function(salida, etiquetas).item() * etiquetas.size(0)
                        bien += ((salida - etiquetas).abs() < 0.5).sum().item()
                        n += etiquetas.size(0)
                return perdida / n, bien / n
            """,
        },
    ),
    Variant(
        "in place on fresh tensors; preallocated states; numpy",
        {
            "genera_dataset()": """
                import numpy as np
                x = np.random.randint(0, 2, size=(muestras, longitud_secuencia, 1))
                y = x.sum(axis=(1, 2))
                return TensorDataset(torch.from_numpy(x).float(), torch.from_numpy(y).float())
            """,
            "celdaLSTM.forward()": """
                a = self.x_fc(x_t)
                a += self.h_fc(h_t_1)
                i_t, f_t, g_t, o_t = [parte.clone() for parte in a.chunk(4, dim=1)]
                i_t.sigmoid_()
                f_t.sigmoid_()
                g_t.tanh_()
                o_t.sigmoid_()
                c_t = f_t * c_t_1
                c_t += i_t * g_t
                return o_t * torch.tanh(c_t), c_t
            """,
            "celdaGRU.forward()": """
                z = self.x_z_fc(x_t).add_(self.h_z_fc(h_t_1)).sigmoid_()
                r = self.x_r_fc(x_t).add_(self.h_r_fc(h_t_1)).sigmoid_()
                n = self.x_h_fc(x_t).add_(self.hr_h_fc(r * h_t_1)).tanh_()
                h_t = n.clone()
                h_t -= z * n
                h_t += z * h_t_1
                return h_t
            """,
            "modeloLSTM.forward()": """
                lote, pasos = x.shape[:2]
                estados = x.new_zeros(lote, pasos, self.hidden_size)
                h, c = x.new_zeros(2, lote, self.hidden_size)
                for t in range(pasos):
                    h, c = self.lstm(x.select(1, t), (h, c))
                    estados[:, t] = h
                return self.fc(estados)[:, -1, :]
            """,
        },
    ),
    Variant(
        "modules for the activations; ones drawn first",
        {
            "genera_dataset()": """
                y = torch.randint(0, longitud_secuencia + 1, (muestras,))
                orden = torch.rand(muestras, longitud_secuencia).argsort(dim=1)
                x = (orden < y[:, None]).float()[..., None]
                return TensorDataset(x, y.float())
            """,
            "celdaLSTM.__init__()": """
                self.x_fc = torch.nn.Linear(input_size, hidden_size * 4)
                self.h_fc = torch.nn.Linear(hidden_size, hidden_size * 4)
                self.sigmoide = torch.nn.Sigmoid()
                self.tanh = torch.nn.Tanh()
                self.reset_parameters()
            """,
            "celdaLSTM.forward()": """
                entrada, olvido, candidato, salida = (self.x_fc(x_t) + self.h_fc(h_t_1)).chunk(4, 1)
                entrada, olvido = self.sigmoide(entrada), self.sigmoide(olvido)
                c = olvido * c_t_1 + entrada * self.tanh(candidato)
                return self.sigmoide(salida) * self.tanh(c), c
            """,
            "celdaGRU.__init__()": """
                for nombre in ("x_r_fc", "x_z_fc", "x_h_fc"):
                    setattr(self, nombre, torch.nn.Linear(input_size, hidden_size))
                for nombre in ("h_r_fc", "h_z_fc", "hr_h_fc"):
                    self.add_module(nombre, torch.nn.Linear(hidden_size, hidden_size))
                self.act = torch.nn.ModuleDict({"s": torch.nn.Sigmoid(), "t": torch.nn.Tanh()})
            """,
            "celdaGRU.forward()": """
                z = self.act["s"](self.x_z_fc(x_t) + self.h_z_fc(h_t_1))
                r = self.act["s"](self.x_r_fc(x_t) + self.h_r_fc(h_t_1))
                h = self.act["t"](self.x_h_fc(x_t) + self.hr_h_fc(r * h_t_1))
                return (1 - z) * h + z * h_t_1
            """,
        },
    ),
)

_CELLS = (
    Variant(
        "tanh out of sigmoid",
        {
            "celdaLSTM.forward()": """
                def tanh(v):
                    return 2 * torch.sigmoid(2 * v) - 1

                i, f, g, o = (self.x_fc(x_t) + self.h_fc(h_t_1)).chunk(4, dim=1)
                c_t = torch.sigmoid(f) * c_t_1 + torch.sigmoid(i) * tanh(g)
                return torch.sigmoid(o) * tanh(c_t), c_t
            """,
            "celdaGRU.forward()": """
                s = torch.sigmoid
                z = s(self.x_z_fc(x_t) + self.h_z_fc(h_t_1))
                r = s(self.x_r_fc(x_t) + self.h_r_fc(h_t_1))
                n = 2 * s(2 * (self.x_h_fc(x_t) + self.hr_h_fc(r * h_t_1))) - 1
                return z * h_t_1 + n - z * n
            """,
        },
    ),
    Variant(
        "sigmoid out of tanh; own Linear",
        {
            "celdaLSTM": """
                class Lineal(torch.nn.Module):
                    def __init__(self, entradas, salidas):
                        super().__init__()
                        self.weight = torch.nn.Parameter(torch.randn(salidas, entradas))
                        self.bias = torch.nn.Parameter(torch.zeros(salidas))

                    def forward(self, v):
                        return v.matmul(self.weight.T) + self.bias

                sigmoide = lambda v: 0.5 * (torch.tanh(0.5 * v) + 1)

                class celdaLSTM(torch.nn.Module):
                    def __init__(self, input_size, hidden_size):
                        super(celdaLSTM, self).__init__()
                        self.hidden_size = hidden_size
                        self.x_fc = Lineal(input_size, 4 * hidden_size)
                        self.h_fc = Lineal(hidden_size, 4 * hidden_size)
                        self.reset_parameters()

                    def reset_parameters(self):
                        k = (3 / self.hidden_size) ** 0.5
                        with torch.no_grad():
                            for p in self.parameters():
                                p.copy_(k * (2 * torch.rand(p.shape) - 1))

                    def forward(self, x_t, hidden):
                        h, c = hidden
                        i, f, g, o = (self.x_fc(x_t) + self.h_fc(h)).chunk(4, dim=-1)
                        c = sigmoide(f) * c + sigmoide(i) * torch.tanh(g)
                        return sigmoide(o) * torch.tanh(c), c
            """,
            "celdaGRU": """
                class celdaGRU(torch.nn.Module):
                    def __init__(self, input_size, hidden_size):
                        super(celdaGRU, self).__init__()
                        self.x_r_fc = Lineal(input_size, hidden_size)
                        self.x_z_fc = Lineal(input_size, hidden_size)
                        self.x_h_fc = Lineal(input_size, hidden_size)
                        self.h_r_fc = Lineal(hidden_size, hidden_size)
                        self.h_z_fc = Lineal(hidden_size, hidden_size)
                        self.hr_h_fc = Lineal(hidden_size, hidden_size)
                        for p in self.parameters():
                            p.data.uniform_(-0.5, 0.5)

                    def forward(self, x_t, h_t_1):
                        z = sigmoide(self.x_z_fc(x_t) + self.h_z_fc(h_t_1))
                        r = sigmoide(self.x_r_fc(x_t) + self.h_r_fc(h_t_1))
                        n = torch.tanh(self.x_h_fc(x_t) + self.hr_h_fc(r * h_t_1))
                        return z * h_t_1 + (1 - z) * n
            """,
        },
    ),
    Variant(
        "sigmoid out of exp",
        {
            "celdaLSTM.forward()": """
                def sigmoide(v):
                    return 1 / (1 + torch.exp(-v))

                i, f, g, o = (self.x_fc(x_t) + self.h_fc(h_t_1)).chunk(4, dim=1)
                c_t = sigmoide(f) * c_t_1 + sigmoide(i) * torch.tanh(g)
                return sigmoide(o) * torch.tanh(c_t), c_t
            """,
            "celdaGRU.forward()": """
                z = 1 / (1 + (-(self.x_z_fc(x_t) + self.h_z_fc(h_t_1))).exp())
                r = 1 / (1 + (-(self.x_r_fc(x_t) + self.h_r_fc(h_t_1))).exp())
                n = torch.tanh(self.x_h_fc(x_t) + self.hr_h_fc(r * h_t_1))
                return z * h_t_1 + (1 - z) * n
            """,
        },
    ),
    Variant(
        "a base class for both cells",
        {
            "celdaLSTM": """
                from torch import nn

                class Celda(nn.Module):
                    def __init__(self, input_size, hidden_size, **capas):
                        super().__init__()
                        self.input_size, self.hidden_size = input_size, hidden_size
                        for nombre, (entradas, salidas) in capas.items():
                            setattr(self, nombre, nn.Linear(entradas, salidas))
                        self.reset_parameters()

                    def reset_parameters(self):
                        limite = math.sqrt(3) / math.sqrt(self.hidden_size)
                        for nombre, p in self.named_parameters():
                            nn.init.uniform_(p, a=-limite, b=limite)

                    def forward(self, *args):
                        raise NotImplementedError

                class celdaLSTM(Celda):
                    def __init__(self, input_size, hidden_size):
                        H = hidden_size
                        super().__init__(input_size, H, x_fc=(input_size, 4 * H), h_fc=(H, 4 * H))

                    def forward(self, x_t, hidden):
                        (h, c), H = hidden, self.hidden_size
                        i, f, g, o = (self.x_fc(x_t) + self.h_fc(h)).split([H, H, H, H], dim=-1)
                        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
                        return o.sigmoid() * c.tanh(), c
            """,
            "celdaGRU": """
                class celdaGRU(Celda):
                    def __init__(self, input_size, hidden_size):
                        I, H = input_size, hidden_size
                        de_x = dict.fromkeys(("x_r_fc", "x_z_fc", "x_h_fc"), (I, H))
                        de_h = dict.fromkeys(("h_r_fc", "h_z_fc", "hr_h_fc"), (H, H))
                        super().__init__(I, H, **de_x, **de_h)

                    def puerta(self, letra, x_t, h):
                        x_fc, h_fc = getattr(self, f"x_{letra}_fc"), getattr(self, f"h_{letra}_fc")
                        return torch.sigmoid(x_fc(x_t) + h_fc(h))

                    def forward(self, x_t, h_t_1):
                        z, r = (self.puerta(letra, x_t, h_t_1) for letra in "zr")
                        n = torch.tanh(self.x_h_fc(x_t) + self.hr_h_fc(r * h_t_1))
                        return z * h_t_1 + (1 - z) * n
            """,
        },
    ),
    Variant(
        "weights cut into gates",
        {
            "celdaLSTM.forward()": """
                W, U = self.x_fc.weight.chunk(4), self.h_fc.weight.chunk(4)
                b, d = self.x_fc.bias.chunk(4), self.h_fc.bias.chunk(4)
                i, f, g, o = [x_t @ W[k].T + b[k] + h_t_1 @ U[k].T + d[k] for k in range(4)]
                c_t = torch.sigmoid(f) * c_t_1 + torch.sigmoid(i) * torch.tanh(g)
                return torch.sigmoid(o) * torch.tanh(c_t), c_t
            """,
            "celdaGRU.forward()": """
                W = torch.cat([self.x_z_fc.weight, self.x_r_fc.weight])
                U = torch.cat([self.h_z_fc.weight, self.h_r_fc.weight])
                b = torch.cat([self.x_z_fc.bias, self.x_r_fc.bias])
                d = torch.cat([self.h_z_fc.bias, self.h_r_fc.bias])
                z, r = torch.sigmoid(x_t @ W.T + h_t_1 @ U.T + (b + d)).chunk(2, -1)
                n = torch.tanh(self.x_h_fc(x_t) + self.hr_h_fc(r * h_t_1))
                return h_t_1 - (1 - z) * (h_t_1 - n)
            """,
        },
    ),
    Variant(
        "columns for rows; vmap over samples",
        {
            "celdaLSTM.forward()": """
                a = (self.x_fc.weight @ x_t.T).T + (self.h_fc.weight @ h_t_1.T).T
                a = (a + self.x_fc.bias + self.h_fc.bias).reshape(x_t.shape[0], 4, -1)
                puertas = torch.sigmoid(a[:, [0, 1, 3]])
                c_t = puertas[:, 1] * c_t_1 + puertas[:, 0] * torch.tanh(a[:, 2])
                return puertas[:, 2] * torch.tanh(c_t), c_t
            """,
            "celdaGRU.forward()": """
                def una_muestra(x, h):
                    z = torch.sigmoid(self.x_z_fc(x) + self.h_z_fc(h))
                    r = torch.sigmoid(self.x_r_fc(x) + self.h_r_fc(h))
                    n = torch.tanh(self.x_h_fc(x) + self.hr_h_fc(r * h))
                    return z * h + (1 - z) * n

                return torch.vmap(una_muestra)(x_t, h_t_1)
            """,
        },
    ),
    Variant(
        "sums of products; buffers and attributes of its own",
        {
            "celdaLSTM.__init__()": """
                self.x_fc = torch.nn.Linear(input_size, 4 * hidden_size, bias=True)
                self.h_fc = torch.nn.Linear(hidden_size, 4 * hidden_size, bias=True)
                self.register_buffer("uno", torch.ones(1))
                self.nombres = ["i", "f", "c", "o"]
                self.llamadas = 0
                self.reset_parameters()
            """,
            "celdaLSTM.reset_parameters()": """
                limite = float(torch.sqrt(torch.tensor(3.0 / self.hidden_size)))
                for capa in self.children():
                    capa.weight.data.uniform_(-limite, limite)
                    capa.bias.data.uniform_(-limite, limite)
            """,
            "celdaLSTM.forward()": """
                self.llamadas += 1
                a = (x_t.unsqueeze(1) * self.x_fc.weight).sum(-1) + self.x_fc.bias
                a = a + (h_t_1.unsqueeze(1) * self.h_fc.weight).sum(-1) + self.h_fc.bias
                puerta = dict(zip(self.nombres, a.chunk(4, dim=1)))
                c_t = puerta["f"].sigmoid() * c_t_1 + puerta["i"].sigmoid() * puerta["c"].tanh()
                return puerta["o"].sigmoid() * c_t.tanh(), c_t
            """,
            "celdaGRU.forward()": """
                z = torch.sigmoid(self.x_z_fc(x_t) + self.h_z_fc(h_t_1))
                r = torch.sigmoid(self.x_r_fc(x_t) + self.h_r_fc(h_t_1))
                self.ultimo_z, self.ultimo_r = z.detach(), r.detach()
                n = torch.tanh(self.x_h_fc(x_t) + self.hr_h_fc(r * h_t_1))
                return torch.stack([z * h_t_1, (1 - z) * n]).sum(0)
            """,
        },
    ),
    Variant(
        "static and private helpers, type hints",
        {
            "celdaLSTM": '''
                from typing import Tuple
                from torch import Tensor, nn

                class celdaLSTM(nn.Module):
                    """Celda LSTM: :math:`c_t = f_t c_{t-1} + i_t g_t`."""

                    PUERTAS: int = 4

                    def __init__(self, input_size: int, hidden_size: int, bias: bool = True):
                        super().__init__()
                        self.hidden_size = hidden_size
                        self.x_fc = nn.Linear(input_size, self.PUERTAS * hidden_size, bias=bias)
                        self.h_fc = nn.Linear(hidden_size, self.PUERTAS * hidden_size, bias=bias)
                        self.reset_parameters()

                    @property
                    def limite(self) -> float:
                        return math.sqrt(3 / self.hidden_size)

                    @torch.no_grad()
                    def reset_parameters(self) -> None:
                        self.apply(self._uniforme)

                    def _uniforme(self, modulo: nn.Module) -> None:
                        if isinstance(modulo, nn.Linear):
                            modulo.weight.uniform_(-self.limite, self.limite)
                            modulo.bias.uniform_(-self.limite, self.limite)

                    @staticmethod
                    def _estado(i: Tensor, f: Tensor, g: Tensor, c: Tensor) -> Tensor:
                        return f.sigmoid() * c + i.sigmoid() * g.tanh()

                    def forward(
                        self, x_t: Tensor, hidden: Tuple[Tensor, Tensor] = None
                    ) -> Tuple[Tensor, Tensor]:
                        if hidden is None:
                            hidden = (x_t.new_zeros(x_t.size(0), self.hidden_size),) * 2
                        h_t_1, c_t_1 = hidden
                        i, f, g, o = (self.x_fc(x_t) + self.h_fc(h_t_1)).chunk(self.PUERTAS, dim=1)
                        c_t = self._estado(i, f, g, c_t_1)
                        assert c_t.shape == c_t_1.shape, f"{c_t.shape} no es {c_t_1.shape}"
                        return o.sigmoid() * c_t.tanh(), c_t
            ''',
        },
    ),
    Variant(
        "a configuration of sizes; layers out of a function",
        {
            "celdaGRU": """
                from dataclasses import dataclass

                @dataclass
                class Tallas:
                    entrada: int
                    estado: int

                def par(tallas):
                    de_x = torch.nn.Linear(tallas.entrada, tallas.estado)
                    return de_x, torch.nn.Linear(tallas.estado, tallas.estado)

                class celdaGRU(torch.nn.Module):
                    def __init__(self, input_size, hidden_size):
                        torch.nn.Module.__init__(self)
                        self.tallas = Tallas(input_size, hidden_size)
                        self.x_r_fc, self.h_r_fc = par(self.tallas)
                        self.x_z_fc, self.h_z_fc = par(self.tallas)
                        self.x_h_fc, self.hr_h_fc = par(self.tallas)

                    def forward(self, x_t, h_t_1):
                        r_t = (self.x_r_fc(x_t) + self.h_r_fc(h_t_1)).sigmoid()
                        z_t = (self.x_z_fc(x_t) + self.h_z_fc(h_t_1)).sigmoid()
                        h_t = (self.x_h_fc(x_t) + self.hr_h_fc(r_t * h_t_1)).tanh()
                        return torch.cat([z_t, 1 - z_t], 1).mul(torch.cat([h_t_1, h_t], 1)).view(
                            len(x_t), 2, -1
                        ).sum(1)
            """,
            "celdaLSTM.reset_parameters()": """
                cota = (3.0 / self.hidden_size) ** 0.5
                for p in self.parameters():
                    p.data = torch.distributions.Uniform(-cota, cota).sample(p.shape)
            """,
        },
    ),
    Variant(
        "names and prints of its own; two spaces",
        {
            "celdaLSTM.forward()": """
                x, (h, c) = x_t, hidden
                xi, xf, xc, xo = self.x_fc(x).chunk(4, 1)
                hi, hf, hc, ho = self.h_fc(h).chunk(4, 1)
                # print(xi.shape, hi.shape)
                ingate = torch.sigmoid(xi + hi)
                forgetgate = torch.sigmoid(xf + hf)
                cellgate = torch.tanh(xc + hc)
                outgate = torch.sigmoid(xo + ho)
                cy = (forgetgate * c) + (ingate * cellgate)
                hy = outgate * torch.tanh(cy)
                return (hy, cy)
            """,
            "celdaLSTM.reset_parameters()": """
                std = math.sqrt(3.0 / self.hidden_size)
                for w in self.parameters():
                  w.data.uniform_(-std, std)
            """,
            "modelo_entrenamiento()": """
                modelo.train(); n = 0
                for seq, lab in data_loader:
                  seq = seq.to(device); lab = lab.to(device)
                  optimizer.zero_grad()
                  out = modelo(seq)
                  loss = loss_function(out, lab.view(-1, 1))
                  loss.backward(); optimizer.step()
                  n += 1
                  if n % 2 == 0: print('Lote', n, 'Loss:', loss.item())
            """,
        },
    ),
)

_MODELS_AND_LOOPS = (
    Variant(
        "state of None; recursion",
        {
            "modeloLSTM.forward()": """
                h = c = None
                for t in range(x.size(1)):
                    if h is None:
                        h = torch.zeros(x.size(0), self.hidden_size, device=x.device)
                        h = c = h.to(x.dtype)
                    h, c = self.lstm(x[:, t, :].reshape(x.size(0), -1), (h, c))
                return self.fc(h)
            """,
            "modeloGRU": """
                class modeloGRU(torch.nn.Module):
                    def __init__(self, input_size=1, hidden_size=UNIDADES_OCULTAS, output_size=1):
                        super().__init__()
                        self.hidden_size = hidden_size
                        self.gru = celdaGRU(input_size, hidden_size)
                        self.fc = torch.nn.Linear(hidden_size, output_size)

                    def estado(self, x):
                        if x.size(1) == 0:
                            return self.init_hidden(x)
                        return self.gru(x[:, -1], self.estado(x[:, :-1]))

                    def init_hidden(self, x):
                        return torch.zeros(x.size(0), self.hidden_size).to(x)

                    def forward(self, x):
                        return self.fc(self.estado(x))
            """,
        },
    ),
    Variant(
        "initial state by hand; fc at every step",
        {
            "modeloLSTM": """
                class modeloLSTM(torch.nn.Module):
                    def __init__(self, input_size, hidden_size, output_size):
                        super().__init__()
                        self.hidden_size = hidden_size
                        self.lstm = celdaLSTM(input_size, hidden_size)
                        self.fc = torch.nn.Linear(hidden_size, output_size)

                    def init_hidden(self, lote, como):
                        return [torch.zeros(lote, self.hidden_size).to(como) for _ in range(2)]

                    def forward(self, x, hidden=None):
                        if hidden is None:
                            hidden = self.init_hidden(x.size(0), x)
                        salidas = torch.empty(0)
                        for paso in torch.split(x, 1, dim=1):
                            hidden = self.lstm(paso.squeeze(1), hidden)
                            salidas = self.fc(hidden[0])
                        return salidas
            """,
            "modeloGRU.forward()": """
                h = torch.zeros([x.shape[0], self.hidden_size]).type_as(x)
                y = None
                for t, x_t in enumerate(torch.transpose(x, 0, 1)):
                    h = self.gru(x_t, h)
                    y = self.fc(h)
                return y
            """,
        },
    ),
    Variant(
        "time first by einsum; the last state by index",
        {
            "modeloLSTM.forward()": """
                pasos = torch.einsum("bti->tbi", x)
                estados = {"h": x[:, 0, :1] * 0 + x.new_zeros(1, self.hidden_size)}
                estados["c"] = torch.clone(estados["h"])
                for x_t in pasos:
                    estados["h"], estados["c"] = self.lstm(x_t, (estados["h"], estados["c"]))
                return self.fc(estados["h"])
            """,
            "modeloGRU.forward()": """
                hs = [x.new_zeros(x.size(0), self.hidden_size)]
                [hs.append(self.gru(x[:, t, :], hs[t])) for t in range(x.size(1))]
                todos = torch.cat([h.unsqueeze(0) for h in hs])
                return self.fc(todos[x.size(1)])
            """,
        },
    ),
    Variant(
        "tqdm around the loader; decorator no_grad",
        {
            "modelo_entrenamiento()": """
                from tqdm import tqdm
                modelo.train()
                barra = tqdm(data_loader, desc="entrenando")
                for secuencias, etiquetas in barra:
                    secuencias, etiquetas = secuencias.to(device), etiquetas.to(device)
                    optimizer.zero_grad()
                    perdida = loss_function(modelo(secuencias).squeeze(), etiquetas.squeeze())\\
                        if len(etiquetas) > 1 else loss_function(modelo(secuencias)[0], etiquetas)
                    perdida.backward()
                    optimizer.step()
                    barra.set_postfix(perdida=perdida.item())
                return perdida
            """,
            "modelo_prueba": """
                @torch.no_grad()
                def modelo_prueba(modelo, loss_function, data_loader):
                    modelo.eval()
                    perdidas, aciertos, pesos = [], [], []
                    for x, y in data_loader:
                        y_ = modelo(x.to(device)).squeeze(1)
                        y = y.to(device)
                        perdidas.append(loss_function(y_, y).item())
                        aciertos.append(torch.eq(torch.round(y_), y).float().mean().item())
                        pesos.append(len(y))
                    total = sum(pesos)
                    return (sum(p * n for p, n in zip(perdidas, pesos)) / total,
                            sum(a * n for a, n in zip(aciertos, pesos)) / total)
            """,
        },
    ),
    Variant(
        "device of the parameters; plain Python to compare",
        {
            "modelo_entrenamiento()": """
                donde = next(modelo.parameters()).device
                modelo.train()
                for lote in data_loader:
                    secuencias, etiquetas = (t.to(donde) for t in lote)
                    salida = modelo(secuencias).to(torch.float32)
                    perdida = loss_function(salida, etiquetas.view_as(salida))
                    optimizer.zero_grad()
                    perdida.backward()
                    optimizer.step()
                return perdida.item()
            """,
            "modelo_prueba()": """
                donde = next(modelo.parameters()).device
                estaba = modelo.training
                modelo.eval()
                suma, bien, cuantas = 0, 0, 0
                for lote in data_loader:
                    secuencias, etiquetas = [t.to(donde) for t in lote]
                    with torch.set_grad_enabled(False):
                        salida = modelo(secuencias)[:, 0]
                        suma += float(loss_function(salida, etiquetas)) * secuencias.shape[0]
                    for predicha, real in zip(salida.tolist(), etiquetas.tolist()):
                        bien += int(round(predicha) == int(real))
                        cuantas += 1
                modelo.train(estaba)
                return suma / cuantas, bien / cuantas
            """,
        },
    ),
    Variant(
        "closure; losses weighted by the share of the batch",
        {
            "modelo_entrenamiento()": """
                modelo.train()
                for secuencias, etiquetas in data_loader:
                    def cierre():
                        optimizer.zero_grad()
                        salida = modelo(secuencias.to(device)).squeeze(dim=1)
                        perdida = loss_function(salida, etiquetas.to(device))
                        perdida.backward()
                        return perdida
                    perdida = optimizer.step(cierre)
                    print("pérdida: %.4f" % perdida)
            """,
            "modelo_prueba()": """
                modelo.eval()
                total = len(data_loader.dataset)
                perdida, exactitud = torch.zeros(()), torch.zeros(())
                with torch.no_grad():
                    for secuencias, etiquetas in data_loader:
                        parte = len(etiquetas) / total
                        salida = modelo(secuencias.to(device)).view(len(etiquetas))
                        acierto = torch.floor(salida + 0.5).int() == etiquetas.to(device).int()
                        perdida += parte * loss_function(salida, etiquetas.to(device)).cpu()
                        exactitud += parte * acierto.float().mean().cpu()
                return perdida.item(), exactitud.item()
            """,
        },
    ),
    Variant(
        "gradients asked for one by one; count_nonzero",
        {
            "modelo_entrenamiento()": """
                modelo.train()
                parametros = list(modelo.parameters())
                for secuencias, etiquetas in data_loader:
                    salida = modelo(secuencias.to(device)).squeeze(-1)
                    perdida = loss_function(salida, etiquetas.to(device))
                    for p, g in zip(parametros, torch.autograd.grad(perdida, parametros)):
                        p.grad = g
                    optimizer.step()
            """,
            "modelo_prueba()": """
                import numpy as np
                modelo.eval()
                perdidas, errores, n = [], [], [len(y) for _, y in data_loader]
                with torch.no_grad():
                    for x, y in data_loader:
                        p = modelo(x.to(device)).cpu().flatten()
                        perdidas.append(loss_function(p, y).item())
                        errores.append(torch.count_nonzero(p.round() - y).item())
                return np.average(perdidas, weights=n), 1 - np.sum(errores) / np.sum(n)
            """,
        },
    ),
    Variant(
        "batches kept as a list; mean of flags; mode set twice",
        {
            "modelo_entrenamiento()": """
                lotes = [(x.to(device), y.to(device)) for x, y in data_loader]
                with torch.enable_grad():
                    for k in range(len(lotes)):
                        modelo.train()
                        x, y = lotes[k]
                        optimizer.zero_grad()
                        prediccion = modelo(x)
                        perdida = loss_function(prediccion.permute(1, 0)[0], y)
                        perdida.backward()
                        optimizer.step()
                modelo.eval()
            """,
            "modelo_prueba()": """
                modelo.eval()
                banderas, perdida = [], 0.0
                with torch.no_grad():
                    for x, y in data_loader:
                        y = y.to(device).reshape(-1, 1)
                        p = modelo(x.to(device))
                        perdida += loss_function(p, y).item() * y.numel()
                        banderas += (p.round() == y).flatten().tolist()
                return perdida / len(banderas), sum(banderas) / len(banderas)
            """,
        },
    ),
    Variant(
        "a device of another name; functions that both loops share",
        {
            "modelo_entrenamiento": """
                DISPOSITIVO = 'cuda' if torch.cuda.is_available() else 'cpu'

                def adelante(modelo, loss_function, lote):
                    x, y = [parte.to(DISPOSITIVO, non_blocking=True) for parte in lote]
                    salida = modelo(x)[..., 0]
                    return salida, y, loss_function(salida, y)

                def modelo_entrenamiento(
                    modelo, loss_function, optimizer, data_loader, verbose=False
                ):
                    modelo.to(DISPOSITIVO).train()
                    historia = []
                    for indice, lote in zip(range(len(data_loader)), data_loader):
                        optimizer.zero_grad()
                        *_, perdida = adelante(modelo, loss_function, lote)
                        perdida.backward()
                        optimizer.step()
                        historia += [perdida.item()]
                        if verbose: print(indice, historia[-1])
                    return historia, modelo
            """,
            "modelo_prueba": """
                def modelo_prueba(modelo, loss_function, data_loader):
                    modelo = modelo.to(DISPOSITIVO).eval()
                    sumas = torch.zeros(3, dtype=torch.float64)
                    with torch.no_grad():
                        for lote in data_loader:
                            salida, y, perdida = adelante(modelo, loss_function, lote)
                            bien = (salida.round().long() == y.long()).sum()
                            sumas += torch.tensor([perdida.item() * len(y), bien.item(), len(y)])
                    perdida, exactitud = (sumas[:2] / sumas[2]).tolist()
                    return perdida, exactitud
            """,
        },
    ),
    Variant(
        "loss_function called with names; reduction looked at",
        {
            "modelo_entrenamiento()": """
                modelo.train()
                for i, data in enumerate(data_loader, 0):
                    inputs, labels = data
                    inputs, labels = inputs.to(device), labels.to(device)
                    optimizer.zero_grad()
                    outputs = modelo(inputs)
                    outputs = outputs.view(outputs.shape[0])
                    loss = loss_function(input=outputs, target=labels)
                    loss.backward()
                    optimizer.step()
            """,
            "modelo_prueba()": """
                modelo.eval()
                suma = getattr(loss_function, "reduction", "mean") == "sum"
                running_loss, correct, total = 0.0, 0, 0
                with torch.no_grad():
                    for inputs, labels in data_loader:
                        labels = labels.to(device)
                        outputs = torch.squeeze(modelo(inputs.to(device)), 1)
                        loss = loss_function(outputs, labels).item()
                        running_loss += loss if suma else loss * inputs.size(0)
                        correct += torch.isclose(outputs.round(), labels).sum().item()
                        total += labels.size(0)
                perdida, exactitud = running_loss / total, correct / total
                print(f"Pérdida: {perdida:.4f} | Exactitud: {100 * exactitud:.2f} %")
                return (perdida, exactitud)
            """,
        },
    ),
)

_DATA = (
    Variant(
        "sequence by sequence",
        {
            "genera_dataset()": """
                secuencias = torch.zeros(muestras, longitud_secuencia, 1)
                etiquetas = torch.zeros(muestras)
                for i in range(muestras):
                    for j in range(longitud_secuencia):
                        if torch.rand(1).item() < 0.5:
                            secuencias[i, j, 0] = 1
                            etiquetas[i] += 1
                return TensorDataset(secuencias, etiquetas)
            """,
        },
    ),
    Variant(
        "choice of numpy; matmul with ones",
        {
            "genera_dataset": """
                import numpy as np

                def genera_dataset(longitud_secuencia=10, muestras=100):
                    rng = np.random.default_rng()
                    x = rng.choice([0.0, 1.0], size=(muestras, longitud_secuencia))
                    x = torch.as_tensor(x.astype("float32"))
                    y = x @ torch.ones(longitud_secuencia)
                    return torch.utils.data.TensorDataset(x.unsqueeze(2), y)
            """,
        },
    ),
    Variant(
        "probability of its own for each sequence; a generator",
        {
            "genera_dataset()": """
                g = torch.Generator()
                g.seed()
                p = torch.rand(muestras, 1, 1, generator=g).expand(-1, longitud_secuencia, 1)
                secuencias = torch.bernoulli(p, generator=g)
                etiquetas = torch.tensor([float((s == 1).sum()) for s in secuencias])
                return TensorDataset(*[t.to(torch.float) for t in (secuencias, etiquetas)])
            """,
        },
    ),
    Variant(
        "whole numbers to the end; other constants",
        {
            "EPOCAS": """
                EPOCAS, TAM_BATCH = 3, 32
                MUESTRAS_ENTRENAMIENTO = MUESTRAS_PRUEBAS = 100
                LONGITUD_SECUENCIA, UNIDADES_OCULTAS = 20, 32
                device = "cpu"
                if torch.cuda.is_available():
                    device = "cuda:0"
                print("usando", device)
            """,
            "genera_dataset()": """
                bits = torch.randint(low=0, high=2, size=[muestras, longitud_secuencia])
                unos = torch.count_nonzero(bits, dim=1)
                return TensorDataset(bits[:, :, None].type(torch.float32), 1.0 * unos)
            """,
        },
    ),
)

VARIANTS = (*_SEQUENCE_PARTS, *_CELLS, *_MODELS_AND_LOOPS, *_DATA)
