"""The hospital's rows as they are given, each column under the name of the part it plays."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
from duckdb import CaseExpression, ColumnExpression, ConstantExpression, Expression
from duckdb import FunctionExpression as Function

from lncohort.mapping.missing_columns import refuse_missing_columns
from lncohort.mapping.model import SourceTable
from lncohort.mapping.roles import TARGETS, Kind, role_names
from lncohort.sources import open_rows
from lncohort.sources.layout import SOURCE_ROW

MEMORY = "1000MB"
TIME_OF_DAY = r"[T ]+(上午|下午)? ?[0-9]{1,2}[:时点].*$"
DAY_AND_TIME = r"^[0-9]{12}([0-9]{2})?$"
FRACTION_OF_A_DAY = r"^([0-9]{5})\.[0-9]+$"
UNIT_OF_QUANTITY = r"^[-+]? ?[0-9.,]+ ?([^0-9.,\s][^0-9]*)$"
ROWS = "rows.parquet"
ISO_DAY = 10  # characters of 2019-03-05
WHOLE = {"patient": r"^(-?[0-9]+)\.0+$", "whole": r"^(-?[0-9]+)\.0+$"}
# Not the 401.0 of ICD-9: a code that was kept as a number has more figures, or is 0.
WHOLE |= dict.fromkeys(("code", "date"), r"^(0|-?[0-9]{4,})\.0+$")
CODED = (
    "sex",
    "route",
    "unit",
    "operator",
)  # parts with few meanings, which a mapping can tell all
# What programs write for nothing.
NOTHING = (
    "",
    "NULL",
    "null",
    "(null)",
    "\\N",
    "NaN",
    "nan",
    "NaT",
    "NA",
    "<NA>",
    "N/A",
    "#N/A",
    "None",
)


@dataclass(frozen=True)
class Given:
    """Rows of a table of the hospital, written in the columns of its target.

    Attributes
    ----------
    file : Path
        Parquet: ``source_row``, ``content`` (a hash of what the mapping reads of the row, with the
        time of day) and the roles that the mapping tells, as text, empty where there is nothing.
    read : int
        Rows of the source below its header; of a wide table of results, its cells.
    damaged : dict of str to int
        Those that could not be taken apart, by reason; they are not in the file.
    not_kept, empty : int
        Those that the mapping's key ``keep`` leaves out, and empty cells of a wide table.
    """

    file: Path
    read: int
    damaged: dict[str, int]
    not_kept: int
    empty: int


def write_given(table: SourceTable, root: Path | str, folder: Path) -> Given:
    """Read a table once, and write its rows in the columns of its target.

    Parameters
    ----------
    table
        A table of the mapping.
    root
        Where the mapping says that the sources are.
    folder
        Where ``rows.parquet`` is made.

    Raises
    ------
    UserError
        When the source cannot be read, or lacks a column.
    """
    file = folder / ROWS
    config = {
        "memory_limit": MEMORY,
        "temp_directory": str(folder),
        "preserve_insertion_order": False,
    }
    with (
        duckdb.connect(config=config) as connection,
        open_rows(connection, root, table.source, trimmed=True) as rows,
    ):
        refuse_missing_columns(table, columns_named(table), rows.relation.columns, root)
        if table.wide:
            narrow = folder / "columns.parquet"
            names = [*dict.fromkeys(columns_named(table)), SOURCE_ROW]
            _write(rows.relation.select(*map(ColumnExpression, names)), narrow)
            source = connection.read_parquet(str(narrow))
        else:
            source = rows.relation
        kept = source
        for column, values in table.keep.items():
            asked = (*values, *(NOTHING if "" in values else ()))
            text = _of_kind("code", ColumnExpression(column))
            kept = kept.filter(text.isin(*map(_constant, asked)))
        parts = list(_parts(table, kept))
        made = parts[0]
        for part in parts[1:]:
            made = made.union(part)
        _write(made, file)
        counts = rows.counts
        written = connection.read_parquet(str(file)).shape[0]
        handed_out = counts.read - sum(counts.damaged.values())
        rows_kept = kept.shape[0] if table.wide else written
        if table.wide:
            narrow.unlink()
    cells = max(len(table.wide), 1)
    return Given(
        file=file,
        read=counts.read * cells,
        damaged={reason: count * cells for reason, count in counts.damaged.items()},
        not_kept=(handed_out - rows_kept) * cells,
        empty=rows_kept * cells - written,
    )


def _write(rows: duckdb.DuckDBPyRelation, file: Path) -> None:
    rows.to_parquet(str(file), compression="snappy")


def columns_named(table: SourceTable) -> list[str]:
    """The columns of the source that a mapping names."""
    told = (column for role in table.columns for column in table.columns_of(role))
    named = [*told, *table.keep, *(wide.column for wide in table.wide)]
    return list(dict.fromkeys(named))


def give(
    connection: duckdb.DuckDBPyConnection,
    tables: Iterable[tuple[int, SourceTable, Path]],
) -> None:
    """Make a view ``given_<target>`` of every target, of all the tables that become it.

    Parameters
    ----------
    connection
        Where the views are made.
    tables
        Number, mapping and given rows of each table.
    """
    of_target: dict[str, duckdb.DuckDBPyRelation] = {}
    for number, table, file in tables:
        rows = connection.read_parquet(str(file))
        numbered = rows.select(
            ConstantExpression(number).cast("INTEGER").alias("table_number"),
            ColumnExpression(SOURCE_ROW),
            ColumnExpression("content"),
            *(
                ColumnExpression(role) if role in rows.columns else _constant("").alias(role)
                for role in role_names(table.to)
            ),
        )
        before = of_target.get(table.to)
        of_target[table.to] = numbered if before is None else before.union(numbered)
    for target in TARGETS:
        if target in of_target:
            of_target[target].create_view(f"given_{target}")
        else:
            connection.register(f"given_{target}", _nothing(target))


def _parts(table: SourceTable, rows: duckdb.DuckDBPyRelation) -> Iterator[duckdb.DuckDBPyRelation]:
    """The rows of a table in the columns of its target; of a wide one, column by column."""
    told = {role: _told(table, role) for role in table.columns}
    told |= {role: _constant(text) for role, text in table.constants.items()}
    if "quantity" in told:
        beside = told.get("quantity_unit", _constant(""))
        told["quantity_unit"] = _unit_of_quantity(told["quantity"], beside)
    if not table.wide:
        yield _select(table, rows, told)
    for wide in table.wide:
        result = ColumnExpression(wide.column)
        filled = rows.filter(result.isnotin(*map(_constant, NOTHING)))
        cell = told | {"result": result, "test": _constant(wide.test)}
        if wide.unit is not None:
            cell["unit"] = _constant(wide.unit)
        yield _select(table, filled, cell)


def _told(table: SourceTable, role: str) -> Expression:
    """The text of a part: of its first column in which something stands.

    Of a part with few meanings, a text whose meaning the mapping does not tell gives way to a later
    column where it tells that of others: a concept of a unit that no list has, to the unit's text.
    """
    kind = table.role(role).kind
    meanings = table.values.get(role, {})
    empty = [_constant(text) for text in (*NOTHING, *(t for t in meanings if meanings[t] == ""))]
    known = [_constant(text) for text, meaning in meanings.items() if meaning and role in CODED]
    told = nothing = _constant("")
    for column in reversed(table.columns_of(role)):
        text = _of_kind(kind, ColumnExpression(column))
        stands = text.isnotin(*empty)
        if known and told is not nothing:
            stands &= text.isin(*known) | (told == nothing)
        told = CaseExpression(stands, text).otherwise(told)
    return told


def _select(
    table: SourceTable, rows: duckdb.DuckDBPyRelation, told: dict[str, Expression]
) -> duckdb.DuckDBPyRelation:
    columns = [
        (_day(text) if table.role(role).kind == "date" else text).alias(role)
        for role, text in told.items()
    ]
    return rows.select(
        ColumnExpression(SOURCE_ROW), Function("hash", *told.values()).alias("content"), *columns
    )


def _unit_of_quantity(quantity: Expression, beside: Expression) -> Expression:
    """The unit that stands behind a quantity, 2盒; where none does, the one told beside it."""
    own = Function("regexp_extract", quantity, _constant(UNIT_OF_QUANTITY), ConstantExpression(1))
    return CaseExpression(own != _constant(""), own).otherwise(beside)


def _constant(text: str) -> Expression:
    return ConstantExpression(text).cast("VARCHAR")


def _of_kind(kind: Kind, text: Expression) -> Expression:
    """A text without the ``.0`` that a whole number has where its column is one of fractions."""
    if kind not in WHOLE:
        return text
    return Function("regexp_replace", text, _constant(WHOLE[kind]), _constant(r"\1"))


def _day(text: Expression) -> Expression:
    """The day of a date that may have a time: as text, or as a number of a spreadsheet."""
    bytes_long = Function("strlen", text)
    beyond = Function("substr", text, ConstantExpression(ISO_DAY + 1), ConstantExpression(1))
    iso = Function("substr", text, ConstantExpression(1), ConstantExpression(ISO_DAY))
    first_eight = Function("substr", text, ConstantExpression(1), ConstantExpression(8))
    whole = Function("regexp_replace", text, _constant(FRACTION_OF_A_DAY), _constant(r"\1"))
    stripped = Function("regexp_replace", whole, _constant(TIME_OF_DAY), _constant(""))
    return (
        CaseExpression(bytes_long <= ConstantExpression(8), text)
        .when((beyond == _constant(" ")) | (beyond == _constant("T")), iso)
        .when(Function("regexp_matches", text, _constant(DAY_AND_TIME)), first_eight)
        .otherwise(stripped)
    )


def _nothing(target: str) -> pa.Table:
    texts = pa.schema([(name, pa.string()) for name in role_names(target)])
    keys = pa.schema(
        [("table_number", pa.int32()), (SOURCE_ROW, pa.int64()), ("content", pa.uint64())]
    )
    return pa.schema([*keys, *texts]).empty_table()
