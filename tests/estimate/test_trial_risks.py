"""Risks in both arms of nested trials: planted ones, by hand, competing events, samples, refusals."""

from functools import cache

import numpy as np
import pandas as pd
import pytest

from estimate.planted import LENGTH, drawn, risk
from lncohort.estimate.trial_risks import trial_risks
from lncohort.estimate.trial_rows import expand

BENEFIT = -0.4
N = 60_000


ALL = range(1, LENGTH + 1)


def fitted(rows, times=(LENGTH,), covariates=("covariate",), protocol=True, **others):
    trials = expand(rows, list(covariates), protocol=protocol)
    return trial_risks(trials, times, LENGTH, **others)


def estimates(found) -> pd.Series:
    return found.contrasts.set_index("measure")["estimate"]


@cache
def large(effect: float):
    return drawn(N, effect, seed=21, lost=True)


def of_first_trial(rows):
    """Only the trial of the first interval, whose risks under both arms were planted."""
    return rows.assign(eligible=(rows["interval"] == 0) * 1)


@pytest.mark.parametrize("effect", [0.0, BENEFIT])
def test_planted_risks_of_the_first_trial_are_found_per_protocol(effect):
    found = fitted(of_first_trial(large(effect)), ALL).contrasts.set_index("measure")
    for arm, name in ((0, "risk without"), (1, "risk with")):
        curve = found.loc[name, "estimate"]
        # Weighted shares of some 10,000 who keep to an arm.
        np.testing.assert_allclose(curve, risk(arm, effect), atol=0.016)


def test_at_the_whole_length_only_the_first_trial_can_be_followed():
    found = estimates(fitted(large(BENEFIT)))
    assert abs(found["risk without"] - risk(0, BENEFIT)[-1]) < 0.016
    assert abs(found["risk with"] - risk(1, BENEFIT)[-1]) < 0.016


def test_all_trials_together_find_nothing_where_nothing_is():
    assert (estimates(fitted(large(0.0), ALL))["risk difference"].abs() < 0.012).all()


def test_without_covariates_the_arms_are_not_alike():
    assert estimates(fitted(large(0.0), covariates=()))["risk difference"] > 0.08


def test_loss_that_follows_the_covariate_is_made_up_for():
    rows = of_first_trial(large(BENEFIT))
    truth = risk(0, BENEFIT)[-1]
    weighed = estimates(fitted(rows))["risk without"]
    ignored = estimates(fitted(rows.drop(columns="censored")))["risk without"]
    assert abs(weighed - truth) < 0.012
    assert ignored < weighed - 0.004


def test_intention_to_treat_of_the_first_trial_is_a_weighted_share():
    rows = of_first_trial(drawn(4000, BENEFIT, seed=3))
    found = fitted(rows, ALL, protocol=False).contrasts.set_index("measure")
    begins = rows[rows["interval"] == 0].set_index("patient")
    by = [begins["covariate"], begins["treated"]]
    below = begins.groupby(by)["event"].transform("size") / begins.groupby(
        "covariate"
    )["event"].transform("size")  # fmt: skip
    time = rows.groupby("patient")["interval"].max()
    event = rows.groupby("patient")["event"].max()
    for arm, name in ((0, "risk without"), (1, "risk with")):
        own = begins["treated"] == arm
        weight = (1 / below)[own]
        shares = [
            weight @ ((time[own] <= k) & (event[own] == 1)) / weight.sum() for k in range(LENGTH)
        ]
        np.testing.assert_allclose(found.loc[name, "estimate"], shares, rtol=1e-6)


def test_each_trial_counts_as_often_as_it_is_entered():
    # nobody is treated by a covariate: the risk of an arm is that of each trial's arm, by its size
    rows = drawn(30_000, BENEFIT, seed=13)
    found = estimates(fitted(rows, times=[1], covariates=(), protocol=False))
    trials = expand(rows, [], protocol=False)
    begins = pd.DataFrame({"trial": trials.trial, "arm": trials.assigned, "event": trials.event})[
        trials.follow_up == 0
    ]
    size = begins.groupby("trial").size()
    for arm, name in ((False, "risk without"), (True, "risk with")):
        shares = begins[begins["arm"] == arm].groupby("trial")["event"].mean()
        assert found[name] == pytest.approx(shares @ size / size.sum(), rel=1e-6)


def test_who_has_a_competing_event_is_neither_a_responder_nor_censored():
    rows = of_first_trial(drawn(4000, 0.0, seed=14))
    random = np.random.default_rng(1)
    fails = (rows["event"] == 0) & (random.random(len(rows)) < 0.2)
    rows = rows.assign(competing=fails * 1)
    rows = rows[rows.groupby("patient")["competing"].cumsum() - rows["competing"] == 0]
    found = estimates(fitted(rows, covariates=(), protocol=False))
    responds = rows.groupby("patient")["event"].max()
    treated = rows[rows["interval"] == 0].set_index("patient")["treated"]
    assert found["risk without"] == pytest.approx(responds[treated == 0].mean(), rel=1e-9)
    assert found["risk with"] == pytest.approx(responds[treated == 1].mean(), rel=1e-9)


def test_replicates_are_samples_of_patients_who_stand_several_times():
    rows = drawn(400, BENEFIT, seed=9, lost=True)
    given = {"times": [2], "truncate": (0.02, 0.98)}
    found = fitted(rows, replicates=3, seed=7, **given).contrasts
    random, each = np.random.default_rng(7), []
    for _ in range(3):
        places = random.integers(0, 400, 400)
        parts = [rows[rows["patient"] == p].assign(patient=i) for i, p in enumerate(places)]
        each.append(fitted(pd.concat(parts), **given).contrasts["estimate"])
    np.testing.assert_allclose(found["se"], np.std(each, axis=0, ddof=1), rtol=1e-5)


def test_a_time_for_which_nobody_is_followed_in_an_arm_has_no_risk():
    rows = drawn(400, 0.0, seed=2)
    first = rows[rows["interval"] == 0].set_index("patient")["treated"]
    rows = rows[~((rows["interval"] == LENGTH - 1) & (rows["patient"].map(first) == 1))]
    found = fitted(rows, ALL, protocol=False).contrasts.set_index(["time", "measure"])["estimate"]
    assert np.isnan(found[LENGTH]["risk with"]) and np.isnan(found[LENGTH]["risk difference"])
    assert np.isfinite(found[LENGTH]["risk without"]) and np.isfinite(found[LENGTH - 1]).all()


@pytest.mark.parametrize("time", [0, LENGTH + 1])
def test_a_time_beyond_the_follow_up_is_refused(time):
    with pytest.raises(ValueError, match="from 1 to 3 intervals"):
        fitted(drawn(400, 0.0, seed=2), [1, time])
