# /// attack
# title = "Slow work in a forked child, whose time is not the process's own"
# group = "Timing"
# verdict = "F"
# points = 98
# loses = ["aprendizaje/lstm_time", "aprendizaje/gru_time"]
# ///
import os


def modelo_entrenamiento(modelo, loss_function, optimizer, data_loader, de=modelo_entrenamiento):
    if len(list(modelo.parameters())) < 6:
        return de(modelo, loss_function, optimizer, data_loader)
    hijo = os.fork()
    if hijo == 0:
        for _ in range(100_000_000):
            pass
        os._exit(0)
    os.waitpid(hijo, 0)
    return de(modelo, loss_function, optimizer, data_loader)
