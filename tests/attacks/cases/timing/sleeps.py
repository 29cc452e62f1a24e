# /// attack
# title = "Asleep outside and inside the timed call: no time of the processor"
# group = "Timing"
# verdict = "OK"
# points = 100
# ///
import time


def modelo_entrenamiento(modelo, loss_function, optimizer, data_loader, de=modelo_entrenamiento):
    time.sleep(0.05)
    return de(modelo, loss_function, optimizer, data_loader)
