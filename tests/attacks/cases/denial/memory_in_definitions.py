# /// attack
# title = "Definitions that take all memory"
# group = "Denial of service"
# verdict = "S"
# points = 73
# loses = ["celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"]
# outcomes = ["error"]
# says = "MemoryError"
# ///
class celdaLSTM(torch.nn.Module):
    todo = bytearray(1 << 34)
