# Garbage collected and the function's own name asked for, to save memory and to debug.
import gc
import inspect


class celdaGRU(celdaGRU):
    def forward(self, x_t, h_t_1):
        h_t = super().forward(x_t, h_t_1)
        self.ultimo = inspect.currentframe().f_code.co_name, gc.isenabled()
        return h_t
