"""`lncohort init-study`."""

from pathlib import Path
from typing import Annotated

import typer


def init_study(
    file: Annotated[Path, typer.Argument(help="study file to be made")],
) -> None:
    """Write the Nanjing study with its comments into a file of your own."""
    from lncohort.folders import write_new
    from lncohort.study import study_source

    _, source = study_source("nanjing")
    write_new(file, source)
    typer.echo(f"{file}: edit it, then read it back with `lncohort describe {file}`")
