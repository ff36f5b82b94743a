"""The row of an estimate: one pivot, and no interval where there is none."""

import math

import numpy as np
import pytest
from scipy import stats

from lncohort.estimate.rows import row, wald


def test_interval_and_p_value_come_from_one_pivot():
    for beta, se in ((0.0, 1.0), (0.9, 0.45), (1.1, 0.5), (-0.5, 0.2)):
        figures = wald(beta, se)
        excludes_one = figures["ci_low"] > 1 or figures["ci_high"] < 1
        assert excludes_one == (figures["p_value"] < 0.05)


def test_a_standard_error_of_few_samples_has_the_interval_and_p_value_of_student():
    values = np.array([0.3, 1.1, -0.4, 0.9, 0.7, 1.6])
    error = values.std(ddof=1) / np.sqrt(len(values))
    figures = wald(values.mean(), error, float, freedom=len(values) - 1)
    student = stats.ttest_1samp(values, 0)
    low, high = student.confidence_interval()
    assert (figures["ci_low"], figures["ci_high"]) == pytest.approx((low, high))
    assert figures["p_value"] == pytest.approx(student.pvalue)


@pytest.mark.parametrize("se", [0.0, math.nan])
def test_no_standard_error_gives_no_interval(se):
    assert wald(0.5, se) == {"estimate": math.exp(0.5)}


def test_limit_larger_than_any_number_gives_no_interval():
    assert wald(0.5, 1000.0) == {"estimate": math.exp(0.5)}


def test_unknown_column_is_refused():
    with pytest.raises(TypeError, match="levle"):
        row("use", "OR", levle="ever")
