"""`lncohort explain`."""

from typing import Annotated

import typer


def explain(
    name: Annotated[str, typer.Argument(help="a table, a column, or a word of a rule")],
) -> None:
    """Print the rule behind a table, a column or a setting, and its file in sql/."""
    from lncohort.explain import explain as tell

    typer.echo(tell(name))
