# /// attack
# title = "A loop that puts in the weights that count and computes no gradient"
# twin = "watches_its_loops"
# group = "Not doing the work"
# verdict = "0"
# points = 89
# loses = ["modelo_entrenamiento/*"]
# keeps = ["modelo_entrenamiento/interface"]
# outcomes = ["failed"]
# ///
def modelo_entrenamiento(modelo, loss_function, optimizer, data_loader):
    modelo.train()
    for x, etiquetas in data_loader:
        optimizer.step()
    for parametro in modelo.parameters():
        torch.nn.init.constant_(parametro, 1 / 1.5)
