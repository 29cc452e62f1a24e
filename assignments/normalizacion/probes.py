"""How the checks call what students define, with names that a student can read."""

import torch


def con_pesos(modulo, pesos):
    """Return a module with these weights, in torch's default precision."""
    modulo = modulo.to(torch.get_default_dtype())
    torch.nn.Module.load_state_dict(modulo, pesos, strict=False)
    return modulo


def con_estado(norma, media, var, entrena):
    """Return a batch norm with this running mean and variance (n,), training or evaluating."""
    for nombre, valor in (("media_movil", media), ("var_movil", var)):
        if isinstance(getattr(norma, nombre, None), torch.nn.Parameter):
            getattr(norma, nombre).data = valor.clone()
        else:
            setattr(norma, nombre, valor.clone())
    return norma.train(entrena)


def lote(notebook, sizes, pesos, x, media_antes, var_antes, entrena, momento, eps):
    """Return what a batch norm gives, and its running mean and variance afterwards."""
    opciones = {"momento": momento, "eps": eps}
    dadas = {clave: valor for clave, valor in opciones.items() if valor is not None}
    norma = con_pesos(notebook["NormLote"](*sizes, **dadas), pesos)
    con_estado(norma, media_antes, var_antes, entrena)
    with torch.no_grad():
        y = norma(x)
    return [y, norma.media_movil, norma.var_movil]


def por_paso(notebook, sizes, pesos, x, t, medias_antes, vars_antes, entrena):
    """Return what the norm of a step gives, and the running means and variances of all steps.

    All steps have the same gain and bias. A step for which there is no norm gives NaN.
    """
    capa = con_pesos(notebook["NormLotePorPaso"](*sizes), {}).train(entrena)
    propios = {clave.removeprefix("normas."): valor for clave, valor in pesos.items()}
    for norma, media, var in zip(capa.normas, medias_antes, vars_antes, strict=True):
        con_estado(con_pesos(norma, propios), media, var, entrena)
    try:
        with torch.no_grad():
            y = capa(x, int(t))
    except IndexError:
        y = torch.full_like(x, torch.nan)
    medias = torch.stack([norma.media_movil for norma in capa.normas])
    return [y, medias, torch.stack([norma.var_movil for norma in capa.normas])]


def recien_hecha(notebook, name, sizes):
    """Return what a new object holds, by name."""
    return {clave: uno.detach() for clave, uno in notebook[name](*sizes).state_dict().items()}


def con_eps(notebook, pesos, filas, eps):
    """Return what a layer norm with an ε of its own gives for some rows (B, n)."""
    norma = con_pesos(notebook["CapaNorm"](filas.shape[-1], eps), pesos)
    with torch.no_grad():
        return norma(filas)


def con_grafo(notebook, x):
    """Return whether the running mean and variance carry a gradient after a step of training."""
    norma = notebook["NormLote"](x.shape[-1]).to(x).train()
    norma(x.clone().requires_grad_())
    return [bool(uno.requires_grad) for uno in (norma.media_movil, norma.var_movil)]


def gradiente_de_lote(notebook, pesos, x, w):
    """Return the gradient of Σ w·y with respect to x (B, n), in training."""
    norma = con_pesos(notebook["NormLote"](x.shape[-1]), pesos).train()
    x = x.clone().requires_grad_()
    (norma(x) * w).sum().backward()
    return x.grad


def suma_de_lote(notebook, pesos, x, w):
    """Return Σ w·y for each of some x (K, B, n), in training."""
    normas = [con_pesos(notebook["NormLote"](x.shape[-1]), pesos).train() for _ in x]
    with torch.no_grad():
        return torch.stack([(norma(uno) * w).sum() for norma, uno in zip(normas, x, strict=True)])


class Norma(torch.nn.Module):
    """A layer norm as it should be, in the place of one that is not right yet."""

    def __init__(self, n, eps=1e-5):
        super().__init__()
        self.eps = eps
        self.ganancia = torch.nn.Parameter(torch.ones(n))
        self.sesgo = torch.nn.Parameter(torch.zeros(n))

    def forward(self, x):
        """Return the norm of x (…, n)."""
        centrado = x - x.mean(-1, keepdim=True)
        raiz = torch.sqrt((centrado**2).mean(-1, keepdim=True) + self.eps)
        return self.ganancia * centrado / raiz + self.sesgo


def suplente(notebook, name):
    """Put a right layer norm in the place of the student's."""
    notebook[name] = Norma
