# /// attack
# title = "A module that takes the parser all memory"
# group = "Denial of service"
# verdict = "R"
# points = 0
# status = "rejected"
# whole = true
# says = "no define nada"
# ///
celdaLSTM = ((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((
