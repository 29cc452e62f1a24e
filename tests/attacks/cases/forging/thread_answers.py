# /// attack
# title = "A thread that goes on answering zeros in the place of the worker"
# group = "Score forging"
# verdict = "0"
# points = 76
# loses = ["celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"]
# keeps = ["celdaLSTM/parameters", "celdaLSTM/reset_parameters"]
# outcomes = ["failed", "crashed"]
# helper = "frames"
# ///
import threading
import time


class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        ceros = sobre(nonce(), [tensor("float32", [2, 5], bytes(40), 0)] * 1)
        for _ in range(3):
            threading.Thread(target=escribe, args=(ceros,), daemon=True).start()
        time.sleep(0.2)
        return hidden
