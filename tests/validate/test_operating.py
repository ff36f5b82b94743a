"""Performance of repeated estimates, against figures worked out by hand."""

import numpy as np
import pandas as pd
import pytest

from lncohort.validate.operating import summarise

KEYS = ["analysis", "measure"]


def found(value, half_width, measure="OR"):
    values = np.asarray(value, dtype=float)
    index = pd.MultiIndex.from_tuples(
        [(cohort, "use", measure) for cohort in range(len(values))], names=["cohort", *KEYS]
    )
    width = np.asarray(half_width, dtype=float)
    columns = {"value": values, "ci_low": values - width, "ci_high": values + width}
    return pd.DataFrame(columns, index=index)


def truth(value, mc_se=0.0, measure="OR"):
    index = pd.MultiIndex.from_tuples([("use", measure)], names=KEYS)
    return pd.DataFrame({"truth": value, "mc_se": mc_se}, index=index)


def test_bias_errors_and_coverage_are_counted_against_the_truth():
    row = summarise(found([1, 2, 3], [0.98, 0.98, 3.92]), truth(1.0)).iloc[0]
    assert row["mean"] == 2.0
    assert row["bias"] == 1.0
    assert row["empirical_se"] == 1.0
    assert row["bias_mc_se"] == pytest.approx(1 / np.sqrt(3))
    assert row["empirical_se_mc_se"] == pytest.approx(1 / np.sqrt(4))
    variances = np.array([0.25, 0.25, 4.0])
    assert row["mean_se"] == pytest.approx(np.sqrt(variances.mean()), rel=1e-3)
    assert row["mean_se_mc_se"] == pytest.approx(
        np.sqrt(variances.var(ddof=1) / (4 * 3 * variances.mean())), rel=1e-3
    )
    assert row["coverage"] == pytest.approx(200 / 3)
    assert row["coverage_mc_se"] == pytest.approx(100 * np.sqrt(2 / 9 / 3))
    assert row["rejected"] == pytest.approx(200 / 3)  # 3 - 3.92 is below no effect


def test_the_error_of_the_truth_is_part_of_that_of_the_bias():
    row = summarise(found([1, 2, 3], [1, 1, 1]), truth(1.0, mc_se=2.0)).iloc[0]
    assert row["bias_mc_se"] == pytest.approx(np.sqrt(1 / 3 + 4))


def test_a_cohort_without_an_estimate_or_interval_is_not_counted():
    row = summarise(found([1.0, 1.2, np.nan, 5.0], [1, 1, 1, np.nan]), truth(1.0)).iloc[0]
    assert (row["cohorts"], row["intervals"]) == (3, 2)
    assert row["coverage"] == 100.0


def test_a_risk_has_no_null_to_exclude():
    row = summarise(found([0.3, 0.4], [0.1, 0.1], "risk"), truth(0.35, measure="risk")).iloc[0]
    assert np.isnan(row["rejected"])
    assert row["coverage"] == 100.0


def test_order_of_the_estimands_does_not_matter():
    rng = np.random.default_rng(3)
    one, other = found(rng.normal(size=50), np.full(50, 1.0)), found(np.ones(50), np.ones(50), "RD")
    both = pd.concat([one, other])
    truths = pd.concat([truth(0.0), truth(1.0, measure="RD")])
    once = summarise(both, truths).sort_index()
    again = summarise(both.sort_index(), truths).sort_index()
    pd.testing.assert_frame_equal(once, again, check_exact=True)
