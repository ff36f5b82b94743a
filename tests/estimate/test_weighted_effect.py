"""Weighted effects: truth recovered, errors that cover, and what has no effect."""

from dataclasses import asdict

import numpy as np
import pandas as pd
import pytest

from lncohort.estimate.propensity import fit_propensity, weights
from lncohort.estimate.rows import NotEstimable
from lncohort.estimate.weighted_effect import (
    augmented_effect,
    bootstrap_effect,
    propensity_weighted_effect,
    weighted_effect,
)


def drawn(n=400, seed=1, effect=2.0):
    random = np.random.default_rng(seed)
    covariates = pd.DataFrame({"a": random.normal(size=n), "b": random.normal(size=n)})
    treated = random.random(n) < 1 / (1 + np.exp(0.3 - 0.7 * covariates["a"]))
    outcome = 1 + 1.5 * covariates["a"] + effect * treated + random.normal(size=n)
    return covariates, treated.to_numpy(), outcome.to_numpy()


@pytest.mark.parametrize("estimand", ["ATE", "ATT", "ATO"])
def test_the_effect_is_recovered_and_the_interval_covers(estimand):
    found, inside, crude = [], [], []
    for seed in range(200):
        covariates, treated, outcome = drawn(seed=seed)
        effect = propensity_weighted_effect(outcome, fit_propensity(covariates, treated), estimand)
        found.append(effect.difference)
        inside.append(effect.interval[0] < 2 < effect.interval[1])
        crude.append(outcome[treated].mean() - outcome[~treated].mean())
    error = np.std(found) / np.sqrt(len(found))
    assert abs(np.mean(found) - 2) < 3 * error + 0.03
    assert 0.90 < np.mean(inside) < 0.99
    assert np.mean(crude) > 2.5


def test_taking_the_weights_as_known_overstates_the_error():
    covariates, treated, outcome = drawn()
    score = fit_propensity(covariates, treated)
    stacked = propensity_weighted_effect(outcome, score)
    fixed = weighted_effect(outcome, treated, weights(score))
    assert stacked.difference == pytest.approx(fixed.difference)
    assert stacked.se < fixed.se


def test_stacked_errors_are_those_of_the_bootstrap():
    covariates, treated, outcome = drawn()
    rows = covariates.assign(treated=treated, outcome=outcome)

    def effect_of(drawn_rows):
        score = fit_propensity(drawn_rows[["a", "b"]], drawn_rows["treated"])
        return propensity_weighted_effect(drawn_rows["outcome"], score).difference

    effects, failed = bootstrap_effect(effect_of, rows, 200, seed=1)
    stacked = propensity_weighted_effect(outcome, fit_propensity(covariates, treated))
    assert failed == 0
    assert np.std(effects) == pytest.approx(stacked.se, rel=0.2)
    again, _ = bootstrap_effect(effect_of, rows, 5, seed=1)
    np.testing.assert_array_equal(effects[:5], again)


def test_replicates_that_cannot_be_estimated_are_counted():
    def never(rows):
        raise NotEstimable("not estimable: never")

    effects, failed = bootstrap_effect(never, pd.DataFrame({"a": [1, 2]}), 7, seed=1)
    assert (len(effects), failed) == (0, 7)


@pytest.mark.parametrize("right", ["score", "outcome", "neither"])
def test_aipw_is_right_when_one_of_its_models_is(right):
    found = []
    for seed in range(60):
        covariates, treated, outcome = drawn(800, seed)
        wrong = covariates[["b"]]
        score = fit_propensity(covariates if right == "score" else wrong, treated)
        base = 1 + 1.5 * covariates["a"] if right == "outcome" else 0 * covariates["a"]
        found.append(augmented_effect(outcome, score, base + 2, base).difference)
    assert (abs(np.mean(found) - 2) < 0.06) == (right != "neither")


def test_equal_weights_are_the_crude_difference_with_its_robust_error():
    _, treated, outcome = drawn()
    effect = weighted_effect(outcome, treated, np.ones(len(outcome)))
    one, two = outcome[treated], outcome[~treated]
    assert effect.difference == pytest.approx(one.mean() - two.mean())
    assert effect.se == pytest.approx(np.sqrt(one.var() / len(one) + two.var() / len(two)))


def test_risks_have_all_three_measures():
    treated = np.repeat([True, False], 100)
    outcome = np.concatenate([np.repeat([1, 0], [30, 70]), np.repeat([1, 0], [20, 80])])
    effect = weighted_effect(outcome, treated, np.ones(200))
    assert (effect.mean_treated, effect.mean_other) == (0.3, 0.2)
    assert effect.ratio == pytest.approx(1.5)
    assert effect.odds_ratio == pytest.approx(30 * 80 / (70 * 20))
    assert effect.se_log_odds == pytest.approx(np.sqrt(1 / 30 + 1 / 70 + 1 / 20 + 1 / 80))


def test_rows_without_weight_do_not_count_even_when_their_outcome_is_missing():
    _, treated, outcome = drawn()
    weight = np.ones(len(outcome))
    weight[:10] = 0
    spoilt = outcome.copy()
    spoilt[:10] = np.nan
    found = asdict(weighted_effect(spoilt, treated, weight))
    without = asdict(weighted_effect(outcome[10:], treated[10:], weight[10:]))
    assert found.pop("method") == without.pop("method")
    assert found == pytest.approx(without, nan_ok=True)


def test_what_has_no_effect_is_refused():
    covariates, treated, outcome = drawn()
    with pytest.raises(NotEstimable, match="no weight"):
        weighted_effect(outcome, treated, treated * 1.0)
    with pytest.raises(NotEstimable, match="outcome is missing"):
        weighted_effect(np.full(len(outcome), np.nan), treated, np.ones(len(outcome)))
    with pytest.raises(NotEstimable, match="outcome is missing"):
        propensity_weighted_effect(outcome * np.nan, fit_propensity(covariates, treated))


def test_group_of_one_patient_and_outcomes_that_do_not_vary_are_refused():
    treated = np.array([1, 0, 0, 0])
    with pytest.raises(NotEstimable, match="a group of one patient has no variance"):
        weighted_effect([1.0, 2.0, 3.0, 4.0], treated, np.ones(4))
    with pytest.raises(NotEstimable, match="do not vary within the groups"):
        weighted_effect([1.0, 1.0, 2.0, 2.0], [1, 1, 0, 0], np.ones(4))
