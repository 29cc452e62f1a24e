"""The cells of lstm_gru as its checks declare them, for tests of what is judged over them."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

from grader.checks.kit import fixed
from grader.recurrent import horizon, models

FOLDER = Path(__file__).parents[2] / "assignments" / "lstm_gru"


def module(name: str) -> Any:
    """Return a module of the assignment's checks."""
    spec = importlib.util.spec_from_file_location(name, FOLDER / f"{name}.py")
    assert spec
    assert spec.loader
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


celdaLSTM = module("test_celda_lstm").celdaLSTM  # noqa: N816 - as students must
celdaGRU = module("test_celda_gru").celdaGRU  # noqa: N816 - the same
LSTM, GRU = models.LSTM.over(celdaLSTM), models.GRU.over(celdaGRU)
HORIZON = horizon.Cell(celdaLSTM, lambda bias: fixed(bias / 2, "x_fc", "h_fc", piece=1, of=4))
