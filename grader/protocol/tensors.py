"""Tensors as bytes and back: the one codec, for both sides of the wire.

Only who has tensors to send imports this module: it needs torch, `grader.protocol.wire` does not.
"""

from __future__ import annotations

import sys

import torch

from grader.protocol import wire

LARGEST = 64 << 20  # bytes of one tensor


class TensorError(ValueError):
    """A tensor that cannot be sent, or bytes that torch can make no tensor of."""


class NotDense(TensorError):
    """A tensor that is sparse, nested or without data."""


class UnknownDtype(TensorError):
    """A tensor of a dtype that does not cross: `dtype`."""

    def __init__(self, dtype: str) -> None:
        super().__init__(f"tensors of dtype {dtype} are not sent")
        self.dtype = dtype


class TooLarge(TensorError):
    """A tensor of more than `LARGEST` bytes: its `shape`."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        super().__init__(f"a tensor of shape {shape} is too large to be sent")
        self.shape = shape


def to_array(tensor: torch.Tensor, ref: int | None = None) -> wire.Array:
    """Return a tensor's numbers as bytes, wherever it lies and whatever its strides.

    `ref` names it on the other side; see `wire.Array`. Raises NotDense, UnknownDtype and TooLarge.
    """
    if tensor.layout is not torch.strided or tensor.is_nested or tensor.device.type == "meta":
        raise NotDense("the tensor is sparse, nested or without data")
    dtype = dtype_name(tensor.dtype)
    if dtype not in wire.ITEM_SIZES:
        raise UnknownDtype(dtype)
    if tensor.numel() * wire.ITEM_SIZES[dtype] > LARGEST:
        raise TooLarge(tuple(tensor.shape))
    flat = tensor.detach().cpu().clone(memory_format=torch.contiguous_format).reshape(-1)
    data = flat.view(torch.uint8).numpy().tobytes() if flat.numel() else b""
    return wire.Array(dtype, tuple(tensor.shape), data, ref)


def from_array(array: wire.Array) -> torch.Tensor:
    """Return the tensor that an `Array` describes, on the CPU and with memory of its own.

    Raises TensorError for a shape or a dtype that torch does not have.
    """
    try:
        dtype = getattr(torch, array.dtype)
        if not array.data:
            return torch.empty(array.shape, dtype=dtype)
        return torch.frombuffer(bytearray(array.data), dtype=dtype).reshape(array.shape)
    except (AttributeError, RuntimeError, ValueError, TypeError, OverflowError) as error:
        raise TensorError(str(error)) from error


def dtype_name(dtype: torch.dtype) -> str:
    """Return a dtype's name on the wire: `float64` for `torch.float64`."""
    return str(dtype).removeprefix("torch.")


assert sys.byteorder == "little"  # noqa: S101 - what the wire carries
