# /// attack
# title = "sys.exit(0) while the definitions run"
# group = "Score forging"
# verdict = "S"
# points = 73
# loses = ["celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"]
# outcomes = ["error"]
# says = "SystemExit"
# ///
import sys


class celdaLSTM(torch.nn.Module):
    sys.exit(0)
