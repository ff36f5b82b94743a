"""One row a patient, with the day on which treatment starts, as rows of time."""

import numpy as np
import pandas as pd


def start_stop_rows(started, stop, event) -> pd.DataFrame:
    """Cut follow-up where treatment starts.

    Parameters
    ----------
    started : array of shape (n,)
        When treatment starts, in the time of ``stop``; missing or infinite: never.
    stop : array of shape (n,)
        Time of the event or of censoring, above 0.
    event : array of bool, shape (n,)

    Returns
    -------
    DataFrame
        row (position of the patient), start, stop, event, treated: one row or two a patient, each
        at risk on (start, stop]. An event on the day of the start comes before it.
    """
    started, stop = (np.asarray(values, dtype=float) for values in (started, stop))
    row = np.arange(len(stop))
    begins = np.where(np.isnan(started), np.inf, started)
    before, after = begins > 0, begins < stop
    parts = (
        {"start": np.zeros(len(stop)), "stop": np.minimum(begins, stop), "event": ~after},
        {"start": np.maximum(begins, 0), "stop": stop, "event": after},
    )
    made = [
        pd.DataFrame({"row": row} | part | {"treated": treated})[kept]
        for part, treated, kept in zip(parts, (False, True), (before, after), strict=True)
    ]
    rows = pd.concat(made).sort_values(["row", "start"], ignore_index=True)
    rows["event"] &= np.asarray(event).astype(bool)[rows["row"]]
    return rows


def interval_rows(started, stop, event, width: float) -> pd.DataFrame:
    """Follow-up in intervals of one width, treated as it stands at the start of each.

    Parameters
    ----------
    started, stop, event
        As for :func:`start_stop_rows`.
    width : float
        Of the intervals; the last of a patient ends with follow-up.

    Returns
    -------
    DataFrame
        row (position of the patient), interval (0, 1, ...), start, stop, treated (by the start of
        the interval; from then on always), event (at ``stop``). A start inside an interval is seen
        at the start of the next, if the patient is followed so long.
    """
    started, stop = (np.asarray(values, dtype=float) for values in (started, stop))
    length = np.maximum(np.ceil(stop / width), 1).astype(int)
    row = np.repeat(np.arange(len(stop)), length)
    interval = np.arange(len(row)) - np.repeat(np.cumsum(length) - length, length)
    last = interval == length[row] - 1
    start = interval * width
    return pd.DataFrame(
        {
            "row": row,
            "interval": interval,
            "start": start,
            "stop": np.where(last, stop[row], start + width),
            "treated": started[row] <= start,
            "event": np.asarray(event).astype(bool)[row] & last,
        }
    )
