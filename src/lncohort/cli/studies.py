"""`lncohort studies`."""

import typer


def studies() -> None:
    """List the studies that ship."""
    from lncohort.study import load_study
    from lncohort.study import studies as shipped

    for name in shipped():
        typer.echo(f"{name}: {load_study(name).info.title}")
