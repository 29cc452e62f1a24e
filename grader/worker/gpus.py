"""A lane's GPUs, which nobody sees but the process of a check that is to run on one of them.

Nothing here starts CUDA's driver before that, and neither may any process that forks: what it
forked could not use a GPU any more. So each check that runs on one loads the notebook itself.
"""

from __future__ import annotations

import os

_VISIBLE = "CUDA_VISIBLE_DEVICES"
_QUIETLY = {"PYTORCH_NVML_BASED_CUDA_CHECK": "1"}  # to ask for GPUs would else start the driver
HIDDEN = {_VISIBLE: "", **_QUIETLY}
"""What the environment of a process that is to see none holds."""


def hide() -> list[str]:
    """Return the names of the GPUs that torch can use here, and hide them from now on."""
    import torch

    visible = os.environ.get(_VISIBLE)
    os.environ.update(_QUIETLY)
    count = torch.cuda.device_count()
    os.environ.update(HIDDEN)
    return list(visible.split(",") if visible else map(str, range(count)))[:count]


def show(name: str) -> None:
    """Let this process, which has not asked for any yet, use one GPU, whose sums are repeatable."""
    os.environ[_VISIBLE] = name
    os.environ["CUBLAS_WORKSPACE_CONFIG"] = ":4096:8"


def shown() -> bool:
    """Return whether this process may see a GPU."""
    return os.environ.get(_VISIBLE) != ""
