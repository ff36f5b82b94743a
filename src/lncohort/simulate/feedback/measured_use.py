"""The end of the first tacrolimus era as a study dates it, found in numpy from the orders.

The same rule as `sql/exposure`, for orders that start on different days and are sorted by patient
and day. A test holds the two together.
"""

from collections.abc import Mapping

import numpy as np

from lncohort.simulate.parameters import DRUGS
from lncohort.simulate.patients import NEVER

TACROLIMUS = DRUGS.index("tacrolimus")


def first_era_end(orders: Mapping[str, np.ndarray], patients: int, grace_days: int) -> np.ndarray:
    """The day on which the first era ends, exclusive; `NEVER` for who has none.

    Parameters
    ----------
    orders
        As `draw_prescriptions` gives them.
    patients
        How many there are.
    grace_days
        Longest gap in supply that does not end an era.
    """
    own = orders["drug"] == TACROLIMUS
    who, day = orders["who"][own], orders["day"][own]
    last_day = orders["end_day"][own]
    ends = np.where(np.isnan(last_day), day + orders["days_supply"][own], last_day + 1)
    apart = 10 * NEVER  # so that a running maximum begins anew with each patient
    reach = np.maximum.accumulate(ends + who * apart) - who * apart
    same = who[1:] == who[:-1]
    closes = np.append(~same | (day[1:] - reach[:-1] > grace_days), True)[: len(who)]
    found = np.full(patients, float(NEVER))
    np.minimum.at(found, who[closes], reach[closes])
    return found.astype(int)
