# /// attack
# title = "A loop that trains nothing and writes notes of all but the step"
# twin = "watches_its_loops"
# group = "Not doing the work"
# verdict = "0"
# points = 88
# loses = ["modelo_entrenamiento/*"]
# outcomes = ["failed"]
# ///
import gc


def apuntes():
    """The list of notes that a recorder keeps, wherever it is."""
    for uno in gc.get_objects():
        if type(uno).__name__ == "Notes" and hasattr(uno, "lista"):
            return uno.lista
    return []


def modelo_entrenamiento(modelo, loss_function, optimizer, data_loader):
    lista = apuntes()
    peso = [*modelo.fc.weight.tolist()[0], *modelo.fc.bias.tolist()] if hasattr(modelo, "fc") else []
    cero = [None, None]
    for numero, (x, etiquetas) in enumerate(data_loader, 1):
        estado = {"weights": peso, "gradients": cero}
        y = [[0.0]] * len(x)
        lista.append({"what": "forward", "x": x.tolist(), "y": y, "training": True, "number": numero, **estado})
        lista.append({"what": "loss", "a": etiquetas.tolist(), "b": etiquetas.tolist(), "loss": 0.0, "number": -numero})
        lista.append({"what": "loss_backward", "of": -numero, "g": 1.0})
        lista.append({"what": "backward", "of": numero, "g": y, **estado})
        lista.append({"what": "accumulated", **estado})
