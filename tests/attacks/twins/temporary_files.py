# Files of one's own, which go when they have been used.
import tempfile


class celdaGRU(celdaGRU):
    def forward(self, x_t, h_t_1):
        with tempfile.TemporaryFile() as archivo:
            torch.save(h_t_1.detach(), archivo)
            return super().forward(x_t, h_t_1)
