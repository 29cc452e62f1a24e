# A number that is computed once for each size.
import functools


@functools.lru_cache
def limite(hidden_size):
    return math.sqrt(3.0 / hidden_size)


class celdaLSTM(celdaLSTM):
    def reset_parameters(self):
        for parametro in self.parameters():
            torch.nn.init.uniform_(parametro, -limite(self.hidden_size), limite(self.hidden_size))
