"""What an author declares wrongly is an error with file, line and what to do."""

from __future__ import annotations

import gc
import hashlib
from typing import TYPE_CHECKING

import pytest

from grader.assignments import assignment as assignments
from grader.assignments.scaffold import create
from grader.core.errors import AssignmentFault
from grader.grading import suite
from grader.validation import solutions

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from grader.assignments.assignment import Assignment

CHECKS = "test_celda_rnn.py"


@pytest.fixture(autouse=True, scope="module")
def _frozen() -> Iterator[None]:
    """Every run of pytest collects garbage: spare it torch's million objects."""
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An assignment of its own name: pytest imports modules once a process, by theirs."""
    name = "elman_" + hashlib.sha256(str(tmp_path).encode()).hexdigest()[:8]
    create(name, tmp_path / "assignments")
    return tmp_path / "assignments" / name


def edited(folder: Path, file: str, old: str, new: str) -> Assignment:
    path = folder / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    return assignments.load(folder)


def fault(assignment: Assignment) -> str:
    with pytest.raises(AssignmentFault) as raised:
        suite.collect(assignment)
    return str(raised.value).replace(f"{assignment.folder}/", "")


TERMS = {
    "a mistake about no term": (
        "h_t=lambda input",
        "h_T=lambda input",
        "the mistake 'rnn.activation_with_sigmoid' is about 'h_T', which is no term: did you",
    ),
    "a mistake about nothing": (
        'input=lambda x_fc, x_t: 0 * x_fc(x_t),\n            edit=("self.x_fc(x_t) + ", ""),',
        "",
        "the mistake 'rnn.x_ignored' replaces no term",
    ),
    "two mistakes of one name": ('"rnn.h_ignored"', '"rnn.x_ignored"', "called 'rnn.x_ignored'"),
    "a circle": (
        "def recurrent(h_fc, h_t_1)",
        "def recurrent(h_fc, h_t)",
        "the term 'recurrent' depends on itself, by way of h_t",
    ),
    "a term of what there is not": (
        "def recurrent(h_fc, h_t_1)",
        "def recurrent(h_cf, h_t_1)",
        "the term 'recurrent' uses 'h_cf', which is no input, layer, size or term: ",
    ),
    "an isolation of what there is not": (
        'silent("x_fc")',
        'silent("x_fx")',
        "the term 'recurrent' is isolated by 'x_fx', which is no input and no layer",
    ),
    "an output that no term gives": (
        'outputs = {"h_t"',
        'outputs = {"h_1"',
        "no term is called 'h_1', which is an output",
    ),
    "a shape that nothing sizes": ('"h_t": Float("B H")', '"h_t": Float("B K")', "'K' a size"),
    "a shape that is none": ('"x_fc": "I -> H"', '"x_fc": "I -> H?"', "'H?' is no size"),
    "an attribute that is none": ("inputs = {", "imputs = {", "did you mean inputs?"),
    "a term that nothing needs": (
        "def h_t(input, recurrent):\n        return torch.tanh(input + recurrent)",
        "def h_t(input):\n        return torch.tanh(input)",
        "no output depends on the term 'recurrent'",
    ),
    "what is carried nowhere": (
        'outputs = {"h_t"',
        'carried = {"h_t_1": "h_1"}\n    outputs = {"h_t"',
        "carried is {'h_t_1': 'h_1'}; it says of each input but the first",
    ),
    "a name of two things": ('"h_t_1": Float', '"x_fc": Float', "both a layer and an input"),
    "a mistake without words": (
        '"rnn.h_ignored"',
        '"rnn.state_ignored"',
        'has no words: add to words.toml\n["rnn.state_ignored"]',
    ),
}


@pytest.mark.parametrize("what", TERMS)
def test_a_name_that_is_of_nothing_is_told_with_its_line(folder: Path, what: str) -> None:
    old, new, says = TERMS[what]
    assignment = edited(folder, CHECKS, old, new)
    text = fault(assignment)
    file, line, _ = text.split(":", 2)
    assert says in text
    assert (folder / file).read_text().splitlines()[int(line) - 1].strip()


WORDS = {
    "no English": ('en = "Your cell gives the same whatever h', 'eN = "', "has 'eN'"),
    "nothing in English": (
        'en = "The previous state reaches the new one: W_h h_{t-1} + b_h."',
        "",
        "words.toml:8: 'celdaRNN/recurrent' has no English",
    ),
    "a check without a title": ('["celdaRNN/recurrent"]', '["celdaRNN/recurent"]', "no words"),
    "words of nothing": (
        '["rnn.x_ignored"]',
        '["rnn.y"]\nes = "a"\nen = "b"\n\n["rnn.x_ignored"]',
        "words.toml:16: 'rnn.y' is no check and no mistake",
    ),
}


@pytest.mark.parametrize("what", WORDS)
def test_words_that_do_not_fit_are_told_with_their_line(folder: Path, what: str) -> None:
    old, new, says = WORDS[what]
    assert says in fault(edited(folder, "words.toml", old, new))


def test_two_files_with_the_same_checks_are_told(folder: Path) -> None:
    (folder / "test_copy.py").write_text((folder / CHECKS).read_text())
    text = fault(assignments.load(folder))
    assert "there is a check celdaRNN/parameters already, at" in text
    assert CHECKS in text
    assert "test_copy.py" in text


def test_a_need_of_no_check_is_told(folder: Path) -> None:
    (folder / "test_more.py").write_text(
        'import pytest\n\n\n@pytest.mark.part("celdaRNN")\n@pytest.mark.points(1)\n'
        '@pytest.mark.needs("interfaz")\ndef test_more(student):\n'
        '    """Más.\n\n    More.\n    """\n'
    )
    text = fault(assignments.load(folder))
    assert text.startswith("test_more.py:4: celdaRNN/more needs 'celdaRNN/interfaz'")


def test_a_title_in_one_language_is_told(folder: Path) -> None:
    (folder / "test_more.py").write_text(
        'import pytest\n\n\n@pytest.mark.part("celdaRNN")\n@pytest.mark.points(1)\n'
        'def test_more(student):\n    """Más."""\n'
    )
    assert "test_more.py:4: the title of celdaRNN/more has no English" in fault(
        assignments.load(folder)
    )


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("variants.py", "celdaRNN.forward()", "celdaRNN.step()", "nothing to fill in for"),
        ("variants.py", "celdaRNN.forward()", "celdaElman.f()", "nothing defines celdaElman"),
        ("mutants.py", '("return h_t"', '("return h"*9', "'returns a tuple': celdaRNN does not"),
    ],
)
def test_a_solution_that_is_left_over_is_told_with_its_line(
    folder: Path, file: str, old: str, new: str, says: str
) -> None:
    path = folder.parents[1] / "solutions" / folder.name / file
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(AssignmentFault, match=rf"{file}:\d+: .*{says}"):
        solutions.load(assignments.load(folder))


def test_a_mistakes_edit_that_does_not_fit_is_told_with_its_line(folder: Path) -> None:
    assignment = edited(folder, CHECKS, '("torch.tanh"', '("torch.tank"')
    with pytest.raises(AssignmentFault, match=r"py:\d+: .*does not contain 'torch.tank'"):
        solutions.load(assignment)


def test_checks_that_are_only_collected_keep_our_number_of_examples(tmp_path: Path) -> None:
    """Hypothesis takes its settings where a check is imported, and that is but once."""
    create("elman_of_its_own", tmp_path / "assignments")
    folder = tmp_path / "assignments" / "elman_of_its_own"
    (folder / "test_more.py").write_text(
        "import pytest\nfrom hypothesis import given\nfrom hypothesis import strategies as st\n\n"
        '@pytest.mark.part("celdaRNN")\n@pytest.mark.points(1)\n@given(n=st.integers())\n'
        'def test_more(student, n):\n    """Más.\n\n    More.\n    """\n'
    )
    items = suite.collect(assignments.load(folder))
    (more,) = (item for item in items if item.name == "test_more")
    assert isinstance(more, pytest.Function)
    assert more.obj._hypothesis_internal_use_settings.max_examples == 10
