"""The page of a validation: one HTML file in the style of the report."""

import pandas as pd

from lncohort.report.page import Folded, Section, templates
from lncohort.simulate.truth import KEYS, RATIOS
from lncohort.validate.plan import Plan
from lncohort.validate.tables import label, performance_table, verdicts
from lncohort.validate.truths import is_causal
from lncohort.validate.zip_plot import Panel, zip_plot

ABOUT_EFFECT = (
    "The truth is the causal effect in the same patients, found by simulating each strategy: in the "
    "first two years, of starting tacrolimus at once and staying on it (or on 4 mg/day or more) "
    "against never. Analyses that do not respect time are compared with it, too, to show how far "
    "off they are."
)
ABOUT_LIMIT = (
    "The truth is what the same analysis converges to on very large extracts of the process: it "
    "tells whether the way from the extract to the estimate is sound, and is not a causal effect."
)
ABOUT_ZIP = (
    "A line is the 95 % interval of one cohort. At the bottom are those whose estimate is nearest "
    "to the truth (the upright line), in standard errors; blue intervals hold the truth. Where "
    "coverage is nominal the colour changes at 95."
)


def page(plan: Plan, rows: pd.DataFrame, others: pd.DataFrame, found: pd.DataFrame) -> str:
    """The page as HTML.

    Parameters
    ----------
    plan
        The validation.
    rows
        The main estimands, as :func:`lncohort.validate.tables.performance_table` takes them.
    others
        All estimands.
    found
        Every estimate of every cohort, indexed by cohort and key.
    """
    about = ABOUT_EFFECT if is_causal(plan.scenario) else ABOUT_LIMIT
    sections = [
        Section(
            "performance",
            "Bias, errors, coverage and power",
            [about, performance_table(rows, "performance", "The main estimates")],
        ),
        Section("intervals", "Every interval", [ABOUT_ZIP, zip_plot(_panels(rows, found))]),
        Section(
            "all",
            "All estimates",
            [Folded(performance_table(others, "all", "Every estimate whose truth is known"))],
        ),
    ]
    return (
        templates()
        .get_template("validation.html.j2")
        .render(plan=plan, verdicts=verdicts(rows, plan), sections=sections, command=command(plan))
    )


def command(plan: Plan) -> str:
    """The command that gives this validation again."""
    return (
        f"lncohort validate {plan.study.info.name} --scenario {plan.scenario} --cohorts "
        f"{plan.cohorts} --patients {plan.patients} --seed {plan.seed} --out VALIDATION"
    )


def _panels(rows: pd.DataFrame, found: pd.DataFrame) -> list[Panel]:
    by_key = found.sort_index().groupby(level=KEYS, sort=False)
    panels = []
    for row in rows.itertuples():
        if row.intervals:
            own = by_key.get_group(tuple(getattr(row, key) for key in KEYS))
            title = f"{row.analysis}: {label(row)}"
            panels.append(Panel(title, row.truth, row.measure in RATIOS, own))
    return panels
