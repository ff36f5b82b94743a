"""The one statement that a database is asked: all rows of one table."""

from collections.abc import Sequence

from sqlglot import Dialect, exp


def whole_table(
    dialect: str,
    table: str,
    schema: str | None = None,
    columns: Sequence[str] = (),
    as_text: bool = False,
) -> str:
    """All rows of a table, as a tree of quoted names that sqlglot writes down.

    Parameters
    ----------
    dialect
        postgres or sqlite.
    table, schema
        Names as they stand in the database; whatever they hold, they stay names.
    columns
        Columns wanted; all when empty.
    as_text
        Whether the database writes the values of these columns as text.
    """
    wanted = [exp.column(name, quoted=True) for name in columns]
    if as_text:
        wanted = [exp.cast(column, "text") for column in wanted]
    tree = exp.Select(expressions=wanted or [exp.Star()]).from_(
        exp.table_(table, db=schema, quoted=True)
    )
    return Dialect.get_or_raise(dialect).generate(tree)
