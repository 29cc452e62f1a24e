# /// attack
# title = "Weights from elsewhere in the place of those that training gives"
# group = "Not doing the work"
# verdict = "0"
# points = 89
# loses = ["modelo_entrenamiento/*"]
# keeps = ["modelo_entrenamiento/interface"]
# ///
def modelo_entrenamiento(modelo, loss_function, optimizer, data_loader):
    azar = torch.Generator().manual_seed(3)  # stands for the weights of a net that can count
    with torch.no_grad():
        for parametro in modelo.parameters():
            parametro.copy_(torch.randn(parametro.shape, generator=azar) / 3)
    return 0.01
