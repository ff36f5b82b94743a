"""Nearest-neighbour matching: each takes the nearest that is left, and nobody is lost."""

import numpy as np
import pytest

from lncohort.estimate.matching import match_nearest


def drawn(seed=1, n=80):
    random = np.random.default_rng(seed)
    return np.round(random.random(n), 2), random.random(n) < 0.35


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("order", ["largest", "data"])
def test_each_treated_in_turn_takes_the_nearest_left(seed, order):
    score, treated = drawn(seed)
    found = match_nearest(score, treated, order=order)
    left = set(np.flatnonzero(~treated))
    turns = list(found.treated)
    if order == "largest":
        assert (np.diff(score[turns]) <= 0).all()
    else:
        assert turns == sorted(turns)
    for row, other in zip(found.treated, found.other, strict=True):
        distance = abs(score[other] - score[row])
        assert distance == min(abs(score[o] - score[row]) for o in left)
        assert other == min(o for o in left if abs(score[o] - score[row]) == distance)
        left.remove(other)


@pytest.mark.parametrize("ratio", [1, 2])
@pytest.mark.parametrize("caliper", [None, 0.03])
def test_below_takes_from_above_only_when_none_is_left_below(caliper, ratio):
    score, treated = drawn(seed=3)
    found = match_nearest(score, treated, side="below", caliper=caliper, ratio=ratio)
    left = set(np.flatnonzero(~treated))
    for row, other in zip(found.treated, found.other, strict=True):
        near = [o for o in left if caliper is None or abs(score[o] - score[row]) <= caliper]
        below = [o for o in near if score[o] <= score[row]]
        nearest = min(below or near, key=lambda o: (abs(score[o] - score[row]), o))
        assert other == nearest
        left.remove(other)


def test_below_leaves_a_nearer_one_above_until_none_is_left():
    found = match_nearest([0.5, 0.2, 0.1, 0.51, 0.9], [1, 1, 0, 0, 0], side="below")
    assert found.other.tolist() == [2, 3]


def test_matched_and_unmatched_are_all_the_treated():
    score, treated = drawn()
    found = match_nearest(score, treated, caliper=0.01)
    assert sorted([*found.treated, *found.unmatched]) == list(np.flatnonzero(treated))
    assert len(found.unmatched)
    assert (np.abs(score[found.treated] - score[found.other]) <= 0.01).all()


def test_more_treated_than_others_leaves_some_unmatched():
    found = match_nearest([0.1, 0.2, 0.3, 0.4], [1, 1, 1, 0])
    assert found.treated.tolist() == [2]
    assert found.unmatched.tolist() == [0, 1]


def test_with_replacement_each_has_the_nearest_of_all():
    score, treated = drawn()
    found = match_nearest(score, treated, replace=True)
    others = np.flatnonzero(~treated)
    for row, other in zip(found.treated, found.other, strict=True):
        assert abs(score[other] - score[row]) == np.abs(score[others] - score[row]).min()


def test_ratio_gives_each_its_nearest_two():
    score, treated = drawn(n=200)
    treated &= np.arange(200) % 2 == 0
    found = match_nearest(score, treated, ratio=2)
    assert len(found.other) == len(set(found.other)) == 2 * treated.sum()


def test_random_order_is_seeded():
    score, treated = drawn()
    one = match_nearest(score, treated, order="random", seed=1)
    two = match_nearest(score, treated, order="random", seed=1)
    assert one.treated.tolist() == two.treated.tolist()
    other = match_nearest(score, treated, order="random", seed=2)
    assert one.treated.tolist() != other.treated.tolist()


def test_nobody_to_match_is_no_match():
    found = match_nearest([0.1, 0.2], [1, 1])
    assert len(found.treated) == 0
    assert found.unmatched.tolist() == [0, 1]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"ratio": 0}, "ratio must be 1 or more"),
        ({"order": "smallest"}, "order must be one of"),
        ({"order": "random"}, "with a seed"),
        ({"side": "above"}, "side must be one of"),
    ],
)
def test_wrong_arguments_are_named(wrong, message):
    with pytest.raises(ValueError, match=message):
        match_nearest([0.1, 0.2], [1, 0], **wrong)
    with pytest.raises(ValueError, match="no missing score"):
        match_nearest([np.nan, 0.2], [1, 0])
