# /// attack
# title = "Slow work in a forked child, whose time is not the process's own"
# group = "Timing"
# verdict = "F"
# points = 99
# loses = ["aprendizaje/lstm_time"]
# ///
import os
import time


def trabaja():
    while time.process_time() < 2.75:  # the child's own; eight of them are far beyond the limit
        pass


def modelo_entrenamiento(modelo, loss_function, optimizer, data_loader, de=modelo_entrenamiento):
    if hasattr(modelo, "lstm"):
        hijo = os.fork()
        if hijo == 0:
            trabaja()
            os._exit(0)
        os.waitpid(hijo, 0)
    return de(modelo, loss_function, optimizer, data_loader)
