# /// attack
# title = "Checks, pytest and Hypothesis of the student's own in sys.modules"
# group = "Score forging"
# verdict = "OK"
# points = 100
# ///
import sys
import types


class Falso(types.ModuleType):
    def __getattr__(self, name):
        return lambda *_, **__: True


class celdaLSTM(celdaLSTM):
    for nombre in ("pytest", "hypothesis", "grader.checks", "grader.grading.grade", "torch.testing"):
        sys.modules[nombre] = Falso(nombre)
