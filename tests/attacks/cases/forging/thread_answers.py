# /// attack
# title = "A thread that goes on answering zeros in the place of the worker"
# group = "Score forging"
# verdict = "0"
# points = 75
# loses = ["celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"]
# keeps = ["celdaLSTM/parameters", "celdaLSTM/reset_parameters"]
# outcomes = ["failed", "crashed"]
# helper = "frames"
# ///
import threading
import time


class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        estados = [tensor("float32", [2, 5], 40, desde) for desde in (0, 40)]
        ceros = trama(cabecera(msgpack.ExtType(2, msgpack.packb(estados))), bytes(80))
        for _ in range(3):
            threading.Thread(target=escribe, args=(ceros,), daemon=True).start()
        time.sleep(0.2)
        return hidden
