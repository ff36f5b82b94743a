"""Propensity scores and weights: what they must balance, and what has no score."""

import numpy as np
import pandas as pd
import pytest

from lncohort.estimate.balance import balance
from lncohort.estimate.propensity import (
    density_weights,
    effective_sample_size,
    fit_propensity,
    truncated,
    weights,
)
from lncohort.estimate.rows import NotEstimable


def drawn(n=500, seed=1):
    random = np.random.default_rng(seed)
    covariates = pd.DataFrame({"a": random.normal(size=n), "b": (random.random(n) < 0.3) * 1.0})
    treated = random.random(n) < 1 / (1 + np.exp(0.5 - 0.8 * covariates["a"]))
    return covariates, treated


def test_score_has_the_share_of_the_treated_as_its_mean():
    covariates, treated = drawn()
    assert fit_propensity(covariates, treated).score.mean() == pytest.approx(treated.mean())


def test_units_of_a_covariate_do_not_matter():
    covariates, treated = drawn()
    plain = fit_propensity(covariates, treated)
    scaled = fit_propensity(covariates.assign(a=covariates["a"] * 1e5 + 3), treated)
    pd.testing.assert_series_equal(plain.score, scaled.score)
    assert scaled.fit.coefficients["a"] * 1e5 == pytest.approx(plain.fit.coefficients["a"])
    assert scaled.fit.covariance.loc["a", "a"] * 1e10 == pytest.approx(
        plain.fit.covariance.loc["a", "a"]
    )


def test_overlap_weights_balance_the_covariates_exactly():
    covariates, treated = drawn()
    weight = weights(fit_propensity(covariates, treated), "ATO")
    assert balance(covariates, treated, weight)["smd_weighted"].abs().max() < 1e-8


def test_att_weights_leave_the_treated_as_they_are():
    covariates, treated = drawn()
    weight = weights(fit_propensity(covariates, treated), "ATT")
    assert (weight[treated] == 1).all()


def test_ate_weights_rebuild_the_whole_sample_in_each_group():
    covariates, treated = drawn(5000)
    weight = weights(fit_propensity(covariates, treated))
    for group in (treated, ~treated):
        assert weight[group].sum() == pytest.approx(len(treated), rel=0.05)
        mean = np.average(covariates["a"][group], weights=weight[group])
        assert mean == pytest.approx(covariates["a"].mean(), abs=0.06)


def test_stabilised_weights_are_the_others_times_the_share():
    covariates, treated = drawn()
    score = fit_propensity(covariates, treated)
    plain, stabilised = weights(score), weights(score, stabilised=True)
    share = np.where(treated, treated.mean(), 1 - treated.mean())
    np.testing.assert_allclose(stabilised, plain * share)
    itself = weights(score, numerator=score)
    np.testing.assert_allclose(itself, 1.0)


def test_truncation_sets_the_ends_to_their_quantiles():
    values = pd.Series(np.arange(101.0))
    found = truncated(values, (0.05, 0.95))
    assert (found.min(), found.max()) == (5, 95)
    assert (found[10:90] == values[10:90]).all()
    with pytest.raises(ValueError, match="quantiles"):
        truncated(values, (0.9, 0.1))


def test_effective_sample_size_of_equal_weights_is_the_size():
    assert effective_sample_size(np.full(50, 3.0)) == pytest.approx(50)
    assert effective_sample_size([1, 0, 0]) == 1
    assert effective_sample_size([]) == 0


def test_density_weights_of_a_dose_that_nothing_explains_are_near_one():
    random = np.random.default_rng(1)
    covariates = pd.DataFrame({"a": random.normal(size=5000)})
    found = density_weights(random.normal(size=5000), covariates)
    assert np.abs(found - 1).mean() < 0.05
    assert found.mean() == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda x, t: (x, t & False),
        lambda x, t: (x, t | True),
        lambda x, t: (x.assign(c=1.0), t),
        lambda x, t: (x.assign(c=x["a"] + x["b"]), t),
        lambda x, t: (x.assign(c=t * 1.0), t),
        lambda x, t: (x.assign(a=x["a"].mask(x.index == 1)), t),
        lambda x, t: (x[:2], np.array([True, False])),
    ],
    ids=["none", "all", "constant", "collinear", "separated", "missing", "two rows"],
)
def test_what_has_no_score_is_refused(spoil):
    with pytest.raises(NotEstimable, match="not estimable: "):
        fit_propensity(*spoil(*drawn()))


def test_wrong_weights_are_named():
    score = fit_propensity(*drawn())
    with pytest.raises(ValueError, match="estimand must be one of ATE, ATT, ATO"):
        weights(score, "ATC")
    with pytest.raises(ValueError, match="only ATE weights are stabilised"):
        weights(score, "ATT", stabilised=True)
