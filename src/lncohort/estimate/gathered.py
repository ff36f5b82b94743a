"""A design matrix whose rows are gathered from small tables, so that many rows need little room."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Gathered:
    """Columns of several tables side by side; each row says which row of each table it takes.

    A patient's covariates, which all the intervals of a trial share, stand in memory once, and sums
    over rows are made table row by table row: the matrix itself is never there.

    Attributes
    ----------
    tables : tuple of array, each of shape (m, q)
    places : tuple of array of int, each of shape (n,)
    columns : tuple of str
        Names of all p columns, in the order of the tables.
    """

    tables: tuple[np.ndarray, ...]
    places: tuple[np.ndarray, ...]
    columns: tuple[str, ...]

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return len(self.places[0]), len(self.columns)

    @cached_property
    def size(self) -> np.ndarray:
        """The root mean square of each column; 1 for an empty one."""
        squares = Gathered(tuple(table**2 for table in self.tables), self.places, self.columns)
        mean = squares.sums(np.ones(self.shape[0])) / max(self.shape[0], 1)
        return np.where(mean > 0, np.sqrt(mean), 1.0)

    def times(self, vector: np.ndarray) -> np.ndarray:
        """The product with a vector of one number a column, shape (n,)."""
        made, first = np.zeros(self.shape[0]), 0
        for table, place in zip(self.tables, self.places, strict=True):
            made += (table @ vector[first : first + table.shape[1]])[place]
            first += table.shape[1]
        return made

    def sums(self, values: np.ndarray) -> np.ndarray:
        """Sums over the rows of each column times a value of the row, shape (p,)."""
        parts = zip(self.tables, self.places, strict=True)
        return np.concatenate(
            [_summed(values, place, len(table)) @ table for table, place in parts]
        )

    def sums_by(self, values: np.ndarray, group: np.ndarray, groups: int) -> np.ndarray:
        """The same within numbered groups of rows, shape (groups, p)."""
        return np.column_stack(
            [
                _summed(values * column[place], group, groups)
                for table, place in zip(self.tables, self.places, strict=True)
                for column in table.T
            ]
        )

    def moments(self, weights: np.ndarray) -> np.ndarray:
        """Weighted sums over the rows of products of columns, shape (p, p)."""
        blocks = [[None] * len(self.tables) for _ in self.tables]
        for i, (one, at) in enumerate(zip(self.tables, self.places, strict=True)):
            blocks[i][i] = (one.T * _summed(weights, at, len(one))) @ one
            for j in range(i + 1, len(self.tables)):
                other, there = self.tables[j], self.places[j]
                rows = [_summed(weights * column[at], there, len(other)) for column in one.T]
                blocks[i][j] = np.stack(rows) @ other
                blocks[j][i] = blocks[i][j].T
        return np.block(blocks)

    def only(self, rows) -> "Gathered":
        """Some rows: by flag, by number or by slice."""
        return Gathered(self.tables, tuple(place[rows] for place in self.places), self.columns)


def _summed(values: np.ndarray, place: np.ndarray, size: int) -> np.ndarray:
    return np.bincount(place, values, size)


def gather(*parts: tuple[pd.DataFrame, np.ndarray | None]) -> Gathered:
    """A design matrix, behind an intercept, of tables and the row of each that each row takes.

    Parameters
    ----------
    parts : pairs of a DataFrame of shape (m, q) and an array of int of shape (n,)
        None in place of the array when the rows of the table are those of the design. Tables with
        few columns and few rows come first: sums of products take their columns one by one.
    """
    n = next(len(table) if place is None else len(place) for table, place in parts)
    tables, places, columns = [np.ones((1, 1))], [np.zeros(n, dtype=np.int8)], ["intercept"]
    for table, place in parts:
        if table.shape[1]:
            tables.append(np.asfortranarray(table.to_numpy(dtype=float)))
            places.append(np.arange(n, dtype=np.int32) if place is None else place)
            columns += list(table.columns)
    return Gathered(tuple(tables), tuple(places), tuple(columns))
