"""Definition: what a student defines, as an author declares it.

    class AtencionAditiva(Definition, part="aditiva"):
        init = "dim_decoder=D dim_encoder=E dim_atencion=A"
        layers = {"W_a": "D -> A, no bias", "U_a": "E -> A, no bias", "v_a": "A -> 1, no bias"}
        inputs = {"s": Float("B D"), "hs": Float("B N E")}
        outputs = {"contexto": Float("B E"), "alfa": Float("B N")}

        @term(4)
        def score(W_a, U_a, v_a, s, hs):
            return v_a(torch.tanh(W_a(s)[:, None] + U_a(hs))).squeeze(-1)

        @term(5)
        def alfa(score):
            return score.softmax(-1)

        @term(4)
        def contexto(alfa, hs):
            return (alfa[..., None] * hs).sum(1)

        mistakes = (
            mistake("att.unweighted", edit=("(alfa[:, :, None] * hs).sum(1)", "hs.mean(1)"),
                    contexto=lambda hs: hs.mean(1)),
        )

pytest collects it: its checks are made from it (`grader.checks.generated`). Nothing makes an
object of it. See docs/authors/kit.md.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, ClassVar

from grader.checks import declared, soundness
from grader.checks.declared import Whole

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grader.checks.case import Isolation
    from grader.checks.declared import Declared, Order
    from grader.checks.equations import Mistake
    from grader.checks.values import Kind
    from grader.student.probes import Probe


class Definition:
    """A class or function that students write: its interface, its terms, its known mistakes.

    `class name(Definition, part="…", name="…", prefix="…")`: the part of assignment.toml (that of
    its own name unless given), what students call it (so likewise), and what its checks' names
    begin with, where a part has several definitions.
    """

    declared: ClassVar[Declared]
    init: ClassVar[str] = ""
    method: ClassVar[str] = "forward"
    probe: ClassVar[Probe | None] = None
    tolerance: ClassVar[float] = 0.0
    layers: ClassVar[Mapping[str, Any]] = {}
    inputs: ClassVar[Mapping[str, Kind]] = {}
    outputs: ClassVar[Mapping[str, Kind]] = {}
    orders: ClassVar[Mapping[str, Order]] = {}
    mistakes: ClassVar[tuple[Mistake, ...]] = ()
    weights: ClassVar[Mapping[str, float]] = {}
    whole: ClassVar[Whole] = Whole()
    largest: ClassVar[Mapping[str, int]] = {}
    fresh_sizes: ClassVar[Mapping[str, int]] = {}
    extremes: ClassVar[tuple[float, ...]] = ()
    together: ClassVar[tuple[str, ...]] = ()
    carried: ClassVar[Mapping[str, str]] = {}
    called: ClassVar[Mapping[str, str]] = {}
    symbols: ClassVar[Mapping[str, str]] = {}
    stand_ins: ClassVar[Mapping[str, Probe]] = {}
    steady: ClassVar[tuple[Isolation, ...]] = ()

    def __init_subclass__(cls, *, part: str = "", name: str = "", prefix: str = "") -> None:
        """Read what the class declares. Raises AssignmentFault."""
        super().__init_subclass__()
        frame = inspect.currentframe()
        caller = frame.f_back if frame else None
        place = declared.Place(
            caller.f_code.co_filename if caller else "", caller.f_lineno if caller else 0
        )
        cls.declared = declared.read(cls, part, name, prefix, place)
        soundness.require(cls.declared)
