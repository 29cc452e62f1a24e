# The time that an epoch takes, printed.
import time


def modelo_entrenamiento(modelo, loss_function, optimizer, data_loader, de=modelo_entrenamiento):
    inicio = time.perf_counter()
    perdida = de(modelo, loss_function, optimizer, data_loader)
    print(f"{time.perf_counter() - inicio:.2f} s")
    return perdida
