"""The display tables: every number in them comes from the estimates table."""

from lncohort.report.tables import belief, cohort, effects, survival, timed
from lncohort.report.tables.audit import audit
from lncohort.report.tables.published import published
from lncohort.report.tables.table import Table

__all__ = ["Table", "display_tables"]


def display_tables(results) -> dict[str, Table]:
    """All tables that the study has estimates for, by name, in the order of the report.

    Parameters
    ----------
    results : Results
        After suppression.
    """
    found = [
        cohort.attrition(results),
        cohort.table_1(results),
        cohort.follow_up(results),
        cohort.dose_coverage(results),
        cohort.regimens(results),
        cohort.combinations(results),
        effects.exposure(results),
        effects.dose_by_duration(results),
        *effects.joint(results),
        *effects.synergy(results),
        effects.products(results),
        effects.risks(results),
        effects.subgroups(results),
        survival.curve_points(results),
        survival.hazards(results),
        survival.measures(results),
        audit(results),
        timed.by_analysis(results),
        timed.risk_differences(results),
        timed.comparators(results),
        belief.comparison(results),
        belief.balance(results),
        belief.missing(results),
        belief.bias(results),
        published(results),
    ]
    return {table.name: table for table in found if table is not None}
