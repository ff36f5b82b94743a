"""Person-intervals in order, and sums along them."""

import numpy as np
import pandas as pd
import pytest

from lncohort.estimate.person_intervals import person_intervals


def rows():
    return pd.DataFrame(
        {"patient": ["b", "a", "b", "a", "a"], "interval": [1, 0, 2, 2, 1], "x": [5, 1, 6, 3, 2]}
    )


def test_rows_come_by_patient_and_interval():
    people = person_intervals(rows(), ["x"])
    assert people.rows["x"].tolist() == [1, 2, 3, 5, 6]
    assert people.patient.tolist() == [0, 0, 0, 1, 1]
    assert (people.first.tolist(), people.last.tolist()) == ([0, 3], [3, 5])


def test_sums_and_rows_before_stay_within_a_patient():
    people = person_intervals(rows(), ["x"])
    x = people.rows["x"].to_numpy()
    assert people.running(x).tolist() == [1, 3, 6, 5, 11]
    assert people.before(x).tolist() == [0, 1, 2, 0, 5]


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda r: r.drop(columns="patient"), "columns: expected patient"),
        (lambda r: r.assign(patient=[None, *"abaa"]), "patient: expected a label"),
        (lambda r: r.assign(interval=[1, 0, 2, 2, np.inf]), "interval: expected a finite"),
        (lambda r: r.assign(interval=[1, 0, 2, 2, 1.5]), "interval: expected whole"),
        (lambda r: pd.concat([r, r[:1]]), "found 1 rows that do not follow"),
        (lambda r: r[r["x"] != 2], "found 1 rows that do not follow"),
    ],
    ids=["no column", "nobody", "infinite", "half", "twice", "gap"],
)
def test_rows_that_are_no_intervals_are_refused(spoil, told):
    with pytest.raises(ValueError, match=told):
        person_intervals(spoil(rows()), ["x"])


def test_no_rows_are_no_patients():
    assert len(person_intervals(rows()[:0], ["x"]).first) == 0
