# Files of one's own, which go when they have been used.
import tempfile


class celdaGRU(celdaGRU):
    def forward(self, x_t, h_t_1):
        with tempfile.TemporaryFile() as archivo:
            archivo.write(repr(h_t_1.shape).encode())
        return super().forward(x_t, h_t_1)
