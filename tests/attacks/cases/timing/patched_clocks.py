# /// attack
# title = "Clocks that stand still, with a slow loop"
# group = "Timing"
# verdict = "F"
# points = 98
# loses = ["aprendizaje/lstm_time", "aprendizaje/gru_time"]
# twin = "uses_clocks"
# ///
import resource
import time


def modelo_entrenamiento(modelo, loss_function, optimizer, data_loader, de=modelo_entrenamiento):
    for _ in range(100_000_000 if len(list(modelo.parameters())) > 5 else 0):
        pass
    return de(modelo, loss_function, optimizer, data_loader)


class celdaLSTM(celdaLSTM):
    time.time = time.monotonic = time.perf_counter = time.process_time = lambda: 0.0
    resource.getrusage = lambda *_: None
