from __future__ import annotations

import os
import pickle
import re
import stat
import tempfile
import tracemalloc
import zipfile
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.core.errors import GraderError, UsageError
from grader.core.text import plain
from grader.submissions import archives, members
from grader.submissions.archives import Source, list_archive
from grader.submissions.discovery import find, find_one
from grader.submissions.members import UnreadableError
from grader.submissions.model import MAX_NOTEBOOK, NO_NOTEBOOK, Submission, safe_id

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

NOTEBOOK = b'{"cells": []}'


def tree(root: Path, *names: str) -> Path:
    """Make files below root; a name that ends in / is an empty folder."""
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if name.endswith("/"):
            path.mkdir(exist_ok=True)
        else:
            path.write_bytes(NOTEBOOK)
    return root


def zipped(path: Path, *names: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, NOTEBOOK)
    return path


def forged(path: Path, forge: Callable[[zipfile.ZipFile], object]) -> Path:
    """Make a student's zip of two notebooks' worth, with its directory changed before closing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("lstm_gru.ipynb", NOTEBOOK)
        archive.writestr("datos.csv", b"1,2,3")
        forge(archive)
    return path


def aside(found: Submission) -> str:
    """Return why somebody is set aside, in English."""
    assert found.aside is not None
    return found.aside.en


def students(found: Iterable[Submission]) -> list[str]:
    return [submission.student for submission in found]


# One student's folder, as Gradescope gives it


@pytest.mark.parametrize(
    "names", [["a.ipynb"], ["b.ipynb", "x/lstm_gru.ipynb"], ["a.ipynb", "a.py", "sub/"]]
)
def test_the_files_of_a_folder_are_one_students(tmp_path: Path, names: list[str]) -> None:
    found = find_one(tree(tmp_path, *names), "submission_7", "lstm_gru")
    assert (found.id, found.problem) == ("submission_7", None)
    assert found.read() == NOTEBOOK


def test_a_zip_that_is_all_there_is_in_a_students_folder_is_looked_into(tmp_path: Path) -> None:
    zipped(tmp_path / "todo.zip", "entrega/a.ipynb")
    assert find_one(tmp_path, "ana", "lstm_gru").read() == NOTEBOOK


@pytest.mark.parametrize("names", [[], ["notas.txt"], ["vacia/"]])
def test_nothing_that_counts_in_a_students_folder_is_the_students_problem(
    tmp_path: Path, names: list[str]
) -> None:
    assert find_one(tree(tmp_path, *names), "ana", "lstm_gru").problem == NO_NOTEBOOK


def test_several_that_could_count_are_named_to_the_student(tmp_path: Path) -> None:
    problem = find_one(tree(tmp_path, "a.ipynb", "x/b.ipynb"), "ana", "lstm_gru").problem
    assert problem
    assert "(a.ipynb, x/b.ipynb)" in problem.en
    assert "lstm_gru.ipynb" in problem.es


def test_a_link_in_a_students_folder_is_not_followed(tmp_path: Path) -> None:
    tree(tmp_path, "secret.ipynb", "ana/")
    (tmp_path / "ana" / "a.ipynb").symlink_to("../secret.ipynb")
    assert find_one(tmp_path / "ana", "ana", "lstm_gru").problem == archives.LINK


# Layouts


def test_a_notebook_given_by_itself_is_named_by_its_stem(tmp_path: Path) -> None:
    (found,) = find([tree(tmp_path, "s001.ipynb") / "s001.ipynb"])
    assert (found.id, found.student, found.filename) == ("s001", "s001", "s001.ipynb")
    assert found.read() == NOTEBOOK


def test_each_notebook_in_a_folder_is_a_student(tmp_path: Path) -> None:
    tree(tmp_path, "s002.ipynb", "s001.IPYNB", "LEEME.txt")
    assert students(find([tmp_path])) == ["s001", "s002"]


def test_each_folder_in_a_folder_is_a_student(tmp_path: Path) -> None:
    tree(tmp_path, "s001/tarea.ipynb", "s002/mi/carpeta/tarea.ipynb")
    assert students(find([tmp_path])) == ["s001", "s002"]


def test_each_zip_in_a_folder_is_a_student(tmp_path: Path) -> None:
    zipped(tmp_path / "s001.zip", "tarea/lstm.ipynb", "tarea/datos.csv")
    (found,) = find([tmp_path])
    assert (found.student, found.filename, found.read()) == ("s001", "lstm.ipynb", NOTEBOOK)


def test_a_module_takes_the_place_of_a_notebook(tmp_path: Path) -> None:
    (found,) = find([tree(tmp_path, "s001.py")])
    assert (found.student, found.filename) == ("s001", "s001.py")


def test_a_notebook_counts_before_the_module_beside_it(tmp_path: Path) -> None:
    (found,) = find([tree(tmp_path, "s001/lstm.ipynb", "s001/lstm.py")])
    assert found.filename == "lstm.ipynb"


def test_what_systems_leave_behind_is_ignored(tmp_path: Path) -> None:
    tree(tmp_path, "s001/a.ipynb", "s001/.ipynb_checkpoints/a-checkpoint.ipynb", "s001/._a.ipynb")
    tree(tmp_path, "__MACOSX/s001/a.ipynb", ".hidden.ipynb", "Thumbs.db", "s001/__pycache__/a.py")
    assert students(find([tmp_path])) == ["s001"]


def test_a_folder_with_only_a_zip_is_looked_into(tmp_path: Path) -> None:
    zipped(tmp_path / "s001/entrega.zip", "lstm.ipynb")
    (found,) = find([tmp_path])
    assert (found.student, found.filename) == ("s001", "lstm.ipynb")


def test_a_zip_in_a_zip_of_a_student_is_not_looked_into(tmp_path: Path) -> None:
    inner = zipped(tmp_path / "inner.zip", "lstm.ipynb").read_bytes()
    zipped(tmp_path / "class/s002.zip", "lstm.ipynb")
    with zipfile.ZipFile(tmp_path / "class/s001.zip", "w") as archive:
        archive.writestr("inner.zip", inner)
    assert [one.problem for one in find([tmp_path / "class"])] == [NO_NOTEBOOK, None]


@pytest.mark.parametrize("given_path", [".", "submitted"])
def test_nbgrader_is_read_from_its_course_or_from_submitted(
    tmp_path: Path, given_path: str
) -> None:
    tree(tmp_path, "source/lstm_gru/lstm_gru.ipynb", "release/lstm_gru/lstm_gru.ipynb")
    tree(tmp_path / "submitted", "ana/lstm_gru/lstm_gru.ipynb", "ana/lstm_gru/timestamp.txt")
    tree(tmp_path / "submitted", "ana/intro/intro.ipynb", "luis/intro/intro.ipynb")
    (found,) = find([tmp_path / given_path], "lstm_gru")
    assert (found.student, found.filename) == ("ana", "lstm_gru.ipynb")


def test_nbgrader_without_the_assignment_named_is_ambiguous(tmp_path: Path) -> None:
    tree(tmp_path / "submitted", "ana/lstm_gru/a.ipynb", "ana/intro/b.ipynb")
    tree(tmp_path / "submitted", "luis/intro/b.ipynb")
    ana, luis = find([tmp_path])
    assert "--assignment" in aside(ana)
    assert luis.read() == NOTEBOOK


def test_a_folder_called_submitted_may_hold_the_files_themselves(tmp_path: Path) -> None:
    tree(tmp_path / "submitted", "ana/tarea.ipynb", "luis.ipynb")
    assert students(find([tmp_path / "submitted"], "lstm_gru")) == ["ana", "luis"]


def test_moodle_folders_give_the_number_and_the_name(tmp_path: Path) -> None:
    tree(tmp_path, "Ana García_1234_assignsubmission_file_/tarea.ipynb")
    tree(tmp_path, "Ana García_1234_assignsubmission_onlinetext_/onlinetext.html")
    tree(tmp_path, "Luis Paz_99_assignsubmission_file/tarea.ipynb")
    found = find([tmp_path])
    assert [(one.student, one.about.name) for one in found] == [
        ("1234", "Ana García"),
        ("99", "Luis Paz"),
    ]


def test_moodle_without_folders_is_read_too(tmp_path: Path) -> None:
    (found,) = find([tree(tmp_path, "Ana Paz_12_assignsubmission_file_mi_tarea.ipynb")])
    assert (found.student, found.about.name) == ("12", "Ana Paz")


def test_canvas_names_give_the_user_and_the_name(tmp_path: Path) -> None:
    tree(tmp_path, "garciaana_4711_9001_tarea-1.ipynb", "pazluis_LATE_4712_9002_tarea.ipynb")
    found = find([tmp_path])
    assert [(one.student, one.about.name) for one in found] == [
        ("4711", "garciaana"),
        ("4712", "pazluis"),
    ]
    assert found[0].filename == "garciaana_4711_9001_tarea-1.ipynb"


def test_a_canvas_resubmission_still_has_the_assignments_name(tmp_path: Path) -> None:
    tree(tmp_path, "garciaana_4711_9001_lstm_gru-2.ipynb", "garciaana_4711_9002_borrador.ipynb")
    (found,) = find([tmp_path], "lstm_gru")
    assert found.filename == "garciaana_4711_9001_lstm_gru-2.ipynb"


def test_a_student_who_sent_canvas_something_else_is_not_lost(tmp_path: Path) -> None:
    tree(tmp_path, "garciaana_4711_9001_tarea.pdf", "pazluis_4712_9002_tarea.ipynb")
    assert [one.problem for one in find([tmp_path])] == [NO_NOTEBOOK, None]


@pytest.mark.parametrize("given_path", [".", "assignment_77_export"])
def test_a_gradescope_export_names_its_submissions(tmp_path: Path, given_path: str) -> None:
    export = tree(tmp_path, "assignment_77_export/submission_metadata.yml") / "assignment_77_export"
    tree(export, "submission_10/a.ipynb", "submission_9/b.ipynb")
    assert students(find([tmp_path / given_path])) == ["submission_10", "submission_9"]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["s001.ipynb", "s002.ipynb"], ["s001", "s002"]),
        (["tareas/s001.ipynb", "tareas/s002.ipynb"], ["s001", "s002"]),
        (["s001/a.ipynb", "s002/a.ipynb"], ["s001", "s002"]),
        (["s001\\a.ipynb", "s002\\a.ipynb"], ["s001", "s002"]),
        (["c/submitted/ana/lstm_gru/a.ipynb", "c/submitted/ana/intro/b.ipynb"], ["ana"]),
        (["Ana Paz_12_assignsubmission_file_/a.ipynb"], ["12"]),
        (["pazana_12_34_a.ipynb"], ["12"]),
        (["assignment_7_export/submission_9/a.ipynb"], ["submission_9"]),
    ],
)
def test_a_zip_of_a_class_is_read_as_its_folder_would_be(
    tmp_path: Path, names: list[str], expected: list[str]
) -> None:
    assert students(find([zipped(tmp_path / "class.zip", *names)], "lstm_gru")) == expected


def test_a_zip_of_a_class_may_hold_the_students_zips(tmp_path: Path) -> None:
    inner = zipped(tmp_path / "inner.zip", "x/lstm.ipynb").read_bytes()
    with zipfile.ZipFile(tmp_path / "class.zip", "w") as archive:
        archive.writestr("Ana_12_assignsubmission_file_/tarea.zip", inner)
        archive.writestr("Luis_13_assignsubmission_file_/tarea.zip", inner)
    found = find([tmp_path / "class.zip"])
    assert [(one.student, one.read()) for one in found] == [("12", NOTEBOOK), ("13", NOTEBOOK)]


@pytest.mark.parametrize(
    "names", [["a.ipynb"], ["tarea/a.ipynb", "tarea/datos/x.csv"], ["lstm_gru.ipynb", "b.ipynb"]]
)
def test_a_zip_with_one_notebook_that_counts_is_one_students(
    tmp_path: Path, names: list[str]
) -> None:
    assert students(find([zipped(tmp_path / "s001.zip", *names)], "lstm_gru")) == ["s001"]


def test_a_student_without_a_notebook_is_told_so(tmp_path: Path) -> None:
    ana, luis = find([tree(tmp_path, "ana/foto.png", "luis/a.ipynb")])
    assert (ana.student, ana.problem, luis.problem) == ("ana", NO_NOTEBOOK, None)
    with pytest.raises(UnreadableError, match="ningún cuaderno"):
        ana.read()


# Several files, and none


@pytest.mark.parametrize(
    ("names", "named"),
    [
        (["s001/a.ipynb", "s001/b.ipynb"], "s001/a.ipynb and s001/b.ipynb"),
        (["s001/uno/a.ipynb", "s001/dos/a.ipynb"], "s001/dos/a.ipynb and s001/uno/a.ipynb"),
        (["s001.ipynb", "s001/b.ipynb"], "s001.ipynb and "),
        (["s001/v1/lstm_gru.ipynb", "s001/v2/otro.ipynb"], "v1/lstm_gru.ipynb and s001/v2/otro"),
    ],
)
def test_a_student_with_two_notebooks_is_set_aside_and_nobody_else(
    tmp_path: Path, names: list[str], named: str
) -> None:
    tree(tmp_path, *names, "s002/c.ipynb", "s003/d.ipynb")
    rivals, *others = find([tmp_path], "lstm_gru")
    assert named in aside(rivals)
    assert [(one.student, one.read()) for one in others] == [("s002", NOTEBOOK), ("s003", NOTEBOOK)]
    with pytest.raises(UnreadableError, match="varios archivos"):
        rivals.read()


def test_of_two_notebooks_the_one_named_as_the_assignment_counts(tmp_path: Path) -> None:
    tree(tmp_path, "s001/borrador.ipynb", "s001/LSTM_GRU.ipynb", "s002/a.ipynb")
    found, _ = find([tmp_path], "lstm_gru")
    assert found.filename == "LSTM_GRU.ipynb"
    assert "borrador.ipynb" in found.notes[0].en


@pytest.mark.parametrize("draft", ["borrador.ipynb", "viejo/borrador.ipynb", "ana.ipynb"])
def test_nothing_is_chosen_in_a_folder_that_may_be_a_class_s(tmp_path: Path, draft: str) -> None:
    tree(tmp_path, f"entregas/{draft}", "entregas/lstm_gru.ipynb")
    (found,) = find([tmp_path], "lstm_gru")
    assert "give the folder that they are in" in aside(found)
    assert f"entregas/{draft}" in aside(found)


def test_one_student_in_a_folder_and_a_zip_is_set_aside(tmp_path: Path) -> None:
    zipped(tree(tmp_path, "s001/a.ipynb") / "s001.zip", "b.ipynb")
    (found,) = find([tmp_path])
    assert re.search(r"s001\.zip » b\.ipynb and .*s001/a\.ipynb", aside(found))


def test_a_zip_beside_the_notebook_in_a_students_folder_does_not_count(tmp_path: Path) -> None:
    zipped(tree(tmp_path, "s001/a.ipynb") / "s001/datos.zip", "b.ipynb")
    (found,) = find([tmp_path])
    assert found.filename == "a.ipynb"


def test_one_student_under_two_paths_is_set_aside(tmp_path: Path) -> None:
    tree(tmp_path, "one/s001.ipynb", "two/s001.ipynb", "two/s002.ipynb")
    found, other = find([tmp_path / "one", tmp_path / "two"])
    assert re.search(r"one.s001\.ipynb and .*two.s001\.ipynb", aside(found))
    assert not other.aside


def test_the_same_file_given_twice_counts_once(tmp_path: Path) -> None:
    tree(tmp_path, "s001.ipynb")
    assert students(find([tmp_path, tmp_path / "s001.ipynb"])) == ["s001"]


def test_several_notebooks_in_a_students_zip_set_the_student_aside(tmp_path: Path) -> None:
    zipped(tmp_path / "s001.zip", "a.ipynb", "b.ipynb")
    zipped(tmp_path / "s002.zip", "c.ipynb")
    found, _ = find([tmp_path])
    assert "s001.zip » a.ipynb and " in aside(found)


@pytest.mark.parametrize("name", ["nowhere", "nowhere.ipynb", "nul\0.ipynb"])
def test_a_path_that_is_not_there_is_said_so(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="does not exist"):
        find([tmp_path / name])


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"notas\.pdf is not a notebook"):
        find([tree(tmp_path, "notas.pdf") / "notas.pdf"])


@pytest.mark.parametrize("names", [[], ["fotos/a.png"], ["LEEME.txt"]])
def test_a_folder_with_nothing_to_grade_says_what_was_sought(
    tmp_path: Path, names: list[str]
) -> None:
    with pytest.raises(UsageError, match=r"No notebook .* for lstm_gru in "):
        find([tree(tmp_path, *names)], "lstm_gru")


def test_one_empty_path_among_others_is_not_passed_over(tmp_path: Path) -> None:
    tree(tmp_path, "full/s001.ipynb", "empty/")
    with pytest.raises(UsageError, match="empty"):
        find([tmp_path / "full", tmp_path / "empty"])


# Reading


def test_a_submission_survives_pickling(tmp_path: Path) -> None:
    (found,) = find([zipped(tmp_path / "s001.zip", "a.ipynb")])
    assert pickle.loads(pickle.dumps(found)).read() == NOTEBOOK  # noqa: S301 - our own bytes


def test_the_digest_is_of_the_bytes_or_of_none(tmp_path: Path) -> None:
    ana, luis = find([tree(tmp_path, "ana/foto.png", "luis/a.ipynb")])
    assert luis.digest == sha256(NOTEBOOK).hexdigest()
    assert ana.digest == sha256(b"").hexdigest()


def test_a_submission_may_hold_its_bytes() -> None:
    assert Submission("s001", "s001", "a.ipynb", NOTEBOOK).read() == NOTEBOOK
    with pytest.raises(UnreadableError, match="más de 0 MB"):
        Submission("s001", "s001", "a.ipynb", NOTEBOOK).read(limit=3)


def test_a_large_notebook_is_held_once_while_it_is_read(tmp_path: Path) -> None:
    path = tree(tmp_path, "s001.ipynb") / "s001.ipynb"
    size = MAX_NOTEBOOK - members.MEGABYTE
    os.truncate(path, size)
    tracemalloc.start()
    try:
        assert len(Source(path).read(MAX_NOTEBOOK)) == size
        assert tracemalloc.get_traced_memory()[1] < 1.5 * size
    finally:
        tracemalloc.stop()


def test_a_notebook_that_is_too_large_is_a_problem_before_it_is_read(tmp_path: Path) -> None:
    os.truncate(tree(tmp_path, "s001.ipynb") / "s001.ipynb", MAX_NOTEBOOK + 1)
    (found,) = find([tmp_path])
    assert "más de 20 MB" in str(found.problem)


def test_a_file_that_grew_since_is_not_read_beyond_the_limit(tmp_path: Path) -> None:
    (found,) = find([tree(tmp_path, "s001.ipynb")])
    os.truncate(tmp_path / "s001.ipynb", MAX_NOTEBOOK + 1)
    with pytest.raises(UnreadableError, match="más de 20 MB"):
        found.read()


def test_a_file_that_is_gone_is_nobodys_fault(tmp_path: Path) -> None:
    (found,) = find([tree(tmp_path, "s001.ipynb")])
    (tmp_path / "s001.ipynb").unlink()
    with pytest.raises(GraderError, match="put it back"):
        found.read()


@pytest.mark.parametrize("target", ["../secret.ipynb", "../s002/a.ipynb", "nowhere"])
def test_a_link_is_not_followed(tmp_path: Path, target: str) -> None:
    tree(tmp_path, "class/s001/", "class/s002/a.ipynb", "secret.ipynb")
    (tmp_path / "class/s001/a.ipynb").symlink_to(target)
    (tmp_path / "class/s003").symlink_to(tmp_path)
    problems = [one.problem for one in find([tmp_path / "class"])]
    assert problems == [archives.LINK, None, archives.LINK]


@pytest.mark.skipif(os.name == "nt", reason="no FIFOs")
def test_a_fifo_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "s001.ipynb")
    (found,) = find([tmp_path])
    assert found.problem == archives.SPECIAL
    with pytest.raises(UnreadableError, match="normal"):
        Source(tmp_path / "s001.ipynb").read(10)


# Zips


def a_link(archive: zipfile.ZipFile) -> None:
    info = zipfile.ZipInfo("enlace.ipynb")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    archive.writestr(info, "/etc/passwd")


def a_device(archive: zipfile.ZipFile) -> None:
    info = zipfile.ZipInfo("disco")
    info.external_attr = (stat.S_IFBLK | 0o666) << 16
    archive.writestr(info, "")


def encrypted(archive: zipfile.ZipFile) -> None:
    archive.filelist[0].flag_bits |= 1


def overlapping(archive: zipfile.ZipFile) -> None:
    archive.filelist[1].header_offset = archive.filelist[0].header_offset


def huge_in_all(archive: zipfile.ZipFile) -> None:
    archive.filelist[0].file_size = members.MAX_TOTAL


def of_many_entries(archive: zipfile.ZipFile) -> None:
    for number in range(members.MAX_ENTRIES):
        archive.writestr(zipfile.ZipInfo(f"{number}"), b"")


def with_a_bomb(archive: zipfile.ZipFile) -> None:
    archive.writestr("bomba.csv", bytes(3 * members.MEGABYTE))


def of_another_method(archive: zipfile.ZipFile) -> None:
    archive.writestr("otro.csv", b"1", zipfile.ZIP_BZIP2)


def with_twins(archive: zipfile.ZipFile) -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("datos.csv", b"")


def named(name: str) -> Callable[[zipfile.ZipFile], None]:
    return lambda archive: archive.writestr(name, NOTEBOOK)


ATTACKS = [
    (a_link, "enlace o un dispositivo", "link or a device"),
    (a_device, "enlace o un dispositivo", "link or a device"),
    (encrypted, "protegido con contraseña", "encrypted"),
    (overlapping, "se solapan", "overlap"),
    (huge_in_all, "más de", "more than"),
    (of_many_entries, "más de", "more than"),
    (of_another_method, "poco común", "deflate"),
    (with_twins, "mismo nombre", "two files named"),
    *(
        (named(name), "un nombre no válido", "leads outside")
        for name in ("../x.ipynb", "/etc/x.ipynb", "a\\..\\..\\x.ipynb", "C:\\x.ipynb", "\\x")
    ),
]


@pytest.mark.parametrize(("forge", "spanish", "english"), ATTACKS)
def test_a_hostile_zip_is_its_students_problem(
    tmp_path: Path, forge: Callable[[zipfile.ZipFile], object], spanish: str, english: str
) -> None:
    del english
    forged(tree(tmp_path, "s002.ipynb") / "s001.zip", forge)
    bad, good = find([tmp_path])
    assert spanish in str(bad.problem)
    assert not good.problem


@pytest.mark.parametrize(("forge", "spanish", "english"), ATTACKS)
def test_a_hostile_zip_of_a_class_is_refused(
    tmp_path: Path, forge: Callable[[zipfile.ZipFile], object], spanish: str, english: str
) -> None:
    del spanish
    with pytest.raises(UsageError, match=english):
        find([forged(tmp_path / "class.zip", forge)])


def test_a_bomb_in_a_students_zip_is_the_students_problem(tmp_path: Path) -> None:
    forged(tmp_path / "s001.zip", with_a_bomb)
    (found,) = find([tmp_path])
    assert found.problem == members.BOMB


def test_a_bomb_in_a_zip_of_a_class_costs_its_student_alone(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "class.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("s001.ipynb", bytes(3 * members.MEGABYTE))
        archive.writestr("s002.ipynb", NOTEBOOK)
    assert [one.problem for one in find([tmp_path / "class.zip"])] == [members.BOMB, None]


def test_a_nul_in_a_zips_name_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "s001.zip", "aXb.ipynb")
    path.write_bytes(path.read_bytes().replace(b"aXb", b"a\0b"))
    (found,) = find([tmp_path])
    assert "un nombre no válido" in str(found.problem)


def test_a_zip_that_is_none_is_the_students_problem(tmp_path: Path) -> None:
    (found,) = find([tree(tmp_path, "s001.zip")])
    assert "dañado" in str(found.problem)


def test_a_directory_too_large_to_hold_is_not_read(tmp_path: Path) -> None:
    path = zipped(tmp_path / "s001.zip", "a.ipynb")
    with zipfile.ZipFile(path, "a") as archive:
        archive.filelist[0].comment = bytes(60_000)
        archive.filelist.extend(archive.filelist * 200)
        archive.comment = b"x"
    (found,) = find([tmp_path])
    assert "más de" in str(found.problem)


def test_a_header_that_lies_about_its_size_is_found_out(tmp_path: Path) -> None:
    def lie(archive: zipfile.ZipFile) -> None:
        archive.filelist[0].file_size = 3

    forged(tmp_path / "s001.zip", lie)
    (found,) = find([tmp_path])
    with pytest.raises(UnreadableError, match="dañado"):
        found.read()


def test_deep_folders_in_a_zip_are_not_looked_into(tmp_path: Path) -> None:
    zipped(tmp_path / "s001.zip", "a/" * 5000 + "x.ipynb")
    zipped(tmp_path / "s002.zip", "x.ipynb")
    assert [one.problem for one in find([tmp_path])] == [NO_NOTEBOOK, None]


@given(st.lists(st.tuples(st.integers(0, 300), st.integers(0, 255)), max_size=6), st.booleans())
def test_a_damaged_zip_is_read_or_refused_and_nothing_else(
    changes: list[tuple[int, int]],
    cut: bool,  # noqa: FBT001
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = zipped(Path(folder) / "s001.zip", "a.ipynb", "b/c.ipynb")
        content = bytearray(path.read_bytes())
        for position, value in changes:
            content[position % len(content)] = value
        path.write_bytes(content[: -5 if cut else None])
        with suppress(UnreadableError):
            for entry in list_archive(Source(path)):
                if not entry.folder:
                    entry.source.read(1000)


# Ids

WINDOWS = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


@given(st.text(max_size=400))
def test_an_id_is_a_safe_file_name(student: str) -> None:
    identity = safe_id(student)
    assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", identity)
    assert len(identity) <= 80
    assert not WINDOWS.fullmatch(identity)
    assert safe_id(identity) == identity


@given(st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", fullmatch=True))
def test_an_ordinary_id_stays_as_it_is(student: str) -> None:
    assert safe_id(student) == student or WINDOWS.fullmatch(student) or student.lower() == "index"


@pytest.mark.parametrize(
    "student",
    [
        *("", ".", "..", "../x", "a..b", "-x", ".x", "x.", "a b", "a/b", "a\\b", "x" * 300),
        *(
            "CON",
            "nul.txt",
            "Com1",
            "index",
            "José",
            "раvel",
            "a\u202eb",
            "a\x1b[2J",
            "a\0",
            "\udc80",
        ),
    ],
)
def test_an_id_that_could_do_harm_gets_a_hash(student: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9-]+-[0-9a-f]{8}", safe_id(student))


def test_a_hashed_id_can_still_be_read() -> None:
    assert safe_id("José Pérez").startswith("Jose-Perez-")


def test_ids_that_differ_in_case_alone_get_a_hash(tmp_path: Path) -> None:
    tree(tmp_path, "Ana/a.ipynb", "ana/a.ipynb", "luis/a.ipynb")
    found = find([tmp_path])
    assert len({one.id.lower() for one in found}) == 3
    assert [one.id for one in found if one.student == "luis"] == ["luis"]


def test_an_id_that_imitates_anothers_hash_is_told_apart(tmp_path: Path) -> None:
    tree(tmp_path, "José/a.ipynb", f"{safe_id('José')}/a.ipynb")
    assert len({one.id.lower() for one in find([tmp_path])}) == 2


def test_a_name_in_two_unicode_forms_is_one_student(tmp_path: Path) -> None:
    tree(tmp_path, "one/Jose\u0301.ipynb", "two/José.ipynb")
    (found,) = find([tmp_path / "one", tmp_path / "two"])
    assert (found.student, bool(found.aside)) == ("José", True)


@pytest.mark.skipif(os.name == "nt" or os.uname().sysname == "Darwin", reason="names are Unicode")
def test_a_name_that_is_not_utf8_can_still_be_written(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"a\xff.ipynb")).write_bytes(NOTEBOOK)
    (found,) = find([tmp_path])
    assert found.student.encode("utf-8")
    assert found.filename == r"a\udcff.ipynb"


def test_what_does_not_print_is_spelt_out() -> None:
    assert plain("a\x1b[2J\u202eñ") == r"a\x1b[2J\u202eñ"


def test_the_order_does_not_depend_on_the_paths(tmp_path: Path) -> None:
    tree(tmp_path, "one/b.ipynb", "two/a.ipynb", "two/c/x.ipynb")
    one, two = tmp_path / "one", tmp_path / "two"
    assert find([one, two]) == find([two, one])
