# /// attack
# title = "A report of one's own before the worker's, while the definitions run"
# group = "Score forging"
# verdict = "0"
# points = 0
# loses = ["*"]
# keeps = []
# says = "no está definido|respuesta mal formada|otra pregunta|KeyError|por su cuenta"
# helper = "frames"
# whole = true
# ///
class celdaLSTM:
    informe = {
        "defined": ["celdaLSTM", "modeloLSTM", "celdaGRU", "modeloGRU", "genera_dataset"],
        "missing": {},
        "notices": [],
        "flags": [],
        "unreadable": None,
        "places": {},
    }
    escribe(trama(msgpack.packb({"nonce": b"", "report": informe})))
