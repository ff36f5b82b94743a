"""Parquet files, alone or as a folder of parts."""

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


def parts(path: Path) -> list[Path]:
    """The files of a table: itself, or the parts in a folder, by name."""
    if path.is_dir():
        return sorted(part for part in path.iterdir() if part.suffix.lower() == ".parquet")
    return [path]


class Parquet:
    """Parquet parts whose rows can be read as Arrow batches, as often as asked."""

    def __init__(self, path: Path, spec: SourceSpec):
        self.spec, self.parts = spec, parts(path)
        schemas = {part: _read(part, pq.read_schema) for part in self.parts}
        self.schema = schemas[self.parts[0]].remove_metadata()
        for part, schema in schemas.items():
            if not schema.remove_metadata().equals(self.schema):
                raise UserError(
                    f"{spec.label}: {part.name} has other columns or types than "
                    f"{self.parts[0].name}; expected parts of one table. Write them alike."
                )
        self.names = tuple(self.schema.names)

    def batches(self, counts: Counts) -> Iterator[tuple[pa.RecordBatch, np.ndarray]]:
        """Batches of rows with their numbers, which run on over the parts."""
        return numbered(self._batches())

    def _batches(self) -> Iterator[pa.RecordBatch]:
        for part in self.parts:
            with _read(part, pq.ParquetFile) as file:
                batches = file.iter_batches(batch_size=BATCH_ROWS)
                while (batch := _read(part, lambda _, b=batches: next(b, None))) is not None:
                    yield batch.replace_schema_metadata(None)


def _read(path: Path, read):
    try:
        return read(path)
    except (pa.ArrowException, OSError) as error:
        raise UserError(
            f"{path.name}: cannot be read as Parquet ({type(error).__name__}); expected a whole "
            "file. Write or copy it again."
        ) from error
