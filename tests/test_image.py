"""The worker's image: what is in it, that it is made once, and what its system calls may be."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("docker")

from grader.core.errors import SandboxFault
from grader.core.i18n import same
from grader.sandbox.backends import image
from grader.sandbox.backends.image import ImageSpec, context_digest, ensure
from grader.sandbox.backends.recipe import docker_folder

if TYPE_CHECKING:
    from docker.client import DockerClient

PACKAGE = Path(image.__file__).parents[2]

# What the sandbox forbids, by its number on x86_64 and on aarch64, with arguments that the kernel
# would not answer with EPERM to this user if the profile let the call through.
REFUSED = {
    "shmget": (29, 194, "0, 4096, 0o1600"),
    "semget": (64, 190, "0, 1, 0o1600"),
    "msgget": (68, 186, "0, 0o1600"),
    "mq_open": (240, 180, "b'x', 0o102, 0o600, None"),
    "keyctl": (250, 219, "0, -3, 0"),
    "add_key": (248, 217, "b'user', b'x', b'x', 1, -3"),
    "io_uring_setup": (425, 425, "1, None"),
    "userfaultfd": (323, 282, "1"),
    "ptrace": (101, 117, "0, 0, None, None"),
    "process_vm_readv": (310, 270, "os.getpid(), None, 0, None, 0, 0"),
    "perf_event_open": (298, 241, "None, 0, -1, -1, 0"),
    "bpf": (321, 280, "0, None, 0"),
    "unshare": (272, 97, "0"),
    "pidfd_getfd": (438, 438, "-1, 0, 0"),
    "vmsplice": (278, 75, "-1, None, 0, 0"),
    "open_by_handle_at": (304, 265, "-1, None, 0"),
}
PROBE = """
import ctypes, errno, json, os, platform, socket
libc = ctypes.CDLL(None, use_errno=True)
machine = ("x86_64", "aarch64").index(platform.machine())
answers = {}
for name, (*numbers, arguments) in json.loads(os.environ["REFUSED"]).items():
    ctypes.set_errno(0)
    got = libc.syscall(numbers[machine], *eval(f"({arguments},)"))
    answers[name] = errno.errorcode.get(ctypes.get_errno(), "allowed") if got == -1 else "allowed"
got = libc.syscall(435, None, 0)
answers["clone3"] = errno.errorcode[ctypes.get_errno()]
for name, family in {"AF_INET": 2, "AF_INET6": 10, "AF_NETLINK": 16, "AF_ALG": 38, "AF_VSOCK": 40}.items():
    try:
        socket.socket(family, socket.SOCK_STREAM)
        answers[name] = "allowed"
    except OSError as error:
        answers[name] = errno.errorcode[error.errno]
print(json.dumps(answers))
"""  # noqa: E501 - a program
WORK = """
import multiprocessing, os, socket, subprocess, sys, threading
import IPython, ipywidgets, matplotlib.pyplot, msgpack, nbformat, numpy, pandas, tqdm
import torch, torch._dynamo
socket.socketpair()
thread = threading.Thread(target=torch.ones(8, 8).sum)
thread.start()
thread.join()
subprocess.run([sys.executable, "-c", "pass"], check=True)
child = os.fork()
if child == 0:
    if os.getuid() == 0:
        os.setresgid(20001, 20001, 20001)
        os.setresuid(20001, 20001, 20001)
    cell = torch.nn.LSTM(3, 5)
    cell(torch.ones(2, 1, 3))[0].sum().backward()
    torch.optim.Adam(cell.parameters()).step()
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
print("done", os.getuid())
"""


@pytest.fixture(scope="module")
def worker_image(docker_client: DockerClient) -> str:
    return ensure(docker_client, print)


def run(client: DockerClient, worker_image: str, program: str, **options: Any) -> str:
    """Run a program in the image as a lane's container runs: locked down."""
    profile = json.dumps(json.loads((docker_folder() / "seccomp.json").read_text()))
    answer = client.containers.run(
        worker_image,
        entrypoint=["python3", "-c", program],
        remove=True,
        read_only=True,
        network_mode="none",
        ipc_mode="none",
        cap_drop=["ALL"],
        cap_add=["SETUID", "SETGID"],
        security_opt=["no-new-privileges", f"seccomp={profile}"],
        tmpfs={
            "/work": "size=64m,mode=0711",
            "/student": "size=64m,mode=1777",  # in the place of the folder that the worker makes
            "/dev/mqueue": "size=4k,mode=0700",
        },
        mem_limit="2g",
        pids_limit=128,
        **options,
    )
    return str(answer.decode())


def test_the_image_is_made_once(docker_client: DockerClient, worker_image: str) -> None:
    said: list[object] = []
    assert ensure(docker_client, said.append) == worker_image
    assert said == []


def test_of_ours_the_image_holds_the_worker_and_the_protocol_alone(
    docker_client: DockerClient, worker_image: str
) -> None:
    every = docker_client.containers.run(
        worker_image,
        entrypoint=["find", "/", "-xdev", "-type", "f"],
        remove=True,
        network_mode="none",
    )
    files = {Path(line) for line in every.decode().splitlines()}
    ours = {path for path in files if {"grader", "rnn-grader", "lstm_gru"} & set(path.parts)}
    sources = [path for part in ("protocol", "worker") for path in (PACKAGE / part).rglob("*.*")]
    assert {path for path in ours if path.suffix != ".pyc"} == {
        Path("/opt/worker/grader") / path.relative_to(PACKAGE)
        for path in sources
        if path.suffix != ".pyc"
    }
    assert not any({"solutions", "assignments", "checks", "wheels"} & set(p.parts) for p in ours)
    assert not any(path.suffix in {".whl", ".ipynb"} for path in files if "opt" in path.parts[:2])


def test_everybody_can_read_the_worker_and_nobody_change_it(
    docker_client: DockerClient, worker_image: str
) -> None:
    wrong = ["(", "!", "-perm", "-o=r", "-o", "-perm", "/022", ")", "!", "-type", "l"]
    found = docker_client.containers.run(
        worker_image,
        entrypoint=["find", "/opt/worker", *wrong],
        remove=True,
        network_mode="none",
    )
    assert found == b""


def test_one_submission_cannot_list_the_folders_of_others(
    docker_client: DockerClient, worker_image: str
) -> None:
    program = "import os; print(*(oct(os.stat(p).st_mode) for p in ('/work', '/dev/mqueue')))"
    assert run(docker_client, worker_image, program).split() == ["0o40711", "0o40700"]


@pytest.mark.parametrize("user", [0, 12345])
def test_what_a_student_needs_works_under_the_profile(
    docker_client: DockerClient, worker_image: str, user: int
) -> None:
    home = {"HOME": "/student", "TMPDIR": "/student"}
    answer = run(docker_client, worker_image, WORK, user=user, environment=home)
    assert answer.splitlines()[-1] == f"done {user}"


@pytest.mark.parametrize("user", [0, 12345])
def test_what_a_student_must_not_do_is_refused(
    docker_client: DockerClient, worker_image: str, user: int
) -> None:
    environment = {"REFUSED": json.dumps(REFUSED)}
    answers = json.loads(
        run(docker_client, worker_image, PROBE, user=user, environment=environment)
    )
    families = ("AF_INET", "AF_INET6", "AF_NETLINK", "AF_ALG", "AF_VSOCK")
    assert answers == dict.fromkeys(REFUSED, "EPERM") | {"clone3": "ENOSYS"} | dict.fromkeys(
        families, "EAFNOSUPPORT"
    )


def test_the_profile_allows_no_call_twice_and_none_of_the_forbidden() -> None:
    profile = json.loads((docker_folder() / "seccomp.json").read_text())
    allowed = [
        name
        for rule in profile["syscalls"]
        if rule["action"] == "SCMP_ACT_ALLOW" and "args" not in rule
        for name in rule["names"]
    ]
    assert profile["defaultAction"] == "SCMP_ACT_ERRNO"
    assert len(allowed) == len(set(allowed))
    assert not set(allowed) & {*REFUSED, "clone", "clone3", "socket", "mount", "setns", "ipc"}


def test_base_and_torch_are_part_of_what_an_image_is_named_after() -> None:
    specs = (ImageSpec(), ImageSpec(base="debian"), ImageSpec(torch="torch==2.8.0"))
    assert len({context_digest(spec) for spec in specs}) == len(specs)


def test_base_and_torch_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADER_BASE", "debian")
    monkeypatch.setenv("GRADER_TORCH", "torch==2.8.0")
    assert ImageSpec.from_environment() == ImageSpec("debian", "torch==2.8.0")


def test_a_step_that_fails_is_told_with_its_last_lines() -> None:
    with pytest.raises(SandboxFault, match=r"no wheels; the last lines of bash:\nno such package"):
        image._run(["bash", "-c", "echo no such package >&2; exit 3"], same("no wheels"))
