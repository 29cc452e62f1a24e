# /// attack
# title = "celdaLSTM is a torch.nn.LSTMCell"
# group = "Not doing the work"
# verdict = "F"
# points = 73
# loses = ["celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"]
# flags = ["conduct:celdaLSTM"]
# ///
class celdaLSTM(torch.nn.LSTMCell):
    pass
