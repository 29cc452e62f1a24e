"""The student's page: all that a grade holds, in both languages, and nothing that could do harm."""

from __future__ import annotations

import base64
import hashlib
import math
import re
from dataclasses import replace
from functools import partial
from html.parser import HTMLParser
from typing import Any, get_args

import pytest

from grader.checks import figures
from grader.core.i18n import tr
from grader.core.results import (
    CheckResult,
    Decision,
    Fingerprint,
    Flag,
    Grade,
    Misconception,
    Notice,
    Outcome,
)
from grader.feedback import equations, student_page

HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(2)>\"'`</style></title></textarea>"
    "<svg onload=alert(3)>{{ 7 * 7 }}{% raw %}&#x3c;javascript:alert(4)]]>--><!--"
    "\x00\x1b[2J\u202egnp.exe\u2066 h_t \ud800"
)
TENSOR = {"dtype": "float64", "shape": [2, 2], "values": [[0.123456789, 1.0], ["nan", -2.5]]}
OTHER = {"dtype": "float64", "shape": [2, 2], "values": [[0.123456789, 1.5], [1.0, "-inf"]]}
curve = partial(figures.curve, x=tr("batch"), explanation=tr("a tensor"))
FAILED = CheckResult(
    id="celdaLSTM/cell_update",
    part="celdaLSTM",
    title="Estado de la celda: c_t = f_t ⊙ c_{t-1} + i_t ⊙ c̃_t.",
    title_en="Cell state: c_t = f_t ⊙ c_{t-1} + i_t ⊙ c̃_t.",
    points=0,
    max_points=2,
    outcome="failed",
    message="c_t no coincide con lo esperado",
    counterexample={
        "quantity": "c_t",
        "inputs": {"x_fc.weight": TENSOR},
        "expected": TENSOR,
        "got": OTHER,
        "difference": 0.88079707,
        "tolerance": 1e-9,
    },
    reproduce="celda = celdaLSTM(1, 2)",
    misconception=Misconception("lstm.x", "falta un término", "no term", "f_t ⊙ c_{t-1}"),
    cell=3,
    line=7,
)
PASSED = replace(
    FAILED,
    id="celdaLSTM/hidden_state",
    outcome="passed",
    points=2.0,
    counterexample=None,
    reproduce=None,
    misconception=None,
    message="",
    data={
        "figures": [
            curve([22.5, 0.5, 0.0], [22.5, 0.5, 0.1], scale="logarithmic", lowest=1e-6),
            curve([0.25, 0.75], [0.5, 1.0], scale="share", first=1, title=tr("accuracy")),
            curve([0.0, 1e-190, math.inf], [1e-7, 1e-3, 1.0], scale="logarithmic", lowest=1e-20),
            figures.heat_map(
                [
                    figures.Row("f_t", tr("forget gate"), [[0.0, 1.0], [0.5, 0.25]]),
                    figures.Row("i_t", tr("input gate"), [[0.0, 1.0], [0.5, 0.25]]),
                ],
                inputs=("x_t", [1, 0]),
                x=tr("step t"),
                group=figures.Group(tr("The gates over a sequence"), tr("not one")),
            ),
        ],
        "timing": {"ratio": 1.25, "limit": 12.0},
    },
)
GRADE = Grade(
    submission="ana",
    student="Ana Núñez",
    assignment="lstm_gru",
    status="graded",
    score=2.0,
    max_score=4.0,
    mark=10.5,
    scale=20.0,
    fingerprint=Fingerprint("a" * 64, "", "", ""),
    checks=(FAILED, PASSED),
    flags=(Flag("conduct", "celdaLSTM", "usa eval", 2, 1),),
    notices=(Notice("no se ejecuta", 1, 1), Notice("no se ejecuta", 4, 2)),
    environment={"torch": "2.8", "usage": {"cpu_seconds": 1.0}},
)
DECIDED = Decision("ana", FAILED.id, 1.5, "casi", "Eva", "2026-11-25T10:00:00+00:00")


class Page(HTMLParser):
    """A page's elements with their attributes, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def text(self) -> str:
        """What is said, white space aside."""
        return " ".join("".join(self.texts).split())

    def all(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.elements if tag == name]


def hostile(value: Any) -> Any:
    """The value with the hostile text in place of every text that a student can choose."""
    if isinstance(value, str):
        return HOSTILE
    if isinstance(value, dict):
        keys = ("quantity", "expected", "got", "text", "dtype")
        return {key: hostile(item) if key in keys else item for key, item in value.items()}
    return value


def spoiled(grade: Grade) -> Grade:
    text = {"expected": {"text": "x"}, "got": {"text": "x"}, "quantity": "x"}
    named = {"inputs": {HOSTILE: TENSOR}, **hostile(text)}
    misconception = Misconception(HOSTILE, HOSTILE, HOSTILE, HOSTILE)
    said: Any = {"part": HOSTILE, "title": HOSTILE, "title_en": HOSTILE, "message": HOSTILE}
    failed = replace(
        FAILED, **said, reproduce=HOSTILE, counterexample=named, misconception=misconception
    )
    skipped = replace(failed, outcome="skipped", counterexample=None, reproduce=None)
    return replace(
        grade,
        submission=HOSTILE,
        student=HOSTILE,
        assignment=HOSTILE,
        reason=HOSTILE,
        checks=(failed, skipped, replace(PASSED, **said)),
        flags=(Flag(HOSTILE, HOSTILE, HOSTILE, 1, 1),),
        notices=(Notice(HOSTILE, 1, 1),),
        environment={"torch": HOSTILE},
        decisions=(replace(DECIDED, reason=HOSTILE, by=HOSTILE),) * 2,
    )


@pytest.mark.parametrize("lang", ["es", "en"])
@pytest.mark.parametrize("status", ["graded", "rejected", "not_graded"])
def test_a_hostile_text_adds_no_element_and_no_attribute(status: Any, lang: str) -> None:
    page = Page(student_page.render(spoiled(replace(GRADE, status=status)), lang))
    kinds = {tag for tag, _ in page.elements}
    attributes = {key for _, found in page.elements for key in found}
    assert not kinds & {"img", "iframe", "object", "embed", "base", "form", "link", "textarea"}
    assert len(page.all("script")) <= 1
    assert not [key for key in attributes if key.startswith("on") or key == "style"]
    assert not [key for key in attributes if key in {"src", "srcset", "action", "xlink:href"}]
    assert all(str(a["href"]).startswith("#") for a in page.all("a"))


def test_a_hostile_text_neither_turns_the_page_around_nor_breaks_its_bytes() -> None:
    page = student_page.render(spoiled(GRADE), "es")
    assert page.encode()
    assert not set(page) & set("\x00\x1b\u202e\u2066")
    assert "{{ 7 * 7 }}" in Page(page).text


def test_a_message_of_a_million_characters_is_cut() -> None:
    grade = replace(GRADE, checks=(replace(FAILED, message="x" * 1_000_000),))
    assert len(student_page.render(grade, "es")) < 100_000


def test_nothing_is_loaded_from_elsewhere() -> None:
    page = student_page.render(GRADE, "es")
    assert not re.search(r"url\(|@import|https?:|//[a-z]", page.replace("// The page", ""))


def test_the_policy_names_this_style_and_this_script_alone() -> None:
    page = student_page.render(GRADE, "en")
    (policy,) = [m["content"] for m in Page(page).all("meta") if m.get("http-equiv")]
    for element, rule in (("style", "style-src"), ("script", "script-src")):
        (text,) = re.findall(f"<{element}>(.*?)</{element}>", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{rule} 'sha256-{digest}'" in str(policy)
    assert "default-src 'none'" in str(policy)


@pytest.mark.parametrize("lang", ["es", "en"])
@pytest.mark.parametrize("outcome", get_args(Outcome))
def test_every_outcome_has_its_place(outcome: Outcome, lang: str) -> None:
    check = replace(FAILED, outcome=outcome, counterexample=None, misconception=None)
    page = Page(student_page.render(replace(GRADE, checks=(check,)), lang))
    failed = outcome not in ("passed", "skipped")
    assert len(page.all("article")) == failed
    assert check.title.split(":")[0] in page.text or lang == "en"


@pytest.mark.parametrize(
    ("lang", "texts"),
    [
        ("es", ["10,5", "2 de 4 puntos", "Falta un término", "celda [3], línea 7", "1,25 veces"]),
        ("en", ["10.5", "2 of 4 points", "No term", "cell [3], line 7", "1.25 times"]),
    ],
)
def test_it_says_all_that_a_student_needs(lang: str, texts: list[str]) -> None:
    page = Page(student_page.render(GRADE, lang))
    assert [text for text in texts if text not in page.text] == []
    assert page.elements[0] == ("html", {"lang": lang})


def test_the_wrong_term_and_the_wrong_numbers_are_marked() -> None:
    page = student_page.render(GRADE, "es")
    term = "<var>f<sub>t</sub></var> ⊙ <var>c<sub>t−1</sub></var>"
    assert f"<mark>{term}</mark>" in page
    assert "[[0.1235, <mark>1.5</mark>], [<mark>1</mark>, <mark>-inf</mark>]]" in page


def test_what_is_told_in_spanish_alone_is_said_to_be_spanish() -> None:
    page = student_page.render(GRADE, "en")
    assert '<span lang="es"><var>c<sub>t</sub></var> no coincide' in page


def test_a_notice_at_several_places_is_told_once() -> None:
    page = Page(student_page.render(GRADE, "es"))
    assert "No se ejecuta: celda [1], línea 1; celda [4], línea 2" in page.text
    assert page.text.count("No se ejecuta") == 1


def test_checks_that_failed_for_one_reason_are_told_once() -> None:
    alike = replace(FAILED, counterexample=None, reproduce=None, misconception=None)
    page = Page(student_page.render(replace(GRADE, checks=(alike, alike, alike)), "es"))
    assert len(page.all("article")) == 1
    assert "celdaLSTM: 3 comprobaciones, por un solo motivo" in page.text


def test_each_figure_says_in_words_what_it_shows() -> None:
    drawings = [a for a in Page(student_page.render(GRADE, "es")).all("svg") if a.get("role")]
    assert len(drawings) == 4
    assert all(drawing["aria-label"] for drawing in drawings)


def test_numbers_of_the_students_that_cannot_be_drawn_draw_nothing() -> None:
    odd = {
        "figures": [
            curve([], [], scale="logarithmic"),
            curve([math.inf], [], scale="share"),
            curve([math.nan, 0.0, -1.0], [], scale="logarithmic", lowest=1e-20),
            curve([math.nan, 0.0, -1.0], [math.inf], scale="linear"),
            {"kind": "of a version to come"},
        ]
    }
    grade = replace(GRADE, checks=(replace(PASSED, data=odd),))
    paths = [str(path["d"]) for path in Page(student_page.render(grade, "es")).all("path")]
    assert not [path for path in paths if "nan" in path or "inf" in path]


def test_pictures_of_several_checks_stand_under_one_heading() -> None:
    other = replace(PASSED, id="celdaGRU/hidden_state", title="Otra: h_t.")
    page = Page(student_page.render(replace(GRADE, checks=(PASSED, other)), "es"))
    assert page.text.count("Las puertas a lo largo de una secuencia") == 1
    assert page.text.count("puerta de olvido") == 2 * 2  # in words, and where it is read aloud
    captions = [one for one in page.all("p") if one.get("class") == "caption"]
    assert len(captions) == len(page.all("figure")) == 2 * 4


def test_a_page_of_what_an_older_version_kept_has_no_pictures() -> None:
    kept = {"loss": [1.0], "held_out": [[1.0, 0.5]], "gates": {"x": [1]}, "profile": {}}
    page = Page(student_page.render(replace(GRADE, checks=(replace(PASSED, data=kept),)), "es"))
    assert not page.all("figure")


def test_the_same_grade_gives_the_same_page() -> None:
    stored = Grade.from_json(GRADE.to_json())
    assert student_page.render(GRADE, "es") == student_page.render(stored, "es")


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("W_xf x_t", "<var>W<sub>xf</sub></var> <var>x<sub>t</sub></var>"),
        ("h_{t-1}", "<var>h<sub>t−1</sub></var>"),
        ("∂h_T", "∂<var>h<sub>T</sub></var>"),
        ("x_fc y h_r_fc", "<code>x_fc</code> y <code>h_r_fc</code>"),
        ("torch._VF.lstm_cell", "<code>torch._VF.lstm_cell</code>"),
        ("1.5 < h_t_1", "1.5 &lt; <code>h_t_1</code>"),
    ],
)
def test_subscripts_are_set_and_names_of_code_are_left(text: str, html: str) -> None:
    assert equations.maths(text) == html


def test_what_a_person_decided_stands_beside_what_the_check_gave() -> None:
    page = Page(student_page.render(GRADE.with_decisions((DECIDED,)), "en"))
    assert "0 of 2 points 1.5 of 2 points casi Decided by Eva on Nov 25, 2026" in page.text
    assert "3.5 / 4" in page.text  # the part
    assert "0.5 points" in page.text  # what the failure costs now
    assert len(page.all("del")) == 1


def test_what_was_decided_before_is_told_too() -> None:
    first, back = replace(DECIDED, points=0.5, reason="regular"), replace(DECIDED, points=None)
    page = Page(student_page.render(GRADE.with_decisions((first, DECIDED, back)), "es"))
    assert "0 de 2 puntos. La decisión sobre ella ya no cuenta." in page.text
    for words in (
        "0,5 de 2 puntos, en lugar de los 0 automáticos. regular",
        "1,5 de 2 puntos",
        "Eva retiró",
    ):
        assert words in page.text
