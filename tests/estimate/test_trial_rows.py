"""The expansion into trials, against a slow and obvious one."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lncohort.estimate.trial_rows import expand, from_table


@st.composite
def cohorts(draw):
    """A few patients with their intervals, out of order."""
    rows = []
    for patient in range(draw(st.integers(1, 4))):
        treated = draw(st.lists(st.booleans(), min_size=1, max_size=6))
        first, end = draw(st.integers(0, 3)), draw(st.sampled_from(["event", "lost", "study"]))
        for k, one in enumerate(treated):
            last = k == len(treated) - 1
            rows.append(
                {
                    "patient": f"p{patient}",
                    "interval": first + k,
                    "treated": one * 1,
                    "event": (last and end == "event") * 1,
                    "censored": (last and end == "lost") * 1,
                    "x": draw(st.integers(0, 9)) * 1.0,
                    "eligible": draw(st.booleans()) * 1,
                }
            )
    order = draw(st.permutations(range(len(rows))))
    return pd.DataFrame(rows).iloc[list(order)]


def one_by_one(rows, protocol, horizon):
    """Each trial of each patient, one row after the other."""
    made = []
    for patient, own in rows.groupby("patient"):
        own = {row["interval"]: row for row in own.to_dict("records")}
        for trial in sorted(own):
            if "eligible" in rows:
                eligible = own[trial]["eligible"]
            else:
                eligible = not any(own[k]["treated"] for k in own if k < trial)
            if not eligible:
                continue
            stays = True
            for k in range(trial, trial + (horizon or 99)):
                if k not in own or (protocol and not stays):
                    break
                stays = stays and own[k]["treated"] == own[trial]["treated"]
                made.append(
                    {
                        "patient": patient,
                        "trial": trial,
                        "follow_up": k - trial,
                        "assigned": bool(own[trial]["treated"]),
                        "stays": stays,
                        "event": bool(own[k]["event"]),
                        "lost": bool(own[k]["censored"]),
                        "then": own[trial]["x"],
                        "now": own[k]["x"],
                    }
                )
    return made


def listed(trials, names):
    x = trials.covariates["x"].to_numpy()
    columns = {
        "patient": [names[code] for code in trials.patient],
        "trial": trials.trial,
        "follow_up": trials.follow_up,
        "assigned": trials.assigned,
        "stays": trials.stays,
        "event": trials.event,
        "lost": trials.lost,
        "then": x[trials.begins],
        "now": x[trials.now],
    }
    return pd.DataFrame(columns).to_dict("records")


@given(cohorts(), st.booleans(), st.sampled_from([None, 1, 2, 4]), st.booleans())
def test_trials_are_those_of_a_loop_over_patients(rows, protocol, horizon, told):
    rows = rows if told else rows.drop(columns="eligible")
    trials = expand(rows, ["x"], protocol=protocol, horizon=horizon)
    assert listed(trials, sorted(set(rows["patient"]))) == one_by_one(rows, protocol, horizon)


@given(cohorts(), st.booleans())
def test_a_table_expanded_elsewhere_gives_the_same_trials(rows, protocol):
    rows = rows.drop(columns="eligible")
    by_hand = one_by_one(rows, False, None)
    if not by_hand:
        return
    table = pd.DataFrame(by_hand).assign(interval=lambda t: t["trial"] + t["follow_up"])
    values = rows[["patient", "interval", "treated", "x", "censored"]]
    table = table.merge(values, on=["patient", "interval"]).sample(frac=1, random_state=1)
    trials = from_table(table, ["x"], protocol=protocol)
    names = sorted(set(table["patient"]))
    assert listed(trials, names) == one_by_one(rows, protocol, None)


def small():
    return pd.DataFrame(
        {
            "patient": ["a", "a", "b"],
            "interval": [0, 1, 0],
            "treated": [0, 1, 0],
            "event": [0, 1, 0],
            "x": [1.0, 2.0, 3.0],
        }
    )


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda r: r.drop(columns="x"), "columns: expected x"),
        (lambda r: r.assign(event=1), "event: expected no row of a patient after"),
        (lambda r: r.assign(interval=[0, 2, 0]), "interval: expected each patient's one after"),
        (lambda r: r.assign(interval=[0, 0.5, 0]), "interval: expected whole numbers"),
        (lambda r: r.assign(treated=[0, np.nan, 0]), "treated: expected 0 or 1"),
        (lambda r: r.assign(patient=["a", None, "b"]), "patient: expected a label"),
        (lambda r: r.assign(eligible=[1, 2, 0]), "eligible: expected 0 or 1"),
    ],
    ids=["no column", "after the event", "gap", "half", "missing", "nobody", "eligible"],
)
def test_rows_that_are_no_person_intervals_are_refused(spoil, told):
    with pytest.raises(ValueError, match=told):
        expand(spoil(small()), ["x"], protocol=True)


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda t: t.drop(columns="trial"), "columns: expected trial"),
        (lambda t: t.assign(follow_up=[1, 2, 0]), "follow_up: expected from 0"),
        (lambda t: t.assign(event=1), "event: expected no row of a trial after"),
    ],
    ids=["no column", "not from 0", "after the event"],
)
def test_a_table_that_holds_no_trials_is_refused(spoil, told):
    table = small().rename(columns={"interval": "follow_up"}).assign(trial=0)
    assert len(from_table(table, ["x"], protocol=False)) == 3
    with pytest.raises(ValueError, match=told):
        from_table(spoil(table), ["x"], protocol=False)


def test_a_cohort_of_years_in_months_takes_few_bytes_a_row():
    n, months = 300, 60
    row = np.arange(n * months)
    rows = pd.DataFrame(
        {"patient": row // months, "interval": row % months, "treated": 0, "event": 0, "x": 1.0}
    )
    trials = expand(rows, ["x"], protocol=False)
    assert len(trials) == n * months * (months + 1) // 2
    columns = vars(trials).values()
    assert sum(a.nbytes for a in columns if isinstance(a, np.ndarray)) <= 20 * len(trials)
