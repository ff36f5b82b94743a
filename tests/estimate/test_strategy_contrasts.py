"""Clones compared at stated times: the same numbers as row by row, and what the bootstrap draws."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimate.test_clone_censor_weight import immortal
from lncohort.estimate.clone_censor_weight import area_under, clones, weigh, weighted_survival
from lncohort.estimate.covariate_history import covariate_history
from lncohort.estimate.rows import NotEstimable
from lncohort.estimate.strategy_contrasts import strategy_contrasts

GRACE = 100


def estimates(found) -> pd.Series:
    return found.contrasts.set_index(["time", "measure"])["estimate"]


def changing(n=300, seed=1):
    """Severity that is measured every 30 days and moves; the severe start sooner."""
    data, _ = immortal(n, seed)
    random = np.random.default_rng(seed)
    days = np.tile(np.arange(0, 120, 30), n)
    level = np.cumsum(random.normal(size=(n, 4)), axis=1).ravel()
    index = pd.MultiIndex.from_arrays([np.repeat(np.arange(n), 4), days])
    return data, pd.DataFrame({"severity": level}, index=index)


@pytest.mark.parametrize("truncate", [None, (0.0, 0.95)])
def test_risks_are_those_of_the_weighted_rows(truncate):
    for data, covariates in (immortal(300), changing()):
        found = estimates(strategy_contrasts(data, covariates, GRACE, [200], truncate=truncate))
        rows = weigh(clones(data, GRACE), covariates, truncate).rows
        curves = [weighted_survival(rows[rows["arm"] == arm]) for arm in (0, 1)]
        without, started = (1 - c.loc[c["time"] <= 200, "survival"].iloc[-1] for c in curves)
        assert found[200, "risk without"] == pytest.approx(without, rel=1e-9)
        assert found[200, "risk with"] == pytest.approx(started, rel=1e-9)
        assert found[200, "risk difference"] == pytest.approx(started - without, rel=1e-7)
        assert found[200, "risk ratio"] == pytest.approx(started / without, rel=1e-9)
        means = [area_under(c, 200) for c in curves]
        difference = found[200, "restricted mean difference"]
        assert difference == pytest.approx(means[1] - means[0], rel=1e-7)


def test_a_covariate_that_is_told_again_unchanged_changes_nothing():
    data, covariates = immortal(300)
    again = pd.concat({day: covariates for day in (0, 40, 80)}).swaplevel()
    one = weigh(clones(data, GRACE), covariates).rows
    two = weigh(clones(data, GRACE), again).rows
    pd.testing.assert_frame_equal(one, two, rtol=1e-7)


def test_weights_of_changing_covariates_are_products_over_the_days():
    data, covariates = changing(120)
    made = weigh(clones(data, GRACE), covariates)
    fit = made.censoring[0]
    hazard = fit.baseline_hazard()
    steps = np.diff(hazard["cumulative_hazard"], prepend=0.0)
    for row in made.rows.query("arm == 0").iloc[::97].itertuples():
        own = covariates.loc[row.patient]
        gone = 0.0
        for time, step in zip(hazard["time"], steps, strict=True):
            if time <= row.start:
                known = own[own.index < time].iloc[-1]
                gone += step * np.exp(known @ fit.coefficients)
        assert row.weight == pytest.approx(np.exp(gone), rel=1e-9)


@given(
    st.lists(st.lists(st.integers(-5, 20), min_size=1, max_size=4, unique=True), min_size=1),
    st.lists(st.integers(1, 25), min_size=1, max_size=5, unique=True),
)
def test_history_is_that_of_a_loop_over_days(days, times):
    days = [[min(*own, 0), *own] if min(own) > 0 else own for own in days]
    index = pd.MultiIndex.from_tuples([(p, d) for p, own in enumerate(days) for d in own])
    table = pd.DataFrame({"x": np.arange(len(index))}, index=index)
    patients = list(range(len(days)))[::-1]
    history = covariate_history(table.sample(frac=1, random_state=1), patients)
    found = history.values["x"].to_numpy()[history.at(np.array(times))]
    expected = [
        [table.loc[p].query("index < @t or index <= 0").sort_index()["x"].iloc[-1] for t in times]
        for p in patients
    ]
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("of", [immortal, changing], ids=["constant", "changing"])
def test_replicates_are_samples_of_patients_who_stand_several_times(of):
    data, covariates = of(300)
    found = strategy_contrasts(data, covariates, GRACE, [150, 300], replicates=3, seed=7)
    random, each = np.random.default_rng(7), []
    for _ in range(3):
        drawn = random.integers(0, 300, 300)
        sample = data.iloc[drawn].assign(patient=np.arange(300))
        values = pd.concat({i: covariates.loc[[p]].reset_index(level=0, drop=True)
                            for i, p in enumerate(drawn)})  # fmt: skip
        values = values if of is changing else values.droplevel(1)
        each.append(strategy_contrasts(sample, values, GRACE, [150, 300]).contrasts["estimate"])
    np.testing.assert_allclose(found.contrasts["se"], np.std(each, axis=0, ddof=1), rtol=1e-6)


def test_order_of_patients_and_units_change_nothing():
    data, covariates = immortal(200)
    mixed = data.sample(frac=1, random_state=3)
    one = strategy_contrasts(data, covariates, GRACE, [200], replicates=4).contrasts
    two = strategy_contrasts(mixed, covariates * 1e4, GRACE, [200], replicates=4).contrasts
    pd.testing.assert_frame_equal(one, two, rtol=1e-6)


def test_a_drug_without_effect_has_none_where_the_crude_comparison_finds_one():
    found, crude = [], []
    for seed in range(6):
        data, covariates = immortal(2500, seed)
        at = estimates(strategy_contrasts(data, covariates, GRACE, [365]))
        found.append(at[365, "risk difference"])
        ever = data["start"].notna()
        died = (data["time"] <= 365) & data["event"]
        crude.append(died[ever].mean() - died[~ever].mean())
    assert np.mean(crude) < -0.1
    assert abs(np.mean(found)) < 3 * np.std(found) / np.sqrt(6) + 0.01


def test_the_distribution_of_weights_is_told_by_arm():
    data, covariates = immortal(300)
    made = weigh(clones(data, GRACE), covariates)
    own = made.rows.query("arm == 1")["weight"]
    told = made.distribution.loc[1]
    assert told[["n", "mean", "min", "max"]].tolist() == pytest.approx(
        [len(own), own.mean(), own.min(), own.max()]
    )
    assert told["ess"] == pytest.approx(own.sum() ** 2 / (own**2).sum())


BAD = {
    "no event": (lambda d: d.assign(event=False), NotEstimable, "no event in either arm"),
    "nobody starts": (lambda d: d.assign(start=np.nan), NotEstimable, "no event"),
    "no patient": (lambda d: d[:0], NotEstimable, "not estimable"),
    "one patient": (lambda d: d[:1], NotEstimable, "not estimable"),
    "twice": (lambda d: pd.concat([d, d[:1]]), ValueError, "expected each once"),
    "day 0": (lambda d: d.assign(time=0), ValueError, "time: expected above 0"),
}


@pytest.mark.parametrize("word", BAD)
def test_patients_without_an_answer_are_refused_with_a_reason(word):
    data, covariates = immortal(200)
    spoil, error, told = BAD[word]
    with pytest.raises(error, match=told):
        strategy_contrasts(spoil(data), covariates, GRACE, [200])


@pytest.mark.parametrize(
    ("spoil", "error", "told"),
    [
        (lambda c: c[1:], ValueError, "found none of 1 patients"),
        (lambda c: pd.concat([c, c[:1]]), ValueError, "found patients with more"),
        (lambda c: c.assign(severity=np.nan), NotEstimable, "covariate is missing"),
        (lambda c: c.assign(severity=0.1), NotEstimable, "the same in all rows"),
        (lambda c: c.assign(other=2 * c["severity"]), NotEstimable, "determine each other"),
    ],
    ids=["nobody's", "twice", "missing", "constant", "collinear"],
)
def test_covariates_without_an_answer_are_refused_with_a_reason(spoil, error, told):
    data, covariates = immortal(200)
    with pytest.raises(error, match=told):
        strategy_contrasts(data, spoil(covariates), GRACE, [200])


def test_covariates_first_known_after_day_0_or_twice_a_day_are_refused():
    data, covariates = changing(200)
    late = covariates[covariates.index.get_level_values(1) > 0]
    with pytest.raises(ValueError, match="found none of 200 patients"):
        strategy_contrasts(data, late, GRACE, [200])
    with pytest.raises(ValueError, match="one row a patient and day"):
        strategy_contrasts(data, pd.concat([covariates, covariates[5:6]]), GRACE, [200])


def test_a_time_beyond_the_follow_up_or_quantiles_out_of_order_are_refused():
    data, covariates = immortal(200)
    with pytest.raises(ValueError, match="times: expected above 0 and up to day 500"):
        strategy_contrasts(data, covariates, GRACE, [501])
    with pytest.raises(ValueError, match="the lower first"):
        strategy_contrasts(data, covariates, GRACE, [200], truncate=(0.9, 0.1))
