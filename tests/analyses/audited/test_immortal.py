"""Immortal days, counted by hand."""

import pandas as pd
import pytest

from lncohort.analyses.audited.immortal import AFTER, DAYS, SHARE, immortal_rows
from lncohort.estimate.rows import as_estimates
from made import made_patients

FIRST, TIME = [0, 10, 20, 30, 40, 50], [100, 100, 200, 200, 300, 40]


def patients_with(first, time, band=">180"):
    """Users of tacrolimus and cyclophosphamide, the latter from the index date on."""
    size = len(first)
    patients = made_patients(2 * size, seed=1).assign(exposed=False, duration_band="never")
    patients["regimen"] = "CYC alone"
    users = patients.index[:size]
    patients.loc[users, "exposed"] = True
    patients.loc[users, "duration_band"] = band
    patients.loc[users, "regimen"] = "TAC+CYC"
    patients.loc[users, "tacrolimus_first_day"] = pd.array(first, dtype="Int64")
    patients.loc[users, "cyclophosphamide_first_day"] = 0
    patients.loc[users, "time_days"] = time
    return patients


def figures(study, patients):
    table = as_estimates(immortal_rows(study, patients))
    keys = zip(table["contrast"], table["level"], table["measure"], strict=True)
    return dict(zip(keys, table["estimate"], strict=True))


def test_days_to_the_first_use_and_their_share_of_the_time_up_to_the_outcome(nanjing):
    found = figures(nanjing, patients_with(FIRST, TIME))
    # the last user began on day 50, after the outcome of day 40
    assert found["ever use", "ever", DAYS] == pytest.approx((0 + 10 + 20 + 30 + 40 + 40) / 6)
    assert found["ever use", "ever", SHARE] == pytest.approx(100 * 140 / 940)


def test_a_band_takes_its_lower_bound_as_well(nanjing):
    found = figures(nanjing, patients_with(FIRST, TIME))
    immortal = [min(f + 180, t) for f, t in zip(FIRST, TIME, strict=True)]
    assert found["duration", ">180", DAYS] == pytest.approx(sum(immortal) / 6)
    assert found["duration", ">180", SHARE] == pytest.approx(100 * sum(immortal) / 940)
    lowest = figures(nanjing, patients_with(FIRST, TIME, "≤90"))
    assert lowest["duration", "≤90", DAYS] == lowest["ever use", "ever", DAYS]


def test_a_regimen_begins_with_the_last_of_its_drugs(nanjing):
    patients = patients_with(FIRST, TIME)
    users = patients.index[patients["exposed"]]
    patients.loc[users, "cyclophosphamide_first_day"] = 25
    found = figures(nanjing, patients)
    assert found["regimen", "TAC+CYC", DAYS] == pytest.approx((25 * 3 + 30 + 40 + 40) / 6)


def test_use_that_began_after_the_outcome_is_told_where_exposure_counts_beyond_it(nanjing):
    exposure = nanjing.exposure.model_copy(update={"until": "exit"})
    study = nanjing.model_copy(update={"exposure": exposure})
    late = patients_with([50] * 5 + [0] * 5, [40] * 10)
    assert figures(study, late)["ever use", "ever", AFTER] == pytest.approx(50)
    assert ("ever use", "ever", AFTER) not in figures(nanjing, late)
    one = patients_with([50] + [0] * 9, [40] * 10)
    assert ("ever use", "ever", AFTER) not in figures(study, one)


def test_a_group_below_the_least_cell_is_not_told(nanjing):
    assert figures(nanjing, patients_with(FIRST[:4], TIME[:4])) == {}
