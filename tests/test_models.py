"""Models of a plain table: the estimators' figures, and an error that says what is wrong."""

import doctest
from pathlib import Path
from typing import get_args

import numpy as np
import pandas as pd
import pytest

import lncohort
from lncohort.errors import UserError
from lncohort.estimate.cox import fit_cox
from lncohort.estimate.logistic import fit_logistic, profile_intervals, with_intercept
from lncohort.estimate.rows import COLUMNS
from lncohort.reference.cases import data_of
from lncohort.study.model import Analysis


@pytest.fixture
def table():
    random = np.random.default_rng(2)
    size = 600
    return pd.DataFrame(
        {
            "dose": pd.Categorical(
                random.choice(["none", "low", "high"], size), ["none", "low", "high"]
            ),
            "age": random.normal(40, 10, size),
            "sex": random.choice(["f", "m"], size),
            "clinic": random.integers(0, 40, size),
            "response": random.random(size) < 0.4,
            "days": random.integers(1, 400, size),
        }
    )


def by_level(rows, model):
    return rows[rows["model"] == model].set_index("level")


def test_odds_ratios_are_those_of_the_model_by_hand(table):
    rows = lncohort.logistic(table, "response", "dose", ["age", "sex"])
    assert tuple(rows.columns) == COLUMNS
    columns = pd.DataFrame(
        {
            "low": table["dose"] == "low",
            "high": table["dose"] == "high",
            "age": table["age"],
            "male": table["sex"] == "m",
        }
    ).astype(float)
    fit = fit_logistic(with_intercept(columns), table["response"])
    found = by_level(rows, "adjusted")
    for level in ("low", "high"):
        assert np.log(found.loc[level, "estimate"]) == pytest.approx(fit.coefficients[level])
        assert found.loc[level, "n"] == (table["dose"] == level).sum()
    assert found.loc["none", "note"] == "reference"


def test_another_reference_turns_the_ratio_over(table):
    one = by_level(lncohort.logistic(table, "response", "dose"), "crude")
    other = by_level(lncohort.logistic(table, "response", "dose", reference="high"), "crude")
    assert one.loc["high", "estimate"] == pytest.approx(1 / other.loc["none", "estimate"])


def test_number_has_one_row_per_unit(table):
    rows = lncohort.logistic(table, "response", "age", ["sex"])
    assert rows["level"].tolist() == ["per unit", "per unit"]


def test_errors_by_cluster_and_profile_intervals_can_be_asked_for(table):
    clustered = lncohort.logistic(table, "response", "age", cluster="clinic", errors="cluster")
    design = with_intercept(table[["age"]])
    fit = fit_logistic(design, table["response"], cluster=table["clinic"], errors="cluster")
    half = np.log(clustered["ci_high"].iloc[0] / clustered["estimate"].iloc[0]) / 1.959964
    assert half == pytest.approx(np.sqrt(fit.covariance.loc["age", "age"]), rel=1e-6)
    profiled = lncohort.logistic(table, "response", "age", interval="profile")
    limits = profile_intervals(design, table["response"], ["age"]).loc["age"]
    assert np.log(profiled["ci_low"].iloc[0]) == pytest.approx(limits["ci_low"])


def test_missing_values_leave_and_are_counted(table):
    table.loc[:4, "age"] = np.nan
    rows = lncohort.logistic(table, "response", "dose", ["age"])
    adjusted = by_level(rows, "adjusted")
    assert adjusted.loc["low", "note"] == "5 rows with a missing value left out"
    assert by_level(rows, "crude").loc["low", "note"] == ""


def test_separation_gives_firth_s_ratio_and_says_so():
    data = data_of("firth-sex2")
    rows = lncohort.logistic(data, "case", "dia", ["age", "oc", "vic", "vicl", "vis"])
    adjusted = rows[rows["model"] == "adjusted"].iloc[0]
    assert "Firth" in adjusted["method"] and "Firth" in adjusted["note"]
    assert np.log(adjusted["estimate"]) == pytest.approx(3.09601, abs=1e-4)


def test_hazard_ratios_are_those_of_the_cox_model(table):
    rows = lncohort.cox(table, "days", "response", "dose", ["age"])
    columns = pd.DataFrame(
        {"low": table["dose"] == "low", "high": table["dose"] == "high", "age": table["age"]}
    ).astype(float)
    fit = fit_cox(columns, table["days"], table["response"])
    found = by_level(rows, "adjusted")
    assert np.log(found.loc["high", "estimate"]) == pytest.approx(fit.coefficients["high"])
    assert (rows["measure"] == "HR").all()


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"exposure": "dosis"}, 'no column "dosis", did you mean "dose"'),
        ({"reference": "some"}, "has no level 'some'; expected one of none, low, high"),
        ({"exposure": "age", "reference": "none"}, "is a number and has no reference"),
        ({"interval": "exact"}, "interval: expected"),
    ],
)
def test_what_is_not_there_is_named(table, given, told):
    arguments = {"exposure": "dose"} | given
    with pytest.raises(UserError, match=told):
        lncohort.logistic(table, "response", **arguments)


def test_text_of_columns_and_of_events_is_refused_without_a_value_of_a_patient(table):
    with pytest.raises(UserError, match="adjust: expected a list"):
        lncohort.cox(table, "days", "response", "dose", "age")
    coded = table.assign(response=np.where(table["response"], "dead", "alive"))
    for asked in (lncohort.cox, "days"), (lncohort.logistic,):
        with pytest.raises(
            UserError, match="response: expected 0 or 1 in every row, found another"
        ):
            asked[0](coded, *asked[1:], "response", "dose")
    with pytest.raises(UserError, match="stop: expected a number in every row, found text"):
        lncohort.cox(table.assign(days="2015-01-01"), "days", "response", "dose")


PAGE = Path(__file__).parents[1] / "docs" / "analyses.md"


def test_times_and_options_that_are_none_are_the_users_to_mend(table):
    backwards = table.assign(entered=table["days"] + 1)
    with pytest.raises(UserError, match="start"):
        lncohort.cox(backwards, "days", "response", "dose", start="entered")
    with pytest.raises(UserError, match='ties must be "efron" or "breslow", found "exact"'):
        lncohort.cox(table, "days", "response", "dose", ties="exact")
    with pytest.raises(UserError, match="errors"):
        lncohort.logistic(table, "response", "dose", errors="HC9")


def test_page_says_what_the_code_gives(monkeypatch):
    monkeypatch.chdir(PAGE.parents[1])
    failed, tried = doctest.testfile(str(PAGE), module_relative=False)
    assert tried >= 4
    assert failed == 0


def test_page_lists_every_kind_of_analysis_with_its_keys():
    text = PAGE.read_text(encoding="utf-8")
    kinds = get_args(Analysis.model_fields["kind"].annotation)
    assert len(kinds) > 10
    for kind in kinds:
        assert f"`{kind}`" in text, kind
    for key in Analysis.model_fields:
        assert f"`{key}`" in text, key
