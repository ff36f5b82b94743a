"""Rows of follow-up cut at given times, so that a coefficient can differ between periods."""

from collections.abc import Sequence

import numpy as np
import pandas as pd


def split_at(stop, event, cuts: Sequence[float], start=None) -> pd.DataFrame:
    """Cut each row at some times; the parts say the same of the patient as the whole.

    Parameters
    ----------
    stop : array of shape (n,)
        Time of the event or censoring.
    event : array of bool, shape (n,)
        Whether the event came at ``stop``.
    cuts : sequence of float
        Rising times above 0; an event at a cut belongs to the period before it.
    start : array of shape (n,), optional
        A row is at risk on (start, stop]; without it from 0.

    Returns
    -------
    DataFrame
        row (position of the row that was cut), period (0, 1, ...), start, stop, event; sorted by
        row and period.

    Raises
    ------
    ValueError
        When the cuts do not rise from above 0.

    Notes
    -----
    Therneau TM, Grambsch PM. Modeling Survival Data, 2000, section 6.5.
    """
    edges = np.array([-np.inf, *cuts, np.inf])
    if len(cuts) and not (cuts[0] > 0 and (np.diff(cuts) > 0).all()):
        raise ValueError(f"cuts: expected times that rise from above 0, found {list(cuts)}")
    stop, event = np.asarray(stop, dtype=float), np.asarray(event).astype(bool)
    start = np.zeros(len(stop)) if start is None else np.asarray(start, dtype=float)
    parts = []
    for period, (low, high) in enumerate(zip(edges[:-1], edges[1:], strict=True)):
        inside = np.flatnonzero((start < high) & (stop > low))
        parts.append(
            pd.DataFrame(
                {
                    "row": inside,
                    "period": period,
                    "start": np.maximum(start[inside], low),
                    "stop": np.minimum(stop[inside], high),
                    "event": event[inside] & (stop[inside] <= high),
                }
            )
        )
    return pd.concat(parts).sort_values(["row", "period"], ignore_index=True)
