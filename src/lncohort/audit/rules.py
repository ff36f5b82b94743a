"""All rules, in the order in which a reader should doubt."""

from collections.abc import Sequence

import pandas as pd

from lncohort.audit import chance, confounding, followed, record, time
from lncohort.audit.finding import Evidence, Finding, Rule
from lncohort.study import Study

RULES: tuple[Rule, ...] = (
    *time.RULES,
    *confounding.RULES,
    *followed.RULES,
    *record.RULES,
    *chance.RULES,
)


def audit(
    study: Study, estimates: pd.DataFrame, doubted_units: Sequence[str] = ()
) -> list[Finding]:
    """What could be wrong with a study: a finding by each rule, whether it applies or not.

    Parameters
    ----------
    study : Study
    estimates : DataFrame
        Every estimate of the study, with the measures of the audit, after suppression: the audit
        tells nothing that is not in it.
    doubted_units : sequence of str
        What :func:`lncohort.extract.units.units_to_doubt` found.
    """
    evidence = Evidence(study, estimates, doubted_units)
    return [rule.judge(evidence) for rule in RULES]
