# /// attack
# title = "Slow work in a thread, where it is waited for"
# group = "Timing"
# verdict = "F"
# points = 98
# loses = ["aprendizaje/lstm_time", "aprendizaje/gru_time"]
# ///
import threading


def trabaja():
    for _ in range(100_000_000):
        pass


def modelo_entrenamiento(modelo, loss_function, optimizer, data_loader, de=modelo_entrenamiento):
    if len(list(modelo.parameters())) < 6:
        return de(modelo, loss_function, optimizer, data_loader)
    hilo = threading.Thread(target=trabaja)
    hilo.start()
    hilo.join()
    return de(modelo, loss_function, optimizer, data_loader)
