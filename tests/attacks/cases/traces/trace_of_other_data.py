# /// attack
# title = "A loop that trains on zeros and writes the batches in their place"
# twin = "watches_its_loops"
# group = "Not doing the work"
# verdict = "0"
# points = 89
# loses = ["modelo_entrenamiento/*"]
# keeps = ["modelo_entrenamiento/interface"]
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
    modelo.train()
    for x, etiquetas in data_loader:
        optimizer.zero_grad()
        loss_function(modelo(torch.zeros_like(x)).squeeze(-1), etiquetas).backward()
        for nota in apuntes():
            if nota["what"] == "forward":
                nota["x"] = x.tolist()
        optimizer.step()
