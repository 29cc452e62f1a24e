"""Marks recurrent networks that students write by hand in PyTorch."""

__version__ = "0.1.0"
