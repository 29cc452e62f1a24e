"""`grader course`: several results folders, one gradebook."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from urllib.parse import unquote

import classroom
import pytest
from gradebooks import ANA, Course, grade, lost

from grader.assignments import kinds
from grader.assignments.course import read
from grader.cli import main as cli
from grader.core.errors import UsageError
from grader.core.gradebook import Entry, Rules, row
from grader.core.results import Person
from grader.core.spreadsheet import read as read_sheet
from grader.feedback import course_page
from grader.feedback.recurring import recurring
from grader.storage.course import gradebook
from grader.submissions.same_people import Seen, everybody

ROOT = Path(__file__).parents[1]


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """Two assignments; Eva did not hand in the second."""
    made = Course(tmp_path)
    made.add("uno", grade("uno", "s01", 9, "u.mask_ignored"), grade("uno", "s02", 5))
    return made.add("dos", grade("dos", "s01", 6, "d.last_column"))


def entries(**marks: float | None) -> dict[str, Entry]:
    return {
        name: Entry("not_graded" if mark is None else "graded", mark)
        for name, mark in marks.items()
    }


WEIGHTS = {"a": 1.0, "b": 1.0, "c": 2.0}


@pytest.mark.parametrize(
    ("marks", "rules", "mark", "dropped"),
    [
        ({"a": 10, "b": 14, "c": 20}, Rules(WEIGHTS), 16.0, ()),
        ({"a": 10, "b": 14, "c": 20}, Rules(WEIGHTS, drop_lowest=1), 18.0, ("a",)),
        ({"a": 10, "b": 20, "c": 10}, Rules(WEIGHTS, drop_lowest=1), 15.0, ("c",)),
        ({"a": 10, "b": 14}, Rules(WEIGHTS), 6.0, ()),
        ({"a": 10, "b": 14}, Rules(WEIGHTS, drop_lowest=1), 12.0, ("c",)),
        ({"a": 10, "b": 14}, Rules(WEIGHTS, absent_is_zero=False), 12.0, ()),
        ({"b": 14}, Rules(WEIGHTS, drop_lowest=2, absent_is_zero=False), 14.0, ()),
        ({}, Rules(WEIGHTS), 0.0, ()),
        ({}, Rules(WEIGHTS, absent_is_zero=False), None, ()),
        ({"a": None, "b": 14, "c": 20}, Rules(WEIGHTS), None, ()),
        ({"a": None, "b": 14, "c": 20}, Rules(WEIGHTS, drop_lowest=1), None, ()),
        ({"a": 10, "b": 10, "c": 11}, Rules({"a": 1, "b": 1, "c": 1}), 10.33, ()),
    ],
)
def test_a_mark_is_the_weighted_mean_without_the_lowest(
    marks: dict[str, float | None], rules: Rules, mark: float | None, dropped: tuple[str, ...]
) -> None:
    made = row(ANA, entries(**marks), rules)
    assert (made.mark, made.dropped) == (mark, dropped)


def test_a_row_a_student_and_a_column_an_assignment(course: Course) -> None:
    course.write("drop_lowest = 0", "[weights]\nuno = 3")
    ran = course.run()
    assert ran.exit_code == 0, ran.output
    written = [Path(line) for line in ran.stdout.splitlines()]
    assert written == [
        course.root / "curso" / "gradebook.csv",
        course.root / "curso" / "index.html",
    ]
    table = course.table()
    assert list(table["s01"]) == [
        *("student", "name", "email", "mark", "scale", "not_graded", "not_handed_in", "rejected"),
        *("dropped", "uno", "dos"),
    ]
    assert list(table["s01"].values())[:5] == ["s01", "Ana Núñez", "ana@u.pe", "16.5", "20"]
    eva = table["s02"]
    assert (eva["mark"], eva["uno"], eva["dos"]) == ("7.5", "10", "0")
    assert eva["not_handed_in"] == "dos"


def test_the_file_may_say_another_scale_and_that_nothing_counts_for_nothing(course: Course) -> None:
    course.write('scale = 10\nnot_handed_in = "omit"\ndrop_lowest = 1')
    assert course.run().exit_code == 0
    table = course.table()
    assert (table["s01"]["mark"], table["s01"]["dropped"]) == ("9", "dos")
    assert (table["s02"]["mark"], table["s02"]["dos"], table["s02"]["dropped"]) == ("5", "", "")


@pytest.mark.parametrize("lang", ["es", "en"])
def test_what_was_not_graded_is_missing_and_never_0(course: Course, lang: str) -> None:
    course.add("tres", grade("tres", "s01", 8), lost("tres", "s02")).write()
    ran = course.run("--lang", lang)
    assert ran.exit_code == 1
    says = {
        "es": "Eva Soto no tiene nota del curso: sin corregir en tres",
        "en": "Eva Soto has no ",
    }
    assert says[lang] in ran.stderr
    assert "Ana" not in ran.stderr
    eva = course.table()["s02"]
    assert (eva["mark"], eva["tres"], eva["not_graded"]) == ("", "", "tres")
    page = (course.root / "curso" / "index.html").read_text("utf-8")
    assert {"es": "sin motor", "en": "no engine"}[lang] in page


def test_what_a_run_did_not_come_to_is_missing_too(course: Course) -> None:
    course.add("tres", grade("tres", "s01", 8))
    people = course.root / "notas" / "tres" / "students.csv"
    people.write_text(people.read_text("utf-8").replace("s02,,", "s02,s02,"), "utf-8")
    course.write()
    assert course.run().exit_code == 1
    assert course.table()["s02"]["not_graded"] == "tres"


def test_who_was_rejected_has_0_and_it_is_said(course: Course) -> None:
    course.add("tres", grade("tres", "s01", 0, status="rejected", checks=(), reason="roto")).write()
    assert course.run().exit_code == 0
    assert (course.table()["s01"]["tres"], course.table()["s01"]["rejected"]) == ("0", "tres")


def test_json_is_alone_on_standard_output(course: Course) -> None:
    course.write()
    ran = course.run("--json")
    ana, eva = map(json.loads, ran.stdout.splitlines())
    assert ana["assignments"]["uno"] == {
        "status": "graded",
        "mark": 18.0,
        "weight": 1.0,
        "dropped": False,
        "submission": "s01",
        "misconceptions": ["u.mask_ignored"],
    }
    assert (eva["mark"], eva["assignments"]["dos"]["status"]) == (5.0, "not_handed_in")


ERRORS = {
    'titel = "x"': (1, "¿querías decir title?", "did you mean title?"),
    "weihts = 2": (1, "¿querías decir weights?", "did you mean weights?"),
    "title = 3": (1, "entre comillas", "in quotation marks"),
    "scale = 0": (1, "mayor que 0", "above 0"),
    "scale = true": (1, "mayor que 0", "above 0"),
    "drop_lowest = 2": (1, "de 0 a 1", "from 0 to 1"),
    "drop_lowest = 0.5": (1, "número entero", "whole number"),
    'not_handed_in = "cero"': (1, '"zero"', '"zero"'),
    "scale = ": (1, "no es TOML", "not TOML"),
    "scale = 10\nscale = 20": (2, "scale está dos veces", "scale stands in the file twice"),
    "moodle = 3": (1, "una tabla", "a table"),
    "\n\n[scale]": (3, "antes de todas las tablas", "above all tables"),
}
AFTER = {
    "[weights]\nuno = 'dos'": (6, "el peso de uno", "the weight of uno"),
    "[weights]\nuno = -1": (6, "el peso de uno", "the weight of uno"),
    "[weights]\nuno = nan": (6, "el peso de uno", "the weight of uno"),
    "[weights]\n\nunos = 1": (7, "¿querías decir uno?", "did you mean uno?"),
    "[moodle]\ntres = 'x'": (6, "no se conoce", "not known"),
    "tres = 'notas/tres'": (5, "no existe la carpeta", "there is no folder"),
    "tres = 'notas/uno'": (5, "ya es la carpeta de uno", "the folder of uno already"),
    "uno = 'notas/dos'": (5, "uno está dos veces", "uno stands in the file twice"),
    "tres = 3": (5, "entre comillas", "in quotation marks"),
}


@pytest.mark.parametrize("lang", ["es", "en"])
@pytest.mark.parametrize("wrong", [*ERRORS, *AFTER])
def test_a_mistake_in_the_file_is_told_with_its_line(
    course: Course, wrong: str, lang: str, capsys: pytest.CaptureFixture[str]
) -> None:
    line, es, en = ERRORS.get(wrong) or AFTER[wrong]
    if wrong in ERRORS:
        course.write(wrong)
    else:
        course.write()
        text = course.file.read_text("utf-8").rstrip("\n")
        course.file.write_text(f"{text}\n{wrong}\n", "utf-8")
    assert_told(course, lang, capsys, f"{course.file}:{line}: ", es if lang == "es" else en)


def assert_told(course: Course, lang: str, capsys: pytest.CaptureFixture[str], *parts: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["grader", "course", str(course.file), "--lang", lang])
        with pytest.raises(SystemExit) as ended:
            cli.main()
    said = capsys.readouterr().err
    assert ended.value.code == 2
    for part in parts:
        assert part in said
    assert not (course.root / "curso").exists()


def test_a_file_without_folders_is_told_how_to_name_one(
    course: Course, capsys: pytest.CaptureFixture[str]
) -> None:
    course.file.write_text("scale = 20\n")
    assert_told(course, "es", capsys, "[results] no nombra ninguna carpeta")


def test_a_folder_of_another_assignment_is_told_with_its_line(
    course: Course, capsys: pytest.CaptureFixture[str]
) -> None:
    course.file.write_text('[results]\nuno = "notas/uno"\ntres = "notas/dos"\n')
    assert_told(course, "es", capsys, f"{course.file}:3: ", "notas de dos, no de tres")


def test_a_folder_without_results_is_told_with_its_line(
    course: Course, capsys: pytest.CaptureFixture[str]
) -> None:
    (course.root / "notas" / "nada").mkdir()
    course.file.write_text('[results]\n\nnada = "notas/nada"\n')
    assert_told(course, "en", capsys, f"{course.file}:3: ", "has no results")


def test_a_damaged_grade_is_named_and_is_nobody_s_0(course: Course) -> None:
    course.write()
    (course.root / "notas" / "dos" / "results" / "s01.json").write_text("{")
    ran = course.run()
    assert ran.exit_code == 1
    assert "s01.json" in str(ran.exception)


def seen(*people: Person, sure: tuple[int, ...] = ()) -> list[Seen]:
    """People, each in a place of their own unless two share a submission's first letter."""
    places = sorted({person.submission[0] for person in people})
    return [
        Seen(places.index(one.submission[0]), one, sure=number in sure)
        for number, one in enumerate(people)
    ]


PLACES = [Path("uno"), Path("dos"), Path("tres")]
BOTH = Person("3", "c", ids={"x": "1", "y": "2"})
TWINS = [Person("1", "a1", "Ana"), Person("2", "a2", "Ana")]


def groups(found: list[Seen]) -> list[str]:
    people = everybody(PLACES, found).people
    return ["+".join(each.person.submission for each in one.seen) for one in people]


@pytest.mark.parametrize(
    ("people", "expected"),
    [
        ([Person("s1", "a"), Person("S1", "b")], ["a+b"]),
        ([Person("s1", "a", email="x@u"), Person("X@u", "b")], ["a+b"]),
        ([Person("s1", "a", ids={"canvas": "900"}), Person("900", "b")], ["a+b"]),
        ([Person("1", "a"), Person("2", "b"), BOTH], ["a+b+c"]),
        ([Person("1", "a", "Ana Pérez"), Person("2", "b", "Perez, Ana")], ["a+b"]),
        ([Person("1", "a", "Ana Pérez"), Person("perezana", "b")], ["a+b"]),
        ([Person("1-2", "a"), Person("2-1", "b")], ["a", "b"]),
        ([*TWINS, Person("3", "b", "Ana")], ["a1", "a2", "b"]),
        ([*TWINS, Person("1", "b", "Ana")], ["a1+b", "a2"]),
        ([Person("", "a"), Person("", "b")], ["a", "b"]),
    ],
)
def test_who_is_who_over_the_folders(people: list[Person], expected: list[str]) -> None:
    assert groups(seen(*people)) == expected


def test_one_by_name_alone_and_names_of_several_are_said() -> None:
    one = everybody(PLACES, seen(Person("1", "a", "Ana P"), Person("2", "b", "P, Ana")))
    assert [each.person.student for each in one.by_name] == ["1"]
    assert everybody(PLACES, seen(*TWINS, Person("3", "b", "Ana"))).alike == ("Ana",)
    known = [*TWINS, Person("1", "b1", "Ana"), Person("2", "b2", "Ana")]
    assert everybody(PLACES, seen(*known)).alike == ()


def test_one_id_of_two_people_is_refused_unless_a_roster_has_it() -> None:
    people = [Person("7", "a", "Ana Pérez"), Person("7", "b", "Bruno Díaz")]
    with pytest.raises(UsageError, match="Ana Pérez in uno and Bruno Díaz in dos have the same id"):
        groups(seen(*people))
    roster = Person("7", "c", "Ana Bruna")
    assert groups(seen(*people, roster, sure=(2,))) == ["a+b+c"]
    two = [Person("7", "a1"), Person("8", "a2"), Person("9", "b", ids={"x": "7", "y": "8"})]
    with pytest.raises(UsageError, match="could be 7 and 8"):
        groups(seen(*two))
    absent = [Seen(0, two[0]), Seen(0, Person("8")), Seen(1, two[2])]
    with pytest.raises(UsageError, match="could be 7 and 8"):
        groups(absent)
    with pytest.raises(UsageError, match="could be 7"):
        groups(seen(Person("7", "a1"), Person("7", "a2")))


def test_a_roster_names_people_and_who_handed_in_nothing_at_all(course: Course) -> None:
    (course.root / "lista.csv").write_text("id,name,moodle\nalu-1,Ana N.,s01\nalu-9,Zoe,\n")
    course.write('roster = "lista.csv"')
    assert course.run().exit_code == 0
    table = course.table()
    assert set(table) == {"alu-1", "s02", "alu-9"}
    assert (table["alu-1"]["name"], table["alu-1"]["uno"]) == ("Ana N.", "18")
    assert (table["alu-9"]["mark"], table["alu-9"]["not_handed_in"]) == ("0", "uno dos")


def test_the_same_kind_and_the_same_misconception_come_back(course: Course) -> None:
    eva = grade("tres", "s02", 4, "x.nothing", "t.padding_counted")
    course.add("tres", grade("tres", "s01", 4, "t.last_column", "t.own"), eva)
    book = gradebook(read(course.write()), ROOT / "assignments")
    first, second = recurring(book)
    assert (first.what.text, first.again) == ("El relleno cuenta como si fuera dato", (0,))
    assert first.by_assignment == {"uno": 1, "dos": 1, "tres": 2}
    assert first.rows == {0: ("uno", "dos", "tres"), 1: ("tres",)}
    assert [(one.misconception.id, one.assignments) for one in first.cases] == [
        ("d.last_column", ("dos", "tres")),
        ("u.mask_ignored", ("uno",)),
        ("t.padding_counted", ("tres",)),
    ]
    assert (second.what.id, second.again) == ("x.nothing", (1,))
    page = course_page.render(book, "es", course.root)
    assert "En 1 estudiante volvió" in page
    assert "t.own" not in page


def test_the_page_s_links_lead_to_the_students_pages(course: Course) -> None:
    course.write()
    course.run("--out", str(course.root / "otra" / "parte"))
    page = course.root / "otra" / "parte" / "index.html"
    links = re.findall(r'href="(\./[^"]*)"', page.read_text("utf-8"))
    assert len(links) == 5  # three grades, two classes
    assert all((page.parent / unquote(link)).is_file() for link in links)


def test_the_page_is_the_same_each_time_and_holds_nothing_that_runs(tmp_path: Path) -> None:
    made = Course(tmp_path)
    for name in ("uno", "dos"):
        grades = [
            grade(name, payload + str(n), 5, f"x.{payload}")
            for n, payload in enumerate(classroom.PAYLOADS)
        ]
        made.add(name, *grades, people=())
    made.write(f"title = {json.dumps(classroom.PAYLOADS[0])}")
    pages = []
    for _ in range(2):
        assert made.run().exit_code == 0
        pages.append((tmp_path / "curso" / "index.html").read_text("utf-8"))
    assert pages[0] == pages[1]
    assert "<script>window.ran" not in pages[0]
    assert not re.search(r"<[^>]*\son\w+=", pages[0])


def test_no_cell_is_a_formula(tmp_path: Path) -> None:
    made = Course(tmp_path)
    made.add("uno", grade("uno", "=1+1", 5), people=(Person("=1+1", "", "+x"),)).write()
    made.run()
    assert {line["student"] for line in made.table().values()} == {"'=1+1"}


CANVAS = (
    "Student,ID,SIS Login ID,Section,Uno (7),uno (1),dos (2)\n"
    "    Points Possible,,,,10,10,100\n"
    "Ana,900,ana@u.pe,A,,,\nEva,901,s02,A,,,\n"
)


def test_canvas_gets_all_columns_at_once(course: Course) -> None:
    (course.root / "canvas.csv").write_text(CANVAS)
    course.write('canvas = "canvas.csv"', '[canvas_columns]\nuno = "uno (1)"')
    ran = course.run("--export")
    assert ran.exit_code == 0, ran.stderr
    sheet = read_sheet((course.root / "curso" / "canvas.csv").read_bytes())
    assert sheet.row(2)[4:] == ("", "9.00", "60.00")
    assert sheet.row(3)[4:] == ("", "5.00", "")
    assert (course.root / "canvas.csv").read_text() == CANVAS


def test_what_the_roster_knows_helps_an_export(course: Course) -> None:
    """Eva's folder has no id of Canvas's; the course's roster has."""
    (course.root / "lista.csv").write_text("id,canvas\ns01,900\ns02,901\n")
    (course.root / "canvas.csv").write_text(CANVAS.replace("ana@u.pe", "").replace("s02", ""))
    course.write('canvas = "canvas.csv"\nroster = "lista.csv"', '[canvas_columns]\nuno = "uno (1)"')
    assert course.run("--export").exit_code == 0
    sheet = read_sheet((course.root / "curso" / "canvas.csv").read_bytes())
    assert [sheet.row(n)[5] for n in (2, 3)] == ["9.00", "5.00"]


def test_moodle_gets_a_worksheet_and_pages_for_each(course: Course) -> None:
    for name in course.folders:
        (course.root / f"{name}.csv").write_text(
            "Identifier,Full name,Email address,Grade,Maximum grade,Feedback comments\n"
            "Participant 5,Ana,ana@u.pe,,20.00,\n"
        )
    course.write("", '[moodle]\nuno = "uno.csv"\ndos = "dos.csv"')
    ran = course.run("--export")
    assert ran.exit_code == 1  # Eva is in no row
    assert "no row of" in ran.stderr
    for name, mark in (("uno", "18.00"), ("dos", "12.00")):
        folder = course.root / "curso" / "moodle" / name
        assert read_sheet((folder / f"{name}.csv").read_bytes()).row(1)[3] == mark
        assert (folder / "feedback.zip").is_file()


@pytest.mark.slow
def test_nbgrader_gets_all_assignments(course: Course) -> None:
    pytest.importorskip("nbgrader")
    from nbgrader.api import Gradebook

    (course.root / "nb").mkdir()
    course.write('nbgrader = "nb"')
    ran = course.run("--export")
    assert ran.exit_code == 0, ran.stderr
    with Gradebook(f"sqlite:///{course.root}/nb/gradebook.db") as book:
        assert {one.name for one in book.assignments} == {"uno", "dos"}
        assert book.find_submission("uno", "s02").score == 5


def test_without_a_place_an_export_is_told_how_to_name_one(course: Course) -> None:
    course.write()
    ran = course.run("--export")
    assert isinstance(ran.exception, UsageError)
    assert "names no place" in str(ran.exception)


def test_every_kind_is_of_several_assignments() -> None:
    names: dict[str, set[str]] = {}
    for file in (ROOT / "assignments").glob("*/words.toml"):
        for key in tomllib.loads(file.read_text("utf-8")):
            if "/" not in key:
                names.setdefault(key, set()).add(file.parent.name)
    told = kinds.read(ROOT / "assignments")
    found = kinds.of(names, told)
    for kind in told:
        shown = {one for key, one_of in found.items() if one_of.id == kind for one in names[key]}
        assert len(shown) > 1, kind


def test_a_broken_file_of_kinds_is_told(tmp_path: Path) -> None:
    (tmp_path / kinds.FILE).write_text('[a]\nes = "x"\n')
    with pytest.raises(Exception, match=r"kinds\.toml.*missing required field `en`"):
        kinds.read(tmp_path)
    assert kinds.read(tmp_path / "none") == {}
