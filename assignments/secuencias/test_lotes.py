"""Parts 1 to 3: sequences of different lengths in one batch, its mask, and a DataLoader's."""

import torch

from grader.checks.kit import (
    Bool,
    Definition,
    Flag,
    Float,
    Int,
    Lengths,
    One,
    Over,
    Worked,
    mistake,
    term,
)

from . import probes
from .loops import below, descending, real

LENGTHS = "largos = [len(una) for una in secuencias]"
LAST = "return lote, torch.tensor(largos, device=lote.device)"


def filled(x, largos, relleno):
    """Return x with a number beyond the lengths."""
    return torch.where(real(largos, x.shape[1])[..., None], x, relleno)


def in_front(x, largos, relleno):
    """Return x with its padding before what is real."""
    T = x.shape[1]
    steps = torch.arange(T) - (T - largos)[:, None]
    moved = x[torch.arange(len(x))[:, None], steps.clamp(min=0)]
    return torch.where((steps >= 0)[..., None], moved, relleno)


class rellena(Definition):
    probe = probes.rellena
    inputs = {
        "x": Float("B T D"),
        "largos": Lengths("B", "T"),
        "valor": One(-1.5, 4.0, optional=True),
    }
    stand_ins = below("rellena")
    outputs = {"lote": Float("B T D"), "longitudes": Int("B", below="T+1")}
    weights = {"returned": 0.5, "ones": 0.5}

    @term(2)
    def relleno(valor):
        return 0.0 if valor is None else valor

    @term(3)
    def lote(x, largos, relleno):
        return filled(x, largos, relleno)

    @term(2)
    def longitudes(largos):
        return largos

    mistakes = (
        mistake(
            "sec.value_ignored",
            relleno=lambda: 0.0,
            edit=("new_full(forma, valor)", "new_zeros(forma)"),
        ),
        mistake(
            "sec.padded_in_front",
            lote=in_front,
            edit=("lote[b, :len(una)]", "lote[b, lote.shape[1] - len(una):]"),
        ),
        mistake(
            "sec.time_first",
            lote=lambda x, largos, relleno: filled(x, largos, relleno).transpose(0, 1),
            edit=("return lote, torch", "return lote.transpose(0, 1), torch"),
        ),
        mistake(
            "sec.sorted_by_length",
            lote=lambda x, largos, relleno: filled(x, largos, relleno)[descending(largos)],
            longitudes=lambda largos: largos[descending(largos)],
            loses=("lote",),
            edit=(
                LENGTHS,
                f"secuencias = sorted(secuencias, key=len, reverse=True)\n    {LENGTHS}",
            ),
        ),
        mistake(
            "sec.longest_for_all",
            longitudes=lambda largos, T: 0 * largos + T,
            edit=(LAST, LAST.replace("largos", "[max(largos)] * len(largos)")),
        ),
    )


def wide(is_real):
    """Return the mask with more columns, by what is taken for real."""
    return lambda longitudes, columnas: is_real(
        torch.arange(columnas), longitudes[:, None]
    ).double()


class crea_mascara(Definition):
    probe = probes.mascaras
    inputs = {
        "longitudes": Lengths("B", "T"),
        "columnas": Worked(Int("E"), lambda case: case.sizes["T"] + case.sizes["E"]),
    }
    stand_ins = below("crea_mascara")
    outputs = {"mascara": Bool("B T"), "ancha": Float("B T+E"), "es_bool": Flag()}
    weights = {"returned": 0, "ones": 0.5}

    @term(3)
    def mascara(longitudes, T):
        return torch.arange(T) < longitudes[:, None]

    @term(1)
    def ancha(mascara, B, E):
        return torch.cat([mascara.double(), torch.zeros(B, E)], 1)

    @term(1)
    def es_bool():
        return True

    mistakes = (
        mistake(
            "sec.one_too_many",
            mascara=("<", "<="),
            ancha=wide(lambda t, n: t <= n),
            loses=("mascara",),
            edit=("pasos < ", "pasos <= "),
        ),
        mistake(
            "sec.one_too_few",
            mascara=("<", "+ 1 <"),
            ancha=wide(lambda t, n: t + 1 < n),
            loses=("mascara",),
            edit=("pasos < ", "pasos + 1 < "),
        ),
        mistake(
            "sec.mask_inverted",
            mascara=("<", ">="),
            ancha=wide(lambda t, n: t >= n),
            loses=("mascara",),
            edit=("pasos < ", "pasos >= "),
        ),
        mistake(
            "sec.columns_ignored",
            ancha=lambda mascara: mascara.double(),
            edit=("if T is None:", "if True:"),
        ),
        mistake(
            "sec.mask_of_floats",
            es_bool=lambda: False,
            edit=(
                "return pasos < longitudes.unsqueeze(1)",
                "return (pasos < longitudes.unsqueeze(1)).float()",
            ),
        ),
    )


SEQUENCES = "secuencias = [x for x, _ in batch]"
BY_LENGTH = "lambda par: -len(par[0])"


class collate_fn(Definition):
    probe = probes.muestras_juntas
    layers = {"juntas": Over(rellena, {"B": "B", "T": "T", "D": "D"})}
    inputs = {
        "x": Float("B T D"),
        "largos": Lengths("B", "T"),
        "etiquetas": Int("B", below=5),
    }
    stand_ins = below("rellena")
    outputs = {
        "lote": Float("B T D"),
        "longitudes": Int("B", below="T+1"),
        "y": Int("B", below=5),
        "es_int64": Flag(),
    }
    weights = {"returned": 0, "ones": 0.5}

    @term(2)
    def orden(B):
        return torch.arange(B)

    @term(1)
    def lote(juntas, x, largos, orden):
        return juntas(x[orden], largos[orden], None)[0]

    @term(2)
    def longitudes(juntas, x, largos, orden):
        return juntas(x[orden], largos[orden], None)[1]

    @term(1)
    def y(etiquetas):
        return etiquetas

    @term(1)
    def es_int64():
        return True

    mistakes = (
        mistake(
            "sec.sorted_by_length",
            orden=("torch.arange(B)", "descending(largos)"),
            y=lambda etiquetas, largos: etiquetas[descending(largos)],
            loses=("orden",),
            edit=(SEQUENCES, f"batch = sorted(batch, key={BY_LENGTH})\n    {SEQUENCES}"),
        ),
        mistake(
            "sec.labels_left_behind",
            orden=("torch.arange(B)", "descending(largos)"),
            edit=(SEQUENCES, "secuencias = sorted([x for x, _ in batch], key=len, reverse=True)"),
        ),
        mistake(
            "sec.lengths_of_labels",
            longitudes=lambda etiquetas: etiquetas,
            edit=("return lote, longitudes,", "return lote, torch.tensor(etiquetas),"),
        ),
        mistake(
            "sec.labels_of_floats",
            es_int64=lambda: False,
            edit=("torch.tensor(etiquetas)", "torch.tensor(etiquetas, dtype=torch.float32)"),
        ),
    )
