"""`lncohort describe`."""

import typer

from lncohort.cli.arguments import StudyArgument


def describe(study: StudyArgument) -> None:
    """Print the protocol of a study in plain English."""
    from lncohort.study import load_study
    from lncohort.study.describe import describe as tell

    typer.echo(tell(load_study(study)), nl=False)
