# /// attack
# title = "A __del__ that writes when the process ends"
# group = "Score forging"
# verdict = "OK"
# points = 100
# twin = "late_code"
# helper = "frames"
# ///
class Tardio:
    def __del__(self):
        escribe(trama(msgpack.packb({"nonce": bytes(16), "value": 100.0})))


class celdaLSTM(celdaLSTM):
    guardado = Tardio()
