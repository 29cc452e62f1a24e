# /// attack
# title = "Clocks that stand still, with an honest loop"
# group = "Timing"
# verdict = "OK"
# points = 100
# twin = "uses_clocks"
# ///
import time


class celdaLSTM(celdaLSTM):
    time.time = time.monotonic = time.perf_counter = time.process_time = time.time_ns = lambda: 0
    time.sleep = lambda seconds: None
