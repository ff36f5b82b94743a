"""Tables of patients: what is understood, and what is refused with all that is wrong."""

import numpy as np
import pandas as pd
import pytest

from lncohort.errors import UserError
from lncohort.immortal.patients import patients_of


@pytest.fixture
def table():
    return pd.DataFrame(
        {
            "admitted": pd.to_datetime(["2015-01-01", "2015-02-01", "2015-03-01", "2015-03-05"]),
            "treated": pd.to_datetime(["2015-01-11", None, "2015-03-01", None]),
            "last_seen": pd.to_datetime(["2015-04-11", "2015-02-02", "2015-03-31", "2015-03-06"]),
            "died": [1, 0, 0, 1],
            "age": [40.0, 50.0, 60.0, np.nan],
            "stage": ["b", "a", "b", "a"],
        }
    )


def read(table, **more):
    given = {"stop": "last_seen", "event": "died", "treatment_start": "treated"}
    return patients_of(table, **given | {"adjust": (), "entry": "admitted"} | more)


def test_dates_are_counted_from_entry(table):
    patients = read(table)
    assert patients.stop.tolist() == [100, 1, 30, 1]
    assert patients.started.tolist() == [10, np.inf, 0, np.inf]
    assert patients.event.tolist() == [True, False, False, True]


def test_numbers_of_a_calendar_are_counted_from_entry(table):
    numbers = table.assign(admitted=5, last_seen=[9, 8, 7, 6], treated=[5, np.nan, 6, np.nan])
    assert read(numbers).stop.tolist() == [4, 3, 2, 1]
    assert read(numbers, entry=None).started.tolist() == [5, np.inf, 6, np.inf]


def test_labels_of_rows_do_not_matter(table):
    same = read(table.set_axis([7, 7, 7, 7]))
    assert same.stop.tolist() == read(table).stop.tolist()
    assert same.started.tolist() == read(table).started.tolist()


def test_time_without_end_is_refused(table):
    endless = table.assign(admitted=0, treated=1, last_seen=[9, np.inf, 9, 9])
    with pytest.raises(UserError, match="last_seen: 1 patients have no end"):
        read(endless)


def test_missing_covariate_leaves_and_is_told_a_missing_start_is_never(table):
    patients = read(table, adjust=["age", "stage"])
    assert len(patients.stop) == 3
    assert patients.note == "1 rows with a missing value left out"
    assert list(patients.covariates) == ["age", "stage: b"]
    assert patients.covariates["stage: b"].tolist() == [1, 0, 1]


def test_all_faults_are_told_at_once(table):
    wrong = table.assign(treated=["soon", None, None, None], died=["yes", "no", "no", "yes"])
    with pytest.raises(UserError) as caught:
        read(wrong)
    assert "treated: expected numbers or dates" in str(caught.value)
    assert "died: expected 0 or 1" in str(caught.value)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"treated": pd.Timestamp("2014-12-31")}, "treated: 4 patients start before"),
        ({"last_seen": pd.Timestamp("2015-03-01")}, "last_seen: 2 patients end on or before"),
        ({"died": 2}, "died: expected 0 or 1"),
        ({"last_seen": 90}, "last_seen and admitted: expected both dates or both numbers"),
        ({"died": np.nan}, "no row has all of its values"),
    ],
)
def test_what_cannot_be_is_refused(table, change, told):
    with pytest.raises(UserError, match=told):
        read(table.assign(**change))


def test_dates_need_an_entry_and_columns_must_be_there(table):
    with pytest.raises(UserError, match="name the column of time zero as entry"):
        read(table, entry=None)
    with pytest.raises(UserError, match='no column "treatd", did you mean "treated"'):
        read(table, treatment_start="treatd")
    with pytest.raises(UserError, match="adjust: expected a list"):
        read(table, adjust="age")
