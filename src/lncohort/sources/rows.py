"""The rows of any source as a DuckDB relation of texts, streamed."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from lncohort.errors import UserError
from lncohort.sources.as_text import as_text
from lncohort.sources.counts import Counts
from lncohort.sources.database import DuckFile, SqliteFile
from lncohort.sources.excel import Sheet
from lncohort.sources.files import files_of
from lncohort.sources.layout import SOURCE_ROW, distinct_names
from lncohort.sources.parquet import Parquet
from lncohort.sources.postgres import Postgres
from lncohort.sources.read_errors import READ_ERRORS, reason
from lncohort.sources.spec import SourceSpec
from lncohort.sources.text_file import TextFile

KINDS = {
    "text": TextFile,
    "excel": Sheet,
    "parquet": Parquet,
    "duckdb": DuckFile,
    "sqlite": SqliteFile,
    "postgresql": Postgres,
}


class Batches:
    """The rows of a table as Arrow batches of texts; each iteration reads it from its start.

    Attributes
    ----------
    files : tuple of (SourceSpec, tuple of str)
        Each file of the table with its columns.
    schema : pyarrow.Schema
        Every column that all files have as text, in the order of the first, and ``source_row``
        (int64): the number of the row among those below the header, from 1; it runs on over the
        files.
    error : UserError or None
        What ended the last iteration, where something did.
    """

    def __init__(self, sources: list):
        self._sources = sources
        self._counts = Counts()
        self.error: UserError | None = None
        self.files = tuple((source.spec, distinct_names(source.names)) for source in sources)
        (_, first), *others = self.files
        common = [name for name in first if all(name in names for _, names in others)]
        columns = [(name, pa.string()) for name in common]
        self.schema = pa.schema([*columns, (SOURCE_ROW, pa.int64())])

    @property
    def counts(self) -> Counts:
        """What became of the rows; only of a table that was read to its end.

        Raises
        ------
        RuntimeError
            Before that.
        """
        if not self._counts.complete:
            raise RuntimeError("the rows are counted once the table is read to its end")
        return self._counts

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        self._counts = counts = Counts()
        for source, (_, names) in zip(self._sources, self.files, strict=True):
            before, of_file = counts.read, Counts()
            places = [names.index(name) for name in self.schema.names[:-1]]
            try:
                for batch, numbers in source.batches(of_file):
                    of_file.handed_out += len(batch)
                    texts = (as_text(batch.column(place)) for place in places)
                    yield pa.record_batch([*texts, pa.array(numbers + before)], schema=self.schema)
            except UserError as error:
                self.error = error
                raise
            except READ_ERRORS as error:
                self.error = UserError(
                    f"{source.spec.label}: reading stopped after {of_file.read} rows "
                    f"({reason(error)}); expected a whole file. Copy it again."
                )
                raise self.error from error
            counts.add(of_file)
        counts.complete = True

    def __arrow_c_schema__(self):
        return self.schema.__arrow_c_schema__()

    def __arrow_c_stream__(self, requested_schema=None):
        reader = pa.RecordBatchReader.from_batches(self.schema, iter(self))
        return reader.__arrow_c_stream__(requested_schema)


@dataclass(frozen=True)
class Rows:
    """A table of a source.

    Attributes
    ----------
    relation
        Every column of the table as VARCHAR, and ``source_row`` (BIGINT), as in :class:`Batches`.
        Each evaluation reads the source anew.
    """

    relation: duckdb.DuckDBPyRelation
    _batches: Batches

    @property
    def counts(self) -> Counts:
        """What became of the rows, as of the last evaluation; see :class:`Batches`."""
        return self._batches.counts


@contextmanager
def open_batches(root: str | Path, spec: SourceSpec) -> Iterator[Batches]:
    """Open a table for reading, batch by batch; use them inside the ``with``.

    Memory does not grow with the table, except for workbooks.

    Parameters
    ----------
    root
        The folder in which the files stand; not looked at for PostgreSQL.
    spec
        How the table is read.

    Raises
    ------
    UserError
        When a file is not there, lies outside of the folder, or cannot be read; also, on
        leaving the ``with``, for what was met while DuckDB read the batches.
    """
    batches = Batches([_opened(root, one) for one in files_of(root, spec)])
    try:
        yield batches
    except duckdb.Error as error:
        if batches.error is not None:
            raise batches.error from error
        raise


def _opened(root: str | Path, spec: SourceSpec):
    where = spec.path if spec.format == "postgresql" else Path(root) / spec.path
    try:
        return KINDS[spec.format](where, spec)
    except READ_ERRORS as error:
        raise UserError(
            f"{spec.label}: cannot be read ({reason(error)}). Ask for the right to read it, or "
            "copy it again."
        ) from error


@contextmanager
def open_rows(
    connection: duckdb.DuckDBPyConnection, root: str | Path, spec: SourceSpec
) -> Iterator[Rows]:
    """Open a table as a relation of a connection; use it inside the ``with``.

    As :func:`open_batches`, which tells what may be raised.
    """
    with open_batches(root, spec) as batches:
        yield Rows(connection.from_arrow(batches), batches)
