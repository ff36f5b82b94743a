"""Kaplan-Meier curves: a library, delayed entry, borders."""

import numpy as np
import pandas as pd
import pytest
from lifelines import KaplanMeierFitter
from lifelines.statistics import multivariate_logrank_test
from lifelines.utils import restricted_mean_survival_time

from lncohort.estimate.kaplan_meier import (
    compare_curves,
    kaplan_meier,
    median_survival,
    restricted_mean,
    restricted_mean_difference,
    survival_at,
)
from lncohort.estimate.rows import NotEstimable


def drawn(n=300, seed=1):
    random = np.random.default_rng(seed)
    return np.ceil(random.exponential(100, n)), random.random(n) < 0.6, random


def test_curve_is_that_of_a_known_library():
    time, event, _ = drawn()
    curve = kaplan_meier(time, event, interval="log-log")
    peer = KaplanMeierFitter().fit(time, event)
    at = peer.survival_function_.iloc[1:, 0]
    np.testing.assert_allclose(curve["survival"], at, atol=1e-12)
    limits = peer.confidence_interval_.iloc[1:]
    known = curve["ci_low"].notna().to_numpy() & (curve["survival"] < 1).to_numpy()
    np.testing.assert_allclose(curve["ci_low"][known], limits.iloc[known, 0], atol=1e-9)
    np.testing.assert_allclose(curve["ci_high"][known], limits.iloc[known, 1], atol=1e-9)


def test_delayed_entry_is_that_of_a_known_library():
    time, event, random = drawn()
    start = np.floor(time * random.random(len(time)) * 0.5) - 1
    curve = kaplan_meier(time, event, start)
    peer = KaplanMeierFitter().fit(time, event, entry=start)
    at = peer.survival_function_.reindex(curve["time"], method="ffill").iloc[:, 0]
    np.testing.assert_allclose(curve["survival"], at, atol=1e-12)


def test_restricted_mean_is_the_area_and_its_error_covers():
    time, event, _ = drawn()
    found = restricted_mean(kaplan_meier(time, event), 150)
    peer = KaplanMeierFitter().fit(time, event)
    assert found.value == pytest.approx(restricted_mean_survival_time(peer, t=150), rel=1e-9)
    truth = 100 * (1 - np.exp(-1.5))
    inside = []
    for seed in range(200):
        random = np.random.default_rng(seed)
        own, censoring = random.exponential(100, 100), random.exponential(300, 100)
        seen = np.minimum(np.minimum(own, censoring), 200)
        curve = kaplan_meier(seen, (own <= censoring) & (own < 200))
        made = restricted_mean(curve, 150)
        inside.append(abs(made.value - truth) < 1.96 * made.se)
    assert 0.90 < np.mean(inside) < 0.99


def test_difference_of_restricted_means():
    time, event, _ = drawn()
    one, two = (
        restricted_mean(kaplan_meier(time[s], event[s]), 100) for s in (slice(150), slice(150, 300))
    )
    difference = restricted_mean_difference(one, two)
    assert difference.value == two.value - one.value
    assert difference.se == pytest.approx(np.hypot(one.se, two.se))


def test_restricted_mean_past_the_curve_is_refused():
    with pytest.raises(NotEstimable, match="the curve ends at 9, before 10"):
        restricted_mean(kaplan_meier([3, 9], [True, False]), 10)


def test_median_where_the_curve_rests_at_one_half_is_the_middle():
    assert median_survival(kaplan_meier([1, 2, 3, 4], [True] * 4))["estimate"] == 2.5
    assert np.isnan(median_survival(kaplan_meier([1, 2, 3], [False] * 3))["estimate"])


def test_before_the_first_end_all_survive():
    found = survival_at(kaplan_meier([5, 6], [True, True]), [4, 5])
    assert found["survival"].tolist() == [1.0, 0.5]
    assert found["at_risk"].tolist() == [2, 2]


@pytest.mark.parametrize("rho", [0, 1])
def test_comparison_is_that_of_another_library(rho):
    time, event, random = drawn()
    group = random.integers(0, 3, 300)
    found = compare_curves(time, event, group, rho)
    peer = multivariate_logrank_test(
        time, group, event, weightings="fleming-harrington" if rho else None, p=rho, q=0
    )
    assert found["chi2"] == pytest.approx(peer.test_statistic, rel=1e-9)
    assert found["p_value"] == pytest.approx(peer.p_value, rel=1e-9)
    assert found["df"] == 2


def test_one_stratum_is_no_stratum_and_strata_of_one_time_scale_do_not_mix():
    time, event, random = drawn()
    group = random.integers(0, 2, 300)
    plain = compare_curves(time, event, group)
    assert compare_curves(time, event, group, strata=np.full(300, "all")) == plain
    # The same rows again in a stratum of their own, ten times later, count as much again.
    twice = compare_curves(
        np.concatenate([time, 10 * time]),
        np.tile(event, 2),
        np.tile(group, 2),
        strata=np.repeat([1, 2], 300),
    )
    assert twice["chi2"] == pytest.approx(2 * plain["chi2"])


def test_groups_that_never_meet_are_not_compared():
    time, event, random = drawn()
    group = random.integers(0, 2, 300)
    strata = random.integers(0, 2, 300)
    found = compare_curves(time, event, group + 2 * strata, strata=strata)
    apart = [compare_curves(*(a[strata == s] for a in (time, event, group))) for s in (0, 1)]
    assert found["df"] == 2
    assert found["chi2"] == pytest.approx(apart[0]["chi2"] + apart[1]["chi2"])
    with pytest.raises(NotEstimable, match="at risk together"):
        compare_curves(time, event, strata, strata=strata)


def test_two_samples_of_one_population_are_seldom_told_apart():
    p = []
    for seed in range(200):
        time, event, random = drawn(80, seed)
        p.append(compare_curves(time, event, random.random(80) < 0.5)["p_value"])
    assert 0.01 < np.mean(np.array(p) < 0.05) < 0.11


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (([], []), NotEstimable, "no patient"),
        (([np.nan], [True]), ValueError, "found a missing one"),
        (([5.0], [True], [5.0]), ValueError, "start: expected before stop"),
        (([5.0], [True], None, "exact"), ValueError, "interval must be one of"),
    ],
)
def test_wrong_arguments_are_named(arguments, error, message):
    with pytest.raises(error, match=message):
        kaplan_meier(*arguments)


def test_comparison_needs_two_groups_and_an_event():
    with pytest.raises(ValueError, match="found a missing one"):
        compare_curves([1, np.nan], [True, True], [1, 2])
    for group, event in (([1, 1], [True, True]), ([1, 2], [False, False])):
        with pytest.raises(NotEstimable):
            compare_curves([1, 2], event, group)


def test_group_that_ends_before_the_first_event_has_no_degree_of_freedom():
    time, event, random = drawn(80)
    group = random.random(80) < 0.5
    early = np.full(5, time[event].min() / 2)
    plain = compare_curves(time, event, group)
    more = compare_curves(
        np.concatenate([time, early]),
        np.concatenate([event, np.zeros(5, dtype=bool)]),
        np.concatenate([group * 1, np.full(5, 2)]),
    )
    assert more == pytest.approx(plain)


def test_groups_that_are_never_at_risk_together_are_not_compared():
    with pytest.raises(NotEstimable, match="no two groups are at risk together"):
        compare_curves([1, 2, 3, 4], [0, 0, 1, 1], [1, 1, 2, 2])


def test_when_all_at_risk_have_the_event_at_once_nothing_is_compared():
    with pytest.raises(NotEstimable, match="no two groups are at risk together"):
        compare_curves([3, 3, 3, 3], [1, 1, 1, 1], [1, 1, 2, 2])


def test_days_that_are_counted_give_the_curve_of_days_that_are_sorted():
    random = np.random.default_rng(6)
    days, event = random.integers(0, 300, 400).astype(float), random.random(400) < 0.4
    counted = kaplan_meier(days, event)
    sorted_ = kaplan_meier(days / 7, event)  # no whole numbers
    assert counted["time"].to_numpy() == pytest.approx(7 * sorted_["time"].to_numpy())
    pd.testing.assert_frame_equal(counted.drop(columns="time"), sorted_.drop(columns="time"))
