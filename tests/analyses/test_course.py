"""The course of treatment in rows: doses, persistence, flows and groups."""

import numpy as np
import pandas as pd
import pytest

from lncohort.analyses.course import course_rows
from lncohort.estimate.rows import as_estimates
from lncohort.report.rows import pick


def made(nanjing, size=200, seed=5):
    """States of patients who change drugs at random; a tenth leave at each checkpoint."""
    random = np.random.default_rng(seed)
    days = [0, 30, 180, 360]
    rows = []
    for patient in range(size):
        followed = True
        for day in days:
            followed = followed and random.random() > 0.1
            bits = int(random.choice([0, 1, 4, 5])) if followed else 0
            dose = float(random.choice([1, 2, 3, 4])) if bits & 1 else np.nan
            rows.append((f"p{patient}", day, followed, bits, dose))
    state = pd.DataFrame(
        rows, columns=["patient_id", "day", "followed", "drug_bits", "daily_dose_mg"]
    )
    users = pd.DataFrame(
        {
            "patient_id": [f"p{i}" for i in range(size)],
            "start_day": random.integers(0, 400, size),
            "course_days": random.integers(1, 700, size),
            "stopped": random.random(size) < 0.7,
        }
    )
    patients = users[["patient_id"]].assign(response=random.random(size) < 0.3)
    return state, users, as_estimates(course_rows(nanjing, patients, state, users))


@pytest.fixture(scope="module")
def course(nanjing):
    return made(nanjing)


def test_quartiles_are_those_of_the_known_doses_of_the_day(course):
    state, _, rows = course
    for day, doses in state.groupby("day")["daily_dose_mg"]:
        found = pick(rows, model="dose", contrast=f"day {day}").set_index("level")["estimate"]
        assert found["median"] == doses.median()
        assert found["lower quartile"] == doses.quantile(0.25)
        n = pick(rows, model="dose", contrast=f"day {day}")["n"]
        assert (n == doses.notna().sum()).all()


def test_a_day_with_few_known_doses_has_no_quartiles(nanjing):
    _, _, rows = made(nanjing, size=30)
    assert pick(rows, model="dose").empty


def test_flows_between_two_days_are_all_patients(course):
    state, _, rows = course
    flows = pick(rows, model="sequence")
    assert flows.groupby("contrast")["estimate"].sum().tolist() == [200, 200]
    into = pick(flows, contrast="day 0 to 180").groupby("reference")["estimate"].sum()
    out = pick(flows, contrast="day 180 to 360").groupby("level")["estimate"].sum()
    assert into.to_dict() == out.to_dict()
    at_180 = state[state["day"] == 180]
    assert into["left follow-up"] == (~at_180["followed"]).sum()
    assert into["TAC+MMF"] == (at_180["drug_bits"] == 5).sum()


def test_rare_sets_of_drugs_are_put_together(nanjing):
    state, users, _ = made(nanjing)
    state.loc[(state["patient_id"] == "p1") & (state["day"] == 180), ["followed", "drug_bits"]] = [
        True,
        7,
    ]
    patients = users[["patient_id"]].assign(response=False)
    rows = as_estimates(course_rows(nanjing, patients, state, users))
    states = set(pick(rows, model="sequence")["reference"])
    assert "other drugs" in states
    assert "TAC+CYC+MMF" not in states


def test_persistence_falls_from_one_and_counts_those_at_risk(course):
    _, users, rows = course
    curve = pick(rows, model="persistence")
    assert curve["estimate"].iloc[0] == 1
    assert curve["n"].iloc[0] == len(users)
    assert (curve["estimate"].diff().dropna() <= 0).all()
    known = curve.dropna(subset=["ci_low"])
    assert (known["ci_low"] <= known["estimate"]).all()
    assert (known["estimate"] <= known["ci_high"]).all()


def test_groups_are_all_users(course):
    _, users, rows = course
    groups = pick(rows, model="swimmer")
    assert groups["estimate"].sum() == len(users)
    longest = pick(groups, level="course day 366 on")["estimate"].sum()
    assert longest == (users["course_days"] > 365).sum()


def test_no_user_gives_no_persistence(nanjing):
    state, users, _ = made(nanjing)
    none = users.iloc[:0]
    patients = users[["patient_id"]].assign(response=False)
    rows = as_estimates(course_rows(nanjing, patients, state, none))
    assert pick(rows, model="persistence").empty
    assert pick(rows, model="swimmer").empty
