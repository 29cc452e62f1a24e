"""Right solutions as different people write them; see `grader.validation.solutions.Variant`.

Each fills in what it names and is the reference in all else; all of them must get full marks.
"""

from __future__ import annotations

from grader.validation.solutions import Variant

_OPERATIONS = (
    Variant(
        "einsum everywhere",
        {
            "celdaRNN.forward()": """
                r = torch.einsum("bi,hi->bh", x, self.U) + torch.einsum("bg,hg->bh", hp, self.V)
                h = r.tanh()
                return torch.einsum("bh,oh->bo", h, self.W), h
            """,
            "celdaRNN.backward()": """
                h = self.forward(x, hp)[1]
                h_grad = torch.einsum("bo,oh->bh", y_grad, self.W)
                h_grad = h_grad + torch.einsum("bg,gh->bh", rn_grad, self.V)
                r_grad = torch.einsum("bh,bh->bh", h_grad, 1 - h * h)
                self.U_grad += torch.einsum("bh,bi->hi", r_grad, x)
                self.V_grad += torch.einsum("bh,bg->hg", r_grad, hp)
                self.W_grad += torch.einsum("bo,bh->oh", y_grad, h)
                return r_grad
            """,
            "recorta_por_norma()": """
                planos = [g.flatten() for g in gradientes]
                norma = sum(torch.einsum("i,i->", g, g) for g in planos).sqrt()
                if norma <= max_norma:
                    return [g.clone() for g in gradientes], norma
                return [max_norma * g / norma for g in gradientes], norma
            """,
        },
    ),
    Variant(
        "functional linear, t(), mm, addmm in place",
        {
            "celdaRNN.forward()": """
                F = torch.nn.functional
                h = torch.tanh(F.linear(x, self.U) + F.linear(hp, self.V))
                return F.linear(h, self.W), h
            """,
            "celdaRNN.backward()": """
                h = torch.tanh(torch.mm(x, self.U.t()) + torch.mm(hp, self.V.t()))
                desde_y = torch.mm(y_grad, self.W)
                desde_r = torch.mm(rn_grad, self.V)
                r_grad = torch.mul(torch.add(desde_y, desde_r), 1.0 - torch.pow(h, 2))
                self.U_grad.addmm_(r_grad.t(), x)
                self.V_grad.addmm_(r_grad.t(), hp)
                self.W_grad.addmm_(y_grad.t(), h)
                return r_grad
            """,
        },
    ),
    Variant(
        "sample by sample, with outer products",
        {
            "celdaRNN.forward()": """
                ys, hs = [], []
                for x_b, h_b in zip(x, hp):
                    h = torch.tanh(self.U @ x_b + self.V @ h_b)
                    hs.append(h)
                    ys.append(self.W @ h)
                return torch.stack(ys), torch.stack(hs)
            """,
            "celdaRNN.backward()": """
                _, h = self.forward(x, hp)
                r_grads = []
                for b in range(x.shape[0]):
                    h_grad = self.W.T @ y_grad[b] + self.V.T @ rn_grad[b]
                    r_grad = h_grad * (1 - h[b] ** 2)
                    self.U_grad += torch.outer(r_grad, x[b])
                    self.V_grad += torch.outer(r_grad, hp[b])
                    self.W_grad += torch.outer(y_grad[b], h[b])
                    r_grads.append(r_grad)
                return torch.stack(r_grads)
            """,
            "compute_loss()": """
                total = 0
                for y_t, t_t in zip(ys, ts):
                    total = total + torch.sum((t_t - y_t) ** 2) / 2
                return total
            """,
        },
    ),
    Variant(
        "input and state in one product; both slopes of (1 − h)(1 + h)",
        {
            "celdaRNN.forward()": """
                r = torch.cat([x, hp], dim=1) @ torch.cat([self.U, self.V], dim=1).T
                h = 2 * torch.sigmoid(2 * r) - 1
                return torch.matmul(h, self.W.transpose(0, 1)), h
            """,
            "celdaRNN.backward()": """
                y, h = self(x, hp)
                entradas = torch.cat([x, hp], dim=1)
                r_grad = (y_grad.matmul(self.W) + rn_grad.matmul(self.V)) * (1 - h) * (1 + h)
                juntos = r_grad.T @ entradas
                self.U_grad += juntos[:, : x.shape[1]]
                self.V_grad += juntos[:, x.shape[1] :]
                self.W_grad += y_grad.T @ h
                return r_grad
            """,
        },
    ),
)

_ACCUMULATORS = (
    Variant(
        "gradients assigned anew, never changed in place",
        {
            "celdaRNN.__init__()": """
                self.U = torch.nn.Parameter(0.1 * torch.randn(hidden_size, input_size))
                self.V = torch.nn.Parameter(0.1 * torch.randn(hidden_size, hidden_size))
                self.W = torch.nn.Parameter(0.1 * torch.randn(output_size, hidden_size))
                self.zero_grad()
            """,
            "celdaRNN.zero_grad()": """
                self.U_grad = torch.zeros(self.U.shape, dtype=self.U.dtype)
                self.V_grad = torch.zeros(self.V.shape, dtype=self.V.dtype)
                self.W_grad = torch.zeros(self.W.shape, dtype=self.W.dtype)
            """,
            "celdaRNN.backward()": """
                h = self.forward(x, hp)[1]
                r_grad = (y_grad @ self.W + rn_grad @ self.V) * (1 - h ** 2)
                self.U_grad = self.U_grad + r_grad.T @ x
                self.V_grad = self.V_grad + r_grad.T @ hp
                self.W_grad = self.W_grad + y_grad.T @ h
                return r_grad
            """,
        },
    ),
    Variant(
        "gradients in buffers; sizes and a name of its own in the cell",
        {
            "celdaRNN.__init__()": """
                self.input_size, self.hidden_size = input_size, hidden_size
                self.output_size = output_size
                formas = {
                    "U": (hidden_size, input_size),
                    "V": (hidden_size, hidden_size),
                    "W": (output_size, hidden_size),
                }
                for nombre, forma in formas.items():
                    limite = 1 / math.sqrt(forma[1])
                    self.register_parameter(
                        nombre, torch.nn.Parameter(torch.empty(forma).uniform_(-limite, limite))
                    )
                    self.register_buffer(nombre + "_grad", torch.zeros(forma))
            """,
            "celdaRNN.zero_grad()": """
                for nombre in "UVW":
                    getattr(self, nombre + "_grad").fill_(0)
            """,
            "entrena_rnn()": """
                celda = modelo.cell
                perdidas = []
                for xs, ts in lotes:
                    T, B, _ = xs.shape
                    h0 = torch.zeros(B, celda.hidden_size, dtype=xs.dtype)
                    ys, hs = modelo.forward(xs, h0)
                    perdidas.append(compute_loss(ys, ts))
                    celda.zero_grad()
                    modelo.backward(ys - ts, xs, hs)
                    nombres = ("U", "V", "W")
                    gradientes = [getattr(celda, n + "_grad") for n in nombres]
                    recortados, norma = recorta_por_norma(gradientes, max_norma)
                    for n, g in zip(nombres, recortados):
                        getattr(celda, n).data.sub_(tasa * g)
                return perdidas
            """,
        },
    ),
    Variant(
        "float32 by name",
        {
            "celdaRNN.__init__()": """
                def nuevo(*forma):
                    return torch.nn.Parameter(torch.randn(*forma, dtype=torch.float32) * 0.3)

                self.U, self.V = nuevo(hidden_size, input_size), nuevo(hidden_size, hidden_size)
                self.W = nuevo(output_size, hidden_size)
                self.U_grad = torch.zeros(hidden_size, input_size, dtype=torch.float32)
                self.V_grad = torch.zeros(hidden_size, hidden_size, dtype=torch.float32)
                self.W_grad = torch.zeros(output_size, hidden_size, dtype=torch.float32)
            """,
        },
    ),
)

_SEQUENCES = (
    Variant(
        "a model that goes back by itself, with the states that it has",
        {
            "modeloRNN.backward()": """
                U, V, W = self.cell.U, self.cell.V, self.cell.W
                T = xs.shape[0]
                r_grad = torch.zeros_like(hs[0])
                for t in reversed(range(T)):
                    if k and (t + 1) % k == 0:
                        r_grad = r_grad * 0
                    h, h_previo = hs[t + 1], hs[t]
                    r_grad = (ys_grad[t] @ W + r_grad @ V) * (1 - h ** 2)
                    self.cell.W_grad += ys_grad[t].T @ h
                    self.cell.V_grad += r_grad.T @ h_previo
                    self.cell.U_grad += r_grad.T @ xs[t]
            """,
        },
    ),
    Variant(
        "block after block, each from its end",
        {
            "modeloRNN.backward()": """
                T = len(xs)
                k = T if k is None else k
                for inicio in range(0, T, k):
                    r_grad = torch.zeros(hs.shape[1:], dtype=hs.dtype)
                    for t in range(min(inicio + k, T) - 1, inicio - 1, -1):
                        r_grad = self.cell.backward(ys_grad[t], r_grad, xs[t], hs[t])
            """,
            "modeloRNN.forward()": """
                T, B, _ = xs.shape
                hs = torch.zeros(T + 1, B, h0.shape[1], dtype=xs.dtype)
                ys = torch.zeros(T, B, self.cell.W.shape[0], dtype=xs.dtype)
                hs[0] = h0
                for t in range(T):
                    ys[t], hs[t + 1] = self.cell.forward(xs[t], hs[t])
                return ys, hs
            """,
        },
    ),
    Variant(
        "a model that is a module; recursion on the way there",
        {
            "modeloRNN": """
                class modeloRNN(torch.nn.Module):
                    def __init__(self, cell):
                        super().__init__()
                        self.cell = cell

                    def forward(self, xs, h0):
                        h, ys, hs = h0, [], [h0.unsqueeze(0)]
                        for x_t in torch.unbind(xs, dim=0):
                            y, h = self.cell(x_t, h)
                            ys.append(y.unsqueeze(0))
                            hs.append(h.unsqueeze(0))
                        return torch.cat(ys), torch.cat(hs)

                    def backward(self, ys_grad, xs, hs, k=None):
                        r_grad = hs.new_zeros(hs.shape[1], hs.shape[2])
                        t = xs.shape[0]
                        while t >= 1:
                            if k is not None and t % k == 0:
                                r_grad = hs.new_zeros(hs.shape[1], hs.shape[2])
                            r_grad = self.cell.backward(
                                y_grad=ys_grad[t - 1], rn_grad=r_grad, x=xs[t - 1], hp=hs[t - 1]
                            )
                            t -= 1
                        return r_grad
            """,
            "entrena_rnn()": """
                lista = []
                celda = modelo.cell
                H = celda.U.size(0)
                for entrada, objetivo in lotes:
                    salida, estados = modelo(entrada, torch.zeros(entrada.size(1), H).to(entrada))
                    lista.append(compute_loss(salida, objetivo).item())
                    for g in (celda.U_grad, celda.V_grad, celda.W_grad):
                        g.zero_()
                    modelo.backward(salida - objetivo, entrada, estados)
                    (gU, gV, gW), _ = recorta_por_norma(
                        [celda.U_grad, celda.V_grad, celda.W_grad], max_norma
                    )
                    celda.U = torch.nn.Parameter(celda.U - tasa * gU)
                    celda.V = torch.nn.Parameter(celda.V - tasa * gV)
                    celda.W = torch.nn.Parameter(celda.W - tasa * gW)
                return lista
            """,
        },
    ),
    Variant(
        "zipped in reverse; the first state put in front",
        {
            "modeloRNN.forward()": """
                h, salidas, estados = h0, [], []
                for t in range(xs.size(0)):
                    y, h = self.cell(xs[t], h)
                    salidas += [y]
                    estados += [h]
                estados = [h0] + estados
                return torch.stack(salidas, 0), torch.stack(estados, 0)
            """,
            "modeloRNN.backward()": """
                r = torch.zeros_like(hs[-1])
                pasos = list(zip(range(1, len(xs) + 1), ys_grad, xs, hs[:-1]))
                for paso, y_grad, x, h_previo in reversed(pasos):
                    corta = k is not None and paso % k == 0
                    r = torch.zeros_like(r) if corta else r
                    r = self.cell.backward(y_grad, r, x, h_previo)
            """,
        },
    ),
)

_REST = (
    Variant(
        "clipped as torch does, with 1e-6",
        {
            "recorta_por_valor()": """
                recortados = []
                for g in gradientes:
                    g = torch.where(g > limite, torch.full_like(g, limite), g)
                    g = torch.where(g < -limite, torch.full_like(g, -limite), g)
                    recortados.append(g)
                return recortados
            """,
            "recorta_por_norma()": """
                norma = torch.linalg.vector_norm(
                    torch.stack([torch.linalg.vector_norm(g) for g in gradientes])
                )
                factor = min(1.0, max_norma / (norma.item() + 1e-6))
                return [factor * g for g in gradientes], norma
            """,
        },
    ),
    Variant(
        "clipped by a loop with Python's numbers; the norm a float",
        {
            "recorta_por_valor()": """
                return [torch.minimum(torch.maximum(g, torch.tensor(-limite).to(g)),
                                      torch.tensor(limite).to(g)) for g in gradientes]
            """,
            "recorta_por_norma()": """
                suma = 0.0
                for g in gradientes:
                    suma += float((g * g).sum())
                norma = math.sqrt(suma)
                if norma > max_norma:
                    return [g * (max_norma / norma) for g in gradientes], norma
                return list(gradientes), norma
            """,
            "compute_loss()": """
                return (ys - ts).pow(2).sum() / 2
            """,
        },
    ),
    Variant(
        "one long vector; NumPy for the values",
        {
            "recorta_por_valor()": """
                return [torch.from_numpy(g.numpy().clip(-limite, limite)) for g in gradientes]
            """,
            "recorta_por_norma()": """
                largo = torch.cat([g.reshape(-1) for g in gradientes])
                norma = largo.norm()
                if norma > max_norma:
                    largo = largo / norma * max_norma
                trozos = largo.split([g.numel() for g in gradientes])
                return [t.reshape(g.shape) for t, g in zip(trozos, gradientes)], norma
            """,
        },
    ),
    Variant(
        "the profile, each product anew; singular values",
        {
            "perfil_gradiente()": """
                T, H = hs.shape[0] - 1, hs.shape[1]
                normas = torch.zeros(T, dtype=V.dtype)
                for t in range(1, T + 1):
                    P = torch.eye(H, dtype=V.dtype)
                    for s in range(t + 1, T + 1):
                        P = torch.diag(1 - hs[s] ** 2) @ V @ P
                    normas[t - 1] = torch.linalg.svdvals(P)[0]
                return normas
            """,
        },
    ),
    Variant(
        "the profile put together from its end",
        {
            "perfil_gradiente()": """
                J = torch.eye(V.shape[0]).to(V)
                perfil = [1.0]
                for h in torch.flip(hs[2:], [0]):
                    J = (J * (1 - h.pow(2))) @ V
                    perfil.insert(0, torch.linalg.norm(J, 2).item())
                return torch.tensor(perfil, dtype=V.dtype)
            """,
        },
    ),
    Variant(
        "trained with the gradients cleared after each step",
        {
            "entrena_rnn()": """
                celda, perdidas = modelo.cell, []
                parametros = [celda.U, celda.V, celda.W]
                for lote in lotes:
                    xs, ts = lote
                    h0 = torch.zeros((xs.shape[1], celda.V.shape[1]), dtype=xs.dtype)
                    ys, hs = modelo.forward(xs, h0)
                    ys_grad = (ys - ts).clone()
                    perdidas += [float(compute_loss(ys, ts))]
                    modelo.backward(ys_grad, xs, hs)
                    gradientes = [celda.U_grad, celda.V_grad, celda.W_grad]
                    gradientes, _ = recorta_por_norma(gradientes, max_norma)
                    for parametro, gradiente in zip(parametros, gradientes):
                        parametro.copy_(parametro - tasa * gradiente)
                    celda.zero_grad()
                return perdidas
            """,
        },
    ),
)

VARIANTS = (*_OPERATIONS, *_ACCUMULATORS, *_SEQUENCES, *_REST)
