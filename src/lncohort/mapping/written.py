"""Writes the mapped tables as the Parquet files of the data contract."""

import time
from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from duckdb import ColumnExpression, ConstantExpression

from lncohort.ahead import ahead
from lncohort.extract.contract import CONTRACT, Table
from lncohort.mapping.staging import Progress

REPEATED = pa.dictionary(pa.int32(), pa.string())  # texts that many rows have
TYPES = {"text": REPEATED, "date": pa.date32(), "integer": pa.int64(), "number": pa.float64()}
TABLE, ROW, PARTS = "table_number", "source_row", ("row_part", "meaning")
PLACES = (TABLE, ROW, *PARTS)
AT_A_TIME = 400_000  # rows that are put in order in memory


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
        rows += _write(connection, table, patients, folder / f"{table.name}.parquet")
    progress("write", rows, time.perf_counter() - started)


def _write(
    connection: duckdb.DuckDBPyConnection, table: Table, patients: pa.Array, file: Path
) -> int:
    rows = connection.table(f"mapped_{table.name}")
    used = rows.filter(ColumnExpression("reason").isnull())
    needed = (*PLACES, *(column.name for column in table.columns))
    used = used.select(*(name for name in needed if name in rows.columns))
    meanings = None
    if "meaning" in rows.columns:
        meanings = connection.table("lab_meaning").order("meaning").to_arrow_table()
    own = table.key if len(table.key) == 1 else ()  # every row has its own
    schema = pa.schema(
        [
            (column.name, pa.string() if column.name in own else TYPES[column.type])
            for column in table.columns
        ]
    )
    count = 0
    with pq.ParquetWriter(
        file,
        schema,
        compression="zstd",
        use_dictionary=[name for name in schema.names if name not in own],
        # Of texts and numbers they cost as much as all else in writing.
        write_statistics=[column.name for column in table.columns if column.type == "date"],
        store_schema=False,
    ) as writer:
        for part in ahead(_in_order(used)):
            columns = [_column(part, field, patients, meanings) for field in schema]
            writer.write_batch(pa.record_batch(columns, schema=schema))
            count += len(part)
    return count


def _column(
    rows: pa.RecordBatch, field: pa.Field, patients: pa.Array, meanings: pa.Table | None
) -> pa.Array:
    """A column of the contract: where the rows hold numbers, of what these stand for."""
    if field.name == "patient_id":
        values = pa.DictionaryArray.from_arrays(pc.subtract(rows["patient_id"], 1), patients)
    elif field.name == "prescription_id":
        values = pc.binary_join_element_wise(
            rows[TABLE].cast(pa.string()), rows[ROW].cast(pa.string()), "-"
        )
    elif field.name in rows.schema.names:
        values = rows[field.name]
    elif meanings is not None:
        of_meanings = meanings[field.name].combine_chunks()
        if field.type == REPEATED:
            of_meanings = of_meanings.dictionary_encode()
        values = of_meanings.take(rows["meaning"])
    else:
        values = pa.nulls(len(rows), field.type)
    return values.cast(field.type)


def _in_order(rows: duckdb.DuckDBPyRelation) -> Iterator[pa.RecordBatch]:
    """All rows, so many at a time as fit into memory, in the order of the hospital's."""
    counted = rows.aggregate(f"{TABLE}, count(*), max({ROW})", TABLE).order(TABLE)
    for number, count, last in counted.fetchall():
        of_table = rows.filter(ColumnExpression(TABLE) == ConstantExpression(number))
        step = max(1, AT_A_TIME * (last + 1) // count)
        for first in range(0, last + 1, step):
            is_here = ColumnExpression(ROW).between(
                ConstantExpression(first), ConstantExpression(first + step - 1)
            )
            part = of_table.filter(is_here).to_arrow_table()
            places = [part[name].to_numpy() for name in PLACES if name in part.column_names]
            part = part.take(pa.array(np.lexsort(places[::-1])))
            yield from part.combine_chunks().to_batches()
