# /// attack
# title = "System V shared memory, semaphores and queues; POSIX queues"
# group = "Leaks"
# verdict = "OK"
# points = 100
# copies = 3
# ///
import ctypes


def deja_y_busca():
    llama = ctypes.CDLL(None, use_errno=True).syscall
    crea, clave = 0o1600, 0x60D5
    for numero, argumentos in (
        (29, (clave, 4096, crea)),  # shmget
        (64, (clave, 1, crea)),  # semget
        (68, (clave, crea)),  # msgget
        (240, (b"huella", 0o102, 0o600, None)),  # mq_open
    ):
        if llama(numero, *argumentos) >= 0:
            raise RuntimeError(f"la llamada {numero} está permitida")


class celdaLSTM(celdaLSTM):
    deja_y_busca()
