"""Right solutions as different people write them; see `grader.validation.solutions.Variant`.

Each fills in what it names and is the reference in all else; all of them must get full marks.
"""

from __future__ import annotations

from grader.validation.solutions import Variant

VARIANTS = (
    Variant(
        "unfold and einsum; F.pad; the causal one written again; permute",
        {
            "convolucion1d()": """
                x = F.pad(x, (relleno, relleno))
                alcance = dilatacion * (pesos.size(-1) - 1) + 1
                ventanas = x.unfold(-1, alcance, paso)[..., ::dilatacion]
                return torch.einsum("bctk,ock->bot", ventanas, pesos) + sesgo.view(1, -1, 1)
            """,
            "convolucion_causal()": """
                k = pesos.size(-1)
                x = F.pad(x, ((k - 1) * dilatacion, 0))
                ventanas = x.unfold(-1, (k - 1) * dilatacion + 1, 1)[..., ::dilatacion]
                return torch.einsum("bctk,ock->bot", ventanas, pesos) + sesgo.view(1, -1, 1)
            """,
            "longitud_salida()": """
                return int((T + 2 * relleno - dilatacion * (k - 1) - 1) / paso + 1)
            """,
            "campo_receptivo()": """
                R = 1
                for i, (k, _, d) in enumerate(capas):
                    producto = 1
                    for _, p, _ in capas[:i]:
                        producto *= p
                    R += (k - 1) * d * producto
                return R
            """,
            "modeloConvRNN.forward()": """
                k = self.conv.weight.shape[-1]
                x = F.pad(x.permute(0, 2, 1), (k - 1, 0))
                r = F.relu(self.conv(x)).permute(2, 0, 1)
                h = torch.zeros(r.shape[1], self.gru.hidden_size, dtype=x.dtype, device=x.device)
                logits = []
                for r_t in r:
                    h = self.gru(r_t, h)
                    logits.append(self.fc(h))
                return torch.stack(logits, 1)
            """,
            "modeloCNNLSTM.forward()": """
                estado = None
                salidas = []
                for t in range(x.size(1)):
                    r = F.relu(self.conv(x[:, t])).flatten(1)
                    estado = self.lstm(r, estado)
                    salidas.append(self.fc(estado[0]))
                return torch.stack(salidas, dim=1)
            """,
        },
    ),
    Variant(
        "loops over samples, filters and outputs",
        {
            "convolucion1d()": """
                B, C, T = x.shape
                K, _, k = pesos.shape
                largo = longitud_salida(T, k, relleno, paso, dilatacion)
                y = torch.zeros(B, K, largo, dtype=x.dtype, device=x.device)
                for b in range(B):
                    for f in range(K):
                        for t in range(largo):
                            suma = sesgo[f]
                            for c in range(C):
                                for i in range(k):
                                    lugar = t * paso + i * dilatacion - relleno
                                    if 0 <= lugar < T:
                                        suma = suma + pesos[f, c, i] * x[b, c, lugar]
                            y[b, f, t] = suma
                return y
            """,
            "convolucion_causal()": """
                B, C, T = x.shape
                K, _, k = pesos.shape
                y = torch.zeros(B, K, T, dtype=x.dtype, device=x.device)
                for t in range(T):
                    for i in range(k):
                        antes = t - dilatacion * (k - 1 - i)
                        if antes >= 0:
                            y[:, :, t] += x[:, :, antes] @ pesos[:, :, i].T
                    y[:, :, t] += sesgo
                return y
            """,
            "longitud_salida()": """
                cuantas = 0
                donde = 0
                while donde + dilatacion * (k - 1) < T + 2 * relleno:
                    cuantas += 1
                    donde += paso
                return cuantas
            """,
            "campo_receptivo()": """
                visto = 1
                for k, p, d in capas[::-1]:
                    visto = (visto - 1) * p + d * (k - 1) + 1
                return visto
            """,
            "modeloConvRNN.forward()": """
                salidas = []
                for serie in x:
                    s = F.pad(serie.T, (self.conv.kernel_size[0] - 1, 0))
                    r = torch.relu(self.conv(s.unsqueeze(0)))[0]
                    h = torch.zeros(1, self.gru.hidden_size, dtype=x.dtype)
                    fila = []
                    for t in range(r.shape[1]):
                        h = self.gru(r[:, t].unsqueeze(0), h)
                        fila.append(self.fc(h)[0])
                    salidas.append(torch.stack(fila))
                return torch.stack(salidas)
            """,
            "modeloCNNLSTM.forward()": """
                salidas = []
                for video in x:
                    h = torch.zeros(1, self.lstm.hidden_size, dtype=x.dtype)
                    c = torch.zeros(1, self.lstm.hidden_size, dtype=x.dtype)
                    fila = []
                    for cuadro in video:
                        r = torch.relu(self.conv(cuadro.unsqueeze(0))).view(1, -1)
                        h, c = self.lstm(r, (h, c))
                        fila.append(self.fc(h))
                    salidas.append(torch.cat(fila))
                return torch.stack(salidas)
            """,
        },
    ),
    Variant(
        "padding at both sides of the layer and its end cut; the whole padded and cut",
        {
            "convolucion_causal()": """
                T = x.shape[2]
                p = dilatacion * (pesos.shape[2] - 1)
                return convolucion1d(x, pesos, sesgo, relleno=p, dilatacion=dilatacion)[:, :, :T]
            """,
            "modeloConvRNN.__init__()": """
                self.conv = torch.nn.Conv1d(canales, filtros, k, padding=k - 1)
                self.gru = torch.nn.GRUCell(filtros, hidden_size)
                self.fc = torch.nn.Linear(hidden_size, clases)
            """,
            "modeloConvRNN.forward()": """
                T = x.shape[1]
                r = self.conv(x.transpose(1, 2))[:, :, :T].relu()
                h = None
                hs = []
                for t in range(T):
                    h = self.gru(r[:, :, t], h)
                    hs.append(h)
                return self.fc(torch.stack(hs, 1))
            """,
        },
    ),
    Variant(
        "the layer's weights in their own convolucion_causal",
        {
            "modeloConvRNN.forward()": """
                r = convolucion_causal(x.transpose(1, 2), self.conv.weight, self.conv.bias)
                r = torch.relu(r)
                h = x.new_zeros(x.shape[0], self.gru.hidden_size)
                logits = []
                for t in range(x.shape[1]):
                    h = self.gru(r[:, :, t], h)
                    logits.append(self.fc(h))
                return torch.stack(logits, dim=1)
            """,
        },
    ),
    Variant(
        "index tables and matmul; negative slices; divmod; recursion",
        {
            "convolucion1d()": """
                B, C, T = x.shape
                K, C, k = pesos.shape
                x = torch.nn.functional.pad(x, (relleno, relleno))
                n = longitud_salida(T, k, relleno, paso, dilatacion)
                donde = paso * torch.arange(n)[:, None] + dilatacion * torch.arange(k)
                ventanas = x[:, :, donde]                            # (B, C, n, k)
                ventanas = ventanas.permute(0, 2, 1, 3).reshape(B, n, C * k)
                return (ventanas @ pesos.reshape(K, C * k).T + sesgo).transpose(1, 2)
            """,
            "convolucion_causal()": """
                B, C, T = x.shape
                k = pesos.shape[-1]
                y = sesgo.view(1, -1, 1).expand(B, -1, T).clone()
                for i in range(k):
                    atras = dilatacion * (k - 1 - i)
                    if atras < T:
                        y[:, :, atras:] += torch.einsum(
                            "kc,bct->bkt", pesos[:, :, i], x[:, :, : T - atras]
                        )
                return y
            """,
            "longitud_salida()": """
                saltos, _ = divmod(T + 2 * relleno - (dilatacion * (k - 1) + 1), paso)
                return saltos + 1
            """,
            "campo_receptivo()": """
                if len(capas) == 0:
                    return 1
                k, p, d = capas[0]
                return (k - 1) * d + 1 + p * (campo_receptivo(capas[1:]) - 1)
            """,
        },
    ),
    Variant(
        "NumPy, in float64",
        {
            "convolucion1d()": """
                import numpy as np

                a, w = x.detach().numpy(), pesos.detach().numpy()
                a = np.pad(a, ((0, 0), (0, 0), (relleno, relleno)))
                k = w.shape[2]
                n = (a.shape[2] - dilatacion * (k - 1) - 1) // paso + 1
                y = np.zeros((a.shape[0], w.shape[0], n), dtype=a.dtype)
                for t in range(n):
                    trozo = a[:, :, t * paso: t * paso + dilatacion * (k - 1) + 1: dilatacion]
                    y[:, :, t] = np.tensordot(trozo, w, axes=([1, 2], [1, 2]))
                return torch.from_numpy(y + sesgo.detach().numpy()[None, :, None])
            """,
            "convolucion_causal()": """
                import numpy as np

                a, w = x.detach().numpy(), pesos.detach().numpy()
                k = w.shape[2]
                y = np.zeros((a.shape[0], w.shape[0], a.shape[2]))
                for b in range(a.shape[0]):
                    for f in range(w.shape[0]):
                        for c in range(a.shape[1]):
                            con_huecos = np.zeros(dilatacion * (k - 1) + 1)
                            con_huecos[::dilatacion] = w[f, c]
                            y[b, f] += np.convolve(a[b, c], con_huecos[::-1])[: a.shape[2]]
                return torch.tensor(y + sesgo.detach().numpy()[:, None], dtype=x.dtype)
            """,
            "longitud_salida()": """
                import math

                return math.floor((T + 2 * relleno - dilatacion * (k - 1) - 1) / paso + 1)
            """,
            "campo_receptivo()": """
                import numpy as np

                if not capas:
                    return 1
                k, p, d = np.array(capas).T
                antes = np.concatenate([[1], np.cumprod(p)[:-1]])
                return int(1 + ((k - 1) * d * antes).sum())
            """,
        },
    ),
    Variant(
        "tensors for integers, and integers of NumPy",
        {
            "longitud_salida()": """
                return torch.div(
                    torch.tensor(T + 2 * relleno - dilatacion * (k - 1) - 1),
                    paso,
                    rounding_mode="floor",
                ) + 1
            """,
            "campo_receptivo()": """
                import numpy as np

                return np.int64(1) + sum(
                    (k - 1) * d * np.prod([p for _, p, _ in capas[:i]], dtype=np.int64)
                    for i, (k, _, d) in enumerate(capas)
                )
            """,
        },
    ),
    Variant(
        "subclasses of helpers; layers in another order; more attributes; fc at the end",
        {
            "modeloConvRNN.__init__()": """
                self.k, self.H = k, hidden_size
                self.fc = torch.nn.Linear(hidden_size, clases)
                self.gru = torch.nn.GRUCell(input_size=filtros, hidden_size=hidden_size)
                self.activacion = torch.nn.ReLU()
                self.relleno = torch.nn.ConstantPad1d((k - 1, 0), 0.0)
                self.conv = torch.nn.Conv1d(
                    in_channels=canales, out_channels=filtros, kernel_size=k, stride=1
                )
            """,
            "modeloConvRNN.forward()": """
                B, T, C = x.size()
                r = self.activacion(self.conv(self.relleno(torch.movedim(x, -1, 1))))
                h = torch.zeros(B, self.H).to(x)
                hs = torch.zeros(B, T, self.H).to(x)
                for t in range(T):
                    h = self.gru(r[..., t], h)
                    hs[:, t] = h
                return self.fc(hs.view(B * T, -1)).view(B, T, -1)
            """,
            "modeloCNNLSTM.__init__()": """
                self.lado = lado
                self.H = hidden_size
                self.fc = torch.nn.Linear(hidden_size, clases)
                self.lstm = torch.nn.LSTMCell(filtros * lado ** 2, hidden_size)
                self.conv = torch.nn.Conv2d(canales, filtros, kernel_size=3, padding="same")
                self.aplana = torch.nn.Flatten()
            """,
            "modeloCNNLSTM.forward()": """
                B, T = x.shape[:2]
                r = self.aplana(F.relu(self.conv(x.flatten(0, 1)))).unflatten(0, (B, T))
                h = torch.zeros(B, self.H).to(x)
                c = torch.zeros_like(h)
                hs = []
                for t in range(T):
                    h, c = self.lstm(r[:, t], (h, c))
                    hs.append(h.unsqueeze(1))
                return self.fc(torch.cat(hs, dim=1))
            """,
        },
    ),
    Variant(
        "by steps first, and put back; clamp for ReLU; conv by frame in a list",
        {
            "modeloConvRNN.forward()": """
                ceros = torch.zeros(x.shape[0], self.conv.kernel_size[0] - 1, x.shape[2]).to(x)
                x = torch.cat([ceros, x], dim=1)
                r = self.conv(x.mT).clamp(min=0).mT
                h, hs = torch.zeros(1).to(x).expand(x.shape[0], self.gru.hidden_size), []
                for t in range(r.shape[1]):
                    h = self.gru(r[:, t], h)
                    hs += [h]
                return torch.stack([self.fc(h) for h in hs]).transpose(0, 1)
            """,
            "modeloCNNLSTM.forward()": """
                B, T, C, S, S = x.shape
                por_pasos = x.transpose(0, 1).reshape(T * B, C, S, S)
                r = self.conv(por_pasos).clamp(min=0).view(T, B, -1)
                h = c = torch.zeros(B, self.lstm.hidden_size, dtype=x.dtype)
                hs = []
                for t in range(T):
                    h, c = self.lstm(r[t], (h, c))
                    hs.append(h)
                return self.fc(torch.stack(hs)).permute(1, 0, 2)
            """,
        },
    ),
    Variant(
        "the convolution by a sparse matrix of weights",
        {
            "convolucion1d()": """
                B, C, T = x.shape
                K, _, k = pesos.shape
                n = (T + 2 * relleno - dilatacion * (k - 1) - 1) // paso + 1
                matriz = torch.zeros(K, n, C, T, dtype=pesos.dtype)
                for t in range(n):
                    for i in range(k):
                        j = t * paso + i * dilatacion - relleno
                        if j >= 0 and j < T:
                            matriz[:, t, :, j] = pesos[:, :, i]
                y = matriz.reshape(K * n, C * T) @ x.reshape(B, C * T).T
                return y.T.reshape(B, K, n) + sesgo[None, :, None]
            """,
            "convolucion_causal()": """
                T = x.shape[-1]
                alcance = dilatacion * (pesos.shape[-1] - 1)
                return torch.cat(
                    [
                        convolucion1d(
                            F.pad(x[:, :, max(0, t - alcance): t + 1], (max(0, alcance - t), 0)),
                            pesos, sesgo, 0, 1, dilatacion,
                        )
                        for t in range(T)
                    ],
                    dim=2,
                )
            """,
        },
    ),
    Variant(
        "all outputs of stride 1, then every so many; dilated filters made with zeros",
        {
            "convolucion1d()": """
                x = F.pad(x, [relleno, relleno])
                K, C, k = pesos.shape
                ancho = dilatacion * (k - 1) + 1
                grande = torch.zeros(K, C, ancho, dtype=pesos.dtype)
                grande[:, :, ::dilatacion] = pesos
                todas = []
                for t in range(x.shape[2] - ancho + 1):
                    ventana = x[:, None, :, t:t + ancho]              # (B, 1, C, ancho)
                    todas.append((ventana * grande[None]).sum(dim=(2, 3)) + sesgo)
                return torch.stack(todas, dim=2)[:, :, ::paso]
            """,
            "convolucion_causal()": """
                k, T = pesos.shape[2], x.shape[2]
                y = 0
                for i in range(k):
                    corrida = torch.roll(F.pad(x, (0, T)), dilatacion * (k - 1 - i) % (2 * T), 2)
                    if dilatacion * (k - 1 - i) < T:
                        y = y + pesos[:, :, i] @ corrida[:, :, :T]
                return y + sesgo.reshape(-1, 1)
            """,
            "campo_receptivo()": """
                R, salto = 1, 1
                for capa in capas:
                    k, p, d = capa[0], capa[1], capa[2]
                    R += (k - 1) * d * salto
                    salto *= p
                return R
            """,
        },
    ),
    Variant(
        "F.unfold as for images; the causal one turned round twice",
        {
            "convolucion1d()": """
                B, C, T = x.shape
                K, _, k = pesos.shape
                columnas = F.unfold(
                    x.unsqueeze(2), (1, k), dilation=(1, dilatacion), padding=(0, relleno),
                    stride=(1, paso),
                )                                                    # (B, C·k, T')
                return pesos.reshape(K, -1) @ columnas + sesgo.unsqueeze(-1)
            """,
            "convolucion_causal()": """
                k = pesos.shape[2]
                al_reves = torch.flip(x, [2])
                al_reves = torch.cat([al_reves, x.new_zeros(*x.shape[:2], dilatacion * (k - 1))], 2)
                y = convolucion1d(al_reves, torch.flip(pesos, [2]), sesgo, dilatacion=dilatacion)
                return torch.flip(y, [2])
            """,
            "modeloCNNLSTM.forward()": """
                B, T = x.shape[0], x.shape[1]
                r = torch.stack([torch.relu(self.conv(video)) for video in x])   # (B, T, F, S, S)
                h, c = [torch.zeros(B, self.lstm.hidden_size, dtype=x.dtype) for _ in range(2)]
                hs = []
                for t in range(T):
                    h, c = self.lstm(torch.flatten(r[:, t], start_dim=1), (h, c))
                    hs.append(h)
                return self.fc(torch.stack(hs, dim=1))
            """,
        },
    ),
    Variant(
        "float32 throughout",
        {
            "convolucion1d()": """
                x, pesos, sesgo = x.float(), pesos.float(), sesgo.float()
                x = F.pad(x, (relleno, relleno))
                k = pesos.shape[2]
                n = (x.shape[2] - dilatacion * (k - 1) - 1) // paso + 1
                y = torch.zeros(x.shape[0], pesos.shape[0], n)
                for t in range(n):
                    for i in range(k):
                        y[:, :, t] += x[:, :, t * paso + i * dilatacion] @ pesos[:, :, i].t()
                return y + sesgo.view(1, -1, 1)
            """,
            "convolucion_causal()": """
                x = torch.cat(
                    [torch.zeros(*x.shape[:2], dilatacion * (pesos.shape[2] - 1)), x.float()], dim=2
                )
                return convolucion1d(x, pesos, sesgo, 0, 1, dilatacion)
            """,
            "modeloConvRNN.forward()": """
                x = x.float()
                r = torch.relu(self.conv.float()(F.pad(x.transpose(1, 2), (self.conv.kernel_size[0] - 1, 0))))
                h = torch.zeros(len(x), self.gru.hidden_size)
                hs = []
                for t in range(r.shape[2]):
                    h = self.gru.float()(r[:, :, t], h)
                    hs.append(h)
                return self.fc.float()(torch.stack(hs, 1))
            """,
        },
    ),
    Variant(
        "products of Fourier transforms; the field measured",
        {
            "convolucion1d()": """
                x = F.pad(x, (relleno, relleno))
                K, C, k = pesos.shape
                ancho = dilatacion * (k - 1) + 1
                n = x.shape[-1]
                separados = torch.zeros(K, C, n + ancho).to(x)
                separados[..., :ancho:dilatacion] = pesos
                espectro = torch.fft.rfft(F.pad(x, (0, ancho)))
                filtro = torch.fft.rfft(separados).conj()
                todo = torch.fft.irfft(torch.einsum("bcf,kcf->bkf", espectro, filtro), n + ancho)
                return todo[..., : n - ancho + 1: paso] + sesgo[:, None]
            """,
            "campo_receptivo()": """
                entrada = {0}
                for k, paso, dilatacion in reversed(capas):
                    entrada = {n * paso + i * dilatacion for n in entrada for i in range(k)}
                return max(entrada) - min(entrada) + 1
            """,
        },
    ),
)
