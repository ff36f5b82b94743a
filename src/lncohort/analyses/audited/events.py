"""What came first, by use: the response, an event that competes with it, or neither."""

import pandas as pd

from lncohort.analyses.audited.shared import ARMS, share_rows

MODEL = "competing_events"
RESPONSE, COMPETING, NEITHER = "response", "competing event", "neither"


def event_rows(patients: pd.DataFrame) -> list[dict]:
    """Counts and percentages of the first event of users and of others.

    Parameters
    ----------
    patients : DataFrame of shape (n, columns)
        The whole cohort, with ``event`` and ``exposed``.
    """
    named = patients["event"].map({0: NEITHER, 1: RESPONSE, 2: COMPETING})
    return [
        made
        for arm, exposed in ARMS.items()
        for made in share_rows(
            MODEL, arm, named[patients["exposed"] == exposed], (RESPONSE, COMPETING, NEITHER)
        )
    ]
