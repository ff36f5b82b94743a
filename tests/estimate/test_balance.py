"""Standardised differences, variance ratios and distances of distributions."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from lncohort.estimate.balance import balance


def drawn(n=300, seed=1):
    random = np.random.default_rng(seed)
    data = pd.DataFrame({"x": random.normal(size=n), "b": (random.random(n) < 0.3) * 1.0})
    return data, random.random(n) < 0.4


def test_without_weights_they_are_those_of_the_formulas():
    data, treated = drawn()
    found = balance(data, treated).loc["x"]
    one, two = data["x"][treated], data["x"][~treated]
    assert found["smd"] == pytest.approx(
        (one.mean() - two.mean()) / np.sqrt((one.var() + two.var()) / 2)
    )
    assert found["variance_ratio"] == pytest.approx(one.var() / two.var())
    assert found["ks"] == pytest.approx(stats.ks_2samp(one, two).statistic)
    assert np.isnan(found["smd_weighted"])


def test_differences_before_and_after_share_the_spread_of_the_unweighted_sample():
    data, treated = drawn()
    weight = np.random.default_rng(2).uniform(0.1, 5, len(data))
    found = balance(data, treated, weight).loc["x"]
    means = [np.average(data["x"][g], weights=weight[g]) for g in (treated, ~treated)]
    plain = data["x"][treated].mean() - data["x"][~treated].mean()
    assert found["smd_weighted"] / (means[0] - means[1]) == pytest.approx(found["smd"] / plain)


def test_whole_weights_are_rows_repeated():
    data, treated = drawn()
    times = np.random.default_rng(3).integers(1, 4, len(data))
    repeated = np.repeat(np.arange(len(data)), times)
    weighted = balance(data, treated, times)
    rows = balance(data.iloc[repeated], treated[repeated])
    assert weighted["ks_weighted"].to_numpy() == pytest.approx(rows["ks"].to_numpy())


def test_equal_weights_change_nothing():
    data, treated = drawn()
    found = balance(data, treated, np.full(len(data), 7.0))
    for name in ("smd", "ks", "variance_ratio"):
        np.testing.assert_allclose(found[name], found[f"{name}_weighted"])


def test_a_column_without_spread_differs_not_or_endlessly():
    data, treated = drawn()
    found = balance(data.assign(same=1.0, other=treated * 1.0), treated)
    assert found.loc["same", "smd"] == 0
    assert found.loc["other", "smd"] == np.inf


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda d, t: balance(d, t, standardise_by="control"), "standardise_by must be"),
        (lambda d, t: balance(d.assign(x=np.nan), t), "no missing covariate"),
        (lambda d, t: balance(d, t & False), "expected two groups"),
    ],
)
def test_wrong_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call(*drawn())


def test_constant_is_alike_whatever_its_rounding_and_one_patient_has_no_spread():
    data, treated = drawn()
    weights = np.random.default_rng(2).uniform(0.5, 2, len(data))
    found = balance(data.assign(same=0.1), treated, weights).loc["same"]
    assert (found["smd"], found["smd_weighted"]) == (0, 0)
    alone = np.arange(len(data)) == 0
    assert np.isnan(balance(data, alone).iloc[0]["smd"])
