"""Right solutions as different people write them; see `grader.validation.solutions.Variant`.

Each fills in what it names and is the reference in all else; all of them must get full marks.
"""

from __future__ import annotations

from grader.validation.solutions import Variant

_TEXT = (
    Variant(
        "signs with spaces around, and split",
        {
            "tokeniza()": """
                texto = texto.lower()
                for signo in ".,;:!?¿¡":
                    texto = texto.replace(signo, f" {signo} ")
                return texto.split()
            """,
            "build_vocab()": """
                cuenta = {}
                for tokens in textos:
                    for token in tokens:
                        cuenta[token] = cuenta.get(token, 0) + 1
                vocab = {"<pad>": 0, "<unk>": 1, "<sos>": 2, "<eos>": 3}
                for token, veces in sorted(cuenta.items(), key=lambda par: (-par[1], par[0])):
                    if veces >= min_freq:
                        vocab[token] = len(vocab)
                return vocab
            """,
            "codifica()": """
                ids = []
                for token in tokens:
                    if token in vocab:
                        ids.append(vocab[token])
                    else:
                        ids.append(1)
                return ids
            """,
            "decodifica()": """
                salida = []
                for i in ids:
                    encontrado = [token for token, numero in vocab.items() if numero == i]
                    salida.append(encontrado[0] if encontrado else "<unk>")
                return salida
            """,
            "pares_lm()": """
                todo = [2, *ids, 3]
                return todo[:-1], todo[1:]
            """,
        },
    ),
    Variant(
        "character by character",
        {
            "tokeniza()": """
                tokens, palabra = [], ""
                for letra in texto.lower() + " ":
                    if letra.isalnum():
                        palabra += letra
                        continue
                    if palabra:
                        tokens.append(palabra)
                        palabra = ""
                    if letra in ".,;:!?¿¡":
                        tokens.append(letra)
                return tokens
            """,
            "build_vocab()": """
                todos = sorted(token for tokens in textos for token in tokens)
                distintos = sorted(set(todos))
                distintos.sort(key=todos.count, reverse=True)
                validos = [t for t in distintos if todos.count(t) >= min_freq]
                return dict(zip(ESPECIALES + validos, range(len(validos) + 4)))
            """,
            "codifica()": """
                return torch.tensor([vocab.get(t, 1) for t in tokens], dtype=torch.long)
            """,
            "decodifica()": """
                inverso = dict(zip(vocab.values(), vocab.keys()))
                return [inverso[int(i)] if int(i) in inverso else ESPECIALES[1] for i in ids]
            """,
            "pares_lm()": """
                entrada, objetivo = list(ids), list(ids)
                entrada.insert(0, vocab["<sos>"])
                objetivo.append(vocab["<eos>"])
                return (torch.tensor(entrada), torch.tensor(objetivo))
            """,
        },
    ),
    Variant(
        "an explicit alphabet; most_common over sorted tokens; copy and setdefault",
        {
            "tokeniza()": """
                patron = re.compile(r"[a-záéíóúüñ0-9]+|[^\\w\\s]", re.IGNORECASE)
                return [t.lower() for t in patron.findall(texto)]
            """,
            "build_vocab()": """
                cuenta = Counter()
                for tokens in textos:
                    cuenta.update(tokens)
                ordenada = Counter(dict(sorted(cuenta.items())))
                vocab = {}
                for token in ESPECIALES:
                    vocab.setdefault(token, len(vocab))
                for token, n in ordenada.most_common():
                    if n < min_freq:
                        break
                    vocab.setdefault(token, len(vocab))
                return vocab
            """,
            "codifica()": """
                try_unk = vocab["<unk>"]
                return list(map(lambda t: vocab[t] if t in vocab.keys() else try_unk, tokens))
            """,
            "decodifica()": """
                return ["<unk>" if i not in vocab.values() else next(t for t in vocab if vocab[t] == i) for i in ids]
            """,
        },
    ),
)

_MODEL = (
    Variant(
        "a list of logits, stacked; zeros by hand",
        {
            "modeloLenguaje.forward()": """
                B, T = x.shape
                if estado is None:
                    h = torch.zeros(B, self.lstm.hidden_size, dtype=self.fc.weight.dtype, device=x.device)
                    c = torch.zeros_like(h)
                    estado = (h, c)
                salidas = []
                for t in range(T):
                    estado = self.lstm(self.embedding(x[:, t]), estado)
                    salidas.append(self.fc(estado[0]))
                return torch.stack(salidas, 1), estado
            """,
            "clasificadorSentimiento.forward()": """
                h, c = None, None
                B, T = x.shape
                estado = None
                salida = torch.zeros(B, self.lstm.hidden_size, dtype=self.fc.weight.dtype, device=x.device)
                for t in range(T):
                    h, c = self.lstm(self.embedding(x[:, t]), estado)
                    estado = (h, c)
                    es_ultimo = (longitudes == t + 1).unsqueeze(1)
                    salida = torch.where(es_ultimo, h, salida)
                return self.fc(salida)
            """,
            "etiquetador.forward()": """
                B, T = x.shape
                H = self.adelante.hidden_size
                emb = self.embedding(x)
                filas = []
                for b in range(B):
                    n = int(longitudes[b])
                    ida, h = [], emb.new_zeros(1, H)
                    for t in range(n):
                        h = self.adelante(emb[b : b + 1, t], h)
                        ida.append(h)
                    vuelta, h = [], emb.new_zeros(1, H)
                    for t in range(n - 1, -1, -1):
                        h = self.atras(emb[b : b + 1, t], h)
                        vuelta.insert(0, h)
                    hs = torch.cat([torch.cat(ida), torch.cat(vuelta)], dim=1)
                    filas.append(torch.cat([hs, emb.new_zeros(T - n, 2 * H)]))
                return self.fc(torch.stack(filas))
            """,
        },
    ),
    Variant(
        "written into a tensor; the state frozen where the text has ended",
        {
            "modeloLenguaje.forward()": """
                B, T = x.size()
                h, c = (None, None) if estado is None else estado
                e = self.embedding(x).transpose(0, 1)
                hs = torch.empty(T, B, self.lstm.hidden_size, dtype=e.dtype, device=e.device)
                for t, e_t in enumerate(e):
                    h, c = self.lstm(e_t) if h is None else self.lstm(e_t, (h, c))
                    hs[t] = h
                return self.fc(hs.transpose(0, 1)), (h, c)
            """,
            "clasificadorSentimiento.forward()": """
                e = self.embedding(x)
                m = (torch.arange(x.size(1), device=x.device)[None] < longitudes[:, None]).to(e.dtype)
                h = e.new_zeros(len(x), self.lstm.hidden_size)
                c = h.clone()
                for t in range(x.size(1)):
                    h_n, c_n = self.lstm(e[:, t], (h, c))
                    m_t = m[:, t : t + 1]
                    h, c = m_t * h_n + (1 - m_t) * h, m_t * c_n + (1 - m_t) * c
                return self.fc(h)
            """,
            "etiquetador.forward()": """
                e = self.embedding(x)
                m = (torch.arange(x.size(1), device=x.device)[None] < longitudes[:, None]).to(e.dtype)
                f = b = e.new_zeros(len(x), self.adelante.hidden_size)
                hs = e.new_zeros(len(x), x.size(1), 2 * f.size(1))
                ida, vuelta = [], [None] * x.size(1)
                for t in range(x.size(1)):
                    f = self.adelante(e[:, t], f)
                    ida.append(f)
                for t in range(x.size(1) - 1, -1, -1):
                    b = m[:, t, None] * self.atras(e[:, t], b)
                    vuelta[t] = b
                return self.fc(torch.stack([torch.cat(par, -1) for par in zip(ida, vuelta)], 1))
            """,
        },
    ),
    Variant(
        "gather for the last state; the back way over a text turned round",
        {
            "modeloLenguaje.__init__()": """
                self.embedding = torch.nn.Embedding(vocab_size, emb_dim, padding_idx=0)
                self.hidden_size = hidden_size
                self.lstm = torch.nn.LSTMCell(input_size=emb_dim, hidden_size=hidden_size)
                self.fc = torch.nn.Linear(hidden_size, vocab_size)
            """,
            "clasificadorSentimiento.forward()": """
                estado, hs = None, []
                for e_t in self.embedding(x).unbind(dim=1):
                    estado = self.lstm(e_t, estado)
                    hs.append(estado[0])
                hs = torch.stack(hs, dim=0)
                donde = (longitudes - 1).view(1, -1, 1).expand(1, -1, hs.size(-1))
                return self.fc(hs.gather(0, donde)[0])
            """,
            "etiquetador.forward()": """
                B, T = x.shape
                pasos = torch.arange(T, device=x.device).expand(B, T)
                n = longitudes.unsqueeze(1)
                vuelto = torch.where(pasos < n, n - 1 - pasos, pasos)
                e = self.embedding(x)
                e_vuelto = torch.stack([fila[i] for fila, i in zip(e, vuelto)])

                def recorre(celda, entradas):
                    h, hs = None, []
                    for e_t in entradas.unbind(1):
                        h = celda(e_t, h)
                        hs.append(h)
                    return torch.stack(hs, 1)

                ida, vuelta = recorre(self.adelante, e), recorre(self.atras, e_vuelto)
                vuelta = torch.stack([fila[i] for fila, i in zip(vuelta, vuelto)])
                return self.fc(torch.cat((ida, vuelta), dim=2))
            """,
        },
    ),
    Variant(
        "a text at a time",
        {
            "clasificadorSentimiento.forward()": """
                respuestas = []
                for fila, n in zip(x, longitudes.tolist()):
                    h = c = torch.zeros(1, self.lstm.hidden_size, dtype=self.fc.weight.dtype)
                    for palabra in fila[:n]:
                        h, c = self.lstm(self.embedding(palabra).unsqueeze(0), (h, c))
                    respuestas.append(self.fc(h))
                return torch.cat(respuestas)
            """,
        },
    ),
)

_SURPRISE = (
    Variant(
        "cross_entropy of torch",
        {
            "perplejidad()": """
                V = logits.size(-1)
                ce = torch.nn.functional.cross_entropy(
                    logits.reshape(-1, V), objetivos.reshape(-1), ignore_index=0
                )
                return ce.exp()
            """,
            "probabilidades()": """
                z = logits / temperatura
                if k is not None:
                    k = min(k, logits.size(-1))
                    borde = torch.topk(z, k).values[:, -1:]
                    z = torch.where(z < borde, torch.tensor(float("-inf"), dtype=z.dtype), z)
                return torch.nn.functional.softmax(z, dim=-1)
            """,
            "muestrea()": """
                p = probabilidades(logits, temperatura=temperatura, k=k)
                return torch.multinomial(p, num_samples=1, generator=generador)[:, 0]
            """,
        },
    ),
    Variant(
        "a sum and a count, a float; only the k best are filled in",
        {
            "perplejidad()": """
                ce = torch.nn.CrossEntropyLoss(reduction="none")(logits.transpose(1, 2), objetivos)
                m = (objetivos != 0).to(ce.dtype)
                return math.exp((ce * m).sum().item() / m.sum().item())
            """,
            "probabilidades()": """
                if k is None or k > logits.shape[1]:
                    k = logits.shape[1]
                valores, indices = torch.topk(logits, k, dim=1)
                p = torch.zeros_like(logits)
                return p.scatter_(1, indices, torch.softmax(valores / temperatura, dim=1))
            """,
            "muestrea()": """
                acumulada = probabilidades(logits, temperatura, k).cumsum(dim=1)
                acumulada = acumulada / acumulada[:, -1:]
                u = torch.rand(len(logits), 1, generator=generador, dtype=logits.dtype)
                return (u >= acumulada).sum(dim=1).clamp(max=logits.size(1) - 1)
            """,
        },
    ),
    Variant(
        "loops in Python; sorted; torch.distributions where there is no generator",
        {
            "perplejidad()": """
                total, cuantas = 0.0, 0
                for fila, objetivo in zip(logits, objetivos):
                    for z, y in zip(fila, objetivo.tolist()):
                        if y == 0:
                            continue
                        total = total + torch.logsumexp(z, 0) - z[y]
                        cuantas += 1
                return torch.exp(total / cuantas)
            """,
            "probabilidades()": """
                orden = torch.argsort(logits, dim=1, descending=True)[:, :k]
                mejores = logits.gather(1, orden)
                e = torch.exp((mejores - mejores[:, :1]) / temperatura)
                return torch.zeros_like(logits).scatter(1, orden, e / e.sum(dim=1, keepdim=True))
            """,
            "muestrea()": """
                p = probabilidades(logits, temperatura, k)
                if generador is None:
                    return torch.distributions.Categorical(probs=p).sample()
                return torch.multinomial(p, 1, generator=generador).reshape(-1)
            """,
        },
    ),
    Variant(
        "log of the softmax; -1e9 by scatter; Gumbel",
        {
            "perplejidad()": """
                p = torch.softmax(logits, dim=2)
                B, T = objetivos.shape
                elegidas = p[torch.arange(B)[:, None], torch.arange(T)[None, :], objetivos]
                return float(torch.exp(-torch.log(elegidas)[objetivos.ne(0)].mean()))
            """,
            "probabilidades()": """
                z = logits.clone() / temperatura
                V = z.shape[-1]
                if k and k < V:
                    peores = torch.topk(z, V - k, dim=-1, largest=False)[1]
                    z.scatter_(-1, peores, float("-inf"))
                z = z - z.max(dim=-1, keepdim=True)[0]
                e = z.exp()
                return e / e.sum(-1, keepdim=True)
            """,
            "muestrea()": """
                p = probabilidades(logits, temperatura, k)
                ruido = torch.rand(p.shape, generator=generador).clamp(1e-30, 1 - 1e-7)
                return (torch.log(p) - torch.log(-torch.log(ruido))).argmax(dim=-1)
            """,
        },
    ),
)

_METRICS = (
    Variant(
        "indexing with the mask; tensors of one",
        {
            "exactitud()": """
                if not mascara.any():
                    return 0.0
                return (pred[mascara] == objetivos[mascara]).float().mean()
            """,
            "precision_recall_f1()": """
                p, y = pred[mascara], objetivos[mascara]
                VP = torch.sum((p == clase) & (y == clase)).float()
                dichas, ciertas = torch.sum(p == clase), torch.sum(y == clase)
                precision = VP / torch.clamp(dichas, min=1)
                recall = VP / torch.clamp(ciertas, min=1)
                suma = precision + recall
                f1 = 2 * precision * recall / suma if suma > 0 else torch.tensor(0.0)
                return precision, recall, f1
            """,
            "f1_macro()": """
                K = torch.cat([pred[mascara], objetivos[mascara]]).unique().tolist()
                if not K:
                    return 0
                return sum(precision_recall_f1(pred, objetivos, mascara, c)[2] for c in K) / len(K)
            """,
        },
    ),
    Variant(
        "counts in Python; F1 by its counts",
        {
            "exactitud()": """
                bien = total = 0
                for p, y, m in zip(pred.flatten().tolist(), objetivos.flatten().tolist(), mascara.flatten().tolist()):
                    if m:
                        total += 1
                        bien += p == y
                return bien / max(total, 1)
            """,
            "precision_recall_f1()": """
                pares = [
                    (p == clase, y == clase)
                    for p, y, m in zip(pred.view(-1), objetivos.view(-1), mascara.view(-1))
                    if m
                ]
                vp = sum(1 for p, y in pares if p and y)
                fp = sum(1 for p, y in pares if p and not y)
                fn = sum(1 for p, y in pares if y and not p)

                def entre(a, b):
                    return a / b if b != 0 else 0.0

                return [entre(vp, vp + fp), entre(vp, vp + fn), entre(2 * vp, 2 * vp + fp + fn)]
            """,
            "f1_macro()": """
                total, cuantas = 0.0, 0
                for clase in range(clases):
                    dicha = (pred == clase) & mascara
                    cierta = (objetivos == clase) & mascara
                    union = int(dicha.sum() + cierta.sum())
                    if union == 0:
                        continue
                    total += 2 * int((dicha & cierta).sum()) / union
                    cuantas += 1
                return total / cuantas if cuantas else 0.0
            """,
        },
    ),
)

VARIANTS = (*_TEXT, *_MODEL, *_SURPRISE, *_METRICS)
