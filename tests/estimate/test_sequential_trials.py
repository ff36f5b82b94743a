"""Nested trials: planted risks, who counts in which trial, weights, bad rows."""

from functools import cache

import numpy as np
import pandas as pd
import pytest

from estimate.planted import LENGTH, drawn, risk
from lncohort.estimate.cumulative_incidence import standardised_incidence
from lncohort.estimate.rows import NotEstimable
from lncohort.estimate.sequential_trials import sequential_trials
from lncohort.estimate.trial_rows import expand, from_table

BENEFIT = -0.4
N = 60_000


def fitted(rows, covariates=("covariate",), times=(1, LENGTH), protocol=True, **others):
    trials = expand(rows, list(covariates), protocol=protocol)
    return sequential_trials(trials, list(times), **others)


def estimates(found) -> pd.Series:
    return found.risks.contrasts.set_index(["time", "measure"])["estimate"]


@cache
def large(effect: float):
    return drawn(N, effect, seed=21, lost=True)


def of_first_trial(rows):
    """Only the trial of the first interval, whose risks under both arms were planted."""
    return rows.assign(eligible=(rows["interval"] == 0) * 1)


@pytest.mark.parametrize("effect", [0.0, BENEFIT])
def test_planted_risks_of_the_first_trial_are_found_per_protocol(effect):
    found = fitted(of_first_trial(large(effect)), times=(1, 2, 3)).risks.curves
    for arm, name in ((0, "without"), (1, "with")):
        curve = found.set_index("arm").loc[name, "risk"]
        # Weighted shares of some 10,000 who keep to an arm.
        np.testing.assert_allclose(curve, risk(arm, effect), atol=0.016)


def test_all_trials_together_find_nothing_where_nothing_is():
    found = estimates(fitted(large(0.0)))
    assert abs(found[LENGTH, "risk difference"]) < 0.012


def test_without_weights_of_the_beginning_the_arms_are_not_alike():
    crude = estimates(fitted(large(0.0), covariates=()))
    assert crude[LENGTH, "risk difference"] > 0.08
    # The covariate's effect fades in the follow-up, which one coefficient cannot follow.
    in_model = estimates(fitted(large(0.0), by_weights=False))
    assert in_model[1, "risk difference"] > 0.012


def test_intention_to_treat_of_the_first_trial_is_a_weighted_share():
    rows = of_first_trial(drawn(4000, BENEFIT, seed=3))
    found = fitted(rows, protocol=False, times=(1, 2, 3)).risks.curves
    begins = rows[rows["interval"] == 0].set_index("patient")
    by = [begins["covariate"], begins["treated"]]
    below = begins.groupby(by)["event"].transform("size") / begins.groupby(
        "covariate"
    )["event"].transform("size")  # fmt: skip
    time = rows.groupby("patient")["interval"].max()
    event = rows.groupby("patient")["event"].max()
    for arm, name in ((0, "without"), (1, "with")):
        own = begins["treated"] == arm
        weight = (1 / below)[own]
        shares = [
            weight @ ((time[own] <= k) & (event[own] == 1)) / weight.sum() for k in range(LENGTH)
        ]
        curve = found.set_index("arm").loc[name, "risk"]
        np.testing.assert_allclose(curve, shares, rtol=1e-6)


def test_one_trial_with_covariates_in_the_model_is_the_standardised_incidence():
    rows = of_first_trial(drawn(3000, BENEFIT, seed=4))
    found = fitted(rows, protocol=False, by_weights=False)
    begins = rows[rows["interval"] == 0].set_index("patient")
    held = rows.assign(
        arm=rows["patient"].map(begins["treated"]),
        covariate=rows["patient"].map(begins["covariate"]),
    )
    known = standardised_incidence(held, ["covariate"], [1, LENGTH])
    pd.testing.assert_frame_equal(found.risks.contrasts, known.risks.contrasts, rtol=1e-6)


def test_loss_that_follows_the_covariate_is_made_up_for():
    rows = of_first_trial(large(BENEFIT))
    truth = risk(0, BENEFIT)[-1]
    weighed = estimates(fitted(rows))[LENGTH, "risk without"]
    ignored = estimates(fitted(rows.drop(columns="censored")))[LENGTH, "risk without"]
    assert abs(weighed - truth) < 0.012
    assert ignored < weighed - 0.004


def test_weights_have_mean_1_and_begin_at_that_of_the_assignment():
    found = fitted(drawn(20_000, BENEFIT, seed=5)).distribution
    np.testing.assert_allclose(found["mean"], 1.0, atol=0.05)
    per_protocol = fitted(drawn(20_000, BENEFIT, seed=5), by_weights=False).distribution
    assert (per_protocol.loc[0, ["min", "max"]] == 1).all()
    assert per_protocol.loc[2, "max"] > 1.5


def test_truncation_bounds_the_weights():
    rows = drawn(3000, BENEFIT, seed=6)
    plain = fitted(rows).distribution.loc["all"]
    cut = fitted(rows, truncate=(0.01, 0.99)).distribution.loc["all"]
    # the quantiles are those of the weights of each arm
    assert plain["min"] <= cut["min"] <= plain["q05"]
    assert plain["q95"] <= cut["max"] < plain["max"]


def test_nobody_who_leaves_an_arm_needs_a_model_of_it():
    rows = drawn(4000, 0.0, seed=7)
    rows = rows.assign(treated=rows.groupby("patient")["treated"].cummax())
    found = fitted(rows, by_weights=False)
    assert np.isfinite(found.risks.contrasts["estimate"]).all()


def test_trials_count_who_begins_them():
    rows = drawn(500, 0.0, seed=8)
    found = fitted(rows).trials.set_index(["trial", "assigned"])["n"]
    untreated = rows.groupby("patient")["treated"].cumsum() - rows["treated"] == 0
    known = rows[untreated].groupby(["interval", "treated"]).size()
    np.testing.assert_array_equal(found.to_numpy(), known.to_numpy())


def test_replicates_are_samples_of_patients_who_stand_several_times():
    rows = drawn(400, BENEFIT, seed=9, lost=True)
    given = {"truncate": (0.02, 0.98), "by_time": False}
    found = fitted(rows, replicates=3, seed=7, **given).risks.contrasts
    random, each = np.random.default_rng(7), []
    for _ in range(3):
        places = random.integers(0, 400, 400)
        parts = [rows[rows["patient"] == p].assign(patient=i) for i, p in enumerate(places)]
        each.append(fitted(pd.concat(parts), **given).risks.contrasts["estimate"])
    np.testing.assert_allclose(found["se"], np.std(each, axis=0, ddof=1), rtol=1e-5)


def test_order_of_rows_names_and_units_change_nothing():
    rows = drawn(800, BENEFIT, seed=10, lost=True)
    mixed = rows.sample(frac=1, random_state=1).assign(covariate=lambda r: 1e5 * r["covariate"])
    mixed["patient"] = mixed["patient"].map(lambda p: f"P{p:05d}")
    one, two = (fitted(r, replicates=4).risks.contrasts for r in (rows, mixed))
    pd.testing.assert_frame_equal(one, two, rtol=1e-6)


def test_a_table_expanded_elsewhere_gives_the_same_numbers():
    rows = drawn(1500, BENEFIT, seed=12, lost=True)
    trials = expand(rows, ["covariate"], protocol=False)
    keyed = rows.sort_values(["patient", "interval"]).iloc[trials.now]
    table = keyed.assign(trial=trials.trial, follow_up=trials.follow_up)
    for protocol in (False, True):
        one = sequential_trials(expand(rows, ["covariate"], protocol=protocol), [3])
        two = sequential_trials(from_table(table, ["covariate"], protocol=protocol), [3])
        pd.testing.assert_frame_equal(one.risks.contrasts, two.risks.contrasts)


BAD = {
    "missing": (lambda r: r.assign(covariate=np.nan), "covariate is missing"),
    "constant": (lambda r: r.assign(covariate=0.1), "probability of staying untreated"),
    "collinear": (lambda r: r.assign(other=2 - r["covariate"]), "determine each other"),
    "no event": (lambda r: r.assign(event=0), "no row or every row"),
    "all events": (lambda r: r[r["interval"] == 0].assign(event=1), "every row"),
    "no row": (lambda r: r[:0], "nobody is eligible"),
    "nobody eligible": (lambda r: r.assign(eligible=0), "nobody is eligible"),
    "one patient": (lambda r: r[r["patient"] == 0], "not estimable"),
    "nobody starts": (lambda r: r.assign(treated=0), "determine each other"),
}


@pytest.mark.parametrize("word", BAD)
def test_rows_without_an_answer_are_refused_with_a_reason(word):
    spoil, told = BAD[word]
    rows = spoil(drawn(400, 0.0, seed=2))
    with pytest.raises(NotEstimable, match=told):
        fitted(rows, [name for name in ("covariate", "other") if name in rows], times=[1])


def test_a_time_beyond_the_follow_up_is_refused():
    with pytest.raises(ValueError, match="from 1 to 3 intervals"):
        fitted(drawn(400, 0.0, seed=2), times=[4])


def test_truncation_leaves_the_few_treated_their_weights():
    random = np.random.default_rng(11)
    n = 150_000
    severe = random.random(n) < 0.5
    treated = random.random(n) < np.where(severe, 0.02, 0.002)
    rows = pd.DataFrame(
        {
            "patient": np.arange(n),
            "interval": 0,
            "treated": treated,
            "event": random.random(n) < np.where(severe, 0.3, 0.05),
            "severe": severe * 1.0,
        }
    )
    trials = expand(rows, ["severe"], protocol=False)
    found = sequential_trials(trials, [], by_time=False, truncate=(0.01, 0.99))
    log_ratio, error = found.fit.contrast({"exposure": 1.0})
    assert abs(log_ratio) < 3 * error < 0.4
