"""Parts 12 to 14: accuracy, precision and recall of a class, and the mean of all F1."""

import pytest
import torch

from grader.checks import answers, calls
from grader.checks.asserts import Mismatch
from grader.checks.kit import Bool, Definition, Float, Int, One, Over, Worked, mistake, term
from grader.core.i18n import Bilingual

from . import probes

CLASSES = 6


def hit(name, value=None):
    """Return what makes the first place a hit: a real one, of the class that is asked for.

    So no quotient is 0/0; that has a check of its own.
    """

    def work(case):
        changed = case.inputs[name].clone()
        asked = case.inputs.get("clase")
        changed[0, 0] = (1 if asked is None else asked) if value is None else value
        return changed

    return work


TAGS = {
    "pred": Worked(Int("B T", below=CLASSES), hit("pred")),
    "objetivos": Worked(Int("B T", below=CLASSES), hit("objetivos")),
    "mascara": Worked(Bool("B T"), hit("mascara", value=True)),
}


def number(count):
    """Return a count as a number of float64."""
    return count.sum().double()


def ratio(count, of):
    """Return a quotient, 0 for 0/0."""
    return count / of if of else 0.0 * of


class exactitud(Definition):
    probe = probes.aciertos
    inputs = TAGS
    outputs = {"exactitud": Float("")}
    weights = {"interface": 0.5, "ones": 0}
    fresh_sizes = {"B": 4, "T": 5}
    tolerance = 1e-6  # shares of counts, in float32 too

    @term(1)
    def aciertos(pred, objetivos, mascara):
        return ((pred == objetivos) & mascara).sum().double()

    @term(1)
    def total(mascara):
        return mascara.sum().double()

    @term(0)
    def exactitud(aciertos, total):
        return aciertos / total

    mistakes = (
        mistake(
            "len.padding_is_a_hit",
            aciertos=("& mascara", "| ~mascara"),
            edit=("(pred == objetivos) & mascara", "(pred == objetivos)"),
            also=({"aciertos": lambda pred, objetivos: number(pred == objetivos)},),
        ),
        mistake(
            "len.padding_in_the_total",
            total=("mascara.sum()", "torch.tensor(mascara.numel())"),
            edit=("mascara.sum()", "torch.tensor(mascara.numel())"),
        ),
        mistake(
            "len.mask_ignored",
            aciertos=lambda pred, objetivos: number(pred == objetivos),
            total=lambda mascara: number(mascara | True),
            loses=("total",),
            edit=(("& mascara", "& (mascara | True)"), ("mascara.sum()", "(mascara | True).sum()")),
        ),
        mistake("len.misses_counted", aciertos=("pred ==", "pred !="), edit=("pred ==", "pred !=")),
    )


RATIOS = ("vp / (vp + fp)", "vp / (vp + fn)", "2 * p * r / (p + r)")


class precision_recall_f1(Definition):
    probe = probes.de_una_clase
    inputs = {**TAGS, "clase": One(1, 2, 0, 3, optional=True)}
    outputs = {"p": Float(""), "r": Float(""), "f1": Float("")}
    weights = {"interface": 0.5, "ones": 0, "returned": 0.5}
    fresh_sizes = {"B": 4, "T": 6}
    tolerance = 1e-6  # shares of counts, in float32 too

    @term(1)
    def reales(mascara):
        return mascara

    @term(1)
    def pedida(clase):
        return 1 if clase is None else clase

    @term(0)
    def dicha(pred, pedida, reales):
        return (pred == pedida) & reales

    @term(0)
    def cierta(objetivos, pedida, reales):
        return (objetivos == pedida) & reales

    @term(1)
    def p(dicha, cierta):
        return ratio(number(dicha & cierta), number(dicha))

    @term(1)
    def r(dicha, cierta):
        return ratio(number(dicha & cierta), number(cierta))

    @term(1)
    def f1(p, r):
        return ratio(2 * p * r, p + r)

    mistakes = (
        mistake(
            "len.mask_ignored",
            reales=lambda mascara: mascara | True,
            edit=(
                ("(pred == clase) & mascara", "pred == clase"),
                ("(objetivos == clase) & mascara", "objetivos == clase"),
            ),
        ),
        mistake(
            "len.precision_and_recall_exchanged",
            returned=("r", "p", "f1"),
            edit=("return p, r, f1", "return r, p, f1"),
        ),
        mistake("len.always_class_one", pedida=lambda: 1, edit=("== clase", "== 1")),
        mistake(
            "len.accuracy_for_precision",
            p=lambda dicha, cierta, mascara: ratio(
                number((dicha == cierta) & mascara), number(mascara)
            ),
            edit=(
                f"p = {RATIOS[0]}",
                "p = ((dicha == cierta) & mascara).sum().item() / mascara.sum().item()",
            ),
        ),
        mistake(
            "len.of_all_places",
            r=lambda dicha, cierta, mascara: number(dicha & cierta) / number(mascara),
            edit=(f"r = {RATIOS[1]}", "r = vp / mascara.sum().item()"),
        ),
        mistake(
            "len.mean_for_f1",
            f1=lambda p, r: (p + r) / 2,
            edit=(RATIOS[2], "(p + r) / 2"),
        ),
        mistake(
            "len.half_an_f1",
            f1=lambda p, r: ratio(p * r, p + r),
            edit=(RATIOS[2], "p * r / (p + r)"),
        ),
        mistake(
            "len.product_for_f1",
            f1=lambda p, r: p * r,
            edit=(RATIOS[2], "p * r"),
        ),
    )


SHARED, OVER = (
    "((pred == clase) | (objetivos == clase)) & mascara",
    "sum(f1) / len(f1) if f1 else 0.0",
)


def occur(*tags):
    """Return which classes occur in tags, that are real."""
    found = torch.cat([one.flatten() for one in tags])
    return [one for one in range(CLASSES) if bool((found == one).any())]


def mean(values):
    """Return the mean of numbers, 0 of none."""
    return torch.stack(values).mean() if values else torch.zeros((), dtype=torch.float64)


class f1_macro(Definition):
    probe = probes.de_todas
    layers = {"de_una": Over(precision_recall_f1)}
    inputs = {**TAGS, "clases": One(CLASSES)}
    outputs = {"macro": Float("")}
    weights = {"interface": 0.5, "ones": 0}
    fresh_sizes = {"B": 2, "T": 3}
    tolerance = 1e-6  # shares of counts, in float32 too

    @term(2)
    def presentes(pred, objetivos, mascara):
        return occur(pred[mascara], objetivos[mascara])

    @term(1)
    def cada(de_una, pred, objetivos, mascara, presentes):
        return [de_una(pred, objetivos, mascara, one)[2] for one in presentes]

    @term(1)
    def macro(cada):
        return mean(cada)

    mistakes = (
        mistake(
            "len.over_all_classes",
            presentes=lambda clases: list(range(clases)),
            edit=(f"({SHARED}).any()", "True"),
        ),
        mistake(
            "len.true_classes_alone",
            presentes=lambda objetivos, mascara: occur(objetivos[mascara]),
            edit=("(pred == clase) | (objetivos == clase)", "objetivos == clase"),
        ),
        mistake(
            "len.said_classes_alone",
            presentes=lambda pred, mascara: occur(pred[mascara]),
            edit=("(pred == clase) | (objetivos == clase)", "pred == clase"),
        ),
        mistake(
            "len.padding_has_classes",
            presentes=lambda pred, objetivos: occur(objetivos, pred),
            edit=(f"({SHARED})", "((pred == clase) | (objetivos == clase))"),
        ),
        mistake(
            "len.class_zero_left_out",
            presentes=lambda pred, objetivos, mascara: [
                one for one in occur(pred[mascara], objetivos[mascara]) if one
            ],
            edit=("range(clases)", "range(1, clases)"),
        ),
        mistake(
            "len.accuracy_for_macro",
            macro=lambda pred, objetivos, mascara: (
                number((pred == objetivos) & mascara) / number(mascara)
            ),
            edit=(
                OVER,
                "((pred == objetivos) & mascara).sum().item() / max(1, mascara.sum().item())",
            ),
        ),
        mistake(
            "len.weighted_by_frequency",
            macro=lambda cada, presentes, objetivos, mascara: (
                sum(
                    one * number((objetivos == clase) & mascara)
                    for one, clase in zip(cada, presentes, strict=True)
                )
                / number(mascara)
            ),
            edit=(
                (
                    "precision_recall_f1(pred, objetivos, mascara, clase)[2]",
                    "precision_recall_f1(pred, objetivos, mascara, clase)[2] * ((objetivos == clase) & mascara).sum().item()",
                ),
                (OVER, "sum(f1) / max(1, mascara.sum().item())"),
            ),
        ),
        mistake(
            "len.precision_for_f1",
            cada=lambda de_una, pred, objetivos, mascara, presentes: [
                de_una(pred, objetivos, mascara, one)[0] for one in presentes
            ],
            edit=("clase)[2]", "clase)[0]"),
        ),
    )


ABSENT = torch.tensor([[2, 0, 2], [0, 2, 2]])
REAL = torch.tensor([[True, True, False], [True, True, True]])


def as_number(value):
    """Return a number, as it is or in a tensor; None for what is none."""
    is_one = isinstance(value, torch.Tensor) and value.numel() == 1
    return float(value) if is_one or isinstance(value, (float, int)) else None


def zero(student, name, *inputs, right=0.0):
    """Assert that 0/0 is 0 in what a function gives. Raises StudentFault and Mismatch."""
    student.precision(torch.float64)
    student.require(name)
    got = student.run(calls.function, answers.of(list, 1), name=name, entradas=list(inputs))[0]
    given = got if isinstance(got, (list, tuple)) else [got]
    values = [as_number(one) for one in given]
    if any(one != right for one in values):
        raise Mismatch(
            Bilingual(f"0/0 es 0 aquí, y sale {values}", f"0/0 is 0 here, and it gives {values}"),
            quantity=name,
            inputs=dict(zip(("pred", "objetivos", "mascara"), inputs, strict=False)),
            expected="0",
            got=str(values),
            holds=lambda code: [f"assert torch.as_tensor({code(got)}).eq(0).all()"],
        )


@pytest.mark.part("exactitud")
@pytest.mark.weight(0.5)
@pytest.mark.needs("interface")
def test_zero_of_accuracy(student):
    """Sin ninguna posición real, 0.

    Without a real position, 0.
    """
    zero(student, "exactitud", ABSENT, ABSENT + 1, ABSENT < 0)


@pytest.mark.part("precision_recall_f1")
@pytest.mark.weight(1)
@pytest.mark.needs("interface")
def test_zero_of_class(student):
    """Una clase que ni está ni se predice: 0, 0 y 0; y una que solo está, o solo se predice.

    A class that neither is there nor is predicted: 0, 0 and 0; and one that is, or is predicted, alone.
    """
    for pred, right in ((ABSENT, ABSENT), (ABSENT, ABSENT * 0 + 1), (ABSENT * 0 + 1, ABSENT)):
        student.start_over()
        zero(student, "precision_recall_f1", pred, right, REAL)


@pytest.mark.part("f1_macro")
@pytest.mark.weight(0.5)
@pytest.mark.needs("interface")
def test_zero_of_macro(student):
    """Sin ninguna clase, 0.

    Without a class, 0.
    """
    zero(student, "f1_macro", ABSENT, ABSENT, ABSENT < 0, CLASSES)
