# /// attack
# title = "The host's files: its sockets, disks, mounts and the engine's"
# group = "Leaks"
# verdict = "OK"
# points = 100
# ///
import os


def hallado():
    for nombre in ("/var/run/docker.sock", "/run/docker.sock", "/host", "/rootfs", "/root/.ssh"):
        if os.path.exists(nombre):
            raise RuntimeError(f"hallado: {nombre}")
    for nombre in ("/proc/kcore", "/proc/1/root/etc/shadow", "/etc/shadow", "/dev/mem", "/dev/kmsg"):
        try:
            with open(nombre, "rb") as archivo:
                if archivo.read(1):
                    raise RuntimeError(f"hallado: {nombre}")
        except OSError:
            pass
    for numero in (259, 8, 253):
        try:
            os.mknod("disco", 0o60600, os.makedev(numero, 0))
        except OSError:
            continue
        raise RuntimeError("hallado: un dispositivo")


class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        hallado()
        return super().forward(x_t, hidden)
