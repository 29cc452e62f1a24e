"""Right solutions as different people write them; see `grader.validation.solutions.Variant`.

Each fills in what it names and is the reference in all else; all of them must get full marks.
"""

from __future__ import annotations

from grader.validation.solutions import Variant

_READING = (
    Variant(
        "a mask of all steps; states stacked first, zeros afterwards",
        {
            "Encoder.forward()": """
                B, N = src.shape
                mascara = torch.arange(N, device=src.device)[None, :] < longitudes[:, None]
                x = self.embedding(src)
                h = torch.zeros(B, self.rnn.hidden_size, dtype=x.dtype, device=x.device)
                estados = []
                for t in range(N):
                    nuevo = self.rnn(x[:, t, :], h)
                    m = mascara[:, t].unsqueeze(-1).to(x.dtype)
                    h = m * nuevo + (1 - m) * h
                    estados.append(h)
                hs = torch.stack(estados, 1)
                return hs.masked_fill(~mascara.unsqueeze(-1), 0.0), h
            """,
            "perdida_seq2seq()": """
                V = outputs.shape[-1]
                logits = outputs[:, 1:, :].reshape(-1, V)
                y = trg[:, 1:].reshape(-1)
                perdidas = torch.nn.functional.cross_entropy(logits, y, reduction="none")
                m = (y != 0).to(perdidas.dtype)
                return (perdidas * m).sum() / m.sum()
            """,
        },
    ),
    Variant(
        "sample by sample; the state of the last word gathered",
        {
            "Encoder.forward()": """
                filas, ultimos = [], []
                for b in range(src.shape[0]):
                    h = None
                    estados = []
                    for t in range(int(longitudes[b])):
                        h = self.rnn(self.embedding(src[b, t]).unsqueeze(0), h)
                        estados.append(h.squeeze(0))
                    ceros = torch.zeros_like(estados[0])
                    estados += [ceros] * (src.shape[1] - len(estados))
                    filas.append(torch.stack(estados))
                    ultimos.append(h.squeeze(0))
                return torch.stack(filas), torch.stack(ultimos)
            """,
            "perdida_seq2seq()": """
                total, cuantas = 0.0, 0
                for fila, frase in zip(outputs, trg):
                    for t in range(1, len(frase)):
                        if frase[t] != PAD:
                            total = total - torch.log_softmax(fila[t], dim=-1)[frase[t]]
                            cuantas += 1
                return total / cuantas
            """,
            "greedy_decode()": """
                frases = []
                for b in range(len(src)):
                    _, h = modelo.encoder(src[b:b + 1], longitudes[b:b + 1])
                    palabra, frase = torch.tensor([SOS], device=src.device), []
                    while len(frase) < max_len:
                        logits, h = modelo.decoder(palabra, h)
                        palabra = logits.argmax(1)
                        if palabra.item() == EOS:
                            break
                        frase.append(palabra.item())
                    frases.append(frase)
                return frases
            """,
        },
    ),
    Variant(
        "all words at once, the mask from the words themselves, gather for the last state",
        {
            "Encoder.forward()": """
                x = self.embedding(src)
                h, hs = x.new_zeros(len(src), self.rnn.hidden_size), []
                for x_t, palabra in zip(x.unbind(1), src.unbind(1)):
                    h = self.rnn(x_t, h)
                    hs.append(h * (palabra != PAD).unsqueeze(1))
                hs = torch.stack(hs, 1)
                indices = (longitudes - 1).view(-1, 1, 1).expand(-1, 1, hs.size(2))
                return hs, hs.gather(1, indices).squeeze(1)
            """,
            "perdida_seq2seq()": """
                return torch.nn.functional.cross_entropy(
                    outputs[:, 1:].transpose(1, 2), trg[:, 1:], ignore_index=0
                )
            """,
        },
    ),
    Variant(
        "the cell written by hand",
        {
            "Encoder.forward()": """
                def celda(x, h):
                    p = self.rnn
                    gx = x @ p.weight_ih.T + p.bias_ih
                    gh = h @ p.weight_hh.T + p.bias_hh
                    rx, zx, nx = gx.chunk(3, 1)
                    rh, zh, nh = gh.chunk(3, 1)
                    z = torch.sigmoid(zx + zh)
                    n = torch.tanh(nx + torch.sigmoid(rx + rh) * nh)
                    return (1 - z) * n + z * h

                x = self.embedding(src)
                h = x.new_zeros(x.size(0), self.rnn.hidden_size)
                hs = torch.zeros(x.size(0), x.size(1), h.size(1), dtype=x.dtype, device=x.device)
                for t in range(x.size(1)):
                    vivas = longitudes > t
                    nuevo = celda(x[:, t], h)
                    h = torch.where(vivas[:, None], nuevo, h)
                    hs[:, t] = torch.where(vivas[:, None], nuevo, torch.zeros_like(nuevo))
                return hs, h
            """,
            "Decoder.forward()": """
                x = torch.nn.functional.embedding(input, self.embedding.weight)
                hidden = self.rnn(x, hidden)
                return torch.nn.functional.linear(hidden, self.fc_out.weight, self.fc_out.bias), hidden
            """,
        },
    ),
    Variant(
        "sizes kept in attributes, outputs filled in",
        {
            "Decoder.__init__()": """
                self.output_dim = output_dim
                self.hid_dim = hid_dim
                self.embedding = torch.nn.Embedding(output_dim, emb_dim)
                self.rnn = torch.nn.GRUCell(emb_dim, hid_dim)
                self.fc_out = torch.nn.Linear(hid_dim, output_dim)
            """,
            "Decoder.forward()": """
                emb = self.embedding(input).view(input.size(0), -1)
                hidden = self.rnn(emb, hidden)
                return (self.fc_out(hidden), hidden)
            """,
            "Seq2Seq.forward()": """
                batch_size, trg_len = trg.shape
                outputs = torch.zeros(batch_size, trg_len, self.decoder.output_dim, device=src.device)
                encoder_outputs, hidden = self.encoder(src, longitudes)
                input = trg[:, 0]
                for t in range(1, trg_len):
                    output, hidden = self.decoder(input, hidden)
                    outputs[:, t] = output
                    teacher_force = random.random() < teacher_forcing_ratio
                    top1 = output.argmax(1)
                    input = trg[:, t] if teacher_force else top1
                return outputs
            """,
        },
    ),
)

_LOOPS = (
    Variant(
        "one draw a sequence, as in a known tutorial; topk",
        {
            "Seq2Seq.forward()": """
                forzar = random.random() < teacher_forcing_ratio
                h = self.encoder(src, longitudes)[1]
                V = self.decoder.fc_out.out_features
                filas = [torch.zeros(trg.size(0), V, dtype=h.dtype, device=h.device)]
                palabra = trg[:, 0]
                for t in range(trg.size(1) - 1):
                    logits, h = self.decoder(palabra, h)
                    filas.append(logits)
                    if forzar:
                        palabra = trg[:, t + 1]
                    else:
                        palabra = logits.topk(1, dim=1).indices.squeeze(1)
                return torch.stack(filas, 1)
            """,
            "greedy_decode()": """
                _, h = modelo.encoder(src, longitudes)
                B = src.size(0)
                palabra = src.new_full((B,), SOS)
                frases = [[] for _ in range(B)]
                terminadas = [False] * B
                for _ in range(max_len):
                    logits, h = modelo.decoder(palabra, h)
                    palabra = logits.topk(1).indices[:, 0]
                    for b, i in enumerate(palabra.tolist()):
                        if i == EOS:
                            terminadas[b] = True
                        elif not terminadas[b]:
                            frases[b].append(i)
                    if all(terminadas):
                        break
                return frases
            """,
        },
    ),
    Variant(
        "a draw for each sample, by torch",
        {
            "Seq2Seq.forward()": """
                _, s = self.encoder(src, longitudes)
                y, logits = trg[:, 0], []
                for objetivo in trg[:, 1:].unbind(1):
                    fila, s = self.decoder(y, s)
                    logits.append(fila)
                    elegida = torch.max(fila, dim=1)[1]
                    sorteo = torch.rand(len(trg), device=trg.device) < teacher_forcing_ratio
                    y = torch.where(sorteo, objetivo, elegida)
                logits = torch.stack(logits, 1)
                return torch.nn.functional.pad(logits, (0, 0, 1, 0))
            """,
            "greedy_decode()": """
                with torch.no_grad():
                    s = modelo.encoder(src, longitudes)[1]
                    y = torch.tensor([SOS] * len(src), device=src.device)
                    columnas = []
                    for paso in range(max_len):
                        z, s = modelo.decoder(y, s)
                        y = z.softmax(-1).max(-1).indices
                        columnas.append(y)
                    escrito = torch.stack(columnas, 1)
                antes = (escrito == EOS).cumsum(1) == 0
                return [fila[m].tolist() for fila, m in zip(escrito, antes)]
            """,
        },
    ),
    Variant(
        "numpy's generator; a while; greedy by the model's own forward",
        {
            "Seq2Seq.forward()": """
                import numpy as np

                _, hidden = self.encoder(src, longitudes)
                t, input = 1, trg[:, 0]
                outputs = None
                while t < trg.shape[1]:
                    logits, hidden = self.decoder(input, hidden)
                    if outputs is None:
                        outputs = logits.new_zeros(trg.shape[0], trg.shape[1], logits.shape[1])
                    outputs[:, t, :] = logits
                    if np.random.rand() >= teacher_forcing_ratio:
                        input = logits.detach().argmax(dim=-1)
                    else:
                        input = trg[:, t]
                    t += 1
                return outputs
            """,
            "greedy_decode()": """
                modelo.eval()
                falso = torch.full((len(src), max_len + 1), SOS, device=src.device)
                with torch.no_grad():
                    filas = modelo(src, longitudes, falso, 0.0)[:, 1:].argmax(-1)
                respuesta = []
                for fila in filas.tolist():
                    frase = []
                    for i in fila:
                        if i == EOS:
                            break
                        frase.append(i)
                    respuesta.append(frase)
                return respuesta
            """,
        },
    ),
    Variant(
        "log_softmax and nll_loss",
        {
            "perdida_seq2seq()": """
                logp = torch.log_softmax(outputs[:, 1:], dim=-1)
                y = trg[:, 1:]
                criterio = torch.nn.NLLLoss(ignore_index=PAD)
                return criterio(logp.reshape(-1, logp.size(-1)), y.reshape(-1))
            """,
        },
    ),
    Variant(
        "logsumexp, one-hot, and a mask that chooses",
        {
            "perdida_seq2seq()": """
                z, y = outputs[:, 1:], trg[:, 1:]
                reales = y.ne(PAD)
                z, y = z[reales], y[reales]
                correcta = (z * torch.nn.functional.one_hot(y, z.size(-1))).sum(-1)
                return (torch.logsumexp(z, -1) - correcta).mean()
            """,
        },
    ),
)

_SEARCH = (
    Variant(
        "heapq, torch's logarithm, tuples",
        {
            "beam_search_decoder()": """
                import heapq

                vivas = [(0.0, (SOS,), estado_inicial_decoder)]
                for _ in range(max_longitud_secuencia):
                    todas = []
                    for puntaje, secuencia, estado in vivas:
                        if secuencia[-1] == EOS:
                            todas.append((puntaje, secuencia, estado))
                        else:
                            probs, otro = funcion_paso_modelo(list(secuencia), estado)
                            for token, prob in probs.items():
                                log_p = torch.log(torch.tensor(prob, dtype=torch.float64)).item()
                                todas.append((puntaje + log_p, secuencia + (token,), otro))
                    vivas = heapq.nlargest(k_beam, todas, key=lambda una: una[0])
                return [(list(secuencia), puntaje) for puntaje, secuencia, _ in vivas]
            """,
            "calculate_bleu_score()": """
                def gramas(frase, m):
                    cuenta = {}
                    for i in range(len(frase) - m + 1):
                        g = tuple(frase[i:i + m])
                        cuenta[g] = cuenta.get(g, 0) + 1
                    return cuenta

                producto = 1.0
                for m in range(1, n + 1):
                    mios = gramas(candidata, m)
                    suyos = [gramas(referencia, m) for referencia in referencias]
                    buenos = 0
                    for g, veces in mios.items():
                        buenos += min(veces, max(otro.get(g, 0) for otro in suyos))
                    total = sum(mios.values())
                    if total == 0 or buenos == 0:
                        return 0.0
                    producto *= buenos / total
                c = len(candidata)
                cercana = sorted(referencias, key=lambda ref: (abs(len(ref) - c), len(ref)))[0]
                r = len(cercana)
                bp = 1.0 if c > r else math.exp(1 - r / c)
                return bp * producto ** (1 / n)
            """,
            "coincidencia_exacta()": """
                buenas = 0
                for i in range(len(candidatas)):
                    if candidatas[i] == referencias[i]:
                        buenas += 1
                return buenas / len(candidatas)
            """,
        },
    ),
    Variant(
        "negative logarithms as costs; stops when all have ended; dictionaries",
        {
            "beam_search_decoder()": """
                haz = [{"ids": [SOS], "coste": 0.0, "h": estado_inicial_decoder}]
                for paso in range(max_longitud_secuencia):
                    if all(una["ids"][-1] == EOS for una in haz):
                        break
                    nuevas = [una for una in haz if una["ids"][-1] == EOS]
                    for una in (una for una in haz if una["ids"][-1] != EOS):
                        probs, h = funcion_paso_modelo(una["ids"], una["h"])
                        nuevas += [
                            {"ids": [*una["ids"], i], "coste": una["coste"] - math.log(p), "h": h}
                            for i, p in probs.items()
                        ]
                    haz = sorted(nuevas, key=lambda una: una["coste"])[:k_beam]
                return [(una["ids"], -una["coste"]) for una in haz]
            """,
            "calculate_bleu_score()": """
                precisiones = []
                for m in range(1, n + 1):
                    mios = [tuple(candidata[i:i + m]) for i in range(len(candidata) - m + 1)]
                    suyos = [
                        [tuple(ref[i:i + m]) for i in range(len(ref) - m + 1)] for ref in referencias
                    ]
                    buenos = sum(
                        min(mios.count(g), max(otros.count(g) for otros in suyos)) for g in set(mios)
                    )
                    precisiones.append(buenos / len(mios) if mios else 0.0)
                if min(precisiones) == 0:
                    return 0.0
                media = math.exp(sum(math.log(p) for p in precisiones) / n)
                c = len(candidata)
                largos = sorted(len(ref) for ref in referencias)
                r = largos[0]
                for largo in largos:
                    if abs(largo - c) < abs(r - c):
                        r = largo
                return media * min(1.0, math.exp(1 - r / c))
            """,
            "coincidencia_exacta()": """
                aciertos = torch.tensor([float(c == r) for c, r in zip(candidatas, referencias)])
                return aciertos.mean()
            """,
        },
    ),
    Variant(
        "tensors for scores and topk over all; numbers of float32",
        {
            "beam_search_decoder()": """
                secuencias, estados = [[SOS]], [estado_inicial_decoder]
                puntajes = torch.zeros(1)
                for _ in range(max_longitud_secuencia):
                    nuevas, nuevos, sumas = [], [], []
                    for secuencia, estado, puntaje in zip(secuencias, estados, puntajes):
                        if secuencia[-1] == EOS:
                            nuevas.append(secuencia)
                            nuevos.append(estado)
                            sumas.append(puntaje)
                            continue
                        p, estado = funcion_paso_modelo(secuencia, estado)
                        tokens = list(p)
                        logp = torch.tensor([p[token] for token in tokens]).log()
                        for token, l in zip(tokens, logp):
                            nuevas.append(secuencia + [token])
                            nuevos.append(estado)
                            sumas.append(puntaje + l)
                    sumas = torch.stack(sumas)
                    puntajes, cuales = sumas.topk(min(k_beam, len(sumas)))
                    secuencias = [nuevas[i] for i in cuales]
                    estados = [nuevos[i] for i in cuales]
                return list(zip(secuencias, puntajes.tolist()))
            """,
            "calculate_bleu_score()": """
                logs = []
                for m in range(1, n + 1):
                    mios = Counter(zip(*[candidata[i:] for i in range(m)]))
                    suyos = [Counter(zip(*[ref[i:] for i in range(m)])) for ref in referencias]
                    buenos = sum(min(k, max(otro[g] for otro in suyos)) for g, k in mios.items())
                    if not buenos:
                        return 0
                    logs.append(math.log(buenos) - math.log(sum(mios.values())))
                c = len(candidata)
                r = min(sorted(map(len, referencias)), key=lambda largo: abs(largo - c))
                return torch.tensor(min(0, 1 - r / c) + sum(logs) / n, dtype=torch.float64).exp()
            """,
            "coincidencia_exacta()": """
                return sum(map(lambda par: par[0] == par[1], zip(candidatas, referencias))) / len(referencias)
            """,
        },
    ),
    Variant(
        "recursion, one step at a time",
        {
            "beam_search_decoder()": """
                def busca(haces, quedan):
                    if quedan == 0 or all(s[-1] == EOS for s, _, _ in haces):
                        return haces
                    siguientes = []
                    for s, total, estado in haces:
                        if s[-1] == EOS:
                            siguientes.append((s, total, estado))
                        else:
                            tabla, despues = funcion_paso_modelo(s, estado)
                            siguientes.extend(
                                (s + [i], total + math.log(p), despues) for i, p in tabla.items()
                            )
                    siguientes.sort(key=lambda una: -una[1])
                    return busca(siguientes[:k_beam], quedan - 1)

                final = busca([([SOS], 0.0, estado_inicial_decoder)], max_longitud_secuencia)
                return [(s, total) for s, total, _ in final]
            """,
        },
    ),
)

VARIANTS = (*_READING, *_LOOPS, *_SEARCH)
