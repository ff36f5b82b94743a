"""Whether a folder meets the data contract, judged from the files' schemas alone."""

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import types

from lncohort.extract.contract import CONTRACT, Column, Table

NEVER_EMPTY = ("patient", "observation_period", "prescription", "lab")


def contract_errors(folder: Path) -> list[str]:
    """Every way in which a folder does not meet the data contract.

    Parameters
    ----------
    folder
        Folder of the extract.

    Returns
    -------
    list of str
        One message for each error: file, column, rows, found, expected, what to do. Empty when
        the contract is met.
    """
    if not folder.is_dir():
        what = "is a file" if folder.exists() else "does not exist"
        return [f"{folder}: {what}; expected the folder of an extract, with patient.parquet in it."]
    if not any(folder.iterdir()):
        return [f"{folder}: is empty; expected {len(CONTRACT)} Parquet files: {_file_names()}."]
    return [error for table in CONTRACT for error in _table_errors(folder, table)]


def _file_names() -> str:
    return ", ".join(f"{table.name}.parquet" for table in CONTRACT)


def _table_errors(folder: Path, table: Table) -> list[str]:
    path = folder / f"{table.name}.parquet"
    if path.is_dir():
        return [
            f"{path.name}: is a folder; expected one Parquet file. Write its parts as one file."
        ]
    if not path.is_file():
        others = {file.stem: file.name for file in folder.iterdir()}
        near = _nearest(table.name, others, [table.name for table in CONTRACT])
        found = f'found "{others[near]}"' if near else f"found {len(others)} other files"
        return [
            f"{path.name}: missing; {found}, expected one row per {table.row.removeprefix('one ')}. "
            "Add the table; where there is nothing to tell, with no rows but its columns."
        ]
    try:
        file = pq.ParquetFile(path)
        schema, rows = file.schema_arrow, file.metadata.num_rows
        file.close()
    except (pa.ArrowException, OSError) as error:
        return [
            f"{path.name}: {path.stat().st_size} bytes that cannot be read as Parquet "
            f"({type(error).__name__}); expected a whole Parquet file. Write or copy it again."
        ]
    errors = [
        message
        for column in table.columns
        if (message := _column_error(table, schema, column, rows))
    ]
    if rows == 0 and table.name in NEVER_EMPTY:
        errors.append(f"{path.name}: has no rows; expected one row or more: {table.row}.")
    return errors


def _column_error(table: Table, schema: pa.Schema, column: Column, rows: int) -> str | None:
    file = f"{table.name}.parquet"
    count = schema.names.count(column.name)
    if count > 1:
        return f"{file}: column {column.name}: stands {count} times in {rows} rows; keep one."
    if count == 0 and column.optional:
        return None
    if count == 0:
        near = _nearest(column.name, schema.names, [other.name for other in table.columns])
        hint = f'rename "{near}", if that is it' if near else "add it"
        return (
            f"{file}: column {column.name}: missing in {rows} rows; found "
            f"{', '.join(schema.names)}; expected {column.type}: {column.meaning}; {hint}."
        )
    found = schema.field(column.name).type
    if _is_of_type(found, column):
        return None
    what_to_do = "cast it before writing the file"
    if _has_time_zone(found):
        what_to_do = "its day depends on the time zone, so write the local date"
    return (
        f"{file}: column {column.name}: has the wrong type in {rows} rows; found {found}, "
        f"expected {column.type}; {what_to_do}."
    )


def _nearest(name: str, found: Iterable[str], meant: list[str]) -> str | None:
    """The name nearest to one that is missing, among those with no meaning of their own."""
    near = get_close_matches(name, [other for other in found if other not in meant], n=1)
    return near[0] if near else None


def _has_time_zone(found: pa.DataType) -> bool:
    return types.is_timestamp(found) and found.tz is not None


def _is_of_type(found: pa.DataType, column: Column) -> bool:
    if types.is_null(found):
        return column.nullable
    if types.is_dictionary(found):
        found = found.value_type
    return {
        "text": types.is_string(found)
        or types.is_large_string(found)
        or str(found) == "string_view",
        "date": types.is_date(found) or (types.is_timestamp(found) and not _has_time_zone(found)),
        "integer": types.is_integer(found),
        "number": types.is_integer(found) or types.is_floating(found) or types.is_decimal(found),
    }[column.type]
