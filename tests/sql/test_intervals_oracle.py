"""The tables of intervals against a second implementation that looks at one day at a time."""

from datetime import date, timedelta

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lncohort.engine.duck import connect, make_tables

DAY_0 = date(2015, 1, 1)
FIRST, LAST = -40, 160
DRUGS = ("a", "b")
EXPOSURE = "a"
COVARIATES = ("x", "y")
TABLES = ("person_interval", "exposure_so_far", "interval_covariate", "trial_interval")
GRACE = 7


def on(day):
    return DAY_0 + timedelta(days=day)


def runs(states, joined_over=0):
    """Stretches [start, end) of days with a state, joined over gaps up to so many days."""
    days = [day for day in range(FIRST, LAST) if states[day] is not None]
    found = []
    for day in days:
        if found and day - found[-1][1] <= joined_over:
            found[-1][1] = day + 1
        else:
            found.append([day, day + 1])
    return found


@st.composite
def courses(draw):
    """What a patient takes of a drug on each day: a dose, "unknown", "pulse" or nothing."""
    states = dict.fromkeys(range(FIRST, LAST))
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(FIRST, LAST - 1))
        state = draw(st.sampled_from([1.0, 2.5, "unknown", "pulse"]))
        for day in range(start, min(start + draw(st.integers(1, 40)), LAST)):
            states[day] = state
    return states


patients = st.lists(
    st.fixed_dictionaries(
        {
            "time": st.integers(1, 100),
            "event": st.sampled_from([0, 1, 2]),
            "courses": st.fixed_dictionaries({drug: courses() for drug in DRUGS}),
            "measured": st.fixed_dictionaries(
                {
                    name: st.dictionaries(st.integers(-30, 110), st.integers(0, 9), max_size=6)
                    for name in COVARIATES
                }
            ),
        }
    ),
    min_size=1,
    max_size=4,
)


@pytest.fixture(scope="module")
def connection():
    with connect(1) as opened:
        yield opened


def made_by_sql(connection, drawn, width, lags, landmarks):
    names = [f"p{i}" for i in range(len(drawn))]
    starts = list(range(0, 110, width))
    looks = sorted({(d, lag) for d in starts for lag in lags} | {(d, 0) for d in landmarks})
    eras, segments, measured = [], [], []
    for name, patient in zip(names, drawn, strict=True):
        for drug, states in patient["courses"].items():
            eras += [(name, drug, on(a), on(b)) for a, b in runs(states, GRACE)]
            segments += [
                (
                    name,
                    drug,
                    on(day),
                    on(day + 1),
                    None if isinstance(state, str) else state,
                    not isinstance(state, str),
                    state == "pulse",
                )
                for day, state in states.items()
                if state is not None
            ]
        for covariate, values in patient["measured"].items():
            measured += [(name, covariate, day, float(v)) for day, v in values.items()]
    given_tables = {
        "analysis_set": pa.table(
            {
                "patient_id": names,
                "index_date": [DAY_0] * len(names),
                "time_days": pa.array([p["time"] for p in drawn], pa.int64()),
                "event": pa.array([p["event"] for p in drawn], pa.int32()),
                "exit_reason": ["study_end"] * len(names),
            }
        ),
        "drug_era": table(("patient_id", "drug", "era_start", "era_end"), "ttdd", eras),
        "dose_segment": table(
            (
                "patient_id",
                "drug",
                "segment_start",
                "segment_end",
                "daily_dose_mg",
                "dose_known",
                "is_pulse",
            ),
            "ttddnff",
            segments,
        ),
        "covariate_measured": table(
            ("patient_id", "covariate", "measured_day", "value"), "ttin", measured
        ),
        "exposure_setting": pa.table({"drug": [EXPOSURE]}),
        "follow_up_interval": table(
            ("start_day", "stop_day"), "ii", [(d, d + width) for d in starts]
        ),
        "exposure_look": table(("day", "lag_days"), "ii", looks),
        "trial_start": table(("day",), "i", [(d,) for d in starts]),
    }
    make_tables(connection, TABLES, given_tables)
    return {name: connection.table(name).to_arrow_table().to_pylist() for name in TABLES}


def table(names, kinds, rows):
    types = {"t": pa.string(), "d": pa.date32(), "i": pa.int32(), "n": pa.float64()}
    types["f"] = pa.bool_()
    return pa.table(
        {
            name: pa.array([row[i] for row in rows], types[kind])
            for i, (name, kind) in enumerate(zip(names, kinds, strict=True))
        }
    )


def seen(states, day):
    """What can be said of a drug on a day of follow-up, from that day and those before."""
    in_era = {d for a, b in runs(states, GRACE) for d in range(a, b)}
    begun = [d for d in range(0, day + 1) if d in in_era]
    if day < 0 or not begun:
        return None
    before = [states[d] for d in range(0, day) if states[d] is not None]
    today = states[day]
    return {
        "first_day": begun[0],
        "in_use": day in in_era,
        "covered_days": len(before),
        "cumulative_dose_mg": float(sum(s for s in before if not isinstance(s, str))),
        "unknown_dose_days": sum(s == "unknown" for s in before),
        "daily_dose_mg": today if isinstance(today, float) else None,
    }


def expected_tables(drawn, width, lags, landmarks):
    found = {name: [] for name in TABLES}
    for number, patient in enumerate(drawn):
        name, time = f"p{number}", patient["time"]
        starts = [day for day in range(0, 110, width) if day < time]
        looks = {(day, lag) for day in starts for lag in lags}
        looks |= {(day, 0) for day in landmarks if day < time}
        for day, lag in looks:
            for drug, states in patient["courses"].items():
                told = seen(states, day - lag)
                if told is not None:
                    key = {"patient_id": name, "day": day, "lag_days": lag, "drug": drug}
                    found["exposure_so_far"].append(key | told)
        for start in starts:
            is_last = time <= start + width
            found["person_interval"].append(
                {
                    "patient_id": name,
                    "start_day": start,
                    "stop_day": min(start + width, time),
                    "event": patient["event"] if is_last else 0,
                    "censored": "study_end" if is_last and not patient["event"] else None,
                }
            )
            for covariate, values in patient["measured"].items():
                known = [day for day in values if day <= start]
                if known:
                    found["interval_covariate"].append(
                        {
                            "patient_id": name,
                            "start_day": start,
                            "covariate": covariate,
                            "measured_day": max(known),
                            "value": float(values[max(known)]),
                        }
                    )
        found["trial_interval"] += trials(number, patient, starts, width)
    return found


def trials(number, patient, starts, width):
    states, time = patient["courses"][EXPOSURE], patient["time"]
    rows = []
    for trial in starts:
        if trial > 0 and seen(states, trial - width) is not None:
            continue
        started = seen(states, trial) is not None
        for start in starts:
            if start >= trial:
                now = seen(states, start)
                rows.append(
                    {
                        "patient_number": number,
                        "trial_day": trial,
                        "start_day": start,
                        "stop_day": min(start + width, time),
                        "event": patient["event"] if time <= start + width else 0,
                        "started": started,
                        "follows": bool(now and now["in_use"]) if started else now is None,
                    }
                )
    return rows


@given(
    drawn=patients,
    width=st.integers(7, 60),
    lag=st.integers(1, 50),
    landmarks=st.sets(st.integers(1, 100), max_size=2),
)
def test_sql_and_a_look_at_single_days_agree(connection, drawn, width, lag, landmarks):
    found = made_by_sql(connection, drawn, width, (0, lag), landmarks)
    expected = expected_tables(drawn, width, (0, lag), landmarks)
    for name in TABLES:
        assert sorted(map(str, found[name])) == sorted(map(str, expected[name])), name
