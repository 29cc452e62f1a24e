# /// attack
# title = "The training goes on in a thread after the loop has returned"
# group = "Timing"
# verdict = "0"
# points = 88
# loses = ["modelo_entrenamiento/*"]
# ///
import threading
import time


def modelo_entrenamiento(modelo, loss_function, optimizer, data_loader, de=modelo_entrenamiento):
    def entrena():
        time.sleep(0.5)
        de(modelo, loss_function, optimizer, data_loader)

    threading.Thread(target=entrena, daemon=True).start()
    return 0.0
