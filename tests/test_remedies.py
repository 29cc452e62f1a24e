"""Without a sandbox: the one thing that is missing, and what protects before what does not."""

from __future__ import annotations

import socket
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from grader.core.errors import SandboxFault
from grader.core.i18n import same
from grader.core.limits import Limits
from grader.sandbox import select
from grader.sandbox.backends import bwrap, seccomp

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from grader.sandbox.api import Sandbox

SETTINGS = {
    "user/max_user_namespaces": ("0", "10000"),
    "kernel/apparmor_restrict_unprivileged_userns": ("1", "0"),
    "kernel/unprivileged_userns_clone": ("0", "1"),
}


def kernel(folder: Path, refusing: str = "") -> Path:
    for name, (refuses, allows) in SETTINGS.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"{refuses if name == refusing else allows}\n")
    return folder


@pytest.mark.parametrize("name", SETTINGS)
def test_of_the_kernel_s_settings_the_one_that_refuses_is_named(tmp_path: Path, name: str) -> None:
    told = bwrap.remedy(kernel(tmp_path, name), tmp_path).en
    assert told == f"as root, run sysctl {name.replace('/', '.')}={SETTINGS[name][1]}"


@pytest.mark.parametrize("mark", [".dockerenv", "run/.containerenv"])
def test_in_a_container_no_setting_is_to_blame(tmp_path: Path, mark: str) -> None:
    (tmp_path / mark).parent.mkdir(exist_ok=True)
    (tmp_path / mark).touch()
    assert "privileged" in bwrap.remedy(kernel(tmp_path / "proc"), tmp_path).en


def test_a_kernel_that_has_no_such_settings_blames_none(tmp_path: Path) -> None:
    assert "sysctl" not in bwrap.remedy(tmp_path, tmp_path).en


@pytest.mark.parametrize(
    ("host", "installed", "told"),
    [
        ("tcp://elsewhere:2375", True, "at DOCKER_HOST (tcp://elsewhere:2375)"),
        ("", True, "not running: as root, run systemctl start docker"),
        ("", False, "no Docker engine is installed: as root, run apt-get install docker.io"),
    ],
)
def test_of_an_engine_what_is_missing_is_told(
    tmp_path: Path, host: str, told: str, *, installed: bool
) -> None:
    engine = pytest.importorskip("grader.sandbox.backends.engine")
    said = engine.remedy(host, tmp_path / "no.sock", installed=installed)
    assert told in said.en


def test_who_may_not_use_the_engine_is_told_the_group(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = pytest.importorskip("grader.sandbox.backends.engine")
    with closing(socket.socket(socket.AF_UNIX)) as listening:
        listening.bind(str(tmp_path / "s"))
        monkeypatch.setattr(engine.os, "access", lambda *_: False)
        monkeypatch.setattr(engine.getpass, "getuser", lambda: "marta")
        said = engine.remedy("", tmp_path / "s", installed=True)
    assert "usermod -aG docker marta" in said.en


def test_missing_packages_are_pip_s_and_nobody_else_s(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyseccomp", None)
    with pytest.raises(SandboxFault, match=r"pip install 'rnn-grader\[bubblewrap\]'$"):
        seccomp.compiled()


@pytest.fixture
def nothing_works(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(name: str, *_: object, **__: object) -> Sandbox:
        raise SandboxFault(f"{name} lacks something")

    def no_docker() -> Callable[[], object]:
        raise SandboxFault("the engine is not running: start it")

    monkeypatch.setattr(select, "_open", refuse)
    monkeypatch.setattr(select, "_docker", no_docker)


@pytest.mark.usefixtures("nothing_works")
@pytest.mark.parametrize("lang", ["es", "en"])
@pytest.mark.parametrize("chosen", ["auto", "docker"])
def test_what_protects_is_advised_before_what_does_not(chosen: str, lang: str) -> None:
    with pytest.raises(SandboxFault) as fault:
        select.choose(chosen, Limits(), "cpu", lambda _: None)
    said = same(fault.value.said).to(lang)
    assert said.index("bubblewrap") < said.index("--sandbox process")
    assert "the engine is not running: start it" in said
    assert ".sh" not in said
