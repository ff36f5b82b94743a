"""Curves over intervals: a spline, a square, or a level each where there are few."""

import numpy as np
import pytest

from lncohort.estimate.spline import restricted_cubic
from lncohort.estimate.time_terms import time_terms


def test_many_intervals_have_a_square_or_a_spline():
    at = np.arange(12)
    square = time_terms(at).of([0, 3], "trial")
    assert square.to_dict("list") == {"trial": [0.0, 3.0], "trial squared": [0.0, 9.0]}
    knots = (1, 4, 8)
    spline = time_terms(at, knots).of(at)
    np.testing.assert_allclose(spline, restricted_cubic(at, knots))


@pytest.mark.parametrize("knots", [None, (1, 2, 3)])
def test_as_many_intervals_as_coefficients_have_one_each(knots):
    terms = time_terms([2, 5, 9, 9, 2], knots)
    assert terms.of([2, 9, 5]).to_numpy().tolist() == [[0, 0], [0, 1], [1, 0]]


def test_one_interval_has_no_column():
    assert time_terms([4, 4]).of([4, 4, 4]).shape == (3, 0)
