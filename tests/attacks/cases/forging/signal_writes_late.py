# /// attack
# title = "Signal handlers that write when the process is told to end"
# group = "Score forging"
# verdict = "OK"
# points = 100
# twin = "late_code"
# helper = "frames"
# ///
import signal


class celdaLSTM(celdaLSTM):
    for numero in (signal.SIGTERM, signal.SIGXCPU, signal.SIGHUP, signal.SIGPIPE):
        signal.signal(numero, lambda *_: escribe(trama(msgpack.packb({"nonce": bytes(16)}))))
