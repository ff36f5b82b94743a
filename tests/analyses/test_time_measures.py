"""Other measures of time: the estimators' own figures, and none where there is none."""

import numpy as np
import pandas as pd
import pytest
from lifelines import KaplanMeierFitter
from lifelines.statistics import logrank_test
from lifelines.utils import restricted_mean_survival_time

from lncohort.analyses.time_measures import NOT_REACHED, time_rows
from lncohort.estimate.competing import fit_fine_gray
from lncohort.estimate.rows import as_estimates
from made import made_patients


@pytest.fixture(scope="module")
def patients():
    made = made_patients(2000, seed=90)
    random = np.random.default_rng(90)
    died = (made["event"] == 0) & (random.random(2000) < 0.2)
    made.loc[died, "event"] = 2
    made.loc[died, "time_days"] = random.integers(30, 700, died.sum())
    return made


@pytest.fixture(scope="module")
def rows(nanjing, patients):
    return as_estimates(time_rows(nanjing, patients, "s")).set_index(["measure", "model", "level"])


def test_log_rank_test_is_that_of_another_library(patients, rows):
    used, responded = patients["exposed"], patients["event"] == 1
    peer = logrank_test(
        patients["time_days"][used],
        patients["time_days"][~used],
        responded[used],
        responded[~used],
    )
    assert rows.loc[("log-rank", "crude", "ever"), "p_value"] == pytest.approx(peer.p_value)


def test_restricted_means_are_those_of_another_library(patients, rows):
    responded = patients["event"] == 1
    found = {}
    for level, own in patients.groupby("use", observed=True):
        fitter = KaplanMeierFitter().fit(own["time_days"], responded[own.index])
        found[level] = restricted_mean_survival_time(fitter, t=730)
        mean = rows.loc[("RMST", "Kaplan-Meier", level), "estimate"]
        assert mean == pytest.approx(found[level], rel=1e-9)
    difference = rows.loc[("RMST difference", "Kaplan-Meier", "ever"), "estimate"]
    assert difference == pytest.approx(found["ever"] - found["never"], rel=1e-9)


def test_subdistribution_ratio_is_that_of_the_estimator(patients, rows):
    covariates = pd.DataFrame({"exposed": patients["exposed"].astype(float)})
    fit = fit_fine_gray(covariates, patients["time_days"], patients["event"])
    found = rows.loc[("sHR", "crude", "ever"), "estimate"]
    assert np.log(found) == pytest.approx(fit.coefficients["exposed"])
    assert rows.loc[("sHR", "adjusted", "ever"), "estimate"] > found


def test_median_that_is_not_reached_has_no_number(nanjing, patients):
    few = patients.copy()
    responded = few.index[few["event"] == 1]
    few.loc[responded[::2], ["event", "time_days"]] = [0, 730]
    rows = as_estimates(time_rows(nanjing, few, "s"))
    median = rows[(rows["measure"] == "median days") & (rows["level"] == "never")].iloc[0]
    assert median["note"] == NOT_REACHED
    assert np.isnan(median["estimate"])


def test_no_response_among_users_gives_no_ratio(nanjing, patients):
    none = patients.copy()
    none.loc[none["exposed"], "event"] = 0
    rows = as_estimates(time_rows(nanjing, none, "s"))
    assert rows[rows["measure"] == "sHR"]["estimate"].isna().all()
    assert np.isfinite(rows[["ci_low", "ci_high"]].fillna(0)).all(axis=None)
