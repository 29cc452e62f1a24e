# Asks for a GPU by a program that is not there, and does without.
import subprocess


def hay_gpu():
    try:
        return subprocess.run(["nvidia-smi"], capture_output=True).returncode == 0
    except OSError:
        return False


dispositivo = "cuda" if hay_gpu() else "cpu"


class modeloLSTM(modeloLSTM):
    def forward(self, x):
        return super().forward(x.to(dispositivo))
