"""A user's table, read as the types that the SQL files expect."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from lncohort.errors import UserError

Frame = pd.DataFrame | pa.Table

TEXT, DATE, INTEGER, NUMBER = pa.string(), pa.date32(), pa.int64(), pa.float64()
KINDS = {
    TEXT: "text or whole numbers",
    DATE: "dates (YYYY-MM-DD)",
    INTEGER: "whole numbers",
    NUMBER: "numbers",
}


def read_table(
    name: str,
    frame: Frame,
    kinds: dict[str, pa.DataType],
    needed: Sequence[str],
    otherwise: Mapping[str, pa.Array] = MappingProxyType({}),
) -> pa.Table:
    """Read the columns that the SQL needs, each of its type; one left out is all missing.

    Parameters
    ----------
    name
        What the table is called in an error.
    frame
        The user's table.
    kinds
        The columns and their types.
    needed
        Columns that must be there.
    otherwise
        What stands for a column that is not there, instead of missing values.

    Raises
    ------
    UserError
        For a missing column, or one whose values are not of its type; no value is told.
    """
    missing = [column for column in needed if column not in columns_of(frame)]
    if missing:
        raise UserError(
            f"{name}: column {', '.join(missing)} is not there; found "
            f"{', '.join(sorted(map(str, columns_of(frame))))}. Expected {', '.join(kinds)}, of "
            f"which {', '.join(needed)} are needed."
        )
    return pa.table(
        {
            column: _cast(f"{name}.{column}", frame[column], kind)
            if column in columns_of(frame)
            else otherwise.get(column, pa.nulls(len(frame), kind))
            for column, kind in kinds.items()
        }
    )


def _cast(label: str, values: pd.Series | pa.ChunkedArray, kind: pa.DataType):
    """A column as the type that the SQL expects; dates lose their time of day."""
    try:
        if isinstance(values, pd.Series):
            values = pa.chunked_array([pa.Array.from_pandas(values)])
        found = values.type
        if pa.types.is_dictionary(found):
            values = values.cast(found.value_type)
        if kind == TEXT and pa.types.is_floating(found):
            values = values.cast(INTEGER)
        if kind == DATE and pa.types.is_timestamp(found):
            values = pc.floor_temporal(values, unit="day")
        if kind == DATE and (pa.types.is_integer(found) or pa.types.is_floating(found)):
            raise pa.ArrowInvalid("a number is no date")
        return values.cast(kind)
    except pa.ArrowException:
        kinds = f"expected {KINDS[kind]}"
    raise UserError(f"{label}: holds values that cannot be read; {kinds}.")


def columns_of(frame: Frame) -> set[str]:
    """The names of the columns of a table."""
    return set(frame.column_names if isinstance(frame, pa.Table) else frame.columns)
