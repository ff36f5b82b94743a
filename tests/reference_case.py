"""R's own figures, and the data to which they belong."""

from functools import cache

import pandas as pd

from lncohort.reference.cases import reference_folder

FOLDER = reference_folder() / "r"


@cache
def r_figures(family: str) -> dict[str, float]:
    """R's figures of a family of methods, by id."""
    return pd.read_csv(FOLDER / f"{family}.csv", index_col="id")["value"].to_dict()


def r_data(family: str) -> pd.DataFrame:
    """The data to which R's figures of a family belong."""
    return pd.read_csv(FOLDER / f"{family}_data.csv")
