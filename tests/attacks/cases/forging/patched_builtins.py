# /// attack
# title = "builtins patched: comparisons and sums that please"
# group = "Score forging"
# verdict = "OK"
# points = 100
# ///
import builtins


class celdaLSTM(celdaLSTM):
    builtins.round = builtins.pow = lambda *_: 0
    builtins.input = builtins.open = builtins.print = lambda *_, **__: None
    builtins.__build_class__ = lambda *_: 1 / 0
