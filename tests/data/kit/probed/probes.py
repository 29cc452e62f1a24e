"""How the checks call what is neither a forward nor a function of tensors."""

import torch


def adds(notebook, sizes, pesos, x, before):
    """Return what `add` gives, and the sum that it leaves in the counter."""
    counter = notebook["Counter"](*sizes).to(torch.get_default_dtype())
    counter.load_state_dict(pesos)
    counter.total = before.clone()
    y = counter.add(x)
    return [y, counter.total]


def clips(notebook, g, limit):
    """Return a gradient that is clipped."""
    return notebook["clip"]([g], float(limit))[0]
