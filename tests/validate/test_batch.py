"""Cohorts that go through the SQL together give what each gives alone."""

import pandas as pd
import pytest

from lncohort.analyses import estimate_all
from lncohort.errors import UserError
from lncohort.simulate.cohort import simulated_cohort
from lncohort.simulate.truth import estimands
from lncohort.study import load_study
from lncohort.validate.batch import cohort_estimands

PATIENTS = 400


@pytest.fixture(scope="module")
def study():
    nanjing = load_study("nanjing")
    kept = ("use", "duration", "tac_x_mmf", "survival", "risk", "landmark", "nested_trials")
    analyses = [a for a in nanjing.analyses if a.name in kept]
    timed = ("grace_period", "marginal_structural")
    analyses += [a for a in load_study("target_trial").analyses if a.name in timed]
    analyses = tuple(a.model_copy(update={"replicates": 2} if a.seed else {}) for a in analyses)
    return nanjing.model_copy(update={"analyses": analyses})


def test_every_number_of_each_cohort_is_the_one_that_it_has_alone(study):
    together = cohort_estimands(study, "nanjing", PATIENTS, [5, 6, 7])
    for seed in (5, 7):
        alone = simulated_cohort(study, PATIENTS, seed)
        # with the bootstrap, which validation leaves out: RERI has its interval by formula first
        estimates = estimate_all(
            study, alone.analysis_set, alone.person_time, follow_up=alone.follow_up
        )
        pd.testing.assert_frame_equal(together.loc[seed], estimands(estimates), check_exact=True)
    assert not together.loc[5].equals(together.loc[6])


def test_a_cohort_without_patients_is_told_by_its_seed(study):
    info = study.info.model_copy(update={"period_start": study.info.period_end})
    late = study.model_copy(update={"info": info})
    with pytest.raises(UserError, match="no patient|seed"):
        cohort_estimands(late, "nanjing", 20, [1, 2])
