"""The timed training run: the student's network learns, honestly and in good time.

Data, labels, initial weights and optimizer are ours; the steps are fixed. The weights after each
part of the run are put into a reference of ours and measured there, on held-out sequences: nothing
that the student's forward or loop says about itself counts. The trusted side trains the same
network on the same data. Rounding moves two right runs apart by less than a thousandth of the way
that they go (3.1e-4 at most, over 100 seeds of both networks written in two ways), so that weights
which went another way, by other data, embedded in the notebook or found by other means, show.

Time is CPU time by the kernel's account, as a ratio to a run over torch's own cells in the same
sandbox just before; on a GPU it is wall time. Source: SEED 4.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

from grader.checks import figures
from grader.checks.asserts import Mismatch, Unlike
from grader.checks.skipping import skip
from grader.core.i18n import same, tr
from grader.recurrent import gates, models, network, probes
from grader.recurrent import stand_ins as pieces
from grader.recurrent.network import (
    BATCH_SIZE,
    BATCHES,
    EPOCHS,
    HELD_OUT,
    HIDDEN_SIZE,
    RATE,
    STEPS,
    Data,
)
from grader.student.probes import source

if TYPE_CHECKING:
    from grader.core.i18n import Bilingual
    from grader.recurrent.network import Course
    from grader.student.probes import Probe
    from grader.student.student import Student

LOOP = "modelo_entrenamiento"
ENOUGH = 0.75
"""Of the held-out sequences counted right; always saying the most frequent count gets 0.27."""
APART = 0.02
"""How far trained weights may be from the reference's, of the way that those went."""
SLOWEST = 12.0
"""Times the reference's time. Cells with a layer for each gate, einsum or a loop over gates stay
under 4 (see `make bench`); loops over samples or over hidden units do not."""
SLOWEST_ON_GPU = 40.0
"""The same on a GPU, where each small operation costs its launch and torch's cell is one of them:
right networks take 3 to 8 times what it does."""
_LOWEST_LOSS = 1e-6  # that the picture shows
_NEAR = 2.0  # a ratio above the limit by no more than this is measured again


def stand_ins(student: Student, kind: models.Kind) -> list[str]:
    """Return the parts of a run whose place a stand-in takes: those that lost a check."""
    short = kind.name.removeprefix("modelo").lower()
    below = {
        kind.cell_class: (kind.cell_class, f"gradientes/{short}_cell", f"gradientes/{short}_long"),
        kind.name: (kind.name, f"gradientes/{short}_model"),
        LOOP: (LOOP,),
    }
    wrong = [name for name, checks in below.items() if student.lost(*checks)]
    if len(wrong) == len(below):
        skip(tr("first the cell, the model and the training loop have to be right"))
    return wrong


@dataclass(frozen=True)
class Run:
    """What the student's process said of a run, and what the run took."""

    data: Data
    stand_ins: list[str]
    answer: Any
    seconds: float


def _run(student: Student, kind: models.Kind, seed: int) -> Run:
    """Train the student's network, or recall how that went. Raises StudentFault."""
    wrong = stand_ins(student, kind)
    stand_in = kind.cell_class in wrong
    student.precision(torch.float32)
    student.replace({name: pieces.PROBES[name] for name in wrong})
    for name in (kind.cell_class, kind.name, LOOP):
        student.require(name)
    student.transcript.define(source(probes.train_network))
    student.transcript.write(lambda: _cell(Data(kind, 0, stand_in)))

    def first() -> Run:
        # Only here: finding data trains the reference, and a run that is known has its own.
        # A run that ends where the reference does needs no proof that the data is steady.
        for data in network.learnable(kind, seed, stand_in=stand_in):
            run_ = _train(student, data, wrong)
            if has_learned(data, run_.answer) or network.is_steady(data):
                return run_
        raise AssertionError  # there is no last seed

    return student.recall(f"run.{kind.name}", first)


def _train(student: Student, data: Data, wrong: list[str]) -> Run:
    given = {"model": data.kind.name, "loop": LOOP, **network.given(data)}
    with student.unrecorded():  # the cell repeats it on data that anybody may know
        if student.on_gpu:
            student.run(probes.warm_up)
        before, started = student.used(), time.monotonic()
        answer = student.run(probes.train_network, network.is_answer, **given)
    # On a GPU time is wall time: the answer holds the weights, so the device has finished.
    waited, used = time.monotonic() - started, student.used() - before
    return Run(data, wrong, answer, waited if student.on_gpu else used)


def judge_learning(student: Student, kind: models.Kind, seed: int) -> None:
    """Judge what the student's network learned. Raises StudentFault and Mismatch."""
    run_ = _run(student, kind, seed)
    data, wrong, answer = run_.data, run_.stand_ins, run_.answer
    got, right = network.course(data, answer), network.right_course(data)
    student.data |= {
        "stand_ins": wrong,
        "gradient_norm": got.norms,
        "held_out": [*map(figures.plain, got.measured)],
        "reference": {
            "gradient_norm": right.norms,
            "held_out": [*map(figures.plain, right.measured)],
        },
    }
    figures.keep(student, *_pictures(got, right, wrong), *gates.over_a_sequence(data, got))
    try:
        require_learned(data, got, _note(wrong))
    except Mismatch as found:
        part = network.changed(data, answer)
        if part is not None and part not in wrong:
            raise Unlike(part, found) from found
        raise


def _pictures(got: Course, right: Course, wrong: list[str]) -> list[figures.Figure]:
    """Return the loss of each batch and the accuracy after each epoch."""
    names = ", ".join(wrong)
    note = tr(
        "A reference implementation was used instead of {names}, which is not right yet.",
        names=names,
    )
    group = figures.Group(note=note if wrong else None)
    loss = figures.curve(
        got.losses,
        right.losses,
        title=tr("Loss of each training batch (logarithmic scale)"),
        x=tr("batch"),
        scale="logarithmic",
        lowest=_LOWEST_LOSS,
        explanation=tr(
            "Yours begins at {first} and ends at {last}; the reference's ends at {reference}.",
            first=_end(got.losses[:1]),
            last=_end(got.losses),
            reference=_end(right.losses),
        ),
        group=group,
    )
    theirs, reference = ([accuracy for _, accuracy in one.measured] for one in (got, right))
    accuracy = figures.curve(
        theirs,
        reference,
        title=tr("Accuracy on sequences that were not used for training"),
        x=tr("epoch"),
        first=1,
        scale="share",
        explanation=tr(
            "Yours ends at {last}, the reference's at {reference}.",
            last=tr("{number}%", number=_hundredths(theirs[-1])),
            reference=tr("{number}%", number=_hundredths(reference[-1])),
        ),
        group=group,
    )
    return [loss, accuracy]


def _end(values: list[float]) -> str:
    return f"{values[-1]:.3g}" if values else "–"


def require_learned(data: Data, got: Course, note: Bilingual | str) -> None:
    """Assert that a run ended where a right one does. Raises Mismatch."""
    right = network.right_course(data)
    if got.measured[-1][1] < ENOUGH:
        raise _unlearned(data, got, right, note)
    distance = network.apart(data, got, right)
    if not distance <= APART:
        raise Mismatch(
            tr(
                "the network gives the right answers, but its weights are not the ones that "
                "come from training it with the data and the optimizer that it received: does "
                "it train with other data, or start from other weights?{note}",
                note=note,
            ),
            quantity=tr("distance from the reference's weights"),
            expected=tr("≤ {number}%", number=_hundredths(APART)),
            got=tr("{number}%", number=_hundredths(distance)),
            holds=lambda _: _holds(data),
        )


def has_learned(data: Data, answer: Any) -> bool:
    """Whether a run, by what its process returned, ended where a right one does."""
    try:
        require_learned(data, network.course(data, answer), "")
    except Mismatch:
        return False
    return True


def _note(wrong: list[str]) -> Bilingual:
    names = ", ".join(wrong)
    if not names:
        return same("")
    return tr(
        " (a reference implementation was used instead of {names}, which is not right yet)",
        names=names,
    )


def _unlearned(data: Data, got: Course, right: Course, note: Bilingual | str) -> Mismatch:
    (loss, accuracy), (right_loss, right_accuracy) = got.measured[-1], right.measured[-1]
    count = EPOCHS * BATCHES
    return Mismatch(
        tr(
            "after {count} batches the network is right about {accuracy}% of the sequences "
            "that it was not trained on; the reference, trained in the same way, about "
            "{right}%{note}",
            count=count,
            accuracy=_hundredths(accuracy),
            right=_hundredths(right_accuracy),
            note=note,
        ),
        quantity=tr("accuracy and loss on sequences not used for training"),
        expected=_both(right_accuracy, right_loss),
        got=_both(accuracy, loss),
        holds=lambda _: _holds(data),
    )


def _both(accuracy: float, loss: float) -> Bilingual:
    return tr("{number}%, {loss}", number=_hundredths(accuracy), loss=f"{loss:.3g}")


def _hundredths(share: float) -> str:
    return f"{100 * share:.0f}"


def _holds(data: Data) -> list[str]:
    """Return lines that compare what the loop came to with what a right one comes to."""
    right = network.right_course(Data(data.kind, 0, data.stand_in)).states[-1]["fc.bias"]
    return [
        f"esperado = torch.tensor({right.tolist()})",
        "obtenido = entrenado['states'][-1]['fc.bias']",
        (
            "print('fc.bias tras entrenar, esperado:', esperado.tolist(), 'obtenido:', "
            "obtenido.tolist())"
        ),
        "torch.testing.assert_close(obtenido, esperado, rtol=0.02, atol=0.02)",
    ]


def _cell(public: Data) -> list[str]:
    """Return lines that train the student's network on data that anybody may know."""
    shapes = {name: tuple(value.shape) for name, value in public.state().items()}
    opened = {
        models.LSTM: f"estado['lstm.x_fc.bias'][{HIDDEN_SIZE}:{2 * HIDDEN_SIZE}] += 1",
        models.GRU: "estado['gru.x_z_fc.bias'] += 1",
    }
    count = EPOCHS * BATCHES * BATCH_SIZE
    return [
        "semilla = torch.Generator().manual_seed(0)",
        f"secuencias = torch.randint(0, 2, ({count + HELD_OUT}, {STEPS}, 1), generator=semilla)",
        f"secuencias = secuencias[:{count}].float()",
        "semilla = torch.Generator().manual_seed(1)",
        f"formas = {shapes}",
        (
            "estado = {nombre: (torch.rand(forma, generator=semilla) * 2 - 1)"
            f" * {math.sqrt(3 / HIDDEN_SIZE)!r}"
        ),
        "          for nombre, forma in formas.items()}",
        *([] if public.stand_in else [opened[public.kind]]),
        (
            f"entrenado = train_network(globals(), {public.kind.name!r}, {LOOP!r}, estado, "
            "secuencias,"
        ),
        (
            f"    secuencias.sum((1, 2)), hidden_size={HIDDEN_SIZE}, batch_size={BATCH_SIZE}, "
            f"epochs={EPOCHS}, rate={RATE})"
        ),
    ]


def judge_time(student: Student, kind: models.Kind, seed: int) -> None:
    """Judge the time of a run; measure again where it is little above the limit.

    Raises StudentFault and Mismatch.
    """
    run_ = _run(student, kind, seed)
    ratio = _ratio(student, run_, again=False)
    slowest = SLOWEST_ON_GPU if student.on_gpu else SLOWEST
    for _ in range(2):
        if not slowest < ratio <= _NEAR * slowest:
            break
        run_ = _train(student, run_.data, run_.stand_ins)
        note = _note(run_.stand_ins)
        require_learned(run_.data, network.course(run_.data, run_.answer), note)  # as the first one
        ratio = min(ratio, _ratio(student, run_, again=True))
    figures.keep_time(student, ratio, slowest)
    if ratio > slowest:
        raise Mismatch(
            tr(
                "training your network takes {ratio} times as long as the reference (up to "
                "{limit} is fine): is there a loop over the samples or over the units?{note}",
                ratio=f"{ratio:.0f}",
                limit=f"{slowest:.0f}",
                note=_note(run_.stand_ins),
            ),
            quantity=tr("processor time, compared with the reference"),
            expected=f"≤ {slowest:.0f}",
            got=f"{ratio:.0f}",
        )


def _ratio(student: Student, run_: Run, *, again: bool) -> float:
    kind = run_.data.kind
    given = network.given(Data(kind, run_.data.seed, stand_in=False))
    given["state"] = network.torch_weights(kind, given["state"])
    given |= {"model": kind.name, "loop": LOOP}
    asked: list[tuple[Probe, dict[str, Any]]] = [(probes.train_network, given)]
    if student.on_gpu:
        asked.insert(0, (probes.warm_up, {}))
    base = student.reference(kind.name, (pieces.torch_cells, {}), *asked, again=again)
    return run_.seconds / max(base.seconds if student.on_gpu else base.cpu_seconds, 1e-3)
