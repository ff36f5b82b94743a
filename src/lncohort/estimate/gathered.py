"""A design matrix whose rows are gathered from small tables, so that many rows need little room."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

CHUNK = 65_536  # rows that are gathered at a time


@dataclass(frozen=True)
class Gathered:
    """Columns of several tables side by side; each row says which row of each table it takes.

    A patient's covariates, which all the intervals of a trial share, stand in memory once.

    Attributes
    ----------
    tables : tuple of array, each of shape (m, q)
    places : tuple of array of int, each of shape (n,)
    columns : tuple of str
        Names of all columns, in the order of the tables.
    """

    tables: tuple[np.ndarray, ...]
    places: tuple[np.ndarray, ...]
    columns: tuple[str, ...]

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return len(self.places[0]), len(self.columns)

    def __getitem__(self, rows) -> np.ndarray:
        """Some rows, as an array."""
        parts = zip(self.tables, self.places, strict=True)
        return np.concatenate([table[place[rows]] for table, place in parts], axis=1)

    def chunks(self):
        """Slices that go over all rows."""
        return (slice(first, first + CHUNK) for first in range(0, self.shape[0], CHUNK))

    @cached_property
    def size(self) -> np.ndarray:
        """The root mean square of each column; 1 for an empty one."""
        total = sum((self[rows] ** 2).sum(axis=0) for rows in self.chunks())
        squared = total / max(self.shape[0], 1)
        return np.where(squared > 0, np.sqrt(squared), 1.0)

    def times(self, vector: np.ndarray) -> np.ndarray:
        """The product with a vector of one number a column, shape (n,)."""
        made, first = np.zeros(self.shape[0]), 0
        for table, place in zip(self.tables, self.places, strict=True):
            made += (table @ vector[first : first + table.shape[1]])[place]
            first += table.shape[1]
        return made

    def only(self, rows: np.ndarray) -> "Gathered":
        """Those rows for which a flag is set, or whose numbers are given."""
        return Gathered(self.tables, tuple(place[rows] for place in self.places), self.columns)


def gather(*parts: tuple[pd.DataFrame, np.ndarray | None]) -> Gathered:
    """A design matrix, behind an intercept, of tables and the row of each that each row takes.

    Parameters
    ----------
    parts : pairs of a DataFrame of shape (m, q) and an array of int of shape (n,)
        None in place of the array when the rows of the table are those of the design.
    """
    n = next(len(table) if place is None else len(place) for table, place in parts)
    tables, places, columns = [np.ones((1, 1))], [np.zeros(n, dtype=np.int8)], ["intercept"]
    for table, place in parts:
        if table.shape[1]:
            tables.append(table.to_numpy(dtype=float))
            places.append(np.arange(n, dtype=np.int32) if place is None else place)
            columns += list(table.columns)
    return Gathered(tuple(tables), tuple(places), tuple(columns))
