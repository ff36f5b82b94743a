"""`lncohort codes`."""

from pathlib import Path
from typing import Annotated

import typer


def codes(
    concept: Annotated[str, typer.Argument(help="a concept; without it all are listed")] = "",
    find: Annotated[str, typer.Option("--find", help="a name or code of an extract")] = "",
    lists: Annotated[list[Path] | None, typer.Option("--lists", help="CSV of your own")] = None,
    only: Annotated[bool, typer.Option("--only", help="without the shipped lists")] = False,
) -> None:
    """Print the codes and names that stand for a concept, or the concept of a name."""
    from lncohort.codes import read_code_lists
    from lncohort.codes.tell import all_concepts, found_concepts, of_concept
    from lncohort.terminal import print_table

    known = read_code_lists(lists or (), only)
    if find:
        title, columns, rows = found_concepts(known, find)
    elif concept:
        title, columns, rows = of_concept(known, concept)
    else:
        title, columns, rows = all_concepts(known)
    print_table(title, columns, rows)
