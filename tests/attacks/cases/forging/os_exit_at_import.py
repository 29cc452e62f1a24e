# /// attack
# title = "os._exit(0) while the definitions run"
# group = "Score forging"
# verdict = "S"
# points = 0
# status = "rejected"
# says = "terminó por su cuenta"
# ///
import os


class celdaLSTM(torch.nn.Module):
    os._exit(0)
