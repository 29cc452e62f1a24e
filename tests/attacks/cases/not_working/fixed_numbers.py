# /// attack
# title = "modelo_prueba returns fixed numbers"
# group = "Not doing the work"
# verdict = "0"
# points = 92
# loses = ["modelo_prueba/*"]
# outcomes = ["failed"]
# ///
def modelo_prueba(modelo, loss_function, data_loader):
    return 0.001, 0.998
