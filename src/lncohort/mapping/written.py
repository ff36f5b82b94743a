"""Writes the mapped tables as the Parquet files of the data contract."""

import time
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from duckdb import ColumnExpression, ConstantExpression, FunctionExpression

from lncohort.extract.contract import CONTRACT, Table
from lncohort.mapping.staging import Progress

READ_LAB = "lab_read"  # the used rows of mapped_lab with what their texts say
TYPES = {"text": "VARCHAR", "date": "DATE", "integer": "BIGINT", "number": "DOUBLE"}
ARROW = {"text": pa.string(), "date": pa.date32(), "integer": pa.int64(), "number": pa.float64()}
ROW_ORDER = ("table_number", "source_row", "row_part", "test_given")
PLACE = "place_"  # before the name of a column that tells the order of rows
BATCH_ROWS = 100_000


def write_tables(connection: duckdb.DuckDBPyConnection, folder: Path, progress: Progress) -> None:
    """Write the used rows of every mapped table, in the order of the hospital's tables and rows.

    Parameters
    ----------
    connection
        With the mapped tables.
    folder
        Where the files are made.
    progress
        Called before each table, and once all are written.
    """
    started, rows = time.perf_counter(), 0
    identifiers = connection.table("patient_number").order("patient_id").select("identifier")
    patients = identifiers.to_arrow_table()["identifier"].combine_chunks()
    for table in CONTRACT:
        progress(f"write {table.name}", None, None)
        file = folder / f"{table.name}.parquet"
        used = _used(connection, table)
        order = [name for name in used.columns if name.startswith(PLACE)]
        written = _written(used, table, patients, file)
        if written is None:
            written = _written(used.order(", ".join(order)), table, patients, file)
        rows += written
    progress("write", rows, time.perf_counter() - started)


def _used(connection: duckdb.DuckDBPyConnection, table: Table) -> duckdb.DuckDBPyRelation:
    """The used rows in the columns of the contract, behind those that tell their order."""
    if table.name == "lab":
        used = connection.view(READ_LAB)
    else:
        rows = connection.table(f"mapped_{table.name}")
        used = rows.filter(ColumnExpression("fate") == ConstantExpression("used"))
    columns = [
        ColumnExpression(name).alias(PLACE + name) for name in ROW_ORDER if name in used.columns
    ]
    for column in table.columns:
        if column.name == "patient_id":
            columns.append(ColumnExpression(column.name))
            continue
        if column.name == "prescription_id":
            parts = [
                ColumnExpression(name).cast("VARCHAR") for name in ("table_number", "source_row")
            ]
            value = FunctionExpression("concat_ws", ConstantExpression("-"), *parts)
        elif column.name in used.columns:
            value = ColumnExpression(column.name)
        else:
            value = ConstantExpression(None)
        columns.append(value.cast(TYPES[column.type]).alias(column.name))
    return used.select(*columns)


def _written(
    rows: duckdb.DuckDBPyRelation, table: Table, patients: pa.Array, file: Path
) -> int | None:
    """How many rows were written; None, and a file to be made again, if one stands before an earlier."""
    schema = pa.schema([(column.name, ARROW[column.type]) for column in table.columns])
    coded = pa.schema(
        [
            (field.name, pa.dictionary(pa.int32(), field.type))
            if field.type == pa.string()
            else field
            for field in schema
        ]
    )
    last, count = None, 0
    with pq.ParquetWriter(file, coded, compression="zstd", store_schema=False) as writer:
        for batch in rows.to_arrow_reader(BATCH_ROWS):
            places = [
                batch[name].to_numpy() for name in batch.schema.names if name.startswith(PLACE)
            ]
            if last is not None:
                places_so_far = [np.append(one, two) for one, two in zip(last, places, strict=True)]
            else:
                places_so_far = places
            if not _are_in_order(places_so_far):
                return None
            last = [place[-1:] for place in places]
            columns = [_coded(batch[field.name], field, patients) for field in schema]
            writer.write_batch(pa.record_batch(columns, schema=coded))
            count += len(batch)
    return count


def _coded(values: pa.Array, field: pa.Field, patients: pa.Array) -> pa.Array:
    if field.name == "patient_id":
        return pa.DictionaryArray.from_arrays(pa.array(values.to_numpy() - 1), patients)
    return values.dictionary_encode() if field.type == pa.string() else values


def _are_in_order(places: list[np.ndarray]) -> bool:
    """Whether no row comes before the one that it stands behind."""
    is_later, is_same = False, True
    for place in places:
        is_later |= is_same & (place[1:] > place[:-1])
        is_same &= place[1:] == place[:-1]
    return bool(np.all(is_later | is_same))
