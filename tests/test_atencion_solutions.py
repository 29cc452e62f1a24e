"""The attention assignment's right solutions agree, and each wrong one does something of its own.

No check is made here: the code of each solution runs beside the reference's, on the same inputs and
weights, part by part.
"""

from __future__ import annotations

import json
import tomllib
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import torch
from torch.nn import functional

from grader.assignments.assignment import load
from grader.validation import solutions
from grader.validation.solutions import Mutant, Variant, mutate, vary
from grader.worker import reading

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parent.parent
ASSIGNMENT = load(ROOT / "assignments" / "atencion")
SOLUTIONS = solutions.load(ASSIGNMENT)
MISCONCEPTIONS = {
    key
    for key in tomllib.loads((ASSIGNMENT.folder / "words.toml").read_text(encoding="utf-8"))
    if key.startswith("att.")
}
PARTS = tuple(ASSIGNMENT.names)
torch.set_num_threads(1)  # these tensors are small
SIZES = ((2, 3, 5, 4), (1, 1, 1, 1), (3, 2, 4, 1), (4, 4, 4, 4), (1, 6, 3, 5))
"""Of samples, questions or states, positions, and features."""

Definitions = dict[str, Any]


def code(notebook: Any) -> Iterator[str]:
    """The code of a notebook that defines what is asked for, cell by cell."""
    for cell in notebook["cells"]:
        nbgrader = cell["metadata"].get("nbgrader", {})
        if nbgrader.get("solution") or nbgrader.get("grade_id") == "importaciones":
            yield "".join(cell["source"]).replace("import matplotlib.pyplot as plt", "")


def definitions(notebook: bytes) -> Definitions:
    names: Definitions = {}
    for cell in code(json.loads(notebook)):
        exec(cell, names)  # noqa: S102 - ours
    return names


REFERENCE = definitions(SOLUTIONS.reference)


def numbers(*shape: int, scale: float = 1.0) -> torch.Tensor:
    return scale * torch.randn(*shape, dtype=torch.float64)


def masks(batch: int, length: int) -> Iterator[torch.Tensor | None]:
    """No mask; some padding; a row of nothing but padding."""
    yield None
    mask = torch.rand(batch, length) < 0.5
    mask[torch.arange(batch), torch.randint(length, (batch,))] = True
    yield mask
    yield mask & (torch.arange(batch) != 0)[:, None]


def scores(batch: int, length: int) -> Iterator[torch.Tensor]:
    """Small, all equal, all far from zero, and apart from one another."""
    e = numbers(batch, length)
    yield from (e, e * 0 + 2, e - 1000, e + 1000, 1000 * e.sign())
    yield torch.where(torch.arange(length) % 2 == 0, 1000.0, -1000.0) + e


def of_bahdanau() -> Iterator[tuple[torch.Tensor, ...]]:
    for n, decoder, encoder, attention in SIZES:
        w, u = numbers(attention, decoder), numbers(attention, encoder)
        yield numbers(decoder), numbers(n, encoder), w, u, numbers(attention)


def of_softmax() -> Iterator[tuple[torch.Tensor, ...]]:
    for batch, _, length, _ in SIZES:
        for mask in masks(batch, length):
            for e in scores(batch, length):
                yield e, torch.ones_like(e).bool() if mask is None else mask


def of_product() -> Iterator[tuple[Any, ...]]:
    for batch, questions, length, features in SIZES:
        for mask in masks(batch, length):
            for value_features in (features, features + 2):
                q, k = (
                    numbers(batch, questions, features, scale=2),
                    numbers(batch, length, features),
                )
                v = numbers(batch, length, value_features)
                yield from ((q, k, v, mask), (q, k, v, mask, False), (100 * q, k, v, mask))


def of_additive() -> Iterator[tuple[Any, ...]]:
    for batch, decoder, length, encoder in SIZES:
        sizes = (decoder, encoder, 3)
        for mask in masks(batch, length):
            yield sizes, (numbers(batch, decoder), numbers(batch, length, encoder), mask)


def of_step() -> Iterator[tuple[Any, ...]]:
    for batch, embedding, length, hidden in SIZES:
        sizes = (7, embedding, hidden)
        for mask in masks(batch, length):
            s, hs = numbers(batch, hidden), numbers(batch, length, hidden)
            yield sizes, (torch.randint(7, (batch,)), s, hs, mask)


def of_map() -> Iterator[tuple[Any, ...]]:
    for batch, steps, length, _ in SIZES:
        alphas = [numbers(batch, length).softmax(-1) for _ in range(steps)]
        yield alphas, torch.randint(1, length + 1, (batch,))


CASES: dict[str, Callable[[], Iterator[tuple[Any, ...]]]] = {
    "calcular_pesos_atencion_bahdanau": of_bahdanau,
    "softmax_enmascarado": of_softmax,
    "atencion_producto": of_product,
    "AtencionAditiva": of_additive,
    "pasoDecoder": of_step,
    "mapa_atencion": of_map,
}


@cache
def cases(part: str) -> tuple[tuple[Any, ...], ...]:
    torch.manual_seed(25)
    return tuple(CASES[part]())


@cache
def weights(part: str, sizes: tuple[int, ...]) -> dict[str, torch.Tensor]:
    torch.manual_seed(6)
    state: dict[str, torch.Tensor] = REFERENCE[part](*sizes).double().state_dict()
    return {name: 3 * weight for name, weight in state.items()}


def answer(names: Definitions, part: str, case: tuple[Any, ...]) -> list[torch.Tensor]:
    """What a solution returns; of a module also the gradients of its first two inputs."""
    if not isinstance(names[part], type):
        arguments = [one.clone() if torch.is_tensor(one) else one for one in case]
        got = names[part](*arguments)
        return list(got) if isinstance(got, tuple) else [got]
    sizes, inputs = case
    module = names[part](*sizes).double()
    module.load_state_dict(weights(part, sizes))
    inputs = [
        one.clone().requires_grad_() if torch.is_tensor(one) and one.is_floating_point() else one
        for one in inputs
    ]
    got = module(*inputs)
    asked = [one for one in inputs if torch.is_tensor(one) and one.requires_grad]
    sum(((i + 1) * one.sin()).sum() for i, one in enumerate(got)).backward()
    return [*got, *(torch.zeros_like(one) if one.grad is None else one.grad for one in asked)]


Answers = list["list[torch.Tensor] | str"]


def answers(names: Definitions, part: str) -> Answers:
    """What a solution returns for each case; the kind of error where it raises one."""
    found: Answers = []
    for case in cases(part):
        try:
            found.append([one.detach() for one in answer(names, part, case)])
        except (RuntimeError, IndexError, ValueError) as error:
            found.append(type(error).__name__)
    return found


def same(one: list[torch.Tensor] | str, other: list[torch.Tensor] | str) -> bool:
    """Whether two answers are one, up to the rounding of the less precise."""
    if isinstance(one, str) or isinstance(other, str):
        return one == other
    if [tuple(each.shape) for each in one] != [tuple(each.shape) for each in other]:
        return False
    rough = any(each.dtype == torch.float32 for each in (*one, *other))
    tolerance = 1e-3 if rough else 1e-9
    return all(
        torch.allclose(x.double(), y.double(), tolerance, tolerance, equal_nan=True)
        for x, y in zip(one, other, strict=True)
    )


def agree(one: Answers, other: Answers) -> bool:
    return all(map(same, one, other))


RIGHT = {part: answers(REFERENCE, part) for part in PARTS}


@cache
def of_mutant(mutant: Mutant) -> tuple[Answers, ...]:
    names = definitions(mutate(SOLUTIONS.notebook, mutant))
    return tuple(answers(names, part) for part in PARTS)


def part_of(mutant: Mutant) -> str:
    return mutant.loses[0].split("/")[0]


def builds_on(part: str, below: str) -> bool:
    return part == below or any(builds_on(one, below) for one in ASSIGNMENT.names[part])


def test_the_reference_answers_every_case_with_numbers() -> None:
    for part in PARTS:
        for got in RIGHT[part]:
            assert not isinstance(got, str)
            assert all(one.isfinite().all() for one in got)


@pytest.mark.parametrize("variant", SOLUTIONS.variants, ids=lambda variant: variant.name)
def test_a_variant_computes_what_the_reference_does(variant: Variant) -> None:
    names = definitions(vary(SOLUTIONS.notebook, variant))
    for part in PARTS:
        for case, got, wanted in zip(cases(part), answers(names, part), RIGHT[part], strict=True):
            assert same(got, wanted), (part, case, got, wanted)


@pytest.mark.parametrize("mutant", SOLUTIONS.mutants, ids=lambda mutant: mutant.name)
def test_a_mutant_is_wrong_where_it_says_and_right_elsewhere(mutant: Mutant) -> None:
    wrong = part_of(mutant)
    for part, got in zip(PARTS, of_mutant(mutant), strict=True):
        if part == wrong:
            assert not agree(got, RIGHT[part])
        elif not builds_on(part, wrong):
            assert agree(got, RIGHT[part]), part


@pytest.mark.parametrize("part", PARTS)
def test_no_two_mutants_of_a_part_compute_the_same(part: str) -> None:
    index = PARTS.index(part)
    of_part = [
        (one.name, of_mutant(one)[index]) for one in SOLUTIONS.mutants if part_of(one) == part
    ]
    assert len(of_part) >= 7
    for (name, one), (other_name, other) in combinations(of_part, 2):
        assert not agree(one, other), (name, other_name)


def test_the_product_is_torchs() -> None:
    for query, key, value, mask, *unscaled in cases("atencion_producto"):
        real = torch.ones(key.shape[:2]).bool() if mask is None else mask
        context, _ = REFERENCE["atencion_producto"](query, key, value, mask, *unscaled)
        wanted = functional.scaled_dot_product_attention(
            query, key, value, attn_mask=real[:, None, :], scale=1.0 if unscaled else None
        )
        rows = real.any(dim=-1)
        assert torch.allclose(context[rows], wanted[rows])
        assert not context[~rows].any()


def test_a_head_of_torchs_with_our_mask_turned_round_is_the_product() -> None:
    torch.manual_seed(3)
    query, key = numbers(3, 2, 4), numbers(3, 5, 4)
    mask = torch.arange(5) < torch.tensor([5, 2, 1])[:, None]
    head = torch.nn.MultiheadAttention(4, 1, bias=False, batch_first=True).double()
    with torch.no_grad():
        head.in_proj_weight.copy_(torch.eye(4).repeat(3, 1))
        head.out_proj.weight.copy_(torch.eye(4))
    wanted, wanted_alpha = head(query, key, key, key_padding_mask=~mask)
    context, alpha = REFERENCE["atencion_producto"](query, key, key, mask)
    assert torch.allclose(context, wanted)
    assert torch.allclose(alpha, wanted_alpha)


def test_the_masked_softmax_is_torchs_over_the_real_positions() -> None:
    for e, mask in cases("softmax_enmascarado"):
        for row, real, got in zip(e, mask, REFERENCE["softmax_enmascarado"](e, mask), strict=True):
            assert torch.allclose(got[real], row[real].softmax(0))
            assert not got[~real].any()


def test_the_module_is_the_function_for_each_sample() -> None:
    for sizes, (s, hs, mask) in cases("AtencionAditiva"):
        module = REFERENCE["AtencionAditiva"](*sizes).double()
        context, alpha = module(s, hs, mask)
        w, u, v = module.W_a.weight, module.U_a.weight, module.v_a.weight[0]
        for b in range(len(s)):
            real = torch.ones(len(hs[b])).bool() if mask is None else mask[b]
            if real.any():
                _, wanted = REFERENCE["calcular_pesos_atencion_bahdanau"](
                    s[b], hs[b, real], w, u, v
                )
                assert torch.allclose(alpha[b, real], wanted)
            assert torch.allclose(context[b], alpha[b] @ hs[b])


def test_parts_points_and_names_are_the_contracts() -> None:
    assert dict(ASSIGNMENT.points) == {
        "calcular_pesos_atencion_bahdanau": 24,
        "softmax_enmascarado": 14,
        "atencion_producto": 20,
        "AtencionAditiva": 16,
        "pasoDecoder": 18,
        "mapa_atencion": 2,
        "aprendizaje": 6,
    }
    assert (ASSIGNMENT.max_score, ASSIGNMENT.scale) == (100, 20)
    assert set(ASSIGNMENT.points) - set(ASSIGNMENT.names) == {"aprendizaje"}


def notebook(kind: str) -> Any:
    return json.loads((ROOT / kind / "atencion" / "atencion.ipynb").read_text(encoding="utf-8"))


def test_the_skeleton_runs_until_something_is_to_be_written() -> None:
    names: Definitions = {}
    for cell in code(notebook("assignments")):
        exec(cell, names)  # noqa: S102 - ours
    calls: list[Callable[[], Any]] = [
        *(
            lambda part=part, case=case: names[part](*case)
            for part in PARTS[:3]
            for case in cases(part)[:1]
        ),
        lambda: names["AtencionAditiva"](2, 3, 4),
        lambda: names["pasoDecoder"](5, 2, 3),
        lambda: names["mapa_atencion"](*cases("mapa_atencion")[0]),
    ]
    for call in calls:
        with pytest.raises(NotImplementedError):
            call()


@pytest.mark.parametrize(
    "name",
    [
        "no_tanh",
        "softmax_other_axis",
        "mask_after",
        "mask_with_zero",
        "mask_inverted",
        "scale_by_d",
        "scale_by_n",
        "new_state",
        "context_not_fed",
        "context_of_keys",
        "unweighted",
        "tanh_of_each",
    ],
)
def test_the_contracts_misconceptions_are_mutants(name: str) -> None:
    assert f"att.{name}" in MISCONCEPTIONS


@pytest.mark.parametrize("call", [
    "F.scaled_dot_product_attention(query, key, value)",
    "getattr(F, 'scaled_dot_' + 'product_attention')(query, key, value)",
    "torch._C._nn.scaled_dot_product_attention(query, key, value)",
    "torch.ops.aten._scaled_dot_product_flash_attention_for_cpu(query, key, value)",
    "torch.nn.TransformerEncoderLayer(8, 1)(query)",
    "torch.nn.attention.flex_attention.flex_attention(query, key, value)",
])  # fmt: skip
def test_torchs_attention_is_flagged_in_any_spelling(call: str) -> None:
    text = (
        "import torch\nimport torch.nn.functional as F\n\n\n"
        f"def atencion_producto(query, key, value, mascara=None):\n    return {call}\n"
    )
    found = reading.read(text.encode(), "tarea.py", list(PARTS), ASSIGNMENT.shut)
    assert {flag.part for flag in found.flags} == {"atencion_producto"}
