# /// attack
# title = "The cell that torch keeps to be quantised, under a name that is put together"
# group = "Not doing the work"
# verdict = "0"
# points = 75
# loses = ["celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"]
# keeps = ["celdaLSTM/parameters", "celdaLSTM/reset_parameters"]
# outcomes = ["error", "failed"]
# twin = "compiled"
# ///
import torch.ao.nn.quantizable.modules.rnn as modulo

(clase,) = [uno for nombre, uno in vars(modulo).items() if len(nombre) == 8 and nombre[4:] == "Cell"]


class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        otra = clase(x_t.shape[1], hidden[0].shape[1])
        return otra(x_t, hidden)
