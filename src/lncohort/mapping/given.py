"""The hospital's rows as they are given, each column under the name of the part it plays."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from duckdb import ColumnExpression, ConstantExpression

from lncohort.mapping.cells import (
    NOTHING,
    always,
    before_numbers,
    cleaned,
    days,
    plain_numbers,
    told,
    told_days,
    unit_of_quantity,
)
from lncohort.mapping.likeness import likeness
from lncohort.mapping.missing_columns import refuse_missing_columns
from lncohort.mapping.model import SourceTable
from lncohort.mapping.numbering import Numbering
from lncohort.mapping.roles import MEASURED, TARGETS, as_they_stand, readings
from lncohort.sources import open_batches
from lncohort.sources.layout import SOURCE_ROW

ROWS, TEXTS = "rows.parquet", "texts.parquet"
REST = " beyond the day"  # behind the name of a date: what stands there of the time
VALUE = "value"
ROW_GROUP = 122_880  # as DuckDB has them, which reads several at a time
Told = dict[str, pa.DictionaryArray]


@dataclass(frozen=True)
class Given:
    """What became of the rows of a table of the hospital.

    Attributes
    ----------
    read : int
        Rows of the source below its header; of a wide table of results, its cells.
    damaged : dict of str to int
        Those that could not be taken apart, by reason; they were not written.
    not_kept, empty : int
        Those that the mapping's key ``keep`` leaves out, and empty cells of a wide table.
    """

    read: int
    damaged: dict[str, int]
    not_kept: int
    empty: int


@dataclass(frozen=True)
class GivenTexts:
    """The distinct texts of a table that are read as one.

    Attributes
    ----------
    table_number : int
    table : SourceTable
    reading : str
        As in :func:`lncohort.mapping.roles.readings`.
    first : int
        Number of the first text; the others follow it. No two texts of a mapping have one number.
    texts : pyarrow.ListArray
        The texts of each role of the reading.
    """

    table_number: int
    table: SourceTable
    reading: str
    first: int
    texts: pa.ListArray


def write_given(
    table: SourceTable, root: Path | str, folder: Path, so_far: Callable[[int], None]
) -> Given:
    """Read a table once, and write its rows in the columns of its target.

    ``rows.parquet`` holds ``source_row``, ``content`` (a hash of what the mapping reads of the row,
    with the time of day), of each reading the number of its texts (missing where nothing stands),
    ``value`` (of a result that is a plain number: then no text of it is read), and as text what SQL
    takes as it stands. ``texts.parquet`` holds the texts, in their numbers' order: reading, texts.

    Parameters
    ----------
    table
        A table of the mapping.
    root
        Where the mapping says that the sources are.
    folder
        Where the files are made.
    so_far
        Called with the rows that were read, after each batch of them.

    Raises
    ------
    UserError
        When the source cannot be read, or lacks a column.
    """
    with open_batches(root, table.source) as batches:
        refuse_missing_columns(table, columns_named(table), batches.files, root)
        given = _Rows(table, so_far)
        encoding = dict.fromkeys([SOURCE_ROW, *given.readings], "DELTA_BINARY_PACKED")
        with pq.ParquetWriter(
            folder / ROWS,
            given.schema,
            compression="none",
            use_dictionary=False,
            column_encoding=encoding,
        ) as file:
            for rows in given.batches(batches):
                file.write_batch(rows, row_group_size=ROW_GROUP)
        counts = batches.counts
    pq.write_table(given.texts(), folder / TEXTS)
    cells = max(len(table.wide), 1)
    handed_out = counts.read - sum(counts.damaged.values())
    return Given(
        read=counts.read * cells,
        damaged={reason: count * cells for reason, count in counts.damaged.items()},
        not_kept=(handed_out - given.kept) * cells,
        empty=given.kept * cells - given.written,
    )


def columns_named(table: SourceTable) -> list[str]:
    """The columns of the source that a mapping names."""
    told = (column for role in table.columns for column in table.columns_of(role))
    named = [*told, *table.keep, *(wide.column for wide in table.wide)]
    return list(dict.fromkeys(named))


class _Rows:
    """The rows of a table with numbers in the place of texts, and how many of them there were."""

    def __init__(self, table: SourceTable, so_far: Callable[[int], None]):
        self._table, self._so_far = table, so_far
        told_of = [*table.columns, *table.constants]
        told_of += ["quantity_unit"] if "quantity" in told_of else []
        told_of += ["result", "test", "unit"] if table.wide else []
        self._dates = [role for role in table.columns if table.role(role).kind == "date"]
        self._measured = MEASURED.get(table.to)
        self.as_they_stand = [role for role in as_they_stand(table.to) if role in told_of]
        self.readings = {
            name: (roles, Numbering())
            for name, roles in readings(table.to).items()
            if not set(roles).isdisjoint(told_of)
        }
        self.schema = pa.schema(
            [
                (SOURCE_ROW, pa.int64()),
                ("content", pa.uint64()),
                *((name, pa.int32()) for name in self.readings),
                *([(VALUE, pa.float64())] if self._measured else []),
                *((role, pa.string()) for role in self.as_they_stand),
            ]
        )
        self.kept = self.written = 0

    def texts(self) -> pa.Table:
        """The texts that were met, and of which reading they are; in the order of their numbers."""
        schema = pa.schema({"reading": pa.string(), "texts": pa.list_(pa.string())})
        met = [
            pa.table([[name] * len(numbering.texts), numbering.texts], schema=schema)
            for name, (_, numbering) in self.readings.items()
        ]
        return pa.concat_tables([schema.empty_table(), *met])

    def batches(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """The rows of a source, in the columns of the schema."""
        read = 0
        for batch in batches:
            read += len(batch)
            self._so_far(read)
            kept = self._kept(batch)
            self.kept += len(kept)
            for numbers, given in self._given(kept):
                self.written += len(numbers)
                yield self._numbered(numbers, given)

    def _kept(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """The rows that the mapping keeps."""
        for column, values in self._table.keep.items():
            texts = cleaned("code", batch[column], ()).dictionary_decode()
            asked = (*values, *(NOTHING if "" in values else ()))
            batch = batch.filter(pc.is_in(texts, pa.array(asked)))
        return batch

    def _given(self, batch: pa.RecordBatch) -> Iterator[tuple[pa.Array, Told]]:
        """Numbers and texts of rows; of a wide table, column by column, of the cells that are filled."""
        table = self._table
        for wide in table.wide or (None,):
            rows = batch
            if wide is not None:
                result = cleaned("text", batch[wide.column], NOTHING).dictionary_decode()
                rows = batch.filter(pc.not_equal(result, ""))
            given = {}
            for role in table.columns:
                if role in self._dates:
                    given[role], given[role + REST] = told_days(table, role, rows)
                else:
                    given[role] = told(table, role, rows)
            for role, text in table.constants.items():
                given[role] = always(text, len(rows))
                if table.role(role).kind == "date":
                    given[role], given[role + REST] = days(given[role])
            if "quantity" in given:
                beside = given.get("quantity_unit", always("", len(rows)))
                given["quantity_unit"] = unit_of_quantity(given["quantity"], beside)
            if wide is not None:
                given["result"] = cleaned("text", rows[wide.column], NOTHING)
                given["test"] = always(wide.test, len(rows))
                if wide.unit is not None:
                    given["unit"] = always(wide.unit, len(rows))
            yield rows[SOURCE_ROW], given

    def _numbered(self, numbers: pa.Array, given: Told) -> pa.RecordBatch:
        nothing = always("", len(numbers))
        content = pa.array(likeness(given, len(numbers)))
        if "operator" in given:  # may be told by the result's own text
            meanings = self._table.values.get("operator", {})
            given["operator"] = before_numbers(given["operator"], meanings)
        values = []
        if self._measured:
            meanings = self._table.values.get(self._measured, {})
            texts = given.get(self._measured, nothing)
            value, given[self._measured] = plain_numbers(texts, self._table.decimal, meanings)
            values.append(value)
        of_readings = [
            numbering.of([given.get(role, nothing) for role in roles])
            for roles, numbering in self.readings.values()
        ]
        as_they_stand = [given[role].dictionary_decode() for role in self.as_they_stand]
        columns = [numbers, content, *of_readings, *values, *as_they_stand]
        return pa.record_batch(columns, schema=self.schema)


def give(
    connection: duckdb.DuckDBPyConnection,
    tables: Iterable[tuple[int, SourceTable, Path]],
) -> list[GivenTexts]:
    """Make a view ``given_<target>`` of every target, of all the tables that become it.

    Parameters
    ----------
    connection
        Where the views are made.
    tables
        Number, mapping, and folder of the given rows, of each table.

    Returns
    -------
    list of GivenTexts
        The texts whose numbers stand in the views.
    """
    of_target: dict[str, duckdb.DuckDBPyRelation] = {}
    given, first = [], 0
    for number, table, folder in tables:
        rows = connection.read_parquet(str(folder / ROWS))
        texts = pq.read_table(folder / TEXTS).combine_chunks()
        columns = []
        for reading in readings(table.to):
            if reading not in rows.columns:
                columns.append(ConstantExpression(None).cast("INTEGER").alias(reading))
                continue
            of_reading = texts.filter(pc.equal(texts["reading"], reading))["texts"]
            given.append(GivenTexts(number, table, reading, first, of_reading.combine_chunks()))
            moved = ColumnExpression(reading) + ConstantExpression(first)
            columns.append(moved.cast("INTEGER").alias(reading))
            first += len(of_reading)
        numbered = rows.select(
            ConstantExpression(number).cast("INTEGER").alias("table_number"),
            ColumnExpression(SOURCE_ROW),
            ColumnExpression("content"),
            *columns,
            *([ColumnExpression(VALUE)] if table.to in MEASURED else []),
            *(
                ColumnExpression(role)
                if role in rows.columns
                else ConstantExpression("").cast("VARCHAR").alias(role)
                for role in as_they_stand(table.to)
            ),
        )
        before = of_target.get(table.to)
        of_target[table.to] = numbered if before is None else before.union(numbered)
    for target in TARGETS:
        if target in of_target:
            of_target[target].create_view(f"given_{target}")
        else:
            connection.register(f"given_{target}", _no_rows(target))
    return given


def _no_rows(target: str) -> pa.Table:
    return pa.schema(
        [
            ("table_number", pa.int32()),
            (SOURCE_ROW, pa.int64()),
            ("content", pa.uint64()),
            *((reading, pa.int32()) for reading in readings(target)),
            *([(VALUE, pa.float64())] if target in MEASURED else []),
            *((role, pa.string()) for role in as_they_stand(target)),
        ]
    ).empty_table()
