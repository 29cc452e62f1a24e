# /// attack
# title = "The inputs are overwritten in place once they were used"
# group = "Score forging"
# verdict = "OK"
# points = 100
# twin = "own_copies"
# ///
class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        estados = super().forward(x_t.clone(), hidden)
        x_t.data.fill_(float("nan"))
        return estados
