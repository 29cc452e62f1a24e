# /// attack
# title = "torch's cell out of the bytecode beside its source"
# group = "Not doing the work"
# verdict = "0"
# points = 75
# loses = ["celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"]
# keeps = ["celdaLSTM/parameters", "celdaLSTM/reset_parameters"]
# outcomes = ["error", "failed", "crashed"]
# ///
import glob
import marshal
import types
import torch._decomp.decompositions as modulo

(ruta,) = glob.glob(modulo.__file__.replace("decompositions.py", "__pycache__/decompositions.*pyc"))
pila = [marshal.loads(open(ruta, "rb").read()[16:])]
hallado = []
for codigo in pila:
    pila += [uno for uno in codigo.co_consts if isinstance(uno, types.CodeType)]
    if len(codigo.co_name) == 9 and codigo.co_name.endswith("_cell"):
        hallado.append(codigo)
paso = types.FunctionType(hallado[0], vars(modulo))


class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        h, c = hidden
        cuantas = self.x_fc.weight, self.h_fc.weight, self.x_fc.bias, self.h_fc.bias
        sumas = torch.nn.functional.linear(x_t, cuantas[0], cuantas[2])
        h, c = paso(sumas, h, c, cuantas[1], cuantas[3], None, 1)[:2]
        return h, c
