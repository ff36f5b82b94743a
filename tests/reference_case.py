"""Public data with published figures."""

from functools import cache
from pathlib import Path

import pandas as pd

FOLDER = Path(__file__).parent / "reference"


def data_of(case: str) -> pd.DataFrame:
    """The data of a case."""
    return pd.read_csv(FOLDER / case / "data.csv")


def expanded_esoph() -> pd.DataFrame:
    """The grouped case-control data of oesophageal cancer, one row a person."""
    data = data_of("trend-esoph-adjusted")
    cases = data.loc[data.index.repeat(data["ncases"])].assign(case=1.0)
    controls = data.loc[data.index.repeat(data["ncontrols"])].assign(case=0.0)
    return pd.concat([cases, controls], ignore_index=True)


@cache
def r_figures(family: str) -> dict[str, float]:
    """R's figures of a family of methods, by id."""
    return pd.read_csv(FOLDER / "r" / f"{family}.csv", index_col="id")["value"].to_dict()


def r_data(family: str) -> pd.DataFrame:
    """The data to which R's figures of a family belong."""
    return pd.read_csv(FOLDER / "r" / f"{family}_data.csv")
