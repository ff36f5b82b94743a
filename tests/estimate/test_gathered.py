"""Sums over gathered rows are those of the matrix that is never made."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lncohort.estimate.gathered import gather
from lncohort.estimate.newton import maximise, maximise_gathered
from lncohort.estimate.rows import NotEstimable


def made(n, seed):
    """A gathered design and the same as a matrix."""
    random = np.random.default_rng(seed)
    small = pd.DataFrame(random.normal(size=(3, 2)), columns=["a", "b"])
    large = pd.DataFrame(random.normal(size=(7, 3)), columns=["c", "d", "e"])
    own = pd.DataFrame({"f": random.normal(size=n)})
    at, there = random.integers(0, 3, n), random.integers(0, 7, n)
    design = gather((small, at), (large, there), (own, None))
    parts = [np.ones((n, 1)), small.to_numpy()[at], large.to_numpy()[there], own.to_numpy()]
    return design, np.hstack(parts)


@given(st.integers(1, 40), st.integers(0, 1000))
def test_sums_are_those_of_the_matrix(n, seed):
    design, matrix = made(n, seed)
    random = np.random.default_rng(seed)
    weights, vector = random.random(n), random.normal(size=7)
    group = random.integers(0, 4, n)
    assert design.shape == matrix.shape
    assert design.columns == ("intercept", *"abcdef")
    np.testing.assert_allclose(design.times(vector), matrix @ vector, atol=1e-12)
    np.testing.assert_allclose(design.sums(weights), weights @ matrix, atol=1e-12)
    np.testing.assert_allclose(design.moments(weights), (matrix.T * weights) @ matrix, atol=1e-12)
    by_group = [(weights * (group == g)) @ matrix for g in range(4)]
    np.testing.assert_allclose(design.sums_by(weights, group, 4), by_group, atol=1e-12)
    np.testing.assert_allclose(design.size, np.sqrt((matrix**2).mean(axis=0)), atol=1e-12)
    some = group > 0
    np.testing.assert_allclose(design.only(some).times(vector), matrix[some] @ vector, atol=1e-12)


@pytest.mark.parametrize("n", [300, 250_000])
def test_maximum_is_that_of_the_matrix(n):
    design, matrix = made(n, 1)
    random = np.random.default_rng(2)
    outcome = random.random(n) < 1 / (1 + np.exp(1 - 0.5 * matrix[:, 1]))
    weights = random.uniform(0.5, 2, n)
    one, two = maximise(matrix, outcome, weights), maximise_gathered(design, outcome, weights)
    np.testing.assert_allclose(two.coefficients, one.coefficients, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(two.information, one.information, rtol=1e-5, atol=1e-6)
    assert two.log_likelihood == pytest.approx(one.log_likelihood, rel=1e-9)
    near = maximise_gathered(design, outcome, weights, one.coefficients + 0.01)
    np.testing.assert_allclose(near.coefficients, one.coefficients, rtol=1e-6, atol=1e-9)


def test_columns_that_determine_each_other_are_refused():
    design, _ = made(300, 1)
    twice = gather((pd.DataFrame({"a": [1.0, 2.0]}), np.arange(300) % 2), *_again(design))
    with pytest.raises(NotEstimable, match="determine each other"):
        maximise_gathered(twice, np.arange(300) % 3 == 0, np.ones(300))


def _again(design):
    return [(pd.DataFrame({"b": [3.0, 5.0]}), np.arange(design.shape[0]) % 2)]
