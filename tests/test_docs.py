"""What the pages show is so: links lead somewhere, commands are read, examples run."""

from __future__ import annotations

import contextlib
import importlib.util
import io
import re
import shlex
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import typer
from IPython.core.error import UsageError

from grader.assignments.scaffold import create
from grader.cli.main import app
from grader.integrations.jupyter import magic

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
OUTSIDE = [
    *(ROOT / f"{name}.md" for name in ("README", "SECURITY", "CONTRIBUTING", "CHANGELOG")),
    ROOT / "benchmarks" / "README.md",
]
PAGES = [*sorted(DOCS.rglob("*.md")), *OUTSIDE]
MOST_WORDS = 1200
OTHERS = {
    "--strict",  # of %check
    *("--submission", "--grader-seed", "--pdb"),  # of pytest, the first two by our plugin
    *("--extra-index-url", "--Execute"),  # of pip, of nbgrader
    *("--nthreads", "--tls-ca-file", "--tls-cert", "--tls-key"),  # of Dask's, by docker/cluster.sh
    "--rounds",  # of the attacks
}
"""Options of other programs that the pages name."""

_FENCED = re.compile(r"^```\w*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_INDENTED = re.compile(r"^(?: {4,}|\t).*$", re.MULTILINE)
_INLINE = re.compile(r"`([^`]+)`")
_LINK = re.compile(r"(?<!`)\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Shown:
    """A command that a page shows; `whole` where it stands on a line of its own, to be typed."""

    page: Path
    text: str
    whole: bool

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}: {self.text}"


def name_of(path: object) -> str:
    return str(path.relative_to(ROOT)) if isinstance(path, Path) else str(path)


def blocks(text: str) -> list[str]:
    """The code of a page that stands by itself, commands continued with a backslash as one."""
    found = [*_FENCED.findall(text), *_INDENTED.findall(_FENCED.sub("", text))]
    joined = "\n".join(line.strip() for block in found for line in block.splitlines())
    return joined.replace("\\\n", "").splitlines()


def shown(*programs: str) -> Iterator[Shown]:
    """Each command of these programs on all pages."""
    begins = tuple(f"{program} " for program in programs)
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for line in blocks(text):
            if line.startswith(begins):
                yield Shown(page, line, whole=True)
        for span in _INLINE.findall(_FENCED.sub("", text)):
            spoken = " ".join(span.split())
            if spoken.startswith(begins):
                yield Shown(page, spoken, whole=False)


GRADER = list(shown("grader"))
MAGIC = list(shown("%check"))
EXAMPLE = (DOCS / "authors" / "checks.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```$", EXAMPLE, re.MULTILINE | re.DOTALL)
CHECK, TEST = BLOCKS


@cache
def commands() -> Any:
    return typer.main.get_command(app)


def words(text: str) -> list[str]:
    """A command's words, up to what a shell would take for itself."""
    found = shlex.split(text, comments=True)
    ends = [n for n, word in enumerate(found) if word in {"|", "||", "&&", ">", ";"}]
    return found[1 : min(ends, default=len(found))]


def read(arguments: list[str]) -> None:
    """Read a command line as grader does, and run nothing. Raises what grader would say of it."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(typer.Exit):
        command, context, rest = commands(), None, arguments
        while hasattr(command, "resolve_command"):
            context = command.make_context("grader", rest, parent=context)
            rest = [*context._protected_args, *context.args]
            name, command, rest = command.resolve_command(context, rest)
        command.make_context(name, rest, parent=context)


def options_not_there(arguments: list[str]) -> set[str]:
    """What is said of a command in passing and is not there: its name, or an option."""
    command = commands()
    while (known := getattr(command, "commands", None)) and arguments:
        if not arguments[0].startswith("-") and arguments[0] not in known:
            return {arguments[0]}
        if arguments[0].startswith("-"):
            break
        command, arguments = known[arguments[0]], arguments[1:]
    there = {"--help", *(o for one in command.params for o in (*one.opts, *one.secondary_opts))}
    return {word for word in arguments if word.startswith("--")} - there


def test_the_front_page_is_short() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").split()) <= MOST_WORDS


def test_the_pages_are_built_without_a_warning(tmp_path: Path) -> None:
    pytest.importorskip("mkdocs")
    built = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path)],
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert built.returncode == 0, built.stderr
    pages = "".join(page.read_text(encoding="utf-8") for page in tmp_path.rglob("*.html"))
    assert re.findall(r"""<(?:script|link|img)[^>]*(?:src|href)=["']https?:[^"']*""", pages) == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_leads_somewhere(page: Path) -> None:
    """Links from files beside docs/, which mkdocs does not see, among them."""
    text = _FENCED.sub("", page.read_text(encoding="utf-8"))
    for link in _LINK.findall(text):
        if link.startswith(("https://", "http://", "mailto:")):
            continue
        file, _, anchor = link.partition("#")
        target = (page.parent / file).resolve() if file else page
        assert target.is_relative_to(ROOT), link
        assert target.exists(), link
        if anchor and target.suffix == ".md":
            assert anchor in anchors(target), link


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings."""
    headings = _HEADING.findall(_FENCED.sub("", page.read_text(encoding="utf-8")))
    plain = [re.sub(r"[^\w\s-]", "", heading.lower()).strip() for heading in headings]
    return {re.sub(r"\s", "-", heading) for heading in plain}


@pytest.mark.parametrize("command", [one for one in GRADER if one.whole], ids=str)
def test_every_command_that_is_to_be_typed_is_read(command: Shown) -> None:
    read(words(command.text))


@pytest.mark.parametrize("command", [one for one in GRADER if not one.whole], ids=str)
def test_every_command_that_is_named_is_there_with_its_options(command: Shown) -> None:
    assert options_not_there(words(command.text)) == set()


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_option_that_is_named_is_there(page: Path) -> None:
    """Also one that stands alone, such as in a table."""
    spans = _INLINE.findall(_FENCED.sub("", page.read_text(encoding="utf-8")))
    named = {option for span in spans for option in re.findall(r"(?<![\w-])--[a-zA-Z-]+", span)}
    assert named <= options(commands()) | OTHERS


def options(command: Any) -> set[str]:
    """All options of a command and of those below it."""
    own = {option for one in command.params for option in (*one.opts, *one.secondary_opts)}
    return own.union({"--help"}, *map(options, getattr(command, "commands", {}).values()))


def test_a_command_or_an_option_that_is_gone_fails() -> None:
    for gone in ("grader mark x", "grader grade x --fast", "grader export moodle r --sheet w"):
        with pytest.raises(Exception, match="No such"):
            read(words(gone))
        assert options_not_there(words(gone))


@pytest.mark.parametrize("command", MAGIC, ids=str)
def test_every_magic_is_read(command: Shown) -> None:
    magic._parser().parse_args(words(command.text))


def test_an_option_of_the_magic_that_is_gone_fails() -> None:
    with pytest.raises(UsageError, match="unrecognized"):
        magic._parser().parse_args(["--sheet", "w"])


SPOKEN = sorted({span for page in PAGES for span in _INLINE.findall(page.read_text("utf-8"))})
PATHS = [
    span
    for span in SPOKEN
    if re.fullmatch(r"(grader|tests|docs|docker|benchmarks|assignments|solutions)/[\w/.-]*", span)
    and not re.match(r"(assignments|solutions)/(elman|suave)", span)
]
MODULES = sorted(
    {
        name
        for page in PAGES
        for name in re.findall(r"python -m ([\w.]+)", page.read_text(encoding="utf-8"))
        if name.startswith(("grader", "benchmarks"))
    }
)
TARGETS = sorted(
    {
        name
        for page in PAGES
        for name in re.findall(r"(?:^    |`)make ([a-z]+)", page.read_text("utf-8"), re.MULTILINE)
    }
)


@pytest.mark.parametrize("path", PATHS)
def test_every_path_that_is_named_is_there(path: str) -> None:
    assert (ROOT / path).exists()


@pytest.mark.parametrize("name", MODULES)
def test_every_module_that_is_to_be_run_is_there(name: str) -> None:
    assert importlib.util.find_spec(name)


def test_every_target_that_is_named_is_in_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert set(TARGETS) <= set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A course as after `grader new elman`, with the page's check and its test."""
    create("elman", tmp_path / "assignments")
    checks = tmp_path / "assignments" / "elman" / "test_celda_rnn.py"
    checks.write_text(CHECK, encoding="utf-8")
    checks.with_name("words.toml").unlink()  # of the definition that stood there
    (tmp_path / "test_elman.py").write_text(TEST, encoding="utf-8")
    return tmp_path


def run(*arguments: str, cwd: Path) -> str:
    ran = subprocess.run(
        [sys.executable, "-m", *arguments], check=False, capture_output=True, text=True, cwd=cwd
    )
    return ran.stdout


@pytest.mark.slow
def test_the_example_tells_a_right_cell_from_a_wrong_one(course: Path) -> None:
    assert "2 passed" in run("pytest", "-q", "test_elman.py", cwd=course)


@pytest.mark.slow
def test_the_example_runs_as_plain_pytest_on_the_reference(course: Path) -> None:
    line = re.search(r"^    (pytest assignments/elman .*)$", EXAMPLE, re.MULTILINE)
    assert line
    assert "2 passed" in run(*line[1].split(), "-q", cwd=course)


@pytest.mark.parametrize("block", BLOCKS, ids=["check", "test"])
def test_the_example_is_written_as_our_own_code(block: str) -> None:
    ruff = [sys.executable, "-m", "ruff", "format", "--check", "--config", "pyproject.toml", "-"]
    ran = subprocess.run(ruff, check=False, input=block, capture_output=True, text=True, cwd=ROOT)
    assert ran.returncode == 0, ran.stderr


def test_the_layers_are_those_of_the_contract() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    (layers,) = (one["layers"] for one in contracts["contracts"] if one["type"] == "layers")
    page = (ROOT / "docs" / "contributors" / "architecture.md").read_text(encoding="utf-8")
    assert "\n".join(layer.replace("|", "·") for layer in layers) in page
