"""What a roster's columns hold, by what courses call them: ids, names, addresses, groups."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from grader.core.i18n import tr
from grader.core.spreadsheet import alike
from grader.core.text import plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from grader.core.i18n import Bilingual

_IDS = (
    *("id", "identifier", "identificador", "numero de id", "id number", "idnumber"),
    *("numero de identificacion", "sis user id", "sis id", "student id", "sid", "orgdefinedid"),
    *("org defined id", "id de estudiante", "id del estudiante", "matricula", "no. de matricula"),
    *("username", "user name", "nombre de usuario", "usuario", "user", "user id", "login"),
    *("login id", "sis login id", "codigo", "codigo de estudiante", "student number", "code"),
    *("numero de estudiante", "identificacion", "dni", "nie", "rut", "cedula", "legajo", "carnet"),
    *("expediente", "numero de control", "numero de cuenta", "registro", "student"),
)
"""What the column with a person's own id is called; the first that everybody has something in."""
_NAMES = (
    *("name", "full name", "nombre completo", "student", "student name", "nombre y apellidos"),
    *("nombre y apellido", "apellidos y nombre", "nombre / apellido(s)", "nombre/apellido(s)"),
    *("display name", "estudiante", "alumno", "nombre del estudiante"),
)
_FIRST = ("first name", "firstname", "given name", "nombre", "nombres", "nombre(s)")
_LAST = (
    *("last name", "lastname", "surname", "family name", "apellido(s)", "apellidos", "apellido"),
)
_EMAILS = (
    *("email", "e-mail", "email address", "e-mail address", "correo", "correo electronico", "mail"),
    *("direccion de correo", "direccion de correo electronico"),
)
_GROUPS = ("group", "groups", "group name", "grupo", "grupos", "nombre del grupo", "equipo", "team")
_PLACES = {
    *("moodle", "canvas", "github", "gradescope", "nbgrader", "blackboard", "brightspace"),
    *("teams", "ilias", "sakai", "github username"),
}
_NO_IDS = re.compile(
    r"section|seccion|role|rol|status|estado|phone|telefono|grade|nota|calificaci|points|puntos|"
    r"total|score|city|ciudad|country|pais|department|departamento|institution|institucion|"
    r"last (access|download)|ultimo acceso|ultima descarga|curso|course|year|ano|date|fecha|"
    r"identity|submission|submitted_at|late|listed|final|current"
)
_NUMBER = re.compile(r"-?[0-9]+[.,][0-9]+")


@dataclass(frozen=True)
class Columns:
    """Which column holds what, by the names in the file; `places` hold ids elsewhere.

    Those that are `doubtful` do so only if nothing in them is another person's.
    """

    id: str
    name: tuple[str, ...] = ()
    email: str = ""
    group: str = ""
    places: tuple[str, ...] = ()
    doubtful: tuple[str, ...] = ()


def columns(rows: Sequence[Mapping[str, str]]) -> Columns | None:
    """Return what a roster's columns hold; None where none has people's ids."""
    header = list(rows[0]) if rows else []
    full = [name for name in header if all(row[name] for row in rows)]
    email = _first(header, _EMAILS)
    own = _first(full, _IDS) or _first(header, ("id",))
    own = own or (email if email in full else "") or _first(header, _IDS)
    if not own:
        return None
    left = [name for name in header if name and name not in (own, email)]
    group, name = _first(left, _GROUPS), _first(left, _NAMES)
    first, last = _first(left, _FIRST), _first(left, _LAST)
    named = (name,) if name else tuple(filter(None, (first, last)))
    left = [one for one in left if one not in (group, name, first, last)]
    known = {*map(_letters, (*_IDS, *_PLACES))}
    sure = tuple(one for one in left if _letters(one) in known)
    doubtful = tuple(one for one in left if one not in sure and not _NO_IDS.search(alike(one)))
    return Columns(own, named, "" if email == own else email, group, sure, doubtful)


def none_has_ids(header: Sequence[str]) -> Bilingual:
    """Say which columns there are, and how to name one."""
    return tr(
        "the first line names the columns, but none is called id, or as the places of courses call "
        "it. There are {columns}: write “id” over the one with the students' ids",
        columns=", ".join(f"“{plain(name)}”" for name in header),
    )


def is_an_id(text: str) -> bool:
    """Whether a text in a doubtful column may be an id, and not a number of points."""
    return bool(text) and not _NUMBER.fullmatch(text)


def _first(header: Sequence[str], names: Sequence[str]) -> str:
    by_name = {_letters(name): name for name in reversed(header)}
    return next((by_name[one] for one in map(_letters, names) if one in by_name), "")


def _letters(name: str) -> str:
    return "".join(char for char in alike(name) if char.isalnum())
