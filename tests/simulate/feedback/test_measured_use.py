"""The era dated in numpy is the era that the SQL dates, patient by patient."""

import numpy as np
import pandas as pd

from lncohort.cohort import build
from lncohort.extract.extract import Extract
from lncohort.simulate import simulate_extract
from lncohort.simulate.feedback.measured_use import first_era_end
from lncohort.simulate.feedback.process import play
from lncohort.simulate.feedback.scenario import load_scenario
from lncohort.simulate.patients import NEVER, draw_patients
from lncohort.simulate.prescriptions import draw_prescriptions
from lncohort.simulate.process import random_streams
from lncohort.study import load_study

PATIENTS, SEED = 1_500, 7


def test_use_ends_where_the_sql_says(tmp_path):
    study = load_study("target_trial")
    (trials,) = [a for a in study.analyses if a.kind == "sequential_trials"]
    study = study.model_copy(update={"analyses": (trials,)})
    simulate_extract(PATIENTS, SEED, tmp_path / "extract", "benefit")
    rows = build(study, Extract.open(tmp_path / "extract"), threads=1).follow_up.intervals

    scenario = load_scenario("benefit")
    p, streams = scenario.parameters(), random_streams(SEED, 0)
    people = draw_patients(streams[0], PATIENTS, p)
    lives = play(streams[1:4], people, scenario.process, p)
    orders = draw_prescriptions(streams[4], lives.patients, lives.courses, p)
    ends = first_era_end(orders, PATIENTS, study.drug("tacrolimus").grace_days)

    rows = rows[rows["tacrolimus_started"]]
    who = rows["patient_id"].str.removeprefix("P").astype(int).to_numpy() - 1
    in_use = rows["tacrolimus_in_use"].groupby(who).cummin()
    assert len(rows) > 5_000 and 0.1 < (~in_use).mean() < 0.5
    assert (in_use.to_numpy() == (ends[who] > rows["start_day"])).all()
    assert (ends[np.setdiff1d(np.arange(PATIENTS), _users(orders))] == NEVER).all()


def _users(orders) -> np.ndarray:
    return pd.unique(orders["who"][orders["drug"] == 0])
