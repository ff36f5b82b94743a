"""`lncohort pool`."""

from pathlib import Path
from typing import Annotated

import typer

from lncohort.cli.arguments import Out


def pool(
    results: Annotated[
        list[Path], typer.Argument(help="folders that `lncohort run` wrote, one a site")
    ],
    out: Out,
) -> None:
    """Pool the results of one study from several sites: no patient leaves any of them."""
    from lncohort.pooling.write import pool_folders, pooling_warnings

    pooled = pool_folders(results, out)
    for warning in pooling_warnings(pooled):
        typer.echo(f"warning: {warning}")
    typer.echo(f"pooled: {out / 'pooled.html'}")
