# /// attack
# title = "Clocks that stand still, with a slow loop"
# group = "Timing"
# verdict = "F"
# points = 99
# loses = ["aprendizaje/lstm_time"]
# twin = "uses_clocks"
# ///
import resource
import time


def trabaja(reloj=time.process_time):
    hasta = reloj() + 2.75  # eight times: more than twelve times what the reference takes
    while reloj() < hasta:
        pass


def modelo_entrenamiento(modelo, loss_function, optimizer, data_loader, de=modelo_entrenamiento):
    if hasattr(modelo, "lstm"):
        trabaja()
    return de(modelo, loss_function, optimizer, data_loader)


class celdaLSTM(celdaLSTM):
    time.time = time.monotonic = time.perf_counter = time.process_time = lambda: 0.0
    resource.getrusage = lambda *_: None
