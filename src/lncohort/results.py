"""What a study returns: estimates, attrition and audit, without any patient's row."""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from lncohort.analyses import estimate_all
from lncohort.analyses.audited import audit_rows
from lncohort.analyses.course import course_rows
from lncohort.audit import Finding, audit
from lncohort.cohort import Cohort
from lncohort.estimate.rows import as_estimates
from lncohort.extract.units import units_to_doubt
from lncohort.study import Study


@dataclass(frozen=True)
class Results:
    """The results of a study on one extract.

    Attributes
    ----------
    study : Study
    estimates : DataFrame
        One row per estimate; every figure and table of the report is made from it.
    attrition : DataFrame
        Columns step, criterion, label, before, excluded, after (patients).
    audit : list of Finding
        What could be wrong, how much, in which direction, and what to do.
    row_counts, rejected : DataFrame
        Rows of the extract by fate, and the reasons why rows could not be used.
    synthetic : bool
        Whether the extract was simulated.
    data_until : date
        The last day observed.
    """

    study: Study
    estimates: pd.DataFrame
    attrition: pd.DataFrame
    audit: list[Finding]
    row_counts: pd.DataFrame
    rejected: pd.DataFrame
    synthetic: bool
    data_until: date

    def figure(self, name: str):
        """Draw a figure of the report.

        Parameters
        ----------
        name
            The name of the figure, as the files under ``figures/`` are named.

        Returns
        -------
        matplotlib.figure.Figure
        """
        from lncohort.report.figures import draw

        return draw(self, name)


def analyse(cohort: Cohort, synthetic: bool = False) -> Results:
    """Run every analysis that the study names, and the audit.

    Parameters
    ----------
    cohort
        What :func:`lncohort.build` returned.
    synthetic
        Whether the extract was simulated; the report says so in plain sight.
    """
    from lncohort.report.suppress import suppress_estimates

    estimates = estimate_all(
        cohort.study,
        cohort.analysis_set,
        cohort.person_time,
        cohort.alternatives,
        follow_up=cohort.follow_up,
    )
    course = course_rows(
        cohort.study, cohort.analysis_set, cohort.course_state, cohort.first_course
    )
    estimates = pd.concat([estimates, as_estimates(course)], ignore_index=True)
    measures = as_estimates(audit_rows(cohort, estimates))
    estimates = pd.concat([estimates, measures], ignore_index=True)
    return Results(
        study=cohort.study,
        estimates=estimates,
        attrition=cohort.attrition,
        audit=audit(
            cohort.study,
            suppress_estimates(cohort.study, estimates),
            units_to_doubt(cohort.lab_units, cohort.study.info.min_cell),
        ),
        row_counts=cohort.row_counts,
        rejected=cohort.rejected,
        synthetic=synthetic,
        data_until=cohort.last_day_observed,
    )
