# /// attack
# title = "Globals that one check changes for the next"
# group = "Leaks"
# verdict = "OK"
# points = 100
# ///
PASOS = {"vistos": 0}


class celdaLSTM(celdaLSTM):
    def __init__(self, *sizes):
        super().__init__(*sizes)
        PASOS["vistos"] += 1
        if PASOS["vistos"] > 2500:  # more than one check makes
            raise RuntimeError("hallado: lo que hizo otra comprobación")
