"""Clones: who is censored when, and no effect where there is none."""

import numpy as np
import pandas as pd
import pytest

from lncohort.estimate.clone_censor_weight import (
    area_under,
    bootstrap_log_hazard_ratios,
    clones,
    hazard_ratio,
    weigh,
    weighted_survival,
)
from lncohort.estimate.cox import fit_cox
from lncohort.estimate.kaplan_meier import kaplan_meier
from lncohort.estimate.rows import NotEstimable


def patients(*rows):
    made = pd.DataFrame(rows, columns=["time", "event", "start"])
    return made.assign(patient=[f"p{i}" for i in range(len(rows))])


def immortal(n=1500, seed=1):
    """A drug without effect, begun late by the slow to respond; the sick begin sooner."""
    random = np.random.default_rng(seed)
    severity = random.normal(size=n)
    time = np.ceil(random.exponential(300 * np.exp(-0.6 * severity)))
    start = np.ceil(random.exponential(150 * np.exp(-0.6 * severity)))
    event = time <= 500
    time = np.minimum(time, 500)
    data = pd.DataFrame(
        {
            "patient": np.arange(n),
            "time": time,
            "event": event,
            "start": np.where(start <= time, start, np.nan),
        }
    )
    return data, pd.DataFrame({"severity": severity})


@pytest.mark.parametrize(
    ("patient", "arm_0", "arm_1"),
    [
        ((50, True, np.nan), (50, True, False), (50, True, False)),
        ((50, False, np.nan), (50, False, False), (50, False, False)),
        ((200, True, np.nan), (200, True, False), (100, False, True)),
        ((200, True, 30), (30, False, True), (200, True, False)),
        ((200, True, 100), (100, False, True), (200, True, False)),
        ((200, True, 101), (200, True, False), (100, False, True)),
        ((100, True, np.nan), (100, True, False), (100, True, False)),
    ],
    ids=["event early", "lost early", "never", "starts", "last day", "too late", "event on it"],
)
def test_a_clone_is_censored_when_it_leaves_its_strategy(patient, arm_0, arm_1):
    found = clones(patients(patient), grace=100)
    for arm, expected in ((0, arm_0), (1, arm_1)):
        (row,) = found[found["arm"] == arm].itertuples()
        assert (row.time, row.event, row.artificially_censored) == expected


def test_weights_begin_at_1_and_never_fall():
    data, covariates = immortal(300)
    rows = weigh(clones(data, 100), covariates).rows
    assert (rows.loc[rows["start"] == 0, "weight"] == 1).all()
    assert (rows.groupby(["patient", "arm"])["weight"].diff().dropna() >= 0).all()


def test_rows_of_a_clone_are_its_follow_up():
    data, covariates = immortal(300)
    copies = clones(data, 100)
    rows = weigh(copies, covariates).rows
    assert (rows["stop"] - rows["start"]).sum() == pytest.approx(copies["time"].sum())
    assert rows["event"].sum() == copies["event"].sum()


def test_unweighted_survival_is_kaplan_meier():
    data, covariates = immortal(300)
    copies = clones(data, 100)
    rows = weigh(copies, covariates).rows
    own = copies[copies["arm"] == 0]
    curve = weighted_survival(rows[rows["arm"] == 0].assign(weight=1.0))
    known = kaplan_meier(own["time"], own["event"])
    known = known[known["events"] > 0]
    np.testing.assert_allclose(curve["survival"], known["survival"])
    assert area_under(curve, 200) < 200


def test_a_drug_without_effect_has_none_where_the_naive_comparison_finds_one():
    naive, weighted, unweighted = [], [], []
    for seed in range(8):
        data, covariates = immortal(seed=seed)
        ever = data["start"].notna().astype(float).to_frame("ever")
        naive.append(fit_cox(ever, data["time"], data["event"]).coefficients["ever"])
        made = weigh(clones(data, 100), covariates)
        weighted.append(hazard_ratio(made).coefficients["arm"])
        unweighted.append(hazard_ratio(made, with_weights=False).coefficients["arm"])
    assert np.mean(naive) < -0.3
    assert abs(np.mean(weighted)) < 3 * np.std(weighted) / np.sqrt(8) + 0.02
    assert np.mean(unweighted) > np.mean(weighted) + 0.05


def test_truncation_sets_the_largest_weights_to_the_quantile():
    data, covariates = immortal(300)
    copies = clones(data, 100)
    plain = weigh(copies, covariates).rows["weight"]
    cut = weigh(copies, covariates, truncate=(0, 0.99)).rows["weight"]
    assert cut.max() == pytest.approx(plain.quantile(0.99))


def test_bootstrap_is_seeded():
    data, covariates = immortal(200)
    one, _ = bootstrap_log_hazard_ratios(data, covariates, 100, 3, seed=5)
    two, _ = bootstrap_log_hazard_ratios(data, covariates, 100, 3, seed=5)
    np.testing.assert_array_equal(one, two)


def test_a_patient_who_stands_twice_is_refused():
    twice = patients((50, True, np.nan), (60, True, np.nan)).assign(patient="p")
    with pytest.raises(ValueError, match="found 1 rows of one seen before"):
        clones(twice, 100)
    with pytest.raises(ValueError, match="above 0"):
        clones(patients((0, True, np.nan)), 100)


def test_nobody_censored_in_an_arm_is_refused():
    data = patients(*[(50 + i, True, np.nan) for i in range(20)])
    covariates = pd.DataFrame({"x": np.arange(20.0)}, index=data["patient"])
    with pytest.raises(NotEstimable):
        weigh(clones(data, 100), covariates)


def test_clones_that_leave_on_day_0_are_refused():
    patients = pd.DataFrame(
        {"patient": [1, 2, 3], "time": [5.0, 9.0, 9.0], "event": True, "start": [0.0, 2.0, np.nan]}
    )
    covariates = pd.DataFrame({"x": [0.0, 1.0, 0.0]}, index=[1, 2, 3])
    with pytest.raises(ValueError, match="found 1 clones that leave on day 0"):
        weigh(clones(patients, 3), covariates)
