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
from lncohort.sources.layout import SOURCE_ROW, distinct_names
from lncohort.sources.parquet import Parquet
from lncohort.sources.paths import inside
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


@dataclass(frozen=True)
class Rows:
    """A table of a source.

    Attributes
    ----------
    relation
        Every column of the table as VARCHAR, and ``source_row`` (BIGINT): the number of the row
        among those below the header, from 1. Each evaluation reads the source anew.
    counts
        What became of the rows, as of the last evaluation; see :class:`Counts`.
    """

    relation: duckdb.DuckDBPyRelation
    _stream: "_Stream"

    @property
    def counts(self) -> Counts:
        """What became of the rows; only of a relation that was read to its end.

        Raises
        ------
        RuntimeError
            Before that.
        """
        if not self._stream.counts.complete:
            raise RuntimeError("the rows are counted once the relation is read to its end")
        return self._stream.counts


@contextmanager
def open_rows(
    connection: duckdb.DuckDBPyConnection, root: str | Path, spec: SourceSpec
) -> Iterator[Rows]:
    """Open a table for reading; use the relation inside the ``with``.

    Memory does not grow with the table, except for workbooks.

    Parameters
    ----------
    connection
        Where the relation is made.
    root
        The folder in which ``spec.path`` stands; not looked at for PostgreSQL.
    spec
        How the table is read.

    Raises
    ------
    UserError
        When the file is not there, lies outside of the folder, or cannot be read; also, on
        leaving the ``with``, for what was met while the rows were read.
    """
    where = spec.path if spec.format == "postgresql" else inside(Path(root), spec.path)
    try:
        stream = _Stream(KINDS[spec.format](where, spec))
    except READ_ERRORS as error:
        raise UserError(
            f"{spec.label}: cannot be read ({reason(error)}). Ask for the right to read it, or "
            "copy it again."
        ) from error
    try:
        yield Rows(connection.from_arrow(stream), stream)
    except duckdb.Error as error:
        if stream.error is not None:
            raise stream.error from error
        raise


class _Stream:
    """A source as what DuckDB scans: each scan reads it from its start."""

    def __init__(self, source):
        self.source = source
        self.counts = Counts()
        self.error: UserError | None = None
        columns = [(name, pa.string()) for name in distinct_names(source.names)]
        self.schema = pa.schema([*columns, (SOURCE_ROW, pa.int64())])

    def __arrow_c_schema__(self):
        return self.schema.__arrow_c_schema__()

    def __arrow_c_stream__(self, requested_schema=None):
        reader = pa.RecordBatchReader.from_batches(self.schema, self._batches())
        return reader.__arrow_c_stream__(requested_schema)

    def _batches(self) -> Iterator[pa.RecordBatch]:
        self.counts = counts = Counts()
        try:
            for batch, numbers in self.source.batches(counts):
                counts.handed_out += len(batch)
                columns = [*map(as_text, batch.columns), pa.array(numbers)]
                yield pa.record_batch(columns, schema=self.schema)
        except UserError as error:
            self.error = error
            raise
        except READ_ERRORS as error:
            self.error = UserError(
                f"{self.source.spec.label}: reading stopped after {counts.read} rows "
                f"({reason(error)}); expected a whole file. Copy it again."
            )
            raise self.error from error
        counts.complete = True
