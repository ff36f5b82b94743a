"""The whole table, on cohorts whose truth is planted."""

import doctest
from pathlib import Path

import numpy as np
import pytest

import lncohort
from lncohort.errors import UserError
from lncohort.estimate.rows import COLUMNS, Z
from treated_cohort import cohort

PAGE = Path(__file__).parents[2] / "docs" / "immortal-time.md"
SETTINGS = {"landmarks": [100, 200], "grace": 60, "times": [360], "interval": 20}
RESPECTING = (
    "landmark",
    "time_varying",
    "sequential_trials",
    "marginal_structural",
    "clone_censor_weight",
)


def analysed(table, adjust=("severity", "sex"), **more):
    given = SETTINGS | {"replicates": 10} | more
    return lncohort.immortal_time(table, "days", "died", "start_day", list(adjust), **given)


@pytest.fixture(scope="module")
def without_effect():
    return analysed(cohort(2000, 1.0, 11, first_day=0.3))


@pytest.fixture(scope="module")
def with_effect():
    return analysed(cohort(2000, 0.5, 12))


def ratio(rows, analysis, model, contrast=None):
    """Log ratio and its standard error."""
    own = rows[(rows["analysis"] == analysis) & (rows["model"] == model)]
    own = own[own["measure"].isin(["HR", "OR"])]
    if contrast:
        own = own[own["contrast"] == contrast]
    (found,) = own.itertuples()
    return np.log(found.estimate), np.log(found.ci_high / found.ci_low) / (2 * Z)


def test_table_has_the_one_shape_and_every_analysis(without_effect):
    assert tuple(without_effect.columns) == COLUMNS
    looking = ("immortal_time", "ever_use", "permuted_start")
    assert set(without_effect["analysis"]) == {*looking, *RESPECTING}
    assert without_effect["estimate"].notna().all()


def test_without_effect_only_what_looks_ahead_finds_one(without_effect):
    assert ratio(without_effect, "ever_use", "adjusted")[0] < np.log(0.4)
    assert ratio(without_effect, "permuted_start", "adjusted")[0] < np.log(0.6)
    honest = without_effect[without_effect["analysis"].isin(RESPECTING)]
    honest = honest[(honest["model"] != "crude") & (honest["measure"] != "risk")]
    none = np.where(honest["measure"].isin(["HR", "OR"]), 1.0, 0.0)
    inside = (honest["ci_low"] < none) & (honest["ci_high"] > none)
    # Of 11 intervals of one cohort one may miss.
    assert inside.sum() >= len(honest) - 1


@pytest.mark.parametrize(
    ("analysis", "model", "truth"),
    [
        # Given the covariates the hazard is halved; without them, over all patients, worked out in
        # 400,000 more: always against never, and both strategies.
        ("time_varying", "adjusted", np.log(0.5)),
        ("marginal_structural", "weighted", -0.590),
        ("sequential_trials", "per protocol", -0.590),
        ("clone_censor_weight", "weighted", -0.266),
    ],
)
def test_planted_ratio_is_found(with_effect, analysis, model, truth):
    found, error = ratio(with_effect, analysis, model)
    assert abs(found - truth) < 2.5 * error
    assert error < 0.12


def test_planted_risks_are_found(with_effect):
    own = with_effect[with_effect["analysis"] == "clone_censor_weight"]
    found = own[own["measure"].isin(["risk", "RD"])].set_index(["measure", "level"])["estimate"]
    assert found["risk", "not started within 60 days"] == pytest.approx(0.340, abs=0.03)
    assert found["risk", "started within 60 days"] == pytest.approx(0.255, abs=0.04)
    assert found["RD", "started within 60 days"] == pytest.approx(-0.085, abs=0.05)


def test_without_covariates_there_is_no_adjusted_model_and_the_rest_stands():
    rows = analysed(cohort(250, 1.0, 13), adjust=(), replicates=3)
    assert "adjusted" not in set(rows["model"])
    assert rows["estimate"].notna().all()


def test_order_of_patients_changes_nothing_but_the_draws():
    table = cohort(250, 1.0, 14)
    one = analysed(table, replicates=3)
    other = analysed(table.sample(frac=1, random_state=1), replicates=3)
    drawn = (one["analysis"] == "permuted_start").to_numpy()
    assert other.loc[~drawn, "estimate"].to_numpy() == pytest.approx(
        one.loc[~drawn, "estimate"].to_numpy(), rel=1e-6
    )


def test_left_out_patients_are_told_in_every_row():
    table = cohort(250, 1.0, 15)
    table.loc[:9, "severity"] = np.nan
    rows = analysed(table, replicates=3)
    assert rows["note"].str.contains("10 rows with a missing value left out").all()


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"interval": 0}, "interval: expected above 0"),
        ({"landmarks": [0]}, "landmarks: expected above 0"),
        ({"times": [5000]}, "times: expected above 0 and up to the longest follow-up"),
        ({"times": [361]}, "times: expected whole intervals of 20, found 361"),
        ({"grace": 70}, "grace: expected whole intervals of 20, found 70"),
        ({"grace": -20}, "grace: expected whole intervals"),
        ({"grace": 40}, "grace: expected 3 intervals of 20 or more, found 40"),
        ({"replicates": 1}, "replicates: expected 2 or more"),
    ],
)
def test_settings_that_cannot_be_are_refused(settings, told):
    with pytest.raises(UserError, match=told):
        analysed(cohort(50, 1.0, 16), **settings)


def test_page_of_the_docs_says_what_the_code_does(monkeypatch):
    monkeypatch.chdir(PAGE.parents[1])
    failed, tried = doctest.testfile(
        str(PAGE), module_relative=False, optionflags=doctest.NORMALIZE_WHITESPACE
    )
    assert tried and not failed
