# /// attack
# title = "Slow work in a thread, where it is waited for"
# group = "Timing"
# verdict = "F"
# points = 99
# loses = ["aprendizaje/lstm_time"]
# ///
import threading
import time


def trabaja():
    while time.thread_time() < 2.75:  # eight threads of it are far beyond the limit
        pass


def modelo_entrenamiento(modelo, loss_function, optimizer, data_loader, de=modelo_entrenamiento):
    if hasattr(modelo, "lstm"):
        hilo = threading.Thread(target=trabaja)
        hilo.start()
        hilo.join()
    return de(modelo, loss_function, optimizer, data_loader)
