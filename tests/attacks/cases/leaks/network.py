# /// attack
# title = "TCP, UDP, raw, DNS, IPv6, netlink and vsock to anybody"
# group = "Leaks"
# verdict = "OK"
# points = 100
# ///
import functools
import socket


@functools.cache
def hallado():
    for destino in ("127.0.0.1", "172.17.0.1", "10.0.2.2", "169.254.169.254", "1.1.1.1", "::1"):
        familia = socket.AF_INET6 if ":" in destino else socket.AF_INET
        for tipo in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW):
            for puerto in (45613, 53, 80, 2375):
                try:
                    with socket.socket(familia, tipo) as enchufe:
                        enchufe.settimeout(0.05)
                        enchufe.connect((destino, puerto))
                        enchufe.send(b"huella-ataque")
                except OSError:
                    continue
                raise RuntimeError(f"hallado: {destino}:{puerto}")
    try:
        socket.getaddrinfo("example.com", 80)
    except OSError:
        pass
    else:
        raise RuntimeError("hallado: hay nombres")
    try:
        socket.socket(40, socket.SOCK_STREAM)
    except OSError:
        return
    raise RuntimeError("hallado: vsock")


class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        hallado()
        return super().forward(x_t, hidden)
