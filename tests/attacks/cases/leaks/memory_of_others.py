# /// attack
# title = "/proc/*/mem, environ, maps, fd and cwd of every other process"
# group = "Leaks"
# verdict = "OK"
# points = 100
# ///
import functools
import os


@functools.cache
def hallado():
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            if os.stat(f"/proc/{pid}").st_uid == os.getuid():
                continue
        except FileNotFoundError:
            continue
        for nombre in ("mem", "environ", "maps", "auxv", "stack", "syscall"):
            try:
                with open(f"/proc/{pid}/{nombre}", "rb") as archivo:
                    if archivo.read(1):
                        raise RuntimeError(f"hallado: {pid} {nombre}")
            except OSError:
                pass
        for nombre in ("fd", "map_files", "cwd", "root"):
            try:
                os.listdir(f"/proc/{pid}/{nombre}/")
            except OSError:
                continue
            raise RuntimeError(f"hallado: {pid} {nombre}")


class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        hallado()
        return super().forward(x_t, hidden)
