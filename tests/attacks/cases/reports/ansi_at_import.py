# /// attack
# title = "Escapes and marks from right to left where nothing is defined"
# group = "Reports"
# verdict = "S"
# status = "rejected"
# points = 0
# whole = true
# says = "borrado"
# ///
class celdaLSTM:
    raise ValueError("\x1b[2J\x1b]0;titulo\x07\u202eodarrob\u2066 borrado")
