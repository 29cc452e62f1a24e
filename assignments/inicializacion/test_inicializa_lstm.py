"""inicializa_lstm: four layers that stand in one, each begun as a layer of its own."""

import pytest
import torch

from grader.checks import laws
from grader.checks.asserts import Mismatch
from grader.checks.kit import Bank, mistake
from grader.core.i18n import Bilingual

from .cells import ANTES, Piece, begun, require_in_place
from .drawing import ALARM
from .test_ortogonal import gap, orthonormal

pytestmark = pytest.mark.part("inicializa_lstm")
NAME, BLOCKS = "inicializa_lstm", 4
INPUTS, HIDDEN = 7, 300
"""The bounds √(6/(I+H)), √(6/(I+4H)) and √(3/H) are then 0.140, 0.071 and 0.100."""
SET = "celda.x_fc.bias[H : 2 * H] = sesgo_olvido"
X_LOOP = """for bloque in celda.x_fc.weight.chunk(4):                  # (H, I)
            bloque.copy_(xavier_uniforme(bloque.shape))"""
H_LOOP = """for bloque in celda.h_fc.weight.chunk(4):                  # (H, H)
            bloque.copy_(ortogonal(bloque.shape))"""
DRAWN, BLOCK = "xavier_uniforme(bloque.shape)", "ortogonal(bloque.shape)"


def uniform(square):
    return laws.uniform(-(square**0.5), square**0.5)


def apart(law):
    """Return whether a law could give blocks, each and all together, that are no copies."""
    return lambda blocks: (
        not alike(blocks)
        and all(law.could_give(one, ALARM) for one in (*blocks, torch.cat(blocks)))
    )


def alike(blocks):
    return any(torch.equal(blocks[0], one) for one in blocks[1:])


def each_orthonormal(blocks):
    return not alike(blocks) and all(map(orthonormal, blocks))


def one_left(blocks):
    """Return whether a block is as it was before."""
    return any(bool((one == ANTES).all()) for one in blocks)


def only_perpendicular(blocks):
    """Return whether blocks are orthonormal but for one length."""
    size = float(blocks[0].norm()) / HIDDEN**0.5
    return size > 0 and not alike(blocks) and each_orthonormal([one / size for one in blocks])


def stacked_orthonormal(blocks):
    return orthonormal(torch.cat(blocks))


X_COPIED, H_COPIED = f"bloque.copy_({DRAWN})", f"bloque.copy_({BLOCK})"
RIGHT_X = uniform(6 / (INPUTS + HIDDEN))
OF_X = Bank(
    NAME,
    Piece(apart(RIGHT_X)),
    *(
        mistake(id, holds=apart(law), edit=edit, loses=("x_blocks",))
        for id, law, edit in (
            (
                "init.stacked_fans",
                uniform(6 / (INPUTS + BLOCKS * HIDDEN)),
                (X_LOOP, "celda.x_fc.weight.copy_(xavier_uniforme(celda.x_fc.weight.shape))"),
            ),
            (
                "init.bound_of_the_lecture",
                uniform(3 / HIDDEN),
                (DRAWN, "(2 * torch.rand(bloque.shape) - 1) * math.sqrt(3 / H)"),
            ),
            (
                "init.normal_for_uniform",
                laws.normal((2 / (INPUTS + HIDDEN)) ** 0.5),
                (DRAWN, "xavier_normal(bloque.shape)"),
            ),
            ("init.he_for_xavier", uniform(6 / INPUTS), (DRAWN, "he_uniforme(bloque.shape)")),
        )
    ),
    mistake("init.inputs_left_alone", holds=one_left, edit=(X_COPIED, "pass"), loses=("x_blocks",)),
    mistake(
        "init.blocks_alike",
        holds=lambda blocks: alike(blocks) and RIGHT_X.could_give(blocks[0], ALARM),
        edit=(
            X_LOOP,
            "celda.x_fc.weight.copy_(xavier_uniforme((H, celda.input_size)).repeat(4, 1))",
        ),
        loses=("x_blocks",),
    ),
)
OF_H = Bank(
    NAME,
    Piece(each_orthonormal),
    mistake(
        "init.recurrent_left_alone", holds=one_left, edit=(H_COPIED, "pass"), loses=("h_blocks",)
    ),
    mistake(
        "init.only_perpendicular",
        holds=only_perpendicular,
        edit=(BLOCK, "ortogonal(bloque.shape, 0.9)"),
        loses=("h_blocks",),
    ),
    mistake(
        "init.stacked_orthogonal",
        holds=stacked_orthonormal,
        edit=(H_LOOP, "celda.h_fc.weight.copy_(ortogonal(celda.h_fc.weight.shape))"),
        loses=("h_blocks",),
    ),
    mistake(
        "init.recurrent_by_xavier",
        holds=apart(uniform(3 / HIDDEN)),
        edit=(BLOCK, "xavier_uniforme(bloque.shape)"),
        loses=("h_blocks",),
        also=(
            {"holds": apart(laws.normal((1 / HIDDEN) ** 0.5))},
            {"holds": apart(uniform(6 / (5 * HIDDEN)))},
        ),
    ),
    mistake(
        "init.recurrent_copies",
        holds=lambda blocks: alike(blocks) and orthonormal(blocks[0]),
        edit=(H_LOOP, "celda.h_fc.weight.copy_(ortogonal((H, H)).repeat(4, 1))"),
        loses=("h_blocks",),
    ),
)


def on(place, layer="x"):
    """Return the biases of both layers with the forget bias on one block of one, else 0."""

    def biases(value, _):
        x, h = torch.zeros(BLOCKS), torch.zeros(BLOCKS)
        (x if layer == "x" else h)[place] = value
        return x, h

    return biases


def left(x, h):
    """Return the biases where those of the layers said are what they were."""

    def biases(value, before):
        found = torch.full((BLOCKS,), before * x), torch.full((BLOCKS,), before * h)
        found[0][1] = value
        return found

    return biases


BIASES = ("x_fc.bias", "h_fc.bias")
ZEROED = "        celda.x_fc.bias.zero_()\n        celda.h_fc.bias.zero_()\n"
OF_BIASES = Bank(
    NAME,
    Piece(on(1)),
    *(
        mistake(id, holds=biases, edit=edit, loses=("forget_bias",), also=also)
        for id, biases, edit, also in (
            ("init.bias_on_input_gate", on(0), ("[H : 2 * H]", "[:H]"), ()),
            ("init.bias_on_candidate", on(2), ("[H : 2 * H]", "[2 * H : 3 * H]"), ()),
            ("init.bias_on_output_gate", on(3), ("[H : 2 * H]", "[3 * H :]"), ()),
            ("init.bias_on_all", on(slice(None)), ("[H : 2 * H]", "[:]"), ()),
            ("init.bias_in_h_fc", on(1, "h"), ("celda.x_fc.bias[", "celda.h_fc.bias["), ()),
            (
                "init.bias_twice",
                lambda value, _: (on(1)(value, 0)[0], on(1)(value, 0)[0]),
                (SET, f"{SET}\n        {SET.replace('x_fc', 'h_fc')}"),
                (),
            ),
            (
                "init.bias_negative",
                lambda value, _: on(1)(-value, 0),
                ("= sesgo_olvido", "= -sesgo_olvido"),
                (),
            ),
            ("init.bias_fixed", lambda *_: on(1)(1.0, 0), ("= sesgo_olvido", "= 1.0"), ()),
            ("init.no_forget_bias", lambda *_: on(1)(0.0, 0), (f"        {SET}\n", ""), ()),
            (
                "init.biases_left",
                left(x=True, h=True),
                (ZEROED, ""),
                ({"holds": left(x=True, h=False)}, {"holds": left(x=False, h=True)}),
            ),
        )
    ),
)
OF_PLACE = Bank(
    NAME,
    None,
    mistake(
        "init.parameters_replaced",
        edit=(
            SET,
            f"{SET}\n    celda.h_fc.weight = torch.nn.Parameter(celda.h_fc.weight.detach())",
        ),
        loses=("in_place",),
    ),
    mistake(
        "init.copy_begun",
        edit=(
            ("H = celda.h_fc", "import copy\n    celda = copy.deepcopy(celda)\n    H = celda.h_fc"),
            (SET, f"{SET}\n    return celda"),
        ),
        loses=("in_place",),
    ),
)


def told(bank, explains):
    """Return whether a piece is right, and else what is thought of it, where that is known."""
    found = bank.diagnose(explains)
    return found.explained and not found.misconceptions, next(iter(found.misconceptions), None)


def of_copies(key, misconception):
    return Mismatch(
        Bilingual(
            f"los cuatro bloques de {key} no son todos distintos",
            f"the four blocks of {key} are not all different",
        ),
        quantity=key,
        misconception=misconception,
    )


@pytest.mark.points(5)
def test_x_blocks(student, case_seed):
    """x_fc.weight: cada bloque (H, I), Xavier uniforme.

    x_fc.weight: each block (H, I) Xavier uniform.
    """
    state, *_ = begun(student, NAME, (INPUTS, HIDDEN, BLOCKS), (), case_seed)
    blocks = state["x_fc.weight"].chunk(BLOCKS)
    # Right code is not taken for right with a chance of 1e-11 for each block and for all: 5e-11.
    right, misconception = told(OF_X, lambda piece: piece.holds(blocks))
    if right:
        return
    for number, block in enumerate(blocks):
        student.transcript.spell(block, f"celda.x_fc.weight.detach().chunk({BLOCKS})[{number}]")
        quantity = Bilingual(
            f"x_fc.weight, bloque {number + 1}", f"x_fc.weight, block {number + 1}"
        )
        RIGHT_X.require(block, quantity=quantity, misconception=misconception)
    if alike(blocks):
        raise of_copies("x_fc.weight", misconception)
    student.transcript.spell(state["x_fc.weight"], "celda.x_fc.weight.detach()")
    RIGHT_X.require(state["x_fc.weight"], quantity="x_fc.weight", misconception=misconception)


@pytest.mark.points(5.5)
def test_h_blocks(student, case_seed):
    """h_fc.weight: cada bloque (H, H), ortogonal.

    h_fc.weight: each block (H, H) orthogonal.
    """
    state, *_ = begun(student, NAME, (INPUTS, HIDDEN, BLOCKS), (), case_seed)
    blocks = state["h_fc.weight"].chunk(BLOCKS)
    right, misconception = told(OF_H, lambda piece: piece.holds(blocks))
    if right:
        return
    worst = max(map(gap, blocks))
    if orthonormal(blocks[0]) and alike(blocks):
        raise of_copies("h_fc.weight", misconception)
    raise Mismatch(
        Bilingual(
            f"un bloque Q de h_fc.weight no es ortogonal: Q Qᵀ se aparta de la identidad hasta {worst:.3g}",
            f"a block Q of h_fc.weight is not orthogonal: Q Qᵀ is off the identity by up to {worst:.3g}",
        ),
        quantity="h_fc.weight",
        holds=lambda code: [
            f"bloques = {code(state['h_fc.weight'])}.chunk({BLOCKS})",
            "assert all((q @ q.T - torch.eye(len(q))).abs().max() < 1e-2 for q in bloques)",
        ],
        misconception=misconception,
    )


@pytest.mark.points(5.5)
def test_forget_bias(student, case_seed):
    """Los sesgos: 0, menos los de la puerta de olvido en x_fc.

    The biases: 0, but those of the forget gate in x_fc.
    """
    hidden, found = 3, []
    for arguments, value in (((), 1.0), ((2.5,), 2.5), ((-0.5,), -0.5)):
        student.start_over()
        state, *_ = begun(student, NAME, (2, hidden, BLOCKS), arguments, case_seed)
        found.append((value, (state["x_fc.bias"].double(), state["h_fc.bias"].double())))
        exact = [one.repeat_interleave(hidden) for one in on(1)(value, 0)]
        wrong = [key for key, one in zip(BIASES, exact, strict=True) if not same(state[key], one)]
        if wrong:
            break
    else:
        return

    def explains(piece):
        return all(
            same(got, right.repeat_interleave(hidden))
            for value, pair in found
            for got, right in zip(pair, piece.holds(value, ANTES), strict=True)
        )

    key, wanted = wrong[0], exact[BIASES.index(wrong[0])]
    raise Mismatch(
        Bilingual(
            f"con H = {hidden} y sesgo_olvido = {value:g}, {key} no es el pedido",
            f"with H = {hidden} and sesgo_olvido = {value:g}, {key} is not as asked for",
        ),
        quantity=key,
        expected=wanted,
        got=state[key],
        holds=lambda code: [
            f"obtenido, esperado = {code(state[key])}, torch.tensor({wanted.tolist()})",
            "print(obtenido, esperado)",
            "assert torch.equal(obtenido, esperado)",
        ],
        misconception=told(OF_BIASES, explains)[1],
    )


def same(one, other):
    return torch.equal(one.double(), other.double())


@pytest.mark.kind("form")
@pytest.mark.points(2)
def test_in_place(student):
    """En su sitio: la celda conserva sus parámetros.

    In place: the cell keeps its parameters.
    """
    require_in_place(student, OF_PLACE, (2, 3, BLOCKS))
