"""Right solutions as different people write them; see `grader.validation.solutions.Variant`.

Each fills in what it names and is the reference in all else; all of them must get full marks.
"""

from __future__ import annotations

from grader.validation.solutions import Variant

_DRAWN = (
    Variant(
        "uniform_ and normal_ on an empty tensor",
        {
            "xavier_uniforme()": """
                a = math.sqrt(6.0) / math.sqrt(forma[0] + forma[1])
                return torch.empty(forma).uniform_(-a, a)
            """,
            "xavier_normal()": """
                return torch.empty(forma).normal_(0.0, (2.0 / sum(forma)) ** 0.5)
            """,
            "he_uniforme()": """
                a = (6.0 / forma[1]) ** 0.5
                return torch.empty(*forma).uniform_(-a, a)
            """,
            "he_normal()": """
                return torch.zeros(forma[0], forma[1]).normal_(std=math.sqrt(2.0 / forma[1]))
            """,
        },
    ),
    Variant(
        "NumPy's generators",
        {
            "xavier_uniforme()": """
                import numpy as np
                m, n = forma
                lim = np.sqrt(6 / (m + n))
                return torch.tensor(np.random.uniform(-lim, lim, size=(m, n)), dtype=torch.float32)
            """,
            "xavier_normal()": """
                import numpy as np
                m, n = forma
                s = np.sqrt(2 / (m + n))
                return torch.from_numpy(np.random.default_rng().normal(0, s, (m, n)))
            """,
            "he_uniforme()": """
                import numpy as np
                lim = np.sqrt(6 / forma[1])
                return torch.as_tensor((np.random.rand(*forma) - 0.5) * 2 * lim)
            """,
            "he_normal()": """
                import numpy as np
                return np.random.randn(*forma) * np.sqrt(2 / forma[1])
            """,
            "ortogonal()": """
                import numpy as np
                u, _, v = np.linalg.svd(np.random.normal(size=forma), full_matrices=False)
                q = u if u.shape == tuple(forma) else v
                return torch.tensor(ganancia * q, dtype=torch.float32)
            """,
        },
    ),
    Variant(
        "torch.distributions; Python's random, number by number",
        {
            "xavier_uniforme()": """
                a = (6 / (forma[0] + forma[1])) ** 0.5
                return torch.distributions.Uniform(-a, a).sample(tuple(forma))
            """,
            "xavier_normal()": """
                s = (2 / (forma[0] + forma[1])) ** 0.5
                return torch.distributions.Normal(0.0, s).sample(tuple(forma))
            """,
            "he_uniforme()": """
                import random
                a = (6 / forma[1]) ** 0.5
                m, n = forma
                return torch.tensor([[random.uniform(-a, a) for _ in range(n)] for _ in range(m)])
            """,
            "he_normal()": """
                import random
                s = (2 / forma[1]) ** 0.5
                m, n = forma
                return torch.tensor([[random.gauss(0, s) for _ in range(n)] for _ in range(m)])
            """,
        },
    ),
    Variant(
        "a generator of one's own; lerp; torch.normal",
        {
            "xavier_uniforme()": """
                g = torch.Generator()
                g.seed()
                a = (6 / sum(forma)) ** 0.5
                u = torch.rand(forma, generator=g)
                return torch.lerp(torch.full(forma, -a), torch.full(forma, a), u)
            """,
            "xavier_normal()": """
                return torch.normal(0.0, (2 / sum(forma)) ** 0.5, size=tuple(forma))
            """,
            "he_uniforme()": """
                a = (6 / forma[1]) ** 0.5
                return torch.rand(forma, dtype=torch.float64) * 2 * a - a
            """,
            "he_normal()": """
                return torch.normal(torch.zeros(forma), torch.ones(forma)) * (2 / forma[1]) ** 0.5
            """,
        },
    ),
    Variant(
        "He by Xavier's variance and a factor; Parameters are returned",
        {
            "he_uniforme()": """
                m, n = forma
                return torch.nn.Parameter(xavier_uniforme(forma) * math.sqrt((m + n) / n))
            """,
            "he_normal()": """
                m, n = forma
                return torch.nn.Parameter(xavier_normal(forma) * math.sqrt((m + n) / n))
            """,
        },
    ),
)

_ORTHOGONAL = (
    Variant(
        "singular vectors",
        {
            "ortogonal()": """
                u, _, vh = torch.linalg.svd(torch.randn(forma), full_matrices=False)
                return ganancia * (u if forma[0] > forma[1] else vh)
            """,
        },
    ),
    Variant(
        "Gram-Schmidt, row by row",
        {
            "ortogonal()": """
                m, n = forma
                alta = m > n
                if alta:
                    m, n = n, m
                filas = []
                for _ in range(m):
                    v = torch.randn(n, dtype=torch.float64)
                    for _ in range(2):                       # dos veces, por el redondeo
                        for f in filas:
                            v = v - (v @ f) * f
                    filas.append(v / v.norm())
                q = torch.stack(filas)
                if alta:
                    q = q.T
                return (ganancia * q).float()
            """,
        },
    ),
    Variant(
        "a corner of a large square one",
        {
            "ortogonal()": """
                lado = max(forma)
                q, _ = torch.linalg.qr(torch.randn(lado, lado))
                return q[: forma[0], : forma[1]] * ganancia
            """,
        },
    ),
    Variant(
        "complete QR of a wide one, signs left as they are",
        {
            "ortogonal()": """
                m, n = forma
                if m < n:
                    return ortogonal((n, m), ganancia).t().contiguous()
                q, _ = torch.linalg.qr(torch.rand(m, n) - 0.5, mode="complete")
                return torch.mul(q[:, :n], ganancia)
            """,
        },
    ),
    Variant(
        "the polar factor",
        {
            "ortogonal()": """
                a = torch.randn(forma, dtype=torch.float64)
                if forma[0] < forma[1]:
                    w, v = torch.linalg.eigh(a @ a.T)
                    q = v @ torch.diag(w ** -0.5) @ v.T @ a
                else:
                    w, v = torch.linalg.eigh(a.T @ a)
                    q = a @ v @ torch.diag(w ** -0.5) @ v.T
                return ganancia * q
            """,
        },
    ),
)

_CELLS = (
    Variant(
        "by .data; block by block with indices; cat",
        {
            "inicializa_lstm()": """
                H = celda.hidden_size
                I = celda.input_size
                celda.x_fc.weight.data = torch.cat([xavier_uniforme((H, I)) for _ in range(4)])
                celda.h_fc.weight.data = torch.cat([ortogonal((H, H)) for _ in range(4)], dim=0)
                celda.x_fc.bias.data.fill_(0)
                celda.h_fc.bias.data.fill_(0)
                celda.x_fc.bias.data[H:2 * H].fill_(sesgo_olvido)
            """,
            "inicializa_irnn()": """
                H = celda.h_fc.bias.numel()
                celda.h_fc.weight.data = torch.eye(H) * escala
                celda.x_fc.weight.data = torch.randn_like(celda.x_fc.weight) * 1e-3
                celda.x_fc.bias.data = torch.zeros(H)
                celda.h_fc.bias.data = torch.zeros(H)
            """,
        },
    ),
    Variant(
        "Xavier and QR written out again, and the cell is returned",
        {
            "inicializa_lstm()": """
                cuatro_h, entrada = celda.x_fc.weight.shape
                h = cuatro_h // 4
                limite = math.sqrt(6 / (entrada + h))
                with torch.no_grad():
                    celda.x_fc.weight.uniform_(-limite, limite)
                    for k in range(4):
                        q, _ = torch.linalg.qr(torch.randn(h, h))
                        celda.h_fc.weight[k * h : (k + 1) * h, :] = q
                    for nombre, parametro in celda.named_parameters():
                        if nombre.endswith("bias"):
                            parametro.zero_()
                    celda.x_fc.bias.view(4, h)[1] = sesgo_olvido
                return celda
            """,
            "inicializa_irnn()": """
                with torch.no_grad():
                    for capa in (celda.x_fc, celda.h_fc):
                        capa.bias.mul_(0)
                    celda.h_fc.weight.zero_()
                    celda.h_fc.weight.diagonal().fill_(escala)
                    celda.x_fc.weight.copy_(torch.normal(0.0, 0.001, celda.x_fc.weight.shape))
                return celda
            """,
        },
    ),
    Variant(
        "split, zip and a list of biases",
        {
            "inicializa_lstm()": """
                ocultas = celda.h_fc.in_features
                with torch.no_grad():
                    capas = (celda.x_fc, celda.h_fc)
                    for wx, wh in zip(*(capa.weight.split(ocultas) for capa in capas)):
                        wx[:] = xavier_uniforme(tuple(wx.shape))
                        wh[:] = ortogonal(tuple(wh.shape), ganancia=1)
                    sesgos = [0.0, float(sesgo_olvido), 0.0, 0.0]
                    celda.x_fc.bias.copy_(torch.tensor(sesgos).repeat_interleave(ocultas))
                    celda.h_fc.bias.copy_(torch.zeros(4 * ocultas))
            """,
            "inicializa_irnn()": """
                n = celda.h_fc.weight.shape[0]
                identidad = torch.zeros(n, n)
                for k in range(n):
                    identidad[k, k] = escala
                estado = celda.state_dict()
                estado["h_fc.weight"] = identidad
                estado["x_fc.weight"] = 0.001 * torch.randn(estado["x_fc.weight"].shape)
                estado["x_fc.bias"] = torch.zeros(n)
                estado["h_fc.bias"] = torch.zeros(n)
                celda.load_state_dict(estado)
            """,
        },
    ),
)

_FUNCTIONS = (
    Variant(
        "torch's sigmoid and tanh; maximum",
        {
            "sigmoide()": "return torch.sigmoid(x)",
            "tangente()": "return torch.tanh(x)",
            "relu()": "return torch.maximum(x, torch.zeros_like(x))",
            "relu_con_fuga()": "return torch.clamp(x, min=0) + alfa * torch.clamp(x, max=0)",
            "sigmoide_dura()": "return (x + 3).clamp(0, 6) / 6",
            "derivada()": """
                if nombre == "sigmoide":
                    return torch.sigmoid(x) * torch.sigmoid(-x)
                elif nombre == "tangente":
                    return 1.0 - torch.tanh(x).pow(2)
                elif nombre == "relu":
                    return torch.where(x > 0, torch.ones_like(x), torch.zeros_like(x))
                elif nombre == "relu_con_fuga":
                    d = torch.ones_like(x)
                    d[x < 0] = 0.01
                    return d
                elif nombre == "sigmoide_dura":
                    dentro = (x > -3) & (x < 3)
                    return torch.where(dentro, torch.full_like(x, 1 / 6), torch.zeros_like(x))
                else:
                    raise ValueError(nombre)
            """,
        },
    ),
    Variant(
        "each by the sign of x; the tangent by the sigmoid; a table of functions",
        {
            "sigmoide()": """
                e = torch.exp(-x.abs())
                return torch.where(x >= 0, 1 / (1 + e), e / (1 + e))
            """,
            "tangente()": "return 2 * sigmoide(2 * x) - 1",
            "relu()": "return (x + x.abs()) / 2",
            "relu_con_fuga()": "return relu(x) - alfa * relu(-x)",
            "sigmoide_dura()": "return (relu(x + 3) - relu(x - 3)) / 6",
            "derivada()": """
                tabla = {
                    "sigmoide": lambda z: sigmoide(z) - sigmoide(z) ** 2,
                    "tangente": lambda z: (1 - tangente(z)) * (1 + tangente(z)),
                    "relu": lambda z: torch.heaviside(z, torch.zeros_like(z)),
                    "relu_con_fuga": lambda z: 0.01 + 0.99 * (z > 0).to(z.dtype),
                    "sigmoide_dura": lambda z: ((z > -3) * (z < 3)).to(z.dtype) / 6,
                }
                return tabla[nombre](x)
            """,
        },
    ),
    Variant(
        "the slope by autograd, of torch's functions; masks by multiplication",
        {
            "tangente()": """
                e = torch.exp(-2 * x.abs())
                return torch.sign(x) * (1 - e) / (1 + e)
            """,
            "relu()": "return x * (x > 0)",
            "relu_con_fuga()": """
                y = x.clone()
                y[y < 0] *= alfa
                return y
            """,
            "sigmoide_dura()": """
                cero, uno = torch.zeros_like(x), torch.ones_like(x)
                return torch.min(uno, torch.max(cero, x / 6 + 0.5))
            """,
            "derivada()": """
                funciones = {
                    "sigmoide": torch.sigmoid, "tangente": torch.tanh, "relu": relu,
                    "relu_con_fuga": lambda z: torch.where(z > 0, z, 0.01 * z),
                    "sigmoide_dura": lambda z: torch.clamp(z / 6 + 0.5, 0, 1),
                }
                z = x.detach().clone().requires_grad_(True)
                with torch.enable_grad():
                    funciones[nombre](z).sum().backward()
                return z.grad
            """,
        },
    ),
)

_WALK = (
    Variant(
        "functional.linear; the squares by hand; a tensor of numbers",
        {
            "propaga()": """
                salida = torch.zeros(len(pesos) + 1, dtype=x.dtype)
                salida[0] = (x ** 2).sum() / x.numel()
                for k, w in enumerate(pesos):
                    x = activacion(torch.nn.functional.linear(x, w))
                    salida[k + 1] = (x ** 2).sum() / x.numel()
                return salida
            """,
        },
    ),
    Variant(
        "einsum; tensors of one number; recursion",
        {
            "propaga()": """
                aqui = torch.mean(x * x)
                if len(pesos) == 0:
                    return [aqui]
                x = activacion(torch.einsum("bj,ij->bi", x, pesos[0]))
                return [aqui] + propaga(pesos[1:], x, activacion)
            """,
        },
    ),
    Variant(
        "columns, transposed back and forth; the variance and the square of the mean",
        {
            "propaga()": """
                senales = [x.T]
                for w in pesos:
                    senales.append(activacion(w @ senales[-1]))
                return [float(s.var(correction=0) + s.mean() ** 2) for s in senales]
            """,
        },
    ),
)

VARIANTS = (*_DRAWN, *_ORTHOGONAL, *_CELLS, *_FUNCTIONS, *_WALK)
