"""What calls the functions whose answers are numbers, and the network whose padding says nothing."""

import torch


def numero(valor):
    """Return a number as a tensor of one."""
    return torch.as_tensor(valor).detach().double().reshape(())


def sorpresa(notebook, logits, objetivos):
    """Return the perplexity."""
    return numero(notebook["perplejidad"](logits, objetivos))


def etiquetas(notebook, sizes, pesos, x, longitudes):
    """Return the logits of each word, and 0 for padding."""
    modulo = notebook["etiquetador"](*sizes).to(torch.get_default_dtype())
    torch.nn.Module.load_state_dict(modulo, pesos, strict=False)
    logits = modulo(x, longitudes)
    relleno = torch.arange(x.shape[1]) >= longitudes[:, None]
    return logits.masked_fill(relleno[:, :, None], 0.0)


def aciertos(notebook, pred, objetivos, mascara):
    """Return the accuracy."""
    return numero(notebook["exactitud"](pred, objetivos, mascara))


def de_una_clase(notebook, pred, objetivos, mascara, clase):
    """Return precision, recall and F1 of a class, of 1 where none is said."""
    dada = [] if clase is None else [clase]
    tres = notebook["precision_recall_f1"](pred, objetivos, mascara, *dada)
    return [numero(valor) for valor in tres]


def de_todas(notebook, pred, objetivos, mascara, clases):
    """Return the macro F1."""
    return numero(notebook["f1_macro"](pred, objetivos, mascara, clases))


def sorteos(notebook, logits, temperatura, k, veces):
    """Return draws of each row so many times; and the probabilities they are drawn with, those at
    temperature 1, and those of all words.
    """  # noqa: D205 - one sentence
    reparto = notebook["probabilidades"]
    muestras = notebook["muestrea"](logits.repeat(veces, 1), temperatura, k)
    return [
        muestras,
        reparto(logits, temperatura, k),
        reparto(logits, 1.0, k),
        reparto(logits, temperatura),
    ]


def reparto_bien(notebook, name):
    """Put right probabilities in the place of the student's."""

    def reparto(logits, temperatura=1.0, k=None):
        z = logits / temperatura
        if k is not None and k < z.shape[-1]:
            z = z.masked_fill(z < z.topk(k).values[..., -1:], -torch.inf)
        return z.softmax(-1)

    notebook[name] = reparto


def dos_veces(notebook, logits, semilla):
    """Return what is drawn with a generator, and again with another of the same seed."""
    primera = notebook["muestrea"](logits, generador=torch.Generator().manual_seed(semilla))
    torch.rand(1)
    segunda = notebook["muestrea"](logits, generador=torch.Generator().manual_seed(semilla))
    return [primera, segunda]
