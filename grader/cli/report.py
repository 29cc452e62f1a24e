"""`grader report`: the pages of a results folder again."""

from typing import Annotated, Optional

import typer

from grader.cli.options import FolderArgument, Lang


def report(
    folder: FolderArgument,
    lang: Annotated[
        Optional[Lang], typer.Option(help="The language of the pages; as they are by default.")
    ] = None,
) -> None:
    """Make the pages again, in report/, from the results that are there."""
    from grader.storage.stored import StoredResults

    typer.echo(StoredResults.read(folder).report(lang.value if lang else None))
