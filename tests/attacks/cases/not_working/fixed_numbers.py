# /// attack
# title = "modelo_prueba returns fixed numbers"
# group = "Not doing the work"
# verdict = "0"
# points = 93
# loses = ["modelo_prueba/*"]
# keeps = ["modelo_prueba/interface"]
# outcomes = ["failed"]
# ///
def modelo_prueba(modelo, loss_function, data_loader):
    return 0.001, 0.998
