# Compiled, as some read that one should; and loaders with workers.
import torch.nn as nn


@torch.compile
def suma(a, b):
    return a + b


class celdaLSTM(celdaLSTM):
    @torch.compile(fullgraph=True)
    def forward(self, x_t, hidden):
        return super().forward(x_t, hidden)


class Base(nn.RNNCellBase):
    """A base class of torch's, of which nothing is used."""

    def __init__(self):
        nn.Module.__init__(self)


class celdaGRU(celdaGRU, Base):
    pass


antes = modelo_entrenamiento


def modelo_entrenamiento(modelo, loss_function, optimizer, data_loader):
    otra = torch.utils.data.DataLoader(
        data_loader.dataset, batch_size=data_loader.batch_size, num_workers=2, pin_memory=False
    )
    if False:
        modelo = nn.LSTM(1, 2)
    antes(modelo, loss_function, optimizer, otra)
