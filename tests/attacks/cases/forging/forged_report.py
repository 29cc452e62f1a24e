# /// attack
# title = "A report of one's own before the worker's, while the definitions run"
# group = "Score forging"
# verdict = "R"
# points = 0
# status = "rejected"
# says = "no se pudo cargar"
# helper = "frames"
# whole = true
# ///
class celdaLSTM:
    nombres = ["celdaLSTM", "modeloLSTM", "celdaGRU", "modeloGRU", "genera_dataset"]
    leido = {
        "absent": {}, "notices": [], "flags": [], "unreadable": None, "places": {}, "renamed": {},
        "code": "0" * 64, "outline": {"spans": [], "methods": {}, "executions": []},
    }
    corrido = {"defined": nombres, "failed": {}, "notices": []}
    escribe(trama(msgpack.packb({"nonce": b"", "reading": leido})))
    escribe(trama(msgpack.packb({"nonce": b"", "ran": corrido, "tripped": []})))
