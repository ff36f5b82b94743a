"""Rows of a hospital's table, with what is wrong with each beside what it shows."""

import numpy as np
import pandas as pd

TRAPS, FATE, REASON = "_traps", "_fate", "_reason"
MARKS = [TRAPS, FATE, REASON]


def unmarked(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows with which nothing is wrong yet: all of them are to be used."""
    return rows.assign(**{TRAPS: "", FATE: "used", REASON: ""}).reset_index(drop=True)


def mark(
    rows: pd.DataFrame,
    where: pd.Series | np.ndarray,
    trap: str,
    fate: str | None = None,
    reason: str = "",
) -> None:
    """Note a trap for some rows, in place; with what is to become of them where they are lost."""
    rows.loc[where, TRAPS] = rows.loc[where, TRAPS] + trap + ";"
    if fate is not None:
        rows.loc[where, FATE] = fate
        rows.loc[where, REASON] = reason


def with_copies(rng: np.random.Generator, rows: pd.DataFrame, share: float) -> pd.DataFrame:
    """Rows, some of which are there once more, word for word."""
    chosen = np.flatnonzero((rng.random(len(rows)) < share) & (rows[FATE] == "used"))
    copies = rows.iloc[chosen].copy()
    mark(copies, np.ones(len(copies), bool), "exact copy", "rejected", "copy_of_a_row")
    return pd.concat([rows, copies], ignore_index=True)


def shown(rows: pd.DataFrame) -> pd.DataFrame:
    """What the hospital's table shows of its rows."""
    return rows[[column for column in rows if not column.startswith("_")]]


def told(rows: pd.DataFrame) -> dict:
    """What is wrong in a table, and what is to become of its rows, as counts."""
    lost = rows[rows[FATE] != "used"]
    traps = rows[TRAPS].str.rstrip(";").str.split(";").explode()
    return {
        "read": len(rows),
        "used": int((rows[FATE] == "used").sum()),
        "not_used": {
            fate: dict(sorted(of_fate[REASON].value_counts().to_dict().items()))
            for fate, of_fate in lost.groupby(FATE)
        },
        "traps": dict(sorted(traps[traps != ""].value_counts().to_dict().items())),
    }
