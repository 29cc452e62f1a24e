"""What calls the functions of parts 4 to 10: lists of tensors of two shapes, and all epochs of a schedule.

A block (K+1, A) stands for a list of two tensors, its first row (A,) and the others (K, A): sums and
products are over whole tensors there, and places of the list are not alike.
"""

import torch


def en_dos(bloque):
    """Return a block as a list of two tensors."""
    return [bloque[0], bloque[1:]]


def en_uno(lista):
    """Return a list of two tensors as a block; what is no such list, as it is."""
    primero, segundo = lista
    return torch.cat([primero[None], segundo])


def multa(notebook, theta, lam):
    """Return the penalty of two tensors."""
    return torch.as_tensor(notebook["penalizacion_l2"](en_dos(theta), lam))


def con_decaimiento(notebook, theta, g, tasa, lam):
    """Return two tensors after a step."""
    return en_uno(notebook["paso_l2"](en_dos(theta), en_dos(g), tasa, lam))


def de_adam(notebook, theta, g, m, v, t, tasa, lam, desacoplado):
    """Return two tensors after a step, and their means; what is None is left out."""
    dados = {"lam": lam, "desacoplado": desacoplado}
    opciones = {clave: valor for clave, valor in dados.items() if valor is not None}
    listas = [en_dos(bloque) for bloque in (theta, g, m, v)]
    return [en_uno(lista) for lista in notebook["paso_adam"](*listas, t, tasa, **opciones)]


def tasas_de(notebook, nombre, epocas, tasa0, opciones):
    """Return the rates that a schedule gives for each of these epochs."""
    funcion = notebook[nombre]
    tasas = [float(funcion(tasa0, epoca, **opciones)) for epoca in epocas.tolist()]
    return torch.tensor(tasas, dtype=torch.float64)


def escalonada(notebook, epocas, tasa0, cada, gamma):
    """Return what tasa_escalonada gives for each epoch."""
    return tasas_de(notebook, "tasa_escalonada", epocas, tasa0, {"cada": cada, "gamma": gamma})


def exponencial(notebook, epocas, tasa0, gamma):
    """Return what tasa_exponencial gives for each epoch."""
    return tasas_de(notebook, "tasa_exponencial", epocas, tasa0, {"gamma": gamma})


def coseno(notebook, epocas, tasa0, total, minima):
    """Return what tasa_coseno gives for each epoch."""
    opciones = {"total": total} if minima is None else {"total": total, "minima": minima}
    return tasas_de(notebook, "tasa_coseno", epocas, tasa0, opciones)


def calentamiento(notebook, epocas, tasa0, pasos):
    """Return what tasa_calentamiento gives for each step."""
    return tasas_de(notebook, "tasa_calentamiento", epocas, tasa0, {"pasos": pasos})
