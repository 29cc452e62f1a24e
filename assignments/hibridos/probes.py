"""How the checks call what students define, with names that they can read; what stands in."""

import torch

HUECO = 0.5


def ajustada(y, largo):
    """Return an output (B, K, T) in the length that it should have, and its own behind it.

    It is cut, or has 0.5 where it is too short; the last column says how long it was.
    """
    en_su_largo = torch.nn.functional.pad(
        y[..., :largo], (0, max(0, largo - y.shape[-1])), value=HUECO
    )
    cuanto = y.new_full((*y.shape[:-1], 1), y.shape[-1])
    return torch.cat([en_su_largo, cuanto], dim=-1)


def convoluciona(notebook, x, pesos, sesgo, relleno, paso, dilatacion):
    """Return what a convolution gives, and in the last column how long that is."""
    y = torch.as_tensor(notebook["convolucion1d"](x, pesos, sesgo, relleno, paso, dilatacion))
    return ajustada(y, longitud_bien(x.shape[2], pesos.shape[2], relleno, paso, dilatacion))


def convoluciona_causal(notebook, x, pesos, sesgo, dilatacion):
    """Return what a causal convolution gives, and in the last column how long that is."""
    y = torch.as_tensor(notebook["convolucion_causal"](x, pesos, sesgo, dilatacion))
    return ajustada(y, x.shape[2])


def opciones(notebook, x, pesos, sesgo):
    """Return a convolution with no options, with all of them by name, and with all in order."""
    convolucion1d = notebook["convolucion1d"]
    return [
        convolucion1d(x, pesos, sesgo),
        convolucion1d(x, pesos, sesgo, dilatacion=1, relleno=0, paso=1),
        convolucion1d(x, pesos, sesgo, 0, 1, 1),
    ]


def sin_dilatacion(notebook, x, pesos, sesgo):
    """Return a causal convolution without its option, and with it by name and in its place."""
    causal = notebook["convolucion_causal"]
    return [
        causal(x, pesos, sesgo),
        causal(x, pesos, sesgo, dilatacion=1),
        causal(x, pesos, sesgo, 1),
    ]


def longitudes_sin_opciones(notebook, T, k):
    """Return a length without options, with all of them by name, and with all in order."""
    longitud = notebook["longitud_salida"]
    return [
        float(longitud(T, k)),
        float(longitud(T, k, dilatacion=1, paso=1, relleno=0)),
        float(longitud(T, k, 0, 1, 1)),
    ]


def longitudes(notebook, T, k, relleno, paso, dilatacion):
    """Return the length of each of some outputs."""
    filas = zip(*(uno.tolist() for uno in (T, k, relleno, paso, dilatacion)), strict=True)
    halladas = [notebook["longitud_salida"](*fila) for fila in filas]
    return torch.tensor([float(una) for una in halladas], dtype=torch.float64)


def campos(notebook, capas):
    """Return the receptive field of each of some stacks."""
    pilas = [[tuple(capa) for capa in pila] for pila in capas.tolist()]
    halladas = [notebook["campo_receptivo"](pila) for pila in pilas]
    return torch.tensor([float(uno) for uno in halladas], dtype=torch.float64)


def es_entero(valor):
    """Return whether something is an integer, in Python, NumPy or torch."""
    if isinstance(valor, torch.Tensor):
        return not valor.is_floating_point() and valor.dtype is not torch.bool
    return hasattr(valor, "__index__") and not isinstance(valor, bool)


def clase_de_longitud(notebook, T, k):
    """Return a length, and whether it is an integer."""
    valor = notebook["longitud_salida"](T, k)
    return [float(valor), es_entero(valor)]


def clase_de_campo(notebook, capas):
    """Return a receptive field, and whether it is an integer."""
    valor = notebook["campo_receptivo"]([tuple(capa) for capa in capas])
    return [float(valor), es_entero(valor)]


def convolucion_bien(x, pesos, sesgo, relleno=0, paso=1, dilatacion=1):
    """Return a convolution."""
    x = torch.nn.functional.pad(x, (relleno, relleno))
    alcance = dilatacion * (pesos.shape[2] - 1) + 1
    ventanas = x.unfold(2, alcance, paso)[..., ::dilatacion]
    return torch.einsum("kcl,bctl->bkt", pesos, ventanas) + sesgo.unsqueeze(1)


def causal_bien(x, pesos, sesgo, dilatacion=1):
    """Return a convolution that sees no future."""
    delante = torch.nn.functional.pad(x, (dilatacion * (pesos.shape[2] - 1), 0))
    return convolucion_bien(delante, pesos, sesgo, dilatacion=dilatacion)


def longitud_bien(T, k, relleno=0, paso=1, dilatacion=1):
    """Return how long an output is."""
    return (T + 2 * relleno - dilatacion * (k - 1) - 1) // paso + 1


SUPLENTES = {
    "convolucion1d": convolucion_bien,
    "convolucion_causal": causal_bien,
    "longitud_salida": longitud_bien,
}


def suplente(notebook, name):
    """Put what is right in the place of what is not right yet."""
    notebook[name] = SUPLENTES[name]
