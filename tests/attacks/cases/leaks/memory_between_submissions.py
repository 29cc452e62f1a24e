# /// attack
# title = "Globals, patches and modules left for another submission"
# group = "Leaks"
# verdict = "OK"
# points = 100
# copies = 3
# ///
import sys

import numpy


class celdaLSTM(celdaLSTM):
    for modulo in (torch, numpy, sys, math):
        if hasattr(modulo, "huella_ataque"):
            raise RuntimeError(f"hallado en {modulo}")
        modulo.huella_ataque = 1
    torch.set_default_dtype(torch.float64)
    torch.set_num_threads(7)
    torch.use_deterministic_algorithms(True)
