# /// attack
# title = "A thread that erases all the while what the grader's objects hold"
# group = "Not doing the work"
# verdict = "F"
# points = 73
# loses = ["celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"]
# flags = ["delegation:celdaLSTM"]
# ///
import sys
import threading


def borra():
    while True:
        for modulo in [m for n, m in list(sys.modules.items()) if n.startswith("grader.")]:
            for valor in list(vars(modulo).values()):
                if isinstance(valor, (list, dict, set)) and valor is not vars(modulo):
                    try:
                        valor.clear()
                    except Exception:
                        pass


class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        threading.Thread(target=borra, daemon=True).start()
        w = self.x_fc.weight, self.h_fc.weight, self.x_fc.bias, self.h_fc.bias
        return torch.lstm_cell(x_t, hidden, *w)
