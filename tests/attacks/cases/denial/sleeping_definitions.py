# /// attack
# title = "Definitions that sleep"
# group = "Denial of service"
# verdict = "S"
# points = 0
# status = "rejected"
# says = "no terminan"
# ///
import time


class celdaLSTM(torch.nn.Module):
    time.sleep(3600)
