"""`grader report`: the pages of a results folder again."""

from typing import Annotated, Optional

import typer

from grader.cli.options import FolderArgument, Lang


def report(
    folder: FolderArgument,
    lang: Annotated[
        Optional[Lang], typer.Option(help="The language of the pages; unchanged if left out.")
    ] = None,
) -> None:
    """Write the pages in report/ again, from the stored results."""
    from grader.storage.stored import StoredResults

    typer.echo(StoredResults.read(folder).report(lang.value if lang else None))
