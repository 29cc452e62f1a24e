# /// attack
# title = "genera_dataset returns a set that it holds"
# group = "Not doing the work"
# verdict = "0"
# points = 99
# loses = ["genera_dataset/variety"]
# outcomes = ["failed"]
# ///
def genera_dataset(longitud_secuencia, muestras):
    filas = torch.arange(muestras)[:, None] + torch.arange(longitud_secuencia)
    x = (filas % 2).float()[..., None]
    return TensorDataset(x, x.sum(dim=(1, 2)))
