"""Dose with and without another drug: the slopes of the process, and the change of risk."""

import numpy as np
import pytest

from lncohort.analyses import dose_interaction
from lncohort.analyses.dose_interaction import dose_interaction_rows
from lncohort.estimate.rows import as_estimates
from made import made_patients


@pytest.fixture(scope="module")
def patients():
    made = made_patients(40_000, seed=70)
    random = np.random.default_rng(70)
    dose = made["tacrolimus_mean_daily_dose_mg"].fillna(0)
    other = made["mycophenolate_use"].astype(float)
    severity = made["sledai"].cat.codes
    linear = -0.5 - 0.6 * severity + 0.2 * dose + 0.25 * dose * other
    made["response"] = random.random(len(made)) < 1 / (1 + np.exp(-linear))
    return made


def rows_of(nanjing, patients):
    return as_estimates(dose_interaction_rows(nanjing, patients, "d", "mycophenolate"))


def test_slopes_of_the_process_are_found(nanjing, patients):
    rows = rows_of(nanjing, patients)
    slopes = rows[rows["measure"] == "OR per mg/day"].set_index("level")["estimate"]
    assert np.log(slopes["without MMF"]) == pytest.approx(0.2, abs=0.06)
    assert np.log(slopes["with MMF"]) == pytest.approx(0.45, abs=0.06)
    ratio = rows[rows["measure"] == "ratio of ORs"]["estimate"].iloc[0]
    assert ratio == pytest.approx(slopes["with MMF"] / slopes["without MMF"])


def test_marginal_effect_is_the_difference_of_risks_a_little_more_dose_makes(
    nanjing, patients, monkeypatch
):
    fits = []
    fit_logistic = dose_interaction.fit_logistic
    monkeypatch.setattr(
        dose_interaction,
        "fit_logistic",
        lambda *arguments: fits.append(fit_logistic(*arguments)) or fits[-1],
    )
    rows = rows_of(nanjing, patients)
    found = rows[rows["measure"] == "RD per mg/day"].set_index("level")["estimate"]
    users = fits[0].design[fits[0].design["exposed"] == 1]

    def mean_risk(more):
        moved = users.assign(
            dose=users["dose"] + more, other=1.0, both=1.0, **{"dose × other": users["dose"] + more}
        )
        return (1 / (1 + np.exp(-moved.to_numpy() @ fits[0].coefficients.to_numpy()))).mean()

    numeric = (mean_risk(1e-5) - mean_risk(-1e-5)) / 2e-5
    assert found["with MMF"] == pytest.approx(numeric, rel=1e-5)


def test_users_of_unknown_dose_leave_and_are_counted(nanjing, patients):
    lost = patients.copy()
    users = lost.index[lost["exposed"]][:25]
    lost.loc[users, "tacrolimus_mean_daily_dose_mg"] = np.nan
    rows = rows_of(nanjing, lost)
    assert rows["note"].str.contains("25 patients of unknown dose left out").all()
    assert rows[["n", "events"]].isna().all(axis=None), "they would tell how few those are"
