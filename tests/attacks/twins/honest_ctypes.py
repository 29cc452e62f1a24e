# ctypes for what types are made of, and numpy's addresses, which call nothing.
import ctypes

import numpy


class Registro(ctypes.Structure):
    _fields_ = [("a", ctypes.c_int32), ("b", ctypes.c_double)]


assert ctypes.sizeof(Registro) == 16
direccion = numpy.zeros(3).ctypes.data


class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        numpy.asarray(x_t.detach()).ctypes.data
        return super().forward(x_t, hidden)
