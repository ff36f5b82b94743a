"""`lncohort check`."""

from pathlib import Path
from typing import Annotated

import typer


def check(
    extract: Annotated[Path, typer.Argument(help="folder of the extract")],
    study: Annotated[str, typer.Option("--study", help="the study it is for")] = "nanjing",
) -> None:
    """Check an extract, and say what a run would reject; exit code 0 or 2."""
    from lncohort.preview import print_check
    from lncohort.study import load_study

    print_check(extract, load_study(study))
