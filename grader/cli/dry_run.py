"""`grader grade --dry-run`: what there is to grade, and what is nobody's."""

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grader.cli.grade import GradeOptions
    from grader.core.i18n import Bilingual
    from grader.core.results import Person
    from grader.submissions.layouts import Stray
    from grader.submissions.model import Submission


def show(
    options: "GradeOptions",
    submissions: Sequence["Submission"],
    everybody: Sequence["Person"],
    strays: Sequence["Stray"],
) -> int:
    """Print what there is to grade, and what is nobody's; grade nothing."""
    from grader.core.console import console
    from grader.feedback import terminal
    from grader.submissions.roster import file_of

    here = f"{Path.cwd()}/"
    files = {one.id: file_of(one).removeprefix(here) for one in submissions}
    wrong = {one.id: said for one in submissions if (said := one.problem or one.aside)}
    notes = {one.id: one.notes for one in submissions}
    if options.json:
        for person in everybody:
            problem = wrong.get(person.submission)
            fields = asdict(person) | {
                "file": files.get(person.submission),
                "problem": problem.es if problem else None,
                "problem_en": problem.en if problem else None,
                "notes": [note.es for note in notes.get(person.submission, ())],
                "notes_en": [note.en for note in notes.get(person.submission, ())],
            }
            sys.stdout.write(json.dumps(fields, ensure_ascii=False) + "\n")
        for stray in strays:
            told = {"file": str(stray.file), "problem": stray.why.es, "problem_en": stray.why.en}
            sys.stdout.write(json.dumps({"student": None} | told, ensure_ascii=False) + "\n")
        return 0
    rows = [
        (
            person,
            files.get(person.submission, ""),
            [*filter(None, [wrong.get(person.submission)]), *notes.get(person.submission, ())],
        )
        for person in everybody
    ]
    screen = console()
    screen.print(terminal.found(rows, options.lang))
    for said in of_strays(strays):
        screen.print(said.to(options.lang), markup=False, soft_wrap=True)
    aside = sum(bool(one.aside) for one in submissions)
    total = terminal.found_in_all(everybody, len(wrong) - aside, options.lang, aside, len(strays))
    screen.print(f"\n{total}", markup=False, soft_wrap=True)
    return 0


def of_strays(strays: Sequence["Stray"]) -> Iterator["Bilingual"]:
    """Say of each file at the top that is nobody's why it is not graded."""
    from grader.core.i18n import tr

    here = f"{Path.cwd()}/"
    for stray in strays:
        file = str(stray.file).removeprefix(here)
        yield tr("{file} is nobody's submission: {why}", file=file, why=stray.why)
