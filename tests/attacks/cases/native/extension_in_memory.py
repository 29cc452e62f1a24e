# /// attack
# title = "A module of native code in memory alone, by a path that begins as the library's does"
# group = "Not doing the work"
# verdict = "0"
# points = 75
# loses = ["celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"]
# keeps = ["celdaLSTM/parameters", "celdaLSTM/reset_parameters"]
# outcomes = ["error", "failed"]
# twin = "honest_ctypes"
# ///
import importlib.machinery
import importlib.util
import os


class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        numero = os.memfd_create("nativo")
        os.write(numero, open(torch._C.__file__, "rb").read(4096))
        ruta = os.path.dirname(os.__file__) + f"/../../../../proc/self/fd/{numero}"
        cargador = importlib.machinery.ExtensionFileLoader("nativo", ruta)
        importlib.util.module_from_spec(importlib.util.spec_from_loader("nativo", cargador))
        return super().forward(x_t, hidden)
