"""Competing events: what Fine-Gray and Gray's test become where they are something known."""

import numpy as np
import pandas as pd
import pytest

from lncohort.estimate.competing import fit_fine_gray, gray_test
from lncohort.estimate.cox import fit_cox
from lncohort.estimate.kaplan_meier import compare_curves
from lncohort.estimate.rows import NotEstimable


def drawn(n=400, seed=1, others=True):
    random = np.random.default_rng(seed)
    group = (random.random(n) < 0.5) * 1.0
    time = np.ceil(random.exponential(100 * np.exp(-0.5 * group)))
    event = random.choice([0, 1, 2] if others else [0, 1], n)
    return pd.DataFrame({"group": group, "age": random.normal(size=n)}), time, event


def test_without_other_events_it_is_a_cox_model_with_robust_errors():
    covariates, time, event = drawn(others=False)
    fine_gray = fit_fine_gray(covariates, time, event)
    cox = fit_cox(covariates, time, event == 1, ties="breslow", cluster=np.arange(len(time)))
    pd.testing.assert_series_equal(fine_gray.coefficients, cox.coefficients)
    pd.testing.assert_frame_equal(fine_gray.covariance, cox.covariance, rtol=1e-6)


def test_without_censoring_those_with_another_event_stay_at_risk_for_good():
    covariates, time, event = drawn()
    event = np.where(event == 0, 2, event)
    fine_gray = fit_fine_gray(covariates, time, event)
    forever = np.where(event == 2, time.max() + 1, time)
    cox = fit_cox(covariates, forever, event == 1, ties="breslow")
    pd.testing.assert_series_equal(fine_gray.coefficients, cox.coefficients)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("scale", "origin"), [(3, 7), (1, 0)])
def test_a_stratum_on_another_scale_says_the_same_again(seed, scale, origin):
    # Within it nothing is different, but for another origin of the covariates and of time; of
    # the same times the censoring may be pooled.
    covariates, time, event = drawn(seed=seed)
    one = fit_fine_gray(covariates, time, event)
    both = pd.concat([covariates, covariates + [0.0, 5.0]], ignore_index=True)
    times, stratum = np.concatenate([time, scale * time + origin]), np.repeat([0, 1], len(time))
    for group in (stratum, None) if scale == 1 else (stratum,):
        two = fit_fine_gray(both, times, np.tile(event, 2), strata=stratum, censoring_group=group)
        pd.testing.assert_series_equal(two.coefficients, one.coefficients)
        pd.testing.assert_frame_equal(two.covariance, one.covariance / 2)


def test_groups_of_the_censoring_that_are_alike_change_nothing():
    covariates, time, event = drawn()
    both = pd.concat([covariates, covariates], ignore_index=True)
    arguments = (both, np.tile(time, 2), np.tile(event, 2))
    plain = fit_fine_gray(*arguments)
    grouped = fit_fine_gray(*arguments, censoring_group=np.repeat(["a", "b"], len(time)))
    pd.testing.assert_series_equal(grouped.coefficients, plain.coefficients)
    pd.testing.assert_frame_equal(grouped.covariance, plain.covariance)


def test_errors_with_groups_of_the_censoring_are_near_the_jackknife():
    # 600 patients, of whom those of one group are censored early
    covariates, time, event = drawn(n=600, seed=4)
    random = np.random.default_rng(4)
    group = (random.random(600) < 0.4) * 1
    early = np.minimum(time, np.where(group, random.integers(60, 200, 600), 10_000))
    event = np.where(early < time, 0, event)
    whole = fit_fine_gray(covariates, early, event, censoring_group=group)
    without = []
    for i in range(600):
        kept = np.arange(600) != i
        one = fit_fine_gray(covariates[kept], early[kept], event[kept], censoring_group=group[kept])
        without.append(one.coefficients)
    jackknife = np.sqrt(np.var(without, axis=0) * 599)
    assert np.sqrt(np.diag(whole.covariance)) == pytest.approx(jackknife, rel=0.02)


def test_a_missing_stratum_or_group_is_refused():
    covariates, time, event = drawn()
    lost = np.where(np.arange(len(time)) == 3, None, "a")
    with pytest.raises(ValueError, match="strata: expected a label"):
        fit_fine_gray(covariates, time, event, strata=lost)
    with pytest.raises(ValueError, match="censoring_group: expected a label"):
        fit_fine_gray(covariates, time, event, censoring_group=lost)


def test_order_of_the_patients_does_not_matter():
    covariates, time, event = drawn()
    order = np.random.default_rng(2).permutation(len(time))
    one = fit_fine_gray(covariates, time, event)
    two = fit_fine_gray(covariates.iloc[order], time[order], event[order])
    pd.testing.assert_frame_equal(one.covariance, two.covariance)


def test_without_other_events_gray_is_near_the_log_rank_test():
    covariates, time, event = drawn(others=False)
    gray = gray_test(time, event, covariates["group"])
    log_rank = compare_curves(time, event == 1, covariates["group"])
    assert gray["chi2"] == pytest.approx(log_rank["chi2"], rel=0.02)


def test_labels_of_the_groups_do_not_matter():
    covariates, time, event = drawn()
    plain = gray_test(time, event, covariates["group"])
    swapped = gray_test(time, event, np.where(covariates["group"] == 1, "a", "b"))
    assert plain["chi2"] == pytest.approx(swapped["chi2"])


def test_equal_incidences_are_seldom_told_apart():
    p = []
    for seed in range(200):
        random = np.random.default_rng(seed)
        time, event = np.ceil(random.exponential(50, 80)), random.choice([0, 1, 2], 80)
        p.append(gray_test(time, event, random.random(80) < 0.5)["p_value"])
    assert 0.01 < np.mean(np.array(p) < 0.05) < 0.11


def test_no_event_of_the_cause_is_refused():
    covariates, time, event = drawn()
    with pytest.raises(NotEstimable):
        fit_fine_gray(covariates, time, event, cause=3)
    with pytest.raises(NotEstimable):
        gray_test(time, event, covariates["group"], cause=3)
    with pytest.raises(NotEstimable):
        gray_test(time, event, np.ones(len(time)))


def test_group_that_ends_before_the_first_event_has_no_degree_of_freedom():
    covariates, time, event = drawn()
    plain = gray_test(time, event, covariates["group"])
    more = gray_test(
        np.concatenate([time, np.full(5, time[event == 1].min() / 2)]),
        np.concatenate([event, [0, 0, 0, 2, 2]]),
        np.concatenate([covariates["group"], np.full(5, 2.0)]),
    )
    assert more == pytest.approx(plain)


def test_groups_that_are_never_at_risk_together_are_not_compared():
    with pytest.raises(NotEstimable, match="two groups and an event of the cause"):
        gray_test([1, 2, 3, 4], [0, 2, 1, 1], [1, 1, 2, 2])
    with pytest.raises(NotEstimable, match="nothing to compare"):
        gray_test([3, 3, 3, 3], [1, 1, 1, 1], [1, 1, 2, 2])
