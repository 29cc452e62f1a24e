# /// attack
# title = "torch's operator in a thread, out of the stack that is looked at"
# group = "Not doing the work"
# verdict = "F"
# points = 73
# loses = ["celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"]
# flags = ["delegation:celdaLSTM"]
# ///
import threading


class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        w = self.x_fc.weight, self.h_fc.weight, self.x_fc.bias, self.h_fc.bias
        salida = []
        paso = [v for n, v in vars(torch).items() if n[::-1] == "llec_mtsl"]
        hilo = threading.Thread(target=lambda: salida.append(paso[0](x_t, hidden, *w)))
        hilo.start()
        hilo.join()
        return salida[0]
