"""Parts 4 to 6: a mean, a loss and a last state to which padding means nothing."""

from math import isnan

import pytest
import torch
from torch.nn import functional

from grader.checks import answers
from grader.checks.asserts import Mismatch
from grader.checks.kit import Bool, Definition, Float, Int, Lengths, Padded, full, mistake, term
from grader.checks.kit import whole as whole_
from grader.checks.sequences import padding_is_silent
from grader.core.i18n import Bilingual

from . import probes
from .loops import at, below, has_a_name, real

WEIGHTED, DIVIDED = "(x * pesos)", "suma / cuantos.clamp(min=1)"


class media_enmascarada(Definition):
    inputs = {"x": Padded(Float("B T D"), "mascara"), "mascara": Bool("B T")}
    stand_ins = below("media_enmascarada")
    outputs = {"media": Float("B D")}
    weights = {"ones": 0.5}
    largest = {"T": 4}
    fresh_sizes = {"T": 5, "B": 6}

    @term(2)
    def suma(x, mascara):
        return (x * mascara[..., None]).sum(1)

    @term(2)
    def cuantos(mascara):
        return mascara.sum(1, keepdim=True).to(torch.float64)

    @term(1)
    def media(suma, cuantos):
        return suma / cuantos.clamp(min=1)

    mistakes = (
        mistake("sec.mask_ignored", suma=lambda x: x.sum(1), edit=(WEIGHTED, "x")),
        mistake(
            "sec.first_mask_for_all",
            suma=("mascara[", "mascara[:1]["),
            cuantos=("mascara.", "mascara[:1]."),
            loses=("suma",),
            edit=("= mascara.", "= mascara[:1]."),
        ),
        mistake(
            "sec.mask_inverted",
            suma=("mascara[", "(~mascara)["),
            cuantos=("mascara.", "(~mascara)."),
            loses=("suma",),
            edit=("= mascara.", "= (~mascara)."),
        ),
        mistake(
            "sec.divided_by_all",
            cuantos=lambda B, T: torch.full((B, 1), float(T), dtype=torch.float64),
            edit=(DIVIDED, "suma / x.shape[1]"),
        ),
        mistake(
            "sec.sum_for_mean",
            cuantos=lambda B: torch.ones(B, 1, dtype=torch.float64),
            edit=(DIVIDED, "suma"),
        ),
        mistake(
            "sec.empty_is_nan",
            media=(".clamp(min=1)", ""),
            edit=("cuantos.clamp(min=1)", "cuantos"),
        ),
    )


PER_STEP = 'F.cross_entropy(logits.transpose(1, 2), objetivos, reduction="none")'
TOTAL, COUNT = "(por_paso * mascara).sum()", "mascara.sum()"
LOSS = Bilingual("la pérdida", "the loss")


class perdida_enmascarada(Definition):
    inputs = {
        "logits": Padded(Float("B T C"), "mascara"),
        "objetivos": Int("B T", below="C"),
        "mascara": Bool("B T", rows="some"),
    }
    stand_ins = below("perdida_enmascarada")
    outputs = {"perdida": Float("")}
    weights = {"ones": 0.5}
    fresh_sizes = {"T": 5, "B": 4, "C": 3}
    whole = whole_(
        like=lambda logits, objetivos, mascara: functional.cross_entropy(
            logits.flatten(0, 1), objetivos.masked_fill(~mascara, -100).flatten()
        )
    )

    @term(2, full("mascara"))
    def por_paso(logits, objetivos):
        return logits.logsumexp(-1) - logits.gather(-1, objetivos[..., None])[..., 0]

    @term(2)
    def total(por_paso, mascara):
        return (por_paso * mascara).sum()

    @term(4)
    def cuantos(mascara):
        return mascara.sum()

    @term(0)
    def perdida(total, cuantos):
        return total / cuantos

    mistakes = (
        mistake(
            "sec.probabilities_for_logits",
            por_paso=lambda logits, objetivos: functional.cross_entropy(
                logits.softmax(-1).transpose(1, 2), objetivos, reduction="none"
            ),
            edit=("logits.transpose", "logits.softmax(-1).transpose"),
        ),
        mistake(
            "sec.mask_ignored",
            total=lambda por_paso: por_paso.sum(),
            cuantos=lambda B, T: B * T,
            loses=("total",),
            edit=((TOTAL, "por_paso.sum()"), (COUNT, "mascara.numel()")),
        ),
        mistake(
            "sec.padding_summed",
            total=lambda por_paso: por_paso.sum(),
            edit=(TOTAL, "por_paso.sum()"),
        ),
        mistake(
            "sec.mask_inverted",
            total=("* mascara", "* ~mascara"),
            cuantos=("mascara.", "(~mascara)."),
            loses=("total",),
            edit=((TOTAL, "(por_paso * ~mascara).sum()"), (COUNT, "(~mascara).sum()")),
        ),
        mistake(
            "sec.zeros_for_padding",
            total=lambda por_paso, mascara, C: (
                (por_paso * mascara).sum()
                + (~mascara).sum() * torch.tensor(float(C)).double().log()
            ),
            cuantos=lambda B, T: B * T,
            also=(
                {
                    "total": lambda por_paso, mascara, C: (
                        (por_paso * mascara).sum()
                        + (~mascara).sum() * torch.tensor(float(C)).double().log()
                    )
                },
            ),
            loses=("total",),
            edit=(
                ("logits.transpose", "(logits * mascara.unsqueeze(-1)).transpose"),
                (TOTAL, "por_paso.sum()"),
                (COUNT, "mascara.numel()"),
            ),
        ),
        mistake(
            "sec.divided_by_all",
            cuantos=lambda B, T: B * T,
            edit=(f"total / {COUNT}", "total / mascara.numel()"),
        ),
        mistake(
            "sec.divided_by_batch",
            cuantos=lambda B: B,
            edit=(f"total / {COUNT}", "total / len(mascara)"),
        ),
        mistake("sec.sum_for_mean", cuantos=lambda: 1, edit=(f"total / {COUNT}", "total")),
        mistake(
            "sec.mean_of_means",
            cuantos=lambda mascara: mascara.sum(1),
            perdida=lambda por_paso, mascara, cuantos: (
                (por_paso * mascara).sum(1) / mascara.sum(1)
            ).mean(),
            loses=("cuantos",),
            edit=(
                (TOTAL, "(por_paso * mascara).sum(dim=1)"),
                (f"total / {COUNT}", "(total / mascara.sum(dim=1)).mean()"),
            ),
        ),
    )


@pytest.mark.part("perdida_enmascarada")
@pytest.mark.kind("form")
@pytest.mark.weight(0.5)
def test_nothing_real(student):
    """Sin ningún paso real da 0 o nan, y no un error.

    Without a real step it gives 0 or nan, and no error.
    """
    if has_a_name(perdida_enmascarada, student):
        return
    logits, nothing = torch.ones(2, 3, 4).double(), torch.zeros(2, 3)
    answer = student.perdida_enmascarada(logits, nothing.long(), nothing.bool())
    is_one = isinstance(answer, torch.Tensor) and answer.numel() == 1
    found = float(answer) if is_one or isinstance(answer, (int, float)) else 1.0
    if not (found == 0 or isnan(found)):
        raise Mismatch(
            Bilingual(
                "sin ningún paso real, la pérdida no es 0 ni nan",
                "without a real step the loss is neither 0 nor nan",
            ),
            quantity=LOSS,
            expected=Bilingual("0 o nan", "0 or nan"),
            got=answer,
        )


@pytest.mark.part("perdida_enmascarada")
@pytest.mark.weight(2)
def test_padding_is_silent(student, case_seed):
    """Lo que haya en el relleno no cambia la pérdida, y su gradiente ahí es 0.

    What lies in the padding does not change the loss, and its gradient there is 0.
    """
    if has_a_name(perdida_enmascarada, student):
        return
    drawn = torch.Generator().manual_seed(case_seed % 2**31)
    lengths = torch.tensor([5, 1, 3])
    logits = torch.randn(3, 5, 4, generator=drawn, dtype=torch.float64)
    targets = torch.randint(4, (3, 5), generator=drawn)

    def loss(logits, lengths):
        return student.run(
            probes.perdida_y_pendiente,
            answers.of(tuple[torch.Tensor, torch.Tensor | None]),
            logits=logits, longitudes=lengths, objetivos=targets,
        )  # fmt: skip

    padding_is_silent(loss, logits, lengths, quantity=LOSS, student=student)


class ultimo_estado(Definition):
    inputs = {"hs": Padded(Float("B T H"), "longitudes"), "longitudes": Lengths("B", "T")}
    stand_ins = below("ultimo_estado")
    outputs = {"h": Float("B H")}
    weights = {"ones": 0.5}
    largest = {"T": 4}
    fresh_sizes = {"T": 5}
    called = {"h": "gather"}

    @term(4)
    def h(hs, longitudes):
        return at(hs, longitudes - 1)

    mistakes = (
        mistake(
            "sec.last_column",
            h=lambda hs: hs[:, -1],
            edit=("hs[filas, longitudes - 1]", "hs[:, -1]"),
        ),
        mistake(
            "sec.rows_not_paired",
            h=lambda hs, longitudes: hs[:, longitudes - 1],
            edit=("[filas, ", "[:, "),
        ),
        mistake(
            "sec.one_too_few",
            h=lambda hs, longitudes: at(hs, longitudes - 2),
            edit=("longitudes - 1", "longitudes - 2"),
        ),
        mistake(
            "sec.first_length_for_all",
            h=lambda hs, longitudes: hs[:, longitudes[0] - 1],
            edit=("[filas, longitudes - 1]", "[:, longitudes[0] - 1]"),
        ),
        mistake(
            "sec.mean_for_last",
            h=lambda hs, longitudes, T: (hs * real(longitudes, T)[..., None]).mean(1),
            also=(
                {
                    "h": lambda hs, longitudes, T: (
                        (hs * real(longitudes, T)[..., None]).sum(1) / longitudes[:, None]
                    )
                },
            ),
            edit=(
                "hs[filas, longitudes - 1]",
                "(hs * (torch.arange(hs.shape[1]) < longitudes[:, None])[..., None]).mean(1)",
            ),
        ),
    )
