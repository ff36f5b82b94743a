"""`lncohort results-table`."""

from pathlib import Path
from typing import Annotated

import typer

from lncohort.cli.arguments import Extract


def results_table(
    extract: Extract,
    out: Annotated[Path, typer.Option("--out", help="markdown file to be made")],
) -> None:
    """Write what the Nanjing study returns on a simulated extract beside what was published."""
    from lncohort.validate.results_table import write_results_table

    write_results_table(extract, out)
    typer.echo(f"{out}")
