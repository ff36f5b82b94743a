"""The SQL files, in the order in which each finds what it reads."""

from dataclasses import dataclass
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import sqlglot
from sqlglot import expressions


@dataclass(frozen=True)
class SqlFile:
    """One SQL file: the table it makes, the tables it reads, its stage and text."""

    table: str
    stage: str
    text: str
    reads: frozenset[str]
    path: Path


def sql_folder() -> Path:
    """The folder of the SQL files: inside the installed package, or at the top of the tree."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "sql"
    return installed if installed.is_dir() else package.parents[1] / "sql"


@cache
def sql_files() -> tuple[SqlFile, ...]:
    """All SQL files, sorted so that each comes after the files whose tables it reads.

    The order is taken from the FROM and JOIN clauses; files that could stand in any order are
    sorted by stage and name, so that the order never changes.
    """
    files = {}
    for path in sorted(sql_folder().glob("*/*.sql")):
        text = path.read_text(encoding="utf-8")
        statement = sqlglot.parse_one(text, read="duckdb")
        own_names = {cte.alias for cte in statement.find_all(expressions.CTE)}
        reads = {table.name for table in statement.find_all(expressions.Table)}
        files[path.stem] = SqlFile(
            table=path.stem,
            stage=path.parent.name,
            text=text,
            reads=frozenset(reads - own_names - {path.stem}),
            path=path,
        )
    order = TopologicalSorter(
        {name: sorted(file.reads & files.keys()) for name, file in files.items()}
    ).static_order()
    return tuple(files[name] for name in order)


def tables_needed() -> frozenset[str]:
    """Tables that the SQL reads and no SQL file makes: the extract's and the parameters."""
    files = sql_files()
    return frozenset().union(*(f.reads for f in files)) - {f.table for f in files}
