"""The hospital's rows as they are given, each column under the name of the part it plays."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from duckdb import ColumnExpression, ConstantExpression
from duckdb import FunctionExpression as Function

from lncohort.mapping.cells import NOTHING, always, cleaned, days, told, unit_of_quantity
from lncohort.mapping.missing_columns import refuse_missing_columns
from lncohort.mapping.model import SourceTable
from lncohort.mapping.numbering import Numbering
from lncohort.mapping.roles import TARGETS, as_they_stand, readings
from lncohort.sources import open_batches
from lncohort.sources.layout import SOURCE_ROW

MEMORY = "800MB"
ROWS, TEXTS = "rows.parquet", "texts.parquet"
COMPARED = "compared_"  # before the name of a part, whose text goes into the hash of the row
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
    and as text what SQL takes as it stands. ``texts.parquet`` holds the texts, in their numbers'
    order: reading, texts.

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
    config = {"memory_limit": MEMORY, "temp_directory": str(folder)}
    with (
        duckdb.connect(config=config) as connection,
        open_batches(root, table.source) as batches,
    ):
        connection.execute("SET enable_progress_bar = false")  # it would draw over ours
        refuse_missing_columns(table, columns_named(table), batches.files, root)
        given = _Rows(table, so_far)
        rows = connection.from_arrow(given.reader(batches))
        compared = [ColumnExpression(name) for name in rows.columns if name.startswith(COMPARED)]
        written = [ColumnExpression(name) for name in rows.columns if not name.startswith(COMPARED)]
        rows.select(Function("hash", *compared).alias("content"), *written).to_parquet(
            str(folder / ROWS), compression="snappy"
        )
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
        self._compared = [*table.columns, *table.constants]
        self._compared += ["quantity_unit"] if "quantity" in self._compared else []
        self._compared += ["result", "test", "unit"] if table.wide else []
        self._compared = list(dict.fromkeys(self._compared))
        self._as_they_stand = [r for r in as_they_stand(table.to) if r in self._compared]
        self._readings = {
            name: (roles, Numbering())
            for name, roles in readings(table.to).items()
            if not set(roles).isdisjoint(self._compared)
        }
        self.kept = self.written = 0

    def reader(self, batches: Iterable[pa.RecordBatch]) -> pa.RecordBatchReader:
        """The rows of a source; what is named ``compared_`` is to be hashed."""
        texts = pa.dictionary(pa.int32(), pa.string())
        schema = pa.schema(
            [
                (SOURCE_ROW, pa.int64()),
                *((COMPARED + role, texts) for role in self._compared),
                *((name, pa.int32()) for name in self._readings),
                *((role, texts) for role in self._as_they_stand),
            ]
        )
        return pa.RecordBatchReader.from_batches(schema, self._batches(schema, batches))

    def texts(self) -> pa.Table:
        """The texts that were met, and of which reading they are; in the order of their numbers."""
        schema = pa.schema({"reading": pa.string(), "texts": pa.list_(pa.string())})
        met = [
            pa.table([[name] * len(numbering.texts), list(numbering.texts)], schema=schema)
            for name, (_, numbering) in self._readings.items()
        ]
        return pa.concat_tables([schema.empty_table(), *met])

    def _batches(self, schema: pa.Schema, batches) -> Iterator[pa.RecordBatch]:
        read = 0
        for batch in batches:
            read += len(batch)
            self._so_far(read)
            kept = self._kept(batch)
            self.kept += len(kept)
            for numbers, given in self._given(kept):
                self.written += len(numbers)
                yield self._numbered(schema, numbers, given)

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
            given = {role: told(table, role, rows) for role in table.columns}
            given |= {role: always(text, len(rows)) for role, text in table.constants.items()}
            if "quantity" in given:
                beside = given.get("quantity_unit", always("", len(rows)))
                given["quantity_unit"] = unit_of_quantity(given["quantity"], beside)
            if wide is not None:
                given["result"] = cleaned("text", rows[wide.column], NOTHING)
                given["test"] = always(wide.test, len(rows))
                if wide.unit is not None:
                    given["unit"] = always(wide.unit, len(rows))
            yield rows[SOURCE_ROW], given

    def _numbered(self, schema: pa.Schema, numbers: pa.Array, given: Told) -> pa.RecordBatch:
        nothing = always("", len(numbers))
        columns = [numbers, *(given.get(role, nothing) for role in self._compared)]
        is_day = {role: self._table.role(role).kind == "date" for role in given}
        for roles, numbering in self._readings.values():
            parts = [given.get(role, nothing) for role in roles]
            if len(roles) == 1 and is_day.get(roles[0]):
                parts = [days(parts[0])]
            columns.append(numbering.of(parts))
        columns += [given[role] for role in self._as_they_stand]
        return pa.record_batch(columns, schema=schema)


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
                columns.append(_nothing("INTEGER", reading))
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


def _nothing(kind: str, name: str) -> duckdb.Expression:
    return ConstantExpression(None).cast(kind).alias(name)


def _no_rows(target: str) -> pa.Table:
    return pa.schema(
        [
            ("table_number", pa.int32()),
            (SOURCE_ROW, pa.int64()),
            ("content", pa.uint64()),
            *((reading, pa.int32()) for reading in readings(target)),
            *((role, pa.string()) for role in as_they_stand(target)),
        ]
    ).empty_table()
