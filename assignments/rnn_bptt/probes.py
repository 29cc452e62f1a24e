"""How the checks call the methods that change what an object holds, with names for students."""

import torch


def con_pesos(celda, pesos):
    """Return a cell with these weights."""
    celda = celda.to(torch.get_default_dtype())
    torch.nn.Module.load_state_dict(celda, pesos, strict=False)
    return celda


def celda_con(notebook, pesos):
    """Return a celdaRNN with these weights, and of their sizes."""
    salida, oculto = pesos["W"].shape
    return con_pesos(notebook["celdaRNN"](pesos["U"].shape[1], oculto, salida), pesos)


def acumula(celda, U_antes, V_antes, W_antes):
    """Put gradients of before where the cell adds up those that come."""
    antes = {"U_grad": U_antes, "V_grad": V_antes, "W_grad": W_antes}
    for nombre, valor in antes.items():
        tensor = getattr(celda, nombre)
        if torch.is_tensor(tensor) and tensor.shape == valor.shape:
            tensor.copy_(valor)
        else:
            setattr(celda, nombre, valor.clone())


def celda_atras(notebook, sizes, pesos, y_grad, rn_grad, x, hp, U_antes, V_antes, W_antes):
    """Return r_grad, and the three gradients after one step back."""
    with torch.inference_mode():
        celda = con_pesos(notebook["celdaRNN"](*sizes), pesos)
        acumula(celda, U_antes, V_antes, W_antes)
        r_grad = celda.backward(y_grad, rn_grad, x, hp)
    return [r_grad, celda.U_grad, celda.V_grad, celda.W_grad]


def celda_a_cero(notebook, sizes, antes):
    """Return the three gradients after zero_grad."""
    with torch.inference_mode():
        celda = notebook["celdaRNN"](*sizes).to(torch.get_default_dtype())
        acumula(celda, *antes)
        celda.zero_grad()
    return [celda.U_grad, celda.V_grad, celda.W_grad]


def modelo_adelante(notebook, pesos, xs, h0):
    """Return ys and hs."""
    with torch.inference_mode():
        modelo = notebook["modeloRNN"](celda_con(notebook, pesos))
        salida = modelo.forward(xs, h0)
    return salida  # noqa: RET504 - so that the cell has these lines


def modelo_atras(notebook, pesos, ys_grad, xs, hs, U_antes, V_antes, W_antes, k=None):
    """Return the three gradients after going back through a sequence."""
    with torch.inference_mode():
        celda = celda_con(notebook, pesos)
        modelo = notebook["modeloRNN"](celda)
        acumula(celda, U_antes, V_antes, W_antes)
        modelo.backward(ys_grad, xs, hs, *([] if k is None else [int(k)]))
    return [celda.U_grad, celda.V_grad, celda.W_grad]


def por_valor(notebook, U_grad, V_grad, W_grad, limite):
    """Return the three gradients, clipped."""
    with torch.inference_mode():
        gradientes = [U_grad.clone(), V_grad.clone(), W_grad.clone()]
        recortados = notebook["recorta_por_valor"](gradientes, float(limite))
    return recortados  # noqa: RET504 - as above


def por_norma(notebook, U_grad, V_grad, W_grad, max_norma):
    """Return the three gradients, clipped together, and their norm before."""
    with torch.inference_mode():
        gradientes = [U_grad.clone(), V_grad.clone(), W_grad.clone()]
        recortados, norma = notebook["recorta_por_norma"](gradientes, float(max_norma))
    return [*recortados, torch.as_tensor(norma)]


def deja_igual(notebook, name, gradientes, limite):
    """Return gradients as they are after they were clipped."""
    with torch.inference_mode():
        notebook[name](gradientes, limite)
    return gradientes


def perfil(notebook, V, hs):
    """Return the profile of a sample."""
    with torch.inference_mode():
        normas = notebook["perfil_gradiente"](V, hs)
    return torch.as_tensor(normas)


def perdida(notebook, ys, ts):
    """Return the loss."""
    with torch.inference_mode():
        valor = notebook["compute_loss"](ys, ts)
    return torch.as_tensor(valor)


def modelo_de_mentira(modelo, Y, gradientes):
    """Let a model give Y·(1 + its weights) and such gradients: how it learns shows, and no more."""
    celda = modelo.cell

    def forward(xs, h0):
        pesos = celda.U.sum() + celda.V.sum() + celda.W.sum()
        hs = torch.stack([h0 + pesos, *(h0 + x.sum() for x in xs)])
        return Y * (1 + pesos + h0.sum()) + xs.sum(), hs

    def backward(ys_grad, xs, hs, _k=None):
        error = (ys_grad * Y).sum()
        celda.U_grad += gradientes[0] * error
        celda.V_grad += gradientes[1] * (error + xs.sum())
        celda.W_grad += gradientes[2] * (error + hs.sum())

    def zero_grad():
        acumula(celda, 0 * celda.U, 0 * celda.V, 0 * celda.W)

    modelo.forward, modelo.backward, celda.zero_grad = forward, backward, zero_grad
    return modelo


def entrena(notebook, U, V, W, xs, ts, Y, G_U, G_V, G_W, tasa, max_norma):
    """Return the three weights after training a model that only pretends, and the losses."""
    with torch.inference_mode():
        celda = celda_con(notebook, {"U": U, "V": V, "W": W})
        acumula(celda, 0 * U, 0 * V, 0 * W)
        modelo = modelo_de_mentira(notebook["modeloRNN"](celda), Y, [G_U, G_V, G_W])
        lotes = list(zip(xs, ts, strict=True))
        perdidas = notebook["entrena_rnn"](modelo, lotes, float(tasa), float(max_norma))
        perdidas = torch.stack([torch.as_tensor(perdida) for perdida in perdidas])
    return [modelo.cell.U, modelo.cell.V, modelo.cell.W, perdidas]


class Celda(torch.nn.Module):
    """What holds the weights in the place of a celdaRNN that is not right yet."""

    def __init__(self, *sizes):
        super().__init__()
        entrada, oculto, salida = sizes
        formas = {"U": (oculto, entrada), "V": (oculto, oculto), "W": (salida, oculto)}
        for nombre, forma in formas.items():
            setattr(self, nombre, torch.nn.Parameter(torch.zeros(forma)))
            setattr(self, f"{nombre}_grad", torch.zeros(forma))

    def zero_grad(self):
        """Start over."""
        for gradiente in (self.U_grad, self.V_grad, self.W_grad):
            gradiente.zero_()


class Modelo:
    """What takes a modeloRNN's place then: the same network with torch's gradients."""

    def __init__(self, cell):
        self.cell = cell

    def forward(self, xs, h0):
        """Return ys and hs."""
        hs = [h0]
        for x in xs:
            hs.append(torch.tanh(x @ self.cell.U.T + hs[-1] @ self.cell.V.T))
        return torch.stack(hs[1:]) @ self.cell.W.T, torch.stack(hs)

    def backward(self, ys_grad, xs, hs, _k=None):
        """Add up the gradients."""
        pesos = (self.cell.U, self.cell.V, self.cell.W)
        with torch.enable_grad():
            ys, _ = self.forward(xs, hs[0])
        gradientes = torch.autograd.grad(ys, pesos, ys_grad)
        acumulados = (self.cell.U_grad, self.cell.V_grad, self.cell.W_grad)
        for acumulado, gradiente in zip(acumulados, gradientes, strict=True):
            acumulado.add_(gradiente)


def recorta(gradientes, max_norma):
    """Clip as torch does."""
    copias = [torch.zeros_like(g).requires_grad_() for g in gradientes]
    for copia, g in zip(copias, gradientes, strict=True):
        copia.grad = g.clone()
    norma = torch.nn.utils.clip_grad_norm_(copias, max_norma)
    return [copia.grad for copia in copias], norma


SUPLENTES = {"celdaRNN": Celda, "modeloRNN": Modelo, "recorta_por_norma": recorta}


def suplente(notebook, name):
    """Put what is right in the place of what is not right yet."""
    notebook[name] = SUPLENTES[name]


def aprende_el_eco(notebook, pesos, xs, ts, tasa, max_norma):
    """Return the weights after training, by name, and the losses."""
    with torch.no_grad():
        celda = celda_con(notebook, pesos)
        lotes = list(zip(xs, ts, strict=True))
        perdidas = notebook["entrena_rnn"](notebook["modeloRNN"](celda), lotes, tasa, max_norma)
    return [[celda.U, celda.V, celda.W], [float(perdida) for perdida in perdidas]]
