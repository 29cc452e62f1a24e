"""What works elsewhere and not here, made to do the same in a plainer way.

Here is one core and no compiler: `torch.compile` gives back what it is given, and loaders fetch
their batches themselves instead of asking workers. What is computed is the same.
"""

from __future__ import annotations

import functools
import inspect
from typing import Any

import torch
from torch.utils.data import DataLoader

_PLAIN: dict[str, Any] = {
    "num_workers": 0,
    "timeout": 0,
    "prefetch_factor": None,
    "persistent_workers": False,
    "multiprocessing_context": None,
}


def install() -> None:
    """Change torch in this process, for good."""
    torch.compile = _compile
    torch.nn.Module.compile = lambda *_, **__: None  # type: ignore[method-assign]
    made = DataLoader.__init__
    bind = inspect.signature(made).bind

    @functools.wraps(made)
    def __init__(self: Any, *arguments: Any, **options: Any) -> None:  # noqa: N807
        asked = options.get("num_workers") or arguments[_POSITION:]
        if asked:
            bound = bind(self, *arguments, **options)
            bound.arguments.update(_PLAIN)
            made(*bound.args, **bound.kwargs)
        else:
            made(self, *arguments, **options)

    DataLoader.__init__ = __init__  # type: ignore[method-assign]
    _size_loaded_layers()


def _size_loaded_layers() -> None:
    """Let a lazy layer that was given weights before its first call take its size from them."""
    layer = torch.nn.LazyLinear
    made = layer.initialize_parameters

    def initialize_parameters(self: Any, input: Any) -> None:  # noqa: A002
        if not self.has_uninitialized_params():
            self.in_features = self.weight.shape[-1]
        made(self, input)

    layer.initialize_parameters = initialize_parameters  # type: ignore[method-assign]


_POSITION = 5  # of `num_workers` among the arguments


def _compile(model: Any = None, **_: Any) -> Any:
    """Return what is to be compiled; as a decorator with options, what does."""
    return model if model is not None else lambda given: given
