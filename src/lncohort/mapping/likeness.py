"""A hash of what the mapping reads of each row: rows of one hash may be copies of each other."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pyarrow as pa


def likeness(texts: Mapping[str, pa.DictionaryArray], rows: int) -> np.ndarray:
    """A hash of the texts of each row (uint64), the same in every table that has the same parts.

    The hashes of the texts are added up, each times an odd number that its part has for itself.

    Parameters
    ----------
    texts
        The texts of each part, by its name.
    rows
        How many rows there are.
    """
    of_parts = _hashes([*texts])
    total = np.full(rows, of_parts.sum(dtype=np.uint64))
    for given, of_part in zip(texts.values(), of_parts, strict=True):
        of_texts = _hashes(given.dictionary.to_numpy(zero_copy_only=False)) * (
            of_part | np.uint64(1)
        )
        total += of_texts[given.indices.to_numpy()]
    return total


def _hashes(texts) -> np.ndarray:
    return pd.util.hash_array(np.array(texts, dtype=object), categorize=False)
