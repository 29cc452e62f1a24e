"""Part 6: eight steps are five, saved, loaded, and three more: to the last bit.

The file is written and read where the student's code runs, in a scratch folder; what comes back are
tensors, and nothing is unpickled here.
"""

import pytest
import torch

from grader.checks import answers
from grader.checks.asserts import Mismatch
from grader.checks.kit import Bank, mistake
from grader.core.i18n import Bilingual

from . import probes

pytestmark = pytest.mark.part("puntos")
EPOCH = 17
Held = dict[str, torch.Tensor]
All = tuple[Held, Held, Held, Held]
"""Weights, the optimizer's memory, the generator's state and torch's own."""
Answer = tuple[list[str], All, All, All, All, list[float], Held, Held]
ANSWER = ("archivos", "antes", "despues", "recien", "cargado", "epoca", "seguido", "retomado")


class Point:
    """What is judged of checkpoints has no pieces."""


GUARDA = Bank(
    "guarda_punto",
    Point(),
    mistake(
        "exp.parameters_alone",
        edit=('"modelo": modelo.state_dict()', '"modelo": {**modelo.state_dict(), **{n: torch.zeros_like(b) for n, b in modelo.named_buffers()}}'),
        loses=("weights", "whole"),
    ),
    mistake(
        "exp.global_generator",
        edit=("generador.get_state()", "torch.get_rng_state()"),
        loses=("generator", "whole"),
    ),
    part="puntos",
)  # fmt: skip
MEMORY = '    optimizador.load_state_dict(punto["optimizador"])\n'
RATE = """\
    for grupo in optimizador.param_groups:
        grupo["lr"] = tasa
"""
CARGA = Bank(
    "carga_punto",
    Point(),
    mistake(
        "exp.weights_not_loaded",
        edit=('    modelo.load_state_dict(punto["modelo"])\n', ""),
        loses=("weights", "whole"),
    ),
    mistake(
        "exp.no_optimizer_state",
        edit=(MEMORY, ""),
        loses=("optimizer", "whole"),
    ),
    mistake(
        "exp.rate_not_restored",
        edit=(MEMORY, f'    tasa = optimizador.param_groups[0]["lr"]\n{MEMORY}{RATE}'),
        loses=("optimizer", "whole"),
    ),
    mistake(
        "exp.generator_not_restored",
        edit=('    generador.set_state(punto["generador"])\n', ""),
        loses=("generator", "whole"),
    ),
    mistake(
        "exp.next_epoch",
        edit=('return punto["epoca"]', 'return punto["epoca"] + 1'),
        loses=("epoch", "whole"),
    ),
    part="puntos",
)


SAME = "assert {0}.keys() == {1}.keys() and all(torch.equal({0}[n], {1}[n]) for n in {0})"


class Trip:
    """A trip to a file and back, as the probe tells it."""

    def __init__(self, student, seed=5, epoch=EPOCH):
        student.require("guarda_punto")
        student.require("carga_punto")
        student.precision(torch.float64)
        self.answer = student.run(
            probes.ida_y_vuelta,
            answers.of(Answer),
            semilla=seed,
            epoca=epoch,
        )
        files, self.saved, self.after, self.new, self.loaded, self.epoch, *ends = self.answer
        self.files, self.ends = files, ends
        if not files:
            raise self.fails(
                "guarda_punto no escribe ningún archivo",
                "guarda_punto writes no file",
                "assert archivos",
            )

    def fails(self, es, en, holds, about=None, got=None, expected=None):
        """Return the failure, with the line that fails where it does."""
        return Mismatch(
            Bilingual(es, en), quantity="guarda_punto, carga_punto", expected=expected, got=got,
            holds=lambda code: [f"{', '.join(ANSWER)} = {code(self.answer)}", f"print({es!r})", "print(antes)", "print(cargado)", holds],
            misconception=about,
        )  # fmt: skip

    def unlike(self, one, other):
        """Return the names under which two dicts of tensors differ."""
        return [
            name
            for name in {**one, **other}
            if name not in one or name not in other or not torch.equal(one[name], other[name])
        ]


def require_weights(trip):
    """Assert that the model is as it was. Raises Mismatch."""
    wrong = trip.unlike(trip.saved[0], trip.loaded[0])
    if not wrong:
        return
    buffers = all("running" in name or "num_batches" in name for name in wrong)
    same = not trip.unlike(trip.new[0], trip.loaded[0])
    about = (
        GUARDA["exp.parameters_alone"]
        if buffers
        else CARGA["exp.weights_not_loaded"]
        if same
        else None
    )
    told = ", ".join(wrong[:4])
    raise trip.fails(
        f"después de cargar, el modelo no es el que se guardó: {told}",
        f"after loading, the model is not the one that was saved: {told}",
        SAME.format("antes[0]", "cargado[0]"),
        about,
        trip.loaded[0].get(wrong[0]),
        trip.saved[0].get(wrong[0]),
    )  # fmt: skip


def require_optimizer(trip):
    """Assert that the optimizer has its memory and its rate. Raises Mismatch."""
    wrong = trip.unlike(trip.saved[1], trip.loaded[1])
    if not wrong:
        return
    about = None
    if wrong == ["lr"]:
        about = CARGA["exp.rate_not_restored"]
    elif not trip.unlike(trip.new[1], trip.loaded[1]):
        about = CARGA["exp.no_optimizer_state"]
    told = ", ".join(wrong[:4])
    raise trip.fails(
        f"después de cargar, el optimizador no tiene lo que tenía: {told}",
        f"after loading, the optimizer has not what it had: {told}",
        SAME.format("antes[1]", "cargado[1]"),
        about,
        trip.loaded[1].get(wrong[0]),
        trip.saved[1].get(wrong[0]),
    )  # fmt: skip


def require_generator(trip):
    """Assert that the generator goes on where it was. Raises Mismatch."""
    if not trip.unlike(trip.saved[2], trip.loaded[2]):
        return
    about = None
    if not trip.unlike(trip.new[2], trip.loaded[2]):
        about = CARGA["exp.generator_not_restored"]
    elif torch.equal(trip.saved[3]["estado"], trip.loaded[2]["estado"]):
        about = GUARDA["exp.global_generator"]
    raise trip.fails(
        "después de cargar, el generador no está donde estaba: los lotes que siguen son otros",
        "after loading, the generator is not where it was: the batches that follow are others",
        SAME.format("antes[2]", "cargado[2]"),
        about,
    )


def require_epoch(trip, epoch):
    """Assert that the epoch came back. Raises Mismatch."""
    if trip.epoch == [float(epoch)]:
        return
    got = trip.epoch[0] if trip.epoch else None
    shown = "nada" if got is None else f"{got:g}"
    raise trip.fails(
        f"se guardó la época {epoch}, y carga_punto devuelve {shown}",
        f"epoch {epoch} was saved, and carga_punto returns {'nothing' if got is None else shown}",
        f"assert epoca == [{epoch}]",
        CARGA["exp.next_epoch"] if got == epoch + 1 else None,
        got,
        epoch,
    )


@pytest.mark.kind("form")
@pytest.mark.weight(2)
def test_interface(student):
    """guarda_punto escribe el archivo en la ruta que se le da, y no cambia nada.

    guarda_punto writes the file at the path that it is given, and changes nothing.
    """
    trip = Trip(student)
    if "punto.pt" not in trip.files:
        raise trip.fails(
            f"el archivo debía ser punto.pt, y en la carpeta hay {', '.join(trip.files)}",
            f"the file should be punto.pt, and the folder has {', '.join(trip.files)}",
            "assert 'punto.pt' in archivos",
        )
    changed = [
        name
        for one, other in zip(trip.saved[:3], trip.after[:3], strict=True)
        for name in trip.unlike(one, other)
    ]
    if changed:
        raise trip.fails(
            f"guardar cambió lo que se guardaba: {', '.join(changed[:4])}",
            f"saving changed what was saved: {', '.join(changed[:4])}",
            f"for k in range(3):\n    {SAME.format('antes[k]', 'despues[k]')}",
        )  # fmt: skip


@pytest.mark.weight(4)
def test_weights(student):
    """El modelo vuelve a ser el que era: sus pesos y lo que no son pesos.

    The model is again what it was: its weights, and what is no weight.
    """
    require_weights(Trip(student))


@pytest.mark.weight(5)
def test_optimizer(student):
    """El optimizador vuelve con su memoria y con su tasa.

    The optimizer comes back with its memory and its rate.
    """
    require_optimizer(Trip(student))


@pytest.mark.weight(3)
def test_generator(student):
    """El generador sigue donde estaba.

    The generator goes on where it was.
    """
    require_generator(Trip(student))


@pytest.mark.weight(2)
def test_epoch(student):
    """Se devuelve la época que se guardó.

    The epoch that was saved is returned.
    """
    require_epoch(Trip(student), EPOCH)


@pytest.mark.kind("whole")
@pytest.mark.weight(None)
def test_whole(student, case_seed):
    """5 pasos, guardar, cargar y 3 más son 8 pasos, hasta el último bit.

    5 steps, saving, loading and 3 more are 8 steps, to the last bit.
    """
    epoch = case_seed % 100
    trip = Trip(student, case_seed % 2**31, epoch)
    for require in (require_weights, require_optimizer, require_generator):
        require(trip)
    require_epoch(trip, epoch)
    if wrong := trip.unlike(*trip.ends):
        raise trip.fails(
            f"los pesos acaban en otro sitio: {wrong[0]}",
            f"the weights end elsewhere: {wrong[0]}",
            SAME.format("seguido", "retomado"),
        )
