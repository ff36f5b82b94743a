"""`lncohort check`."""

from pathlib import Path
from typing import Annotated

import typer

from lncohort.cli.arguments import MappingOrNone


def check(
    extract: Annotated[Path | None, typer.Argument(help="folder of the extract")] = None,
    mapping: MappingOrNone = None,
    study: Annotated[
        str | None, typer.Option("--study", help="the study it is for; of an extract: nanjing")
    ] = None,
) -> None:
    """Check an extract, or what a mapping makes of a hospital's tables; exit code 0 or 2."""
    from lncohort.errors import UserError
    from lncohort.preview import print_check
    from lncohort.study import load_study
    from lncohort.terminal import print_progress, print_table

    if (extract is None) == (mapping is None):
        raise UserError(
            "check: expected the folder of an extract or --mapping FILE, one of the two"
        )
    if mapping is not None:
        from lncohort.mapping.extract import map_extract
        from lncohort.mapping.tell import told
        from lncohort.mapping.usable import unusable

        mapped = map_extract(mapping, progress=print_progress, refuse=False)
        for title, columns, rows in told(mapped.account):
            print_table(title, columns, rows)
        if faults := unusable(mapped.account):
            raise UserError("\n".join(faults))
        extract = mapped.folder
    if mapping is None or study is not None:
        print_check(extract, load_study(study or "nanjing"))
