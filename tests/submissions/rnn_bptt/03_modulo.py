import math

import torch

torch.set_grad_enabled(False)  # aquí los gradientes se calculan a mano


class celdaRNN(torch.nn.Module):
    """Un paso de una red recurrente simple, hacia adelante y hacia atrás."""

    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        # Parámetros: self.U (H, I), self.V (H, H), self.W (O, H)
        # Tensores de ceros: self.U_grad, self.V_grad, self.W_grad, cada uno de la forma del suyo
        self.U = torch.nn.Parameter(torch.randn(hidden_size, input_size) / math.sqrt(input_size))
        self.V = torch.nn.Parameter(torch.randn(hidden_size, hidden_size) / math.sqrt(hidden_size))
        self.W = torch.nn.Parameter(torch.randn(output_size, hidden_size) / math.sqrt(hidden_size))
        self.U_grad = torch.zeros_like(self.U)
        self.V_grad = torch.zeros_like(self.V)
        self.W_grad = torch.zeros_like(self.W)

    def zero_grad(self):
        """Deja los tres gradientes en cero."""
        self.U_grad.zero_()
        self.V_grad.zero_()
        self.W_grad.zero_()

    def forward(self, x, hp):
        """De x (B, I) y el estado previo hp (B, H) a (y, h): (B, O) y (B, H)."""
        ys, hs = [], []
        for x_b, h_b in zip(x, hp):
            h = torch.tanh(self.U @ x_b + self.V @ h_b)
            hs.append(h)
            ys.append(self.W @ h)
        return torch.stack(ys), torch.stack(hs)

    def backward(self, y_grad, rn_grad, x, hp):
        """Suma lo de este paso a los tres gradientes y devuelve r_grad (B, H).

        y_grad  (B, O)   de la salida de este paso
        rn_grad (B, H)   de la r del paso siguiente
        x, hp            lo que recibió forward
        """
        _, h = self.forward(x, hp)
        r_grads = []
        for b in range(x.shape[0]):
            h_grad = self.W.T @ y_grad[b] + self.V.T @ rn_grad[b]
            r_grad = h_grad * (1 - h[b] ** 2)
            self.U_grad += torch.outer(r_grad, x[b])
            self.V_grad += torch.outer(r_grad, hp[b])
            self.W_grad += torch.outer(y_grad[b], h[b])
            r_grads.append(r_grad)
        return torch.stack(r_grads)


class modeloRNN:
    """Una celda, aplicada a una secuencia entera."""

    def __init__(self, cell):
        self.cell = cell

    def forward(self, xs, h0):
        """De xs (T, B, I) y h0 (B, H) a (ys, hs): (T, B, O) y (T + 1, B, H)."""
        hs = [h0]                                     # T + 1 al final
        ys = []
        for x in xs:
            y, h = self.cell(x, hs[-1])
            ys.append(y)
            hs.append(h)
        return torch.stack(ys), torch.stack(hs)

    def backward(self, ys_grad, xs, hs, k=None):
        """Suma a los gradientes de la celda los de toda la secuencia, en bloques de k si se da.

        ys_grad (T, B, O)      xs (T, B, I)      hs (T + 1, B, H), los que dio forward
        """
        r_grad = torch.zeros_like(hs[0])                              # (B, H)
        for t in range(len(xs) - 1, -1, -1):
            if k is not None and (t + 1) % k == 0:                    # acaba un bloque
                r_grad = torch.zeros_like(r_grad)
            r_grad = self.cell.backward(ys_grad[t], r_grad, xs[t], hs[t])


def recorta_por_valor(gradientes, limite):
    """Una lista nueva con cada número llevado a [-limite, limite]."""
    return [g.clamp(-limite, limite) for g in gradientes]


def recorta_por_norma(gradientes, max_norma):
    """El par (lista nueva, norma de antes): todos encogidos por igual si su norma pasa de max_norma."""
    norma = torch.sqrt(sum((g ** 2).sum() for g in gradientes))
    factor = torch.clamp(max_norma / norma, max=1.0)
    recortados = [g * factor for g in gradientes]
    return recortados, norma


def perfil_gradiente(V, hs):
    """Las normas espectrales de ∂h_T/∂h_t para t = 1, ..., T, con hs (T + 1, H) de una muestra."""
    T, H = hs.shape[0] - 1, hs.shape[1]
    normas = torch.zeros(T, dtype=V.dtype)
    for t in range(1, T + 1):
        P = torch.eye(H, dtype=V.dtype)
        for s in range(t + 1, T + 1):
            P = torch.diag(1 - hs[s] ** 2) @ V @ P
        normas[t - 1] = torch.linalg.svdvals(P)[0]
    return normas


def compute_loss(ys, ts):
    """La mitad de la suma de (ys - ts) al cuadrado."""
    total = 0
    for y_t, t_t in zip(ys, ts):
        total = total + torch.sum((t_t - y_t) ** 2) / 2
    return total


def entrena_rnn(modelo, lotes, tasa, max_norma):
    """Un paso de descenso por cada lote (xs, ts); devuelve la lista de pérdidas."""
    celda = modelo.cell
    perdidas = []
    for xs, ts in lotes:
        h0 = xs.new_zeros(xs.shape[1], celda.V.shape[0])
        ys, hs = modelo.forward(xs, h0)
        perdidas.append(float(compute_loss(ys, ts)))
        celda.zero_grad()
        modelo.backward(ys - ts, xs, hs)
        gradientes, _ = recorta_por_norma([celda.U_grad, celda.V_grad, celda.W_grad], max_norma)
        with torch.no_grad():
            for p, g in zip((celda.U, celda.V, celda.W), gradientes):
                p -= tasa * g
    return perdidas


if __name__ == "__main__":
    modelo = modeloRNN(celdaRNN(1, 8, 1))
    print(entrena_rnn(modelo, [(torch.zeros(3, 2, 1), torch.ones(3, 2, 1))] * 1000, 0.01, 1.0))
