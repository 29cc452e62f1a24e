import os
import stat
import struct
import sys
import zlib

import msgpack


def enchufes():
    """The descriptors that are sockets: the protocol's, whatever its number."""
    for descriptor in range(3, 256):
        try:
            if stat.S_ISSOCK(os.fstat(descriptor).st_mode):
                yield descriptor
        except OSError:
            pass


def escribe(datos):
    for descriptor in enchufes():
        try:
            os.write(descriptor, datos)
        except OSError:
            pass


def responde(datos):
    """Answers in the worker's place, and is gone."""
    escribe(datos)
    os._exit(0)


def nonce():
    marco = sys._getframe(1)
    while "question" not in marco.f_locals:
        marco = marco.f_back
    return marco.f_locals["question"]["nonce"]


def trama(cabecera, cuerpo=b"", magia=b"GRDR", version=1, largo=None, largo_cuerpo=None, suma=None):
    prefijo = struct.pack(
        "!4sBxxxIQI",
        magia,
        version,
        len(cabecera) if largo is None else largo,
        len(cuerpo) if largo_cuerpo is None else largo_cuerpo,
        zlib.crc32(cuerpo, zlib.crc32(cabecera)) if suma is None else suma,
    )
    return prefijo + cabecera + cuerpo


def tensor(tipo, forma, largo, desde=0, ref=None):
    return msgpack.ExtType(1, msgpack.packb([tipo, forma, desde, largo, ref]))


def cabecera(valor):
    return msgpack.packb({"nonce": nonce(), "value": valor}, unicode_errors="surrogatepass")


def par(uno):
    """A pair, as forward must return it."""
    return msgpack.ExtType(2, msgpack.packb([uno, uno]))
