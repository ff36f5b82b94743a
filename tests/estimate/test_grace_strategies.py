"""Clones weighted by decisions: nobody who starts stands for those unlike them."""

import numpy as np
import pandas as pd
import pytest

from lncohort.estimate.grace_strategies import (
    companion_weights,
    compare,
    grace_clones,
    hazard_ratio,
    risks,
)
from lncohort.estimate.rows import NotEstimable

MONTH, MONTHS = 30, 12


def followed(size, seed, *, starts, harm=0.0, lost=None):
    """Monthly decisions to start, by a severity that also moves the hazard; ``starts`` by month."""
    random = np.random.default_rng(seed)
    severe = random.random(size) < 0.5
    companion = random.random(size) < np.where(severe, 0.7, 0.3)
    treated, there, parts = np.zeros(size, bool), np.ones(size, bool), []
    for month in range(MONTHS):
        share = starts[month] if month < len(starts) else 0.01
        treated = treated | (random.random(size) < share * np.where(severe, 1.0, 0.2))
        happens = random.random(size) < np.where(severe, 0.02, 0.10) * np.exp(harm * treated)
        goes = ~happens
        leaves = np.zeros(size, bool)
        if lost is not None and month < MONTHS - 1:
            leaves = goes & (random.random(size) < lost * np.where(severe, 0.2, 1.0))
        rows = {
            "patient": np.arange(size),
            "interval": month,
            "start": month * MONTH,
            "stop": (month + 1) * MONTH,
            "treated": treated,
            "cause": happens * 1,
            "lost": leaves,
            "severe": severe * 1.0,
            "companion": companion * 1.0,
        }
        parts.append(pd.DataFrame(rows)[there])
        there = there & goes & ~leaves
    return pd.concat(parts, ignore_index=True)


def risk_without_treatment(severe_share=0.5):
    return 1 - severe_share * 0.98**MONTHS - (1 - severe_share) * 0.9**MONTHS


def once(rows):
    return np.ones(len(rows))


def test_with_one_decision_the_risks_are_those_of_the_levels_put_together_again():
    rows = followed(3000, 1, starts=[0.5])
    rows["treated"] = rows.groupby("patient")["treated"].transform("first")
    clones = grace_clones(rows, ["severe"], 0)
    found = [risks(clones, w, [MONTH * MONTHS])[0] for w in clones.weights(once(rows), None)]
    patients = rows.groupby("patient").agg(
        severe=("severe", "first"), treated=("treated", "first"), event=("cause", "max")
    )
    by_level = patients.groupby(["treated", "severe"])["event"].mean().unstack()
    shares = patients["severe"].value_counts(normalize=True).sort_index()
    assert found == pytest.approx((by_level * shares).sum(axis=1).tolist(), abs=1e-8)


@pytest.mark.parametrize("starts", [[0.8], [0.5, 0.1, 0.1], [0.2, 0.2, 0.2]])
def test_a_drug_that_many_start_on_one_day_and_that_does_nothing_does_nothing(starts):
    rows = followed(20_000, 7, starts=starts)
    clones = grace_clones(rows, ["severe"], 2)
    weights = clones.weights(once(rows), None)
    found = compare(clones, weights, once(rows), [MONTH * MONTHS])
    assert found.risks[:, 0] == pytest.approx(risk_without_treatment(), abs=0.02)
    assert abs(found.log_hazard_ratio) < 0.06
    crude = hazard_ratio(clones, [(w > 0) * 1.0 for w in weights], once(rows))
    assert crude.coefficients["arm"] < -0.2, "the test could not tell the difference"


def test_weights_of_an_arm_stand_for_all_who_are_there():
    rows = followed(20_000, 3, starts=[0.3, 0.2, 0.1])
    clones = grace_clones(rows, ["severe"], 2)
    for weight in clones.weights(once(rows), None):
        summed = np.bincount(clones.people.interval, weight)
        there = np.bincount(clones.people.interval)
        assert summed[:3] / there[:3] == pytest.approx(np.ones(3), abs=0.02)


def test_who_is_lost_is_made_up_for_by_their_like():
    rows = followed(40_000, 5, starts=[0.5], lost=0.10)
    clones = grace_clones(rows, ["severe"], 2)
    weights = clones.weights(once(rows), None)
    found = compare(clones, weights, once(rows), [MONTH * MONTHS]).risks[:, 0]
    assert found == pytest.approx(risk_without_treatment(), abs=0.02)
    ignored = grace_clones(rows.assign(lost=False), ["severe"], 2)
    without = ignored.weights(once(rows), None)[0]
    assert abs(risks(ignored, without, [MONTH * MONTHS])[0] - risk_without_treatment()) > 0.04


def test_cells_of_two_drugs_stand_for_all_patients():
    rows = followed(40_000, 6, starts=[0.4, 0.1])
    clones = grace_clones(rows, ["severe", "companion"], 2)
    companion = clones.people.flag("companion")
    extra = companion_weights(clones, companion, once(rows))
    for weight in clones.weights(once(rows), None):
        for given in (False, True):
            own = risks(clones, weight * extra * (companion == given), [MONTH * MONTHS])[0]
            assert own == pytest.approx(risk_without_treatment(), abs=0.03)


def test_a_patient_who_counts_twice_is_two_patients():
    rows = followed(600, 8, starts=[0.4, 0.2])
    again = rows[rows["patient"] % 3 == 0]
    doubled = pd.concat([rows, again.assign(patient=again["patient"] + 10_000)], ignore_index=True)
    one, two = grace_clones(rows, ["severe"], 2), grace_clones(doubled, ["severe"], 2)
    counts = 1.0 + (one.people.rows["patient"].to_numpy() % 3 == 0)
    days = [180, 360]
    first = [risks(one, w * counts, days) for w in one.weights(counts, None)]
    second = [risks(two, w, days) for w in two.weights(once(doubled), None)]
    assert np.allclose(first, second, atol=1e-8)


def test_without_a_start_nothing_is_compared():
    rows = followed(300, 9, starts=[0.5]).assign(treated=False)
    clones = grace_clones(rows, ["severe"], 2)
    with pytest.raises(NotEstimable, match="probability of starting"):
        clones.weights(once(rows), None)


@pytest.mark.parametrize("interval", [0, 1])
def test_an_interval_in_which_nobody_starts_leaves_the_others_estimable(interval):
    """As in cohorts where treatment cannot begin on the first day, or on that day only."""
    random = np.random.default_rng(3)
    size, width = 400, 30
    severity = random.normal(size=size)
    when = np.where(random.random(size) < 0.5, 1 - interval, 99)
    number = np.repeat(np.arange(size), 4)
    step = np.tile(np.arange(4), size)
    event = (step == 3) & (random.random(4 * size) < 0.3)
    rows = pd.DataFrame(
        {
            "patient": number,
            "interval": step,
            "start": step * width,
            "stop": (step + 1) * width,
            "treated": when[number] <= step,
            "cause": event.astype(int),
            "lost": False,
            "severity": severity[number],
        }
    )
    clones = grace_clones(rows, ["severity"], 1)
    once = np.ones(len(rows))
    for weights in clones.weights(once, None):
        assert np.isfinite(weights).all()
        total = weights[clones.people.interval == 3].sum()
        assert total == pytest.approx(size, rel=0.02)
