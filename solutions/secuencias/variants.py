"""Right solutions as different people write them; see `grader.validation.solutions.Variant`.

Each fills in what it names and is the reference in all else; all of them must get full marks.
"""

from __future__ import annotations

from grader.validation.solutions import Variant

_BATCHES = (
    Variant(
        "lists and cat; repeat; masks by broadcasting",
        {
            "rellena()": """
                T = max(s.shape[0] for s in secuencias)
                filas = []
                for s in secuencias:
                    falta = torch.full((T - s.shape[0], s.shape[1]), valor, dtype=s.dtype)
                    filas.append(torch.cat([s, falta.to(s.device)]))
                return torch.stack(filas), torch.tensor([s.size(0) for s in secuencias])
            """,
            "crea_mascara()": """
                columnas = longitudes.max() if T is None else T
                return torch.arange(columnas).repeat(len(longitudes), 1) < longitudes[:, None]
            """,
            "collate_fn()": """
                xs, ys = zip(*batch)
                lote, longitudes = rellena(list(xs), 0.0)
                return lote, longitudes, torch.LongTensor(ys)
            """,
            "media_enmascarada()": """
                x = x.masked_fill(~mascara[..., None], 0)
                n = mascara.sum(1, keepdim=True)
                return torch.where(n > 0, x.sum(1) / n, torch.zeros_like(x[:, 0]))
            """,
            "perdida_enmascarada()": """
                return F.cross_entropy(logits[mascara], objetivos[mascara])
            """,
            "ultimo_estado()": """
                return torch.stack([hs[b, n - 1] for b, n in enumerate(longitudes)])
            """,
        },
    ),
    Variant(
        "F.pad; ones and cumsum; collate by hand; nan_to_num",
        {
            "rellena()": """
                largos = torch.tensor([len(s) for s in secuencias])
                T = int(largos.max())
                lote = torch.stack([
                    F.pad(s, (0, 0, 0, T - len(s)), value=valor) for s in secuencias
                ])
                return lote, largos
            """,
            "crea_mascara()": """
                n = int(longitudes.max()) if T is None else T
                unos = torch.ones(len(longitudes), n, dtype=torch.long)
                return unos.cumsum(1) <= longitudes.view(-1, 1)
            """,
            "collate_fn()": """
                longitudes = torch.tensor([x.shape[0] for x, _ in batch])
                lote = torch.zeros(len(batch), int(longitudes.max()), batch[0][0].shape[1])
                for i, (x, _) in enumerate(batch):
                    lote[i, : x.shape[0], :] = x
                y = torch.tensor([int(y) for _, y in batch], dtype=torch.int64)
                return lote, longitudes, y
            """,
            "media_enmascarada()": """
                m = mascara.float().unsqueeze(2)
                return torch.nan_to_num((x * m).sum(1) / m.sum(1))
            """,
            "perdida_enmascarada()": """
                B, T, C = logits.shape
                objetivos = torch.where(mascara, objetivos, torch.full_like(objetivos, -100))
                return F.cross_entropy(
                    logits.reshape(B * T, C), objetivos.reshape(-1), ignore_index=-100
                )
            """,
            "ultimo_estado()": """
                indice = (longitudes - 1).view(-1, 1, 1).expand(-1, 1, hs.size(2))
                return hs.gather(1, indice).squeeze(1)
            """,
        },
    ),
    Variant(
        "everything in loops over samples and steps",
        {
            "rellena()": """
                T = 0
                for s in secuencias:
                    if s.shape[0] > T:
                        T = s.shape[0]
                D = secuencias[0].shape[1]
                lote = torch.zeros(len(secuencias), T, D, dtype=secuencias[0].dtype)
                longitudes = []
                for b in range(len(secuencias)):
                    n = secuencias[b].shape[0]
                    longitudes.append(n)
                    for t in range(T):
                        for d in range(D):
                            lote[b, t, d] = secuencias[b][t, d] if t < n else valor
                return lote, torch.tensor(longitudes)
            """,
            "crea_mascara()": """
                if T is None:
                    T = max(longitudes.tolist())
                filas = []
                for n in longitudes.tolist():
                    filas.append([True] * n + [False] * (T - n))
                return torch.tensor(filas)
            """,
            "media_enmascarada()": """
                salida = torch.zeros(x.shape[0], x.shape[2], dtype=x.dtype)
                for b in range(x.shape[0]):
                    reales = x[b][mascara[b]]
                    if len(reales) > 0:
                        salida[b] = reales.mean(0)
                return salida
            """,
            "perdida_enmascarada()": """
                total, n = 0.0, 0
                for b in range(logits.shape[0]):
                    for t in range(logits.shape[1]):
                        if mascara[b, t]:
                            total = total - logits[b, t].log_softmax(0)[objetivos[b, t]]
                            n = n + 1
                return total / n if n else torch.tensor(0.0)
            """,
            "empaqueta()": """
                B, T = lote.shape[0], lote.shape[1]
                orden = sorted(range(B), key=lambda b: int(longitudes[b]), reverse=True)
                datos, batch_sizes = [], []
                for t in range(T):
                    n = 0
                    for b in orden:
                        if longitudes[b] > t:
                            datos.append(lote[b, t])
                            n += 1
                    batch_sizes.append(n)
                return torch.stack(datos), torch.tensor(batch_sizes), torch.tensor(orden)
            """,
            "desempaqueta()": """
                T, B = len(batch_sizes), int(batch_sizes[0])
                lote = torch.zeros(B, T, datos.shape[1], dtype=datos.dtype)
                longitudes = torch.zeros(B, dtype=torch.long)
                k = 0
                for t in range(T):
                    for i in range(int(batch_sizes[t])):
                        b = int(orden[i])
                        lote[b, t] = datos[k]
                        longitudes[b] = t + 1
                        k += 1
                return lote, longitudes
            """,
            "invierte()": """
                salida = lote.clone()
                for b, n in enumerate(longitudes.tolist()):
                    salida[b, :n] = lote[b, :n].flip(0)
                return salida
            """,
            "agrupa_por_longitud()": """
                pares = sorted((int(n), i) for i, n in enumerate(longitudes))
                lotes, actual = [], []
                for _, i in pares:
                    actual.append(i)
                    if len(actual) == tam_batch:
                        lotes.append(actual)
                        actual = []
                if actual:
                    lotes.append(actual)
                return lotes
            """,
        },
    ),
)

_PACKS = (
    Variant(
        "packed through the mask of the sorted batch, transposed",
        {
            "empaqueta()": """
                largos, orden = longitudes.sort(descending=True)
                viva = torch.arange(lote.shape[1])[:, None] < largos[None]      # (T, B)
                datos = lote[orden].transpose(0, 1)[viva]
                return datos, viva.sum(1), orden
            """,
            "desempaqueta()": """
                B, T = int(batch_sizes[0]), len(batch_sizes)
                viva = torch.arange(B)[None] < batch_sizes[:, None]              # (T, B)
                por_pasos = datos.new_zeros(T, B, datos.shape[1])
                por_pasos[viva] = datos
                inversa = torch.argsort(orden)
                return por_pasos.transpose(0, 1)[inversa], viva.sum(0)[inversa]
            """,
            "agrupa_por_longitud()": """
                orden = torch.argsort(longitudes, descending=True)
                return [trozo.tolist() for trozo in orden.split(tam_batch)]
            """,
        },
    ),
    Variant(
        "split; ties the other way round; lists of tensors",
        {
            "empaqueta()": """
                orden = torch.argsort(longitudes, stable=True).flip(0)
                ordenado, largos = lote[orden], longitudes[orden]
                batch_sizes = torch.stack([(largos > t).sum() for t in range(lote.size(1))])
                trozos = []
                for t in range(lote.size(1)):
                    trozos.append(ordenado[: batch_sizes[t], t, :])
                return torch.cat(trozos, 0), batch_sizes, orden
            """,
            "desempaqueta()": """
                pasos = datos.split(batch_sizes.tolist())
                B = len(orden)
                lote = torch.stack([F.pad(p, (0, 0, 0, B - len(p))) for p in pasos], 1)
                largos = (torch.arange(B)[:, None] < batch_sizes).sum(1)
                salida, longitudes = torch.empty_like(lote), torch.empty_like(largos)
                salida[orden] = lote
                longitudes[orden] = largos
                return salida, longitudes
            """,
            "agrupa_por_longitud()": """
                return list(longitudes.argsort().split(tam_batch))
            """,
        },
    ),
)

_RUNS = (
    Variant(
        "m*a + (1-m)*b; masks from crea_mascara",
        {
            "corre()": """
                B, T = x.shape[0], x.shape[1]
                if h0 is None:
                    h0 = torch.zeros(B, celda.hidden_size, dtype=x.dtype, device=x.device)
                m = crea_mascara(longitudes, T).to(x.dtype)
                h, salidas = h0, []
                for t in range(T):
                    mt = m[:, t:t + 1]
                    h = mt * celda(x[:, t, :], h) + (1 - mt) * h
                    salidas.append((mt * h).unsqueeze(1))
                return torch.cat(salidas, dim=1), h
            """,
            "invierte()": """
                T = lote.size(1)
                i = (longitudes[:, None] - 1 - torch.arange(T)[None]) % T
                return lote.gather(1, i[:, :, None].expand_as(lote))
            """,
        },
    ),
    Variant(
        "sample by sample, cut to its length",
        {
            "corre()": """
                hs = torch.zeros(x.shape[0], x.shape[1], celda.hidden_size, dtype=x.dtype)
                finales = []
                for b, n in enumerate(longitudes.tolist()):
                    h = x.new_zeros(1, celda.hidden_size) if h0 is None else h0[b:b + 1]
                    for t in range(n):
                        h = celda(x[b:b + 1, t], h)
                        hs[b, t] = h[0]
                    finales.append(h[0])
                return hs, torch.stack(finales)
            """,
            "invierte()": """
                filas = []
                for x, n in zip(lote, longitudes.tolist()):
                    filas.append(torch.cat([x[:n].flip(0), torch.zeros_like(x[n:])]))
                return torch.stack(filas)
            """,
        },
    ),
    Variant(
        "packed: only the samples that are alive go through the cell",
        {
            "corre()": """
                datos, batch_sizes, orden = empaqueta(x, longitudes)
                h = x.new_zeros(len(x), celda.hidden_size) if h0 is None else h0[orden]
                salidas = []
                for x_t in datos.split(batch_sizes.tolist()):
                    n = len(x_t)
                    vivas = celda(x_t, h[:n])
                    h = torch.cat([vivas, h[n:]])
                    salidas.append(vivas)
                hs, _ = desempaqueta(torch.cat(salidas), batch_sizes, orden)
                return hs, h[torch.argsort(orden)]
            """,
        },
    ),
    Variant(
        "all states first, then gathered and masked",
        {
            "corre()": """
                h = h0
                if h is None:
                    h = torch.zeros((x.size(0), celda.weight_hh.size(1))).to(x)
                todos = []
                for x_t in x.transpose(0, 1):
                    h = celda(x_t, h)
                    todos.append(h)
                todos = torch.stack(todos).transpose(0, 1)
                h_n = ultimo_estado(todos, longitudes)
                return todos * crea_mascara(longitudes, x.size(1))[:, :, None], h_n
            """,
        },
    ),
    Variant(
        "the two directions step by step, backwards from each end",
        {
            "modeloBidireccional.forward()": """
                B, T, _ = x.shape
                H = self.adelante.hidden_size
                real = torch.arange(T)[None] < longitudes[:, None]
                a = b = torch.zeros(B, H, dtype=x.dtype)
                ida, vuelta = [None] * T, [None] * T
                for t in range(T):
                    m = real[:, t, None]
                    a = torch.where(m, self.adelante(x[:, t], a), a)
                    ida[t] = torch.where(m, a, torch.zeros_like(a))
                for t in reversed(range(T)):
                    m = real[:, t, None]
                    b = torch.where(m, self.atras(x[:, t], b), b)
                    vuelta[t] = torch.where(m, b, torch.zeros_like(b))
                ida, vuelta = torch.stack(ida, 1), torch.stack(vuelta, 1)
                if self.combina == "suma":
                    return ida + vuelta, a + b
                return torch.cat((ida, vuelta), 2), torch.cat((a, b), 1)
            """,
        },
    ),
    Variant(
        "the stack a step at a time, all layers at once",
        {
            "modeloApilado.__init__()": """
                self.capas = torch.nn.ModuleList()
                for k in range(num_layers):
                    entrada = input_size if k == 0 else hidden_size
                    self.capas.append(torch.nn.GRUCell(input_size=entrada, hidden_size=hidden_size))
                self.hidden_size = hidden_size
            """,
            "modeloApilado.forward()": """
                h = [x.new_zeros(x.size(0), self.hidden_size) for _ in self.capas]
                salidas = []
                for t in range(x.size(1)):
                    sigue = (longitudes > t).view(-1, 1)
                    entrada = x[:, t]
                    for k, capa in enumerate(self.capas):
                        h[k] = torch.where(sigue, capa(entrada, h[k]), h[k])
                        entrada = h[k]
                    salidas.append(entrada.masked_fill(~sigue, 0))
                return torch.stack(salidas, 1), torch.stack(h, 0)
            """,
        },
    ),
    Variant(
        "a dict of ways to combine; a base class; properties",
        {
            "modeloBidireccional": """
                class DosCeldas(torch.nn.Module):
                    def __init__(self, entrada, oculto):
                        super().__init__()
                        self.adelante = torch.nn.GRUCell(entrada, oculto)
                        self.atras = torch.nn.GRUCell(entrada, oculto)

                    def lee(self, x, n):
                        ida, fin_ida = corre(self.adelante, x, n)
                        vuelta, fin_vuelta = corre(self.atras, invierte(x, n), n)
                        return (ida, invierte(vuelta, n)), (fin_ida, fin_vuelta)


                class modeloBidireccional(DosCeldas):
                    FORMAS = {
                        "concat": lambda par: torch.cat(par, dim=-1),
                        "suma": lambda par: par[0] + par[1],
                    }

                    def __init__(self, input_size, hidden_size, combina="concat"):
                        super().__init__(input_size, hidden_size)
                        self.junta = self.FORMAS[combina]

                    def forward(self, x, longitudes):
                        salidas, finales = self.lee(x, longitudes)
                        return self.junta(salidas), self.junta(finales)
            """,
        },
    ),
    Variant(
        "numpy for what has no gradient; float32 for the rest",
        {
            "crea_mascara()": """
                import numpy as np
                n = np.asarray(longitudes)
                T = n.max() if T is None else T
                return torch.from_numpy(np.arange(T)[None, :] < n[:, None])
            """,
            "agrupa_por_longitud()": """
                import numpy as np
                orden = np.argsort(longitudes.numpy(), kind="stable")
                return [orden[i:i + tam_batch] for i in range(0, len(orden), tam_batch)]
            """,
            "media_enmascarada()": """
                pesos = mascara.float() / mascara.float().sum(1, keepdim=True).clamp(min=1.0)
                reales = x.float().masked_fill(~mascara[:, :, None], 0.0)
                return torch.einsum("bt,btd->bd", pesos, reales)
            """,
        },
    ),
)

VARIANTS = (*_BATCHES, *_PACKS, *_RUNS)
