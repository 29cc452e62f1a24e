# /// attack
# title = "Expected values looked for in the frames that call"
# group = "Leaks"
# verdict = "OK"
# points = 100
# twin = "looks_at_itself"
# ///
import sys


class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        marco = sys._getframe()
        while marco is not None:
            nombre = marco.f_code.co_filename
            locales = set(marco.f_locals)
            if {"expected", "trial", "rivals", "misconception"} & locales or "checks" in nombre:
                raise RuntimeError(f"hallado: {nombre} {sorted(locales)}")
            marco = marco.f_back
        return super().forward(x_t, hidden)
