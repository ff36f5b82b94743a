"""Risks of a population from hazards, against a loop over its members."""

import numpy as np
import pytest
from scipy.special import expit

from lncohort.estimate.hazard_curves import marginal_risks, risk_curves
from lncohort.estimate.rows import NotEstimable


def one_by_one(over_time, of_patients, other, weights):
    made = np.zeros(over_time.shape)
    for arm in range(2):
        for x, y, weight in zip(of_patients, other[1], weights, strict=True):
            free = 1.0
            for k in range(over_time.shape[1]):
                free *= 1 - expit(other[0][arm, k] + y)
                made[arm, k:] += weight * free * expit(over_time[arm, k] + x)
                free *= 1 - expit(over_time[arm, k] + x)
    return made / weights.sum()


def test_risks_are_means_over_patients_with_a_competing_event_first():
    random = np.random.default_rng(1)
    over_time, other = random.normal(-1, 1, (2, 4)), random.normal(-2, 1, (2, 4))
    x, y, weights = random.normal(size=6), random.normal(size=6), random.integers(0, 3, 6) + 0.5
    found = marginal_risks((over_time, x), (other, y), weights)
    np.testing.assert_allclose(found, one_by_one(over_time, x, (other, y), weights))
    never = (np.full((2, 4), -800.0), np.zeros(6))
    plain = marginal_risks((over_time, x), weights=weights)
    np.testing.assert_allclose(plain, one_by_one(over_time, x, never, weights))


def test_contrasts_are_those_of_the_curves_at_the_end_of_an_interval():
    curves = np.array([[0.1, 0.2], [0.1, 0.5]])
    told = risk_curves(lambda counts: curves, np.arange(3), [2], 2, seed=1).contrasts
    assert told["estimate"].tolist() == pytest.approx([0.2, 0.5, 0.3, 2.5])
    assert (told["se"] == 0).all()


def test_a_risk_of_0_has_no_ratio_and_samples_that_all_fail_are_refused():
    curves = np.zeros((2, 1))
    told = risk_curves(lambda counts: curves, np.arange(3), [1], 0, seed=1).contrasts
    assert np.isnan(told["estimate"].iloc[3])

    def only_all(counts):
        if (counts != 1).any():
            raise NotEstimable("not estimable: here")
        return curves

    with pytest.raises(NotEstimable, match="no sample of the bootstrap"):
        risk_curves(only_all, np.arange(9), [1], 5, seed=1)
