"""What a run would make of an extract, told before the run."""

from collections.abc import Iterator
from datetime import date
from difflib import get_close_matches
from pathlib import Path

import pyarrow.parquet as pq

from lncohort.cohort import Cohort, build
from lncohort.engine.parameters import parameter_tables
from lncohort.extract.extract import Extract
from lncohort.extract.units import looks_like
from lncohort.study import Study
from lncohort.study.model import NOT_RECORDED
from lncohort.terminal import print_table

NAMED_BY = {
    "prescription": "drug",
    "lab": "test",
    "diagnosis": "concept",
    "procedure": "concept",
    "assessment": "instrument",
    "biopsy": "isn_rps_class",
}


def print_check(folder: Path, study: Study) -> None:
    """Print what a run of a study on an extract would use, reject and exclude.

    Raises
    ------
    UserError
        When a run could not proceed.
    """
    extract = Extract.open(folder)
    print_table(
        f"What the study {study.info.name} looks for",
        ("table", "name", "rows", "nearest that is there"),
        _names(study, extract),
    )
    # Other choices of a specification curve are built for its estimates alone.
    others = tuple(a for a in study.analyses if a.kind != "specification_curve")
    cohort = build(study.model_copy(update={"analyses": others}), extract)
    print_table(
        f"Rows of {folder}",
        ("table", "rows", "used", "rejected", "out of scope"),
        [
            (r.table, r.rows, r.used, r.rejected, r.out_of_scope)
            for r in cohort.row_counts.itertuples()
        ],
    )
    print_table(
        "Laboratory values as given (5th, 50th and 95th percentile)",
        ("test", "unit", "rows", "censored", "low", "median", "high", "remark"),
        _units(study, cohort),
    )
    print_table(
        "Where the covariates that are numbers come from",
        ("covariate", "source", "patients", "by a bound"),
        _sources(study, cohort),
    )
    if not cohort.rejected.empty:
        print_table(
            "Rejected rows (a run leaves them out and counts them)",
            ("table", "reason", "rows"),
            [(r.table_name, r.reason, r.rows) for r in cohort.rejected.itertuples()],
        )
    print_table(
        f"Patients of the study {study.info.name} (data until {cohort.last_day_observed})",
        ("step", "criterion", "before", "excluded", "after"),
        [(r.step, r.label, r.before, r.excluded, r.after) for r in cohort.attrition.itertuples()],
    )
    if unknown := [(c.name, c.label) for c in study.covariates if _is_unknown(cohort, c.name)]:
        print_table(
            "Covariates of which nothing is known of anyone (a run keeps the patients, and cannot "
            "adjust for these)",
            ("covariate", "label"),
            unknown,
        )
    print_table(
        "Covered days in the exposure window",
        ("drug", "users", "covered", "dose known", "dose unknown", "pulse"),
        _dose_coverage(study, cohort),
    )


def _is_unknown(cohort: Cohort, covariate: str) -> bool:
    """Whether a cohort with patients has no value of a covariate."""
    values = cohort.analysis_set[covariate]
    return len(values) > 0 and bool((values.isna() | (values == NOT_RECORDED)).all())


def _units(study: Study, cohort: Cohort) -> Iterator[tuple]:
    """Each unit of each test, with its name and range unless few patients have it."""
    for row in cohort.lab_units.itertuples():
        few = row.patient_count < study.info.min_cell
        values = (row.low_given, row.median_given, row.high_given)
        shown = ["few" if few or value != value else f"{value:.3g}" for value in values]
        other = "" if few else looks_like(row.test, row.unit, row.median_given)
        remark = f"looks like {other}" if other else ""
        unit = "few" if few and row.unit else row.unit or "none"
        yield row.test, unit, row.row_count, row.censored_count, *shown, remark


def _sources(study: Study, cohort: Cohort) -> Iterator[tuple]:
    """Each covariate by source, unless few patients have it."""
    for row in cohort.covariate_sources.itertuples():
        counts = (row.patients, row.censored_patients)
        shown = ["few" if 0 < count < study.info.min_cell else count for count in counts]
        yield row.covariate, row.source, *shown


def _names(study: Study, extract: Extract) -> Iterator[tuple]:
    """Rows of each drug, test, diagnosis, procedure and instrument that the study names.

    One that no row has is no error, nor is it seen in a result: a procedure that nobody had and
    one that is spelt otherwise exclude the same patients. So the nearest spelling is shown,
    unless few patients have it: it may be no name.
    """
    parameters = parameter_tables(study, date.today())
    drugs = parameters["prescribed_drug"]["drug_given"].to_pylist()
    sought = [("prescription", drug) for drug in drugs]
    sought += [("lab", test) for test in parameters["study_test"]["test"].to_pylist()]
    sought += [(c["source"], c["concept"]) for c in parameters["study_concept"].to_pylist()]
    sought += [("biopsy", c) for v in study.covariates for g in v.groups.values() for c in g]
    counts = {table: _counts(extract, table) for table, _ in sought}
    for table, name in sought:
        others = [other for other in counts[table] if (table, other) not in sought]
        near = [] if name in counts[table] else get_close_matches(name, others, n=1)
        if near and _patients(extract, table, near[0]) < study.info.min_cell:
            near = []
        yield table, name, counts[table].get(name, 0), *(near or [""])


def _counts(extract: Extract, table: str) -> dict[str, int]:
    column = NAMED_BY[table]
    content = pq.read_table(extract.path(table), columns=[column], read_dictionary=[column])
    counted = content[column].value_counts().to_pylist()
    return {row["values"]: row["counts"] for row in counted if row["values"] is not None}


def _patients(extract: Extract, table: str, name: str) -> int:
    rows = pq.read_table(
        extract.path(table), columns=["patient_id"], filters=[(NAMED_BY[table], "=", name)]
    )
    return len(rows["patient_id"].unique())


def _dose_coverage(study: Study, cohort: Cohort) -> Iterator[tuple]:
    for drug in study.drugs:
        users = cohort.analysis_set[cohort.analysis_set[f"{drug.name}_use"]]
        days = {
            kind: int(users[f"{drug.name}_{kind}"].sum())
            for kind in ("covered_days", "known_dose_days", "unknown_dose_days")
        }
        pulse = days["covered_days"] - days["known_dose_days"] - days["unknown_dose_days"]
        yield (drug.name, len(users), *days.values(), pulse)
