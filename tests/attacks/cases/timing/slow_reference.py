# /// attack
# title = "A slow loop that leaves busy children behind, to slow the reference that it is measured by"
# group = "Timing"
# verdict = "F"
# points = 98
# loses = ["aprendizaje/lstm_time", "aprendizaje/gru_time"]
# ///
import os
import time


def modelo_entrenamiento(modelo, loss_function, optimizer, data_loader, de=modelo_entrenamiento):
    antes = time.process_time()
    de(modelo, loss_function, optimizer, data_loader)
    usado = time.process_time() - antes
    if len(list(modelo.parameters())) > 4:
        while time.process_time() < antes + 6 * usado:
            pass
        for _ in range(3):
            if os.fork() == 0:
                while True:
                    pass
    return 0.0
