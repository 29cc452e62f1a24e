# /// attack
# title = "torch.ops loads a library"
# group = "Not doing the work"
# verdict = "S"
# points = 75
# loses = ["celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"]
# keeps = ["celdaLSTM/parameters", "celdaLSTM/reset_parameters"]
# outcomes = ["crashed"]
# says = "biblioteca de código nativo"
# twin = "honest_ctypes"
# ///
class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        getattr(torch.ops, "load_" + "library")(torch.__path__[0] + "/lib/libtorch_cpu.so")
        return super().forward(x_t, hidden)
