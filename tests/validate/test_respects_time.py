"""One world in which the drug does nothing: who looks ahead finds harm, who respects time does not."""

import numpy as np
import pytest

from lncohort.estimate.rows import Z
from lncohort.study import load_study
from lncohort.validate.batch import cohort_estimands
from lncohort.validate.plan import Plan
from lncohort.validate.truths import judged, truth_of

PATIENTS, SEED = 5000, 77
ANALYSES = ("ever_use", "duration", "landmark", "grace_period", "marginal_structural")


@pytest.fixture(scope="module")
def found():
    study = judged(load_study("target_trial"), "null", ANALYSES)
    analyses = tuple(
        a.model_copy(update={"replicates": 12} if a.replicates else {}) for a in study.analyses
    )
    study = study.model_copy(update={"analyses": analyses})
    plan = Plan(study, "null", 1, PATIENTS, SEED)
    rows = cohort_estimands(study, "null", PATIENTS, [SEED])
    return rows.join(truth_of(plan, rows), how="inner").reset_index()


def of(found, *analyses):
    return found[found["analysis"].isin(analyses)]


def test_analyses_that_look_ahead_are_far_off(found):
    naive = of(found, "ever_use", "duration")
    assert (naive["truth"] == 0).all() and len(naive) == 2
    assert (naive["ci_high"] < -0.25).all()


def test_analyses_that_respect_time_find_nothing(found):
    timed = of(found, "landmark", "grace_period")
    assert len(timed) == 6
    error = (timed["ci_high"] - timed["ci_low"]) / (2 * Z)
    assert (timed["value"].abs() < 3 * error).all()
    ratios = timed[timed["measure"] == "HR"]
    assert (ratios["value"].abs() < 0.2).all(), "so that a bias as of the naive ones is seen"


def test_marginal_structural_model_finds_nothing(found):
    own = of(found, "marginal_structural").set_index(["measure", "contrast"])["value"]
    assert len(own) == 3
    assert np.abs(own["OR"].item()) < 0.2
    assert np.abs(own["RD"]).max() < 0.05
