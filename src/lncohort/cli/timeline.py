"""`lncohort timeline`."""

from pathlib import Path
from typing import Annotated

import typer


def timeline(
    extract: Annotated[Path, typer.Argument(help="folder of the extract")],
    patient: Annotated[str, typer.Option("--patient", help="patient_id of the extract")],
    study: Annotated[str, typer.Option("--study", help="its drugs and rules")] = "nanjing",
    svg: Annotated[Path | None, typer.Option("--svg", help="picture to be made")] = None,
) -> None:
    """Show one patient for chart review: patient-level, stays on this machine."""
    from lncohort.extract.extract import Extract
    from lncohort.folders import write_new
    from lncohort.study import load_study
    from lncohort.terminal import print_table
    from lncohort.timeline import NOTICE, draw, patient_timeline

    found = patient_timeline(load_study(study), Extract.open(extract), patient)
    typer.echo(NOTICE)
    for name, on in found.marks.items():
        typer.echo(f"{name}: {on:%Y-%m-%d}")
    for title, columns, rows in found.printed():
        print_table(title, columns, rows)
    if svg is not None:
        write_new(svg, draw(found))
        typer.echo(f"{svg}: drawn. {NOTICE}")
