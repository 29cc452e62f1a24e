"""Parts 7, 8 and 13: a batch without padding, the way back, and batches that need little of it."""

from dataclasses import dataclass
from typing import Any

import pytest
import torch
from torch.nn.utils import rnn

from grader.checks import answers, figures
from grader.checks.agreement import require_form
from grader.checks.asserts import Mismatch
from grader.checks.kit import Bank, Definition, Float, Int, Lengths, Padded, Worked, mistake, term
from grader.checks.kit import whole as whole_
from grader.core.i18n import Bilingual

from . import probes
from .loops import below, descending, has_a_name, only, real

T = "B+E-1"
"""No two lengths are alike, so that the order is one: there are steps enough."""
DATA = "torch.cat([lote[orden[:n], t] for t, n in enumerate(vivas)])"
ORDER, SIZES = "torch.argsort(longitudes, descending=True)", ".sum(dim=1)     #"


def by_steps(lote, alive):
    """Return the rows of each step that are alive in a batch, one step after another."""
    rows = torch.cat([lote[alive[:, t], t] for t in range(lote.shape[1])])
    empty = lote.shape[0] * lote.shape[1] - len(rows)
    return torch.cat([rows, rows.new_full((empty, lote.shape[2]), probes.HUECO)])


def by_samples(lote, longitudes):
    """Return the real steps of each sample, one sample after another."""
    alive = real(longitudes, lote.shape[1])
    return by_steps(lote.transpose(0, 1), alive.T)


def by_torch(lote, longitudes):
    """Return what torch packs."""
    packed = rnn.pack_padded_sequence(lote, longitudes, batch_first=True, enforce_sorted=False)
    empty = lote.shape[0] * lote.shape[1] - len(packed.data)
    gaps = lote.new_full((empty, lote.shape[2]), probes.HUECO)
    return torch.cat([packed.data, gaps]), packed.batch_sizes, packed.sorted_indices


class empaqueta(Definition):
    probe = probes.empaqueta
    inputs = {
        "lote": Padded(Float(f"B {T} D"), "longitudes"),
        "longitudes": Lengths("B", T, distinct=True),
    }
    stand_ins = below("empaqueta")
    outputs = {
        "datos": Float(f"B*({T}) D"),
        "batch_sizes": Int(T, below="B+1"),
        "orden": Int("B", below="B"),
    }
    weights = {"ones": 0.5}
    largest = {"B": 4}
    fresh_sizes = {"B": 4, "E": 3, "D": 2}
    whole = whole_(like=by_torch)
    called = {"datos": "data", "orden": "order"}

    @term(2)
    def orden(longitudes):
        return descending(longitudes)

    @term(4)
    def batch_sizes(longitudes, B, E):
        return (longitudes > torch.arange(B + E - 1)[:, None]).sum(1)

    @term(4)
    def datos(lote, longitudes, orden):
        return by_steps(lote[orden], real(longitudes[orden], lote.shape[1]))

    mistakes = (
        mistake(
            "sec.not_sorted",
            orden=("descending(longitudes)", "torch.arange(B)"),
            datos=lambda lote, longitudes: by_steps(lote, real(longitudes, lote.shape[1])),
            loses=("orden",),
            edit=(
                (ORDER, "torch.arange(len(lote))"),
                (DATA, "torch.cat([lote[longitudes > t, t] for t in range(lote.shape[1])])"),
            ),
        ),
        mistake(
            "sec.shortest_first",
            orden=("descending", "torch.argsort"),
            edit=(
                (ORDER, "torch.argsort(longitudes)"),
                (DATA, "torch.cat([lote[orden[-n:], t] for t, n in enumerate(vivas)])"),
            ),
        ),
        mistake(
            "sec.order_is_rank",
            orden=lambda longitudes: torch.argsort(descending(longitudes)),
            datos=lambda lote, longitudes: by_torch(lote, longitudes)[0],
            loses=("orden",),
            edit=("batch_sizes, orden", "batch_sizes, torch.argsort(orden)"),
        ),
        mistake(
            "sec.sizes_by_sample",
            batch_sizes=lambda longitudes, orden: longitudes[orden],
            also=({"batch_sizes": lambda longitudes: longitudes},),
            edit=("return datos, batch_sizes", "return datos, longitudes[orden]"),
        ),
        mistake(
            "sec.one_too_many",
            batch_sizes=(">", ">="),
            edit=(
                "return datos, batch_sizes",
                "return datos, (longitudes >= pasos.unsqueeze(1)).sum(dim=1)",
            ),
        ),
        mistake(
            "sec.data_by_sample",
            datos=lambda lote, longitudes, orden: by_samples(lote[orden], longitudes[orden]),
            also=({"datos": by_samples},),
            edit=(DATA, "torch.cat([lote[b, :longitudes[b]] for b in orden.tolist()])"),
        ),
        mistake(
            "sec.padding_packed",
            datos=lambda lote, orden: lote[orden].transpose(0, 1).flatten(0, 1),
            also=({"datos": lambda lote, orden: lote[orden].flatten(0, 1)},),
            edit=(DATA, "lote[orden].transpose(0, 1).flatten(0, 1)"),
        ),
        mistake(
            "sec.data_not_sorted",
            datos=lambda lote, longitudes: by_steps(lote, real(longitudes, lote.shape[1])),
            edit=(DATA, "torch.cat([lote[longitudes > t, t] for t in range(lote.shape[1])])"),
        ),
    )


PACKED = Bilingual("Tus datos, paso a paso", "Your data, step by step")
RIGHT = Bilingual("Los de torch", "Torch's")


@pytest.mark.part("empaqueta")
@pytest.mark.kind("form")
@pytest.mark.weight(1)
@pytest.mark.needs("interface")
def test_ties(student, case_seed):
    """Entre secuencias de igual longitud vale cualquier orden, el mismo en todo el paquete.

    Among sequences of one length any order will do, the same in all of the packed batch.
    """
    drawn = torch.Generator().manual_seed(case_seed % 2**31)
    longitudes = torch.cat([torch.tensor([1, 5, 5]), torch.randint(1, 6, (4,), generator=drawn)])
    longitudes = longitudes[torch.randperm(7, generator=drawn)]
    lote = (1.0 + torch.arange(7).double()).repeat_interleave(5).reshape(7, 5, 1) / 7
    is_known = has_a_name(empaqueta, student)
    form = answers.of(tuple[torch.Tensor, Any, Any])
    found = student.run(probes.empaqueta, form, lote=lote, longitudes=longitudes)
    keep_picture(student, found, by_torch(lote, longitudes))
    if is_known:
        return
    datos, sizes, orden = found
    require_form(sizes, Int("T"), {"T": 5}, "batch_sizes")
    require_form(orden, Int("B"), {"B": 7}, "orden")
    is_order = sorted(orden.tolist()) == list(range(7))
    own = orden.long() if is_order else descending(longitudes)
    right = by_steps(lote[own], real(longitudes[own], 5))
    for name, got, expected in (
        (
            "longitudes[orden]",
            longitudes[own] if is_order else orden,
            longitudes.sort(descending=True)[0],
        ),
        ("batch_sizes", sizes, by_torch(lote, longitudes)[1]),
        ("datos", datos, right),
    ):
        same = got.shape == expected.shape
        if not same or not torch.allclose(got.double(), expected.double(), rtol=1e-6):
            raise Mismatch(
                Bilingual(
                    f"con secuencias de igual longitud, {name} no es lo que debe",
                    f"with sequences of one length, {name} is not what it should be",
                ),
                quantity=name,
                inputs={"lote": lote, "longitudes": longitudes},
                expected=expected,
                got=got,
            )


def keep_picture(student, found, right):
    """Keep the packed layout: below each other the rows of each step, a shade a sequence."""

    def columns(datos, sizes, _):
        shades = iter(datos.flatten().tolist())
        return [[next(shades, 0.0) if b < n else 0.0 for b in range(7)] for n in sizes[:5].tolist()]

    if not all(map(torch.is_tensor, found)) or found[1].ndim != 1:
        return
    rows = [
        figures.Row("x", PACKED, columns(*found)),
        figures.Row("x", RIGHT, columns(*right)),
    ]
    steps = Bilingual("paso; encima, batch_sizes", "step; above, batch_sizes")
    inputs = ("n_t", [float(n) for n in found[1][:5].tolist()])
    figures.keep(student, figures.heat_map(rows, inputs=inputs, x=steps))


class desempaqueta(Definition):
    probe = probes.desempaqueta
    inputs = {
        "x": Float("B T D"),
        "largos": Lengths("B", "T"),
        "orden": Worked(Int("B", below="B"), lambda case: descending(case.inputs["largos"])),
    }
    stand_ins = below("desempaqueta")
    outputs = {"lote": Float("B T D"), "longitudes": Int("B", below="T+1")}
    weights = {"returned": 0.5, "ones": 0.5}
    fresh_sizes = {"B": 5, "T": 6, "D": 2}
    called = {"lote": "data", "lugares": "order"}

    @term(2)
    def lugares(B):
        return torch.arange(B)

    @term(1)
    def lote(x, largos, lugares):
        return only(x, largos)[lugares]

    @term(1)
    def longitudes(largos, lugares):
        return largos[lugares]

    mistakes = (
        mistake("sec.order_not_undone", lugares=lambda orden: orden, edit=("[orden[:n]", "[:n")),
        mistake(
            "sec.order_twice",
            lugares=lambda orden: orden[orden],
            edit=("return lote, longitudes", "return lote[orden][orden], longitudes[orden][orden]"),
        ),
        mistake(
            "sec.lengths_not_undone",
            longitudes=lambda largos, orden: largos[orden],
            edit=("longitudes[orden[:n]]", "longitudes[:n]"),
        ),
        mistake(
            "sec.longest_for_all",
            longitudes=lambda largos, T: 0 * largos + T,
            edit=("return lote, longitudes", "return lote, torch.full_like(orden, len(vivas))"),
        ),
    )


@dataclass(frozen=True)
class Groups:
    """Nothing is replaced: what is wrong is seen as it is."""


CHUNKS = "[orden[i:i + tam_batch] for i in range(0, len(orden), tam_batch)]"
AGRUPA = Bank(
    "agrupa_por_longitud",
    Groups(),
    mistake(
        "sec.not_grouped",
        edit=("torch.argsort(longitudes).tolist()", "list(range(len(longitudes)))"),
        loses=("least_padding",),
    ),
    mistake(
        "sec.rest_dropped",
        edit=("range(0, len(orden), tam_batch)", "range(0, len(orden) - tam_batch + 1, tam_batch)"),
        loses=("each_once", "least_padding"),
    ),
    mistake(
        "sec.lengths_for_indices",
        edit=("torch.argsort(longitudes)", "torch.sort(longitudes).values"),
        loses=("each_once", "least_padding"),
    ),
    mistake(
        "sec.one_too_many_in_each",
        edit=(CHUNKS, CHUNKS.replace("tam_batch", "(tam_batch + 1)")),
        loses=("sizes", "least_padding"),
    ),
)
GROUPS = Bilingual("los lotes", "the batches")
pairs = ((1, 3), (5, 2), (23, 4), (24, 6), (40, 7))


def grouped(student, case_seed):
    """Yield lengths, the largest size of a batch, and the lists of indices that came back."""
    drawn = torch.Generator().manual_seed(case_seed % 2**31)
    student.require("agrupa_por_longitud")
    for count, most in pairs:
        longitudes = torch.randint(1, 100, (count,), generator=drawn)
        student.start_over()
        found = student.run(
            probes.agrupa, answers.of(list[list[int]]), longitudes=longitudes, tam_batch=most
        )
        yield longitudes, most, found


def told(es, en, misconception, inputs, got, holds):
    """Return what is wrong with lists of indices."""
    longitudes, most = inputs
    return Mismatch(
        Bilingual(es, en),
        quantity=GROUPS,
        inputs={"longitudes": longitudes, "tam_batch": str(most)},
        got=repr(got),
        holds=lambda code: [f"lotes = {code(got)}", holds],
        misconception=misconception,
    )


@pytest.mark.part("agrupa_por_longitud")
@pytest.mark.points(1.5)
def test_each_once(student, case_seed):
    """Cada índice aparece una vez.

    Each index appears once.
    """
    for longitudes, most, found in grouped(student, case_seed):
        require_each_once(longitudes, most, found)


def require_each_once(longitudes, most, found):
    """Assert that each index is in one list, once. Raises Mismatch."""
    indices = sorted(one for group in found for one in group)
    if indices != list(range(len(longitudes))):
        are_lengths = indices == sorted(longitudes.tolist())
        rest = len(longitudes) - len(longitudes) % most
        name = "sec.lengths_for_indices" if are_lengths else "sec.rest_dropped"
        known = are_lengths or len(set(indices)) == len(indices) == rest
        raise told(
            "los lotes no tienen cada índice una vez",
            "the batches do not have each index once",
            AGRUPA[name] if known else None,
            (longitudes, most),
            found,
            f"assert sorted(i for lote in lotes for i in lote) == list(range({len(longitudes)}))",
        )


@pytest.mark.part("agrupa_por_longitud")
@pytest.mark.points(1)
def test_sizes(student, case_seed):
    """Ningún lote tiene más de tam_batch, y no hay más lotes de los necesarios.

    No batch has more than tam_batch, and there are no more batches than needed.
    """
    for longitudes, most, found in grouped(student, case_seed):
        largest, needed = max(map(len, found), default=0), -(-len(longitudes) // most)
        if largest > most or len(found) > needed:
            raise told(
                f"hay un lote de {largest} índices, y {len(found)} lotes: con {len(longitudes)} "
                f"secuencias de {most} en {most} se esperaban {needed}",
                f"there is a batch of {largest} indices, and {len(found)} batches: of "
                f"{len(longitudes)} sequences, {most} at a time, {needed} were expected",
                AGRUPA["sec.one_too_many_in_each"] if largest == most + 1 else None,
                (longitudes, most),
                found,
                f"assert max(map(len, lotes)) <= {most} and len(lotes) <= {needed}",
            )


@pytest.mark.part("agrupa_por_longitud")
@pytest.mark.points(1.5)
@pytest.mark.needs("each_once", "sizes")
def test_least_padding(student, case_seed):
    """El relleno no es más que ordenando por longitud.

    There is no more padding than where they are sorted by length.
    """
    for longitudes, most, found in grouped(student, case_seed):
        require_each_once(longitudes, most, found)
        up, down = longitudes.sort()[0], longitudes.sort(descending=True)[0]
        allowed = max(padding(one.split(most)) for one in (up, down))
        got = padding([longitudes[group] for group in found if group])
        if got > allowed:
            as_they_come = [one for group in found for one in group] == list(range(len(longitudes)))
            raise told(
                f"hay {got} pasos de relleno; ordenando por longitud, {allowed}",
                f"there are {got} steps of padding; sorted by length, {allowed}",
                AGRUPA["sec.not_grouped"] if as_they_come else None,
                (longitudes, most),
                found,
                "print(lotes)",
            )


def padding(batches):
    """Return how many steps of padding batches of lengths need."""
    return sum(int((one.max() - one).sum()) for one in batches)
