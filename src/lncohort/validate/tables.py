"""What a validation found, as tables and sentences for the page and for Markdown."""

import numpy as np
import pandas as pd

from lncohort.report import numbers
from lncohort.report.tables import Table
from lncohort.report.tables.table import Row, heading
from lncohort.simulate.truth import RATIOS
from lncohort.validate.plan import Plan

LARGEST_Z = 2.0
COVERAGE = (93.0, 97.0)
COLUMNS = (
    "estimate",
    "truth",
    "mean",
    "bias",
    "expected bias",
    "empirical SE",
    "model SE",
    "coverage (%)",
    "excludes no effect (%)",
)
NOTES = (
    "Ratios are averaged as logarithms: mean, bias and standard errors (SE) are on that scale, the "
    "truth is not. In brackets: the Monte Carlo standard error.",
    "Expected bias: that of maximum likelihood in samples of this size, to first order (Cordeiro "
    "and McCullagh, J R Stat Soc B 1991;53:629), for odds ratios of use, bands and regimens.",
    "Empirical SE: standard deviation of the estimates. Model SE: what their intervals imply. "
    "Excludes no effect: share of the 95 % intervals that leave out no effect, which is the type I "
    "error where the truth is no effect and the power elsewhere.",
)


def performance_table(rows: pd.DataFrame, name: str, caption: str) -> Table:
    """Bias, errors, coverage and power of some estimands.

    Parameters
    ----------
    rows
        As :func:`lncohort.validate.operating.summarise` returns them, the keys as columns, with
        ``expected_bias``.
    name, caption
        Of the table.
    """
    lines: list[Row] = []
    for analysis, own in rows.groupby("analysis", sort=False):
        lines.append(heading(str(analysis)))
        lines += [_line(row) for row in own.itertuples()]
    return Table(name, caption, COLUMNS, tuple(lines), NOTES)


def label(row) -> str:
    """An estimand in words."""
    against = f" against {row.reference}" if row.reference and row.level != "product" else ""
    day = row.contrast if row.contrast.startswith("day ") else ""
    what = " · ".join(part for part in (row.measure, row.model, day) if part)
    return f"{row.level}{against}: {what}"


def _line(row) -> Row:
    truth = np.exp(row.truth) if row.measure in RATIOS else row.truth
    return Row(
        (
            label(row),
            numbers.signed_ratio(truth),
            _signed(row.mean),
            f"{_signed(row.bias)} ({row.bias_mc_se:.3f})",
            _signed(row.expected_bias),
            f"{row.empirical_se:.3f} ({row.empirical_se_mc_se:.3f})",
            f"{row.mean_se:.3f} ({row.mean_se_mc_se:.3f})",
            _percent(row.coverage, row.coverage_mc_se),
            _percent(row.rejected, row.rejected_mc_se),
        )
    )


def _signed(value: float) -> str:
    """Three decimals and a true minus sign."""
    return numbers.NONE if np.isnan(value) else f"{value:z.3f}".replace("-", numbers.MINUS)


def _percent(value: float, error: float) -> str:
    return numbers.NONE if np.isnan(value) else f"{value:.1f} ({error:.1f})"


def verdicts(rows: pd.DataFrame, plan: Plan) -> list[str]:
    """What the table says, in sentences."""
    total = len(rows)
    far = rows["bias"].abs() > LARGEST_Z * rows["bias_mc_se"]
    unexplained = (rows["bias"] - rows["expected_bias"].fillna(0)).abs()
    still = unexplained > LARGEST_Z * rows["bias_mc_se"]
    low, high = COVERAGE
    outside = rows["coverage"].notna() & ~rows["coverage"].between(low, high)
    ratio = rows["mean_se"] / rows["empirical_se"]
    return [
        f"{plan.cohorts} simulated cohorts of {plan.patients} patients (scenario "
        f"{plan.scenario}, seeds {plan.seed} to {plan.seed + plan.cohorts - 1}) went through "
        "Parquet, SQL and estimates.",
        f"{far.sum()} of {total} estimates are on average more than {LARGEST_Z:g} Monte Carlo "
        f"standard errors from their truth; {still.sum()} are when the bias that is expected in "
        "samples of this size is taken off.",
        f"The coverage of {outside.sum()} of {total} lies outside {low:g} to {high:g} %; its own "
        f"Monte Carlo standard error is {100 * np.sqrt(0.95 * 0.05 / plan.cohorts):.1f}.",
        f"The standard errors of the models are {ratio.min():.2f} to {ratio.max():.2f} times the "
        "spread of the estimates.",
    ]


def markdown(table: Table) -> list[str]:
    """The lines of a table in Markdown; the name of a group stands in bold."""
    lines = [
        "| " + " | ".join(table.columns) + " |",
        "|---|" + "---:|" * (len(table.columns) - 1),
    ]
    for row in table.rows:
        cells = (f"**{row.cells[0]}**",) if row.heading else row.cells
        lines.append("| " + " | ".join([*cells, *[""] * (len(table.columns) - len(cells))]) + " |")
    return [*lines, "", *table.notes]
