# torch's own cells beside the student's, to compare.
def compara(entrada, oculto):
    return torch.nn.LSTM(entrada, oculto), torch.nn.GRU(entrada, oculto)


original = torch.nn.LSTMCell(3, 5)
print(original, compara(3, 5))
