"""Ratios of probabilities, truncation by counted rows, and how weights are spread."""

import numpy as np
import pandas as pd
import pytest

from lncohort.estimate.gathered import gather
from lncohort.estimate.inverse_probability import (
    counted_truncation,
    probability_ratio,
    weight_distribution,
)
from lncohort.estimate.rows import NotEstimable


def ratio(happened, x):
    rows = np.arange(len(x)) + 2
    nothing = gather((pd.DataFrame(index=range(len(x))), None))
    known = gather((pd.DataFrame({"x": x}), None))
    return probability_ratio("a start", rows, happened, nothing, known)


def test_ratio_is_that_of_shares_and_counts_rows_as_often_as_told():
    x = np.repeat([0.0, 1.0], 6)
    happened = np.array([1, 0, 0, 1, 0, 1, 1, 1, 0, 1, 1, 0], dtype=bool)
    counts = np.concatenate([[9.0, 9.0], np.tile([1.0, 2.0, 3.0], 4)])
    weights = counts[2:]
    above = np.average(happened, weights=weights)
    below = [np.average(happened[x == v], weights=weights[x == v]) for v in (0, 1)]
    below = np.where(x == 0, *below)
    expected = np.where(happened, above / below, (1 - above) / (1 - below))
    np.testing.assert_allclose(ratio(happened, x).values(counts), expected, rtol=1e-7)


def test_what_always_happens_has_ratio_1():
    made = ratio(np.ones(5, dtype=bool), np.arange(5.0))
    assert (made.values(np.ones(7)) == 1).all()


def test_a_model_that_cannot_be_fitted_says_of_what():
    with pytest.raises(NotEstimable, match="probability of a start"):
        ratio(np.arange(8) > 3, np.arange(8.0))


def test_truncation_counts_rows():
    weights, counts = np.arange(10.0), np.arange(10.0)
    cut = counted_truncation(weights, counts, (0.1, 0.9))
    low, high = np.quantile(np.repeat(weights, counts.astype(int)), [0.1, 0.9])
    np.testing.assert_array_equal(cut, np.clip(weights, low, high))
    assert counted_truncation(weights, counts, None) is weights


def test_distribution_tells_all_or_each_group():
    weights = np.array([1.0, 2.0, 3.0, 10.0])
    told = weight_distribution(weights).loc["all"]
    assert told[["n", "mean", "min", "q50", "max"]].tolist() == [4, 4, 1, 2.5, 10]
    assert told["sd"] == pytest.approx(weights.std(ddof=1))
    assert told["ess"] == pytest.approx(16**2 / 114)
    assert weight_distribution(weights, [0, 0, 1, 1])["mean"].tolist() == [1.5, 6.5]


def test_a_row_that_does_not_count_and_cannot_be_is_worth_1():
    """A bootstrap sample without the only one in whom it happened so late."""
    x = np.concatenate([np.linspace(-1, 1, 40), [40_000.0]])
    happened = np.append(np.tile([True, False, False, True], 10)[::-1], True)
    happened[:40] = np.concatenate([np.tile([True, True, False], 7)[:20], np.zeros(20)])
    happened[25] = True
    counts = np.concatenate([np.ones(42), [0.0]])
    made = ratio(happened, x).values(counts)
    assert made[-1] == 1
    assert np.isfinite(made).all()
