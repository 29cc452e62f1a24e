"""Parts 4, 5 and 6: the L2 penalty, a step with weight decay, and Adam's, coupled and not."""

import torch

from grader.checks.kit import (
    Definition,
    Flag,
    Float,
    One,
    Worked,
    given,
    mistake,
    term,
    times,
    whole,
)

from . import probes

BLOCK = "K+1 A"
"""Two tensors, as `probes.en_dos` cuts them."""
SMALL = 1e-4
"""A scale of gradients at which ε counts."""
LAMBDAS = (0.1, 0.7, 0.02, 0.0)


class penalizacion_l2(Definition):
    probe = probes.multa
    inputs = {"theta": Float(BLOCK), "lam": One(*LAMBDAS)}
    outputs = {"multa": Float("")}
    weights = {"interface": 0.5, "ones": 0.3}

    @term(1)
    def suma(theta):
        return (theta**2).sum()

    @term(1)
    def multa(suma, lam):
        return lam / 2 * suma

    mistakes = (
        mistake("reg.l2_without_half", multa=("lam / 2", "lam"), edit=("0.5 * ", "")),
        mistake("reg.rate_forgotten", multa=("lam / 2", "0.5"), edit=("0.5 * lam", "0.5")),
        mistake(
            "reg.norm_not_squared",
            suma=lambda theta: theta[0].norm() + theta[1:].norm(),
            edit=("(theta**2).sum()", "theta.norm()"),
            also=(
                {"suma": lambda theta: theta.norm()},
                {
                    "suma": lambda theta: theta[0].norm() + theta[1:].norm(),
                    "multa": lambda lam, suma: lam * suma,
                },
                {"suma": lambda theta: theta.norm(), "multa": lambda lam, suma: lam * suma},
            ),
        ),
        mistake("reg.absolute_values", suma=("(theta**2)", "theta.abs()")),
        mistake(
            "reg.mean_of_squares",
            suma=lambda theta: (theta[0] ** 2).mean() + (theta[1:] ** 2).mean(),
            edit=(".sum()", ".mean()"),
            also=({"suma": lambda theta: (theta**2).mean()},),
        ),
        mistake(
            "reg.first_tensor_alone",
            suma=lambda theta: (theta[0] ** 2).sum(),
            edit=("in parametros", "in parametros[:1]"),
            also=({"suma": lambda theta: (theta[1:] ** 2).sum()},),
        ),
        mistake(
            "reg.sum_then_square",
            suma=lambda theta: theta[0].sum() ** 2 + theta[1:].sum() ** 2,
            edit=("(theta**2).sum()", "theta.sum() ** 2"),
        ),
    )


def torch_sgd(theta, g, tasa, lam):
    """Return what a step of torch's own gives."""
    return stepped(torch.optim.SGD, theta, g, lr=tasa, weight_decay=lam)


def stepped(optimizer, theta, g, state=None, **options):
    """Return a tensor after one step of an optimizer, which may have a past."""
    weight = torch.nn.Parameter(theta.clone())
    weight.grad = g.clone()
    stepping = optimizer([weight], **options)
    if state:
        stepping.state[weight] = state
    stepping.step()
    return weight.detach()


class paso_l2(Definition):
    probe = probes.con_decaimiento
    inputs = {
        "theta": Float(BLOCK),
        "g": Float(BLOCK),
        "tasa": One(0.5, 0.1, 1.5),
        "lam": One(*LAMBDAS),
    }
    outputs = {"nuevos": Float(BLOCK)}
    weights = {"interface": 0.5, "ones": 0.3}
    whole = whole(like=torch_sgd)

    @term(1)
    def decaido(g, lam, theta):
        return g + lam * theta

    @term(1)
    def nuevos(theta, tasa, decaido):
        return theta - tasa * decaido

    mistakes = (
        mistake("reg.decay_grows", decaido=("g + lam", "g - lam")),
        mistake("reg.decay_doubled", decaido=("lam *", "2 * lam *"), edit=("lam *", "2 * lam *")),
        mistake("reg.no_decay", decaido=("lam * theta", "0 * theta")),
        mistake(
            "reg.decay_without_rate",
            decaido=("lam * theta", "lam * theta / tasa"),
            edit=("tasa * (g + lam * theta)", "tasa * g - lam * theta"),
        ),
        mistake("reg.sign_of_weight", decaido=("lam * theta", "lam * theta.sign()")),
        mistake("reg.climbs", nuevos=("theta - tasa", "theta + tasa")),
        mistake("reg.step_alone", nuevos=("theta - tasa", "-tasa"), edit=("theta - tasa", "-tasa")),
    )


def torch_adam(theta, g, m, v, t, tasa, lam, desacoplado):
    """Return what a step of torch's own gives, from these means."""
    past = {"step": torch.tensor(float(t - 1)), "exp_avg": m.clone(), "exp_avg_sq": v.clone()}
    kind = torch.optim.AdamW if desacoplado else torch.optim.Adam
    return stepped(kind, theta, g, past, lr=tasa, weight_decay=lam or 0.0), *past_of(past)


def past_of(past):
    """Return the means, which torch changed in place."""
    return past["exp_avg"], past["exp_avg_sq"]


UNBIASED = (
    ("m_k / (1 - 0.9**t)", "m_k"),
    ("v_k / (1 - 0.999**t)", "v_k"),
)


class paso_adam(Definition):
    probe = probes.de_adam
    inputs = {
        "theta": Float(BLOCK),
        "g": Float(BLOCK),
        "m": Float(BLOCK),
        "v": Worked(Float(BLOCK), lambda case: 0.5 * case.inputs["m"] ** 2),
        "t": One(2, 1, 3, 10, 200),
        "tasa": One(0.5, 0.1, 1.5),
        "lam": One(*LAMBDAS[:3], optional=True),
        "desacoplado": Flag(optional=True),
    }
    outputs = {"nuevos": Float(BLOCK), "m_t": Float(BLOCK), "v_t": Float(BLOCK)}
    weights = {"interface": 1, "ones": 0.5, "returned": 0.5}
    extremes = (SMALL,)
    whole = whole(given(lam=0.3, desacoplado=True), like=torch_adam)

    @term(2, given(lam=0.7))
    def visto(g, lam, theta, desacoplado):
        return g if desacoplado else g + (lam or 0.0) * theta

    @term(1.5)
    def m_t(m, visto):
        return 0.9 * m + 0.1 * visto

    @term(1.5)
    def v_t(v, visto):
        return 0.999 * v + 0.001 * visto**2

    @term(1)
    def m_sin_sesgo(m_t, t):
        return m_t / (1 - 0.9**t)

    @term(1)
    def v_sin_sesgo(v_t, t):
        return v_t / (1 - 0.999**t)

    @term(1, times(SMALL, "g", "m"), times(SMALL**2, "v"), given(desacoplado=True))
    def paso(m_sin_sesgo, v_sin_sesgo):
        return m_sin_sesgo / (torch.sqrt(v_sin_sesgo) + 1e-8)

    @term(2, given(lam=0.7, desacoplado=True))
    def decae(theta, lam, desacoplado):
        return (lam or 0.0) * theta if desacoplado else 0 * theta

    @term(1, given(lam=0.7, desacoplado=True))
    def nuevos(theta, tasa, paso, decae):
        return theta - tasa * paso - tasa * decae

    mistakes = (
        mistake(
            "reg.decay_through_moments",
            visto=lambda g, lam, theta: g + (lam or 0.0) * theta,
            decae=lambda theta: 0 * theta,
            loses=("decae",),
            edit=(("if not desacoplado:", "if True:"), ("if desacoplado else 0.0", "* 0.0")),
        ),
        mistake(
            "reg.decays_twice",
            visto=lambda g, lam, theta: g + (lam or 0.0) * theta,
            edit=("if not desacoplado:", "if True:"),
        ),
        mistake(
            "reg.always_decoupled",
            visto=lambda g: g,
            decae=lambda theta, lam: (lam or 0.0) * theta,
            loses=("visto",),
            edit=(("if not desacoplado:", "if False:"), (" if desacoplado else 0.0", "")),
        ),
        mistake(
            "reg.decoupling_inverted",
            visto=lambda g, lam, theta, desacoplado: g + (lam or 0.0) * theta if desacoplado else g,
            decae=lambda theta, lam, desacoplado: (0.0 if desacoplado else lam or 0.0) * theta,
            loses=("visto",),
            edit=(
                (" if desacoplado else", " if not desacoplado else"),
                ("if not desacoplado:", "if desacoplado:"),
            ),
        ),
        mistake(
            "reg.no_bias_correction",
            m_sin_sesgo=lambda m_t: m_t,
            v_sin_sesgo=lambda v_t: v_t,
            edit=UNBIASED,
            also=({"m_sin_sesgo": lambda m_t: m_t}, {"v_sin_sesgo": lambda v_t: v_t}),
        ),
        mistake(
            "reg.step_from_zero",
            m_sin_sesgo=lambda m_t, t: m_t / (1 - 0.9 ** (t + 1)),
            v_sin_sesgo=lambda v_t, t: v_t / (1 - 0.999 ** (t + 1)),
            edit=("**t)", "**(t + 1))"),
        ),
        mistake(
            "reg.correction_without_power",
            m_sin_sesgo=lambda m_t: m_t / (1 - 0.9),
            v_sin_sesgo=lambda v_t: v_t / (1 - 0.999),
            edit=("**t)", ")"),
        ),
        mistake("reg.gradient_not_squared", v_t=("visto**2", "visto"), edit=("g**2", "g")),
        mistake(
            "reg.betas_exchanged",
            m_t=lambda m, visto: 0.999 * m + 0.001 * visto,
            v_t=lambda v, visto: 0.9 * v + 0.1 * visto**2,
            m_sin_sesgo=lambda m_t, t: m_t / (1 - 0.999**t),
            v_sin_sesgo=lambda v_t, t: v_t / (1 - 0.9**t),
            loses=("m_t", "v_t"),
            edit=(
                ("0.9 * m_k + 0.1 * g", "0.99 * m_k + 0.01 * g"),
                ("0.999 * v_k + 0.001", "0.9 * v_k + 0.1"),
                ("(1 - 0.9**t)", "(1 - 0.99**t)"),
                ("(1 - 0.999**t)", "(1 - 0.9**t)"),
                ("0.99 * m_k + 0.01 * g", "0.999 * m_k + 0.001 * g"),
                ("(1 - 0.99**t)", "(1 - 0.999**t)"),
            ),
        ),
        mistake(
            "reg.no_root",
            paso=("torch.sqrt(v_sin_sesgo)", "v_sin_sesgo"),
        ),
        mistake(
            "reg.epsilon_inside",
            paso=("(torch.sqrt(v_sin_sesgo) + 1e-8)", "torch.sqrt(v_sin_sesgo + 1e-8)"),
        ),
        mistake("reg.decay_without_rate", nuevos=("- tasa * decae", "- decae")),
        mistake(
            "reg.decay_after_step",
            nuevos=lambda theta, tasa, paso, lam, desacoplado: (
                (theta - tasa * paso) * (1 - tasa * (lam or 0.0) * bool(desacoplado))
            ),
            loses=("nuevos",),
            decae=lambda theta: 0 * theta,
            edit=(
                "nuevos.append(theta - tasa * paso - tasa * decae)",
                "nuevos.append((theta - tasa * paso) * (1 - tasa * lam * desacoplado))",
            ),
        ),
        mistake("reg.climbs", nuevos=("theta - tasa * paso", "theta + tasa * paso")),
        mistake(
            "reg.corrected_kept",
            m_t=lambda m, visto, t: (0.9 * m + 0.1 * visto) / (1 - 0.9**t),
            v_t=lambda v, visto, t: (0.999 * v + 0.001 * visto**2) / (1 - 0.999**t),
            m_sin_sesgo=lambda m_t: m_t,
            v_sin_sesgo=lambda v_t: v_t,
            loses=("m_t", "v_t"),
            edit=(("append(m_k)", "append(m_sin_sesgo)"), ("append(v_k)", "append(v_sin_sesgo)")),
        ),
    )
