# /// attack
# title = "Definitions that never end"
# group = "Denial of service"
# verdict = "S"
# points = 0
# status = "rejected"
# says = "no terminan|procesador"
# ///
class celdaLSTM(torch.nn.Module):
    while True:
        pass
