"""The run: an LSTM of ours begins with the student's weights and learns to remember a symbol.

No code of the student's runs but `inicializa_lstm`, once. Sizes, steps and rate are those of
`tests/campaign_inicializacion.py`, which measured the threshold.
"""

from functools import cache
from itertools import count

import pytest
import torch

from grader.checks.asserts import Mismatch
from grader.checks.skipping import skip
from grader.core.i18n import Bilingual

from .cells import begun

pytestmark = pytest.mark.part("aprendizaje")
HIDDEN, BATCH, STEPS, LENGTH, NOISE = 16, 32, 100, 40, 0.1
BIAS = 3.0
ENOUGH = 0.9


def sequences(samples, drawn):
    """Return a symbol and noise (B, T, 1), and the symbol, 0 or 1, (B,)."""
    symbols = torch.randint(2, (samples,), generator=drawn)
    x = NOISE * torch.randn(samples, LENGTH, 1, generator=drawn)
    x[:, 0, 0] = 2.0 * symbols - 1
    return x, symbols.float()


def right(seed, bias=BIAS):
    """Return the weights with which a right `inicializa_lstm` begins."""
    drawn = torch.Generator().manual_seed(seed)
    bound = (6 / (1 + HIDDEN)) ** 0.5
    x = bound * (2 * torch.rand(4 * HIDDEN, 1, generator=drawn) - 1)
    h = torch.cat(
        [torch.linalg.qr(torch.randn(HIDDEN, HIDDEN, generator=drawn))[0] for _ in range(4)]
    )
    biases = torch.zeros(4 * HIDDEN)
    biases[HIDDEN : 2 * HIDDEN] = bias
    return {
        "x_fc.weight": x,
        "h_fc.weight": h,
        "x_fc.bias": biases,
        "h_fc.bias": torch.zeros(4 * HIDDEN),
    }


def read(weights, x):
    """Return what a network says of sequences (B, T, 1): a logit each."""
    h = c = torch.zeros(len(x), HIDDEN)
    bias = weights["x_fc.bias"] + weights["h_fc.bias"]
    for x_t in x.unbind(1):
        gates = torch.addmm(bias, h, weights["h_fc.weight"].T) + x_t * weights["x_fc.weight"].T
        i, f, candidate, o = gates.chunk(4, 1)
        c = f.sigmoid() * c + i.sigmoid() * candidate.tanh()
        h = o.sigmoid() * c.tanh()
    return h @ weights["fc.weight"] + weights["fc.bias"]


def accuracy(begin, seed):
    """Return the share of symbols that are remembered after training on the data of a seed."""
    drawn = torch.Generator().manual_seed(seed)
    fc = {"fc.weight": torch.randn(HIDDEN, generator=drawn) / 10, "fc.bias": torch.zeros(())}
    weights = {
        key: one.detach().float().clone().requires_grad_() for key, one in {**begin, **fc}.items()
    }
    optimizer = torch.optim.Adam(weights.values(), 0.01)
    for _ in range(STEPS):
        x, symbols = sequences(BATCH, drawn)
        optimizer.zero_grad()
        torch.nn.functional.binary_cross_entropy_with_logits(read(weights, x), symbols).backward()
        torch.nn.utils.clip_grad_norm_(list(weights.values()), 1.0)
        optimizer.step()
    x, symbols = sequences(400, drawn)
    with torch.no_grad():
        return float(((read(weights, x) > 0) == symbols.bool()).double().mean())


@cache
def learnable(seed):
    """Return the first seed, from this one on, on whose data the reference learns."""
    return next(one for one in count(seed) if accuracy(right(one), one) > (1 + ENOUGH) / 2)


@pytest.mark.points(6)
def test_remembers(student, case_seed):
    """Una LSTM que empieza con tu inicializa_lstm aprende a recordar 40 pasos.

    An LSTM that begins with your inicializa_lstm learns to remember for 40 steps.
    """
    wrong = {
        "x_fc.weight": student.lost("inicializa_lstm/x_blocks"),
        "h_fc.weight": student.lost("inicializa_lstm/h_blocks"),
        "x_fc.bias": student.lost("inicializa_lstm/forget_bias"),
        "h_fc.bias": student.lost("inicializa_lstm/forget_bias"),
    }
    begin, *_ = begun(student, "inicializa_lstm", (1, HIDDEN, 4), (BIAS,), case_seed)
    if all(wrong.values()):
        es, en = (
            "antes tiene que estar bien algo de inicializa_lstm",
            "something of inicializa_lstm has to be right first",
        )
        skip(Bilingual(es, en))
    seed = learnable(case_seed % 2**31)
    mended = {key: one for key, one in right(seed).items() if wrong[key]}
    share = accuracy({**begin, **mended}, seed)
    if share < ENOUGH:
        es = f"con esos pesos, la LSTM recuerda el símbolo en el {share:.0%} de las secuencias, no en casi todas"
        en = f"with these weights the LSTM remembers the symbol in {share:.0%} of the sequences, not nearly all"
        raise Mismatch(
            Bilingual(es, en),
            quantity="inicializa_lstm",
            expected=f"{ENOUGH:.0%}",
            got=f"{share:.0%}",
        )
