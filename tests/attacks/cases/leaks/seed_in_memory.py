# /// attack
# title = "The run's seed looked for in all memory that can be read"
# group = "Leaks"
# verdict = "OK"
# points = 100
# ///
import ctypes
import functools
import re


@functools.cache
def hallado():
    buscado = re.compile(rb"semilla[-]de[-]ataques")  # which this text itself is not
    with open("/proc/self/maps") as mapas:
        for linea in mapas:
            inicio, fin, permisos = re.match(r"(\w+)-(\w+) (\S+)", linea).groups()
            if permisos[:2] != "rw" or "[v" in linea:
                continue
            trozo = ctypes.string_at(int(inicio, 16), min(int(fin, 16) - int(inicio, 16), 1 << 25))
            if buscado.search(trozo):
                raise RuntimeError("hallado: la semilla")


class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        hallado()
        return super().forward(x_t, hidden)
