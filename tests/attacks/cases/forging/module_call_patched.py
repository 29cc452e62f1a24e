# /// attack
# title = "Module.__call__ answers zeros for every module, the graders' own too"
# group = "Score forging"
# verdict = "0"
# points = 9
# loses = ["celdaLSTM/*", "celdaGRU/*", "modeloLSTM/*", "modeloGRU/*", "gradientes/*", "aprendizaje/*", "modelo_entrenamiento/*", "modelo_prueba/*"]
# keeps = ["celdaLSTM/parameters", "celdaLSTM/reset_parameters", "celdaGRU/parameters"]
# ///
class celdaLSTM(celdaLSTM):
    torch.nn.Module.__call__ = lambda self, *args: torch.zeros(2, 5, requires_grad=True)
