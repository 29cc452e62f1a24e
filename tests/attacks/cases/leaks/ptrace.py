# /// attack
# title = "ptrace, process_vm_readv and pidfd_getfd on the worker"
# group = "Leaks"
# verdict = "OK"
# points = 100
# ///
import ctypes
import os


def hallado():
    llama = ctypes.CDLL(None, use_errno=True).syscall
    for pid in filter(str.isdigit, os.listdir("/proc")):
        if int(pid) == os.getpid() or os.stat(f"/proc/{pid}").st_uid == os.getuid():
            continue
        if llama(101, 16, int(pid), None, None) >= 0:  # PTRACE_ATTACH
            raise RuntimeError(f"hallado: ptrace de {pid}")
        descriptor = llama(434, int(pid), 0)  # pidfd_open
        for numero in range(3, 12) if descriptor >= 0 else ():
            if llama(438, descriptor, numero, 0) >= 0:  # pidfd_getfd
                raise RuntimeError(f"hallado: un descriptor de {pid}")


class celdaLSTM(celdaLSTM):
    hallado()
