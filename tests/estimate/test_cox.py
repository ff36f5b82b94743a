"""Cox models: invariances, peers, refusals; the published cases stand in tests/acceptance."""

import numpy as np
import pandas as pd
import pytest
from lifelines import CoxPHFitter

from lncohort.estimate.cox import concordance, fit_cox, proportional_hazards_test
from lncohort.estimate.rows import NotEstimable


def drawn(n=400, seed=1, ties=True):
    random = np.random.default_rng(seed)
    covariates = pd.DataFrame({"a": random.normal(size=n), "b": (random.random(n) < 0.4) * 1.0})
    time = random.exponential(200 * np.exp(-0.5 * covariates["a"]))
    time = np.ceil(time / 20) * 20 if ties else time
    event = random.random(n) < 0.7
    return covariates, time, event


def same(one, other, tolerance=1e-7):
    pd.testing.assert_series_equal(one.coefficients, other.coefficients, atol=tolerance)
    pd.testing.assert_frame_equal(one.covariance, other.covariance, atol=tolerance)


def test_order_of_the_rows_does_not_matter():
    covariates, time, event = drawn()
    order = np.random.default_rng(2).permutation(len(time))
    same(
        fit_cox(covariates, time, event),
        fit_cox(covariates.iloc[order], time[order], event[order]),
    )


def test_units_of_a_covariate_scale_its_coefficient_only():
    covariates, time, event = drawn()
    plain = fit_cox(covariates, time, event)
    scaled = fit_cox(covariates.assign(a=covariates["a"] * 1000 + 7), time, event)
    assert scaled.coefficients["a"] * 1000 == pytest.approx(plain.coefficients["a"])
    assert scaled.coefficients["b"] == pytest.approx(plain.coefficients["b"])
    assert scaled.log_likelihood == pytest.approx(plain.log_likelihood)


def test_rows_split_at_any_time_are_the_same_patients():
    covariates, time, event = drawn()
    cut = 100.0
    long = time > cut
    first = np.minimum(time, cut)
    rows = pd.concat([covariates, covariates[long]], ignore_index=True)
    split = fit_cox(
        rows,
        np.concatenate([first, time[long]]),
        np.concatenate([event & ~long, event[long]]),
        start=np.concatenate([np.zeros(len(time)), np.full(long.sum(), cut)]),
    )
    same(split, fit_cox(covariates, time, event))


def test_breslow_weights_of_2_are_rows_twice():
    covariates, time, event = drawn()
    twice = pd.concat([covariates, covariates], ignore_index=True)
    doubled = fit_cox(twice, np.tile(time, 2), np.tile(event, 2), ties="breslow")
    weighted = fit_cox(covariates, time, event, weights=np.full(len(time), 2.0), ties="breslow")
    same(weighted, doubled)


def test_strata_of_one_patient_each_tell_nothing_and_one_stratum_is_none():
    covariates, time, event = drawn()
    same(
        fit_cox(covariates, time, event, strata=np.zeros(len(time))),
        fit_cox(covariates, time, event),
    )
    with pytest.raises(NotEstimable):
        fit_cox(covariates, time, event, strata=np.arange(len(time)))


def test_strata_equal_those_of_a_peer():
    covariates, time, event = drawn()
    strata = np.random.default_rng(3).integers(0, 4, len(time))
    ours = fit_cox(covariates, time, event, strata=strata)
    peer = CoxPHFitter().fit(
        covariates.assign(time=time, event=event, stratum=strata), "time", "event", strata="stratum"
    )
    np.testing.assert_allclose(ours.coefficients, peer.params_, atol=1e-6)
    np.testing.assert_allclose(np.sqrt(np.diag(ours.covariance)), peer.standard_errors_, atol=1e-6)


def test_robust_covariance_is_that_of_infinitely_small_weights():
    """Without ties a row's influence is what its weight moves; the sandwich adds their squares."""
    covariates, time, event = drawn(60, ties=False)
    plain = fit_cox(covariates, time, event)
    moved = []
    for row in range(len(time)):
        weights = np.ones(len(time))
        weights[row] += 1e-5
        fit = fit_cox(covariates, time, event, weights=weights)
        moved.append((fit.coefficients - plain.coefficients) / 1e-5)
    influence = np.array(moved)
    robust = fit_cox(covariates, time, event, cluster=np.arange(len(time)))
    np.testing.assert_allclose(robust.covariance, influence.T @ influence, rtol=1e-3)


def test_clusters_of_split_rows_are_the_patients():
    covariates, time, event = drawn(ties=False)
    patient = np.arange(len(time))
    long = time > 100
    rows = pd.concat([covariates, covariates[long]], ignore_index=True)
    split = fit_cox(
        rows,
        np.concatenate([np.minimum(time, 100), time[long]]),
        np.concatenate([event & ~long, event[long]]),
        start=np.concatenate([np.zeros(len(time)), np.full(long.sum(), 100.0)]),
        cluster=np.concatenate([patient, patient[long]]),
    )
    same(split, fit_cox(covariates, time, event, cluster=patient))


def test_baseline_hazard_is_that_of_breslow_at_the_start_of_the_covariates():
    covariates, time, event = drawn()
    fit = fit_cox(covariates + 3, time, event, ties="breslow")
    hazard = fit.baseline_hazard()
    first = hazard.iloc[0]
    at_risk = np.exp((covariates + 3) @ fit.coefficients).to_numpy()
    events = (event & (time == first["time"])).sum()
    assert first["cumulative_hazard"] == pytest.approx(
        events / at_risk[time >= first["time"]].sum()
    )
    assert hazard["cumulative_hazard"].is_monotonic_increasing


def test_row_that_starts_on_the_day_of_an_event_is_not_at_risk_for_it():
    covariates = pd.DataFrame({"a": [0.0, 1.0, 0.0, 1.0, 1.0, 0.0]})
    stop, event = np.array([5.0, 5, 8, 9, 10, 12]), np.array([True, False, True, True, True, True])
    start = np.array([0.0, 0, 0, 0, 5, 5])
    late = fit_cox(covariates, stop, event, start=start)
    later = fit_cox(covariates, stop, event, start=start + (start == 5) * 0.5)
    same(late, later)


def test_hazards_cannot_be_tested_when_all_events_fall_on_one_day():
    covariates, _, event = drawn()
    random = np.random.default_rng(4)
    time = np.where(event, 50.0, random.integers(51, 90, len(event)))
    found = proportional_hazards_test(fit_cox(covariates, time, event))
    assert found["p_value"].isna().all()


def test_concordance_is_that_of_a_count_of_pairs():
    covariates, time, event = drawn(80)
    fit = fit_cox(covariates, time, event)
    linear = covariates.to_numpy() @ fit.coefficients.to_numpy()
    good = pairs = 0.0
    for i in np.flatnonzero(event):
        for j in range(len(time)):
            if time[j] > time[i] or (time[j] == time[i] and not event[j]):
                pairs += 1
                good += (linear[i] > linear[j]) + 0.5 * (linear[i] == linear[j])
    assert concordance(fit) == pytest.approx(good / pairs)


def separated(covariates, time, event):
    return covariates.assign(a=event * 1.0), time, event


@pytest.mark.parametrize(
    "spoil",
    [
        lambda c, t, e: (c, t, e & False),
        lambda c, t, e: (c.assign(a=1.0), t, e),
        lambda c, t, e: (c.assign(c=c["a"] - 2 * c["b"]), t, e),
        lambda c, t, e: (c.assign(a=c["a"].mask(c.index == 3)), t, e),
        lambda c, t, e: (c[[]], t, e),
        lambda c, t, e: (c[:1], t[:1], e[:1] | True),
        separated,
    ],
    ids=["no event", "constant", "collinear", "missing", "none", "one row", "separated"],
)
def test_what_has_no_finite_answer_is_refused_with_a_reason(spoil):
    with pytest.raises(NotEstimable, match="not estimable: "):
        fit_cox(*spoil(*drawn()))


def test_covariate_that_is_the_same_in_all_at_risk_is_refused():
    covariates = pd.DataFrame({"a": [1.0, 0.0, 0.0, 0.0, 0.0]})
    with pytest.raises(NotEstimable, match="not estimable: the covariates"):
        fit_cox(covariates, [1, 2, 3, 4, 5], [0, 1, 1, 0, 1])


def test_no_more_clusters_than_coefficients_have_no_robust_covariance():
    covariates, time, event = drawn()
    for clusters in (1, 2):
        with pytest.raises(NotEstimable, match="no more clusters than coefficients"):
            fit_cox(covariates, time, event, cluster=np.arange(len(time)) % clusters)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"start": np.full(400, 1e6)}, "start: expected before stop"),
        ({"weights": np.zeros(400)}, "weights: expected above 0"),
        ({"strata": np.zeros(3)}, "strata: expected 400 values"),
        ({"ties": "exact"}, 'ties must be "efron" or "breslow", found "exact"'),
    ],
)
def test_wrong_arguments_are_named(wrong, message):
    with pytest.raises(ValueError, match=message):
        fit_cox(*drawn(), **wrong)


def test_logarithm_of_time_needs_events_after_0():
    covariates, time, event = drawn()
    fit = fit_cox(covariates, np.where(time == time.min(), 0, time), event | True)
    with pytest.raises(ValueError, match="expected every event after time 0"):
        proportional_hazards_test(fit, "log")


def test_intervals_cover_the_truth():
    inside = []
    for seed in range(200):
        covariates, time, event = drawn(150, seed + 100, ties=False)
        fit = fit_cox(covariates, time, event)
        error = np.sqrt(fit.covariance.loc["a", "a"])
        inside.append(abs(fit.coefficients["a"] - 0.5) < 1.96 * error)
    assert 0.90 < np.mean(inside) < 0.99
