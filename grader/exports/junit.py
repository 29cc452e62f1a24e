"""JUnit's XML, as Jenkins, GitLab and GitHub's reporters read it.

A `testsuite` is a student, a `testcase` a check. A check that was answered wrongly is a `failure`;
one in which the student's code raised, crashed or ran out of something is an `error`. What people
decided about points is told in words: the outcomes are those of the checks.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from grader.core.i18n import Words
from grader.core.results import text as text_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from xml.etree.ElementTree import Element

    from grader.core.results import CheckResult, Grade

_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 has no way to write."""
_KINDS = {"failed": "failure", "skipped": "skipped"}  # anything else that did not pass: error


def document(grades: Iterable[Grade], lang: str) -> bytes:
    """Return the grades as one XML document in UTF-8; the same grades give the same bytes."""
    root = ET.Element("testsuites", name="grader")
    for grade in grades:
        root.append(_suite(grade, Words(lang)))
    total = {
        name: str(sum(int(suite.get(name, "0")) for suite in root))
        for name in ("tests", "failures", "errors")
    }
    seconds = math.fsum(float(suite.get("time", "0")) for suite in root)
    root.attrib.update(total, time=f"{seconds:.3f}")
    ET.indent(root)
    text: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return text + b"\n"


def _suite(grade: Grade, words: Words) -> Element:
    cases = [_case(grade, check, words) for check in grade.checks] or [_whole(grade, words)]
    kinds = [case[0].tag if len(case) else "" for case in cases]
    suite = ET.Element(
        "testsuite",
        name=legal(grade.student),
        tests=str(len(cases)),
        failures=str(kinds.count("failure")),
        errors=str(kinds.count("error")),
        skipped=str(kinds.count("skipped")),
        time=f"{math.fsum(check.seconds for check in grade.checks):.3f}",
    )
    suite.extend(cases)
    return suite


def _case(grade: Grade, check: CheckResult, words: Words) -> Element:
    case = ET.Element(
        "testcase",
        classname=legal(check.part),
        name=legal(check.id),
        time=f"{check.seconds:.3f}",
    )
    if check.outcome != "passed":
        message = text_of(check, "message", words.lang) or check.outcome
        kind = _KINDS.get(check.outcome, "error")
        _add(case, kind, check.outcome, message, _details(grade, check, words))
    return case


def _details(grade: Grade, check: CheckResult, words: Words) -> str:
    """Return what a student reads about a check that did not pass."""
    points = words(
        "{score} of {max_score} points.",
        score=words.number(grade.points(check)),
        max_score=words.number(check.max_points),
    )
    explanation = text_of(check.explanation, "text", words.lang) if check.explanation else ""
    told = (
        text_of(check, "title", words.lang),
        text_of(check, "message", words.lang),
        explanation,
        points,
        check.reproduce or "",
    )
    return "\n\n".join(filter(None, told))


def _whole(grade: Grade, words: Words) -> Element:
    """Return the one case of a submission without checks: refused, or never graded."""
    case = ET.Element(
        "testcase", classname=legal(grade.assignment), name="submission", time="0.000"
    )
    if grade.status != "graded":
        reason = text_of(grade, "reason", words.lang) or grade.status
        kind = "failure" if grade.status == "rejected" else "error"
        _add(case, kind, grade.status, reason, reason)
    return case


def _add(case: Element, kind: str, type_: str, message: str, details: str) -> None:
    line = next(iter(message.splitlines()), "")
    if kind == "skipped":
        ET.SubElement(case, kind, message=legal(message))
        return
    ET.SubElement(case, kind, type=type_, message=legal(line)).text = legal(details)


def legal(text: str) -> str:
    """Return a text that XML can hold: what it cannot becomes U+FFFD."""
    return _ILLEGAL.sub("\ufffd", text)
