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

    screen, states = console.console(), []
    for finding in doctor.examine(chosen, device.value):
        screen.print(terminal.finding(finding))
        states.append(finding.state)
    screen.print(f"\n{doctor.total(states)}")
    raise typer.Exit(1 if "bad" in states else 0)
