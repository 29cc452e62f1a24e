# /// attack
# title = "numpy's and Python's generators patched, with a wrong data set"
# group = "Score forging"
# verdict = "0"
# points = 99
# loses = ["genera_dataset/variety"]
# outcomes = ["failed"]
# ///
import random

import numpy


class celdaLSTM(celdaLSTM):
    numpy.random.seed = random.seed = torch.manual_seed = lambda *_: None
    numpy.random.rand = numpy.random.random = random.random = lambda *_: 0.5


def genera_dataset(longitud_secuencia, muestras):
    fijas = torch.Generator().manual_seed(7)
    x = torch.randint(0, 2, (muestras, longitud_secuencia, 1), generator=fijas).float()
    return TensorDataset(x, x.sum(dim=(1, 2)))
