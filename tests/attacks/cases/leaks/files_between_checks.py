# /// attack
# title = "A file left by one check for the next"
# group = "Leaks"
# verdict = "OK"
# points = 100
# twin = "temporary_files"
# ///
import os
import pathlib

VISTO = []


class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        if not VISTO and os.listdir(".") :
            raise RuntimeError(f"hallado: {os.listdir('.')}")
        VISTO.append(1)
        pathlib.Path("huella-ataque").write_text("visto")
        return super().forward(x_t, hidden)
