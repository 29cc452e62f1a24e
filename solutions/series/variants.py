"""Right solutions as different people write them; see `grader.validation.solutions.Variant`.

Each fills in what it names and is the reference in all else; all of them must get full marks.
"""

from __future__ import annotations

from grader.validation.solutions import Variant

_DATA = (
    Variant(
        "unfold; range and slices; numbers of Python in the scaler",
        {
            "ventanas()": """
                largo = w + horizonte
                if len(serie) < largo:
                    return serie.new_zeros((0, w)), serie.new_zeros((0, horizonte))
                todas = serie.unfold(0, largo, paso)
                return todas[:, :w], todas[:, w:]
            """,
            "divide_temporal()": """
                a = math.floor(n * entrenamiento)
                b = math.floor(n * (entrenamiento + validacion))
                todos = list(range(n))
                return todos[:a], todos[a:b], todos[b:]
            """,
            "Escalador.ajusta()": """
                valores = x.tolist()
                n = len(valores)
                self.media = sum(valores) / n
                varianza = sum((v - self.media) ** 2 for v in valores) / n
                self.desviacion = varianza ** 0.5 if varianza > 0 else 1.0
            """,
            "Escalador.transforma()": "return (x - self.media) / self.desviacion",
            "Escalador.invierte()": "return self.media + self.desviacion * z",
            "prepara()": """
                N = len(serie)
                train, val, test = divide_temporal(N, entrenamiento, validacion)
                a, b = len(train), len(train) + len(val)
                esc = Escalador()
                esc.ajusta(serie[train])
                z = esc.transforma(serie)

                def corta(desde, hasta):
                    return ventanas(z[max(0, desde - w) : hasta], w, horizonte)

                return {
                    "entrenamiento": corta(0, a),
                    "validacion": corta(a, b),
                    "prueba": corta(b, N),
                    "escalador": esc,
                }
            """,
        },
    ),
    Variant(
        "lists and stack; ranges; std as a square root",
        {
            "ventanas()": """
                X, Y = [], []
                i = 0
                while i + w + horizonte <= serie.size(0):
                    X.append(serie[i:i + w])
                    Y.append(serie[i + w:i + w + horizonte])
                    i += paso
                if len(X) == 0:
                    return torch.empty(0, w, dtype=serie.dtype), torch.empty(0, horizonte, dtype=serie.dtype)
                return torch.stack(X), torch.stack(Y)
            """,
            "divide_temporal()": """
                corte1 = int(entrenamiento * n)
                corte2 = int((entrenamiento + validacion) * n)
                return range(corte1), range(corte1, corte2), range(corte2, n)
            """,
            "Escalador.ajusta()": """
                self.mu = torch.mean(x)
                self.sigma = torch.sqrt(((x - self.mu) ** 2).mean())
                if self.sigma < 1e-8:
                    self.sigma = torch.tensor(1.0, dtype=x.dtype)
            """,
            "prepara()": """
                a = int(len(serie) * entrenamiento)
                b = int(len(serie) * (entrenamiento + validacion))
                escalador = Escalador()
                escalador.ajusta(serie[:a])
                z = escalador.transforma(serie)
                listas = {"entrenamiento": ([], []), "validacion": ([], []), "prueba": ([], [])}
                for i in range(len(z) - w - horizonte + 1):
                    primera, ultima = i + w, i + w + horizonte - 1
                    if ultima < a:
                        parte = "entrenamiento"
                    elif primera >= a and ultima < b:
                        parte = "validacion"
                    elif primera >= b:
                        parte = "prueba"
                    else:
                        continue
                    listas[parte][0].append(z[i:i + w])
                    listas[parte][1].append(z[i + w:i + w + horizonte])
                datos = {k: (torch.stack(x), torch.stack(y)) for k, (x, y) in listas.items()}
                datos["escalador"] = escalador
                return datos
            """,
        },
    ),
    Variant(
        "indices by broadcasting; tensors of indices; where for a deviation of 0; lists for pairs",
        {
            "ventanas()": """
                inicios = torch.arange(0, max(0, len(serie) - w - horizonte + 1), paso, device=serie.device)
                X = serie[inicios[:, None] + torch.arange(w, device=serie.device)]
                Y = serie[inicios[:, None] + w + torch.arange(horizonte, device=serie.device)]
                return X, Y
            """,
            "divide_temporal()": """
                indices = torch.arange(n)
                a, b = int(n * entrenamiento), int(n * (entrenamiento + validacion))
                return indices[:a], indices[a:b], indices[b:]
            """,
            "Escalador.ajusta()": """
                sigma, mu = torch.std_mean(x, correction=0)
                self.mu = mu
                self.sigma = torch.where(sigma == 0, torch.ones_like(sigma), sigma)
            """,
            "prepara()": """
                partes = divide_temporal(len(serie), entrenamiento, validacion)
                escalador = Escalador()
                escalador.ajusta(serie[torch.as_tensor(partes[0])])
                X, Y = ventanas(escalador.transforma(serie), w, horizonte)
                datos = dict(escalador=escalador)
                for nombre, parte in zip(("entrenamiento", "validacion", "prueba"), partes):
                    propios = set(int(i) for i in parte)
                    elegidas = [
                        m for m in range(len(X))
                        if all(m + w + k in propios for k in range(horizonte))
                    ]
                    datos[nombre] = [X[elegidas], Y[elegidas]]
                return datos
            """,
        },
    ),
    Variant(
        "NumPy inside; a class of one's own for the scaler",
        {
            "ventanas()": """
                import numpy as np
                valores = serie.cpu().numpy()
                X = [valores[i:i + w] for i in range(0, len(valores) - w - horizonte + 1, paso)]
                Y = [valores[i + w:i + w + horizonte] for i in range(0, len(valores) - w - horizonte + 1, paso)]
                X = np.array(X, dtype=valores.dtype).reshape(-1, w)
                Y = np.array(Y, dtype=valores.dtype).reshape(-1, horizonte)
                return torch.from_numpy(X).to(serie.device), torch.from_numpy(Y).to(serie.device)
            """,
            "divide_temporal()": """
                import numpy as np
                fin = int(n * entrenamiento), int(n * (entrenamiento + validacion))
                return np.split(np.arange(n), fin)
            """,
            "Escalador": """
                class Escalador(torch.nn.Module):
                    def __init__(self):
                        super().__init__()
                        self.register_buffer("media", torch.zeros(()))
                        self.register_buffer("escala", torch.ones(()))

                    def ajusta(self, x):
                        self.media = x.mean()
                        escala = torch.sqrt(torch.mean(x ** 2) * 0 + x.var(unbiased=False))
                        self.escala = escala if escala.item() != 0.0 else torch.ones_like(escala)

                    def transforma(self, x):
                        return x.sub(self.media).div(self.escala)

                    def invierte(self, z):
                        return z.mul(self.escala).add(self.media)
            """,
            "prepara()": """
                datos = {}
                n = len(serie)
                a, b = int(n * entrenamiento), int(n * (entrenamiento + validacion))
                datos["escalador"] = Escalador()
                datos["escalador"].ajusta(serie[0:a])
                z = datos["escalador"].transforma(serie)
                datos["entrenamiento"] = ventanas(z[:a], w, horizonte, 1)
                datos["validacion"] = ventanas(z[a - w:b], w, horizonte, 1)
                datos["prueba"] = ventanas(z[b - w:], w, horizonte, 1)
                return datos
            """,
        },
    ),
    Variant(
        "all rows in loops over values",
        {
            "ventanas()": """
                N = serie.shape[0]
                M = 0 if N < w + horizonte else (N - w - horizonte) // paso + 1
                X = torch.zeros(M, w, dtype=serie.dtype, device=serie.device)
                Y = torch.zeros(M, horizonte, dtype=serie.dtype, device=serie.device)
                for m in range(M):
                    for j in range(w):
                        X[m, j] = serie[m * paso + j]
                    for k in range(horizonte):
                        Y[m, k] = serie[m * paso + w + k]
                return X, Y
            """,
            "divide_temporal()": """
                a, b = int(n * entrenamiento), int(n * (entrenamiento + validacion))
                uno, dos, tres = [], [], []
                for i in range(n):
                    if i < a:
                        uno.append(i)
                    elif i < b:
                        dos.append(i)
                    else:
                        tres.append(i)
                return [uno, dos, tres]
            """,
            "Escalador.ajusta()": """
                self.mu = x.sum() / len(x)
                self.sigma = ((x - self.mu).pow(2).sum() / len(x)).sqrt()
                self.sigma = self.sigma if bool(self.sigma > 0) else 1
            """,
        },
    ),
)

_FORECASTS = (
    Variant(
        "expand; repeat and cut; enumerate over columns; a tensor that is filled",
        {
            "persistencia()": "return X[:, -1].unsqueeze(1).expand(-1, horizonte)",
            "persistencia_estacional()": """
                w = X.size(1)
                veces = horizonte // periodo + 1
                return X[:, w - periodo:].repeat(1, veces)[:, :horizonte]
            """,
            "modeloSerie.forward()": """
                B, w = x.shape
                h = torch.zeros(B, self.celda.hidden_size, dtype=x.dtype, device=x.device)
                for t in range(w):
                    h = self.celda(x[:, t].unsqueeze(1), h)
                return self.fc(h)
            """,
            "pronostico_recursivo()": """
                ventana = ventana.clone()
                salida = torch.zeros(len(ventana), pasos, dtype=ventana.dtype, device=ventana.device)
                with torch.no_grad():
                    for k in range(pasos):
                        siguiente = modelo(ventana).squeeze(1)
                        salida[:, k] = siguiente
                        ventana = torch.roll(ventana, -1, dims=1)
                        ventana[:, -1] = siguiente
                return salida
            """,
        },
    ),
    Variant(
        "loops; the cell's own zeros; all kept and the last read; sample by sample",
        {
            "persistencia()": """
                filas = []
                for fila in X:
                    filas.append(torch.stack([fila[-1]] * horizonte))
                return torch.stack(filas)
            """,
            "persistencia_estacional()": """
                columnas = []
                for k in range(1, horizonte + 1):
                    columnas.append(X[:, X.shape[1] - periodo + (k - 1) % periodo])
                return torch.stack(columnas, dim=1)
            """,
            "modeloSerie.forward()": """
                h = None
                for valor in x.unbind(dim=1):
                    h = self.celda(valor[:, None], h)
                return self.fc(h)
            """,
            "pronostico_recursivo()": """
                modelo.eval()
                filas = []
                for una in ventana:
                    historia = una.tolist()
                    for _ in range(pasos):
                        v = torch.tensor([historia[-len(una):]], dtype=ventana.dtype)
                        historia.append(modelo(v).item())
                    filas.append(historia[len(una):])
                return torch.tensor(filas, dtype=ventana.dtype)
            """,
        },
    ),
    Variant(
        "a history that grows and is cut; a forecast that fills itself",
        {
            "persistencia_estacional()": """
                salida = X[:, -periodo:]
                while salida.shape[1] < horizonte:
                    salida = torch.cat([salida, X[:, -periodo:]], dim=-1)
                return salida[:, :horizonte]
            """,
            "persistencia()": "return X[:, [-1] * horizonte]",
            "modeloSerie.forward()": """
                x = x.unsqueeze(-1)
                estados = []
                h = x.new_zeros(x.shape[0], self.fc.in_features)
                for t in range(x.shape[1]):
                    h = self.celda(x[:, t, :], h)
                    estados.append(h)
                return self.fc(torch.stack(estados, dim=1)[:, -1])
            """,
            "pronostico_recursivo()": """
                w = ventana.shape[1]
                todo = ventana
                for _ in range(pasos):
                    todo = torch.cat((todo, modelo(todo[:, -w:])), 1)
                return todo[:, w:]
            """,
        },
    ),
    Variant(
        "the future in the past: the last season by recursion",
        {
            "persistencia_estacional()": """
                todo = X.clone()
                for _ in range(horizonte):
                    todo = torch.cat([todo, todo[:, -periodo].unsqueeze(1)], dim=1)
                return todo[:, X.size(1):]
            """,
            "pronostico_recursivo()": """
                if pasos == 0:
                    return ventana[:, :0]
                y = modelo(ventana).view(-1, 1)
                resto = pronostico_recursivo(modelo, torch.hstack([ventana[:, 1:], y]), pasos - 1)
                return torch.hstack([y, resto])
            """,
        },
    ),
)

_MEASURES = (
    Variant(
        "functions of torch; numbers of Python",
        {
            "mae()": "return torch.nn.functional.l1_loss(p, y)",
            "rmse()": "return math.sqrt(torch.nn.functional.mse_loss(p, y).item())",
            "mape()": """
                total, cuantos = 0.0, 0
                for real, dicho in zip(y.flatten().tolist(), p.flatten().tolist()):
                    if real == 0:
                        continue
                    total += abs((real - dicho) / real)
                    cuantos += 1
                return 100 * total / cuantos
            """,
            "mase()": """
                T = len(historia)
                escala = sum(abs(float(historia[t] - historia[t - m])) for t in range(m, T)) / (T - m)
                return float(mae(y, p)) / escala
            """,
            "umbral()": """
                valores = errores.tolist()
                mu = sum(valores) / len(valores)
                sigma = math.sqrt(sum((v - mu) ** 2 for v in valores) / len(valores))
                return mu + k * sigma
            """,
            "detecta()": "return torch.tensor([e > umbral for e in errores.tolist()])",
            "precision_recall()": """
                d, v = detectadas.tolist(), verdaderas.tolist()
                vp = sum(a and b for a, b in zip(d, v))

                def entre(a, b):
                    return a / b if b else 0.0

                P, R = entre(vp, sum(d)), entre(vp, sum(v))
                return [P, R, entre(2 * P * R, P + R)]
            """,
        },
    ),
    Variant(
        "float32; norms; where; clamp",
        {
            "mae()": "return torch.mean(torch.abs(p.float() - y.float()))",
            "rmse()": "return torch.linalg.vector_norm((y - p).float()) / y.numel() ** 0.5",
            "mape()": """
                y, p = y.float(), p.float()
                real = (y != 0).float()
                relativo = torch.where(y != 0, (y - p).abs() / torch.where(y != 0, y, 1.0).abs(), 0.0)
                return relativo.sum() / real.sum() * 100.0
            """,
            "mase()": """
                ingenuo = mae(historia[m:], historia[: len(historia) - m])
                return mae(y, p) / ingenuo
            """,
            "umbral()": """
                errores = errores.float()
                return errores.mean() + k * errores.std(unbiased=False)
            """,
            "detecta()": "return torch.gt(errores, umbral)",
            "precision_recall()": """
                d, v = detectadas.float(), verdaderas.float()
                vp = (d * v).sum()
                P = vp / d.sum().clamp(min=1)
                R = vp / v.sum().clamp(min=1)
                F1 = 2 * P * R / (P + R) if P + R > 0 else torch.tensor(0.0)
                return P, R, F1
            """,
        },
    ),
    Variant(
        "NumPy for all metrics",
        {
            "mae()": """
                import numpy as np
                return np.abs(y.numpy() - p.numpy()).mean()
            """,
            "rmse()": """
                import numpy as np
                return np.sqrt(np.mean((y.numpy() - p.numpy()) ** 2))
            """,
            "mape()": """
                import numpy as np
                y, p = y.numpy().ravel(), p.numpy().ravel()
                return np.mean(np.abs(1 - p[y != 0] / y[y != 0])) * 100
            """,
            "mase()": """
                import numpy as np
                h = historia.numpy()
                return np.abs(y.numpy() - p.numpy()).mean() / np.abs(h[m:] - h[:-m]).mean()
            """,
            "umbral()": """
                import numpy as np
                e = errores.numpy()
                return np.mean(e) + k * np.std(e)
            """,
            "detecta()": "return errores.numpy() > float(umbral)",
            "precision_recall()": """
                tabla = torch.bincount(2 * verdaderas.long() + detectadas.long(), minlength=4)
                tn, fp, fn, tp = tabla.tolist()
                precision = tp / (tp + fp) if tp + fp > 0 else 0
                recall = tp / (tp + fn) if tp + fn > 0 else 0
                return precision, recall, (2 * tp / (2 * tp + fp + fn) if tp else 0)
            """,
        },
    ),
    Variant(
        "torch.div and addcmul; nonzero; nan_to_num; columns of x.T",
        {
            "Escalador.transforma()": "return torch.div(torch.sub(x, self.mu), self.sigma)",
            "Escalador.invierte()": "return torch.addcmul(self.mu, z, self.sigma)",
            "rmse()": "return torch.sqrt(torch.mean(torch.square(p - y)))",
            "mape()": """
                lugares = torch.nonzero(y.flatten()).flatten()
                y, p = y.flatten()[lugares], p.flatten()[lugares]
                return torch.mean(torch.abs(100 * (p - y) / y))
            """,
            "precision_recall()": """
                vp = torch.logical_and(detectadas, verdaderas).sum().double()
                P = torch.nan_to_num(vp / detectadas.sum())
                R = torch.nan_to_num(vp / verdaderas.sum())
                return P, R, torch.nan_to_num(2 * P * R / (P + R))
            """,
            "modeloSerie": """
                class modeloSerie(torch.nn.Module):
                    def __init__(self, hidden_size, horizonte):
                        super().__init__()
                        self.hidden_size = hidden_size
                        self.fc = torch.nn.Linear(hidden_size, horizonte)
                        self.celda = torch.nn.GRUCell(input_size=1, hidden_size=hidden_size)

                    def forward(self, x):
                        estado = torch.zeros(len(x), self.hidden_size).to(x)
                        for columna in x.T:
                            estado = self.celda(columna.reshape(-1, 1), estado)
                        return self.fc(estado)
            """,
        },
    ),
)

VARIANTS = (*_DATA, *_FORECASTS, *_MEASURES)
