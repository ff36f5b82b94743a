"""What the audit measures along follow-up, against effects that were planted."""

import numpy as np
import pandas as pd
import pytest

from analyses.timed.planted import planted
from lncohort.analyses.audited.feedback import AFTER, RESPONSE, START, feedback_rows
from lncohort.analyses.audited.loss import GONE, loss_rows
from lncohort.estimate.rows import as_estimates
from lncohort.follow_up import FollowUp

DRUG = "tacrolimus"


def measured(study):
    """The planted study with a covariate that is measured again in follow-up."""
    from lncohort.study import load_study

    proteinuria = load_study("nanjing").covariate("egfr")
    return study.model_copy(update={"covariates": (*study.covariates, proteinuria)})


@pytest.fixture(scope="module")
def world(nanjing):
    """Patients whose start is not decided by anything measured later, and a covariate of noise."""
    study, patients, follow_up = planted(nanjing, 3000, seed=11, effect=0.0)
    random = np.random.default_rng(3)
    intervals = follow_up.intervals.assign(noise=random.normal(0, 1, len(follow_up.intervals)))
    patients = patients.assign(egfr=random.normal(90, 15, len(patients)))
    return measured(study), patients, intervals


def with_value(world, value):
    study, patients, intervals = world
    rows = intervals.assign(**{"egfr now": np.exp(np.asarray(value, dtype=float)) - 1})
    return study, patients, FollowUp(rows, pd.DataFrame(), pd.DataFrame())


def by_level(rows, measure="HR"):
    table = as_estimates(rows)
    own = table[(table["measure"] == measure) & (table["contrast"] == "egfr")]
    return own.set_index("level")


def test_noise_neither_starts_a_drug_nor_foretells_a_response(world):
    noise = world[2]["noise"] + 5
    found = by_level(feedback_rows(*with_value(world, noise)))
    assert found.loc[START, "ci_low"] < 1 < found.loc[START, "ci_high"]
    assert found.loc[RESPONSE, "ci_low"] < 1 < found.loc[RESPONSE, "ci_high"]


def test_a_value_that_is_high_before_each_start_and_response_is_found(world):
    """The value is one SD higher where a start, or a response, comes in the interval."""
    rows = world[2].merge(
        world[1][["patient_id", f"{DRUG}_first_day"]].rename(columns={f"{DRUG}_first_day": "first"})
    )
    first = rows["first"].astype(float)
    begins = (first > rows["start_day"]) & (first <= rows["stop_day"])
    value = rows["noise"] + 5 + begins - 1.0 * (rows["event"] == 1)
    found = by_level(feedback_rows(*with_value(world, value)))
    # with normal values a shift of one SD multiplies the hazard by e for each SD
    assert found.loc[START, "estimate"] == pytest.approx(np.e, rel=0.15)
    assert found.loc[RESPONSE, "estimate"] == pytest.approx(1 / np.e, rel=0.15)


def test_a_value_that_a_start_has_moved_is_found_sixty_days_later(world):
    rows = world[2].merge(
        world[1][["patient_id", f"{DRUG}_first_day"]].rename(columns={f"{DRUG}_first_day": "first"})
    )
    begun = (rows["first"].astype(float) <= rows["start_day"] - 60).astype(float)
    moved = by_level(
        feedback_rows(*with_value(world, rows["noise"] + 5 - begun)), "difference in SD"
    )
    still = by_level(feedback_rows(*with_value(world, rows["noise"] + 5)), "difference in SD")
    spread = np.sqrt(1 + begun[rows["start_day"] >= 60].var())
    assert moved.loc[AFTER, "estimate"] == pytest.approx(-1 / spread, abs=0.06)
    assert still.loc[AFTER, "estimate"] == pytest.approx(0, abs=0.05)


def test_losses_that_hang_on_a_value_and_on_the_drug_are_found(world):
    lost = world[2]["censored"].eq("observation_end")
    value = world[2]["noise"] + 5 + lost
    table = as_estimates(loss_rows(*with_value(world, value)))
    hazards = table[table["measure"] == "HR"].set_index("contrast")
    assert (hazards["level"] == GONE).all()
    assert hazards.loc["egfr", "estimate"] == pytest.approx(np.e, rel=0.15)
    assert hazards.loc[DRUG, "ci_low"] < 1 < hazards.loc[DRUG, "ci_high"]


def test_the_lost_are_counted_by_use(world):
    study, patients, follow_up = with_value(world, world[2]["noise"] + 5)
    table = as_estimates(loss_rows(study, patients, follow_up))
    counts = table[(table["measure"] == "count") & (table["level"] == GONE)].set_index("contrast")
    for arm, used in (("ever", True), ("never", False)):
        own = patients[patients["exposed"] == used]
        lost = ((own["exit_reason"] == "observation_end") & (own["event"] == 0)).sum()
        assert counts.loc[arm, "estimate"] == lost
        assert counts.loc[arm, "n"] == len(own)


def test_without_intervals_only_the_lost_are_counted(world):
    study, patients, _ = world
    empty = FollowUp(pd.DataFrame(), pd.DataFrame(), pd.DataFrame())
    assert feedback_rows(study, patients, empty) == []
    assert set(as_estimates(loss_rows(study, patients, empty))["measure"]) == {"count", "percent"}
