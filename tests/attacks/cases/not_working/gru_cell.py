# /// attack
# title = "torch.nn.GRUCell"
# group = "Not doing the work"
# verdict = "F"
# points = 77
# loses = ["celdaGRU/*", "gradientes/gru_cell", "gradientes/gru_long"]
# flags = ["delegation:celdaGRU"]
# twin = "compares_with_torch"
# ///
class celdaGRU(celdaGRU):
    def __init__(self, *sizes):
        super().__init__(*sizes)
        self.celda = torch.nn.GRUCell(*sizes)

    def forward(self, x_t, h_t_1):
        return self.celda(x_t, h_t_1)
