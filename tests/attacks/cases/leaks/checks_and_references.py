# /// attack
# title = "Checks, references and solutions looked for on disk and by import"
# group = "Leaks"
# verdict = "OK"
# points = 100
# ///
import functools
import importlib
import os


@functools.cache
def hallado():
    for raiz, carpetas, archivos in os.walk("/"):
        carpetas[:] = [c for c in carpetas if os.path.join(raiz, c) not in ("/proc", "/sys", "/dev")]
        for nombre in archivos:
            if nombre.startswith(("test_celda", "test_modelo", "mutants", "NOTES.toml")) or (
                nombre.endswith((".ipynb", "assignment.toml", "journal.sqlite"))
            ):
                raise RuntimeError(f"hallado: {raiz}/{nombre}")
    for nombre in ("checks.lstm", "student", "standins", "grading", "sandbox", "journal", "solutions"):
        try:
            importlib.import_module(f"grader.{nombre}")
        except ImportError:
            continue
        raise RuntimeError(f"hallado: grader.{nombre}")


class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        hallado()
        return super().forward(x_t, hidden)
