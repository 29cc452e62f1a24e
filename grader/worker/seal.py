"""What the student's process can do no more: run programs, call native code, exchange ours.

Python's own means are enough for honest work. What reaches below them is closed before the first
line of a notebook runs: programs by the kernel, function pointers in `ctypes` itself, and what is
left (opening libraries, copying torch's code objects, a second interpreter) by an audit hook, which
Python never takes away. The hook looks up nothing that the student's code could exchange, and no
garbage collector lists it.
"""

from __future__ import annotations

import ctypes
import errno
import gc
import platform
import struct
import sys
import types
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    Spring = Callable[[str], Any]
    """Is told a line of the bell's, and does not return."""

_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _SECCOMP_MODE_FILTER = 38, 22, 2
# By machine: AUDIT_ARCH_…, then what is refused: execve, execveat, memfd_create, whose files lie in
# no folder, and close_range; with the number of the argument that is a descriptor of ours close,
# dup2, dup3, shutdown, fcntl and ioctl.
_CALLS: dict[str, tuple[Any, ...]] = {
    "x86_64": (
        0xC000003E,
        *((59, None), (322, None), (319, None), (436, None)),
        *((3, 0), (33, 1), (292, 1), (48, 0), (72, 0), (16, 0)),
    ),
    "aarch64": (
        0xC00000B7,
        *((221, None), (281, None), (279, None), (436, None)),
        *((57, 0), (24, 1), (210, 0), (25, 0), (29, 0)),
    ),
}
_X32 = 0x40000000  # the same calls under numbers from here on
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06  # of the kernel's filter programs
_NUMBER, _ARCH, _ARGUMENTS = 0, 4, 16  # where they read
_ALLOW, _REFUSED = 0x7FFF0000, (_RETURN, 0, 0, 0x00050000 | errno.EPERM)

# Where CPython keeps what makes a type's instances and what calls them, in every version from 3.8
# on; the sizes and flags, which Python tells, show that it does.
_SIZE_AT, _CALL_AT, _FLAGS_AT, _NEW_AT = 32, 128, 168, 312

_LIBRARIES = frozenset({"ctypes.dlopen", "ctypes.dlsym", "ctypes.dlsym/handle"})
_MEMORY = frozenset(
    {
        *("ctypes.call_function", "ctypes.cdata", "ctypes.PyObj_FromPtr"),
        *("ctypes.string_at", "ctypes.wstring_at", "ctypes.memoryview_at"),
    }
)
_CODE = frozenset({"object.__setattr__", "function.__new__", "code.__new__", "exec"})
_INTERPRETERS = frozenset({"cpython.PyInterpreterState_New"})
_WATCHED = _LIBRARIES | _MEMORY | _CODE | _INTERPRETERS | {"import"}
_UNLISTED = (types.FunctionType, types.CellType, tuple)
_NATIVE_MODULES = ("_ctypes", "cffi", "_cffi", "_xx", "_interp", "_test")  # how they begin
_extensions: frozenset[str] = frozenset()


def forbid_calls(rope: int) -> None:
    """Have the kernel refuse, for good, to run a program in this process and in its children.

    Nor may anybody close, replace or change the descriptor `rope`, which rings the supervisor's
    bell.
    """
    arch, *rules = _CALLS.get(platform.machine(), (0,))
    if not (rules and sys.platform == "linux"):
        return
    steps = [(_LOAD, 0, 0, _ARCH), (_EQUAL, 1, 0, arch), _REFUSED]
    steps += [(_LOAD, 0, 0, _NUMBER), (_AT_LEAST, 0, 1, _X32), _REFUSED]
    for number, argument in rules:
        rest = [_REFUSED]
        if argument is not None:
            rest = [(_LOAD, 0, 0, _ARGUMENTS + 8 * argument), (_EQUAL, 0, 1, rope), _REFUSED]
        steps += [(_LOAD, 0, 0, _NUMBER), (_EQUAL, 0, len(rest), number), *rest]
    steps.append((_RETURN, 0, 0, _ALLOW))
    program = b"".join(struct.pack("=HBBI", *step) for step in steps)
    held = ctypes.create_string_buffer(program)
    described = ctypes.create_string_buffer(struct.pack("@HP", len(steps), ctypes.addressof(held)))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(
        _PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(described)
    ):
        raise OSError(ctypes.get_errno(), "the kernel takes no filter")


def list_extensions() -> None:
    """Note which modules of native code there are, before anybody can add one."""
    global _extensions  # noqa: PLW0603 - of this process and those that it forks
    found = (path for folder in sys.path if folder for path in Path(folder).rglob("*.so"))
    _extensions = frozenset(map(str, found))


def seal(spring: Spring, own_files: Collection[str], rope: int) -> None:
    """Close what no notebook needs, for this process and its children; `spring` is told of tries.

    `own_files` are the notebook's cells, whose code is the student's to do with as they like.
    Modules of native code are those that `list_extensions` found, and no others.
    """
    hook = _hook(spring, frozenset(own_files), _extensions, _folders(_packages()))
    unlist(hook)
    forbid_calls(rope)
    _close_function_pointers()
    sys.addaudithook(hook)


def _hook(  # noqa: C901 - one function, whose every name is its own
    spring: Spring, own_files: frozenset[str], trusted: frozenset[str], packages: tuple[str, ...]
) -> Callable[[str, tuple[Any, ...]], None]:
    libraries, memory, interpreters, watched = _LIBRARIES, _MEMORY, _INTERPRETERS, _WATCHED
    none, parts = None, str.rpartition
    native, of, text, function, code = (
        _NATIVE_MODULES,
        type,
        str,
        types.FunctionType,
        types.CodeType,
    )
    starts = str.startswith
    loaded = frozenset(filter(None, (getattr(one, "__file__", None) for one in _modules())))

    def theirs(file: Any) -> bool:
        return of(file) is text and starts(file, packages)

    def act(event: str, given: tuple[Any, ...]) -> str | None:  # noqa: C901, PLR0911 - one each
        if event in libraries:
            return "library"
        if event in memory:
            return "memory"
        if event in interpreters:
            return "interpreter"
        if event == "import":
            name, path = given[:2]
            if of(name) is not text:
                return "library"
            if path is none:  # any import: of a package's own modules Python code alone
                return "library" if starts(name, native) else None
            # CPython takes the last part of a name for the native module's own.
            listed = of(path) is text and path in trusted
            return None if listed and not starts(parts(name, ".")[2], native) else "library"
        if event == "object.__setattr__":
            changed = given[0]
            if given[1] != "__code__" or of(changed) is not function:
                return None
            file = changed.__code__.co_filename
            return None if file in own_files or starts(file, "<") else "code"
        if event == "code.__new__":
            return "code" if theirs(given[1]) else None
        if of(given[0]) is not code or not theirs(given[0].co_filename):
            return None
        copied = given[0].co_filename in loaded and given[0].co_name == "<module>"
        return "code" if event == "function.__new__" or copied else None

    def hook(event: str, given: tuple[Any, ...]) -> None:
        if event in watched:
            found = act(event, given)
            if found is not None:
                spring("?" + found)

    return hook


def unlist(*functions: Callable[..., Any]) -> None:
    """Have no garbage collector list functions, nor what they close over: they are never freed."""
    untrack = ctypes.pythonapi.PyObject_GC_UnTrack
    waiting: list[Any] = [*functions]
    while waiting:
        one = waiting.pop()
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(one))
        untrack(ctypes.py_object(one))
        if isinstance(one, types.FunctionType):
            waiting += (one.__closure__ and [one.__closure__, *one.__closure__]) or []
        elif isinstance(one, types.CellType) and gc.is_tracked(one.cell_contents):
            waiting += [one.cell_contents] if isinstance(one.cell_contents, _UNLISTED) else []


def _close_function_pointers() -> None:
    """Make `ctypes` unable to call anything: types and values stay, functions are no more.

    Its types say in C what makes and what calls a function. An audit hook would not do: Python
    tells nobody of a call to an address.
    """
    pointer: Any = ctypes.CDLL(None)._FuncPtr.__base__  # noqa: SLF001
    kinds: list[type] = [pointer]
    for kind in kinds:
        kinds += type.__subclasses__(kind)
    if not all(map(_is_known, kinds)):
        raise RuntimeError("this Python keeps its types in another way")
    # A type's namespace is shown by a proxy, whose first word is what it stands for.
    proxy = pointer.__dict__
    inside = ctypes.c_void_p.from_address(id(proxy) + object.__basicsize__)
    namespace = ctypes.cast(inside, ctypes.py_object).value
    for name in ("__call__", "__new__"):
        del namespace[name]
    ctypes.pythonapi.PyType_Modified(ctypes.py_object(pointer))
    spots = [id(kind) + at for kind in kinds for at in (_CALL_AT, _NEW_AT)]
    for word in [ctypes.c_void_p.from_address(spot) for spot in spots]:
        word.value = None


def _is_known(kind: type) -> bool:
    """Whether a type lies in memory as we think."""
    size = ctypes.c_ssize_t.from_address(id(kind) + _SIZE_AT).value
    flags = ctypes.c_ulong.from_address(id(kind) + _FLAGS_AT).value
    return (size, flags) == (kind.__basicsize__, kind.__flags__)


def _folders(paths: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"{path.rstrip('/')}/" for path in paths)


def _packages() -> Iterator[str]:
    """Yield the folders of torch and of this program: code that is not the student's to copy."""
    for name in ("torch", "grader"):
        yield from sys.modules[name].__path__


def _modules() -> list[types.ModuleType]:
    return [module for module in list(sys.modules.values()) if module is not None]
