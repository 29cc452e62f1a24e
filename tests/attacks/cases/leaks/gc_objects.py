# /// attack
# title = "Expected values and the seed looked for among all objects"
# group = "Leaks"
# verdict = "OK"
# points = 100
# twin = "looks_at_itself"
# ///
import functools
import gc


@functools.cache
def hallado():
    gc.unfreeze()
    modulos = ("grader.checks", "grader.grading.grade", "grader.student.student", "hypothesis", "pytest")
    for objeto in gc.get_objects():
        if str(getattr(type(objeto), "__module__", "")).startswith(modulos):
            raise RuntimeError(f"hallado: {type(objeto)}")
        if type(objeto) is dict and {"expected", "seed"} & {key for key in objeto if type(key) is str}:
            if "expected" in objeto and isinstance(objeto["expected"], torch.Tensor):
                raise RuntimeError("hallado: lo esperado")


class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        hallado()
        return super().forward(x_t, hidden)
