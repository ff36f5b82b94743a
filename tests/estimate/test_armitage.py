"""The trend of a proportion: what it adds up to, and its borders."""

import numpy as np
import pytest

from lncohort.estimate.armitage import armitage_trend
from lncohort.estimate.rows import NotEstimable

EVENTS, PATIENTS = [5, 9, 16, 20], [40, 38, 42, 36]


def test_trend_and_departure_add_up_to_heterogeneity():
    found = armitage_trend(EVENTS, PATIENTS, [0, 1, 2, 3])
    assert found.trend[0] + found.departure[0] == pytest.approx(found.heterogeneity[0])
    assert (found.trend[1], found.departure[1], found.heterogeneity[1]) == (1, 2, 3)


def test_scores_of_another_origin_and_unit_are_the_same_trend():
    plain = armitage_trend(EVENTS, PATIENTS, [0, 1, 2, 3])
    other = armitage_trend(EVENTS, PATIENTS, [10, 30, 50, 70])
    assert other.trend == pytest.approx(plain.trend)


def test_a_group_without_patients_adds_nothing():
    plain = armitage_trend(EVENTS, PATIENTS, [0, 1, 2, 3])
    more = armitage_trend([*EVENTS, 0], [*PATIENTS, 0], [0, 1, 2, 3, 9])
    assert more == plain


def test_two_groups_have_no_departure():
    found = armitage_trend([5, 9], [40, 38], [0, 1])
    assert found.departure[1] == 0
    assert np.isnan(found.departure[2])


def test_no_trend_is_seldom_found():
    random = np.random.default_rng(1)
    p = [
        armitage_trend(random.binomial(50, 0.3, 4), [50] * 4, [0, 1, 2, 3]).trend[2]
        for _ in range(1000)
    ]
    assert 0.03 < np.mean(np.array(p) < 0.05) < 0.07


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (([1, 2], [3, 4], [0]), ValueError),
        (([5, 2], [3, 4], [0, 1]), ValueError),
        (([0, 0], [3, 4], [0, 1]), NotEstimable),
        (([3, 4], [3, 4], [0, 1]), NotEstimable),
        (([1, 2], [3, 4], [1, 1]), NotEstimable),
        (([], [], []), NotEstimable),
    ],
)
def test_what_has_no_trend_is_refused(arguments, error):
    with pytest.raises(error):
        armitage_trend(*arguments)
