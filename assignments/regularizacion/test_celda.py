"""Part 3: a cell that drops weights of its own, read off unit by unit.

With h = e_j the cell gives column j of its weights, so that one question with h = I shows the whole
mask. What is read so is compared with no stream of random numbers, but with a rate and with itself.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
import torch

from grader.checks import answers, random_functions
from grader.checks.asserts import Mismatch, require_shape
from grader.checks.kit import Bank, mistake
from grader.core.i18n import Bilingual
from grader.student.student import RemoteObject

from .masks import ENTRIES, MASKED, require_kept, stand_in, told

pytestmark = pytest.mark.part("celdaDropConnect")
NAME, INPUTS, HIDDEN, BATCH = "celdaDropConnect", 3, 150, 4
SIZE = [INPUTS, HIDDEN]
"""The mask has 22500 entries."""
RATES = (0.3, 0.6)
ZERO, CLOSE = 1e-3, 2e-4
"""What is no weight any more, and how exact what is read must be: float32 will do."""
TANH, DRAWN = "torch.tanh", "torch.rand_like(self.h_fc.weight)"
SCALED = " / (1 - self.p)"
DROP = "pesos = pesos * self.mascara.to(pesos)" + SCALED


def numeros(forma, periodo):
    """Return numbers from -0.5 to 0.5, none of them near 0, of a shape."""
    return ((torch.arange(math.prod(forma)) % periodo + 0.25) / periodo - 0.5).reshape(forma)


def pesos_de(entradas, ocultas):
    """Return weights for a cell, each of its own period."""
    formas = {
        "x_fc.weight": (ocultas, entradas),
        "x_fc.bias": (ocultas,),
        "h_fc.weight": (ocultas, ocultas),
        "h_fc.bias": (ocultas,),
    }
    return {
        clave: numeros(forma, 7 + 4 * place) for place, (clave, forma) in enumerate(formas.items())
    }


def con_pesos(notebook, name, sizes, p):
    """Return a student's cell with these weights, in training."""
    celda = notebook[name](*sizes, p).to(torch.get_default_dtype())
    torch.nn.Module.load_state_dict(celda, pesos_de(*sizes), strict=False)
    return celda.train()


def entradas_de(entradas, ocultas):
    """Return inputs and states of a few samples."""
    return numeros((4, entradas), 5), numeros((4, ocultas), 9) / 4


def de_una_celda(notebook, name, sizes, p):
    """Return what a cell gives: without a state, for each unit alone twice, for h; for each unit
    with a new mask; in evaluation for each unit and for h; and the weights that it has then.
    """  # noqa: D205 - one sentence
    celda = con_pesos(notebook, name, sizes, p)
    celda.nueva_mascara()
    unidades = torch.eye(sizes[1])
    x, h = entradas_de(*sizes)
    x_0 = x[:1].expand(sizes[1], -1)
    nada = celda(x_0, 0 * unidades)
    entrena = [celda(x_0, unidades), celda(x_0, unidades), celda(x, h)]
    celda.nueva_mascara()
    entrena.append(celda(x_0, unidades))
    celda.eval()
    return [nada, *entrena, celda(x_0, unidades), celda(x, h), celda.h_fc.weight.detach()]


def de_formas(notebook, name, sizes, p, x, h):
    """Return what a new cell gives in training and evaluation, its inputs, and its weights."""
    celda = notebook[name](*sizes, p)
    salidas = [celda.train()(x, h), celda.eval()(x, h)]
    return [*salidas, x, h, {clave: uno.detach() for clave, uno in celda.state_dict().items()}]


WEIGHTS, STATE, UNITS, OUTPUT = "weights", "state", "units", "output"
"""What may be dropped: weights one by one, all those of a unit of h, all those into a unit, or
units of the result.
"""


@dataclass(frozen=True)
class Rules:
    """What a cell does, by the checks that judge it."""

    equation: Any = (torch.tanh, torch.atanh, 1.0)
    on_recurrent_weights: str = WEIGHTS
    kept_in_time: bool = True
    new_mask: bool = True
    scale: Callable[[float], float] = lambda p: 1 / (1 - p)
    rate: Callable[[float], float] = lambda p: p
    evaluation: Any = lambda _: 1.0
    weights_kept: bool = True


@dataclass(frozen=True)
class Seen:
    """A cell's weights and inputs, and what came back."""

    p: float
    weights: dict[str, torch.Tensor]
    x: torch.Tensor
    h: torch.Tensor
    answers: list[torch.Tensor]
    read: dict[Any, torch.Tensor] = field(default_factory=dict)
    """By answer and way of reading, what `factor` gave before."""

    def fed(self, x, rules):
        """Return W_x x + b_x + b_h."""
        w = self.weights
        return x @ w["x_fc.weight"].T + w["x_fc.bias"] + rules.equation[2] * w["h_fc.bias"]

    def factor(self, number, rules):
        """Return by what each weight (j, i), from unit j to unit i, was multiplied in an answer."""
        act, inverse, _ = rules.equation
        key = number, rules.equation, rules.on_recurrent_weights == OUTPUT
        if key not in self.read:
            out, weight = self.answers[number].double(), self.weights["h_fc.weight"].T
            self.read[key] = (
                out / act(self.fed(self.x[:1], rules) + weight)
                if rules.on_recurrent_weights == OUTPUT
                else (inverse(out) - inverse(self.answers[0].double())) / weight
            )
        return self.read[key]

    def dropped(self, number, rules):
        """Return which of them are 0."""
        return self.factor(number, rules).abs() < ZERO

    def alone(self, rules):
        """Return the mask's zeros, a line or a column of them where all the others are the same."""
        zeros = self.dropped(FIRST, rules)
        zeros = zeros[:, :1] if bool((zeros == zeros[:, :1]).all()) else zeros
        return zeros[:1] if bool((zeros == zeros[:1]).all()) else zeros

    def where(self, rules):
        """Return what is dropped, going by what repeats; None for nothing that can be."""
        act = rules.equation[0]
        untouched = near(self.answers[0], act(self.fed(self.x[:1], rules)))
        if not untouched:
            return OUTPUT if rules.on_recurrent_weights == OUTPUT else None
        zeros = self.dropped(FIRST, rules)
        if bool(zeros.all()) or not zeros.any():
            return None
        if bool((zeros == zeros[:, :1]).all()):
            return STATE
        return UNITS if bool((zeros == zeros[:1]).all()) else WEIGHTS

    def scaled(self, rules, number=1):
        """Whether all that is not dropped was multiplied by the scale."""
        factor = self.factor(number, rules)
        return near(factor[factor.abs() >= ZERO], rules.scale(self.p))

    def evaluated(self, rules):
        """Whether evaluation leaves the weights as these rules say."""
        factor, what = self.factor(EVALUATED, rules), rules.evaluation(self.p)
        if what is not MASKED:
            return near(factor, what)
        return bool((factor.abs() < ZERO).any())

    def is_like(self, rules):
        """Whether a cell with these rules could have given it; of right ones 1e-10 do not."""
        zeros = self.dropped(FIRST, rules)
        return (
            self.where(rules) == rules.on_recurrent_weights
            and torch.equal(zeros, self.dropped(SECOND, rules)) == rules.kept_in_time
            and torch.equal(zeros, self.dropped(ANEW, rules)) != rules.new_mask
            and self.scaled(rules)
            and self.is_rate(rules)
            and self.evaluated(rules)
            and near(self.answers[LEFT], self.weights["h_fc.weight"]) == rules.weights_kept
        )

    def is_rate(self, rules):
        """Whether as much is dropped as these rules say."""
        zeros = self.alone(rules)
        off = random_functions.tail(int(zeros.sum()), zeros.numel(), rules.rate(self.p))
        return off >= random_functions.ALARM / 2


FIRST, SECOND, MIXED, ANEW, EVALUATED, MIXED_EVALUATED, LEFT = range(1, 8)
"""The places of what `de_una_celda` returns."""


def near(got, right):
    """Whether numbers are these, but for rounding."""
    return bool(((got.double() - right).abs() <= CLOSE * (1 + abs(right))).all())


def seen_with(p, answers):
    """Return what was seen, beside the weights and inputs that the probes make."""
    weights = wide(lambda: pesos_de(*SIZE))
    return Seen(p, weights, *wide(lambda: entradas_de(*SIZE)), answers)


def wide(make):
    """Return what is made where the default is float64, as students' code makes it."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        return make()
    finally:
        torch.set_default_dtype(before)


def look(student, p, seed):
    """Return what a cell gives. Raises StudentFault, Mismatch."""
    stand_in(student, NAME)
    student.precision(torch.float64)
    student.seed(seed % 2**31)
    found = student.run(de_una_celda, answers.of(list, 1 + LEFT), name=NAME, sizes=SIZE, p=p)
    for number, one in enumerate(found):
        rows = BATCH if number in (MIXED, MIXED_EVALUATED) else HIDDEN
        require_shape(one, (rows, HIDDEN), "h_t")
    return seen_with(p, [one.detach() for one in found])


def known(student):
    """Return the rules that a student's cell follows, found out once; see `masks.known`."""

    def find():
        seen = [look(student, p, number) for number, p in enumerate(RATES)]
        return BANK.diagnose(lambda rules: all(one.is_like(rules) for one in seen))

    return student.recall("celdaDropConnect.rules", find)


def logit(y):
    return torch.log(y / (1 - y))


FRESH = "pesos = pesos * (torch.rand_like(pesos) < 1 - self.p)" + SCALED
ON_STATE = "h_t_1 = h_t_1 * self.mascara[0].to(pesos)" + SCALED
RETURNS = "return torch.tanh(self.x_fc(x_t) + h_t_1 @ pesos.T + self.h_fc.bias)"
BANK = Bank(
    NAME,
    Rules(),
    mistake(
        "reg.on_activations",
        on_recurrent_weights=STATE,
        edit=(DROP, ON_STATE),
        loses=("on_recurrent_weights", "whole"),
        also=(
            {"on_recurrent_weights": STATE, "kept_in_time": False},
            {"on_recurrent_weights": OUTPUT},
            {"on_recurrent_weights": OUTPUT, "kept_in_time": False},
        ),
    ),
    mistake(
        "reg.whole_units",
        on_recurrent_weights=UNITS,
        edit=(DROP, "pesos = pesos * self.mascara[:, :1].to(pesos)" + SCALED),
        loses=("on_recurrent_weights", "whole"),
    ),
    mistake(
        "reg.mask_each_call",
        kept_in_time=False,
        edit=(DROP, FRESH),
        loses=("kept_in_time", "whole"),
    ),
    mistake(
        "reg.mask_never_new",
        new_mask=False,
        edit=(
            f"self.mascara = {DRAWN}",
            f"if not hasattr(self, 'mascara'):\n            self.mascara = {DRAWN}",
        ),
        loses=("new_mask", "whole"),
    ),
    mistake("reg.no_scaling", scale=lambda _: 1.0, edit=(SCALED, ""), loses=("scale", "whole")),
    mistake(
        "reg.scaled_down",
        scale=lambda p: 1 - p,
        edit=(SCALED, " * (1 - self.p)"),
        loses=("scale", "whole"),
    ),
    mistake(
        "reg.keep_probability",
        rate=lambda p: 1 - p,
        edit=("< 1 - self.p", "< self.p"),
        loses=("rate", "whole"),
        also=({"rate": lambda p: 1 - p, "scale": lambda p: 1 / p},),
    ),
    mistake(
        "reg.active_in_eval",
        evaluation=lambda _: MASKED,
        edit=("if self.training:", "if True:"),
        loses=("evaluation", "whole"),
    ),
    mistake(
        "reg.scaled_in_eval",
        scale=lambda _: 1.0,
        evaluation=lambda p: 1 - p,
        edit=((SCALED, "\n        else:\n            pesos = pesos * (1 - self.p)"),),
        loses=("evaluation", "whole"),
        also=({"evaluation": lambda p: 1 - p},),
    ),
    mistake(
        "reg.weights_overwritten",
        weights_kept=False,
        evaluation=lambda _: MASKED,
        edit=(
            (
                "< 1 - self.p ",
                "< 1 - self.p\n        with torch.no_grad():\n            self.h_fc.weight.mul_(self.mascara) ",
            ),
        ),
        loses=("weights_kept", "whole"),
    ),
    mistake(
        "reg.sigmoid_for_tanh",
        equation=(torch.sigmoid, logit, 1.0),
        edit=(TANH, "torch.sigmoid"),
        loses=("equation", "whole"),
    ),
    mistake(
        "reg.no_tanh",
        equation=(lambda r: r, lambda r: r, 1.0),
        edit=(RETURNS, RETURNS.replace(TANH, "")),
        loses=("equation", "whole"),
    ),
    mistake(
        "reg.bias_left_out",
        equation=(torch.tanh, torch.atanh, 0.0),
        edit=(" + self.h_fc.bias", ""),
        loses=("equation", "whole"),
    ),
    mistake(
        "reg.gradient_cut",
        edit=("pesos * self.mascara", "pesos.data * self.mascara"),
        loses=("gradient", "whole"),
    ),
    written={"rate": "P(0)", "scale": "s"},
)


def dropped_in_cell(p):
    """Return what fails where another share is dropped."""
    return lambda _: [
        "ceros = ((entrena[0] - nada).abs() < 1e-6).double().mean()",
        "print('parte apagada:', ceros.item())",
        f"assert abs(ceros - {p}) < 0.02",
    ]


EVALUATES = f"""celda.eval()
p = pesos_de(*{SIZE})
r = x @ p['x_fc.weight'].T + p['x_fc.bias'] + h @ p['h_fc.weight'].T + p['h_fc.bias']
assert torch.allclose(celda(x, h), torch.tanh(r), atol=1e-3)"""
"""What fails where evaluation is not the equation."""


def fail(es, en, misconception, code, **shown):
    """Raise what a check found, with lines of Python that fail likewise."""
    raise Mismatch(
        Bilingual(es, en), misconception=misconception, holds=lambda _: code.splitlines(), **shown
    )


def require_holds(seen, rules, check, misconception):
    """Assert that one rule holds, under these. Raises Mismatch."""
    zeros = seen.dropped(FIRST, rules)
    where = seen.where(rules)
    said = {
        "on_recurrent_weights": (
            where == rules.on_recurrent_weights,
            "lo que se apaga no son pesos de h_fc uno por uno",
            "what is dropped are not weights of h_fc one by one",
            (
                f"{EVALUATES}\nM = (entrena[0] - nada).abs() < 1e-6\n"
                "assert torch.equal(nada, celda.eval()(x_0, 0 * unidades))\n"
                "assert not (M == M[:, :1]).all() and not (M == M[:1]).all()"
            ),
        ),
        "kept_in_time": (
            torch.equal(zeros, seen.dropped(SECOND, rules)) == rules.kept_in_time,
            "dos pasos seguidos, sin nueva_mascara, usan pesos distintos",
            "two steps in a row, without nueva_mascara, use different weights",
            "celda.train()\nassert torch.equal(celda(x_0, unidades), celda(x_0, unidades))",
        ),
        "new_mask": (
            torch.equal(zeros, seen.dropped(ANEW, rules)) != rules.new_mask,
            "después de nueva_mascara se usan los mismos pesos que antes",
            "after nueva_mascara the same weights are used as before",
            "assert not torch.equal(entrena[0], entrena[3])",
        ),
        "scale": (
            seen.scaled(rules),
            "los pesos que quedan no están multiplicados por 1/(1 − p)",
            "the weights that are kept are not multiplied by 1/(1 − p)",
            (
                "f = (entrena[0].atanh() - nada.atanh()) / celda.h_fc.weight.T\n"
                f"assert (f[f.abs() > 1e-3] - {1 / (1 - seen.p)}).abs().max() < 1e-3"
            ),
        ),
        "evaluation": (
            seen.evaluated(rules),
            "al evaluar no se usan los pesos W_h tal como son",
            "in evaluation the weights W_h are not used as they are",
            EVALUATES,
        ),
        "weights_kept": (
            near(seen.answers[LEFT], seen.weights["h_fc.weight"]) == rules.weights_kept,
            "h_fc.weight ya no tiene los números que tenía",
            "h_fc.weight no longer has the numbers that it had",
            f"assert torch.equal(celda.h_fc.weight, pesos_de(*{SIZE})['h_fc.weight'])",
        ),
    }
    holds, es, en, code = said[check]
    if not holds:
        fail(es, en, misconception, code, quantity="h_t")


def require_gradients(seen, rules, got, out):
    """Assert that gradients are those of the equation with the mask as it was read.

    Where it is another equation, that there are any. Raises Mismatch.
    """
    leaves = {"h_t_1": seen.h.clone(), "h_fc.weight": seen.weights["h_fc.weight"].clone()}
    h, weight = (one.requires_grad_() for one in leaves.values())
    right = rules.equation[0](seen.fed(seen.x, rules) + h @ (seen.factor(FIRST, rules) * weight.T))
    right.sum().backward()
    same = near(out, right.detach())
    for name, leaf in leaves.items():
        is_there = got[name] is not None and got[name].shape == leaf.shape
        there = is_there and bool(got[name].any())
        if not there or (same and not near(got[name], leaf.grad)):
            raise Mismatch(
                Bilingual(
                    f"el gradiente de {name} no es el de la ecuación",
                    f"the gradient of {name} is not the equation's",
                ),
                quantity=f"∂h_t/∂{name}",
                expected=leaf.grad[:2, :6],
                got=got[name][:2, :6] if there else Bilingual("ninguno", "none"),
                misconception=None if there else BANK["reg.gradient_cut"],
                holds=lambda _: [
                    "assert None not in (gradientes[0], gradientes[1]['h_fc.weight'])"
                ],
            )


def require_learning(student, seed):
    """Assert that gradients come back, to the state and to the weights. Raises Mismatch."""
    stand_in(student, NAME)
    student.precision(torch.float64)
    student.seed(seed % 2**31)
    asked = {"name": NAME, "sizes": SIZE, "p": 0.5}
    cell = student.run(con_pesos, answers.of(RemoteObject), **asked)
    rules = known(student).equations
    if rules.kept_in_time:
        cell.nueva_mascara()
    else:
        cell.eval()
    seen = seen_with(0.5, [])
    units, first = torch.eye(HIDDEN, dtype=torch.float64), seen.x[:1].expand(HIDDEN, -1)
    seen.answers.extend([cell(first, 0 * units), cell(first, units)])
    h = seen.h.clone().requires_grad_()
    out = cell(seen.x, h)
    for one, rows in zip((*seen.answers, out), (HIDDEN, HIDDEN, len(h)), strict=True):
        require_shape(one, (rows, HIDDEN), "h_t")
    got, of_cell = student.gradients([out], [torch.ones_like(out)], [h, cell])
    found = {"h_t_1": got, "h_fc.weight": of_cell.get("h_fc.weight")}
    require_gradients(seen, rules, found, out.detach())


SIZES = ((3, 5, 2), (4, 2, 3), (1, 1, 1))
"""Of input, state and batch."""


@pytest.mark.kind("form")
@pytest.mark.weight(2)
def test_interface(student):
    """x_fc y h_fc tienen sus formas, y h_t la de h_{t−1}.

    x_fc and h_fc have their shapes, and h_t that of h_{t−1}.
    """
    for inputs, hidden, batch in SIZES:
        student.start_over()
        (*out, _, _, state), _ = called(student, inputs, hidden, batch)
        for one in out:
            require_shape(one, (batch, hidden), "h_t")
        shapes = {"x_fc.weight": (hidden, inputs), "h_fc.weight": (hidden, hidden)}
        shapes |= dict.fromkeys(("x_fc.bias", "h_fc.bias"), (hidden,))
        for key, shape in shapes.items():
            require_shape(state.get(key), shape, key)


@pytest.mark.kind("form")
@pytest.mark.weight(1)
@pytest.mark.needs("interface")
def test_untouched(student):
    """x_t y h_{t−1} quedan como estaban.

    x_t and h_{t−1} stay as they were.
    """
    (*_, x_after, h_after, _), (x, h) = called(student, *SIZES[0])
    require_kept(x, x_after)
    require_kept(h, h_after)


def called(student, inputs, hidden, batch):
    """Return what a new cell of these sizes gives, and what it was given."""
    stand_in(student, NAME)
    student.precision(torch.float32)
    x, h = torch.ones(batch, inputs), torch.full((batch, hidden), 0.5)
    asked = {"name": NAME, "sizes": [inputs, hidden], "p": 0.5, "x": x, "h": h}
    form = answers.of(tuple[Any, Any, torch.Tensor, torch.Tensor, dict[str, torch.Tensor]])
    return student.run(de_formas, form, **asked), (x, h)


@pytest.mark.needs("interface")
class TestCell:
    def judge(self, student, seed, check):
        """Judge one rule under the student's other ones."""
        rules = known(student)
        require_holds(look(student, RATES[0], seed), rules.but(check), check, rules.about(check))

    @pytest.mark.weight(3)
    def test_equation(self, student, case_seed):
        """h_t = tanh(W_x x_t + b_x + W_h h_{t−1} + b_h), al evaluar.

        h_t = tanh(W_x x_t + b_x + W_h h_{t−1} + b_h), in evaluation.
        """
        rules, seen = known(student), look(student, RATES[0], case_seed)
        if rules.explained and not rules.about("equation"):
            return  # so it is with what was seen
        weight = seen.weights["h_fc.weight"]
        right = torch.tanh(seen.fed(seen.x, Rules()) + seen.h @ weight.T)
        if not near(seen.answers[MIXED_EVALUATED], right):
            fail(
                "al evaluar, h_t no es el de la ecuación",
                "in evaluation h_t is not that of the equation",
                rules.about("equation"),
                EVALUATES,
                quantity="h_t",
                expected=right[:, :8],
                got=seen.answers[MIXED_EVALUATED][:, :8],
            )

    @pytest.mark.weight(5)
    def test_on_recurrent_weights(self, student, case_seed):
        """Se apagan pesos de h_fc, cada uno por su cuenta, y nada más.

        Weights of h_fc are dropped, each by itself, and nothing else.
        """
        self.judge(student, case_seed, "on_recurrent_weights")

    @pytest.mark.weight(4)
    def test_kept_in_time(self, student, case_seed):
        """La máscara dura: cada paso usa los mismos pesos.

        The mask lasts: each step uses the same weights.
        """
        self.judge(student, case_seed, "kept_in_time")

    @pytest.mark.weight(3)
    def test_new_mask(self, student, case_seed):
        """nueva_mascara sortea otra.

        nueva_mascara draws another one.
        """
        self.judge(student, case_seed, "new_mask")

    @pytest.mark.weight(2)
    def test_scale(self, student, case_seed):
        """Lo que queda se multiplica por 1/(1 − p).

        What is kept is multiplied by 1/(1 − p).
        """
        self.judge(student, case_seed, "scale")

    @pytest.mark.weight(2)
    def test_rate(self, student, case_seed):
        """Se apaga una parte p de los pesos.

        A share of p of the weights is dropped.
        """
        rules, seen = known(student), look(student, RATES[0], case_seed)
        right = rules.but("rate")
        zeros = seen.alone(right)
        with told(rules.about("rate"), dropped_in_cell(seen.p)):
            random_functions.rate(
                int(zeros.sum()), zeros.numel(), right.rate(seen.p), quantity=ENTRIES
            )

    @pytest.mark.weight(3)
    def test_evaluation(self, student, case_seed):
        """Al evaluar se usan todos los pesos, tal como son.

        In evaluation all weights are used, as they are.
        """
        self.judge(student, case_seed, "evaluation")

    @pytest.mark.weight(2)
    def test_weights_kept(self, student, case_seed):
        """h_fc.weight conserva sus números.

        h_fc.weight keeps its numbers.
        """
        self.judge(student, case_seed, "weights_kept")

    @pytest.mark.weight(2)
    def test_gradient(self, student, case_seed):
        """W_h aprende: su gradiente es el de la ecuación, y 0 en lo apagado.

        W_h learns: its gradient is the equation's, and 0 where it is dropped.
        """
        require_learning(student, case_seed)

    @pytest.mark.kind("whole")
    @pytest.mark.weight(None)
    def test_whole(self, student, case_seed):
        """Todo junto, con otra p.

        All together, with another p.
        """
        found = known(student).misconceptions
        seen, right = look(student, (10 + case_seed % 30) / 100, case_seed), Rules()
        for check in HELD:
            require_holds(seen, right, check, found[0] if found else None)
        mixed = torch.tanh(
            seen.fed(seen.x, right)
            + seen.h @ (seen.factor(FIRST, right) * seen.weights["h_fc.weight"].T)
        )
        with told(found[0] if found else None, dropped_in_cell(seen.p)):
            zeros = seen.alone(right)
            random_functions.rate(int(zeros.sum()), zeros.numel(), seen.p, quantity=ENTRIES)
        with told(found[0] if found else None):
            if not near(seen.answers[MIXED], mixed):
                raise Mismatch(
                    Bilingual(
                        "h_t no es el de la ecuación con esta máscara",
                        "h_t is not that of the equation with this mask",
                    ),
                    quantity="h_t",
                    expected=mixed[:, :8],
                    got=seen.answers[MIXED][:, :8],
                )
        require_learning(student, case_seed)


HELD = (
    *("on_recurrent_weights", "evaluation", "kept_in_time", "new_mask", "scale"),
    "weights_kept",
)
