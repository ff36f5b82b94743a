"""`lncohort map`."""

from pathlib import Path
from typing import Annotated

import typer

from lncohort.cli.arguments import MappingFile


def map(
    mapping: MappingFile,
    out: Annotated[
        Path | None, typer.Option("--out", help="folder of the extract; else the mapping's own")
    ] = None,
) -> None:
    """Make the extract that a mapping file describes, from the hospital's own tables."""
    from lncohort.mapping.extract import map_extract
    from lncohort.terminal import print_progress

    mapped = map_extract(mapping, out, print_progress)
    rows = sum(table["used"] for table in mapped.account.tables)
    if mapped.was_unchanged:
        typer.echo("The hospital's tables and the mapping are unchanged: nothing was read again.")
    typer.echo(
        f"{mapped.folder}: {rows:,} rows used (patients' rows: they stay on this machine). What "
        f"became of the others: lncohort check --mapping {mapping}"
    )
