# In-place operations on tensors of one's own.
class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        copia = x_t.clone()
        estados = super().forward(copia.mul(2.0).div(2.0), hidden)
        copia.detach().zero_()
        return estados
