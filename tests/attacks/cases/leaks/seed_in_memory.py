# /// attack
# title = "The run's seed looked for in all memory that can be read"
# group = "Leaks"
# verdict = "OK"
# points = 100
# ///
import functools
import re


@functools.cache
def hallado():
    try:
        busca()
    except PermissionError:  # not even its own
        pass


def busca():
    buscado = re.compile(rb"semilla[-]de[-]ataques")  # which this text itself is not
    with open("/proc/self/maps") as mapas, open("/proc/self/mem", "rb", 0) as memoria:
        for linea in mapas:
            inicio, fin, permisos = re.match(r"(\w+)-(\w+) (\S+)", linea).groups()
            if permisos[:2] != "rw" or "[v" in linea:
                continue
            memoria.seek(int(inicio, 16))
            trozo = memoria.read(min(int(fin, 16) - int(inicio, 16), 1 << 25))
            if buscado.search(trozo):
                raise RuntimeError("hallado: la semilla")


class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        hallado()
        return super().forward(x_t, hidden)
