"""From a study and an extract to a cohort: one row per patient, ready to be analysed."""

import time
from dataclasses import dataclass
from datetime import date, timedelta

import duckdb
import numpy as np
import pandas as pd

from lncohort.engine.duck import Progress, StageError, connect, run_again, run_stages
from lncohort.engine.parameters import parameter_tables
from lncohort.errors import UserError
from lncohort.extract.contract import CONTRACT
from lncohort.extract.extract import Extract
from lncohort.follow_up import FollowUp, read_follow_up
from lncohort.study import Study
from lncohort.study.alternatives import Alternative, alternatives
from lncohort.study.model import NOT_RECORDED, Analysis

MAX_REJECTED_SHARE = 0.5
OF_ANALYSIS_SET = (
    "analysis_set",
    "drug_use",
    "covariate_number",
    "covariate_level",
    "combination_use",
    "control_outcome",
    "control_use",
)


@dataclass(frozen=True)
class Cohort:
    """The patients of a study, and how they were arrived at.

    Attributes
    ----------
    study : Study
    analysis_set : DataFrame
        One row per patient, sorted by ``patient_id``.
    person_time : DataFrame
        Start-stop rows of constant exposure, days from the index date.
    follow_up : FollowUp
        Intervals of follow-up, landmarks and nested trials, where an analysis asks for them.
    course_state : DataFrame
        Drugs and dose of each patient once a month of follow-up.
    first_course : DataFrame
        The first course of the exposure drug of each user.
    prior_use : DataFrame
        Use before the index date and days under observation before it, by patient.
    refill_gap : DataFrame
        Gaps of supply of the exposure drug.
    interval_visit : DataFrame
        Days of measurement in each interval of follow-up.
    attrition : DataFrame
        Columns step, criterion, label, before, excluded, after (patients).
    row_counts : DataFrame
        Columns table, rows, used, rejected, out_of_scope: rows = the sum of the other three.
    rejected : DataFrame
        Columns table_name, reason, rows: how many rows could not be used, and why.
    lab_units : DataFrame
        Columns test, unit, row_count, patient_count, censored_count, low_given, median_given,
        high_given, median_value.
    covariate_sources : DataFrame
        Columns covariate, source, patients, censored_patients.
    last_day_observed : date
        The last day of any observation period of the extract.
    alternatives : dict of str to list of (Alternative, DataFrame)
        By specification curve: the analysis sets that the study would have with other choices, in
        the columns that its main estimate needs.
    stage_seconds : dict
        Seconds taken by each SQL stage.
    """

    study: Study
    analysis_set: pd.DataFrame
    person_time: pd.DataFrame
    follow_up: FollowUp
    course_state: pd.DataFrame
    first_course: pd.DataFrame
    prior_use: pd.DataFrame
    refill_gap: pd.DataFrame
    interval_visit: pd.DataFrame
    attrition: pd.DataFrame
    row_counts: pd.DataFrame
    rejected: pd.DataFrame
    lab_units: pd.DataFrame
    covariate_sources: pd.DataFrame
    last_day_observed: date
    alternatives: dict[str, list[tuple[Alternative, pd.DataFrame]]]
    stage_seconds: dict[str, float]


def build(
    study: Study,
    extract: Extract,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Cohort:
    """Build the cohort of a study from an extract.

    Parameters
    ----------
    study
        The study file, loaded.
    extract
        The extract, opened.
    threads
        Threads of DuckDB; the result does not depend on it.
    progress
        Called after each SQL stage with its name, rows and seconds.

    Raises
    ------
    UserError
        When a file is damaged, most rows of a table cannot be used, or no patient is left.
    """
    with connect(threads) as connection:
        extract.register(connection)
        parameters = parameter_tables(study, date.today())
        try:
            seconds = run_stages(connection, parameters, progress)
        except StageError:
            extract.refuse_damaged()
            raise
        tables = {
            name: connection.table(name).df()
            for name in (
                *OF_ANALYSIS_SET,
                "person_time",
                "attrition",
                "row_status",
                "lab_unit_seen",
                "covariate_source",
                "course_state",
                "first_course",
                "prior_use",
                "refill_gap",
                "interval_visit",
            )
        }
        follow_up = read_follow_up(study, connection)
        observed_until = connection.table("observation_period").max("period_end").fetchall()[0][0]
        started = time.perf_counter()
        curves = [a for a in study.analyses if a.kind == "specification_curve"]
        others = {a.name: _alternatives(connection, study, a, parameters) for a in curves}
        if curves:
            seconds["alternatives"] = time.perf_counter() - started
            if progress is not None:
                count = sum(len(sets) for sets in others.values())
                progress("alternatives", count, seconds["alternatives"])
    row_counts, rejected = _row_counts(tables["row_status"])
    _refuse_mostly_rejected(row_counts, rejected, extract)
    attrition = tables["attrition"].sort_values("step", ignore_index=True)
    _refuse_empty(attrition)
    return Cohort(
        study=study,
        analysis_set=_analysis_set(study, tables),
        person_time=tables["person_time"].sort_values(
            ["patient_id", "start_day"], ignore_index=True
        ),
        follow_up=follow_up,
        course_state=tables["course_state"].sort_values(["patient_id", "day"], ignore_index=True),
        first_course=tables["first_course"].sort_values("patient_id", ignore_index=True),
        prior_use=tables["prior_use"].sort_values("patient_id", ignore_index=True),
        refill_gap=tables["refill_gap"].sort_values(["patient_id", "gap_start"], ignore_index=True),
        interval_visit=tables["interval_visit"].sort_values(
            ["patient_id", "start_day"], ignore_index=True
        ),
        attrition=attrition,
        row_counts=row_counts,
        rejected=rejected,
        lab_units=tables["lab_unit_seen"].sort_values(["test", "unit"], ignore_index=True),
        covariate_sources=tables["covariate_source"].sort_values(
            ["covariate", "source"], ignore_index=True
        ),
        last_day_observed=observed_until - timedelta(days=1),
        alternatives=others,
        stage_seconds=seconds,
    )


def _alternatives(
    connection: duckdb.DuckDBPyConnection, study: Study, analysis: Analysis, parameters: dict
) -> list[tuple[Alternative, pd.DataFrame]]:
    """The analysis sets of other choices; what two choices share is made once."""
    needed = [
        "patient_id",
        "assessed",
        "response",
        "dose_band",
        "duration_band",
        f"{study.exposure.drug}_use",
        *(covariate.name for covariate in study.covariates),
    ]
    standing, made, found = parameters, {}, []
    for alternative in alternatives(study, analysis):
        wanted = parameter_tables(alternative.study, date.today())
        key = (alternative.study.drugs, alternative.study.exposure)
        if key not in made:
            changed = {n: t for n, t in wanted.items() if not t.equals(standing[n])}
            run_again(connection, changed, OF_ANALYSIS_SET)
            standing = wanted
            tables = {name: connection.table(name).df() for name in OF_ANALYSIS_SET}
            made[key] = _analysis_set(alternative.study, tables)[needed]
        found.append((alternative, made[key]))
    return found


def _analysis_set(study: Study, tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Join drugs and covariates to the patients, each under the name that the study gives it."""
    wide = tables["analysis_set"].set_index("patient_id").sort_index()
    wide["event"] = wide["event"].astype("int8")
    wide["dose_band"] = _category(
        wide["dose_band"], ["never", *study.exposure.dose_band_labels, "unknown"]
    )
    wide["duration_band"] = _category(
        wide["duration_band"], ["never", *study.exposure.duration_band_labels]
    )
    wide["regimen"] = _category(wide["regimen"], list(study.regimens().values()))
    use = tables["drug_use"].set_index("patient_id")
    for drug in study.drugs:
        of_drug = use[use["drug"] == drug.name].reindex(wide.index)
        wide[f"{drug.name}_use"] = of_drug["used"].astype(bool)
        wide[f"{drug.name}_first_day"] = of_drug["first_day"].astype("Int64")
        for column in ("covered_days", "known_dose_days", "unknown_dose_days"):
            wide[f"{drug.name}_{column}"] = of_drug[column].astype("int64")
        for column in ("mean_daily_dose_mg", "total_dose_mg"):
            wide[f"{drug.name}_{column}"] = of_drug[column].astype(float)
    together = tables["combination_use"].set_index("patient_id")
    for combination in study.combinations:
        label = study.regimen_label(combination.drugs)
        days = together.loc[together["combination"] == label, "overlap_days"]
        wide[f"overlap_days {label}"] = days.reindex(wide.index, fill_value=0)
    for concept, found in tables["control_outcome"].groupby("concept"):
        of_concept = found.set_index("patient_id").reindex(wide.index)
        recorded = of_concept["first_day"].notna().astype("boolean")
        wide[f"control_outcome {concept}"] = recorded.mask(of_concept["known_before"].astype(bool))
    for drug, found in tables["control_use"].groupby("drug"):
        wide[f"control_use {drug}"] = found.set_index("patient_id")["used"].reindex(wide.index)
    numbers = tables["covariate_number"].pivot(
        index="patient_id", columns="covariate", values="value"
    )
    levels = tables["covariate_level"].pivot(
        index="patient_id", columns="covariate", values="level"
    )
    for covariate in study.covariates:
        if covariate.levels:
            column = levels.get(covariate.name, pd.Series(dtype=object)).reindex(wide.index)
            wide[covariate.name] = _category(
                column.fillna(NOT_RECORDED), [*covariate.levels, NOT_RECORDED]
            )
        else:
            column = numbers.get(covariate.name, pd.Series(dtype=float)).reindex(wide.index)
            wide[covariate.name] = column.astype(np.float64)
    return wide.reset_index()


def _category(column: pd.Series, levels: list[str]) -> pd.Series:
    return pd.Series(pd.Categorical(column, categories=levels, ordered=True), index=column.index)


def _row_counts(row_status: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows of each table by fate, in the order of the contract; and the reasons."""
    status = row_status.copy()
    status["fate"] = np.where(
        ~status["in_scope"].astype(bool),
        "out_of_scope",
        np.where(status["reason"].isna(), "used", "rejected"),
    )
    counts = (
        status.pivot_table(index="table_name", columns="fate", values="row_count", aggfunc="sum")
        .reindex(index=[t.name for t in CONTRACT], columns=["used", "rejected", "out_of_scope"])
        .fillna(0)
        .astype("int64")
    )
    counts.insert(0, "rows", counts.sum(axis=1))
    rejected = (
        status[status["fate"] == "rejected"][["table_name", "reason", "row_count"]]
        .rename(columns={"row_count": "rows"})
        .sort_values(["table_name", "reason"], ignore_index=True)
    )
    counts = counts.rename_axis(index="table", columns=None).reset_index()
    return counts, rejected


def _refuse_mostly_rejected(
    row_counts: pd.DataFrame, rejected: pd.DataFrame, extract: Extract
) -> None:
    """An extract most of whose rows cannot be used is not what the contract means."""
    in_scope = row_counts["used"] + row_counts["rejected"]
    bad = row_counts[row_counts["rejected"] > MAX_REJECTED_SHARE * in_scope]
    if bad.empty:
        return
    lines = []
    for row in bad.itertuples():
        reasons = rejected[rejected["table_name"] == row.table]
        found = ", ".join(f"{r.reason} ({r.rows})" for r in reasons.itertuples())
        lines.append(
            f"{extract.path(row.table).name}: {row.rejected} of {row.used + row.rejected} rows "
            f"cannot be used: {found}; expected: at most half. Mend the extract, or see "
            f"`lncohort contract` for what each column must hold."
        )
    raise UserError("\n".join(lines))


def _refuse_empty(attrition: pd.DataFrame) -> None:
    """A study with no patient left has no result."""
    if attrition["after"].iloc[-1] > 0:
        return
    emptied = attrition[attrition["after"] == 0].iloc[0]
    raise UserError(
        f"no patient is left in the cohort: of {attrition['before'].iloc[0]} patients in the "
        f"extract, the last {emptied['before']} were excluded at step {emptied['step']}, "
        f'"{emptied["label"]}". Check the study\'s period and drugs, and this criterion.'
    )
