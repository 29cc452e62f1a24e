# /// attack
# title = "Exit handlers that write late"
# group = "Score forging"
# verdict = "OK"
# points = 100
# twin = "late_code"
# helper = "frames"
# ///
import atexit


class celdaLSTM(celdaLSTM):
    tarde = trama(msgpack.packb({"nonce": bytes(16), "value": 100.0}))
    atexit.register(escribe, tarde)
