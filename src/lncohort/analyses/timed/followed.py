"""Risks at days to which nobody is followed are not told, nor estimated from what came before."""

from collections.abc import Callable
from functools import wraps

import pandas as pd

from lncohort.estimate.rows import row
from lncohort.follow_up import FollowUp
from lncohort.study import Study
from lncohort.study.model import Analysis

Rows = Callable[[Study, pd.DataFrame, FollowUp, Analysis], list[dict]]


def at_days_followed(estimate: Rows) -> Rows:
    """An analysis of risks that is asked for the days to which some patient is followed only.

    Parameters
    ----------
    estimate : callable
        Makes the rows of an analysis whose ``days`` are those of risks.
    """

    @wraps(estimate)
    def rows(
        study: Study, patients: pd.DataFrame, follow_up: FollowUp, analysis: Analysis
    ) -> list[dict]:
        last = follow_up.intervals["stop_day"].max()
        followed = tuple(day for day in analysis.days if day <= last)
        made = estimate(study, patients, follow_up, analysis.model_copy(update={"days": followed}))
        return made + [
            row(
                analysis.name,
                "RD",
                contrast=f"day {day}",
                note="not estimable: nobody is followed to this day",
            )
            for day in analysis.days
            if day not in followed
        ]

    return rows
