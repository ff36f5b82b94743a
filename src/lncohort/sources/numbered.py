"""Numbers for the rows of a source that has no damaged ones."""

from collections.abc import Iterable, Iterator

import numpy as np
import pyarrow as pa


def numbered(batches: Iterable[pa.RecordBatch]) -> Iterator[tuple[pa.RecordBatch, np.ndarray]]:
    """Batches with the numbers of their rows, from 1."""
    number = 1
    for batch in batches:
        yield batch, np.arange(number, number + len(batch))
        number += len(batch)
