"""modelo_entrenamiento and modelo_prueba over a model, data and optimizer of ours (SEED 4.5).

Both are judged by what they leave behind: the parameters after one epoch of plain SGD equal those
of the trusted loop, and the loss and accuracy over the whole set are right. Random streams are
never compared: right code may draw numbers of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from hypothesis import strategies as st

from grader.checks.compare import Disagreement, compared, kind
from grader.checks.reading import Diagnosis, Misconception, diagnose
from grader.errors import StudentFault
from grader.worker.loops import Probe, loss_function

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn
    from torch import Tensor

    from grader.student import Student

_FRESH = 2  # cases that a reading must explain
_RATE = 0.05
_ABSOLUTE = 2e-5  # float32, a few steps of SGD from parameters and data of size 1
_STEPS = 4  # length of the sequences

Loss = Callable[[Any, Any], Any]


@dataclass(frozen=True)
class Case:
    """Sequences (N, T, 1), labels (N,), the batch size, and the model's state before."""

    sequences: Tensor
    labels: Tensor
    batch_size: int
    state: dict[str, Tensor]

    def batches(self) -> list[tuple[Tensor, Tensor]]:
        """Return the batches in order; the last one may be smaller."""
        starts = range(0, len(self.labels), self.batch_size)
        parts = [slice(start, start + self.batch_size) for start in starts]
        return [(self.sequences[part], self.labels[part]) for part in parts]

    def model(self) -> Probe:
        """Return the model before the loop."""
        model = Probe(_STEPS)
        model.load_state_dict(self.state)
        return model

    def run(self, student: Student, name: str, rate: float | None) -> list[Any]:
        """Run the student's loop; return what it gave, the state after it, whether gradients."""
        given: list[Any] = student.ask_for(
            _is_answer,
            "loop",
            name=_defined(student, name),
            state=self.state,
            data=[self.sequences, self.labels],
            batch_size=self.batch_size,
            rate=rate,
        )
        return given


def _is_answer(answer: Any) -> bool:
    """Whether this is [what the loop gave, a state, whether gradients, their trace]."""
    return (
        isinstance(answer, list)
        and len(answer) == len(("given", "state", "gradients", "trace"))
        and isinstance(answer[1], dict)
        and isinstance(answer[3], list)
        and all(isinstance(value, torch.Tensor) for value in (*answer[1].values(), *answer[3]))
    )


def _defined(student: Student, name: str) -> str:
    student.require(name)
    return name


@st.composite
def cases(draw: DrawFn) -> Case:
    """Draw a set whose last batch is smaller than the others, of one sample at least."""
    batch_size = draw(st.integers(2, 4))
    whole, rest = draw(st.integers(1, 3)), draw(st.integers(1, batch_size - 1))
    return make(draw(st.integers(0, 2**16)), whole * batch_size + rest, batch_size)


def make(seed: int, count: int, batch_size: int) -> Case:
    """Return a set of sequences of 0 and 1, and a model that nearly counts the ones."""
    generator = torch.Generator().manual_seed(seed)
    sequences = torch.randint(0, 2, (count, _STEPS, 1), generator=generator).float()
    noise = torch.randn(_STEPS + 1, generator=generator) * 0.3
    state = {"fc.weight": 1 + noise[None, :_STEPS], "fc.bias": noise[_STEPS:]}
    return Case(sequences, sequences.flatten(1).sum(1), batch_size, state)


def _mean(loss: Tensor, _count: int) -> Tensor:
    return loss


@dataclass(frozen=True)
class Training:
    """How somebody trains for an epoch; by default, rightly.

    Each field bears the name of the check that judges it. `step` is when the optimizer steps;
    `loss` what is done to the loss of a batch of so many samples; `every_batch` from and up to
    which one.
    """

    zero_grad: bool = True
    step: str = "after backward"
    train_mode: bool = True
    loss: Callable[[Tensor, int], Tensor] = _mean
    loss_function: Callable[[], Loss] = loss_function
    shapes: bool = True
    every_batch: tuple[int | None, int | None] = (None, None)


def _compared(y: Tensor, labels: Tensor, *, apart: bool) -> tuple[Tensor, Tensor]:
    """Return outputs (B, 1) and labels (B,) as (B,) each, or else broadcast to (B, B)."""
    if apart:
        return y[:, 0], labels
    return y.expand(-1, len(labels)), labels.expand(len(labels), -1)


@dataclass(frozen=True)
class Trained:
    """A model's state after an epoch, and the gradient of its weight after each backward."""

    state: dict[str, Tensor]
    trace: list[Tensor]


def train(case: Case, reading: Training) -> Trained:
    """Return what an epoch comes to that is trained as the reading has it."""
    model = case.model().train(reading.train_mode)
    optimizer = torch.optim.SGD(model.parameters(), _RATE)
    criterion = reading.loss_function()
    for sequences, labels in case.batches()[slice(*reading.every_batch)]:
        if reading.zero_grad:
            optimizer.zero_grad()
        y = model(sequences)
        loss = criterion(*_compared(y, labels, apart=reading.shapes))
        reading.loss(loss, len(labels)).backward()  # type: ignore[no-untyped-call]
        if reading.step == "after backward":
            optimizer.step()
    if reading.step == "after the loop":
        optimizer.step()
    state = {name: value.detach() for name, value in model.state_dict().items()}
    return Trained(state, model.trace)


def _explains(reading: Training, case: Case, answer: list[Any]) -> bool:
    """Whether an epoch went as the reading has it.

    A loop that never steps is known by its gradients: its parameters say nothing.
    """
    _, after, _, trace = answer
    right = train(case, reading)
    if reading.step == "never" and not _same_trace(trace, right.trace):
        return False
    return _same(after, right.state)


def _same_trace(trace: Any, right: list[Tensor]) -> bool:
    return (
        isinstance(trace, list)
        and len(trace) == len(right)
        and all(_same({"": one}, {"": other}) for one, other in zip(trace, right, strict=True))
    )


TRAINING_BANK: tuple[Misconception, ...] = (
    Misconception(
        "training.no_zero_grad",
        {"zero_grad": False},
        "Los gradientes de un lote se suman a los de los anteriores: PyTorch los acumula hasta que "
        "se borran.",
        "A batch's gradients are added to those of the batches before: PyTorch accumulates them "
        "until they are cleared.",
    ),
    Misconception(
        "training.nothing_learned",
        {"step": "never"},
        "Ningún parámetro cambia: o el optimizador no da ningún paso, o lo da sin gradientes "
        "(antes de backward, o con el gradiente desactivado).",
        "No parameter changes: either the optimizer takes no step, or it takes it without "
        "gradients (before backward, or with gradients disabled).",
    ),
    Misconception(
        "training.step_after_the_loop",
        {"step": "after the loop"},
        "El optimizador da un solo paso, con el último lote: o está fuera del bucle, o solo se usa "
        "ese lote; debe darlo en cada lote.",
        "The optimizer takes a single step, with the last batch: either it stands outside the "
        "loop, or that batch alone is used; it must take one for each batch.",
    ),
    Misconception(
        "training.no_train_mode",
        {"train_mode": False},
        "El modelo llega en modo de evaluación y así se entrena: falta ponerlo en modo de "
        "entrenamiento.",
        "The model arrives in evaluation mode and is trained in it: it must be put into training "
        "mode.",
    ),
    Misconception(
        "training.own_loss",
        {"loss_function": lambda: torch.nn.MSELoss()},  # noqa: PLW0108 - a class is no factory here
        "La pérdida no es la función que recibes en loss_function, sino siempre el error "
        "cuadrático medio.",
        "The loss is not the function that you are given as loss_function, but always the mean "
        "squared error.",
    ),
    Misconception(
        "training.loss_divided_by_batch",
        {"loss": lambda loss, count: loss / count},
        "Divides la pérdida del lote entre su tamaño antes de backward: ya era una media.",
        "You divide the batch's loss by its size before backward: it was a mean already.",
    ),
    Misconception(
        "training.loss_times_batch",
        {"loss": lambda loss, count: loss * count},
        "Multiplicas la pérdida del lote por su tamaño antes de backward.",
        "You multiply the batch's loss by its size before backward.",
    ),
    Misconception(
        "training.shapes_broadcast",
        {"shapes": False},
        "La salida es (B, 1) y las etiquetas (B,): su diferencia es (B, B), cada predicción contra "
        "todas las etiquetas.",
        "The output is (B, 1) and the labels are (B,): their difference is (B, B), each prediction "
        "against all labels.",
    ),
    Misconception(
        "training.only_first_batch",
        {"every_batch": (None, 1)},
        "Solo se entrena con el primer lote: ¿hay un return o un break dentro del bucle?",
        "Only the first batch is trained on: is there a return or a break inside the loop?",
    ),
    Misconception(
        "training.last_batch_skipped",
        {"every_batch": (None, -1)},
        "El último lote, que es más pequeño, no se usa: o se salta, o el paso se da antes de "
        "backward y el último gradiente se queda sin usar.",
        "The last batch, which is smaller, is not used: either it is skipped, or the step is taken "
        "before backward and the last gradient is left unused.",
    ),
)

NO_GRADIENT = Misconception(
    "training.no_gradient",
    {},
    "Ningún gradiente llega a los parámetros del modelo que recibes: ¿falta backward, hay un "
    "detach o un no_grad, o entrenas otro modelo, como una copia?",
    "No gradient reaches the parameters of the model that you are given: is backward missing, is "
    "there a detach or no_grad, or do you train another model, such as a copy?",
)

RIGHT_TRAINING = Training()


def judge_training(student: Student, case: Case, judging: str) -> None:
    """Compare the parameters after the student's epoch with those of the trusted one.

    Raises StudentFault and Disagreement.
    """
    known = believed_training(student)
    answer = case.run(student, TRAINING, _RATE)
    reading = known.but(judging)
    if _explains(reading, case, answer):
        return
    when, right, belief = (
        f"después de una época de {len(case.batches())} lotes",
        train(case, reading),
        known.about(judging),
    )
    _require_state(answer[1], right.state, when, case, belief)
    raise Disagreement(
        f"{when} los gradientes no son los que deben ser",
        quantity="gradiente de fc.weight tras cada backward",
        inputs={"secuencias": case.sequences, "etiquetas": case.labels, **case.state},
        expected=torch.stack(right.trace),
        got=str(answer[3])[:300],
        holds=lambda _: ["assert len(despues[3]) == " + str(len(right.trace))],
        belief=belief,
    )


def _require_state(
    after: Any, expected: dict[str, Tensor], when: str, case: Case, belief: Misconception | None
) -> None:
    """Raise the Disagreement of the first parameter that is not as expected."""
    for name, right in expected.items():
        got = after.get(name) if isinstance(after, dict) else None
        if isinstance(got, torch.Tensor) and _same({name: got}, {name: right}):
            continue
        raise _wrong_parameter(
            f"{when} los parámetros no son los que deben ser", case, belief, (name, got, right)
        )


def _wrong_parameter(
    message: str, case: Case, belief: Misconception | None, parameter: tuple[str, Any, Tensor]
) -> Disagreement:
    name, got, right = parameter
    return Disagreement(
        f"{message}: {name}",
        quantity=name,
        inputs={"secuencias": case.sequences, "etiquetas": case.labels, **case.state},
        expected=right,
        got=got,
        holds=lambda code: compared(name, code(got), right.double(), _ABSOLUTE),
        belief=belief,
    )


TRAINING, TESTING = "modelo_entrenamiento", "modelo_prueba"


def believed_training(student: Student) -> Diagnosis[Training]:
    """Return how the student trains."""

    def find() -> Diagnosis[Training]:
        seen = [(case, case.run(student, TRAINING, _RATE)) for case in _fresh()]
        return diagnose(
            RIGHT_TRAINING,
            TRAINING_BANK,
            lambda reading: all(_explains(reading, case, answer) for case, answer in seen),
        )

    found: Diagnosis[Training] = student.recall("training.diagnosis", find)
    return found


def _fresh() -> list[Case]:
    return [make(seed, 3 * 4 + 3, 4) for seed in range(_FRESH)]


def _same(after: Any, expected: dict[str, Tensor]) -> bool:
    if not isinstance(after, dict) or set(after) != set(expected):
        return False
    return all(
        isinstance(after[name], torch.Tensor)
        and after[name].shape == value.shape
        and bool(((after[name].double() - value.double()).abs() <= _ABSOLUTE).all())
        for name, value in expected.items()
    )


@dataclass(frozen=True)
class Testing:
    """How somebody measures; by default, rightly. Fields as in `Training`.

    `loss` and `accuracy` combine the batches' (mean loss, right answers, size) into one number.
    """

    loss: Callable[[list[tuple[float, int, int]]], float] = lambda b: (
        sum(loss * size for loss, _, size in b) / sum(size for _, _, size in b)
    )
    accuracy: Callable[[list[tuple[float, int, int]]], float] = lambda b: (
        sum(right for _, right, _ in b) / sum(size for _, _, size in b)
    )
    eval_mode: bool = True
    loss_function: Callable[[], Loss] = loss_function
    shapes: bool = True
    returns_order: int = 1


def measure(case: Case, reading: Testing) -> tuple[float, float]:
    """Return (loss, accuracy) as the reading measures them."""
    model, criterion = case.model().train(not reading.eval_mode), reading.loss_function()
    batches = []
    with torch.no_grad():
        for sequences, labels in case.batches():
            y = model(sequences)
            pair = _compared(y, labels, apart=reading.shapes)
            right = int((y[:, 0].round() == labels).sum())
            batches.append((float(criterion(*pair)), right, len(labels)))
    measured = (reading.loss(batches), reading.accuracy(batches))
    return measured if reading.returns_order > 0 else measured[::-1]


TESTING_BANK: tuple[Misconception, ...] = (
    Misconception(
        "testing.loss_mean_of_means",
        {"loss": lambda b: sum(loss for loss, _, _ in b) / len(b)},
        "La pérdida es la media de las medias de los lotes; el último lote es más pequeño y pesa "
        "de más. Se pide la media por muestra.",
        "The loss is the mean of the batches' means; the last batch is smaller and counts too "
        "much. Asked for is the mean over samples.",
    ),
    Misconception(
        "testing.loss_divided_twice",
        {"loss": lambda b: sum(loss for loss, _, _ in b) / sum(size for _, _, size in b)},
        "Sumas las medias de los lotes y divides entre el número de muestras: cada media ya estaba "
        "dividida entre el tamaño de su lote.",
        "You add the batches' means and divide by the number of samples: each mean was divided by "
        "its batch's size already.",
    ),
    Misconception(
        "testing.loss_summed",
        {"loss": lambda b: sum(loss for loss, _, _ in b)},
        "Sumas las pérdidas de los lotes y no divides.",
        "You add the batches' losses and do not divide.",
    ),
    Misconception(
        "testing.loss_of_last_batch",
        {"loss": lambda b: b[-1][0]},
        "Devuelves la pérdida del último lote, no la de todo el conjunto.",
        "You return the loss of the last batch, not of the whole set.",
    ),
    Misconception(
        "testing.accuracy_mean_of_means",
        {"accuracy": lambda b: sum(right / size for _, right, size in b) / len(b)},
        "La exactitud es la media de las de los lotes; el último es más pequeño y pesa de más.",
        "The accuracy is the mean of the batches'; the last one is smaller and counts too much.",
    ),
    Misconception(
        "testing.accuracy_in_percent",
        {
            "accuracy": lambda b: (
                100 * sum(right for _, right, _ in b) / sum(size for _, _, size in b)
            )
        },
        "La exactitud está en tanto por ciento; se pide entre 0 y 1.",
        "The accuracy is in percent; asked for is a number from 0 to 1.",
    ),
    Misconception(
        "testing.accuracy_by_batches",
        {"accuracy": lambda b: sum(right for _, right, _ in b) / len(b)},
        "Divides los aciertos entre el número de lotes, no entre el de muestras.",
        "You divide the right answers by the number of batches, not of samples.",
    ),
    Misconception(
        "testing.no_eval_mode",
        {"eval_mode": False},
        "El modelo llega en modo de entrenamiento y así se prueba: falta ponerlo en modo de "
        "evaluación.",
        "The model arrives in training mode and is tested in it: it must be put into evaluation "
        "mode.",
    ),
    Misconception(
        "testing.own_loss",
        {"loss_function": lambda: torch.nn.MSELoss()},  # noqa: PLW0108 - as above
        "La pérdida no es la función que recibes en loss_function, sino siempre el error "
        "cuadrático medio.",
        "The loss is not the function that you are given as loss_function, but always the mean "
        "squared error.",
    ),
    Misconception(
        "testing.shapes_broadcast",
        {"shapes": False},
        "En la pérdida, la salida es (B, 1) y las etiquetas (B,): su diferencia es (B, B).",
        "In the loss, the output is (B, 1) and the labels are (B,): their difference is (B, B).",
    ),
    Misconception(
        "testing.returns_accuracy_first",
        {"returns_order": -1},
        "Devuelves (exactitud, pérdida); se espera (pérdida, exactitud).",
        "You return (accuracy, loss); expected is (loss, accuracy).",
    ),
)

RIGHT_TESTING = Testing()


def judge_testing(student: Student, case: Case, judging: str) -> None:
    """Compare the loss and accuracy that the student measured with the trusted ones.

    Raises StudentFault and Disagreement.
    """
    known = believed_testing(student)
    given = case.run(student, TESTING, None)[0]
    rights = measure(case, known.but(judging))
    names = ("pérdida", "exactitud")
    for index, (name, got, right) in enumerate(zip(names, _measured(given), rights, strict=True)):
        if not abs(got - right) <= _ABSOLUTE * max(1.0, abs(right)):
            raise _wrong_measure(case, given, index, (name, got, right), known.about(judging))


def _wrong_measure(
    case: Case,
    given: Any,
    index: int,
    numbers: tuple[str, float, float],
    belief: Misconception | None,
) -> Disagreement:
    name, got, right = numbers
    return Disagreement(
        f"la {name} de {len(case.labels)} muestras en lotes de {case.batch_size} es "
        f"{right:.5g} y tu función da {got:.5g}",
        quantity=name,
        inputs={"secuencias": case.sequences, "etiquetas": case.labels, **case.state},
        expected=torch.tensor(right, dtype=torch.float64),
        got=torch.tensor(got, dtype=torch.float64),
        holds=lambda code: [
            f"obtenida = float({code(given)}[{index}])",
            f"print('{name}:', obtenida)",
            f"assert abs(obtenida - {right!r}) <= {_ABSOLUTE * max(1.0, abs(right))!r}",
        ],
        belief=belief,
    )


def require_untouched(student: Student, case: Case) -> None:
    """Assert that measuring changes neither parameters nor gradients. Raises Disagreement."""
    answer = case.run(student, TESTING, None)
    _, after, gradients, _ = answer
    if not _same(after, case.state):
        _require_state(after, case.state, "después de la prueba", case, None)
    if gradients is not False:
        raise Disagreement(
            "la prueba deja gradientes en el modelo: ¿llama a backward?",
            quantity="gradientes",
            expected="ninguno",
            got="hay",
            holds=lambda code: [f"assert not {code(answer)}[2], 'hay gradientes'"],
        )


def believed_testing(student: Student) -> Diagnosis[Testing]:
    """Return how the student measures."""

    def find() -> Diagnosis[Testing]:
        try:
            seen = [(c, _measured(c.run(student, TESTING, None)[0])) for c in _fresh()]
        except (StudentFault, Disagreement):
            return Diagnosis(RIGHT_TESTING, RIGHT_TESTING, explained=False)
        return diagnose(
            RIGHT_TESTING,
            TESTING_BANK,
            lambda reading: all(_near(got, measure(case, reading)) for case, got in seen),
        )

    found: Diagnosis[Testing] = student.recall("testing.diagnosis", find)
    return found


def _near(got: tuple[float, float], right: tuple[float, float]) -> bool:
    return all(abs(a - b) <= _ABSOLUTE * max(1.0, abs(b)) for a, b in zip(got, right, strict=True))


def _measured(given: Any) -> tuple[float, float]:
    """Return the pair of numbers that the student's function gave. Raises Disagreement."""
    if (
        isinstance(given, (tuple, list))
        and len(given) == len(("loss", "accuracy"))
        and all(type(number) in (int, float) for number in given)
    ):
        return float(given[0]), float(given[1])
    raise Disagreement(
        f"modelo_prueba debería devolver (pérdida, exactitud) y devuelve {kind(given)}",
        quantity="modelo_prueba(…)",
        expected="(pérdida, exactitud)",
        got=kind(given),
        holds=lambda _: [
            "assert isinstance(resultado, (tuple, list)) and len(resultado) == 2, resultado"
        ],
    )


def require_trains(student: Student) -> None:
    """Assert that a training loop goes through its data and computes gradients.

    Raises StudentFault and Disagreement.
    """
    case = make(0, 7, 3)
    answer = case.run(student, TRAINING, _RATE)
    if not answer[3] and _same(answer[1], case.state):
        raise Disagreement(
            "tras llamar a la función el modelo está como estaba y no se calculó ningún gradiente",
            quantity="llamadas a backward",
            expected="una por lote",
            got="ninguna",
            holds=lambda code: [f"assert {code(answer)}[3], 'no hubo ningún backward'"],
            belief=NO_GRADIENT,
        )


def require_measures(student: Student) -> None:
    """Assert that a test loop returns two numbers, which come from the model that it is given.

    Raises StudentFault and Disagreement.
    """
    given = [make(seed, 7, 3).run(student, TESTING, None)[0] for seed in range(_FRESH)]
    one, other = (_measured(each) for each in given)
    if one == other:
        raise Disagreement(
            f"con dos modelos y dos conjuntos distintos devuelve lo mismo, {one}",
            quantity="modelo_prueba(…) de dos modelos",
            expected="números distintos",
            got=str(one),
            holds=lambda code: [f"assert {code(given[0])} != {code(given[1])}"],
        )
