"""Which small edit of a student's code makes it right, where no equation explains its numbers.

The edits are made and run where the student's code runs; what each gives is compared here. That
makes several broken equations one mistake, and so saves points: whoever would have that without
being right has to answer with right numbers, on twelve cases that it did not choose.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

from grader.checks import comparing, evidence
from grader.checks.agreement import agrees, require_form
from grader.checks.asserts import Mismatch
from grader.checks.case import PLAIN, Case
from grader.checks.form import named
from grader.checks.misconceptions import Misconception
from grader.checks.readings.notation import Shown
from grader.checks.repairs.edits import tried
from grader.checks.skipping import Skipped
from grader.core.errors import StudentFault, StudentProcessLost
from grader.core.i18n import tr
from grader.core.text import plain
from grader.student import probes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from grader.checks.form import Known
    from grader.checks.trial import Trials

MOST = 1500
"""How many edits are tried: a number, so that what is said depends on no clock."""
_AT_ONCE = 150
_LONGEST = 200  # characters of a text that comes back
_FRESH, _DRAWN = 3, 9  # cases that it must be right on; an edit is tried on one that fails first


@dataclass(frozen=True)
class Repair:
    """An edit that makes a definition right: its line in the cell, the old text and the new.

    `text` is the whole line as the student wrote it.
    """

    line: int
    text: str
    was: str
    becomes: str

    def to_json(self) -> dict[str, Any]:
        """Return it for the instructor's eyes."""
        return {"line": self.line, "was": self.was, "becomes": self.becomes}

    def explaining(self, mismatch: Mismatch, trials: Trials) -> Mismatch:
        """Return a mismatch with what explains it; the edit itself is kept with the result."""
        mismatch.misconception = self.told(trials.of.name)
        trials.student.data["repair"] = self.to_json()
        return mismatch

    def told(self, name: str) -> Misconception:
        """Say where to look, and not what should stand there: the words are the student's."""
        said = tr(
            "one small change in line {line} of its cell, “{text}”, makes {name} give what it "
            "should",
            line=self.line,
            text=self.text,
            name=name,
        )
        if self.was not in ("", self.text):
            said = tr("{place}; look at “{piece}”", place=said, piece=self.was)
        return Misconception("", {}, said.es, said.en, reading=Shown(self.text))


def found(trials: Trials, seed: int) -> Repair | None:
    """Return the edit that makes a definition right, if no equations explain it and there is one.

    It is looked for once, by the first check that fails: what the search leaves behind can spoil
    nothing that is still to be judged.
    """
    if trials.known().misconceptions():
        return None
    return trials.student.recall(f"{trials.of.key}.repair", lambda: find(trials, seed))


def find(trials: Trials, seed: int) -> Repair | None:
    """Return the first edit after which the definition is right."""
    known = trials.known()
    cases = [trials.fresh(number) for number in range(_FRESH)]
    cases += comparing.drawn(trials, seed, _DRAWN, (), PLAIN)
    cases = [case.rounded(known.dtype) for case in cases]
    try:
        with trials.student.unrecorded():
            wrong = [case for case in cases if not _is_right_now(trials, case, known)]
            for number, repair, answers in _tried(trials, wrong[:1], known):
                if number == 0 and not _is_as_now(trials, wrong[:1], answers, known):
                    return None  # what was read is not what runs
                if number and _are_right(trials, wrong[:1], answers, known):
                    (again,) = _ask(trials, cases, known, number, 1)
                    if _are_right(trials, cases, again[-1], known):
                        return repair
    except (StudentFault, StudentProcessLost, Skipped):
        return None
    return None


def _is_right_now(trials: Trials, case: Case, known: Known) -> bool:
    try:
        (answer,) = trials.answers([case], known.dtype)
    except StudentFault:
        return False
    return _is_right(trials, case, answer, known)


def _is_as_now(trials: Trials, cases: Sequence[Case], answers: Any, known: Known) -> bool:
    now = [evidence.tensors(one) for one in trials.answers(cases, known.dtype)]
    read = [evidence.tensors(one) for one in answers or ()]
    flat, other = ([tensor for one in each for tensor in one] for each in (now, read))
    return len(flat) == len(other) and all(
        (a.shape, a.dtype) == (b.shape, b.dtype) and torch.allclose(a, b, equal_nan=True)
        for a, b in zip(flat, other, strict=True)
    )


def _tried(
    trials: Trials, cases: Sequence[Case], known: Known
) -> Iterator[tuple[int, Repair, Any]]:
    for first in range(0, MOST, _AT_ONCE) if cases else ():
        some = _ask(trials, cases, known, first, _AT_ONCE)
        for number, (line, *texts, answers) in enumerate(some, first):
            yield number, Repair(line, *map(plain, texts)), answers
        if len(some) < _AT_ONCE:
            return


def _ask(
    trials: Trials, cases: Sequence[Case], known: Known, first: int, most: int
) -> list[list[Any]]:
    questions = [trials.question(case, known.dtype, known.form) for case in cases]
    asked = {"name": trials.of.name, "casos": questions, "first": first, "most": most}
    of = trials.of
    call = of.probe or trials.probe(many=True)
    question = probes.handed_on(tried, "call", call, asked, each=of.probe is not None)
    some: list[list[Any]] = trials.student.ask_for(_is_answer, "run", **question)
    return some


def _is_answer(answer: Any) -> bool:
    return isinstance(answer, list) and all(
        isinstance(one, list)
        and len(one) == len(("line", "text", "was", "becomes", "answer"))
        and isinstance(one[0], int)
        and all(isinstance(text, str) and len(text) <= _LONGEST for text in one[1:-1])
        for one in answer
    )


def _are_right(trials: Trials, cases: Sequence[Case], answers: Any, known: Known) -> bool:
    return (
        isinstance(answers, list)
        and len(answers) == len(cases)
        and all(
            _is_right(trials, case, answer, known)
            for case, answer in zip(cases, answers, strict=True)
        )
    )


def _is_right(trials: Trials, case: Case, answer: Any, known: Known) -> bool:
    of = trials.of
    try:
        found: Mapping[str, Any] = named(of, answer, known.form.returned)
        for name, kind in of.outputs.items():
            require_form(found[name], kind, case.sizes, name)
    except Mismatch:
        return False
    with trials.worked_out(), torch.no_grad():
        graph = trials.graph(case, of.right, form=known.form)
        return all(agrees(found[name], graph[name], case) for name in of.outputs)
