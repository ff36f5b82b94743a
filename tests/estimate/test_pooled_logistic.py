"""Pooled logistic models: the same as a logistic model with clusters; separation is refused."""

import numpy as np
import pandas as pd
import pytest

from lncohort.estimate.gathered import gather
from lncohort.estimate.logistic import fit_logistic, with_intercept
from lncohort.estimate.pooled_logistic import fit_pooled_logistic, probability
from lncohort.estimate.rows import NotEstimable


def drawn(n=600, seed=1):
    random = np.random.default_rng(seed)
    x = pd.DataFrame({"a": random.normal(size=n), "b": random.integers(0, 2, n) * 1.0})
    event = random.random(n) < 1 / (1 + np.exp(1.5 - 0.6 * x["a"]))
    return x, event.to_numpy(), np.arange(n) // 3, random.uniform(0.2, 3, n)


def test_fit_and_robust_errors_are_those_of_a_logistic_model_with_clusters():
    x, event, patient, weights = drawn()
    found = fit_pooled_logistic(gather((x, None)), event, patient, weights=weights)
    known = fit_logistic(
        with_intercept(x), event, weights=weights, cluster=patient, errors="cluster"
    )
    pd.testing.assert_series_equal(found.coefficients, known.coefficients, rtol=1e-8)
    pd.testing.assert_frame_equal(found.covariance, known.covariance, rtol=1e-7)
    assert found.log_likelihood == pytest.approx(known.log_likelihood)
    assert (found.rows, found.events, found.patients) == (600, event.sum(), 200)
    risk = 1 / (1 + np.exp(-with_intercept(x) @ known.coefficients))
    np.testing.assert_allclose(probability(gather((x, None)), found.coefficients), risk)


def test_rows_of_weight_0_are_not_there():
    x, event, patient, weights = drawn()
    weights[:300] = 0
    one = fit_pooled_logistic(gather((x, None)), event, patient, weights=weights)
    rest = x[300:].reset_index(drop=True)
    two = fit_pooled_logistic(
        gather((rest, None)), event[300:], patient[300:], weights=weights[300:]
    )
    pd.testing.assert_frame_equal(one.covariance, two.covariance, rtol=1e-7)
    assert one.patients == two.patients == 100


@pytest.mark.parametrize("unit", [1.0, 1e6])
def test_a_group_without_an_event_is_refused(unit):
    x, event, patient, _ = drawn()
    x = x.assign(b=x["b"] * unit)
    with pytest.raises(NotEstimable, match="finite odds ratios"):
        fit_pooled_logistic(gather((x, None)), event & (x["b"] == 0), patient)


def test_weights_below_0_are_refused():
    x, event, patient, weights = drawn()
    with pytest.raises(ValueError, match="weights: expected 0 or more"):
        fit_pooled_logistic(gather((x, None)), event, patient, weights=-weights)
