"""Options and arguments that several commands have."""

from enum import Enum
from pathlib import Path
from typing import Annotated, Optional

import typer


class SandboxName(str, Enum):
    """Where student code runs."""

    auto = "auto"
    docker = "docker"
    bubblewrap = "bubblewrap"
    process = "process"


class Isolation(str, Enum):
    """How submissions are kept apart."""

    lane = "lane"
    strict = "strict"


class Lang(str, Enum):
    """The language of what is printed."""

    es = "es"
    en = "en"


class Device(str, Enum):
    """Where tensors live."""

    cpu = "cpu"
    cuda = "cuda"


FolderArgument = Annotated[Path, typer.Argument(metavar="DIR", help="The results folder.")]
StudentArgument = Annotated[
    str, typer.Argument(help="The student: an id as in grades.csv, or the name.")
]

AssignmentOption = Annotated[
    Optional[str],
    typer.Option("--assignment", help="Which assignment; not needed if only one fits."),
]
AssignmentsOption = Annotated[
    Optional[Path],
    typer.Option("--assignments", envvar="GRADER_ASSIGNMENTS", help="The assignments folder."),
]
DeviceOption = Annotated[Device, typer.Option(help="What student code computes on.")]
OutOption = Annotated[
    Optional[Path],
    typer.Option(help="Where to write; if left out, the place is chosen and printed."),
]
ExplanationsOption = Annotated[Lang, typer.Option(help="The language of the explanations.")]
CommentsOption = Annotated[Lang, typer.Option(help="The language of the comments.")]
