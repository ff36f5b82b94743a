"""A hash of what the mapping reads of each row: rows of one hash may be copies of each other."""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

WORD = 8  # bytes
# The finalizer of SplitMix64 (Steele, Lea and Flood 2014).
FIRST, SECOND, THIRD = (np.uint64(shift) for shift in (30, 27, 31))
ONE, OTHER = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


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
    of_parts = _hashes(pa.array([*texts], pa.string()))
    total = np.full(rows, of_parts.sum(dtype=np.uint64))
    for given, of_part in zip(texts.values(), of_parts, strict=True):
        of_texts = _hashes(given.dictionary) * (of_part | np.uint64(1))
        total += of_texts[given.indices.to_numpy()]
    return total


def _hashes(texts: pa.Array) -> np.ndarray:
    """A hash of each text: its words of eight bytes, mixed one after the other, all of one length at once."""
    if len(texts) == 0:  # may have no buffers
        return np.empty(0, np.uint64)
    _, offsets, content = texts.buffers()
    bounds = np.frombuffer(offsets, np.int32)[texts.offset : texts.offset + len(texts) + 1]
    signs = np.frombuffer(content or b"", np.uint8)
    length, found = np.diff(bounds), np.empty(len(texts), np.uint64)
    for size in np.flatnonzero(np.bincount(length)):
        which = np.flatnonzero(length == size)
        words = np.zeros((len(which), -(-size // WORD) * WORD), np.uint8)
        words[:, :size] = signs[bounds[:-1][which, None] + np.arange(size)]
        total = np.full(len(which), size, np.uint64)
        for word in words.view("<u8").T:
            total = _mixed(total ^ word)
        found[which] = _mixed(total)
    return found


def _mixed(words: np.ndarray) -> np.ndarray:
    words = (words ^ (words >> FIRST)) * ONE
    words = (words ^ (words >> SECOND)) * OTHER
    return words ^ (words >> THIRD)
