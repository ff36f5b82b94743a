"""Split rows: nothing is lost, and a hazard ratio that changes is found in each period."""

import numpy as np
import pandas as pd
import pytest

from lncohort.estimate.cox import fit_cox
from lncohort.estimate.splitting import split_at


def test_parts_add_up_to_the_row_and_the_event_is_in_the_last():
    parts = split_at([5.0, 10.0, 3.0], [True, False, True], [3, 6])
    assert parts[["row", "period", "start", "stop", "event"]].to_numpy().tolist() == [
        [0, 0, 0.0, 3.0, False],
        [0, 1, 3.0, 5.0, True],
        [1, 0, 0.0, 3.0, False],
        [1, 1, 3.0, 6.0, False],
        [1, 2, 6.0, 10.0, False],
        [2, 0, 0.0, 3.0, True],
    ]


def test_late_entry_begins_in_its_period():
    parts = split_at([9.0], [True], [3, 6], start=[4.0])
    assert parts[["period", "start", "stop"]].to_numpy().tolist() == [[1, 4.0, 6.0], [2, 6.0, 9.0]]


@pytest.fixture
def patients():
    """The hazard ratio is 3 up to time 1 and 1 afterwards."""
    random = np.random.default_rng(4)
    used = random.random(8000) < 0.5
    early = random.exponential(1 / np.where(used, 1.5, 0.5))
    time = np.where(early < 1, early, 1 + random.exponential(2, 8000))
    return pd.DataFrame(
        {"used": used.astype(float), "stop": np.minimum(time, 4), "event": time < 4}
    )


def test_splitting_leaves_the_model_as_it_was(patients):
    parts = split_at(patients["stop"], patients["event"], [0.5, 1, 2])
    rows = patients.loc[parts["row"], ["used"]].reset_index(drop=True)
    whole = fit_cox(patients[["used"]], patients["stop"], patients["event"])
    split = fit_cox(rows, parts["stop"], parts["event"], start=parts["start"])
    assert split.coefficients["used"] == pytest.approx(whole.coefficients["used"], rel=1e-9)


def test_each_period_has_its_own_hazard_ratio(patients):
    parts = split_at(patients["stop"], patients["event"], [1])
    used = patients["used"].to_numpy()[parts["row"]]
    columns = pd.DataFrame({f"period {k}": used * (parts["period"] == k) for k in (0, 1)})
    fit = fit_cox(columns, parts["stop"], parts["event"], start=parts["start"])
    assert fit.coefficients["period 0"] == pytest.approx(np.log(3), abs=0.12)
    assert fit.coefficients["period 1"] == pytest.approx(0.0, abs=0.12)


@pytest.mark.parametrize("cuts", [[0, 1], [2, 1], [1, 1]])
def test_cuts_that_do_not_rise_are_refused(cuts):
    with pytest.raises(ValueError, match="cuts: expected"):
        split_at([5.0], [True], cuts)
