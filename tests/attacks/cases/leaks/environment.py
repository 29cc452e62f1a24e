# /// attack
# title = "Secrets looked for in the environment and the arguments of all processes"
# group = "Leaks"
# verdict = "OK"
# points = 100
# ///
import glob
import os
import re


def hallado():
    textos = dict(os.environ)
    for nombre in glob.glob("/proc/*/cmdline") + glob.glob("/proc/*/environ"):
        try:
            textos[nombre] = open(nombre).read()
        except OSError:
            pass
    for nombre, texto in textos.items():
        if re.search("seed|semilla|--out|results|assignments|TOKEN|SECRET|AWS|KEY", f"{nombre}{texto}"):
            raise RuntimeError(f"hallado: {nombre}={texto}")


class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        hallado()
        return super().forward(x_t, hidden)
