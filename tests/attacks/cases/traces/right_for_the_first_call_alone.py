# /// attack
# title = "A loop that is right when it is called first, and then trains nothing"
# twin = "watches_its_loops"
# group = "Not doing the work"
# verdict = "0"
# points = 89
# loses = ["modelo_entrenamiento/*"]
# keeps = ["modelo_entrenamiento/interface"]
# outcomes = ["failed"]
# ///
veces = [0]
honesto = modelo_entrenamiento


def modelo_entrenamiento(modelo, loss_function, optimizer, data_loader):
    veces[0] += 1
    if veces[0] == 1:
        return honesto(modelo, loss_function, optimizer, data_loader)
    for x, etiquetas in data_loader:
        pass
