"""Analyses that respect time: exposure as it was known when follow-up was still to come.

In hazards, death and kidney failure are censored; in risks, they compete with the response.
"""

from lncohort.analyses.timed.active_comparator import active_comparator_rows
from lncohort.analyses.timed.followed import at_days_followed
from lncohort.analyses.timed.grace_period import grace_period_rows
from lncohort.analyses.timed.incidence import incidence_rows
from lncohort.analyses.timed.landmark import landmark_rows
from lncohort.analyses.timed.marginal import marginal_rows
from lncohort.analyses.timed.sequential import sequential_rows
from lncohort.analyses.timed.time_varying import time_varying_rows

TIMED_KINDS = {
    "landmark": landmark_rows,
    "time_varying": time_varying_rows,
    "clone_censor_weight": at_days_followed(grace_period_rows),
    "sequential_trials": sequential_rows,
    "marginal_structural": at_days_followed(marginal_rows),
    "active_comparator": active_comparator_rows,
    "cumulative_incidence": at_days_followed(incidence_rows),
}

__all__ = ["TIMED_KINDS"]
