# /// attack
# title = "Memory is read by its address"
# group = "Not doing the work"
# verdict = "S"
# points = 75
# loses = ["celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"]
# keeps = ["celdaLSTM/parameters", "celdaLSTM/reset_parameters"]
# outcomes = ["crashed"]
# says = "lee o escribe memoria"
# twin = "honest_ctypes"
# ///
class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        puente = getattr(torch, "cty" + "pes")
        (puente.c_char * 8).from_address(id(self))
        return super().forward(x_t, hidden)
