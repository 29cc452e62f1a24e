"""`grader doctor`: whether this machine is fit to grade."""

from typing import TYPE_CHECKING, Annotated

import typer

from grader.cli.options import Device, DeviceOption, SandboxName

if TYPE_CHECKING:
    from grader.sandbox.api import Sandbox


def doctor(
    sandbox: Annotated[
        SandboxName, typer.Option(help="Which sandbox to try; auto: as in grade.")
    ] = SandboxName.auto,
    device: DeviceOption = Device.cpu,
) -> None:
    """Examine this machine: what it has, and whether every limit of the sandbox really holds."""
    from grader.core import console
    from grader.feedback import terminal
    from grader.sandbox import doctor, select

    def chosen() -> "Sandbox":
        return select.choose(sandbox.value, doctor.LIMITS, device.value, console.tell)

    screen, bad = console.console(), 0
    for finding in doctor.examine(chosen, device.value):
        screen.print(terminal.finding(finding))
        bad += finding.state == "bad"
    screen.print(
        f"\n{bad} problem{'s' * (bad > 1)} to fix before grading" if bad else "\nready to grade"
    )
    raise typer.Exit(1 if bad else 0)
