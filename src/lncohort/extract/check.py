"""Whether a folder meets the data contract, judged from the files' schemas alone."""

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
    if not path.is_file():
        present = [file.name for file in folder.iterdir()]
        near = get_close_matches(path.name, present, n=1)
        found = f'found "{near[0]}"' if near else f"found {len(present)} other files"
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
        if (message := _column_error(path.name, schema, column, rows))
    ]
    if rows == 0 and table.name in NEVER_EMPTY:
        errors.append(f"{path.name}: has no rows; expected one row or more: {table.row}.")
    return errors


def _column_error(file: str, schema: pa.Schema, column: Column, rows: int) -> str | None:
    if column.name not in schema.names:
        near = get_close_matches(column.name, schema.names, n=1)
        hint = f'rename "{near[0]}", if that is it' if near else "add it"
        return (
            f"{file}: column {column.name}: missing in {rows} rows; found "
            f"{', '.join(schema.names)}; expected {column.type}: {column.meaning}; {hint}."
        )
    found = schema.field(column.name).type
    if _is_of_type(found, column):
        return None
    return (
        f"{file}: column {column.name}: has the wrong type in {rows} rows; found {found}, "
        f"expected {column.type}; cast it before writing the file."
    )


def _is_of_type(found: pa.DataType, column: Column) -> bool:
    if types.is_null(found):
        return column.nullable
    if types.is_dictionary(found):
        found = found.value_type
    return {
        "text": types.is_string(found)
        or types.is_large_string(found)
        or str(found) == "string_view",
        "date": types.is_date(found) or types.is_timestamp(found),
        "integer": types.is_integer(found),
        "number": types.is_integer(found) or types.is_floating(found) or types.is_decimal(found),
    }[column.type]
