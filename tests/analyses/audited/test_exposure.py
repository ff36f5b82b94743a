"""Use before the index date, and gaps of supply, from tables made by hand."""

import pandas as pd
import pytest

from lncohort.analyses.audited.exposure import BEFORE, NEW, gap_rows, prior_rows
from lncohort.estimate.rows import as_estimates, row
from lncohort.report.suppress import suppress_estimates


def prior(used, size=40):
    return pd.DataFrame(
        {
            "patient_id": [f"p{i}" for i in range(size)],
            "observed_days": range(100, 100 + size),
            "used_before": [i < used for i in range(size)],
        }
    )


def test_prior_use_is_counted_and_the_days_before_are_told_by_quartiles(nanjing):
    table = as_estimates(prior_rows(nanjing, prior(10)))
    counts = table[table["measure"] == "count"].set_index("level")["estimate"]
    assert counts.to_dict() == {BEFORE: 10, NEW: 30}
    days = table[table["measure"] == "days"].set_index("level")["estimate"]
    assert days["median"] == pytest.approx(119.5)


@pytest.mark.parametrize("used", [3, 37])
def test_few_prior_users_or_few_others_are_withheld(nanjing, used):
    rows = [row("cohort", "count", 40, level="all"), *prior_rows(nanjing, prior(used))]
    shown = suppress_estimates(nanjing, as_estimates(rows))
    own = shown[shown["measure"].isin(["count", "percent"]) & (shown["analysis"] == "audit")]
    assert own["estimate"].isna().all()


def gaps(days, per_patient=1):
    return pd.DataFrame(
        {
            "patient_id": [f"p{i // per_patient}" for i in range(len(days))],
            "gap_start": pd.Timestamp("2015-01-01"),
            "gap_days": days,
            "bridged": [day <= 30 for day in days],
        }
    )


def test_gaps_near_the_grace_period_are_a_share_of_all(nanjing):
    assert nanjing.drug("tacrolimus").grace_days == 30
    table = as_estimates(gap_rows(nanjing, gaps([15] * 5 + [45] * 5 + [14] * 5 + [46] * 5)))
    assert table["estimate"].tolist() == [50.0]


def test_gaps_of_few_patients_are_not_told(nanjing):
    assert gap_rows(nanjing, gaps([30] * 20, per_patient=2)) == []
    assert gap_rows(nanjing, gaps([30] * 4 + [5] * 30)) == []
