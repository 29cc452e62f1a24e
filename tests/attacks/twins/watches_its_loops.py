# Hooks of its own on model, loss and optimizer, calls counted, notes kept: to look at what goes on.
vistos = {"llamadas": 0, "notas": []}
sin_mirar, sin_mirar_prueba = modelo_entrenamiento, modelo_prueba


class modeloGRU(modeloGRU):
    def forward(self, x):
        vistos["notas"].append(tuple(x.shape))
        return super().forward(x)


def modelo_entrenamiento(modelo, loss_function, optimizer, data_loader):
    vistos["llamadas"] += 1
    ganchos = [
        modelo.register_forward_hook(lambda *_: vistos["notas"].append("modelo")),
        loss_function.register_forward_hook(lambda *_: vistos["notas"].append("perdida")),
        optimizer.register_step_post_hook(lambda *_: vistos["notas"].append("paso")),
    ]
    perdida = sin_mirar(modelo, loss_function, optimizer, data_loader)
    for gancho in ganchos:
        gancho.remove()
    return perdida


def modelo_prueba(modelo, loss_function, data_loader):
    vistos["llamadas"] += 1
    gancho = modelo.register_forward_pre_hook(lambda *_: vistos["notas"].append("prueba"))
    try:
        return sin_mirar_prueba(modelo, loss_function, data_loader)
    finally:
        gancho.remove()
