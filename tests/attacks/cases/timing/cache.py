# /// attack
# title = "Answers kept from one call to the next, without looking at the question"
# group = "Timing"
# verdict = "0"
# points = 92
# loses = ["modelo_prueba/*"]
# outcomes = ["failed"]
# twin = "honest_cache"
# ///
GUARDADO = {}


def modelo_prueba(modelo, loss_function, data_loader, de=modelo_prueba):
    if type(modelo) not in GUARDADO:
        GUARDADO[type(modelo)] = de(modelo, loss_function, data_loader)
    return GUARDADO[type(modelo)]
