"""The tables in a folder as a hospital gives it, or in a database."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from lncohort.errors import UserError
from lncohort.sources.addresses import SCHEMES, is_address, refuse_password
from lncohort.sources.alike import joined
from lncohort.sources.database import DuckFile, SqliteFile
from lncohort.sources.excel import sheet_layout, sheets
from lncohort.sources.files import PASSED_OVER
from lncohort.sources.found import FoundTable
from lncohort.sources.layout import Header, distinct_names
from lncohort.sources.parquet import Parquet
from lncohort.sources.postgres import Postgres
from lncohort.sources.read_errors import READ_ERRORS, reason
from lncohort.sources.spec import SourceSpec
from lncohort.sources.text_layout import text_layout
from lncohort.texts.one_line import printable

TEXT = (".csv", ".tsv", ".txt", ".tab", ".csv.gz", ".tsv.gz", ".txt.gz")
EXCEL = (".xlsx", ".xls", ".xlsm", ".xlsb", ".ods")
DUCKDB_MARK, SQLITE_MARK = (8, b"DUCK"), (0, b"SQLite format 3\0")


def find_tables(location: str | Path) -> list[FoundTable]:
    """Find the tables at a location, in the order of their paths.

    Parameters
    ----------
    location
        A folder, which is searched with its folders, without following links; a file; or the
        address of a PostgreSQL server, ``postgresql://user@host/database``.

    Returns
    -------
    list of FoundTable
        One for each table or sheet, and one for each file or link that cannot be read. Files with
        the same columns whose names differ in figures only are one table, and so are Parquet
        parts. Files whose names begin with a dot or with ``~$`` are left out.

    Raises
    ------
    UserError
        When there is no such location, or its address holds a password.
    """
    if is_address(str(location)):
        refuse_password(str(location))
    if str(location).startswith(SCHEMES):
        return _postgres(str(location))
    root = Path(location)
    if root.is_file():
        return _told(root.name, lambda: _tables(root, root.name))
    if not root.is_dir():
        raise UserError(
            f"{root}: does not exist; expected a folder with the tables, one file, or a "
            "PostgreSQL address (postgresql://user@host/database)."
        )
    return sorted(joined(list(_search(root, root))), key=lambda table: table.path)


def detect(file: str | Path, table: str | None = None) -> SourceSpec:
    """How a table of a file is read; its path is the name of the file.

    Parameters
    ----------
    file
        The file.
    table
        Which sheet or table; needed only where there are several.

    Raises
    ------
    UserError
        When the file cannot be read, holds no such table, or several and none is named.
    """
    path = Path(file)
    found = _told(path.name, lambda: _tables(path, path.name))
    for one in found:
        if one.problem is not None:
            raise UserError(f"{one.path}: {one.problem}")
    specs = [one.spec for one in found if table in (None, one.spec.table)]
    if len(specs) != 1:
        names = ", ".join(one.spec.table or one.path for one in found) or "none"
        raise UserError(
            f"{path.name}: {table or 'no table named'}; found {names}; expected the name of one."
        )
    return specs[0]


def _search(root: Path, folder: Path) -> Iterator[FoundTable]:
    name = folder.relative_to(root).as_posix()
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        yield FoundTable(name, problem=f"cannot be opened ({error.strerror}). Ask for the right.")
        return
    entries = [entry for entry in entries if not entry.name.startswith(PASSED_OVER)]
    for entry in entries:
        path = Path(entry.path)
        name = path.relative_to(root).as_posix()
        if not name.isprintable():
            problem = "has a name with bytes or signs that are no letters. Rename it."
            yield FoundTable(printable(name), problem=problem)
        elif entry.is_symlink():
            yield FoundTable(name, problem="is a link and is not followed. Copy the file itself.")
        elif entry.is_dir(follow_symlinks=False):
            yield from _search(root, path)
        else:
            yield from _told(name, lambda path=path, name=name: _tables(path, name))


def _told(name: str, read: Callable[[], list[FoundTable]]) -> list[FoundTable]:
    """What a file holds, or why it cannot be read."""
    try:
        return read()
    except UserError as error:
        return [FoundTable(name, problem=str(error).removeprefix(f"{name}: "))]
    except READ_ERRORS as error:
        problem = f"cannot be read ({reason(error)}). Ask for the right, or copy it again."
        return [FoundTable(name, problem=problem)]


def _tables(path: Path, name: str) -> list[FoundTable]:
    lower = name.lower()
    if not path.is_file():
        return [FoundTable(name, problem="is no file, but a device or a pipe. Copy its content.")]
    if lower.endswith(".parquet"):
        return [_plain(SourceSpec(path=name, format="parquet"), Parquet, path)]
    with path.open("rb") as file:
        first = file.read(16)
    if not first:
        return [FoundTable(name, problem="is empty (0 bytes). Write or copy it again.")]
    for (at, mark), form, source in (
        (DUCKDB_MARK, "duckdb", DuckFile),
        (SQLITE_MARK, "sqlite", SqliteFile),
    ):
        if first[at : at + len(mark)] == mark:
            return [
                _plain(SourceSpec(path=name, format=form, table=table), source, path)
                for table in source.tables(path)
            ]
    if lower.endswith(EXCEL):
        layouts = [sheet_layout(path, name, sheet) for sheet in sheets(path)]
        return [_found(*layout) for layout in layouts]
    if lower.endswith(TEXT):
        return [_found(*text_layout(path, name))]
    return [
        FoundTable(
            name,
            problem="is of no kind that is read; expected text (.csv, .tsv, .txt, also .gz), Excel "
            "(.xlsx, .xls, .ods), Parquet, DuckDB or SQLite. Leave it, or save it as one of these.",
        )
    ]


def _found(spec: SourceSpec, header: Header) -> FoundTable:
    if not header.names:
        return FoundTable(
            spec.path, problem=f"{spec.table or 'the file'} holds no rows. Leave it, or fill it."
        )
    return FoundTable(spec.path, spec, header.names, header.notes)


def _plain(spec: SourceSpec, source: Callable, path: Path | str) -> FoundTable:
    """A table whose columns have names of their own."""
    return FoundTable(spec.path, spec, distinct_names(source(path, spec).names))


def _postgres(address: str) -> list[FoundTable]:
    specs = [
        SourceSpec(path=address, format="postgresql", table=table)
        for table in Postgres.tables(address)
    ]
    return [
        found
        for spec in specs
        for found in _told(address, lambda spec=spec: [_plain(spec, Postgres, address)])
    ]
