# /// attack
# title = "A constructor that never ends"
# group = "Denial of service"
# verdict = "S"
# points = 73
# loses = ["celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"]
# outcomes = ["timeout"]
# ///
class celdaLSTM(celdaLSTM):
    def __init__(self, *sizes):
        while True:
            pass
