"""Columns that a mapping file names and a table has not: what is told of them."""

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

from lncohort.errors import UserError
from lncohort.mapping.model import SourceTable
from lncohort.sources import detect

HOW_IT_IS_READ = ("encoding", "delimiter", "header_row")


def refuse_missing_columns(
    table: SourceTable, named: Sequence[str], found: Sequence[str], root: Path | str
) -> None:
    """Refuse a table that lacks columns which the mapping names.

    Where the file looks as if it is read in another way, that is told. Of what was found only a name
    like the missing one is: in a wrong or broken row of names stand the values of a patient.

    Parameters
    ----------
    table
        Of the mapping.
    named
        The columns that it names.
    found
        The columns of the source.
    root
        Where the sources are.

    Raises
    ------
    UserError
        With every column that is missing.
    """
    missing = [column for column in named if column not in found]
    if not missing:
        return
    otherwise = _read_otherwise(table, root)
    if otherwise:
        raise UserError(
            f"{table.source.label}: column {', '.join(missing)}: not there as table.{table.name} "
            f"has the file read; it looks like one of {otherwise}. Correct table.source."
        )
    raise UserError(
        "\n".join(
            f"{table.source.label}: column {column}: not there, though table.{table.name} names "
            f"it; found {_nearest(column, found)}. Correct the name."
            for column in missing
        )
    )


def _read_otherwise(table: SourceTable, root: Path | str) -> str:
    """The keys by which the file seems to be read, where they are not those of the mapping."""
    spec = table.source
    if spec.format not in ("text", "excel"):
        return ""
    try:
        seems = detect(Path(root) / spec.path, spec.table)
    except UserError:
        return ""
    differing = {
        key: getattr(seems, key)
        for key in HOW_IT_IS_READ
        if getattr(seems, key) != getattr(spec, key)
    }
    if "header_row" in differing and seems.header_row is None:
        return "no header_row: no row names the columns, which are then column_1 and so on"
    return ", ".join(f"{key} = {value!r}" for key, value in differing.items())


def _nearest(column: str, found: Sequence[str]) -> str:
    near = get_close_matches(column, found, n=1)
    if near:
        return f'"{near[0]}", if that is it'
    return f"{len(found) - 1} columns, none of a name like it; see the row of names of the file"
