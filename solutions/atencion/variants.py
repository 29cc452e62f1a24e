"""Right solutions as different people write them; see `grader.validation.solutions.Variant`.

Each fills in what it names and is the reference in all else; all of them must get full marks.
"""

from __future__ import annotations

from grader.validation.solutions import Variant

_OPERATIONS = (
    Variant(
        "einsum everywhere; where with -inf, NaN to zero",
        {
            "calcular_pesos_atencion_bahdanau()": """
                a = torch.einsum("ad,d->a", W_a, estado_decoder_anterior)
                b = torch.einsum("ad,nd->na", U_a, estados_encoder)
                e = torch.einsum("a,na->n", v_a, torch.tanh(a + b))
                return e, e.softmax(-1)
            """,
            "softmax_enmascarado()": """
                menos_infinito = torch.full_like(e, float("-inf"))
                alfa = torch.where(mascara, e, menos_infinito).softmax(dim=-1)
                return torch.nan_to_num(alfa, nan=0.0)
            """,
            "atencion_producto()": """
                e = torch.einsum("bmd,bnd->bmn", query, key)
                if escalada:
                    e = e * query.shape[-1] ** -0.5
                if mascara is not None:
                    alfa = softmax_enmascarado(e, mascara[:, None, :].expand_as(e))
                else:
                    alfa = e.softmax(-1)
                return torch.einsum("bmn,bnv->bmv", alfa, value), alfa
            """,
            "AtencionAditiva.forward()": """
                a = torch.einsum("ad,bd->ba", self.W_a.weight, s)
                b = torch.einsum("ad,bnd->bna", self.U_a.weight, hs)
                e = torch.einsum("za,bna->bn", self.v_a.weight, torch.tanh(a[:, None] + b))
                if mascara is None:
                    mascara = torch.ones_like(e, dtype=torch.bool)
                alfa = softmax_enmascarado(e, mascara)
                return torch.einsum("bn,bnd->bd", alfa, hs), alfa
            """,
            "mapa_atencion()": """
                B, N = alfas[0].shape
                validas = torch.arange(N, device=longitudes.device)[None] < longitudes[:, None]
                mapa = torch.stack(alfas).permute(1, 0, 2)
                return torch.einsum("btn,bn->btn", mapa, validas.to(mapa))
            """,
        },
    ),
    Variant(
        "bmm; mv and matmul; the mask as a number times -1e9",
        {
            "calcular_pesos_atencion_bahdanau()": """
                u = torch.mv(W_a, estado_decoder_anterior).unsqueeze(0)      # (1, A)
                w = torch.matmul(estados_encoder, U_a.transpose(0, 1))       # (N, A)
                e = torch.mv((u + w).tanh(), v_a)
                return e, torch.nn.functional.softmax(e, dim=-1)
            """,
            "softmax_enmascarado()": """
                sumando = (1.0 - mascara.to(e.dtype)) * -1e9
                return torch.softmax(e + sumando, -1) * mascara.to(e.dtype)
            """,
            "atencion_producto()": """
                puntajes = torch.bmm(query, key.permute(0, 2, 1))
                if escalada is True:
                    puntajes = puntajes / key.shape[2] ** 0.5
                if mascara is not None:
                    m = mascara.unsqueeze(1).to(puntajes.dtype)
                    alfa = torch.softmax(puntajes + (1 - m) * -1e9, dim=2) * m
                else:
                    alfa = torch.softmax(puntajes, dim=2)
                return torch.bmm(alfa, value), alfa
            """,
            "AtencionAditiva.forward()": """
                B, N, _ = hs.size()
                s_repetido = self.W_a(s).unsqueeze(1).repeat(1, N, 1)        # (B, N, A)
                e = self.v_a(torch.tanh(s_repetido + self.U_a(hs))).view(B, N)
                if mascara is not None:
                    alfa = softmax_enmascarado(e, mascara)
                else:
                    alfa = torch.nn.functional.softmax(e, dim=1)
                contexto = torch.bmm(alfa.view(B, 1, N), hs).view(B, -1)
                return contexto, alfa
            """,
            "pasoDecoder.forward()": """
                emb = self.embedding(token).view(token.size(0), -1)
                c, alfa = self.attention(s, hs, mascara=mascara)
                s_t = self.gru(torch.cat((emb, c), 1), s)
                return self.fc(torch.cat((s_t, c), 1)), s_t, alfa
            """,
        },
    ),
    Variant(
        "loops over samples, questions and positions",
        {
            "calcular_pesos_atencion_bahdanau()": """
                puntajes = []
                for h_j in estados_encoder:
                    puntajes.append(v_a @ torch.tanh(W_a @ estado_decoder_anterior + U_a @ h_j))
                e = torch.stack(puntajes)
                exponenciales = [torch.exp(e_j - e.max()) for e_j in e]
                alfa = torch.stack([x / sum(exponenciales) for x in exponenciales])
                return e, alfa
            """,
            "softmax_enmascarado()": """
                filas = []
                for e_b, m_b in zip(e, mascara):
                    fila = torch.zeros_like(e_b)
                    if m_b.any():
                        fila[m_b] = torch.softmax(e_b[m_b], dim=0)
                    filas.append(fila)
                return torch.stack(filas)
            """,
            "atencion_producto()": """
                B, M, D = query.shape
                N = key.shape[1]
                if mascara is None:
                    mascara = torch.ones(B, N, dtype=torch.bool, device=query.device)
                contextos, pesos = [], []
                for b in range(B):
                    e = torch.stack([key[b] @ query[b, i] for i in range(M)])     # (M, N)
                    if escalada:
                        e = e / D ** 0.5
                    alfa = softmax_enmascarado(e, mascara[b].repeat(M, 1))
                    pesos.append(alfa)
                    contextos.append(torch.stack([
                        sum(alfa[i, j] * value[b, j] for j in range(N)) for i in range(M)
                    ]))
                return torch.stack(contextos), torch.stack(pesos)
            """,
            "AtencionAditiva.forward()": """
                columnas = []
                for j in range(hs.shape[1]):
                    columnas.append(self.v_a(torch.tanh(self.W_a(s) + self.U_a(hs[:, j]))))
                e = torch.cat(columnas, dim=1)                                   # (B, N)
                alfa = e.softmax(1) if mascara is None else softmax_enmascarado(e, mascara)
                contexto = torch.zeros_like(hs[:, 0])
                for j in range(hs.shape[1]):
                    contexto = contexto + alfa[:, j:j + 1] * hs[:, j]
                return contexto, alfa
            """,
            "mapa_atencion()": """
                B, N = alfas[0].shape
                mapa = torch.zeros(B, len(alfas), N, dtype=alfas[0].dtype, device=alfas[0].device)
                for t, alfa in enumerate(alfas):
                    for b, n in enumerate(longitudes.tolist()):
                        mapa[b, t, :n] = alfa[b, :n]
                return mapa
            """,
        },
    ),
    Variant(
        "exponentials written out, with the largest real score taken off",
        {
            "calcular_pesos_atencion_bahdanau()": """
                s = estado_decoder_anterior.reshape(1, -1)
                e = (torch.tanh(s @ W_a.T + estados_encoder @ U_a.T) * v_a).sum(dim=1)
                x = torch.exp(e - torch.max(e))
                return e, x / x.sum()
            """,
            "softmax_enmascarado()": """
                c = e.masked_fill(~mascara, -math.inf).max(dim=-1, keepdim=True).values
                c = torch.where(torch.isinf(c), torch.zeros_like(c), c)
                x = torch.exp((e - c).masked_fill(~mascara, -math.inf))
                total = x.sum(dim=-1, keepdim=True)
                return x / torch.where(total == 0, torch.ones_like(total), total)
            """,
            "atencion_producto()": """
                D = query.size(2)
                escala = math.sqrt(D) if escalada else 1.0
                e = (query / escala).matmul(key.mT)
                if mascara is None:
                    mascara = key.new_ones(key.shape[:2]).bool()
                m = mascara.view(mascara.size(0), 1, mascara.size(1))
                alfa = softmax_enmascarado(e, m)
                return alfa.matmul(value), alfa
            """,
            "mapa_atencion()": """
                mapa = torch.cat([alfa[:, None] for alfa in alfas], dim=1).clone()
                for b, n in enumerate(longitudes):
                    mapa[b, :, n:] = 0
                return mapa
            """,
        },
    ),
    Variant(
        "logsumexp and log_softmax",
        {
            "calcular_pesos_atencion_bahdanau()": """
                F = torch.nn.functional
                juntos = F.linear(estado_decoder_anterior, W_a) + F.linear(estados_encoder, U_a)
                e = F.linear(juntos.tanh(), v_a.unsqueeze(0)).squeeze(-1)
                return e, torch.exp(e - torch.logsumexp(e, dim=0))
            """,
            "softmax_enmascarado()": """
                hay = mascara.any(dim=-1, keepdim=True)
                reales = mascara | ~hay                       # a row without any: as if all were
                logaritmos = torch.log_softmax(e.masked_fill(~reales, float("-inf")), dim=-1)
                return logaritmos.exp() * hay
            """,
            "atencion_producto()": """
                e = torch.matmul(query, key.transpose(1, 2))
                e = e.div(math.sqrt(query.size(-1))) if escalada else e
                alfa = torch.log_softmax(e, -1).exp() if mascara is None else (
                    softmax_enmascarado(e, mascara[:, None].repeat(1, e.size(1), 1))
                )
                return torch.matmul(alfa, value), alfa
            """,
            "pasoDecoder.forward()": """
                c, alfa = self.attention(s, hs, mascara)
                x = torch.hstack([self.embedding.weight[token], c])
                s_t = self.gru(x, s)
                return self.fc(torch.hstack([s_t, c])), s_t, alfa
            """,
        },
    ),
    Variant(
        "flattened to two axes for the own softmax; baddbmm",
        {
            "softmax_enmascarado()": """
                x = e - e.masked_fill(~mascara, torch.finfo(e.dtype).min).amax(1, keepdim=True)
                x = torch.where(mascara, x, torch.zeros_like(x)).exp() * mascara
                return x / x.sum(1, keepdim=True).clamp_min(1e-30)
            """,
            "atencion_producto()": """
                B, M, D = query.shape
                N = key.size(1)
                beta = query.new_zeros(B, M, N)
                alpha = D ** -0.5 if escalada else 1.0
                e = torch.baddbmm(beta, query, key.transpose(1, 2), beta=0, alpha=alpha)
                if mascara is None:
                    alfa = torch.softmax(e, dim=2)
                else:
                    m = mascara.repeat_interleave(M, dim=0)                 # (B*M, N)
                    alfa = softmax_enmascarado(e.reshape(B * M, N), m).reshape(B, M, N)
                return alfa @ value, alfa
            """,
            "mapa_atencion()": """
                mapa = torch.stack([alfa.clone() for alfa in alfas], 1)
                columnas = torch.arange(mapa.shape[2]).to(longitudes)
                mapa[(columnas[None, None] >= longitudes[:, None, None]).expand_as(mapa)] = 0
                return mapa
            """,
        },
    ),
)

_FORMS = (
    Variant(
        "layers in another order, by add_module and setattr; padding_idx",
        {
            "AtencionAditiva": """
                from torch import nn

                class AtencionAditiva(nn.Module):
                    def __init__(self, dim_decoder, dim_encoder, dim_atencion):
                        nn.Module.__init__(self)
                        self.tanh = nn.Tanh()
                        self.add_module("v_a", nn.Linear(dim_atencion, 1, bias=False))
                        tamanos = {"U_a": dim_encoder, "W_a": dim_decoder}
                        for nombre, tamano in tamanos.items():
                            setattr(self, nombre, nn.Linear(tamano, dim_atencion, bias=False))

                    def forward(self, s, hs, mascara=None):
                        e = self.v_a(self.tanh(self.U_a(hs) + self.W_a(s)[:, None, :]))[..., 0]
                        if mascara is None:
                            mascara = torch.full(e.shape, True, device=e.device)
                        alfa = softmax_enmascarado(e, mascara)
                        return torch.matmul(alfa[:, None, :], hs)[:, 0, :], alfa
            """,
            "pasoDecoder": """
                import torch.nn as nn

                class pasoDecoder(nn.Module):
                    def __init__(self, vocab_size, emb_dim, hidden_size):
                        super(pasoDecoder, self).__init__()
                        self.hidden_size = hidden_size
                        self.fc = nn.Linear(hidden_size * 2, vocab_size)
                        self.gru = nn.GRUCell(
                            input_size=hidden_size + emb_dim, hidden_size=hidden_size
                        )
                        self.attention = AtencionAditiva(
                            dim_decoder=hidden_size,
                            dim_encoder=hidden_size,
                            dim_atencion=hidden_size,
                        )
                        self.embedding = nn.Embedding(vocab_size, emb_dim, padding_idx=0)

                    def forward(self, token, s, hs, mascara=None):
                        contexto, pesos = self.attention(s=s, hs=hs, mascara=mascara)
                        x = torch.cat([self.embedding(token), contexto], dim=1)
                        nuevo = self.gru(input=x, hx=s)
                        salida = self.fc(torch.cat([nuevo, contexto], dim=1))
                        return salida, nuevo, pesos
            """,
        },
    ),
    Variant(
        "helpers, methods in pieces, annotations, a Sequential beside them",
        {
            "calcular_pesos_atencion_bahdanau": """
                from torch import Tensor


                def energia(s: Tensor, h: Tensor, W: Tensor, U: Tensor, v: Tensor) -> Tensor:
                    return torch.tanh(h @ U.T + W @ s) @ v


                def calcular_pesos_atencion_bahdanau(
                    estado_decoder_anterior: Tensor,
                    estados_encoder: Tensor,
                    W_a: Tensor,
                    U_a: Tensor,
                    v_a: Tensor,
                ) -> tuple[Tensor, Tensor]:
                    e = energia(estado_decoder_anterior, estados_encoder, W_a, U_a, v_a)
                    return e, torch.softmax(e, dim=-1)
            """,
            "AtencionAditiva": """
                class Atencion(torch.nn.Module):
                    def pesos(self, e, mascara):
                        return e.softmax(-1) if mascara is None else softmax_enmascarado(e, mascara)

                    def contexto(self, alfa, hs):
                        return (alfa[:, :, None] * hs).sum(1)


                class AtencionAditiva(Atencion):
                    def __init__(self, dim_decoder, dim_encoder, dim_atencion):
                        super().__init__()
                        sin_sesgo = {"bias": False}
                        self.W_a = torch.nn.Linear(dim_decoder, dim_atencion, **sin_sesgo)
                        self.U_a = torch.nn.Linear(dim_encoder, dim_atencion, **sin_sesgo)
                        self.v_a = torch.nn.Linear(dim_atencion, 1, **sin_sesgo)

                    def energia(self, s, hs):
                        return self.v_a(torch.tanh(self.W_a(s)[:, None] + self.U_a(hs))).squeeze(2)

                    def forward(self, s, hs, mascara=None):
                        alfa = self.pesos(self.energia(s, hs), mascara)
                        return self.contexto(alfa, hs), alfa
            """,
            "atencion_producto": """
                def _puntajes(q, k, escala):
                    return (q * escala) @ k.transpose(1, 2)


                def atencion_producto(query, key, value, mascara=None, escalada=True):
                    escala = query.size(-1) ** (-0.5 if escalada else 0)
                    e = _puntajes(query, key, escala)
                    reales = torch.ones_like(e, dtype=torch.bool)
                    if mascara is not None:
                        reales = reales & mascara.unsqueeze(-2)
                    alfa = softmax_enmascarado(e, reales)
                    return torch.matmul(alfa, value), alfa
            """,
            "pasoDecoder.forward()": """
                contexto, alfa = self.attention.forward(s, hs, mascara)
                s_t = self.gru(torch.concat((self.embedding(token), contexto), dim=-1), s)
                logits = self.fc(torch.concat((s_t, contexto), dim=-1))
                return logits, s_t, alfa
            """,
        },
    ),
    Variant(
        "the additive module over the own function, sample by sample",
        {
            "AtencionAditiva.forward()": """
                puntajes, pesos = [], []
                for b in range(hs.size(0)):
                    e, alfa = calcular_pesos_atencion_bahdanau(
                        s[b], hs[b], self.W_a.weight, self.U_a.weight, self.v_a.weight[0]
                    )
                    puntajes.append(e)
                    pesos.append(alfa)
                if mascara is None:
                    alfa = torch.stack(pesos)
                else:
                    alfa = softmax_enmascarado(torch.stack(puntajes), mascara)
                contexto = torch.stack([alfa[b] @ hs[b] for b in range(hs.size(0))])
                return contexto, alfa
            """,
            "mapa_atencion()": """
                muestras = zip(*alfas)  # each: the rows of one sample
                mapas = []
                for filas, n in zip(muestras, longitudes):
                    mapa = torch.stack(filas)
                    mapas.append(torch.nn.functional.pad(mapa[:, :n], (0, mapa.size(1) - int(n))))
                return torch.stack(mapas)
            """,
        },
    ),
    Variant(
        "no own softmax called: each part has its mask",
        {
            "atencion_producto()": """
                puntajes = torch.matmul(query, key.transpose(-1, -2))
                if escalada:
                    puntajes /= math.sqrt(key.shape[-1])
                if mascara is not None:
                    puntajes = puntajes.masked_fill(~mascara[:, None, :], float("-inf"))
                alfa = torch.softmax(puntajes, dim=-1)
                alfa = alfa.masked_fill(torch.isnan(alfa), 0.0)
                return alfa @ value, alfa
            """,
            "AtencionAditiva.forward()": """
                e = (torch.tanh(self.W_a(s)[:, None] + self.U_a(hs)) @ self.v_a.weight.T)[:, :, 0]
                if mascara is None:
                    mascara = e == e
                e = torch.where(mascara, e, torch.tensor(-1e30, dtype=e.dtype, device=e.device))
                alfa = torch.softmax(e, dim=1) * mascara
                return torch.sum(alfa.unsqueeze(2) * hs, 1), alfa
            """,
        },
    ),
    Variant(
        "everything in float32",
        {
            "calcular_pesos_atencion_bahdanau()": """
                s, H = estado_decoder_anterior.float(), estados_encoder.float()
                W, U, v = W_a.float(), U_a.float(), v_a.float()
                e = torch.tanh(W @ s + H @ U.t()) @ v
                return e, torch.softmax(e, 0)
            """,
            "softmax_enmascarado()": """
                e = e.to(torch.float32).masked_fill(mascara == False, -1e30)
                return torch.softmax(e, dim=-1, dtype=torch.float32) * mascara.float()
            """,
            "atencion_producto()": """
                query, key, value = query.float(), key.float(), value.float()
                e = query @ key.transpose(1, 2)
                if escalada:
                    e = e / torch.sqrt(torch.tensor(float(key.size(-1))))
                alfa = torch.softmax(e, -1) if mascara is None else (
                    softmax_enmascarado(e, mascara.unsqueeze(1))
                )
                return alfa @ value, alfa
            """,
            "AtencionAditiva.forward()": """
                s, hs = s.float(), hs.float()
                W, U, v = (capa.weight.float() for capa in (self.W_a, self.U_a, self.v_a))
                e = torch.tanh((s @ W.T)[:, None] + hs @ U.T) @ v[0]
                alfa = e.softmax(-1) if mascara is None else softmax_enmascarado(e, mascara)
                return (alfa[..., None] * hs).sum(1), alfa
            """,
            "pasoDecoder.forward()": """
                c, alfa = self.attention(s, hs, mascara)
                s_t = self.gru(torch.cat([self.embedding(token), c.to(s)], 1), s)
                logits = self.fc(torch.cat([s_t, c.to(s)], 1))
                return logits.float(), s_t.float(), alfa.float()
            """,
            "mapa_atencion()": """
                mapa = torch.stack(alfas, 1).float()
                posiciones = torch.arange(mapa.shape[-1], device=mapa.device).expand_as(alfas[0])
                m = posiciones < longitudes.view(-1, 1)
                return mapa * m[:, None].float()
            """,
        },
    ),
    Variant(
        "methods attached to their classes afterwards; the layers shaped by hand",
        {
            "AtencionAditiva": """
                class AtencionAditiva(torch.nn.Module):
                    def __init__(self, dim_decoder, dim_encoder, dim_atencion):
                        super().__init__()
                        crea = lambda de, a: torch.nn.Linear(de, a, bias=False)
                        self.W_a, self.U_a, self.v_a = (
                            crea(dim_decoder, dim_atencion),
                            crea(dim_encoder, dim_atencion),
                            crea(dim_atencion, 1),
                        )


                def _forward(self, s, hs, mascara=None):
                    B, N, De = hs.shape
                    estados = self.U_a(hs.reshape(B * N, De)).reshape(B, N, -1)
                    e = self.v_a((estados + self.W_a(s).reshape(B, 1, -1)).tanh()).reshape(B, N)
                    m = torch.ones_like(e) > 0 if mascara is None else mascara
                    alfa = softmax_enmascarado(e, m)
                    return (hs.transpose(1, 2) @ alfa.unsqueeze(2)).reshape(B, De), alfa


                AtencionAditiva.forward = _forward
            """,
            "pasoDecoder.forward()": """
                tokens = torch.nn.functional.one_hot(token, self.embedding.num_embeddings)
                emb = tokens.to(s.dtype) @ self.embedding.weight
                c, alfa = self.attention(s, hs, mascara)
                entrada = torch.empty(len(token), emb.size(1) + c.size(1)).to(emb)
                entrada[:, : emb.size(1)], entrada[:, emb.size(1) :] = emb, c
                s_t = self.gru(entrada, s)
                H = s_t.size(1)
                W, b = self.fc.weight, self.fc.bias
                return s_t @ W[:, :H].T + c @ W[:, H:].T + b, s_t, alfa
            """,
        },
    ),
    Variant(
        "masks combined with and, or, not; sums over pairs",
        {
            "calcular_pesos_atencion_bahdanau()": """
                entrada = torch.cat([
                    estado_decoder_anterior.expand(len(estados_encoder), -1), estados_encoder
                ], dim=1)                                                  # (N, Dd + De)
                pesos = torch.cat([W_a, U_a], dim=1)                       # (A, Dd + De)
                e = torch.tanh(entrada @ pesos.T) @ v_a
                return e, torch.softmax(e, dim=0)
            """,
            "softmax_enmascarado()": """
                diferencias = e.unsqueeze(-2) - e.unsqueeze(-1)            # e_k - e_j, over k
                diferencias = diferencias.masked_fill(~mascara.unsqueeze(-2), float("-inf"))
                alfa = torch.exp(-torch.logsumexp(diferencias, dim=-1))
                return torch.where(mascara, alfa, torch.zeros_like(alfa))
            """,
            "atencion_producto()": """
                e = (query[:, :, None, :] * key[:, None, :, :]).sum(-1)
                if escalada:
                    e = e / query.size(-1) ** 0.5
                if mascara is None:
                    mascara = torch.ones(len(key), key.size(1), device=key.device) > 0
                alfa = softmax_enmascarado(e, torch.logical_and(mascara[:, None], e == e))
                return (alfa[..., None] * value[:, None]).sum(2), alfa
            """,
            "pasoDecoder.forward()": """
                emb = torch.nn.functional.embedding(token, self.embedding.weight)
                contexto, alfa = self.attention(s, hs, mascara)
                s_t = self.gru(torch.column_stack([emb, contexto]), s)
                logits = torch.nn.functional.linear(
                    torch.column_stack([s_t, contexto]), self.fc.weight, self.fc.bias
                )
                return (logits, s_t, alfa)
            """,
        },
    ),
    Variant(
        "mutations of own copies; sizes from the weights; walrus and unpacking",
        {
            "softmax_enmascarado()": """
                if (relleno := mascara.logical_not()).any():
                    e = e.clone()
                    e[relleno.expand(e.shape)] = -float("inf")
                alfa = e.softmax(-1)
                alfa = torch.where(alfa.isnan(), torch.zeros((), dtype=e.dtype), alfa)
                return alfa
            """,
            "AtencionAditiva.forward()": """
                *_, N, D = hs.shape
                pesos = torch.tanh(self.W_a(s).unsqueeze(-2).expand(-1, N, -1) + self.U_a(hs))
                e = (pesos * self.v_a.weight).sum(-1)
                m = mascara if mascara is not None else torch.ones(e.shape) == 1
                alfa = softmax_enmascarado(e, m)
                contexto = sum(a.unsqueeze(1) * h for a, h in zip(alfa.unbind(1), hs.unbind(1)))
                return contexto, alfa
            """,
            "mapa_atencion()": """
                longitud_maxima = alfas[0].shape[1]
                ceros = torch.zeros_like(alfas[0])
                mascara = torch.stack([torch.arange(longitud_maxima) < n for n in longitudes])
                return torch.stack([torch.where(mascara, a, ceros) for a in alfas], dim=1)
            """,
        },
    ),
)

VARIANTS = (*_OPERATIONS, *_FORMS)
