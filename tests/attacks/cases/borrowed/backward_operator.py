# /// attack
# title = "The operator that torch takes the derivative of its cell with"
# group = "Not doing the work"
# verdict = "F"
# points = 73
# loses = ["celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"]
# flags = ["delegation:celdaLSTM"]
# ///
class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        h, c = hidden
        paso = getattr(torch.ops.aten, "_thnn_differentiable_" + "ls" + "tm_cell_backward")
        a = self.x_fc(x_t) + self.h_fc(h)
        dado = paso(None, torch.ones_like(c), a, torch.zeros_like(a), None, None, c, c)
        return dado[2], c
