"""Parquet files."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from lncohort.errors import UserError
from lncohort.sources.counts import Counts
from lncohort.sources.numbered import numbered
from lncohort.sources.spec import SourceSpec

BATCH_ROWS = 1 << 16


class Parquet:
    """A Parquet file whose rows can be read as Arrow batches, as often as asked."""

    def __init__(self, path: Path, spec: SourceSpec):
        self.path, self.spec = path, spec
        self.names = tuple(_read(path, pq.read_schema).names)

    def batches(self, counts: Counts) -> Iterator[tuple[pa.RecordBatch, np.ndarray]]:
        """Batches of rows with their numbers."""
        return numbered(self._batches())

    def _batches(self) -> Iterator[pa.RecordBatch]:
        with _read(self.path, pq.ParquetFile) as file:
            batches = file.iter_batches(batch_size=BATCH_ROWS)
            while (batch := _read(self.path, lambda _: next(batches, None))) is not None:
                yield batch.replace_schema_metadata(None)


def _read(path: Path, read):
    try:
        return read(path)
    except (pa.ArrowException, OSError) as error:
        raise UserError(
            f"{path.name}: cannot be read as Parquet ({type(error).__name__}); expected a whole "
            "file. Write or copy it again."
        ) from error
