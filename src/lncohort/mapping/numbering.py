"""Numbers for the distinct texts of a table, so that its rows hold numbers in their place."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


@dataclass
class Numbering:
    """The distinct texts of parts that are read together, numbered from 0 as they are first met.

    Where one part is read alone, an empty text is nothing and has no number.
    """

    texts: dict[tuple[str, ...], int] = field(default_factory=dict)

    def of(self, parts: Sequence[pa.DictionaryArray]) -> pa.Array:
        """The number of the texts of each row (int32); new texts get the next numbers.

        Parameters
        ----------
        parts
            The texts of each part, for the same rows.
        """
        place, combined = None, []
        for part in parts:
            distinct = part.dictionary.dictionary_encode()
            local = distinct.indices.take(part.indices)
            combined.append((distinct.dictionary, local))
            if place is None:
                place = local.cast(pa.int64())
            elif len(distinct.dictionary) > 1:
                wider = pc.add(pc.multiply(place, len(distinct.dictionary)), local.cast(pa.int64()))
                place = wider.dictionary_encode().indices.cast(pa.int64())
        rows = place.dictionary_encode().indices.to_numpy()
        first = np.full(rows.max(initial=-1) + 1, 0)
        first[rows[::-1]] = np.arange(len(rows))[::-1]
        met = [texts.take(local.take(pa.array(first))).to_pylist() for texts, local in combined]
        known = self.texts
        numbers = [
            None if one == ("",) else known.setdefault(one, len(known))
            for one in zip(*met, strict=True)
        ]
        return pa.array(numbers, pa.int32()).take(pa.array(rows))
