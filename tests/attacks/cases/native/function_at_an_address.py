# /// attack
# title = "A function pointer to an address, of which no hook is told"
# group = "Not doing the work"
# verdict = "0"
# points = 75
# loses = ["celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"]
# keeps = ["celdaLSTM/parameters", "celdaLSTM/reset_parameters"]
# outcomes = ["error", "failed"]
# twin = "honest_ctypes"
# ///
class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        puente = getattr(torch, "cty" + "pes")
        inicio = int(open("/proc/self/maps").read().split("-")[0], 16)
        puente.CFUNCTYPE(puente.c_int)(inicio + 4096)()
        return super().forward(x_t, hidden)
