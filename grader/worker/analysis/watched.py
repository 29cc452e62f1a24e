"""What no assignment has a use for, by dotted name: a person should look at it."""

from __future__ import annotations

import re

from grader.worker.messages import Translatable, notice

_LONGEST_SHOWN = 100

# What runs the text that it is given, and the position and name of that argument.
CODE_FROM_TEXT = {
    "builtins.eval": "source",
    "builtins.exec": "source",
    "builtins.compile": "source",
    "torch.jit.CompilationUnit": "lang",
    "timeit.timeit": "stmt",
    "timeit.repeat": "stmt",
    "timeit.Timer": "stmt",
    "cProfile.run": "statement",
    "profile.run": "statement",
}
IMPORTERS = frozenset({"builtins.__import__", "importlib.import_module", "importlib.__import__"})
# Modules that nobody else looks into, least of all for a name that is put together.
DARK_CORNERS = re.compile(r"torch\.(_VF|_C|ops|_decomp|ao|nn\.modules\.rnn)(\..*)?")
HIDDEN_ATTRIBUTES = frozenset(
    {
        *("__builtins__", "__closure__", "__code__", "__globals__", "__subclasses__"),
        *("cr_frame", "f_back", "f_builtins", "f_globals", "f_locals", "gi_frame", "tb_frame"),
    }
)
_WATCHED = [
    (re.compile(rf"({pattern})(\..*)?"), why)
    for pattern, why in (
        (r"grader", notice("is the grader itself")),
        (r"builtins\.(eval|exec|compile|__import__)", notice("runs code that is in a string")),
        (
            r"importlib\.(import_module|__import__)",
            notice("imports a module whose name is in a string"),
        ),
        (
            r"importlib\.(machinery|reload|util\.(module_from_spec|spec_from_\w+))",
            notice("loads modules by hand, without import"),
        ),
        (r"imp|runpy|zipimport", notice("loads modules by hand, without import")),
        (r"(ctypes|cffi)", notice("calls code that is not written in Python")),
        (r"(base64|codecs)\.\w*decode\w*", notice("decodes data that could be code")),
        (r"binascii\.(a2b_\w+|unhexlify)", notice("decodes data that could be code")),
        (r"builtins\.(bytes|bytearray)\.fromhex", notice("decodes data that could be code")),
        (r"(zlib|bz2|lzma|gzip)\.decompress", notice("decodes data that could be code")),
        (
            r"(marshal|_?pickle|dill|cloudpickle|joblib)\.(loads?|_?Unpickler)",
            notice("decodes data that could be code"),
        ),
        (
            r"sys\.(modules|_getframe|_current_frames|settrace|setprofile|addaudithook|meta_path)",
            notice("looks inside the program that runs it"),
        ),
        (
            r"gc\.(get_objects|get_referrers|get_referents|freeze|unfreeze)",
            notice("looks inside the program that runs it"),
        ),
        (
            r"inspect\.(stack|currentframe|trace|getouterframes|getinnerframes)",
            notice("looks inside the program that runs it"),
        ),
        (r"types\.(CodeType|FunctionType|FrameType)", notice("builds code objects by hand")),
        (
            r"subprocess|pty|os\.(system|popen|fork|forkpty|exec\w+|spawn\w+|posix_spawnp?)",
            notice("starts other programs"),
        ),
        (
            r"(torch\.)?multiprocessing\.(\w+\.)*(Process|Pool|get_context|spawn|start_processes)",
            notice("starts other programs"),
        ),
        (
            r"torch\.(hub|package|library|classes|jit\.load|export\.load|ops\.load_library)",
            notice("loads code that is not in the notebook"),
        ),
        (
            r"torch\.(utils\.cpp_extension|_C\._dispatch\w*|_C\._jit\w*)",
            notice("loads code that is not in the notebook"),
        ),
    )
]


def shown(name: str) -> str:
    """Return a name that a text of the student's may have made, fit to be shown."""
    return re.sub(r"[^\w.:]", "?", name)[:_LONGEST_SHOWN]


def reason(dotted: str) -> tuple[str, Translatable] | None:
    """Return what is to be looked at in a dotted name, and why."""
    for pattern, why in _WATCHED:
        if match := pattern.fullmatch(dotted):
            return match[1].removeprefix("builtins."), why
    return None
