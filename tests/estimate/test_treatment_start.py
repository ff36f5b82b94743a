"""Rows of time against a walk through the days of each patient."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lncohort.estimate.treatment_start import interval_rows, start_stop_rows

COHORTS = st.lists(
    st.tuples(st.one_of(st.none(), st.integers(0, 12)), st.integers(1, 12), st.booleans()),
    min_size=1,
    max_size=6,
)


def columns(patients):
    started, stop, event = zip(*patients, strict=True)
    return np.array([np.nan if s is None else s for s in started]), np.array(stop), np.array(event)


def walked(patients):
    """Of each patient and day of follow-up: whether it is treated, and ends with the event."""
    return {
        (number, day): (started is not None and started < day, event and day == stop)
        for number, (started, stop, event) in enumerate(patients)
        for day in range(1, stop + 1)
    }


def days_of(rows):
    """The days (start, stop] of some rows, each seen once."""
    found = {}
    for part in rows.itertuples():
        for day in range(int(part.start) + 1, int(part.stop) + 1):
            assert (part.row, day) not in found
            found[part.row, day] = part.treated, part.event and day == part.stop
    return found


@given(COHORTS)
def test_start_stop_rows_say_of_each_day_what_a_walk_says(patients):
    assert days_of(start_stop_rows(*columns(patients))) == walked(patients)


@given(COHORTS, st.sampled_from([1, 2, 5]))
def test_intervals_see_treatment_at_their_start(patients, width):
    rows = interval_rows(*columns(patients), width)
    expected = {
        (number, day): (started is not None and started <= (day - 1) // width * width, ends)
        for (number, day), (_, ends) in walked(patients).items()
        for started in [patients[number][0]]
    }
    assert days_of(rows) == expected
    assert (rows["start"] == rows["interval"] * width).all()
    followed = rows.groupby("row")["interval"]
    assert (followed.size() == followed.max() + 1).all()


def test_never_may_be_missing_or_infinite():
    one, other = (start_stop_rows([never, 2], [5, 5], [1, 0]) for never in (np.nan, np.inf))
    pd.testing.assert_frame_equal(one, other)
    assert one["treated"].tolist() == [False, False, True]


@pytest.mark.parametrize("made", [start_stop_rows, lambda *given: interval_rows(*given, 0.25)])
def test_half_days_are_kept(made):
    rows = made([0.5], [0.75], [True])
    assert rows["stop"].max() == 0.75
    assert rows.loc[rows["treated"], "start"].min() == 0.5
    assert rows["event"].tolist()[-1]
