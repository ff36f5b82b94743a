"""Visits at irregular days, whatever the patient's state."""

import numpy as np

from lncohort.simulate.labs import Visits
from lncohort.simulate.patients import Patients
from lncohort.simulate.planned.response import Disease, true_creatinine, true_proteinuria
from lncohort.simulate.planned.treatment import HORIZON_DAYS

_SHORTEST, _LONGEST = 32, 78  # days between visits
_VISITS = HORIZON_DAYS // _SHORTEST + 1


def draw_visits(
    rng: np.random.Generator,
    patients: Patients,
    disease: Disease,
    decision: tuple[np.ndarray, np.ndarray],
) -> Visits:
    """Draw the visits of follow-up, and for most one before that of the index date."""
    n = len(patients)
    everyone = np.arange(n)
    decided, missing = decision
    earlier = np.maximum(decided - rng.integers(12, 45, n), patients.observed_from)
    earlier_kept = (rng.random(n) < 0.7) & (earlier < decided) & ~missing

    step = rng.integers(_SHORTEST, _LONGEST + 1, (n, _VISITS))
    step[:, 0] = rng.integers(12, 45, n)
    visit = np.cumsum(step, axis=1)
    last = np.minimum(
        np.minimum(patients.observed_until, patients.kidney_failure - 1), HORIZON_DAYS
    )
    seen = visit <= last[:, None]
    who_seen = np.repeat(everyone, seen.sum(axis=1))
    who = np.concatenate([everyone[earlier_kept], who_seen])
    day = np.concatenate([earlier[earlier_kept], visit[seen]])
    return Visits(
        who=who,
        day=day,
        proteinuria=true_proteinuria(patients, disease, who, day),
        creatinine=true_creatinine(patients, disease, who, day),
    )
