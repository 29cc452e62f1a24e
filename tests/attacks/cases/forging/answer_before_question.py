# /// attack
# title = "An answer that lies there before the question comes"
# group = "Score forging"
# verdict = "S"
# points = 73
# loses = ["celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"]
# outcomes = ["crashed"]
# says = "otra pregunta|respuesta mal formada"
# helper = "frames"
# ///
class celdaLSTM(celdaLSTM):
    def __init__(self, *sizes):
        super().__init__(*sizes)
        adelantada = trama(msgpack.packb({"nonce": bytes(16), "value": True}))
        escribe(adelantada)
        escribe(adelantada)
