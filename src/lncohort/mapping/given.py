"""The hospital's rows as they are given, each column under the name of the part it plays."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import duckdb
import pyarrow as pa
from duckdb import CaseExpression, ColumnExpression, ConstantExpression, Expression
from duckdb import FunctionExpression as Function

from lncohort.errors import UserError
from lncohort.mapping.model import SourceTable
from lncohort.mapping.roles import ROLES, TARGETS, role_names
from lncohort.sources import open_rows
from lncohort.sources.layout import SOURCE_ROW

ROW_KEY = ("table_number", SOURCE_ROW)
TIME_OF_DAY = r"[T ]+[0-9]{1,2}[:时].*$"
DAY_AND_TIME = r"^[0-9]{12}([0-9]{2})?$"
FRACTION_OF_A_DAY = r"^([0-9]{5})\.[0-9]+$"
BLANKS = " \t\r\n　 "


@dataclass(frozen=True)
class Staged:
    """A table of the hospital, copied as text.

    Attributes
    ----------
    file : Path
        Parquet, the columns that the mapping names and the number of the row.
    read : int
        Rows of the source below its header.
    damaged : dict of str to int
        Rows that could not be taken apart, by reason; they are not in the file.
    """

    file: Path
    read: int
    damaged: dict[str, int]


def stage(table: SourceTable, root: Path | str, file: Path) -> Staged:
    """Keep the columns that a mapping names of one table, as text, in one pass.

    Parameters
    ----------
    table
        A table of the mapping.
    root
        Where the mapping says that the sources are.
    file
        Parquet file to be made.

    Raises
    ------
    UserError
        When the source cannot be read, or lacks a column.
    """
    with duckdb.connect() as connection, open_rows(connection, root, table.source) as rows:
        wanted = columns_named(table)
        missing = [column for column in wanted if column not in rows.relation.columns]
        if missing:
            raise UserError(
                "\n".join(
                    f"{table.source.label}: column {column}: not there, though table.{table.name} "
                    f"names it; found {_nearest(column, rows.relation.columns)}"
                    for column in missing
                )
            )
        chosen = rows.relation.select(*(ColumnExpression(c) for c in (*wanted, SOURCE_ROW)))
        chosen.to_parquet(str(file), compression="zstd")
        counts = rows.counts
    return Staged(file, counts.read, dict(counts.damaged))


def _nearest(column: str, found: list[str]) -> str:
    near = get_close_matches(column, found, n=1)
    return f'"{near[0]}", if that is it' if near else ", ".join(found)


def columns_named(table: SourceTable) -> list[str]:
    named = [*table.columns.values(), *table.keep, *(wide.column for wide in table.wide)]
    return list(dict.fromkeys(named))


def give(
    connection: duckdb.DuckDBPyConnection,
    tables: Iterable[tuple[int, SourceTable, Path]],
) -> dict[int, int]:
    """Make a view ``given_<target>`` of every target, of all the tables that become it.

    Each holds ``table_number``, ``source_row``, ``content`` (a hash of what the mapping reads of
    the row) and the target's roles as text, empty where there is nothing.

    Parameters
    ----------
    connection
        Where the views are made.
    tables
        Number, mapping and staged file of each table.

    Returns
    -------
    dict of int to int
        Rows of each table, by number, that its key ``keep`` lets pass.
    """
    kept = {}
    of_target: dict[str, duckdb.DuckDBPyRelation] = {}
    for number, table, file in tables:
        staged = connection.read_parquet(str(file))
        for column, values in table.keep.items():
            staged = staged.filter(_text(ColumnExpression(column)).isin(*map(_constant, values)))
        kept[number] = staged.shape[0]
        for part in _parts(table, number, staged):
            before = of_target.get(table.to)
            of_target[table.to] = part if before is None else before.union(part)
    for target in TARGETS:
        if target in of_target:
            of_target[target].create_view(f"given_{target}")
        else:
            connection.register(f"given_{target}", _nothing(target))
    return kept


def _parts(
    table: SourceTable, number: int, staged: duckdb.DuckDBPyRelation
) -> Iterator[duckdb.DuckDBPyRelation]:
    """The rows of a table in the columns of its target; of a wide one, column by column."""
    told = {role: ColumnExpression(column) for role, column in table.columns.items()}
    told |= {role: _constant(text) for role, text in table.constants.items()}
    if not table.wide:
        yield _select(table, number, staged, told)
    for wide in table.wide:
        result = ColumnExpression(wide.column)
        filled = staged.filter(_text(result) != _constant(""))
        cell = told | {"result": result, "test": _constant(wide.test)}
        if wide.unit is not None:
            cell["unit"] = _constant(wide.unit)
        yield _select(table, number, filled, cell)


def _select(
    table: SourceTable,
    number: int,
    rows: duckdb.DuckDBPyRelation,
    told: dict[str, Expression],
) -> duckdb.DuckDBPyRelation:
    texts = {role: _text(expression) for role, expression in told.items()}
    columns = [
        (_day(texts[role.name]) if role.kind == "date" else texts[role.name])
        if role.name in texts
        else _constant("")
        for role in ROLES[table.to]
    ]
    content = Function("hash", *texts.values())
    return rows.select(
        ConstantExpression(number).cast("INTEGER").alias("table_number"),
        ColumnExpression(SOURCE_ROW),
        content.alias("content"),
        *(c.alias(name) for c, name in zip(columns, role_names(table.to), strict=True)),
    )


def _constant(text: str) -> Expression:
    return ConstantExpression(text).cast("VARCHAR")


def _text(expression: Expression) -> Expression:
    """A text without outer blanks; empty where there is none."""
    trimmed = Function("trim", expression.cast("VARCHAR"), _constant(BLANKS))
    return CaseExpression(trimmed.isnull(), _constant("")).otherwise(trimmed)


def _day(text: Expression) -> Expression:
    """The day of a date that may have a time: as text, or as a number of a spreadsheet."""
    tenth = Function("substr", text, ConstantExpression(11), ConstantExpression(1))
    iso = Function("substr", text, ConstantExpression(1), ConstantExpression(10))
    first_eight = Function("substr", text, ConstantExpression(1), ConstantExpression(8))
    whole = Function("regexp_replace", text, _constant(FRACTION_OF_A_DAY), _constant(r"\1"))
    stripped = Function("regexp_replace", whole, _constant(TIME_OF_DAY), _constant(""))
    short = Function("length", text) <= ConstantExpression(8)
    exact = Function("length", text) == ConstantExpression(10)
    return (
        CaseExpression(short, text)
        .when(tenth.isin(_constant(" "), _constant("T")), iso)
        .when(Function("regexp_matches", text, _constant(DAY_AND_TIME)), first_eight)
        .when(exact & ~Function("contains", text, _constant(" ")), whole)
        .otherwise(stripped)
    )


def _nothing(target: str) -> pa.Table:
    texts = pa.schema([(name, pa.string()) for name in role_names(target)])
    keys = pa.schema(
        [("table_number", pa.int32()), (SOURCE_ROW, pa.int64()), ("content", pa.uint64())]
    )
    return pa.schema([*keys, *texts]).empty_table()
