# A line for each batch and a warning, as people leave them.
import warnings


def modelo_entrenamiento(modelo, loss_function, optimizer, data_loader, de=modelo_entrenamiento):
    for x, y in data_loader:
        print(x.shape, y.tolist())
    warnings.warn("entrena")
    return de(modelo, loss_function, optimizer, data_loader)
