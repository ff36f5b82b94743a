"""What a run would make of an extract, told before the run."""

from pathlib import Path

from lncohort.cohort import Cohort, build
from lncohort.extract.extract import Extract
from lncohort.study import Study
from lncohort.terminal import print_table


def print_check(folder: Path, study: Study) -> None:
    """Print what a run of a study on an extract would use, reject and exclude.

    Raises
    ------
    UserError
        When a run could not proceed.
    """
    cohort = build(study, Extract.open(folder))
    print_table(
        f"Rows of {folder}",
        ("table", "rows", "used", "rejected", "out of scope"),
        [
            (r.table, r.rows, r.used, r.rejected, r.out_of_scope)
            for r in cohort.row_counts.itertuples()
        ],
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
    print_table(
        "Covered days in the exposure window",
        ("drug", "users", "covered", "dose known", "dose unknown", "pulse"),
        _dose_coverage(study, cohort),
    )


def _dose_coverage(study: Study, cohort: Cohort):
    for drug in study.drugs:
        users = cohort.analysis_set[cohort.analysis_set[f"{drug.name}_use"]]
        days = {
            kind: int(users[f"{drug.name}_{kind}"].sum())
            for kind in ("covered_days", "known_dose_days", "unknown_dose_days")
        }
        pulse = days["covered_days"] - days["known_dose_days"] - days["unknown_dose_days"]
        yield (drug.name, len(users), *days.values(), pulse)
