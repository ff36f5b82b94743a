"""Coefficients with their covariance, and what is asked of them."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats


@dataclass(frozen=True)
class Coefficients:
    """The coefficients of a fitted model.

    Attributes
    ----------
    coefficients : Series of shape (p,)
        By column of the design.
    covariance : DataFrame of shape (p, p)
    """

    coefficients: pd.Series
    covariance: pd.DataFrame

    def contrast(self, weights: dict[str, float]) -> tuple[float, float]:
        """Value and standard error of a weighted sum of coefficients.

        Raises
        ------
        KeyError
            When the model has no such coefficient.
        """
        names, vector = list(weights), np.array(list(weights.values()))
        places = self.coefficients.index.get_indexer(names)
        if (places < 0).any():
            raise KeyError(f"no such coefficient: {names[int(np.argmin(places))]}")
        value = float(vector @ self.coefficients.to_numpy()[places])
        covariance = self.covariance.to_numpy()[np.ix_(places, places)]
        return value, float(np.sqrt(vector @ covariance @ vector))

    def wald_test(self, names: list[str]) -> float:
        """P of the joint Wald test that some coefficients are 0."""
        values = self.coefficients[names].to_numpy()
        covariance = self.covariance.loc[names, names].to_numpy()
        return float(stats.chi2.sf(values @ np.linalg.solve(covariance, values), len(names)))
