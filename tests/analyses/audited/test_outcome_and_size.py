"""Missing outcomes, first events, parameters and tests, counted by hand."""

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.multitest import multipletests

from lncohort.analyses.audited.events import event_rows
from lncohort.analyses.audited.outcome import EXCLUDED, NON_RESPONSE, outcome_rows
from lncohort.analyses.audited.size import look_rows, size_rows
from lncohort.analyses.missing_data import IMPUTED
from lncohort.analyses.odds_ratios import odds_ratio_rows, prepare
from lncohort.estimate.rows import as_estimates, row
from lncohort.report.suppress import suppress_estimates
from made import made_patients


def unassessed(size, seed, share):
    """Non-responders who never used the drug stay away."""
    patients = made_patients(size, seed)
    random = np.random.default_rng(seed)
    away = ~patients["exposed"] & ~patients["response"] & (random.random(size) < share)
    return patients.assign(assessed=~away, response=patients["response"] & ~away)


def ratios(rows):
    table = as_estimates(rows)
    return table[table["measure"] == "OR"].set_index("level")


def test_each_way_to_deal_with_a_missing_outcome_is_the_studys_own_model(nanjing):
    patients = unassessed(2500, 3, 0.4)
    found = ratios(outcome_rows(nanjing, patients))
    assert list(found.index) == [EXCLUDED, NON_RESPONSE, IMPUTED]
    for level, population in (
        (EXCLUDED, patients[patients["assessed"]]),
        (NON_RESPONSE, patients),
    ):
        rows = odds_ratio_rows(nanjing, population, "use", "use", "never", "tacrolimus")
        table = as_estimates(rows)
        own = table[(table["model"] == "adjusted") & (table["level"] == "ever")].iloc[0]
        assert found.loc[level, "estimate"] == pytest.approx(own["estimate"])
    # who stays away did not respond: left out, never-users look better than they are
    assert found.loc[EXCLUDED, "estimate"] < 0.8 * found.loc[NON_RESPONSE, "estimate"]
    assert found.loc[IMPUTED, "estimate"] == pytest.approx(found.loc[EXCLUDED, "estimate"], rel=0.2)


def test_where_all_were_assessed_only_the_counts_are_told(nanjing):
    table = as_estimates(outcome_rows(nanjing, made_patients(300, seed=3)))
    assert set(table["measure"]) == {"count", "percent"}
    assert table.loc[table["level"] == "not assessed", "estimate"].eq(0).all()


def test_few_not_assessed_are_withheld_with_their_complements(nanjing):
    patients = made_patients(400, seed=3)
    users = patients.index[patients["exposed"]]
    others = patients.index[~patients["exposed"]]
    patients.loc[users[:3], ["assessed", "response"]] = False
    patients.loc[others[:20], ["assessed", "response"]] = False
    counts = [
        row("cohort", "count", value, level=level)
        for level, value in {
            "all": 400,
            "ever": len(users),
            "never": len(others),
            "assessed": 377,
            "not assessed": 23,
        }.items()
    ]
    shown = suppress_estimates(nanjing, as_estimates([*counts, *outcome_rows(nanjing, patients)]))
    own = shown[shown["measure"].isin(["count", "percent"]) & (shown["analysis"] == "audit")]
    missing = own[own["level"] == "not assessed"].set_index(["contrast", "measure"])["estimate"]
    assert np.isnan(missing["ever", "count"]) and np.isnan(missing["ever", "percent"])
    total = shown[(shown["analysis"] == "cohort") & (shown["level"] == "not assessed")]
    known = missing["never", "count"], total["estimate"].iloc[0]
    assert np.isnan(known).any(), "the difference of the two would tell of three patients"


def test_first_events_are_counted_by_use():
    patients = pd.DataFrame({"exposed": [True] * 4 + [False] * 3, "event": [0, 1, 2, 2, 0, 0, 1]})
    table = as_estimates(event_rows(patients))
    counts = table[table["measure"] == "count"].set_index(["contrast", "level"])["estimate"]
    assert counts["ever"].to_dict() == {"response": 1, "competing event": 2, "neither": 1}
    assert counts["never"].to_dict() == {"response": 1, "competing event": 0, "neither": 2}


def test_events_are_shared_by_the_coefficients_of_the_adjusted_model(nanjing):
    patients = made_patients(500, seed=6)
    covariates = prepare(nanjing, patients, adjusted=True, factors=("use",)).covariates
    responses = int(patients["response"].sum())
    fewer = min(responses, 500 - responses)
    found = as_estimates(size_rows(nanjing, patients))["estimate"].iloc[0]
    assert found == pytest.approx(fewer / (covariates.shape[1] + 1))


def test_tests_are_counted_without_crude_ones_and_held_to_each_other(nanjing):
    at = {"model": "adjusted", "contrast": "tacrolimus"}
    p_values = [0.004, 0.001, 0.03, 0.2]
    rows = [row("use", "OR", 2.0, level="ever", p_value=p_values[0], **at)]
    rows += [
        row("dose", "OR", 2.0, level=level, p_value=p, **at)
        for level, p in zip(("<2", "[2,4)", "≥4"), p_values[1:], strict=True)
    ]
    rows.append(row("use", "OR", 2.0, level="ever", p_value=0.5, model="crude"))
    rows.append(row("survival", "PH test", p_value=0.5, model="Cox adjusted"))
    rows.append(row("table1", "SMD", 0.2, p_value=0.5))
    table = as_estimates(look_rows(nanjing, as_estimates(rows)))
    assert table.loc[table["measure"] == "tests", "estimate"].tolist() == [4]
    assert table.loc[table["measure"] == "expected by chance", "estimate"].tolist() == [0.2]
    bounds = table[table["measure"] == "P"].set_index("method")["p_value"]
    assert bounds["Bonferroni"] == pytest.approx(0.016)
    assert bounds["Holm"] == pytest.approx(multipletests(p_values, method="holm")[1][0])
    assert bounds["Holm"] == pytest.approx(0.012)
