"""Columns that a mapping file names and a table has not: what is told of them."""

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

from lncohort.errors import UserError
from lncohort.mapping.model import SourceTable
from lncohort.sources import SourceSpec, detect

HOW_IT_IS_READ = ("encoding", "delimiter", "header_row")


def refuse_missing_columns(
    table: SourceTable,
    named: Sequence[str],
    files: Sequence[tuple[SourceSpec, Sequence[str]]],
    root: Path | str,
) -> None:
    """Refuse a table one of whose files lacks columns which the mapping names.

    Where a file looks as if it is read in another way, that is told. Of what was found only a name
    like the missing one is: in a wrong or broken row of names stand the values of a patient.

    Parameters
    ----------
    table
        Of the mapping.
    named
        The columns that it names.
    files
        The files of the source, each with its columns.
    root
        Where the sources are.

    Raises
    ------
    UserError
        With every column that is missing, and the first of the files without it.
    """
    lacking: dict[tuple[str, ...], list[tuple[SourceSpec, Sequence[str]]]] = {}
    for spec, found in files:
        missing = tuple(column for column in named if column not in found)
        if missing:
            lacking.setdefault(missing, []).append((spec, found))
    if lacking:
        raise UserError(
            "\n".join(_told(table.name, missing, of, root) for missing, of in lacking.items())
        )


def _told(
    name: str,
    missing: tuple[str, ...],
    files: list[tuple[SourceSpec, Sequence[str]]],
    root: Path | str,
) -> str:
    """What is said of files that lack the same columns."""
    spec, found = files[0]
    label = spec.label + (f" and {len(files) - 1} more files" if len(files) > 1 else "")
    otherwise = _read_otherwise(spec, root)
    if otherwise:
        return (
            f"{label}: column {', '.join(missing)}: not there as table.{name} has the file read; it "
            f"looks like one of {otherwise}. Correct table.source."
        )
    return "\n".join(
        f"{label}: column {column}: not there, though table.{name} names it; found "
        f"{_nearest(column, found)}. Correct the name."
        for column in missing
    )


def _read_otherwise(spec: SourceSpec, root: Path | str) -> str:
    """The keys by which a file seems to be read, where they are not those of the mapping."""
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
    return f"{len(found)} columns, none of a name like it; see the row of names of the file"
