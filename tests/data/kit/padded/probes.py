"""What takes the place of a wrong sum."""

import torch


def totals_right(notebook, name):
    """Put a right sum in place."""
    notebook[name] = suma


def suma(x, longitudes):
    """Return the sums over what is real."""
    real = torch.arange(x.shape[1]) < longitudes[:, None]
    return (x * real[..., None]).sum(1)
