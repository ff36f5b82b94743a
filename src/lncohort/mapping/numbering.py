"""Numbers for the distinct texts of a table, so that its rows hold numbers in their place."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

LARGEST = 2**62


class Numbering:
    """The distinct texts of parts that are read together, numbered from 0 as they are first met.

    Where one part is read alone, an empty text is nothing and has no number.
    """

    def __init__(self):
        self._numbers: dict[str | tuple[str, ...], int] = {}

    @property
    def texts(self) -> list[tuple[str, ...]]:
        """The texts of each part, in the order of their numbers."""
        return [(text,) if isinstance(text, str) else text for text in self._numbers]

    def of(self, parts: Sequence[pa.DictionaryArray]) -> pa.Array:
        """The number of the texts of each row (int32); new texts get the next numbers.

        Parameters
        ----------
        parts
            The texts of each part, for the same rows; every text of a dictionary is in a row.
        """
        if len(parts) == 1:
            return self._of_distinct(parts[0].dictionary.to_pylist()).take(parts[0].indices)
        place, span, combined = None, 1, []
        for part in parts:
            distinct = part.dictionary.dictionary_encode()
            local = distinct.indices.to_numpy()[part.indices.to_numpy()]
            size = len(distinct.dictionary)
            combined.append((distinct.dictionary, local))
            if place is None:
                place, span = local.astype(np.int64), size
            elif size > 1:
                if span > LARGEST // size:
                    place = _encoded(place).astype(np.int64)
                    span = len(place)
                place *= size
                place += local
                span *= size
        rows = _encoded(place)
        first = np.full(rows.max(initial=-1) + 1, 0)
        first[rows[::-1]] = np.arange(len(rows))[::-1]
        met = [texts.take(pa.array(local[first])).to_pylist() for texts, local in combined]
        return self._of_distinct([*zip(*met, strict=True)]).take(pa.array(rows))

    def _of_distinct(self, texts: list) -> pa.Array:
        known = self._numbers
        numbers = [*map(known.get, texts)]
        if None in numbers:
            numbers = [
                known.setdefault(text, len(known)) if number is None and text else number
                for text, number in zip(texts, numbers, strict=True)
            ]
        return pa.array(numbers, pa.int32())


def _encoded(places: np.ndarray) -> np.ndarray:
    """The same places, counted from 0 as they are first met."""
    return pa.array(places).dictionary_encode().indices.to_numpy()
