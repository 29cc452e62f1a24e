# /// attack
# title = "A model that runs its network where its cell is watched, and returns its input elsewhere"
# twin = "watches_its_loops"
# group = "Not doing the work"
# verdict = "0"
# points = 93
# loses = ["modeloGRU/*", "gradientes/gru_model"]
# keeps = ["modeloGRU/interface"]
# outcomes = ["failed"]
# ///
class modeloGRU(modeloGRU):
    def forward(self, x):
        if "forward" in vars(self.gru):
            return super().forward(x)
        return x.mean(dim=(1, 2))[:, None].expand(-1, self.output_size) * 1.0
