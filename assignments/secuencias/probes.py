"""How the checks call what takes ragged lists or cells, with names for students; what stands in."""

import torch


def en_trozos(x, largos):
    """Return the sequences of a block (B, T, D), each of its own length."""
    return [una[:n] for una, n in zip(x, largos.tolist(), strict=True)]


def rellena(notebook, x, largos, valor):
    """Return a batch and its lengths."""
    secuencias = en_trozos(x, largos)
    opciones = [] if valor is None else [valor]
    lote, longitudes = notebook["rellena"](secuencias, *opciones)
    return [lote, longitudes]


def mascaras(notebook, longitudes, columnas):
    """Return a mask, one with more columns, and whether both are of bools."""
    mascara = notebook["crea_mascara"](longitudes)
    ancha = notebook["crea_mascara"](longitudes, columnas)
    es_bool = mascara.dtype is torch.bool and ancha.dtype is torch.bool
    return [mascara.bool(), ancha.to(torch.get_default_dtype()), es_bool]


def muestras_juntas(notebook, x, largos, etiquetas):
    """Return a batch, its lengths and labels, and whether these are int64."""
    muestras = list(zip(en_trozos(x, largos), etiquetas.tolist(), strict=True))
    lote, longitudes, y = notebook["collate_fn"](muestras)
    return [lote, longitudes, y.long(), y.dtype is torch.int64]


HUECO = 0.5


def empaqueta(notebook, lote, longitudes):
    """Return a packed batch; the data have as many rows as the batch has places, the others 0.5."""
    datos, batch_sizes, orden = notebook["empaqueta"](lote, longitudes)
    huecos = lote.shape[0] * lote.shape[1] - len(datos)
    completos = torch.cat([datos, datos.new_full((huecos, *datos.shape[1:]), HUECO)])
    return [completos, batch_sizes, orden]


def desempaqueta(notebook, x, largos, orden):
    """Return what a packed batch is unpacked to."""
    pasos = range(x.shape[1])
    vivas = [orden[largos[orden] > t] for t in pasos]
    datos = torch.cat([x[filas, t] for t, filas in zip(pasos, vivas, strict=True)])
    batch_sizes = torch.tensor([len(filas) for filas in vivas])
    lote, longitudes = notebook["desempaqueta"](datos, batch_sizes, orden)
    return [lote, longitudes]


def celda_de(pesos):
    """Return a GRUCell with these weights."""
    oculto, entrada = pesos["celda.weight_hh"].shape[1], pesos["celda.weight_ih"].shape[1]
    celda = torch.nn.GRUCell(entrada, oculto).to(torch.get_default_dtype())
    celda.load_state_dict({nombre[len("celda.") :]: peso for nombre, peso in pesos.items()})
    return celda


def recorre(notebook, sizes, pesos, x, longitudes, h0):  # noqa: ARG001 - a function has no sizes
    """Return all outputs of a cell, and its last state for each sequence."""
    celda = celda_de(pesos)
    estado = [] if h0 is None else [h0]
    hs, h_n = notebook["corre"](celda, x, longitudes, *estado)
    return [hs, h_n]


def invierte(notebook, lote, longitudes):
    """Return a batch the other way round, with zeros in the padding."""
    vuelta = notebook["invierte"](lote, longitudes)
    relleno = torch.arange(lote.shape[1]) >= longitudes.unsqueeze(1)
    return vuelta.masked_fill(relleno.unsqueeze(-1), 0.0)


def con_pesos(modelo, pesos):
    """Return a model with these weights."""
    modelo = modelo.to(torch.get_default_dtype())
    torch.nn.Module.load_state_dict(modelo, pesos, strict=False)
    return modelo


def suma(notebook, sizes, pesos, x, longitudes):
    """Return what the two directions give together."""
    modelo = con_pesos(notebook["modeloBidireccional"](*sizes, "suma"), pesos)
    salidas, h_n = modelo(x, longitudes)
    return [salidas, h_n]


def agrupa(notebook, longitudes, tam_batch):
    """Return lists of indices."""
    grupos = notebook["agrupa_por_longitud"](longitudes, tam_batch)
    return [[int(indice) for indice in grupo] for grupo in grupos]


def perdida_y_pendiente(notebook, logits, longitudes, objetivos):
    """Return a loss, and its gradient by the logits."""
    logits = logits.clone().requires_grad_()
    mascara = torch.arange(logits.shape[1]) < longitudes.unsqueeze(1)
    perdida = notebook["perdida_enmascarada"](logits, objetivos, mascara)
    perdida.backward()
    return [perdida.detach(), logits.grad]


def recorrido_y_pendiente(notebook, pesos, x, longitudes, h0=None):
    """Return all outputs of a cell, its last states, and the gradient of their sum by x."""
    x = x.clone().requires_grad_()
    hs, h_n = notebook["corre"](celda_de(pesos), x, longitudes, *([] if h0 is None else [h0]))
    (hs.sum() + h_n.sum()).backward()
    return [hs.detach(), h_n.detach(), x.grad]


def suplente(notebook, name):
    """Put what is right in the place of what is not right yet."""
    notebook[name] = SUPLENTES[name]


def rellena_bien(secuencias, valor=0.0):
    """Put sequences into a batch."""
    largos = torch.tensor([len(una) for una in secuencias])
    lote = secuencias[0].new_full((len(secuencias), max(largos), *secuencias[0].shape[1:]), valor)
    for fila, una in zip(lote, secuencias, strict=True):
        fila[: len(una)] = una
    return lote, largos


def mascara_bien(longitudes, T=None):
    """Say what is real."""
    return torch.arange(int(longitudes.max()) if T is None else T) < longitudes.unsqueeze(1)


def ultimo_bien(hs, longitudes):
    """Return the last real state of each sequence."""
    return hs[torch.arange(len(hs)), longitudes - 1]


def empaqueta_bien(lote, longitudes):
    """Pack a batch."""
    orden = torch.argsort(longitudes, descending=True, stable=True)
    vivas = mascara_bien(longitudes[orden], lote.shape[1]).T
    return lote[orden].transpose(0, 1)[vivas], vivas.sum(1), orden


def desempaqueta_bien(datos, batch_sizes, orden):
    """Unpack a batch."""
    vivas, vuelta = torch.arange(len(orden)) < batch_sizes.unsqueeze(1), torch.argsort(orden)
    lote = datos.new_zeros(*vivas.shape, *datos.shape[1:])
    lote[vivas] = datos
    return lote.transpose(0, 1)[vuelta], vivas.sum(0)[vuelta]


def corre_bien(celda, x, longitudes, h0=None):
    """Run a cell over a batch."""
    h, hs = x.new_zeros(len(x), celda.hidden_size) if h0 is None else h0, []
    for t in range(x.shape[1]):
        real = (t < longitudes).unsqueeze(1)
        h = torch.where(real, celda(x[:, t], h), h)
        hs.append(torch.where(real, h, torch.zeros_like(h)))
    return torch.stack(hs, 1), h


def invierte_bien(lote, longitudes):
    """Turn the real part of each sequence round."""
    largo, pasos = longitudes.unsqueeze(1), torch.arange(lote.shape[1])
    de_donde = torch.where(pasos < largo, largo - 1 - pasos, pasos)
    return lote[torch.arange(len(lote)).unsqueeze(1), de_donde]


class BidireccionalBien(torch.nn.Module):
    """Two cells, one in each direction."""

    def __init__(self, input_size, hidden_size, combina="concat"):
        super().__init__()
        self.suma = combina == "suma"
        self.adelante, self.atras = (torch.nn.GRUCell(input_size, hidden_size) for _ in range(2))

    def forward(self, x, longitudes):
        """Return outputs and last states."""
        ida, h_ida = corre_bien(self.adelante, x, longitudes)
        vuelta, h_vuelta = corre_bien(self.atras, invierte_bien(x, longitudes), longitudes)
        pares = ((ida, invierte_bien(vuelta, longitudes)), (h_ida, h_vuelta))
        return tuple(sum(par) if self.suma else torch.cat(par, -1) for par in pares)


def perdida_bien(logits, objetivos, mascara):
    """Return the mean cross entropy of what is real."""
    return torch.nn.functional.cross_entropy(logits[mascara], objetivos[mascara])


SUPLENTES = {
    "rellena": rellena_bien,
    "crea_mascara": mascara_bien,
    "ultimo_estado": ultimo_bien,
    "empaqueta": empaqueta_bien,
    "desempaqueta": desempaqueta_bien,
    "corre": corre_bien,
    "invierte": invierte_bien,
    "modeloBidireccional": BidireccionalBien,
    "perdida_enmascarada": perdida_bien,
}


def aprende_a_etiquetar(notebook, oculto, pesos, lotes, tasa):
    """Return the weights of a tagger, by name, after training."""
    lector = con_pesos(notebook["modeloBidireccional"](1, oculto), pesos["lector"])
    fc = torch.nn.Linear(2 * oculto, len(pesos["fc"]["bias"]))
    fc.load_state_dict(pesos["fc"])
    optimizador = torch.optim.Adam([*lector.parameters(), *fc.parameters()], tasa)
    for x, longitudes, objetivos in lotes:
        mascara = torch.arange(x.shape[1]) < longitudes.unsqueeze(1)
        logits = fc(lector(x, longitudes)[0])
        optimizador.zero_grad()
        notebook["perdida_enmascarada"](logits, objetivos, mascara).backward()
        optimizador.step()
    return {
        parte: {clave: valor.detach() for clave, valor in modulo.state_dict().items()}
        for parte, modulo in (("lector", lector), ("fc", fc))
    }
