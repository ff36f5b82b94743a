"""What was taken, and together with what: counts of days and of patients."""

import pytest

from lncohort.analyses.descriptive import combination_rows, dose_coverage_rows
from lncohort.estimate.rows import as_estimates
from made import made_patients


def test_covered_days_are_of_known_dose_of_unknown_dose_or_of_pulses(nanjing):
    patients = made_patients(200, seed=2)
    users = patients.index[patients["cyclophosphamide_use"]][:2]
    for drug_days in ("covered", "known_dose", "unknown_dose"):
        patients[f"cyclophosphamide_{drug_days}_days"] = 0
    patients.loc[users, "cyclophosphamide_covered_days"] = [100, 60]
    patients.loc[users, "cyclophosphamide_known_dose_days"] = [30, 20]
    patients.loc[users, "cyclophosphamide_unknown_dose_days"] = [0, 10]
    table = as_estimates(dose_coverage_rows(nanjing, patients))
    rows = table[table["contrast"] == "cyclophosphamide"].set_index(["measure", "level"])
    assert rows.loc[("patients", "users"), "estimate"] == patients["cyclophosphamide_use"].sum()
    for level, days in (("known", 50), ("unknown", 10), ("pulse", 100)):
        assert rows.loc[("covered_days", level), "estimate"] == days
        assert rows.loc[("percent", level), "estimate"] == pytest.approx(100 * days / 160)


def test_two_drugs_are_together_only_when_their_days_overlap(nanjing):
    patients = made_patients(400, seed=2)
    both = patients["tacrolimus_use"] & patients["mycophenolate_use"]
    patients.loc[patients.index[both][:3], "overlap_days TAC+MMF"] = [28, 40, 300]
    table = as_estimates(combination_rows(nanjing, patients))
    rows = table[table["contrast"] == "TAC+MMF"].set_index("level")
    assert rows.loc["together", "estimate"] == 3
    assert rows.loc["in sequence", "estimate"] == both.sum() - 3
    assert (rows["n"] == both.sum()).all()
