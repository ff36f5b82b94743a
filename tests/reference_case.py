"""Public data with published figures."""

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
