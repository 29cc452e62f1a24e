"""A Definition of the kit becomes checks that tell right from wrong, each mistake once."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import torch

from grader.assignments import assignment as assignments
from grader.checks import case
from grader.checks.strategies import Numbers
from grader.checks.values import Float, Many, Size
from grader.grading.grade import Terms, grade
from grader.sandbox.backends.fake import FakeSandbox
from grader.submissions.model import Submission

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor

    from grader.core.results import Grade

DATA = Path(__file__).parents[1] / "data" / "kit"


@pytest.fixture(autouse=True, scope="module")
def _frozen() -> Iterator[None]:
    """Every run of pytest collects garbage: spare it torch's million objects."""
    gc.freeze()
    yield
    gc.unfreeze()


def graded(name: str, seed: str = "a seed", **definitions: Any) -> Grade:
    assignment = assignments.load(DATA / name)
    terms = Terms(assignment, seed, FakeSandbox.image, FakeSandbox.name)
    lane = FakeSandbox(**definitions).lane()
    return grade(Submission("me", "me", "me.ipynb", b""), terms, lane)


def lost(grade_: Grade) -> list[str]:
    return [check.id for check in grade_.checks if check.outcome != "passed"]


def named(grade_: Grade) -> set[str]:
    return {check.misconception.id for check in grade_.checks if check.misconception}


class Cell(torch.nn.Module):
    """Right, if it is not changed: `gates` gets the six pieces and h."""

    order = (0, 1, 2)

    def __init__(self, inputs: int, hidden: int) -> None:
        super().__init__()
        self.x_fc = torch.nn.Linear(inputs, 3 * hidden)
        self.h_fc = torch.nn.Linear(hidden, 3 * hidden)

    def forward(self, x: Tensor, h: Tensor) -> Tensor:
        xs, hs = self.x_fc(x).chunk(3, 1), self.h_fc(h).chunk(3, 1)
        pieces = [*(xs[n] for n in self.order), *(hs[n] for n in self.order), h]
        return self.gates(*pieces)

    def gates(self, *pieces: Tensor) -> Tensor:
        xr, xz, xn, hr, hz, hn, h = pieces
        r, z = torch.sigmoid(xr + hr), torch.sigmoid(xz + hz)
        n = torch.tanh(xn + r * hn)
        return (1 - z) * n + z * h


class OtherOrder(Cell):
    order = (2, 0, 1)


class NoReset(Cell):
    def gates(self, *pieces: Tensor) -> Tensor:
        _, xz, xn, _, hz, hn, h = pieces
        z = torch.sigmoid(xz + hz)
        return (1 - z) * torch.tanh(xn + hn) + z * h


class TwoMistakes(Cell):
    def gates(self, *pieces: Tensor) -> Tensor:
        xr, xz, xn, hr, hz, hn, h = pieces
        r, z = torch.tanh(xr + hr), torch.sigmoid(xz + hz)
        return z * torch.tanh(xn + r * hn) + (1 - z) * h


class OtherOrderAndMistake(NoReset):
    order = (1, 2, 0)


class Single(Cell):
    def forward(self, x: Tensor, h: Tensor) -> Tensor:
        xs = (x.float() @ self.x_fc.weight.float().T + self.x_fc.bias.float()).chunk(3, 1)
        hs = (h.float() @ self.h_fc.weight.float().T + self.h_fc.bias.float()).chunk(3, 1)
        pieces = [*xs, *hs, h.float()]
        return self.gates(*pieces)


class Cut(Cell):
    def forward(self, x: Tensor, h: Tensor) -> Tensor:
        return super().forward(x, h.detach())


class OneMore(Cell):
    def __init__(self, inputs: int, hidden: int) -> None:
        super().__init__(inputs, hidden)
        self.more = torch.nn.Linear(inputs, hidden)


class Remembers(Cell):
    def forward(self, x: Tensor, h: Tensor) -> Tensor:
        h = getattr(self, "kept", h)
        self.kept = super().forward(x, h)
        return self.kept


class InPlace(Cell):
    def forward(self, x: Tensor, h: Tensor) -> Tensor:
        out = super().forward(x, h)
        with torch.no_grad():
            h.mul_(0)
        return out


CELLS: dict[type[Cell], tuple[set[str], set[str]]] = {
    Cell: (set(), set()),
    OtherOrder: ({"rows"}, set()),
    NoReset: ({"candidate", "whole"}, {"gru.no_reset"}),
    TwoMistakes: ({"reset", "h_t", "whole"}, {"gru.reset_tanh", "gru.update_exchanged"}),
    OtherOrderAndMistake: ({"rows", "candidate", "whole"}, {"gru.no_reset"}),
    Single: ({"precision"}, set()),
    Cut: ({"gradient"}, set()),
    OneMore: ({"parameters"}, set()),
}


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: cell.__name__)
def test_a_cell_loses_the_checks_of_its_mistakes(cell: type[Cell]) -> None:
    got = graded("gru", Cell=cell)
    checks, names = CELLS[cell]
    assert lost(got) == [c.id for c in got.checks if c.id.removeprefix("Cell/") in checks]
    assert {name.removeprefix("Cell/") for name in lost(got)} == checks
    assert named(got) == names


def test_what_a_form_check_finds_comes_first() -> None:
    outcomes = {one.id: one.outcome for one in graded("gru", Cell=Remembers).checks}
    assert outcomes["Cell/interface"] == "failed"
    assert outcomes["Cell/h_t"] == "skipped"


def test_who_changes_what_he_is_given_is_told_and_loses_what_follows_alone() -> None:
    got = graded("gru", Cell=InPlace)
    assert lost(got) == ["Cell/gradient"]
    (notice,) = got.notices
    assert notice.text_en.startswith("“Cell” changes h, which it was given")


@pytest.mark.parametrize("seed", ["one", "two", "three", "four", "five"])
def test_a_right_cell_passes_on_every_seed(seed: str) -> None:
    assert graded("gru", seed, Cell=Cell).score == pytest.approx(100)


def masked_softmax(e: Tensor, mask: Tensor) -> Tensor:
    return torch.where(mask, e, -torch.inf).softmax(-1).nan_to_num(0)


class Additive(torch.nn.Module):
    def __init__(self, query: int, key: int, hidden: int) -> None:
        super().__init__()
        self.W = torch.nn.Linear(query, hidden, bias=False)
        self.U = torch.nn.Linear(key, hidden)
        self.v = torch.nn.Linear(hidden, 1, bias=False)

    def score(self, s: Tensor, hs: Tensor) -> Tensor:
        e: Tensor = self.v(torch.tanh(self.W(s).unsqueeze(1) + self.U(hs)))
        return e[..., 0]

    def weights(self, e: Tensor, mask: Tensor | None) -> Tensor:
        return torch.softmax(e if mask is None else e.masked_fill(~mask, -torch.inf), dim=-1)

    def context(self, alpha: Tensor, hs: Tensor) -> Tensor:
        return torch.einsum("bn,bnk->bk", alpha, hs)

    def forward(self, s: Tensor, hs: Tensor, mask: Tensor | None = None) -> Any:
        alpha = self.weights(self.score(s, hs), mask)
        return self.context(alpha, hs), alpha


class NoTanh(Additive):
    def score(self, s: Tensor, hs: Tensor) -> Tensor:
        e: Tensor = self.v(self.W(s).unsqueeze(1) + self.U(hs))
        return e[..., 0]


class MaskAfter(Additive):
    def weights(self, e: Tensor, mask: Tensor | None) -> Tensor:
        return e.softmax(-1) if mask is None else e.softmax(-1) * mask


class OverBatch(Additive):
    def weights(self, e: Tensor, mask: Tensor | None) -> Tensor:
        return torch.softmax(e if mask is None else e.masked_fill(~mask, -torch.inf), dim=0)


class Mean(Additive):
    def context(self, alpha: Tensor, hs: Tensor) -> Tensor:
        return hs.mean(1) + 0 * alpha.sum()


class Swapped(Additive):
    def forward(self, s: Tensor, hs: Tensor, mask: Tensor | None = None) -> Any:
        return super().forward(s, hs, mask)[::-1]


class UnknownWeights(Additive):
    """Nobody foresaw these weights; the context that follows from them is right."""

    def weights(self, e: Tensor, mask: Tensor | None) -> Tensor:
        return super().weights(e, mask) ** 2


class Step(torch.nn.Module):
    def __init__(self, vocabulary: int, hidden: int) -> None:
        super().__init__()
        self.emb = torch.nn.Embedding(vocabulary, hidden)
        self.attention = self.attends(hidden, hidden, hidden)
        self.gru = torch.nn.GRUCell(2 * hidden, hidden)
        self.fc = torch.nn.Linear(2 * hidden, vocabulary)

    attends: type[Additive] = Additive

    def forward(self, x: Tensor, s: Tensor, hs: Tensor) -> Any:
        c = self.attention(s, hs)[0]
        s_t = self.gru(torch.cat([x, c], 1), s)
        return self.fc(torch.cat([s_t, c], 1)), s_t


class StepWithOrder(Step):
    def forward(self, x: Tensor, s: Tensor, hs: Tensor) -> Any:
        c = self.attention(s, hs)[0]
        s_t = self.gru(torch.cat([c, x], 1), s)
        return self.fc(torch.cat([s_t, c], 1)), s_t


class StepWithMean(Step):
    def forward(self, x: Tensor, s: Tensor, hs: Tensor) -> Any:
        c = hs.mean(1)
        s_t = self.gru(torch.cat([x, c], 1), s)
        return self.fc(torch.cat([s_t, c], 1)), s_t


class StepReadsOld(Step):
    def forward(self, x: Tensor, s: Tensor, hs: Tensor) -> Any:
        c = self.attention(s, hs)[0]
        return self.fc(torch.cat([s, c], 1)), self.gru(torch.cat([x, c], 1), s)


def over(attention: type[Additive]) -> type[Step]:
    return type("Step", (Step,), {"attends": attention})


STEP = (
    "interface",
    "ones",
    "returned",
    "input_order",
    "output_order",
    "alignment",
    "s_t",
    "logits",
    "whole",
)
RIGHT: dict[str, Any] = {"masked_softmax": masked_softmax, "Additive": Additive, "Step": Step}
WRONG: dict[str, tuple[dict[str, Any], set[str], set[str]]] = {
    "right": ({}, set(), set()),
    "no tanh": (
        {"Additive": NoTanh, "Step": over(NoTanh)},
        {"Additive/score", "Additive/whole"},
        {"att.no_tanh"},
    ),
    "the mask after": (
        {"Additive": MaskAfter},
        {"Additive/masked", "Additive/whole"},
        {"att.mask_after"},
    ),
    "softmax over the batch": (
        {"Additive": OverBatch},
        {"Additive/alpha", "Additive/whole"},
        {"att.over_batch"},
    ),
    "the mean": (
        {"Additive": Mean, "Step": over(Mean)},
        {"Additive/context", "Additive/whole"},
        {"att.mean"},
    ),
    "exchanged": (
        {"Additive": Swapped, "Step": over(Swapped)},
        {"Additive/returned", *(f"Step/{check}" for check in STEP)},
        set(),
    ),
    "exchanged, and put right where it is used": (
        {"Additive": Swapped}, {"Additive/returned"}, set()
    ),
    "another order": ({"Step": StepWithOrder}, {"Step/input_order"}, set()),
    "no attention": (
        {"Step": StepWithMean}, {"Step/alignment", "Step/whole"}, {"step.mean"}
    ),
    "the state before": (
        {"Step": StepReadsOld}, {"Step/logits", "Step/whole"}, {"step.old_state"}
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
def test_a_mistake_costs_where_it_was_made(what: str) -> None:
    changed, checks, names = WRONG[what]
    got = graded("attention", **(RIGHT | changed))
    assert set(lost(got)) == checks, [(c.id, c.message_en) for c in got.checks if c.message]
    assert named(got) == names


def test_what_follows_from_a_wrong_output_is_judged_on_it() -> None:
    got = lost(graded("attention", **(RIGHT | {"Additive": UnknownWeights})))
    assert "Additive/alpha" in got
    assert "Additive/context" not in got


def test_nan_is_a_reading_too() -> None:
    def all_masked(e: Tensor, mask: Tensor) -> Tensor:
        return torch.where(mask, e, -torch.inf).softmax(-1)

    got = graded("attention", **(RIGHT | {"masked_softmax": all_masked}))
    assert named(got) == {"soft.no_zero_rows"}


@pytest.mark.parametrize(
    ("name", "called", "wrong", "right"),
    [
        *(
            ("gru", "Cell", cell, Cell)
            for cell in (NoReset, OtherOrder, OneMore, Remembers, Cut, Single)
        ),
        ("attention", "Additive", NoTanh, Additive),
        ("attention", "Additive", Swapped, Additive),
        ("attention", "Step", StepWithOrder, Step),
    ],
    ids=lambda value: value if isinstance(value, str) else value.__name__,
)
def test_the_cell_to_paste_fails_as_the_check_does_and_passes_once_it_is_right(
    name: str, called: str, wrong: type, right: type
) -> None:
    others = RIGHT if name == "attention" else {}
    got = graded(name, **(others | {called: wrong}))
    cells = [check.reproduce for check in got.checks if check.outcome == "failed"]
    assert cells
    for cell in cells:
        assert cell
        with pytest.raises(AssertionError):
            exec(cell, others | {called: wrong})  # noqa: S102 - what a student pastes
        exec(cell, others | {called: right})  # noqa: S102 - the same, once it is mended


def product(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    mask: Tensor | None = None,
    scaled: bool = True,  # noqa: FBT001, FBT002 - as students write
) -> Tensor:
    e = torch.einsum("bmd,bnd->bmn", q, k)
    e = e / q.shape[-1] ** 0.5 if scaled else e
    return (e if mask is None else e.masked_fill(~mask, -torch.inf)).softmax(-1) @ v


def by_d(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    mask: Tensor | None = None,
    scaled: bool = True,  # noqa: FBT001, FBT002 - the same
) -> Tensor:
    return product(q / q.shape[-1] ** 0.5 if scaled else q, k, v, mask, scaled)


def stacked(rows: list[Tensor], lengths: Tensor) -> Any:
    out = torch.stack(rows, 1).clone()
    for number, length in enumerate(lengths.tolist()):
        out[number, :, length:] = 0
    return out, lengths - 1


FUNCTIONS: dict[str, tuple[dict[str, Any], set[str], set[str]]] = {
    "right": ({}, set(), set()),
    "by d": ({"product": by_d}, {"product/scale", "product/whole"}, {"product.by_d"}),
    "padded": (
        {"stacked": lambda rows, lengths: (torch.stack(rows, 1), lengths - 1)},
        {"stacked/map", "stacked/whole"},
        {"stacked.no_padding"},
    ),
    "one off": (
        {"stacked": lambda rows, lengths: (stacked(rows, lengths)[0], lengths)},
        {"stacked/last", "stacked/whole"},
        set(),
    ),
}


@pytest.mark.parametrize("what", FUNCTIONS)
def test_functions_of_flags_lists_and_integers_are_judged_so_too(what: str) -> None:
    changed, checks, names = FUNCTIONS[what]
    got = graded("functions", **({"product": product, "stacked": stacked} | changed))
    assert set(lost(got)) == checks, [(c.id, c.message_en) for c in got.checks if c.message]
    assert named(got) == names


def test_values_that_go_together_come_in_a_tuple_and_stay_one() -> None:
    kind = Many(Float("B"), "2", together=True)
    made = case.make({"state": kind}, lambda _: {}, {"B": 3}, Numbers(1, 0.5, 0.5))
    rounded = made.rounded(torch.float32)
    assert isinstance(rounded.inputs["state"], tuple)
    assert [tuple(one.shape) for one in rounded.inputs["state"]] == [(3,), (3,)]
    assert sorted(rounded.show()) == ["state[0]", "state[1]"]
    assert isinstance(Many(Float("B"), "2").draw({"B": 3}, Numbers(1, 0.5, 0.5).stream()), list)


def test_a_size_is_an_argument_and_shapes_depend_on_it() -> None:
    kinds: dict[str, Any] = {"x": Float("B S*N"), "paso": Size("S"), "relleno": Size("P-1")}
    assert Size("S").letters | Size("P-1").letters == {"S", "P"}
    sizes = {"B": 2, "S": 3, "N": 4, "P": 1}
    made = case.make(kinds, lambda _: {}, sizes, Numbers(1, 0.5, 0.5)).rounded(torch.float32)
    assert (made.inputs["x"].shape, made.inputs["paso"], made.inputs["relleno"]) == ((2, 12), 3, 0)
