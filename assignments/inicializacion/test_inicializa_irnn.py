"""inicializa_irnn: a network of ReLU whose state, and its gradient, last."""

import math

import pytest
import torch

from grader.checks import figures, laws
from grader.checks.asserts import Mismatch
from grader.checks.kit import Bank, mistake
from grader.core.i18n import Bilingual

from .cells import Piece, begun, require_in_place
from .drawing import ALARM
from .test_inicializa_lstm import told
from .test_ortogonal import orthonormal

pytestmark = pytest.mark.part("inicializa_irnn")
NAME, STEPS, HIDDEN = "inicializa_irnn", 200, 5
CLOSE = 1e-3  # relative: 200 steps of a scale in float32 are off by 1e-5
SCALES = (((0.98,), 0.98), ((), 1.0))
EYE, BIASES = (
    "escala * torch.eye(H)",
    "        celda.x_fc.bias.zero_()\n        celda.h_fc.bias.zero_()\n",
)
NORMAL = ".normal_(0, 0.001)"


def equal(right):
    """Return whether a matrix (H, H) is this one, by the scale."""
    return lambda one, scale: torch.allclose(one, right(scale).double(), atol=1e-6)


OF_IDENTITY = Bank(
    NAME,
    Piece(equal(lambda scale: scale * torch.eye(HIDDEN))),
    *(
        mistake(id, holds=holds, edit=(EYE, new), loses=("identity",))
        for id, holds, new in (
            ("init.scale_ignored", equal(lambda _: torch.eye(HIDDEN)), "torch.eye(H)"),
            (
                "init.scale_everywhere",
                equal(lambda scale: torch.full((HIDDEN, HIDDEN), scale)),
                "torch.full((H, H), escala)",
            ),
            (
                "init.scale_added",
                equal(lambda scale: scale + torch.eye(HIDDEN)),
                "escala + torch.eye(H)",
            ),
            (
                "init.orthogonal_for_identity",
                lambda one, scale: orthonormal((one / scale).float()),
                "ortogonal((H, H), escala)",
            ),
        )
    ),
)
OF_INPUTS = Bank(
    NAME,
    Piece(laws.normal(0.001)),
    *(
        mistake(id, holds=law, edit=(NORMAL, new), loses=("small_inputs",))
        for id, law, new in (
            ("init.root_of_deviation", laws.normal(0.001**0.5), ".normal_(0, 0.001**0.5)"),
            ("init.square_of_deviation", laws.normal(1e-6), ".normal_(0, 0.001**2)"),
            ("init.bound_for_deviation", laws.uniform(-0.001, 0.001), ".uniform_(-0.001, 0.001)"),
            ("init.deviation_of_one", laws.normal(1.0), ".normal_(0, 1)"),
        )
    ),
)
OF_BIASES = Bank(NAME, None, mistake("init.biases_left", edit=(BIASES, ""), loses=("survives",)))
OF_PLACE = Bank(
    NAME,
    None,
    mistake(
        "init.parameters_replaced",
        edit=(
            f"celda.h_fc.weight.copy_({EYE})",
            f"celda.h_fc.weight = torch.nn.Parameter({EYE})",
        ),
        loses=("in_place",),
    ),
    mistake("init.copy_begun"),
)


def remembered(state, first, steps):
    """Return the last state of a network without inputs, and the norms ‖∂h_t/∂h_0‖, t = 0..steps."""
    weight, bias = state["h_fc.weight"].double(), (state["h_fc.bias"] + state["x_fc.bias"]).double()
    h, slope, norms = first, torch.eye(len(first), dtype=torch.float64), [1.0]
    for _ in range(steps):
        before = weight @ h + bias
        h, slope = before.clamp(min=0), (before > 0).double()[:, None] * (weight @ slope)
        is_finite = bool(slope.isfinite().all())
        norms.append(float(torch.linalg.matrix_norm(slope, 2)) if is_finite else math.nan)
    return h, norms


@pytest.mark.points(3)
def test_identity(student, case_seed):
    """h_fc.weight es escala por la identidad.

    h_fc.weight is escala times the identity.
    """
    found = []
    for arguments, scale in SCALES:
        student.start_over()
        state, *_ = begun(student, NAME, (2, HIDDEN, 1), arguments, case_seed)
        got, exact = state["h_fc.weight"], scale * torch.eye(HIDDEN)
        found.append((got.double(), scale))
        if not torch.allclose(got.double(), exact.double(), atol=1e-6):
            break
    else:
        return
    raise Mismatch(
        Bilingual(
            f"con escala = {scale:g}, h_fc.weight no es la pedida",
            f"with escala = {scale:g}, h_fc.weight is not as asked for",
        ),
        quantity="h_fc.weight",
        expected=exact,
        got=got,
        holds=lambda code: [
            f"obtenido = {code(got)}",
            "print(obtenido)",
            f"assert torch.allclose(obtenido, {scale!r} * torch.eye({HIDDEN}), atol=1e-6)",
        ],
        misconception=told(OF_IDENTITY, lambda piece: all(piece.holds(*one) for one in found))[1],
    )


@pytest.mark.points(1.5)
def test_small_inputs(student, case_seed):
    """x_fc.weight: normal de media 0 y desviación 0.001.

    x_fc.weight: normal with mean 0 and deviation 0.001.
    """
    state, *_ = begun(student, NAME, (60, 200, 1), (), case_seed)
    values = state["x_fc.weight"]
    # Right code is not taken for right with a chance of 1e-11.
    right, misconception = told(OF_INPUTS, lambda piece: piece.holds.could_give(values, ALARM))
    if not right:
        student.transcript.spell(values, "celda.x_fc.weight.detach()")
        OF_INPUTS.right.holds.require(values, quantity="x_fc.weight", misconception=misconception)


@pytest.mark.points(2.5)
def test_survives(student, case_seed):
    """Sin entradas, tras 200 pasos: h_T = escala^T h_0, y ‖∂h_T/∂h_0‖ = escala^T.

    Without inputs, after 200 steps: h_T = escala^T h_0, and ‖∂h_T/∂h_0‖ = escala^T.
    """
    first = 0.5 + torch.rand(HIDDEN, generator=torch.Generator().manual_seed(1)).double()
    for arguments, scale in SCALES:
        student.start_over()
        state, *_ = begun(student, NAME, (2, HIDDEN, 1), arguments, case_seed)
        if student.lost("inicializa_irnn/identity"):
            state["h_fc.weight"] = scale * torch.eye(HIDDEN)
        h, norms = remembered(state, first, STEPS)
        right = [scale**step for step in range(STEPS + 1)]
        if scale != 1:
            figures.keep(student, profile(norms, right))
        lasts = torch.allclose(h, right[-1] * first, rtol=CLOSE)
        if not lasts or not abs(norms[-1] / right[-1] - 1) <= CLOSE:
            biased = bool((state["h_fc.bias"] != 0).any() or (state["x_fc.bias"] != 0).any())
            raise Mismatch(
                Bilingual(
                    f"con escala = {scale:g}, x = 0 y h_0 > 0, tras {STEPS} pasos el estado no es escala^T h_0",
                    f"with escala = {scale:g}, x = 0 and h_0 > 0, after {STEPS} steps the state is not escala^T h_0",
                ),
                quantity="h_T",
                inputs={
                    "h_0": first,
                    "x_fc.bias": state["x_fc.bias"],
                    "h_fc.bias": state["h_fc.bias"],
                },
                expected=right[-1] * first,
                got=h,
                misconception=OF_BIASES["init.biases_left"] if biased else None,
            )


@pytest.mark.kind("form")
@pytest.mark.points(1)
def test_in_place(student):
    """En su sitio: la celda conserva sus parámetros.

    In place: the cell keeps its parameters.
    """
    require_in_place(student, OF_PLACE, (2, 3, 1))


def profile(norms, right):
    """Return the picture of how much of the first state each step still knows."""
    return figures.curve(
        norms,
        right,
        x=Bilingual("paso", "step"),
        scale="logarithmic",
        lowest=1e-3,
        explanation=Bilingual(
            "‖∂h_t/∂h_0‖ con escala 0.98 y sin entradas: una recta, si nada más actúa.",
            "‖∂h_t/∂h_0‖ with escala 0.98 and no inputs: a straight line, if nothing else acts.",
        ),
    )
