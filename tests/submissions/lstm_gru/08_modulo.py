"""Tarea 3: celdas LSTM y GRU (lo hice en un archivo porque no me abría Jupyter)."""

import argparse
import math

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

EPOCAS = 30
MUESTRAS_ENTRENAMIENTO = 2000
TAM_BATCH = 64
MUESTRAS_PRUEBAS = 300
LONGITUD_SECUENCIA = 10
UNIDADES_OCULTAS = 20

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


class celdaLSTM(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.x_fc = nn.Linear(input_size, 4 * hidden_size)
        self.h_fc = nn.Linear(hidden_size, 4 * hidden_size)
        self.reset_parameters()

    def reset_parameters(self):
        limite = math.sqrt(3 / self.hidden_size)
        for capa in (self.x_fc, self.h_fc):
            nn.init.uniform_(capa.weight, -limite, limite)
            nn.init.uniform_(capa.bias, -limite, limite)

    def forward(self, x_t, hidden):
        h, c = hidden
        activaciones = self.x_fc(x_t) + self.h_fc(h)
        entrada, olvido, candidato, salida = torch.tensor_split(activaciones, 4, dim=-1)
        c = olvido.sigmoid() * c + entrada.sigmoid() * candidato.tanh()
        return salida.sigmoid() * c.tanh(), c


class celdaGRU(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.x_r_fc = nn.Linear(input_size, hidden_size)
        self.x_z_fc = nn.Linear(input_size, hidden_size)
        self.x_h_fc = nn.Linear(input_size, hidden_size)
        self.h_r_fc = nn.Linear(hidden_size, hidden_size)
        self.h_z_fc = nn.Linear(hidden_size, hidden_size)
        self.hr_h_fc = nn.Linear(hidden_size, hidden_size)

    def puerta(self, letra, x, h):
        return torch.sigmoid(getattr(self, f"x_{letra}_fc")(x) + getattr(self, f"h_{letra}_fc")(h))

    def forward(self, x_t, h_t_1):
        z = self.puerta("z", x_t, h_t_1)
        r = self.puerta("r", x_t, h_t_1)
        propuesta = torch.tanh(self.x_h_fc(x_t) + self.hr_h_fc(r * h_t_1))
        return z * h_t_1 + (1 - z) * propuesta


class modeloLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.lstm = celdaLSTM(input_size, hidden_size)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        h = x.new_zeros((x.size(0), self.hidden_size))
        c = h.clone()
        for t in range(x.size(1)):
            h, c = self.lstm(x[:, t], (h, c))
        return self.fc(h)


class modeloGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.gru = celdaGRU(input_size, hidden_size)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        h = x.new_zeros((x.size(0), self.hidden_size))
        for t in range(x.size(1)):
            h = self.gru(x[:, t], h)
        return self.fc(h)


def genera_dataset(longitud_secuencia, muestras):
    x = torch.randint(0, 2, size=(muestras, longitud_secuencia, 1), dtype=torch.float32)
    return TensorDataset(x, x.flatten(1).sum(1))


def modelo_entrenamiento(modelo, loss_function, optimizer, data_loader):
    modelo.train()
    total = 0.0
    for x, y in data_loader:
        x, y = x.to(device), y.to(device)
        optimizer.zero_grad()
        perdida = loss_function(modelo(x).flatten(), y)
        perdida.backward()
        optimizer.step()
        total += perdida.item() * len(y)
    print(f"pérdida {total / len(data_loader.dataset):.4f}")


def modelo_prueba(modelo, loss_function, data_loader):
    modelo.eval()
    total, aciertos, n = 0.0, 0, 0
    with torch.no_grad():
        for x, y in data_loader:
            x, y = x.to(device), y.to(device)
            salida = modelo(x).flatten()
            total += loss_function(salida, y).item() * len(y)
            aciertos += (salida.round() == y).sum().item()
            n += len(y)
    return total / n, aciertos / n


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--modelo", choices=["lstm", "gru"], default="lstm")
    args = parser.parse_args()
    clase = modeloLSTM if args.modelo == "lstm" else modeloGRU
    modelo = clase(1, UNIDADES_OCULTAS, 1).to(device)
    optimizer = torch.optim.Adam(modelo.parameters(), lr=0.02)
    entrenamiento = DataLoader(
        genera_dataset(LONGITUD_SECUENCIA, MUESTRAS_ENTRENAMIENTO), TAM_BATCH, shuffle=True
    )
    pruebas = DataLoader(genera_dataset(LONGITUD_SECUENCIA, MUESTRAS_PRUEBAS), TAM_BATCH)
    for epoca in range(EPOCAS):
        modelo_entrenamiento(modelo, nn.MSELoss(), optimizer, entrenamiento)
        print(epoca, modelo_prueba(modelo, nn.MSELoss(), pruebas))


if __name__ == "__main__":
    main()
