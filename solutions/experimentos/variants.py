"""Right solutions as different people write them; see `grader.validation.solutions.Variant`.

Each fills in what it names and is the reference in all else; all of them must get full marks.
"""

from __future__ import annotations

from grader.validation.solutions import Variant

_COUNTS = (
    Variant(
        "closed formulas, a dict of gates",
        {
            "cuenta_parametros()": """
                m = 1 + 2 * (tipo == "GRU") + 3 * (tipo == "LSTM")
                D, I, H = 1 + int(bidireccional), input_size, hidden_size
                primera = D * m * H * (I + H + 2)
                otras = D * m * H * (D * H + H + 2)
                return primera + (num_layers - 1) * otras
            """,
            "cuenta_operaciones()": """
                puertas_de = dict(RNN=1, GRU=3, LSTM=4)
                operaciones = 0
                for t in range(T):
                    for pieza in range(puertas_de[tipo]):
                        operaciones += hidden_size * input_size
                        operaciones += hidden_size**2
                return operaciones
            """,
        },
    ),
    Variant(
        "shapes that are multiplied, and tensors of one number",
        {
            "cuenta_parametros()": """
                if tipo == "RNN":
                    G = 1
                elif tipo == "GRU":
                    G = 3
                else:
                    G = 4
                formas = []
                entra = input_size
                for _ in range(num_layers):
                    for _ in range(2 if bidireccional else 1):
                        formas += [(G * hidden_size, entra), (G * hidden_size, hidden_size)]
                        formas += [(G * hidden_size,), (G * hidden_size,)]
                    entra = hidden_size * (2 if bidireccional else 1)
                return torch.tensor(sum(math.prod(forma) for forma in formas))
            """,
            "cuenta_operaciones()": """
                return np.int64(T * {"LSTM": 4, "GRU": 3, "RNN": 1}[tipo] * (input_size * hidden_size + hidden_size * hidden_size))
            """,
        },
    ),
    Variant(
        "recursion over layers; meta tensors",
        {
            "cuenta_parametros()": """
                lados = 2 if bidireccional else 1
                piezas = ["RNN", "?", "GRU", "LSTM"].index(tipo) + 1

                def capa(n, leidos):
                    if n == 0:
                        return 0
                    W = torch.empty(piezas * hidden_size, leidos, device="meta")
                    U = torch.empty(piezas * hidden_size, hidden_size, device="meta")
                    return lados * (W.numel() + U.numel() + 2 * len(W)) + capa(n - 1, lados * hidden_size)

                return capa(num_layers, input_size)
            """,
            "cuenta_operaciones()": """
                piezas = ["RNN", "?", "GRU", "LSTM"].index(tipo) + 1
                W = torch.empty(piezas * hidden_size, input_size + hidden_size, device="meta")
                return W.numel() * T
            """,
        },
    ),
)
_EXPERIMENTS = (
    Variant(
        "seeds outside, all models first, GPUs too",
        {
            "fija_semillas()": """
                os.environ["PYTHONHASHSEED"] = str(semilla)
                torch.manual_seed(semilla)
                if torch.cuda.is_available():
                    torch.cuda.manual_seed_all(semilla)
                np.random.seed(semilla % 2**32)
                random.seed(semilla)
                return semilla
            """,
            "compara()": """
                resultados = {nombre: [] for nombre in fabricas}
                for semilla in semillas:
                    modelos = {}
                    for nombre in fabricas:
                        fija_semillas(semilla)
                        modelos[nombre] = fabricas[nombre]()
                    for nombre, modelo in modelos.items():
                        entrena(modelo)
                    for nombre, modelo in modelos.items():
                        resultados[nombre] += [float(evalua(modelo))]
                return resultados
            """,
            "cronometra()": """
                tiempos = []
                for k in range(calentamiento + repeticiones):
                    antes = reloj()
                    f()
                    despues = reloj()
                    tiempos.append(despues - antes)
                return np.median(tiempos[calentamiento:])
            """,
        },
    ),
    Variant(
        "comprehensions, tensors and arrays for lists, seeded again before training",
        {
            "compara()": """
                def una(fabrica, semilla):
                    fija_semillas(semilla)
                    modelo = fabrica()
                    fija_semillas(semilla)
                    entrena(modelo)
                    return evalua(modelo)

                return {n: torch.tensor([una(f, s) for s in semillas]).double() for n, f in fabricas.items()}
            """,
            "cronometra()": """
                [f() for _ in range(calentamiento)]
                lecturas = [reloj()]
                while len(lecturas) <= repeticiones:
                    f()
                    lecturas.append(reloj())
                return torch.tensor(lecturas, dtype=torch.float64).diff().median()
            """,
        },
    ),
    Variant(
        "seeds set by hand, a defaultdict, arrays; the middle of what is sorted",
        {
            "compara()": """
                from collections import defaultdict

                salida = defaultdict(list)
                for nombre in fabricas.keys():
                    for i in range(len(semillas)):
                        random.seed(semillas[i])
                        np.random.seed(semillas[i])
                        torch.manual_seed(semillas[i])
                        red = fabricas[nombre]()
                        entrena(red)
                        r = evalua(red)
                        print(nombre, semillas[i], r)
                        salida[nombre].append(r)
                for nombre in salida:
                    salida[nombre] = np.array(salida[nombre])
                return salida
            """,
            "cronometra()": """
                i = 0
                while i < calentamiento:
                    f()
                    i += 1
                tiempos = np.zeros(repeticiones)
                for i in range(repeticiones):
                    t0 = reloj()
                    f()
                    t1 = reloj()
                    tiempos[i] = t1 - t0
                return sorted(tiempos)[repeticiones // 2]
            """,
        },
    ),
)
_POINTS = (
    Variant(
        "a list, a CPU map, an explicit weights_only",
        {
            "guarda_punto()": """
                with open(ruta, "wb") as archivo:
                    torch.save([epoca, modelo.state_dict(), optimizador.state_dict(), generador.get_state()], archivo)
            """,
            "carga_punto()": """
                with open(ruta, "rb") as archivo:
                    epoca, pesos, memoria, estado = torch.load(archivo, map_location="cpu", weights_only=True)
                optimizador.load_state_dict(memoria)
                modelo.load_state_dict(pesos, strict=True)
                generador.set_state(estado)
                return int(epoca)
            """,
        },
    ),
    Variant(
        "whole objects in a pickle",
        {
            "guarda_punto()": """
                torch.save((modelo, optimizador, torch.tensor(epoca), generador.get_state()), ruta)
            """,
            "carga_punto()": """
                otro, adam, epoca, estado = torch.load(ruta, weights_only=False)
                modelo.load_state_dict(otro.state_dict())
                optimizador.load_state_dict(adam.state_dict())
                generador.set_state(estado)
                return epoca
            """,
        },
    ),
    Variant(
        "pickle itself, copied tensor by tensor",
        {
            "guarda_punto()": """
                import pickle

                pesos = {clave: uno.detach().cpu().numpy().copy() for clave, uno in modelo.state_dict().items()}
                todo = dict(pesos=pesos, opt=optimizador.state_dict(), rng=generador.get_state().numpy(), epoca=epoca)
                with open(ruta, "wb") as f:
                    pickle.dump(todo, f)
            """,
            "carga_punto()": """
                import pickle

                with open(ruta, "rb") as f:
                    todo = pickle.load(f)
                with torch.no_grad():
                    for clave, uno in modelo.state_dict().items():
                        uno.copy_(torch.as_tensor(todo["pesos"][clave]))
                optimizador.load_state_dict(todo["opt"])
                generador.set_state(torch.from_numpy(todo["rng"].copy()))
                return todo["epoca"]
            """,
        },
    ),
)
_WATCHED = (
    Variant(
        "clipping at infinity; hooks",
        {
            "registra()": """
                modelo.train()
                perdidas, normas = [], []
                for i, (entradas, objetivos) in enumerate(lotes):
                    salida = modelo(entradas)
                    loss = perdida(salida, objetivos)
                    optimizador.zero_grad(set_to_none=False)
                    loss.backward()
                    norma = torch.nn.utils.clip_grad_norm_(modelo.parameters(), float("inf"))
                    optimizador.step()
                    perdidas.append(loss.item())
                    normas.append(norma.item())
                return {"perdida": perdidas, "norma_gradiente": normas}
            """,
            "puertas()": """
                sumas = {"x": [], "h": []}
                ganchos = [
                    celda.x_fc.register_forward_hook(lambda _, dado, y: sumas["x"].append(y)),
                    celda.h_fc.register_forward_hook(lambda _, dado, y: sumas["h"].append(y)),
                ]
                B, T, I = x.shape
                H = celda.h_fc.weight.shape[1]
                estado = (torch.zeros(B, H, dtype=x.dtype), torch.zeros(B, H, dtype=x.dtype))
                for t in range(T):
                    estado = celda(x[:, t], estado)
                for gancho in ganchos:
                    gancho.remove()
                s = torch.sigmoid(torch.stack(sumas["x"], 1) + torch.stack(sumas["h"], 1))
                return {"i": s[:, :, :H], "f": s[:, :, H : 2 * H], "o": s[:, :, 3 * H :]}
            """,
        },
    ),
    Variant(
        "gradients cleared at the end, one long vector; the cell written again",
        {
            "registra()": """
                historia = {"perdida": [], "norma_gradiente": []}
                optimizador.zero_grad()
                for lote in lotes:
                    x, y = lote
                    L = perdida(modelo(x), y)
                    L.backward()
                    historia["perdida"].append(L.detach())
                    optimizador.step()
                    g = torch.cat([p.grad.flatten() for p in modelo.parameters()])
                    historia["norma_gradiente"].append(torch.linalg.vector_norm(g))
                    optimizador.zero_grad()
                return historia
            """,
            "puertas()": """
                B, T, _ = x.shape
                H = celda.hidden_size
                i, f, o = (x.new_empty(B, T, H) for _ in range(3))
                h, c = x.new_zeros(B, H), x.new_zeros(B, H)
                with torch.no_grad():
                    for t in range(T):
                        z = x[:, t] @ celda.x_fc.weight.T + celda.x_fc.bias
                        z = z + h @ celda.h_fc.weight.T + celda.h_fc.bias
                        i[:, t] = torch.sigmoid(z[:, :H])
                        f[:, t] = torch.sigmoid(z[:, H : 2 * H])
                        o[:, t] = torch.sigmoid(z[:, 3 * H :])
                        c = f[:, t] * c + i[:, t] * torch.tanh(z[:, 2 * H : 3 * H])
                        h = o[:, t] * torch.tanh(c)
                return dict(f=f, o=o, i=i)
            """,
        },
    ),
    Variant(
        "norm of norms, NumPy for what is noted; gates before the step",
        {
            "registra()": """
                p_lista, n_lista = [], []
                for x, y in lotes:
                    modelo.zero_grad()
                    y_hat = modelo(x)
                    J = perdida(y_hat, y)
                    J.backward()
                    n_lista.append(math.sqrt(sum(p.grad.norm(2).item() ** 2 for p in modelo.parameters())))
                    p_lista.append(J.item())
                    optimizador.step()
                return {"norma_gradiente": np.array(n_lista), "perdida": np.array(p_lista)}
            """,
            "puertas()": """
                h, c = torch.zeros(len(x), celda.hidden_size).to(x), torch.zeros(len(x), celda.hidden_size).to(x)
                todo = []
                for paso in range(x.shape[1]):
                    x_t = x[:, paso, :]
                    piezas = (celda.x_fc(x_t) + celda.h_fc(h)).reshape(len(x), 4, -1).sigmoid()
                    todo.append(piezas)
                    h, c = celda(x_t, (h, c))
                todo = torch.stack(todo).permute(2, 1, 0, 3)
                return {"i": todo[0], "f": todo[1], "o": todo[3]}
            """,
        },
    ),
)
_SEARCHES = (
    Variant(
        "recursion and a running best; logarithms",
        {
            "busqueda_rejilla()": """
                nombres = list(espacio)
                resultados = []

                def prueba(k, config):
                    if k == len(nombres):
                        resultados.append((config, objetivo(config)))
                        return
                    for valor in espacio[nombres[k]]:
                        prueba(k + 1, {**config, nombres[k]: valor})

                prueba(0, {})
                mejor, menor = None, math.inf
                for config, valor in resultados:
                    if valor < menor:
                        mejor, menor = config, valor
                return mejor, resultados
            """,
            "busqueda_aleatoria()": """
                historia, mejor, mejor_valor = [], None, float("inf")
                for i in range(n):
                    config = dict()
                    for nombre in espacio:
                        bajo, alto, escala = espacio[nombre]
                        r = torch.rand((), generator=generador).item()
                        if escala == "lineal":
                            config[nombre] = (1 - r) * bajo + r * alto
                        else:
                            config[nombre] = 10 ** (math.log10(bajo) + r * (math.log10(alto) - math.log10(bajo)))
                    valor = objetivo(config)
                    historia.append([config, valor])
                    if valor < mejor_valor:
                        mejor_valor, mejor = valor, config.copy()
                return mejor, historia
            """,
        },
    ),
    Variant(
        "indices, one dict that is copied; all draws at once",
        {
            "busqueda_rejilla()": """
                config, todas = {}, []
                tamanos = [len(v) for v in espacio.values()]
                for lugar in np.ndindex(*tamanos):
                    for (nombre, valores), k in zip(espacio.items(), lugar):
                        config[nombre] = valores[k]
                    todas.append((dict(config), objetivo(dict(config))))
                return sorted(todas, key=lambda uno: uno[1])[0][0], todas
            """,
            "busqueda_aleatoria()": """
                u = torch.rand(n, len(espacio), generator=generador, dtype=torch.float64)
                for j, (bajo, alto, escala) in enumerate(espacio.values()):
                    if escala == "log":
                        u[:, j] = torch.exp(math.log(bajo) + u[:, j] * math.log(alto / bajo))
                    else:
                        u[:, j] = bajo + (alto - bajo) * u[:, j]
                configs = [dict(zip(espacio, fila.tolist())) for fila in u]
                valores = [objetivo(c) for c in configs]
                return configs[int(np.argmin(valores))], list(zip(configs, valores))
            """,
        },
    ),
    Variant(
        "a best with its value; uniform_ and tensors for values",
        {
            "busqueda_rejilla()": """
                nombres, listas = zip(*espacio.items())
                configs = [dict(zip(nombres, v)) for v in itertools.product(*listas)]
                pares = tuple((c, objetivo(c)) for c in configs)
                return min(pares, key=lambda p: p[1]), pares
            """,
            "busqueda_aleatoria()": """
                pares = []
                while len(pares) < n:
                    c = {}
                    for k, v in espacio.items():
                        if v[2] == "log":
                            c[k] = torch.empty(1, dtype=torch.float64).uniform_(math.log(v[0]), math.log(v[1]), generator=generador).exp()[0]
                        else:
                            c[k] = torch.empty(1, dtype=torch.float64).uniform_(v[0], v[1], generator=generador)[0]
                    pares.append((c, objetivo(c)))
                return min(pares, key=lambda p: p[1])[0], pares
            """,
        },
    ),
)
_BAYES = (
    Variant(
        "Cholesky; torch's normal distribution; a tensor for an index",
        {
            "proceso_gaussiano()": """
                def k(A, B):
                    return torch.exp(-0.5 * ((A[:, None, :] / escala - B[None, :, :] / escala) ** 2).sum(2))

                n = X.shape[0]
                L = torch.linalg.cholesky(k(X, X) + ruido * torch.eye(n).to(X))
                alfa = torch.cholesky_solve(y.reshape(-1, 1), L)
                ks = k(X, X_nuevo)
                v = torch.linalg.solve_triangular(L, ks, upper=False)
                return (ks.T @ alfa).squeeze(1), 1.0 - (v * v).sum(0)
            """,
            "mejora_esperada()": """
                sigma = varianza.sqrt()
                N = torch.distributions.Normal(0.0, 1.0)
                mejora = torch.zeros_like(media)
                for j in range(len(media)):
                    if sigma[j] == 0:
                        mejora[j] = max(mejor - media[j], 0.0)
                    else:
                        z = (mejor - media[j]) / sigma[j]
                        mejora[j] = (mejor - media[j]) * N.cdf(z) + sigma[j] * N.log_prob(z).exp()
                return mejora
            """,
            "propone()": """
                mu, var = proceso_gaussiano(X, y, candidatos, escala, ruido)
                return torch.argmax(mejora_esperada(mu, var, torch.min(y)))
            """,
        },
    ),
    Variant(
        "NumPy and an inverse",
        {
            "proceso_gaussiano()": """
                A, t, N = np.asarray(X), np.asarray(y), np.asarray(X_nuevo)

                def rbf(P, Q):
                    d2 = (P**2).sum(1)[:, None] + (Q**2).sum(1)[None, :] - 2 * P @ Q.T
                    return np.exp(-d2 / (2 * float(escala) ** 2))

                inv = np.linalg.inv(rbf(A, A) + float(ruido) * np.eye(len(A)))
                ks = rbf(N, A)
                return ks @ inv @ t, 1 - np.einsum("ij,jk,ik->i", ks, inv, ks)
            """,
            "mejora_esperada()": """
                m, s = np.asarray(media), np.sqrt(np.asarray(varianza))
                d = float(mejor) - m
                with np.errstate(divide="ignore", invalid="ignore"):
                    z = d / s
                Phi = np.array([0.5 * (1 + math.erf(v / math.sqrt(2))) for v in z])
                ei = d * Phi + s * np.exp(-0.5 * z**2) / np.sqrt(2 * np.pi)
                return np.where(s > 0, ei, np.maximum(d, 0))
            """,
            "propone()": """
                mu, var = proceso_gaussiano(X, y, candidatos, escala, ruido)
                return np.argmax(mejora_esperada(mu, var, y.numpy().min()))
            """,
        },
    ),
    Variant(
        "number by number, and the joint covariance",
        {
            "proceso_gaussiano()": """
                n, m = len(X), len(X_nuevo)
                todos = torch.cat([X, X_nuevo])
                C = torch.empty(n + m, n + m, dtype=X.dtype)
                for a in range(n + m):
                    for b in range(n + m):
                        C[a, b] = math.exp(-float(((todos[a] - todos[b]) ** 2).sum()) / (2 * escala * escala))
                K = C[:n, :n].clone()
                K.diagonal().add_(ruido)
                G = C[n:, :n] @ torch.linalg.inv(K)
                posterior = C[n:, n:] - G @ C[:n, n:]
                return G @ y, posterior.diagonal()
            """,
            "mejora_esperada()": """
                resultado = []
                for mu, v in zip(media.tolist(), varianza.tolist()):
                    s, d = v**0.5, float(mejor) - mu
                    if s < 1e-12:
                        resultado.append(max(d, 0.0))
                        continue
                    z = d / s
                    resultado.append(d * 0.5 * math.erfc(-z / 2**0.5) + s * math.exp(-z * z / 2) / (2 * math.pi) ** 0.5)
                return torch.tensor(resultado, dtype=media.dtype)
            """,
            "propone()": """
                mejor = y[y.argmin()]
                media, varianza = proceso_gaussiano(X, y, candidatos, escala, ruido)
                mejoras = list(mejora_esperada(media, varianza, mejor))
                return mejoras.index(max(mejoras))
            """,
        },
    ),
    Variant(
        "cdist, solve with columns; ndtr and nan_to_num",
        {
            "proceso_gaussiano()": """
                K = torch.exp(-torch.cdist(X, X) ** 2 / 2 / escala**2) + torch.diag(torch.full((len(X),), ruido, dtype=X.dtype))
                ks = torch.exp(-torch.cdist(X_nuevo, X) ** 2 / 2 / escala**2)
                S = torch.linalg.solve(K, torch.cat([y[:, None], ks.T], dim=1))
                return ks @ S[:, 0], 1 - (ks.T * S[:, 1:]).sum(0)
            """,
            "mejora_esperada()": """
                s = varianza.clamp(min=0).sqrt()
                d = mejor - media
                z = torch.nan_to_num(d / s, nan=0.0)
                return d * torch.special.ndtr(z) + s * torch.exp(-z.square() / 2) * 0.5 * math.sqrt(2 / math.pi)
            """,
            "propone()": """
                return mejora_esperada(*proceso_gaussiano(X, y, candidatos, escala, ruido), min(y)).argmax().item()
            """,
        },
    ),
)
VARIANTS = (*_COUNTS, *_EXPERIMENTS, *_POINTS, *_WATCHED, *_SEARCHES, *_BAYES)
