"""Patients whose drug does what is planted: started by severity, over time, and by survivors only."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pyarrow as pa

from lncohort.analyses.odds_ratios import with_exposure
from lncohort.engine.duck import connect, make_tables
from lncohort.engine.parameters import parameter_tables
from lncohort.follow_up import read_follow_up
from lncohort.study.model import Analysis

DAY_0 = date(2015, 1, 1)
LAST = 720
HAZARD = 0.0006  # of the response, a day, at mean severity without the drug
OF_SEVERITY = 0.6
DRUG, OTHER = "tacrolimus", "cyclophosphamide"
ASKED = (
    Analysis(name="marks", kind="landmark", days=(90, 360)),
    Analysis(name="lagged", kind="time_varying", lag_days=30, adjust="time_varying"),
    Analysis(name="varying", kind="time_varying"),
    Analysis(
        name="grace", kind="clone_censor_weight", grace_days=90, days=(360,), replicates=16, seed=1
    ),
    Analysis(name="trials", kind="sequential_trials", days=(360, 690)),
    Analysis(name="marginal", kind="marginal_structural", days=(360,), replicates=4, seed=1),
    Analysis(name="compared", kind="active_comparator", reference=OTHER),
    Analysis(name="curves", kind="cumulative_incidence", days=(360,), replicates=8, seed=1),
)


def planted_study(nanjing):
    """The Nanjing study with severity (as "age") for its only covariate, and a response from day 0."""
    age = nanjing.covariate("age").model_copy(update={"unit_of_change": 1})
    outcome = nanjing.outcome.model_copy(update={"from_day": 0})
    follow_up = nanjing.follow_up.model_copy(update={"max_days": LAST})
    changed = {"covariates": (age,), "outcome": outcome, "follow_up": follow_up}
    return nanjing.model_copy(update=changed | {"analyses": ASKED})


def planted_patients(size: int, seed: int, effect: float) -> pd.DataFrame:
    """An analysis set; ``effect`` is the log hazard ratio from the day on which the drug is begun."""
    random = np.random.default_rng(seed)
    severity = random.normal(0, 1, size)
    start = np.ceil(random.exponential(700 * np.exp(-0.7 * severity)))
    start[random.random(size) < 0.1 * np.exp(0.5 * severity)] = 0
    hazard = HAZARD * np.exp(OF_SEVERITY * severity)
    waits = random.exponential(1, size)
    before = hazard * start
    response = np.where(
        waits < before, waits / hazard, start + (waits - before) / (hazard * np.exp(effect))
    )
    lost = np.where(random.random(size) < 0.2, random.integers(1, LAST, size), LAST)
    time = np.maximum(np.ceil(np.minimum(response, lost)), 1).astype(int)
    event = (response <= lost).astype("int8")
    begun = start < time
    return pd.DataFrame(
        {
            "patient_id": [f"p{i:05d}" for i in range(size)],
            "index_date": DAY_0,
            "exit_reason": np.where(lost < LAST, "observation_end", "follow_up_end"),
            "assessed": True,
            "response": event == 1,
            "event": event,
            "time_days": time,
            "age": severity,
            f"{DRUG}_use": begun,
            f"{DRUG}_first_day": pd.array(np.where(begun, start, -1), "Int64"),
            f"{OTHER}_first_day": pd.array(np.where(start > 0, 0, -1), "Int64"),
        }
    ).replace({f"{DRUG}_first_day": {-1: pd.NA}, f"{OTHER}_first_day": {-1: pd.NA}})


def planted(nanjing, size: int, seed: int, effect: float):
    """Study, patients and follow-up, the last as the SQL makes it."""
    study = planted_study(nanjing)
    patients = planted_patients(size, seed, effect)
    users = patients[patients[f"{DRUG}_use"]]
    begins = [DAY_0 + timedelta(days=int(day)) for day in users[f"{DRUG}_first_day"]]
    ends = [DAY_0 + timedelta(days=LAST)] * len(users)
    course = {"patient_id": users["patient_id"], "drug": [DRUG] * len(users)}
    parameters = parameter_tables(study, date(2024, 1, 1))
    given = {
        "analysis_set": pa.Table.from_pandas(
            patients[["patient_id", "index_date", "time_days", "event", "exit_reason"]]
        ),
        "drug_era": pa.table(course | {"era_start": begins, "era_end": ends}),
        "dose_segment": pa.table(
            course
            | {
                "segment_start": begins,
                "segment_end": ends,
                "daily_dose_mg": [2.0] * len(users),
                "dose_known": [True] * len(users),
                "is_pulse": [False] * len(users),
            }
        ),
        "covariate_measured": pa.table(
            {
                "patient_id": pa.array([], pa.string()),
                "covariate": pa.array([], pa.string()),
                "measured_day": pa.array([], pa.int64()),
                "value": pa.array([], pa.float64()),
            }
        ),
    }
    with connect(1) as connection:
        tables = ("person_interval", "exposure_so_far", "interval_covariate", "trial_interval")
        make_tables(connection, tables, parameters | given)
        follow_up = read_follow_up(study, connection)
    return study, with_exposure(study, patients), follow_up
