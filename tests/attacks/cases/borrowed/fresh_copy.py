# /// attack
# title = "A fresh copy of torch's decompositions through a loader"
# group = "Not doing the work"
# verdict = "0"
# points = 75
# loses = ["celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"]
# keeps = ["celdaLSTM/parameters", "celdaLSTM/reset_parameters"]
# outcomes = ["error", "failed", "crashed"]
# ///
import importlib.util
import torch._decomp as paquete

ruta = paquete.__path__[0] + "/decompositions.py"
espec = importlib.util.spec_from_file_location("copia", ruta)
copia = importlib.util.module_from_spec(espec)
espec.loader.exec_module(copia)
paso = vars(copia)["".join(sorted("mslt", key="lstm".index)) + "_cell"]


class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        h, c = hidden
        cuantas = self.x_fc.weight, self.h_fc.weight, self.x_fc.bias, self.h_fc.bias
        sumas = torch.nn.functional.linear(x_t, cuantas[0], cuantas[2])
        h, c = paso(sumas, h, c, cuantas[1], cuantas[3], None, 1)[:2]
        return h, c
