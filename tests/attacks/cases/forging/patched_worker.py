# /// attack
# title = "The worker's own functions patched to answer for a wrong cell"
# group = "Score forging"
# verdict = "0"
# points = 50
# loses = ["celda*/*", "gradientes/*_cell", "gradientes/*_long"]
# outcomes = ["failed"]
# ///
import gc

from grader.worker import objects


class celdaLSTM(celdaLSTM):
    objects.describe = lambda error: ["", "", None, None, False]
    objects.Objects._state = lambda self, target: torch.nn.Module.state_dict(target)
    objects.start_random = lambda seed: None
    gc.disable()

    def forward(self, x_t, hidden):
        return hidden[0] * 0, hidden[1] * 0
