"""Simulated worlds in which the rules of the audit fire, and in which they stay silent."""

from dataclasses import replace
from functools import cache

import pandas as pd
import pytest

from lncohort.analyses.audited import audit_rows
from lncohort.analyses.audited.events import event_rows
from lncohort.analyses.estimate_all import estimate_all
from lncohort.analyses.odds_ratios import with_exposure
from lncohort.audit import Finding, audit
from lncohort.cohort import Cohort
from lncohort.estimate.rows import as_estimates
from lncohort.report.suppress import suppress_estimates
from lncohort.simulate import write
from lncohort.simulate.cohort import simulated_cohort
from lncohort.simulate.feedback.scenario import Background, Process, Scenario, Start, load_scenario
from lncohort.study import Study, load_study
from made import made_patients

KINDS = ("use", "duration_band", "weighting", "permuted_start", "survival", "time_varying")
EVER_ALONE = ("use",)
IN_TIME = ("survival", "time_varying")
WITHOUT_TIME = ("use", "duration_band")
LOTTERY = Process(
    background=Background(indication=0.0), start=Start(log_odds_later=-4.0, indication=0.0)
)


@cache
def study_of(kinds: tuple[str, ...] = (*KINDS, "marginal_structural")) -> Study:
    """The Nanjing study with some of its analyses, few resamplings and half a year observed before."""
    nanjing = load_study("nanjing")
    asked = []
    for analysis in nanjing.analyses:
        if analysis.kind == "marginal_structural":
            analysis = analysis.model_copy(update={"replicates": None, "seed": None})
        if analysis.kind == "permuted_start":
            analysis = analysis.model_copy(update={"replicates": 100})
        asked += [analysis] if analysis.kind in kinds else []
    observed = tuple(
        c.model_copy(update={"min_value": 180.0}) if c.kind == "observed" else c
        for c in nanjing.eligibility
    )
    return nanjing.model_copy(update={"analyses": tuple(asked), "eligibility": observed})


def of_cyclophosphamide() -> Study:
    """Cyclophosphamide, which many had before tacrolimus, of those who enter with tacrolimus."""
    study = study_of(("use", "duration_band"))
    entry = study.entry.model_copy(update={"drugs": ("tacrolimus",)})
    exposure = study.exposure.model_copy(update={"drug": "cyclophosphamide"})
    return study.model_copy(update={"entry": entry, "exposure": exposure})


@cache
def cohort_of(world: str) -> Cohort:
    """The cohort of a world; the same however often it is asked for."""
    if world == "lottery":
        with pytest.MonkeyPatch.context() as patch:
            drawn = Scenario(title="Lottery", lesson="Starts are drawn by lot.", process=LOTTERY)
            patch.setattr(write, "load_scenario", lambda name: drawn)
            return simulated_cohort(study_of(), 700, 1, "null")
    if world == "unknown doses":
        careless = replace(load_scenario("null").parameters(), missing_dose_share=0.3)
        return simulated_cohort(study_of(WITHOUT_TIME), 300, 1, "null", careless)
    if world == "prevalent users":
        return simulated_cohort(of_cyclophosphamide(), 700, 1, "null")
    return simulated_cohort(study_of(), 1500 if world == "null" else 700, 1, world)


@cache
def findings_in(world: str, kinds: tuple[str, ...] | None = None) -> dict[str, Finding]:
    """What the audit finds in a world, by bias, with all analyses of the study or some."""
    if world.startswith("made"):
        return made_up(world)
    if world == "doubted units":
        return doubted_units()
    cohort = cohort_of(world)
    if kinds is not None:
        cohort = replace(cohort, study=study_of(kinds))
    return audited(cohort)


def estimates_of(cohort: Cohort) -> pd.DataFrame:
    """All estimates and the measures of the audit."""
    found = estimate_all(
        cohort.study, cohort.analysis_set, cohort.person_time, follow_up=cohort.follow_up
    )
    return pd.concat([found, as_estimates(audit_rows(cohort, found))], ignore_index=True)


def audited(cohort: Cohort) -> dict[str, Finding]:
    """The findings of a cohort, by bias."""
    shown = suppress_estimates(cohort.study, estimates_of(cohort))
    return {found.bias: found for found in audit(cohort.study, shown)}


def made_up(world: str) -> dict[str, Finding]:
    """What the audit finds in patients that are made up, without an extract."""
    patients = made_patients(2000, seed=20)
    kinds = ("use", "weighting", "survival")
    if world == "made alike":
        patients = pd.concat([patients.assign(tacrolimus_use=used) for used in (True, False)])
        patients["patient_id"] = [f"e{i:06d}" for i in range(len(patients))]
    elif world == "made without anyone to compare":
        young = patients["exposed"] & (patients["age"] < 40)
        patients.loc[young, "age"] = -20.0
    elif world == "made with old users":
        patients.loc[patients["exposed"], "age"] += 30.0
    elif world == "made with users who die":
        die = patients["exposed"] & (patients.index % 2 == 0)
        patients.loc[die, ["response", "event", "time_days"]] = [False, 2, 90]
    elif world == "made with early and late effects":
        soon = patients["exposed"] & patients["response"]
        patients.loc[soon, "time_days"] = 84 + patients.index[soon] % 60
    elif world != "made":
        raise ValueError(f"no such world: {world}")
    study = study_of(kinds)
    person_time = pd.DataFrame(
        {
            "patient_id": patients["patient_id"],
            "start_day": 0,
            "stop_day": patients["time_days"],
            "exposed": patients["tacrolimus_use"],
            "event": patients["event"],
        }
    )
    found = estimate_all(study, patients, person_time)
    events = as_estimates(event_rows(with_exposure(study, patients)))
    shown = suppress_estimates(study, pd.concat([found, events], ignore_index=True))
    return {finding.bias: finding for finding in audit(study, shown)}


def doubted_units() -> dict[str, Finding]:
    """A test whose values do not fit their unit."""
    cohort = cohort_of("null")
    study = study_of(EVER_ALONE)
    estimates = estimate_all(study, cohort.analysis_set, cohort.person_time)
    found = audit(study, estimates, ["serum_creatinine in mg/dL: half are above 50"])
    return {finding.bias: finding for finding in found}
